/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-client.h"
#include "namida-database.h"
#include "namida-transfer.h"

#include "namida-messages.h"

G_BEGIN_DECLS

/**
 * NamidaSender: sends one backup to one device, in the way that its program understands (NamidaDialect). Main context;
 * the steps that block run in threads of their own.
 */
#define NAMIDA_TYPE_SENDER (namida_sender_get_type ())
G_DECLARE_FINAL_TYPE (NamidaSender, namida_sender, NAMIDA, SENDER, GObject)

/**
 * namida_sender_new:
 * @dialect: exactly one that the device speaks, the best (see namida_sender_best_dialect())
 * @addresses: GListModel of GInetSocketAddress, best first; tried in turn until one answers with @fingerprint
 * @fingerprint: (nullable): must be shown; NULL only for an address typed by hand, whoever answers there is then pinned
 * for the rest
 * @own: what we say of ourselves; @database: (nullable): hash index
 * @transfer: carries progress, results and the person's cancel; ended by the sender
 */
NamidaSender *namida_sender_new (NamidaDialect dialect,
                                 NamidaIdentity *identity,
                                 NamidaDeviceInfo *own,
                                 GListModel *addresses,
                                 const char *fingerprint,
                                 NamidaDatabase *database,
                                 NamidaTransfer *transfer);
/** namida_sender_best_dialect: of those that a device speaks, the one to use; NAMIDA_DIALECT_V1 when none is known. */
NamidaDialect namida_sender_best_dialect (NamidaDialect dialects);
void namida_sender_set_pin (NamidaSender *self, const char *pin);
/** 0 = unlimited; bytes a second, over all connections. */
void namida_sender_set_limit (NamidaSender *self, guint64 bytes_per_second);
/**
 * namida_sender_set_patient: a connection that is lost after the other device accepted leaves the transfer INTERRUPTED
 * instead of ending it: the owner tries again with a new sender and the same transfer, or ends it. The error is told as
 * ever.
 * @accepted: whether an earlier try with this transfer was accepted
 */
void namida_sender_set_patient (NamidaSender *self, gboolean accepted);
/**
 * namida_sender_set_waits: before it was accepted, a device that is busy (@busy) or away (@away) leaves a patient
 * transfer INTERRUPTED, too, instead of ending it.
 */
void namida_sender_set_waits (NamidaSender *self, gboolean busy, gboolean away);
/** namida_sender_get_retry_after: Returns: seconds that the other device asked to wait before the next try; 0: none. */
guint namida_sender_get_retry_after (NamidaSender *self);
/** namida_sender_set_session_before: @id: (nullable): what the other device called this transfer in the try before: it
 * is asked first whether somebody there has cancelled it meanwhile. Else the offer would be asked about anew. */
void namida_sender_set_session_before (NamidaSender *self, const char *id);
/** namida_sender_dup_session: (transfer full) (nullable): what the other device calls what it has taken so far, for
 * namida_client_cancel_async(). */
char *namida_sender_dup_session (NamidaSender *self);
/** Whether this try was accepted. */
gboolean namida_sender_get_reached (NamidaSender *self);
/** Whether the other device has accepted, in this try or an earlier one. */
gboolean namida_sender_get_accepted (NamidaSender *self);
/**
 * namida_sender_send_async: offers namida_transfer_get_backup() and sends what is wanted. Succeeds only when every file
 * is stored or was already there; else the error that the exit code comes from (DECLINED, PIN_*, UNREACHABLE,
 * IDENTITY_CHANGED, NO_SPACE, CANCELLED, INCOMPLETE with the files named by the transfer's results). A file that cannot
 * be read whole is left out, and the rest arrives.
 */
void namida_sender_send_async (NamidaSender *self, GAsyncReadyCallback callback, gpointer user_data);
gboolean namida_sender_send_finish (NamidaSender *self, GAsyncResult *result, GError **error);

/**
 * namida_sender_preview_async: what of the transfer's backup would travel, as the other device says; nothing is sent.
 * Of a sender that does nothing else. Reads files whose hash is not known, as for an offer.
 */
void namida_sender_preview_async (NamidaSender *self,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data);
/** Returns: (transfer full) (nullable): the files that would travel. Errors: NOT_FOUND: it cannot say, DECLINED: it
 * does not say that to this device. */
NamidaOfferAnswer *namida_sender_preview_finish (NamidaSender *self, GAsyncResult *result, GError **error);

G_END_DECLS
