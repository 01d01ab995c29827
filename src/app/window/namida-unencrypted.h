/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sending to devices that cannot encrypt. Main context. */
#pragma once

#include "namida-shell.h"

G_BEGIN_DECLS

/** NamidaUnencryptedSend: @unencrypted: whether the transfer will be unencrypted, about which the user was warned */
typedef void (*NamidaUnencryptedSend) (gboolean unencrypted, gpointer user_data);

/**
 * namida_unencrypted_ask: the only place that decides whether something may be sent to @peer.
 * @send: called at once for a device that encrypts, after confirmation for one that cannot, otherwise never
 * @destroy: frees @user_data; always called, after @send
 *
 * If the preferences forbid sending without encryption, a toast of @window says this, and the user is not asked.
 */
void namida_unencrypted_ask (
    NamidaShell *window, NamidaPeer *peer, NamidaUnencryptedSend send, gpointer user_data, GDestroyNotify destroy);

G_END_DECLS
