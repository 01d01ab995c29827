/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>
#include "namida-hub.h"
#include "namida-shell.h"

G_BEGIN_DECLS

/* What a person can do with a device or a transfer, from any widget of the window; @from: a widget in it. */

/** namida_send_flow_window: Returns: (transfer none): the window that @widget, perhaps in a dialog above it, belongs
 * to. */
NamidaShell *namida_send_flow_window (GtkWidget *widget);
/** namida_send_flow_send: sends @files (GListModel of GFile) to @peer; asks first when it is not encrypted. @reread:
 * every file is read again before. */
void namida_send_flow_send (GtkWidget *from, NamidaPeer *peer, GListModel *files, gboolean reread);
/** namida_send_flow_choose: opens the sheet that asks what to send. */
void namida_send_flow_choose (GtkWidget *from, NamidaPeer *peer);
void namida_send_flow_pair (GtkWidget *from, NamidaPeer *peer);
/** namida_send_flow_retry: sends again; asks for the code when the other device wants one. */
void namida_send_flow_retry (GtkWidget *from, NamidaTransfer *transfer);
void namida_send_flow_open_folder (GtkWidget *from, const char *folder);

G_END_DECLS
