/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names that Android refuses. Main context. */
#pragma once

#include "namida-shell.h"

G_BEGIN_DECLS

/**
 * namida_phone_names_dialog_watch:
 * @window: where the question appears
 * @transfer: a transfer to a device that has just begun
 *
 * If @transfer fails before the other device was asked, because Android refuses names of its files, asks the user how
 * to handle them and tries again. Ends with @transfer or @window. Main context.
 */
void namida_phone_names_dialog_watch (NamidaShell *window, NamidaTransfer *transfer);

G_END_DECLS
