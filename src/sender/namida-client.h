/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sends control requests to another device that runs Namida Sync. Used by the hub for register, pairing and cancel, and
 * by tests. Main context. */
#pragma once

#include "namida-device-info.h"
#include "namida-identity.h"
#include "namida-messages.h"

G_BEGIN_DECLS

/** NamidaClient: sends control requests to one address, over TLS with our certificate and with the key of the other
 * device pinned. Asynchronous, in the main context; answers are parsed in worker threads. */
#define NAMIDA_TYPE_CLIENT (namida_client_get_type ())
G_DECLARE_FINAL_TYPE (NamidaClient, namida_client, NAMIDA, CLIENT, GObject)

/** namida_client_new: @fingerprint: (nullable): the key that the device must present; %NULL accepts any key, see
 * namida_client_get_peer_fingerprint(). Main context. Returns: (transfer full). */
NamidaClient *namida_client_new (NamidaIdentity *identity, GInetSocketAddress *address, const char *fingerprint);
/** namida_client_get_peer_fingerprint: Returns: (transfer none) (nullable): the fingerprint that the last connection
 * proved. */
const char *namida_client_get_peer_fingerprint (NamidaClient *self);
/** namida_client_get_address: Returns: (transfer none): the address of the other device. */
GInetSocketAddress *namida_client_get_address (NamidaClient *self);
/** namida_client_get_timed_out: Returns: whether the last exchange ended because the other side was silent for too
 * long. Do not try a dialect without encryption after that, because an attacker who delays the handshake could force
 * it. */
gboolean namida_client_get_timed_out (NamidaClient *self);

/** namida_client_register_async: POST register. @own: (nullable): what this device says about itself; %NULL sends a
 * GET. Time limit: 5 s. Errors: UNREACHABLE, IDENTITY_CHANGED. */
void namida_client_register_async (NamidaClient *self,
                                   NamidaDeviceInfo *own,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);
/** namida_client_register_finish: Returns: (transfer full) (nullable): what the device says about itself; %NULL with
 * @error. */
NamidaDeviceInfo *namida_client_register_finish (NamidaClient *self, GAsyncResult *result, GError **error);
/** namida_client_offer_async: POST prepare-upload. Waits for the answer of the user, for
 * NAMIDA_LIMIT_OFFER_ANSWER_SECONDS and a margin. @body: (transfer full): the offer. @pin: (nullable). Canceling
 * closes the connection, which withdraws the offer. */
void namida_client_offer_async (NamidaClient *self,
                                GBytes *body,
                                const char *pin,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data);
/** namida_client_offer_finish: Returns: (transfer full) (nullable): the answer; %NULL without @error if nothing is
 * wanted (204). */
NamidaOfferAnswer *namida_client_offer_finish (NamidaClient *self, GAsyncResult *result, GError **error);
/** namida_client_cancel_async: POST cancel. @keep_parts: the receiver keeps the received data for a later offer. Time
 * limit: 3 s, because a program that exits waits for it. A caller that gives up anyway can ignore the result. */
void namida_client_cancel_async (
    NamidaClient *self, const char *session_id, gboolean keep_parts, GAsyncReadyCallback callback, gpointer user_data);
/** namida_client_cancel_finish: Returns: %FALSE with @error. */
gboolean namida_client_cancel_finish (NamidaClient *self, GAsyncResult *result, GError **error);
/** namida_client_pair_async: POST pair: one step of a pairing. "confirm" and "wait" wait for the other user, for
 * NAMIDA_LIMIT_PAIR_SECONDS and a margin. */
void namida_client_pair_async (NamidaClient *self,
                               const NamidaPairMessage *message,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data);
/** namida_client_pair_finish: @answer: (out caller-allocates): to be cleared by the caller. Returns: %FALSE with
 * @error. */
gboolean
namida_client_pair_finish (NamidaClient *self, GAsyncResult *result, NamidaPairMessage *answer, GError **error);

G_END_DECLS
