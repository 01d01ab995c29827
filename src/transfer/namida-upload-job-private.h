/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-digest.h"
#include "namida-file-reader.h"
#include "namida-upload-connection.h"
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
  guint64 bytes;
  int next;                  /* atomic: the first item that nobody has taken */
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
  NamidaUploadConnection *connection; /* (nullable) */
  NamidaBlockPool *pool;
  NamidaDigest *digest;
  gint64 moved_at; /* monotonic: when bytes last went out */
  gboolean silent; /* the last connection ended by silence: one short try is left */
  gboolean lost;   /* that try failed */
} NamidaUploadWorker;

/** namida_upload_worker_run: takes items until there are none or the job ends. (namida-upload-worker.c) */
void namida_upload_worker_run (NamidaUploadJob *job);
/** namida_upload_job_fail: ends the whole job; the first error stays. @error: (transfer full). Any thread. */
void namida_upload_job_fail (NamidaUploadJob *self, GError *error);

G_END_DECLS
