/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Received text messages. Main context. */
#pragma once

#include <adwaita.h>

#include "namida-hub.h"

G_BEGIN_DECLS

/** NamidaMessageDialog: the messages that other devices sent, newest first, each with a button that copies it. */
#define NAMIDA_TYPE_MESSAGE_DIALOG (namida_message_dialog_get_type ())
G_DECLARE_FINAL_TYPE (NamidaMessageDialog, namida_message_dialog, NAMIDA, MESSAGE_DIALOG, AdwWindow)

/** namida_message_dialog_watch: shows the dialog above @window when a message arrives, one dialog at a time, until
 * @window is destroyed. @window: not owned. */
void namida_message_dialog_watch (NamidaHub *hub, GtkWindow *window);

G_END_DECLS
