/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-shell.h"

G_BEGIN_DECLS

/**
 * namida_phone_names_dialog_watch:
 * @window: where the question appears
 * @transfer: a transfer to a device that has just begun
 *
 * When @transfer ends before the other device was asked, because Android refuses names of its files, asks what becomes
 * of them and tries again accordingly. Main context; goes with @transfer or @window.
 */
void namida_phone_names_dialog_watch (NamidaShell *window, NamidaTransfer *transfer);

G_END_DECLS
