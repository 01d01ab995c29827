/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sending a text message. Main context. */
#pragma once

#include "namida-hub.h"
#include "namida-shell.h"

G_BEGIN_DECLS

/**
 * namida_text_dialog_present: lets the user write a message to @peer, which must accept messages
 * (namida_hub_takes_text()), and sends it. A toast reports the result. Main context.
 */
void namida_text_dialog_present (NamidaShell *window, NamidaPeer *peer);

G_END_DECLS
