/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The files that the answer to one offer wants, sent over one or more connections, each with its own thread. Created
 * and run once by a step of a NamidaSender, in the worker thread of that step; everything that is specific to a dialect
 * comes from its table. */
#pragma once

#include "namida-digest.h"
#include "namida-file-reader.h"
#include "namida-http-connection.h"
#include "namida-sender.h"
#include "namida-workers.h"

G_BEGIN_DECLS

/** NamidaUploadItem: one wanted file. It belongs to the worker that took it. */
typedef struct
{
  guint index; /* in the backup's entries */
  NamidaEntry *entry;
  char *token;
  guint64 offset;
  gint64 counted; /* bytes that the progress of the transfer includes for it */
  char *sha256;   /* (nullable): the hash of what was sent, once the other side has it */
  gboolean lost;  /* its connection failed, not the file: another offer may bring it */
} NamidaUploadItem;

typedef struct
{
  NamidaSender *sender; /* borrowed */
  NamidaTransfer *transfer;
  char *session_id;
  GArray *items; /* NamidaUploadItem */
  GArray *
      claimed; /* NamidaUploadItem: not wanted although no hash was offered: these are hashed, and verified in finish */
  guint64 bytes;
  GArray *large; /* guint: items that are sent alone; the workers take them */
  GArray *small; /* guint: items that are sent in packs */
  guint n_connections;
  int started; /* atomic: the number of workers that have begun */
  NamidaWorkers workers;
  GMutex lock;
  guint next_small; /* locked: the first of @small that is not taken */
  GPtrArray *rows;  /* locked: NamidaHashRow */
} NamidaUploadJob;

/** NamidaTry: the result of one attempt to send a file or a pack. */
typedef enum
{
  NAMIDA_TRY_SENT,
  NAMIDA_TRY_SOURCE,   /* our file failed: it is left out, and the others continue */
  NAMIDA_TRY_OFFSET,   /* the other side named another offset, now in item->offset */
  NAMIDA_TRY_MISMATCH, /* the bytes that arrived differ from those we read */
  NAMIDA_TRY_REFUSED,  /* this file only was refused */
  NAMIDA_TRY_BROKEN,   /* the connection failed */
  NAMIDA_TRY_BUSY,     /* the other side has not noticed yet that the previous connection was lost */
  NAMIDA_TRY_FATAL,    /* the session failed */
} NamidaTry;

/** namida_upload_job_new: Sorts the files that the answer in @sender wants. Files that are not in the answer get the
 * result that the dialect defines for them. Takes long for many files: worker threads. Returns: (transfer full). */
NamidaUploadJob *namida_upload_job_new (NamidaSender *sender);
void namida_upload_job_free (NamidaUploadJob *self);
/**
 * namida_upload_job_run: Sends the files. Files that could not be read or were refused are reported in the results of
 * the transfer. Blocking.
 *
 * Returns: %FALSE with an error that ends the whole transfer: UNREACHABLE, IDENTITY_CHANGED, NO_SPACE, CANCELLED, …
 */
gboolean namida_upload_job_run (NamidaUploadJob *self, GError **error);
/** namida_upload_job_store_hashes: writes what the job has read to the index of hashes. Called once, after the job has
 * run. Blocking; any thread. */
void namida_upload_job_store_hashes (NamidaUploadJob *self);
/** namida_upload_job_collect_hashes: called after the job has run. Returns: (transfer full) (element-type utf8 utf8):
 * id → SHA-256 of what was read and sent. */
GHashTable *namida_upload_job_collect_hashes (NamidaUploadJob *self);
/** namida_upload_job_is_complete: Returns: whether the other side received every wanted file. */
gboolean namida_upload_job_is_complete (NamidaUploadJob *self);

/** NamidaUploadWorker: one connection and its thread. */
typedef struct
{
  NamidaUploadJob *job;
  NamidaHttpConnection *connection; /* (nullable) */
  NamidaBlockPool *pool;
  NamidaDigest *digest;
  gint64 moved_at; /* monotonic µs: when bytes were last sent */
  gboolean silent; /* the last connection timed out: one short attempt is left */
  gboolean lost;   /* that attempt failed */
} NamidaUploadWorker;

/** namida_upload_item_is_folder: Returns: whether @item is an empty folder. */
gboolean namida_upload_item_is_folder (NamidaUploadItem *item);
/** namida_upload_item_start_from: Continues @item at @offset, and counts the bytes before it as sent; starts from the
 * beginning if the file is shorter. */
void namida_upload_item_start_from (NamidaUploadJob *job, NamidaUploadItem *item, guint64 offset);

/* Steps of a worker that are the same for files and packs (namida-upload-steps.c). */
gboolean namida_upload_worker_connect (NamidaUploadWorker *worker, GError **error);
/** namida_upload_worker_count: Counts sent bytes of @item, or (negative) takes them back. */
void namida_upload_worker_count (NamidaUploadWorker *worker, NamidaUploadItem *item, gint64 bytes);
/** namida_upload_worker_classify: Returns: what the failure of an attempt means. */
NamidaTry namida_upload_worker_classify (NamidaUploadWorker *worker, const GError *error);
/** namida_upload_worker_wait_busy: Waits a moment before a file that was BUSY is tried again. @since: (inout): when it
 * was BUSY first; 0 for now. Returns: %FALSE if the other side should have noticed by now, or the job was canceled. */
gboolean namida_upload_worker_wait_busy (NamidaUploadWorker *worker, gint64 *since);
/** namida_upload_worker_drop_connection: Closes the connection. @broken: whether it failed. */
void namida_upload_worker_drop_connection (NamidaUploadWorker *worker, gboolean broken);
/** namida_upload_worker_ask_offsets: Returns: (transfer full) (nullable): id → guint64*: how much the other side has of
 * each file; %NULL if it cannot tell. */
GHashTable *namida_upload_worker_ask_offsets (NamidaUploadWorker *worker);
/** namida_upload_worker_leave_out: Gives up on @item: takes back what was counted for it, and sets its result in the
 * transfer from @result and @error. */
void namida_upload_worker_leave_out (NamidaUploadWorker *worker,
                                     NamidaUploadItem *item,
                                     NamidaTry result,
                                     const GError *error);
/** namida_upload_worker_take_sent: Records that the other side has the file. @before: the attributes of the file that
 * was read. */
void namida_upload_worker_take_sent (NamidaUploadWorker *worker,
                                     NamidaUploadItem *item,
                                     const struct stat *before,
                                     const char *sha256);

/** namida_upload_worker_send_alone: Sends one file, with all attempts (namida-upload-worker.c). Returns: %FALSE with
 * @error if the job has ended. */
gboolean namida_upload_worker_send_alone (NamidaUploadWorker *worker, NamidaUploadItem *item, GError **error);
/** namida_upload_worker_send_pack: Sends several small files in one body, with all attempts (namida-upload-pack.c).
 * Returns: %FALSE with @error if the job has ended. */
gboolean
namida_upload_worker_send_pack (NamidaUploadWorker *worker, NamidaUploadItem **items, guint n_items, GError **error);

/** namida_upload_job_take_small: Takes the next files for a pack. Returns: (transfer container): empty at the end. Any
 * thread. */
GPtrArray *namida_upload_job_take_small (NamidaUploadJob *self);
/** namida_upload_worker_run: Takes and sends items until there are none left or the job ends
 * (namida-upload-worker.c). */
void namida_upload_worker_run (NamidaUploadJob *job);

/** namida_sender_v1_check_refusal: Returns: what a refusal of v1 means (namida-sender-v1.c). @item: (nullable): %NULL
 * for a pack. */
NamidaTry namida_sender_v1_check_refusal (NamidaUploadJob *job,
                                          NamidaUploadItem *item,
                                          const NamidaHttpAnswer *answer,
                                          GError **error);

G_END_DECLS
