/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-backups-message.h"
#include "namida-identity.h"
#include "namida-sink.h"
#include "namida-transfer.h"

G_BEGIN_DECLS

/**
 * namida_puller_list_async: what another of our devices keeps for this one, from the first of @addresses that answers
 * with @fingerprint. Errors: UNREACHABLE, IDENTITY_CHANGED, DECLINED (not trusted there, or not allowed to fetch),
 * NOT_FOUND (it keeps none at all), CANCELLED.
 */
void namida_puller_list_async (NamidaIdentity *identity,
                               GListModel *addresses,
                               const char *fingerprint,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data);
/** (transfer full) (element-type NamidaKeptBackup) (nullable): newest first. */
GPtrArray *namida_puller_list_finish (GAsyncResult *result, GError **error);

/** Where it lands: called in a worker, once the other side has said what there is. @key: of the backup, to find an
 * interrupted session. (transfer full) (nullable) */
typedef NamidaSink *(*NamidaPullerLand) (NamidaBackup *backup, const char *key, gpointer user_data, GError **error);

/**
 * NamidaPuller: fetches one backup into a sink, over 1 to 4 connections in worker threads; each file is compared with
 * the hash that the other side has had since it arrived there. Interrupted, its parts stay, and fetching it again goes
 * on. Main context.
 */
#define NAMIDA_TYPE_PULLER (namida_puller_get_type ())
G_DECLARE_FINAL_TYPE (NamidaPuller, namida_puller, NAMIDA, PULLER, GObject)

/** @transfer: NAMIDA_DIRECTION_RECEIVE; carries progress, results and the person's cancel; ended by the puller.
 * @land_data: (transfer full): freed by @land_free in the main context. */
NamidaPuller *namida_puller_new (NamidaIdentity *identity,
                                 GListModel *addresses,
                                 const char *fingerprint,
                                 NamidaTransfer *transfer,
                                 NamidaPullerLand land,
                                 gpointer land_data,
                                 GDestroyNotify land_free);
/** namida_puller_fetch_async: @labels: (nullable): the music folders that are wanted; NULL: all. Succeeds when every
 * file is stored or was here already; else as namida_puller_list_async(), or NO_SPACE, STORAGE, INCOMPLETE. */
void namida_puller_fetch_async (NamidaPuller *self,
                                const char *backup_id,
                                const char *const *labels,
                                GAsyncReadyCallback callback,
                                gpointer user_data);
gboolean namida_puller_fetch_finish (NamidaPuller *self, GAsyncResult *result, GError **error);

G_END_DECLS
