/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fetches backups that another device keeps for this one. Called by the hub in the main context; the work is done in
 * worker threads. */
#pragma once

#include "namida-backups-message.h"
#include "namida-identity.h"
#include "namida-sink.h"
#include "namida-transfer.h"

G_BEGIN_DECLS

/** namida_puller_list_async: Lists the versions that another device keeps for this one, at the first of @addresses that
 * answers with @fingerprint. Errors: UNREACHABLE, IDENTITY_CHANGED, DECLINED (not trusted there, or not allowed to
 * fetch), NOT_FOUND (it keeps no backups at all), CANCELLED. */
void namida_puller_list_async (NamidaIdentity *identity,
                               GListModel *addresses,
                               const char *fingerprint,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data);
/** namida_puller_list_finish: Returns: (transfer full) (element-type NamidaKeptBackup) (nullable): newest first; %NULL
 * with @error. */
GPtrArray *namida_puller_list_finish (GAsyncResult *result, GError **error);

/** NamidaPullerCreateSink: creates the sink, in a worker, when the other device has listed the files of @backup. @key:
 * the key of the backup, to find an interrupted session. Returns: (transfer full) (nullable): %NULL with @error. */
typedef NamidaSink *(*NamidaPullerCreateSink) (NamidaBackup *backup,
                                               const char *key,
                                               gpointer user_data,
                                               GError **error);

/** NamidaPuller: fetches one backup into a sink, over 1 to 4 connections in worker threads. Each file is compared with
 * the hash that the other side has recorded since the file arrived there. If the fetch is interrupted, its parts are
 * kept, and fetching again resumes. Main context. */
#define NAMIDA_TYPE_PULLER (namida_puller_get_type ())
G_DECLARE_FINAL_TYPE (NamidaPuller, namida_puller, NAMIDA, PULLER, GObject)

/** namida_puller_new: @transfer: with NAMIDA_DIRECTION_RECEIVE; carries progress, results and the cancellation by the
 * user; the puller ends it. @create_data: (transfer full): freed with @create_free in the main context. Returns:
 * (transfer full). */
NamidaPuller *namida_puller_new (NamidaIdentity *identity,
                                 GListModel *addresses,
                                 const char *fingerprint,
                                 NamidaTransfer *transfer,
                                 NamidaPullerCreateSink create_sink,
                                 gpointer create_data,
                                 GDestroyNotify create_free);
/** namida_puller_fetch_async: Fetches the backup @backup_id. @labels: (nullable): the wanted music folders; %NULL for
 * all. */
void namida_puller_fetch_async (NamidaPuller *self,
                                const char *backup_id,
                                const char *const *labels,
                                GAsyncReadyCallback callback,
                                gpointer user_data);
/** namida_puller_fetch_finish: Returns: %TRUE if every file was stored or was already here; %FALSE with an error of
 * namida_puller_list_async(), NO_SPACE, STORAGE or INCOMPLETE. */
gboolean namida_puller_fetch_finish (NamidaPuller *self, GAsyncResult *result, GError **error);

G_END_DECLS
