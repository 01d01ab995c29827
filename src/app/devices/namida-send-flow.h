/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The operations on a device or a transfer, for any widget of the window. @from is a widget in the window. Main
 * context. */
#pragma once

#include <adwaita.h>
#include "namida-hub.h"
#include "namida-shell.h"

G_BEGIN_DECLS

/**
 * namida_send_flow_window: Returns: (transfer none): the window that @widget belongs to, even if @widget is in a
 * dialog over the window.
 */
NamidaShell *namida_send_flow_window (GtkWidget *widget);
/**
 * namida_send_flow_send: sends @files (GListModel of GFile) to @peer; asks first if the device cannot encrypt.
 * @reread: read every file again before the offer
 */
void namida_send_flow_send (GtkWidget *from, NamidaPeer *peer, GListModel *files, gboolean reread);
/** namida_send_flow_choose: opens the sheet in which the user chooses what to send. */
void namida_send_flow_choose (GtkWidget *from, NamidaPeer *peer);
/** namida_send_flow_pair: opens the dialog that pairs with @peer. */
void namida_send_flow_pair (GtkWidget *from, NamidaPeer *peer);
/**
 * namida_send_flow_watch: asks what only a person can answer while @transfer, a version that is sent to a device, is on
 * its way: the PIN of that device, and other names for files that a phone cannot store.
 */
void namida_send_flow_watch (NamidaShell *window, NamidaTransfer *transfer);
/** namida_send_flow_retry: sends again, and asks for a PIN if the other device requires one. */
void namida_send_flow_retry (GtkWidget *from, NamidaTransfer *transfer);
/** namida_send_flow_open_folder: opens @folder in the file manager. */
void namida_send_flow_open_folder (GtkWidget *from, const char *folder);

G_END_DECLS
