/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The files that the answer to one offer wants, moved over one or more connections, each with a thread of its own. Made
 * and run once by a step of a NamidaSender, in the worker thread of that step; what is special to a dialect comes from
 * its table. */
#pragma once

#include "namida-digest.h"
#include "namida-file-reader.h"
#include "namida-http-connection.h"
#include "namida-sender.h"
#include "namida-workers.h"

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
  gboolean lost;  /* its connection failed, not the file: another offer may bring it */
} NamidaUploadItem;

typedef struct
{
  NamidaSender *sender; /* borrowed */
  NamidaTransfer *transfer;
  char *session_id;
  GArray *items; /* of NamidaUploadItem */
  GArray *
      claimed; /* of NamidaUploadItem: not wanted, although no hash was offered: hashed here, and asked for in finish */
  guint64 bytes;
  GArray *large; /* of guint: items that go alone; the workers take them */
  GArray *small; /* of guint: items for packs */
  guint n_connections;
  int started; /* atomic: workers that have begun */
  NamidaWorkers workers;
  GMutex lock;
  guint next_small; /* locked: the first of @small that nobody has taken */
  GPtrArray *rows;  /* locked: of NamidaHashRow */
} NamidaUploadJob;

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

/**
 * namida_upload_job_new: sorts out what @sender's answer grants. Files that it does not name get the result that the
 * dialect has for them. Long for many files: worker threads.
 */
NamidaUploadJob *namida_upload_job_new (NamidaSender *sender);
void namida_upload_job_free (NamidaUploadJob *self);
/**
 * namida_upload_job_run: moves the files. Files that could not be read or were not taken are told in the results of the
 * transfer. Blocking.
 *
 * Returns: %FALSE with an error that ends the whole sending: UNREACHABLE, IDENTITY_CHANGED, NO_SPACE, CANCELLED, …
 */
gboolean namida_upload_job_run (NamidaUploadJob *self, GError **error);
/** namida_upload_job_collect_hashes: Returns: (transfer full) (element-type utf8 utf8): id → SHA-256 of what was read
 * and sent. After it has run. */
GHashTable *namida_upload_job_collect_hashes (NamidaUploadJob *self);
/** namida_upload_job_is_complete: Returns: whether every file that was granted was taken in by the other side. */
gboolean namida_upload_job_is_complete (NamidaUploadJob *self);

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

gboolean namida_upload_item_is_folder (NamidaUploadItem *item);
/** @item goes on at @offset, which counts as sent; from the start when the file has no such offset. */
void namida_upload_item_start_from (NamidaUploadJob *job, NamidaUploadItem *item, guint64 offset);

/* Steps of a worker that files and packs share (namida-upload-steps.c). */
gboolean namida_upload_worker_connect (NamidaUploadWorker *worker, GError **error);
/** Bytes of @item went out, or (negative) are taken back. */
void namida_upload_worker_count (NamidaUploadWorker *worker, NamidaUploadItem *item, gint64 bytes);
/** namida_upload_worker_classify: what the failure of a try means. */
NamidaTry namida_upload_worker_classify (NamidaUploadWorker *worker, const GError *error);
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

/** namida_sender_v1_check_refusal: what a refusal of v1 means; also of a pack: then @item is %NULL.
 * (namida-sender-v1.c)
 */
NamidaTry namida_sender_v1_check_refusal (NamidaUploadJob *job,
                                          NamidaUploadItem *item,
                                          const NamidaHttpAnswer *answer,
                                          GError **error);

G_END_DECLS
