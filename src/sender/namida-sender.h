/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sends backups to other devices. Created by the hub for each attempt of a transfer. Main context; the work is done in
 * threads. */
#pragma once

#include "namida-client.h"
#include "namida-database.h"
#include "namida-transfer.h"

#include "namida-messages.h"

G_BEGIN_DECLS

/** NamidaSender: sends one backup to one device, in the dialect that its program understands (NamidaDialect). Main
 * context; the blocking steps run in their own threads. */
#define NAMIDA_TYPE_SENDER (namida_sender_get_type ())
G_DECLARE_FINAL_TYPE (NamidaSender, namida_sender, NAMIDA, SENDER, GObject)

/**
 * namida_sender_new:
 * @dialect: the dialect to use, see namida_sender_best_dialect()
 * @identity: the key of this device
 * @own: what this device says about itself
 * @addresses: GListModel of GInetSocketAddress, best first; tried in turn until one answers with @fingerprint
 * @fingerprint: (nullable): the fingerprint that the device must present; %NULL only for an address that was entered by
 * hand. The device that answers there is pinned for the rest of the transfer
 * @database: (nullable): the database with the hash index
 * @transfer: carries progress, results and the cancellation by the user; the sender ends it
 *
 * Returns: (transfer full)
 */
NamidaSender *namida_sender_new (NamidaDialect dialect,
                                 NamidaIdentity *identity,
                                 NamidaDeviceInfo *own,
                                 GListModel *addresses,
                                 const char *fingerprint,
                                 NamidaDatabase *database,
                                 NamidaTransfer *transfer);
/** namida_sender_best_dialect: Returns: the best of the dialects that a device supports; NAMIDA_DIALECT_V1 if none is
 * known. */
NamidaDialect namida_sender_best_dialect (NamidaDialect dialects);
/** namida_sender_set_pin: @pin: (nullable): the PIN of the other device. */
void namida_sender_set_pin (NamidaSender *self, const char *pin);
/** namida_sender_set_limit: Limits the speed of all connections together, in bytes per second; 0 means no limit. */
void namida_sender_set_limit (NamidaSender *self, guint64 bytes_per_second);
/**
 * namida_sender_set_patient:
 * @accepted: whether an earlier attempt with this transfer was accepted
 *
 * If the connection is lost after the other device accepted, leaves the transfer INTERRUPTED instead of ending it: the
 * owner tries again with a new sender and the same transfer, or ends it. The error is returned as usual.
 */
void namida_sender_set_patient (NamidaSender *self, gboolean accepted);
/** namida_sender_set_waits: for a patient transfer: a device that is busy (@busy) or unreachable (@away) before it
 * accepted leaves the transfer INTERRUPTED, too, instead of ending it. */
void namida_sender_set_waits (NamidaSender *self, gboolean busy, gboolean away);
/** namida_sender_get_retry_after: Returns: the seconds that the other device asked to wait before the next attempt; 0
 * if it did not. */
guint namida_sender_get_retry_after (NamidaSender *self);
/** namida_sender_set_session_before: @id: (nullable): the session of this transfer on the other device in the previous
 * attempt. The device is asked first whether its user has canceled the session in the meantime; otherwise the offer
 * would ask again. */
void namida_sender_set_session_before (NamidaSender *self, const char *id);
/** namida_sender_dup_session: Returns: (transfer full) (nullable): the ID of the session on the other device, for
 * namida_client_cancel_async(). */
char *namida_sender_dup_session (NamidaSender *self);
/** namida_sender_get_reached: Returns: whether this attempt was accepted. */
gboolean namida_sender_get_reached (NamidaSender *self);
/** namida_sender_get_accepted: Returns: whether the other device has accepted, in this attempt or an earlier one. */
gboolean namida_sender_get_accepted (NamidaSender *self);
/** namida_sender_send_async: Offers namida_transfer_get_backup() and sends what is wanted. A file that cannot be read
 * completely is left out, and the others are sent. */
void namida_sender_send_async (NamidaSender *self, GAsyncReadyCallback callback, gpointer user_data);
/** namida_sender_send_finish: Returns: %TRUE only if every file was stored or was already there; %FALSE with the error
 * that determines the exit code (DECLINED, PIN_*, UNREACHABLE, IDENTITY_CHANGED, NO_SPACE, CANCELLED, or INCOMPLETE,
 * with the files in the results of the transfer). */
gboolean namida_sender_send_finish (NamidaSender *self, GAsyncResult *result, GError **error);

/** namida_sender_preview_async: Asks the other device which files of the backup would have to be sent; nothing is sent.
 * Use a sender that does nothing else. Reads files whose hash is not known, as for an offer. */
void namida_sender_preview_async (NamidaSender *self,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data);
/** namida_sender_preview_finish: Returns: (transfer full) (nullable): the files that would have to be sent; %NULL with
 * NOT_FOUND (the device does not support it) or DECLINED (it does not tell this device). */
NamidaOfferAnswer *namida_sender_preview_finish (NamidaSender *self, GAsyncResult *result, GError **error);

G_END_DECLS
