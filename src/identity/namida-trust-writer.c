/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The writer thread of the trust store; see the header. Changes are pushed in the main context and written in one
 * worker thread. */
#include "config.h"

#include "namida-trust-writer-private.h"

struct _NamidaTrustWriter
{
  NamidaDatabase *database;
  GMainContext *context;
  GObject *owner; /* only dereferenced through a GWeakRef that is created in the owner's thread */
  NamidaTrustWriterFailed failed;
  GThreadPool *pool; /* with one thread, so that changes are written in order */
  GMutex mutex;      /* guards @pending and @error */
  GCond idle;
  guint pending;
  GError *error; /* (nullable): the first failure since the last namida_trust_writer_flush() with an error */
};

typedef struct
{
  NamidaTrustWrite what;
  NamidaTrusted *row;
  GWeakRef *owner;
} Job;

typedef struct
{
  GWeakRef *owner;
  NamidaTrustWriterFailed failed;
  char *message;
} Failure;

static GWeakRef *
trust_writer_weak_new (GObject *object)
{
  GWeakRef *weak = g_new0 (GWeakRef, 1);

  g_weak_ref_init (weak, object);
  return weak;
}

static void
trust_writer_weak_free (GWeakRef *weak)
{
  if (weak == NULL)
    return;
  g_weak_ref_clear (weak);
  g_free (weak);
}

/* Take the strong reference here and not in the worker thread, which must never hold the last one: finalizing the
 * owner waits for the worker. */
static gboolean
trust_writer_report_failure (gpointer data)
{
  Failure *failure = data;
  g_autoptr (GObject) owner = g_weak_ref_get (failure->owner);

  if (owner != NULL)
    failure->failed (owner, failure->message);
  return G_SOURCE_REMOVE;
}

static void
failure_free (gpointer data)
{
  Failure *failure = data;

  trust_writer_weak_free (failure->owner);
  g_free (failure->message);
  g_free (failure);
}

/* Also forgets what was sent to the device, so that a device that is no longer trusted is not sent replacements
 * (namida_given_content_find()). */
static gboolean
trust_writer_remove (NamidaDatabase *database, const char *fingerprint, GError **error)
{
  return namida_database_exec (database, error, "DELETE FROM trusted WHERE fingerprint = ?", "s", fingerprint)
         && namida_database_exec (database, error,
                                  "DELETE FROM given_contents WHERE receiver IN (SELECT id FROM receivers"
                                  " WHERE fingerprint = ?)",
                                  "s", fingerprint)
         && namida_database_exec (database, error, "DELETE FROM receivers WHERE fingerprint = ?", "s", fingerprint);
}

static gboolean
trust_writer_write_row (NamidaDatabase *database, NamidaTrustWrite what, const NamidaTrusted *row, GError **error)
{
  switch (what)
    {
    case NAMIDA_TRUST_WRITE_ADD:
      return namida_database_exec (database, error,
                                   "INSERT INTO trusted (fingerprint, uuid, alias, trusted_at, last_seen, last_address,"
                                   " auto_accept, may_restore, landing) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
                                   " ON CONFLICT (fingerprint) DO UPDATE SET"
                                   " uuid = excluded.uuid, alias = excluded.alias, trusted_at = excluded.trusted_at",
                                   "sssiisiis", row->fingerprint, row->uuid, row->alias, row->trusted_at,
                                   row->last_seen, row->last_address, (gint64) row->auto_accept,
                                   (gint64) row->may_restore, row->landing);
    case NAMIDA_TRUST_WRITE_AUTO_ACCEPT:
      return namida_database_exec (database, error, "UPDATE trusted SET auto_accept = ? WHERE fingerprint = ?", "is",
                                   (gint64) row->auto_accept, row->fingerprint);
    case NAMIDA_TRUST_WRITE_MAY_RESTORE:
      return namida_database_exec (database, error, "UPDATE trusted SET may_restore = ? WHERE fingerprint = ?", "is",
                                   (gint64) row->may_restore, row->fingerprint);
    case NAMIDA_TRUST_WRITE_LANDING:
      return namida_database_exec (database, error, "UPDATE trusted SET landing = ? WHERE fingerprint = ?", "ss",
                                   row->landing, row->fingerprint);
    case NAMIDA_TRUST_WRITE_SEEN:
      return namida_database_exec (database, error,
                                   "UPDATE trusted SET last_seen = ?, last_address = ? WHERE fingerprint = ?", "iss",
                                   row->last_seen, row->last_address, row->fingerprint);
    case NAMIDA_TRUST_WRITE_RENAME:
      return namida_database_exec (database, error, "UPDATE trusted SET alias = ? WHERE fingerprint = ?", "ss",
                                   row->alias, row->fingerprint);
    case NAMIDA_TRUST_WRITE_REMOVE:
      return trust_writer_remove (database, row->fingerprint, error);
    case NAMIDA_TRUST_WRITE_BLOCK:
      return trust_writer_remove (database, row->fingerprint, error)
             && namida_database_exec (
                 database, error, "INSERT OR REPLACE INTO blocked (fingerprint, alias, blocked_at) VALUES (?, ?, ?)",
                 "ssi", row->fingerprint, row->alias, row->trusted_at);
    case NAMIDA_TRUST_WRITE_UNBLOCK:
      return namida_database_exec (database, error, "DELETE FROM blocked WHERE fingerprint = ?", "s", row->fingerprint);
    default:
      g_return_val_if_reached (FALSE);
    }
}

static void
trust_writer_report (NamidaTrustWriter *self, Job *job, const char *message)
{
  Failure *failure = g_new0 (Failure, 1);
  g_autoptr (GSource) source = g_idle_source_new ();

  g_warning ("trust store: %s", message);
  failure->owner = g_steal_pointer (&job->owner);
  failure->failed = self->failed;
  failure->message = g_strdup (message);
  g_source_set_callback (source, trust_writer_report_failure, failure, failure_free);
  g_source_attach (source, self->context);
}

static void
trust_writer_work (gpointer data, gpointer user_data)
{
  NamidaTrustWriter *self = user_data;
  Job *job = data;
  g_autoptr (GError) error = NULL;

  if (!trust_writer_write_row (self->database, job->what, job->row, &error))
    trust_writer_report (self, job, error->message);
  trust_writer_weak_free (job->owner);
  namida_trusted_free (job->row);
  g_free (job);

  g_mutex_lock (&self->mutex);
  if (self->error == NULL)
    self->error = g_steal_pointer (&error);
  if (--self->pending == 0)
    g_cond_broadcast (&self->idle);
  g_mutex_unlock (&self->mutex);
}

NamidaTrustWriter *
namida_trust_writer_new (NamidaDatabase *database, GObject *owner, NamidaTrustWriterFailed failed)
{
  NamidaTrustWriter *self = g_new0 (NamidaTrustWriter, 1);

  self->database = g_object_ref (database);
  self->context = g_main_context_ref_thread_default ();
  self->owner = owner;
  self->failed = failed;
  g_mutex_init (&self->mutex);
  g_cond_init (&self->idle);
  self->pool = g_thread_pool_new (trust_writer_work, self, 1, FALSE, NULL);
  return self;
}

void
namida_trust_writer_push (NamidaTrustWriter *self, NamidaTrustWrite what, const NamidaTrusted *row)
{
  Job *job = g_new0 (Job, 1);

  job->what = what;
  job->row = namida_trusted_copy (row);
  job->owner = trust_writer_weak_new (self->owner);
  g_mutex_lock (&self->mutex);
  self->pending++;
  g_mutex_unlock (&self->mutex);
  g_thread_pool_push (self->pool, job, NULL);
}

gboolean
namida_trust_writer_flush (NamidaTrustWriter *self, GError **error)
{
  GError *failure = NULL;

  g_mutex_lock (&self->mutex);
  while (self->pending > 0)
    g_cond_wait (&self->idle, &self->mutex);
  if (error != NULL)
    failure = g_steal_pointer (&self->error);
  g_mutex_unlock (&self->mutex);
  if (failure == NULL)
    return TRUE;
  g_propagate_error (error, failure);
  return FALSE;
}

void
namida_trust_writer_free (NamidaTrustWriter *self)
{
  g_thread_pool_free (self->pool, FALSE, TRUE);
  g_clear_object (&self->database);
  g_main_context_unref (self->context);
  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->idle);
  g_clear_error (&self->error);
  g_free (self);
}
