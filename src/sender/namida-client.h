/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-device-info.h"
#include "namida-identity.h"
#include "namida-messages.h"

G_BEGIN_DECLS

/**
 * NamidaClient: control requests to one address over TLS with our certificate, pinned. SoupSession in the main context;
 * asynchronous. JSON over 64 KiB is parsed in a worker.
 * @fingerprint: (nullable): the one that must be shown; NULL: whichever (then read it from
 * namida_client_get_peer_fingerprint()).
 */
#define NAMIDA_TYPE_CLIENT (namida_client_get_type ())
G_DECLARE_FINAL_TYPE (NamidaClient, namida_client, NAMIDA, CLIENT, GObject)

/** In the thread of the main context, which owns it from the first client on until the program ends: no other thread
 * may iterate it any more. @fingerprint: (nullable). Returns: (transfer full). */
NamidaClient *namida_client_new (NamidaIdentity *identity, GInetSocketAddress *address, const char *fingerprint);
/** Returns: (transfer none) (nullable): what the last connection proved. */
const char *namida_client_get_peer_fingerprint (NamidaClient *self);
GInetSocketAddress *namida_client_get_address (NamidaClient *self);
/** Returns: whether the last exchange ended because the other side was silent for too long. A dialect without
 * encryption must not be tried after that: whoever holds the handshake up would choose it. */
gboolean namida_client_get_timed_out (NamidaClient *self);

/** POST register: @own: (nullable): NULL sends a GET. 5 s. Errors: UNREACHABLE, IDENTITY_CHANGED. */
void namida_client_register_async (NamidaClient *self,
                                   NamidaDeviceInfo *own,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);
NamidaDeviceInfo *namida_client_register_finish (NamidaClient *self, GAsyncResult *result, GError **error);
/** prepare-upload: waits for a person (NAMIDA_LIMIT_OFFER_ANSWER_SECONDS and a little). @body: (transfer full).
 * Cancelling hangs up: the offer is withdrawn. */
void namida_client_offer_async (NamidaClient *self,
                                GBytes *body,
                                const char *pin,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data);
/** Returns: (transfer full) (nullable): NULL without @error: nothing is wanted (204). */
NamidaOfferAnswer *namida_client_offer_finish (NamidaClient *self, GAsyncResult *result, GError **error);
/** cancel: @keep_parts: it only stops: what arrived stays for a later offer. 5 s; the outcome does not matter to a
 * caller that gives up anyway. */
void namida_client_cancel_async (
    NamidaClient *self, const char *session_id, gboolean keep_parts, GAsyncReadyCallback callback, gpointer user_data);
gboolean namida_client_cancel_finish (NamidaClient *self, GAsyncResult *result, GError **error);
/** pair: one step; "confirm" waits for the other person (NAMIDA_LIMIT_PAIR_SECONDS). @answer: (out caller-allocates):
 * cleared by the caller. */
void namida_client_pair_async (NamidaClient *self,
                               const NamidaPairMessage *message,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data);
gboolean
namida_client_pair_finish (NamidaClient *self, GAsyncResult *result, NamidaPairMessage *answer, GError **error);

G_END_DECLS
