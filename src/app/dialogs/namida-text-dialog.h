/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-hub.h"
#include "namida-shell.h"

G_BEGIN_DECLS

/** namida_text_dialog_present: lets the person at @window write a message to @peer, which takes messages
 * (namida_hub_takes_text()), and sends it. A toast says what became of it. Main context. */
void namida_text_dialog_present (NamidaShell *window, NamidaPeer *peer);

G_END_DECLS
