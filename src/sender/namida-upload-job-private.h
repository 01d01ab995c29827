/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-digest.h"
#include "namida-file-reader.h"
#include "namida-http-connection.h"
#include "namida-upload-job.h"

G_BEGIN_DECLS

/** One granted file; owned by the worker that took it. */
typedef struct
{
  guint index; /* in the backup's entries */
  NamidaEntry *entry;
  char *token;
  guint64 offset;
  gint64 counted; /* bytes that the transfer's progress holds for it */
  char *sha256;   /* (nullable) of what was sent, once the other side has it */
} NamidaUploadItem;

struct _NamidaUploadJob
{
  GObject parent_instance;
  NamidaIdentity *identity;
  GInetSocketAddress *address;
  char *fingerprint, *session_id;
  NamidaDatabase *database; /* (nullable) */
  NamidaRateLimit *limit;
  NamidaTransfer *transfer;
  GArray *items; /* of NamidaUploadItem */
  GArray *
      claimed; /* of NamidaUploadItem: not wanted, although no hash was offered: hashed here, and asked for in finish */
  guint64 bytes;
  gboolean pack;    /* the other side takes packs */
  GArray *large;    /* of guint: items that go alone; made when it runs */
  GArray *small;    /* of guint: items for packs */
  int next;         /* atomic: the first of @large that nobody has taken */
  guint next_small; /* locked: likewise */
  guint n_connections;
  int started;               /* atomic: workers that have begun */
  GCancellable *cancellable; /* the person's wish, or a fatal error: every connection ends */
  gulong handler;
  GMutex lock;
  GError *fatal;   /* locked: the first one */
  GPtrArray *rows; /* locked: of NamidaHashRow */
};

/** One connection and its thread. */
typedef struct
{
  NamidaUploadJob *job;
  NamidaHttpConnection *connection; /* (nullable) */
  NamidaBlockPool *pool;
  NamidaDigest *digest;
  gint64 moved_at; /* monotonic: when bytes last went out */
  gboolean silent; /* the last connection ended by silence: one short try is left */
  gboolean lost;   /* that try failed */
} NamidaUploadWorker;

/** What came of one try to send a file or a pack. */
typedef enum
{
  NAMIDA_TRY_SENT,
  NAMIDA_TRY_SOURCE,   /* our file: it is left out, the rest goes on */
  NAMIDA_TRY_OFFSET,   /* the other side named another offset, item->offset is that */
  NAMIDA_TRY_MISMATCH, /* other bytes arrived than we read */
  NAMIDA_TRY_REFUSED,  /* this file only */
  NAMIDA_TRY_BROKEN,   /* the connection */
  NAMIDA_TRY_BUSY,     /* the other side has not noticed yet that the connection before is gone */
  NAMIDA_TRY_FATAL,    /* the session */
} NamidaTry;

gboolean namida_upload_item_is_folder (NamidaUploadItem *item);

/* Steps of a worker that files and packs share (namida-upload-steps.c). */
gboolean namida_upload_worker_connect (NamidaUploadWorker *worker, GError **error);
/** Bytes of @item went out, or (negative) are taken back. */
void namida_upload_worker_count (NamidaUploadWorker *worker, NamidaUploadItem *item, gint64 bytes);
/** @item goes on at @offset, which counts as sent; from the start when the file has no such offset. */
void namida_upload_worker_start_from (NamidaUploadWorker *worker, NamidaUploadItem *item, guint64 offset);
NamidaTry namida_upload_worker_judge_error (NamidaUploadWorker *worker, const GError *error);
/** @item: (nullable): for WRONG_OFFSET. */
NamidaTry namida_upload_worker_judge_refusal (NamidaUploadWorker *worker,
                                              NamidaUploadItem *item,
                                              const NamidaHttpAnswer *answer,
                                              GError **error);
/** namida_upload_worker_wait_busy: waits a moment, after which a file that was BUSY may be tried again. @since:
 * (inout): when it was so first, 0: now. Returns: %FALSE: the other side must have noticed by now, or the job was
 * cancelled. */
gboolean namida_upload_worker_wait_busy (NamidaUploadWorker *worker, gint64 *since);
/** Ends the connection that broke, and notes how. */
void namida_upload_worker_drop_connection (NamidaUploadWorker *worker, gboolean broken);
/** Returns: (transfer full) (nullable): id → guint64*: where the other side stands; %NULL when it cannot say. */
GHashTable *namida_upload_worker_ask_offsets (NamidaUploadWorker *worker);
void namida_upload_worker_leave_out (NamidaUploadWorker *worker,
                                     NamidaUploadItem *item,
                                     NamidaTry result,
                                     const GError *error);
/** The other side has the file. @before: of the file that was read. */
void namida_upload_worker_take_sent (NamidaUploadWorker *worker,
                                     NamidaUploadItem *item,
                                     const struct stat *before,
                                     const char *sha256);

/** One file, with all tries (namida-upload-worker.c). Returns: %FALSE: the job is over, by @error. */
gboolean namida_upload_worker_send_alone (NamidaUploadWorker *worker, NamidaUploadItem *item, GError **error);
/** namida_upload_worker_send_pack: several small files in one body, with all tries; as above. (namida-upload-pack.c) */
gboolean
namida_upload_worker_send_pack (NamidaUploadWorker *worker, NamidaUploadItem **items, guint n_items, GError **error);

/** namida_upload_job_take_small: the next files for a pack. Returns: (transfer container): empty at the end. Any
 * thread. */
GPtrArray *namida_upload_job_take_small (NamidaUploadJob *self);
/** namida_upload_worker_run: takes items until there are none or the job ends. (namida-upload-worker.c) */
void namida_upload_worker_run (NamidaUploadJob *job);
/** namida_upload_job_fail: ends the whole job; the first error stays. @error: (transfer full). Any thread. */
void namida_upload_job_fail (NamidaUploadJob *self, GError *error);

G_END_DECLS
