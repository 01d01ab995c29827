/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-client.h"
#include "namida-database.h"
#include "namida-rate-limit.h"
#include "namida-transfer.h"

G_BEGIN_DECLS

/**
 * NamidaUploadJob: the files that one offer's answer wants, moved over 1 to 4 connections in threads of their own.
 * Made and run once. Main context unless marked.
 */
#define NAMIDA_TYPE_UPLOAD_JOB (namida_upload_job_get_type ())
G_DECLARE_FINAL_TYPE (NamidaUploadJob, namida_upload_job, NAMIDA, UPLOAD_JOB, GObject)

/**
 * namida_upload_job_new:
 * @answer: (transfer full): what is wanted, from where on; files it does not name become KEPT_EXISTING and count as
 * done
 * @fingerprint: every connection must show it; @database: (nullable): hashes of what was read are kept there
 *
 * Long for many files: worker threads.
 */
NamidaUploadJob *namida_upload_job_new (NamidaIdentity *identity,
                                        GInetSocketAddress *address,
                                        const char *fingerprint,
                                        NamidaOfferAnswer *answer,
                                        NamidaDatabase *database,
                                        NamidaRateLimit *limit,
                                        NamidaTransfer *transfer);
/** namida_upload_job_set_pack: whether the other side takes packs (it says so in register); before it runs. */
void namida_upload_job_set_pack (NamidaUploadJob *self, gboolean pack);
/** namida_upload_job_get_bytes: what was granted, whole files; any thread. */
guint64 namida_upload_job_get_bytes (NamidaUploadJob *self);
guint namida_upload_job_get_files (NamidaUploadJob *self);
/**
 * namida_upload_job_run_async: succeeds when everything that can be read was taken in by the other side; files that
 * could not be read or were not taken are told in the transfer's results. Errors end the whole sending: UNREACHABLE,
 * IDENTITY_CHANGED, NO_SPACE, CANCELLED, …
 */
void namida_upload_job_run_async (NamidaUploadJob *self, GAsyncReadyCallback callback, gpointer user_data);
/** Returns: (transfer full) (nullable) (element-type utf8 utf8): id → SHA-256 of what was read and sent, for finish. */
GHashTable *namida_upload_job_run_finish (NamidaUploadJob *self, GAsyncResult *result, GError **error);
/** namida_upload_job_is_proven: whether a receiver that does not want @entry can know that it has the same: a hash was
 * offered, or there is nothing to compare. Any thread. */
gboolean namida_upload_job_is_proven (const NamidaEntry *entry);

G_END_DECLS
