/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-shell.h"

G_BEGIN_DECLS

/** NamidaUnencryptedSend: @unencrypted: whether it would be, which the person knows then. */
typedef void (*NamidaUnencryptedSend) (gboolean unencrypted, gpointer user_data);

/**
 * namida_unencrypted_ask: the one place that decides whether @peer may be sent to.
 * @send: called at once for a device that encrypts, after a yes for one that cannot, else never
 * @destroy: of @user_data, called in every case, after @send
 *
 * Where the preferences forbid sending without encryption, a toast of @window says so, and nobody is asked.
 */
void namida_unencrypted_ask (
    NamidaShell *window, NamidaPeer *peer, NamidaUnencryptedSend send, gpointer user_data, GDestroyNotify destroy);

G_END_DECLS
