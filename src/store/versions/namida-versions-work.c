/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The asynchronous calls of the list of versions: loading, inspecting zips, verifying, removing, pinning, the trash and
 * retention. Each call runs a job in a worker and updates the list before it reports back to its caller in the main
 * context. */
#include "config.h"

#include "namida-versions-private.h"

#include "namida-error.h"
#include "namida-retention-apply.h"
#include "namida-store-private.h"
#include "namida-store-mark.h"
#include "namida-version-adopt.h"
#include "namida-version-follow.h"
#include "namida-version-trash.h"
#include "namida-zip-doubt.h"

#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <unistd.h>

#define PROGRESS_MS 250
#define WRITE_RECORDS_US (2 * G_USEC_PER_SEC)

typedef struct _Work Work;

/* Job: does the work in a worker thread. Returns: (transfer full): the outcome, or DONE if it has none; NULL with an
 * error. */
typedef gpointer (*Job) (Work *work, GCancellable *cancellable, GError **error);
#define DONE GINT_TO_POINTER (TRUE)

/* One call in progress. The list is updated before the caller gets the result. */
struct _Work
{
  Job job;
  void (*count) (NamidaVersions *self, int by); /* (nullable): counts calls of this kind in progress */

  NamidaStore *store; /* (nullable) */
  char *id;           /* (nullable): NULL for all versions */
  gboolean repair, dry_run, pinned;
  gint64 read_before; /* above 0 for a quiet verification */
  NamidaRetention policy;

  gpointer outcome;            /* (nullable) */
  GDestroyNotify outcome_free; /* (nullable): NULL if the outcome is DONE */
  GPtrArray *facts;            /* (nullable): the new contents of the list */

  GMutex lock; /* guards the following members */
  guint64 done, total;
  guint timer;
  NamidaVerifyProgress progress;
  gpointer progress_data;
};

static Work *
work_new (NamidaVersions *self, NamidaVersion *version, Job job, GDestroyNotify outcome_free)
{
  Work *work = g_new0 (Work, 1);
  NamidaStore *store = namida_versions_get_store (self);

  g_mutex_init (&work->lock);
  work->job = job;
  work->outcome_free = outcome_free;
  work->store = store != NULL ? g_object_ref (store) : NULL;
  work->id = version != NULL ? g_strdup (namida_version_get_id (version)) : NULL;
  return work;
}

static void
work_free (gpointer data)
{
  Work *work = data;

  g_clear_handle_id (&work->timer, g_source_remove);
  g_clear_object (&work->store);
  if (work->outcome != NULL && work->outcome_free != NULL)
    work->outcome_free (work->outcome);
  g_clear_pointer (&work->facts, g_ptr_array_unref);
  g_mutex_clear (&work->lock);
  g_free (work->id);
  g_free (work);
}

static NamidaDatabase *
versions_work_get_database (Work *work)
{
  return namida_store_get_database (work->store);
}

/* ---- shared by all calls ---- */

/* Completes what a crash interrupted, with the first call that reads the versions. */
static void
versions_work_reload_resume (Work *work)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) trash = NULL;

  if (!namida_removal_resume (versions_work_get_database (work), &error))
    g_message ("%s", error->message);
  if (!namida_version_trash_resume (versions_work_get_database (work), &trash))
    g_message ("%s", trash->message);
}

/* Marks the current store if it is one, finds versions that are new to the database, and gives those of release 0.1.0 a
 * record. Work that takes long continues with the next call. */
static void
versions_work_reload_adopt (Work *work, GCancellable *cancellable)
{
  const char *backups = namida_store_get_backups (work->store);
  int fd = open (backups, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  g_autoptr (GError) error = NULL;

  if (fd >= 0)
    {
      if (namida_store_mark_look (versions_work_get_database (work), backups) == NAMIDA_STORE_HERE
          && !namida_store_mark_ensure (versions_work_get_database (work), backups, fd, &error))
        g_message ("%s", error->message);
      close (fd);
    }
  namida_version_adopt_stores (versions_work_get_database (work), cancellable);
  namida_version_write_records (versions_work_get_database (work), WRITE_RECORDS_US, cancellable);
}

static gpointer
versions_work_reload (Work *work, GCancellable *cancellable, GError **error)
{
  versions_work_reload_resume (work);
  namida_version_follow (work->store, cancellable);
  versions_work_reload_adopt (work, cancellable);
  work->facts = namida_version_facts_load (versions_work_get_database (work), cancellable, error);
  return work->facts != NULL ? DONE : NULL;
}

/* Keep the results under the number of the version, too, because a read-only database does not remember them. */
static GHashTable *
versions_work_look_into_zips (NamidaDatabase *database, GPtrArray *all, GCancellable *cancellable)
{
  GHashTable *found
      = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, (GDestroyNotify) namida_zip_doubt_free);

  for (guint i = 0; i < all->len && !g_cancellable_is_cancelled (cancellable); i++)
    {
      const NamidaVersionFacts *facts = g_ptr_array_index (all, i);
      NamidaZipDoubt *doubt = NULL;

      if (facts->zip_path != NULL && facts->doubt == NULL && facts->present && !facts->removing)
        doubt = namida_zip_doubt_find (database, facts->record, cancellable);
      if (doubt != NULL)
        g_hash_table_insert (found, g_memdup2 (&facts->record->id, sizeof facts->record->id), doubt);
    }
  return found;
}

static gpointer
versions_work_look (Work *work, GCancellable *cancellable, GError **error)
{
  g_autoptr (GPtrArray) before = namida_version_facts_load (versions_work_get_database (work), cancellable, error);
  g_autoptr (GHashTable) found = NULL;

  if (before == NULL)
    return NULL;
  found = versions_work_look_into_zips (versions_work_get_database (work), before, cancellable);
  if (g_hash_table_size (found) == 0)
    return DONE;
  /* Inspecting may have taken long, so load the current list. */
  work->facts = namida_version_facts_load (versions_work_get_database (work), cancellable, error);
  for (guint i = 0; work->facts != NULL && i < work->facts->len; i++)
    {
      NamidaVersionFacts *facts = g_ptr_array_index (work->facts, i);
      g_autofree gpointer key = NULL;

      if (facts->doubt == NULL)
        g_hash_table_steal_extended (found, &facts->record->id, &key, (gpointer *) &facts->doubt);
    }
  return work->facts != NULL ? DONE : NULL;
}

static void
work_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Work *work = data;
  g_autoptr (GError) reason = NULL;
  GError *error = NULL;

  work->outcome = work->job (work, cancellable, &error);
  /* The call has succeeded even if the list cannot be read afterwards. */
  if (work->job != versions_work_reload && work->job != versions_work_look)
    work->facts = namida_version_facts_load (versions_work_get_database (work), NULL, &reason);
  if (reason != NULL)
    g_message ("%s", reason->message);
  if (work->outcome != NULL)
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
versions_work_on_looked (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  if (!namida_versions_look_finish (NAMIDA_VERSIONS (source), result, &error))
    g_message ("%s", error->message);
}

/* Updates the list before the caller continues. */
static void
versions_work_worked (GObject *source, GAsyncResult *result, gpointer user_data)
{
  NamidaVersions *self = NAMIDA_VERSIONS (source);
  g_autoptr (GTask) outer = user_data;
  Work *work = g_task_get_task_data (G_TASK (result));
  GError *error = NULL;

  g_clear_handle_id (&work->timer, g_source_remove);
  if (work->facts != NULL && namida_versions_get_store (self) == work->store)
    namida_versions_take_facts (self, work->facts);
  if (work->count != NULL)
    work->count (self, -1);
  if (work->job == versions_work_look)
    namida_versions_note_looked (self);
  else if (namida_versions_wants_look (self))
    namida_versions_look_async (self, NULL, versions_work_on_looked, NULL);
  if (!g_task_propagate_boolean (G_TASK (result), &error))
    g_task_return_error (outer, error);
  else if (work->outcome_free != NULL)
    g_task_return_pointer (outer, g_steal_pointer (&work->outcome), work->outcome_free);
  else
    g_task_return_boolean (outer, TRUE);
}

/* @work: (transfer full) */
static void
versions_work_run (NamidaVersions *self,
                   gpointer tag,
                   Work *work,
                   GCancellable *cancellable,
                   GAsyncReadyCallback callback,
                   gpointer user_data)
{
  g_autoptr (GTask) outer = g_task_new (self, cancellable, callback, user_data);
  g_autoptr (GTask) task = NULL;

  g_task_set_source_tag (outer, tag);
  g_task_set_check_cancellable (outer, FALSE); /* the worker reports itself if it was canceled */
  if (work->store == NULL)
    {
      work_free (work);
      g_task_return_new_error (outer, NAMIDA_ERROR, NAMIDA_ERROR_STORAGE,
                               _ ("The list of backups is not open yet. Try again in a moment."));
      return;
    }
  if (work->count != NULL)
    work->count (self, 1);
  task = g_task_new (self, cancellable, versions_work_worked, g_steal_pointer (&outer));
  g_task_set_source_tag (task, tag);
  g_task_set_check_cancellable (task, FALSE);
  g_task_set_task_data (task, work, work_free);
  g_task_run_in_thread (task, work_thread);
}

static gboolean
versions_work_finish_boolean (NamidaVersions *self, GAsyncResult *result, gpointer tag, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  g_return_val_if_fail (g_task_get_source_tag (G_TASK (result)) == tag, FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

static gpointer
versions_work_finish_pointer (NamidaVersions *self, GAsyncResult *result, gpointer tag, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (g_task_get_source_tag (G_TASK (result)) == tag, NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/* ---- load ---- */

void
namida_versions_reload_async (NamidaVersions *self,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  Work *work;

  g_return_if_fail (NAMIDA_IS_VERSIONS (self));

  work = work_new (self, NULL, versions_work_reload, NULL);
  work->count = namida_versions_count_loading;
  versions_work_run (self, namida_versions_reload_async, work, cancellable, callback, user_data);
}

gboolean
namida_versions_reload_finish (NamidaVersions *self, GAsyncResult *result, GError **error)
{
  return versions_work_finish_boolean (self, result, namida_versions_reload_async, error);
}

/* ---- inspect zips ---- */

void
namida_versions_look_async (NamidaVersions *self,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
  Work *work;

  g_return_if_fail (NAMIDA_IS_VERSIONS (self));

  work = work_new (self, NULL, versions_work_look, NULL);
  work->count = namida_versions_count_looking;
  versions_work_run (self, namida_versions_look_async, work, cancellable, callback, user_data);
}

gboolean
namida_versions_look_finish (NamidaVersions *self, GAsyncResult *result, GError **error)
{
  return versions_work_finish_boolean (self, result, namida_versions_look_async, error);
}

/* ---- verify ---- */

/* Called in a worker. */
static void
versions_work_keep_progress (guint64 done, guint64 total, gpointer user_data)
{
  Work *work = user_data;

  g_mutex_lock (&work->lock);
  work->done = done;
  work->total = total;
  g_mutex_unlock (&work->lock);
}

static gboolean
versions_work_show_progress (gpointer user_data)
{
  Work *work = user_data;
  guint64 done, total;

  g_mutex_lock (&work->lock);
  done = work->done;
  total = work->total;
  g_mutex_unlock (&work->lock);
  work->progress (done, total, work->progress_data);
  return G_SOURCE_CONTINUE;
}

static gpointer
versions_work_verify (Work *work, GCancellable *cancellable, GError **error)
{
  const char *ids[] = { work->id, NULL };

  if (work->read_before > 0)
    return namida_verify_run_quietly (versions_work_get_database (work), work->id, work->read_before, cancellable,
                                      error);
  return namida_verify_run (versions_work_get_database (work), work->id != NULL ? ids : NULL, work->repair,
                            versions_work_keep_progress, work, cancellable, error);
}

void
namida_versions_verify_async (NamidaVersions *self,
                              NamidaVersion *version,
                              gboolean repair,
                              NamidaVerifyProgress progress,
                              gpointer progress_data,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  Work *work;

  g_return_if_fail (NAMIDA_IS_VERSIONS (self));

  work = work_new (self, version, versions_work_verify, (GDestroyNotify) namida_verify_report_free);
  work->count = namida_versions_count_verifying;
  work->repair = repair;
  work->progress = progress;
  work->progress_data = progress_data;
  if (progress != NULL && work->store != NULL)
    work->timer = g_timeout_add (PROGRESS_MS, versions_work_show_progress, work);
  versions_work_run (self, namida_versions_verify_async, work, cancellable, callback, user_data);
}

void
namida_versions_verify_quietly_async (NamidaVersions *self,
                                      NamidaVersion *version,
                                      gint64 read_before,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data)
{
  Work *work;

  g_return_if_fail (NAMIDA_IS_VERSIONS (self));
  g_return_if_fail (version != NULL && read_before > 0);

  work = work_new (self, version, versions_work_verify, (GDestroyNotify) namida_verify_report_free);
  work->count = namida_versions_count_verifying;
  work->read_before = read_before;
  versions_work_run (self, namida_versions_verify_async, work, cancellable, callback, user_data);
}

NamidaVerifyReport *
namida_versions_verify_finish (NamidaVersions *self, GAsyncResult *result, GError **error)
{
  return versions_work_finish_pointer (self, result, namida_versions_verify_async, error);
}

/* ---- remove ---- */

static gpointer
versions_work_remove_version (Work *work, GCancellable *cancellable, GError **error)
{
  const char *ids[] = { work->id, NULL };

  return namida_removal_run (versions_work_get_database (work), ids, work->dry_run, error);
}

void
namida_versions_remove_async (NamidaVersions *self,
                              NamidaVersion *version,
                              gboolean dry_run,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  Work *work;

  g_return_if_fail (NAMIDA_IS_VERSIONS (self));
  g_return_if_fail (NAMIDA_IS_VERSION (version));

  work = work_new (self, version, versions_work_remove_version, (GDestroyNotify) namida_removal_free);
  work->dry_run = dry_run;
  versions_work_run (self, namida_versions_remove_async, work, cancellable, callback, user_data);
}

NamidaRemoval *
namida_versions_remove_finish (NamidaVersions *self, GAsyncResult *result, GError **error)
{
  return versions_work_finish_pointer (self, result, namida_versions_remove_async, error);
}

static gpointer
versions_forget (Work *work, GCancellable *cancellable, GError **error)
{
  return namida_removal_forget (versions_work_get_database (work), work->id, error) ? DONE : NULL;
}

void
namida_versions_forget_async (NamidaVersions *self,
                              NamidaVersion *version,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  g_return_if_fail (NAMIDA_IS_VERSIONS (self));
  g_return_if_fail (NAMIDA_IS_VERSION (version));

  versions_work_run (self, namida_versions_forget_async, work_new (self, version, versions_forget, NULL), cancellable,
                     callback, user_data);
}

gboolean
namida_versions_forget_finish (NamidaVersions *self, GAsyncResult *result, GError **error)
{
  return versions_work_finish_pointer (self, result, namida_versions_forget_async, error) != NULL;
}

/* ---- pin ---- */

static gpointer
versions_work_pin (Work *work, GCancellable *cancellable, GError **error)
{
  return namida_version_record_set_pinned (versions_work_get_database (work), work->id, work->pinned, error) ? DONE
                                                                                                             : NULL;
}

void
namida_versions_set_pinned_async (NamidaVersions *self,
                                  NamidaVersion *version,
                                  gboolean pinned,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data)
{
  Work *work;

  g_return_if_fail (NAMIDA_IS_VERSIONS (self));
  g_return_if_fail (NAMIDA_IS_VERSION (version));

  work = work_new (self, version, versions_work_pin, NULL);
  work->pinned = pinned;
  versions_work_run (self, namida_versions_set_pinned_async, work, cancellable, callback, user_data);
}

gboolean
namida_versions_set_pinned_finish (NamidaVersions *self, GAsyncResult *result, GError **error)
{
  return versions_work_finish_boolean (self, result, namida_versions_set_pinned_async, error);
}

/* ---- the trash ---- */

static gpointer
work_list_trash (Work *work, GCancellable *cancellable, GError **error)
{
  return namida_version_trash_describe (versions_work_get_database (work), error);
}

void
namida_versions_list_trash_async (NamidaVersions *self,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data)
{
  g_return_if_fail (NAMIDA_IS_VERSIONS (self));

  versions_work_run (self, namida_versions_list_trash_async,
                     work_new (self, NULL, work_list_trash, (GDestroyNotify) g_ptr_array_unref), cancellable, callback,
                     user_data);
}

GPtrArray *
namida_versions_list_trash_finish (NamidaVersions *self, GAsyncResult *result, GError **error)
{
  return versions_work_finish_pointer (self, result, namida_versions_list_trash_async, error);
}

static gpointer
work_empty_trash (Work *work, GCancellable *cancellable, GError **error)
{
  return namida_version_trash_empty (versions_work_get_database (work), error) ? DONE : NULL;
}

void
namida_versions_empty_trash_async (NamidaVersions *self,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data)
{
  g_return_if_fail (NAMIDA_IS_VERSIONS (self));

  versions_work_run (self, namida_versions_empty_trash_async, work_new (self, NULL, work_empty_trash, NULL),
                     cancellable, callback, user_data);
}

gboolean
namida_versions_empty_trash_finish (NamidaVersions *self, GAsyncResult *result, GError **error)
{
  return versions_work_finish_boolean (self, result, namida_versions_empty_trash_async, error);
}

static gpointer
work_trash (Work *work, GCancellable *cancellable, GError **error)
{
  g_autoptr (NamidaVersionRecord) record
      = namida_version_record_find (versions_work_get_database (work), work->id, error);

  return record != NULL && namida_version_trash_put (versions_work_get_database (work), record, error) ? DONE : NULL;
}

void
namida_versions_trash_async (NamidaVersions *self,
                             NamidaVersion *version,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  g_return_if_fail (NAMIDA_IS_VERSIONS (self));
  g_return_if_fail (NAMIDA_IS_VERSION (version));

  versions_work_run (self, namida_versions_trash_async, work_new (self, version, work_trash, NULL), cancellable,
                     callback, user_data);
}

gboolean
namida_versions_trash_finish (NamidaVersions *self, GAsyncResult *result, GError **error)
{
  return versions_work_finish_boolean (self, result, namida_versions_trash_async, error);
}

static gpointer
work_take_back (Work *work, GCancellable *cancellable, GError **error)
{
  return namida_version_trash_take_back (versions_work_get_database (work), work->id, error) ? DONE : NULL;
}

void
namida_versions_take_back_async (
    NamidaVersions *self, const char *id, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  Work *work;

  g_return_if_fail (NAMIDA_IS_VERSIONS (self));
  g_return_if_fail (id != NULL);

  work = work_new (self, NULL, work_take_back, NULL);
  work->id = g_strdup (id);
  versions_work_run (self, namida_versions_take_back_async, work, cancellable, callback, user_data);
}

gboolean
namida_versions_take_back_finish (NamidaVersions *self, GAsyncResult *result, GError **error)
{
  return versions_work_finish_boolean (self, result, namida_versions_take_back_async, error);
}

/* ---- retention ---- */

static gpointer
versions_work_apply_retention (Work *work, GCancellable *cancellable, GError **error)
{
  gint64 seen = namida_store_get_seen_arrival (work->store);
  NamidaRemoval *removal
      = namida_retention_apply (versions_work_get_database (work), work->policy, &seen, work->dry_run, error);

  namida_store_set_seen_arrival (work->store, seen);
  return removal;
}

void
namida_versions_apply_retention_async (NamidaVersions *self,
                                       NamidaRetention policy,
                                       gboolean dry_run,
                                       GCancellable *cancellable,
                                       GAsyncReadyCallback callback,
                                       gpointer user_data)
{
  Work *work;

  g_return_if_fail (NAMIDA_IS_VERSIONS (self));

  work = work_new (self, NULL, versions_work_apply_retention, (GDestroyNotify) namida_removal_free);
  work->policy = policy;
  work->dry_run = dry_run;
  versions_work_run (self, namida_versions_apply_retention_async, work, cancellable, callback, user_data);
}

NamidaRemoval *
namida_versions_apply_retention_finish (NamidaVersions *self, GAsyncResult *result, GError **error)
{
  return versions_work_finish_pointer (self, result, namida_versions_apply_retention_async, error);
}
