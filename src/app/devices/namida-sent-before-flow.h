/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files that a LocalSend device received before. Main context. */
#pragma once

#include "namida-hub.h"
#include "namida-shell.h"

G_BEGIN_DECLS

/** NamidaSentBeforeSend: called with the user's choice. */
typedef void (*NamidaSentBeforeSend) (NamidaSentBeforePolicy policy, gpointer user_data);

/**
 * namida_sent_before_flow_ask: asks whether files are sent again that this device has sent to a LocalSend device
 * before.
 * @files: GListModel of GFile
 * @send: called at once if there are no such files, otherwise after the answer; never if the user cancels
 * @destroy: frees @user_data; always called, after @send
 */
void namida_sent_before_flow_ask (NamidaShell *window,
                                  NamidaPeer *peer,
                                  GListModel *files,
                                  NamidaSentBeforeSend send,
                                  gpointer user_data,
                                  GDestroyNotify destroy);

G_END_DECLS
