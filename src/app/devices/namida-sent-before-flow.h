/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-hub.h"
#include "namida-shell.h"

G_BEGIN_DECLS

/** NamidaSentBeforeSend: what the person chose. */
typedef void (*NamidaSentBeforeSend) (NamidaSentBeforePolicy policy, gpointer user_data);

/**
 * namida_sent_before_flow_ask: asks whether files that a LocalSend device got from here before are sent again.
 * @files: GListModel of GFile
 * @send: called at once when there are none; after an answer; never when the person cancels
 * @destroy: of @user_data, called in every case, after @send
 */
void namida_sent_before_flow_ask (NamidaShell *window,
                                  NamidaPeer *peer,
                                  GListModel *files,
                                  NamidaSentBeforeSend send,
                                  gpointer user_data,
                                  GDestroyNotify destroy);

G_END_DECLS
