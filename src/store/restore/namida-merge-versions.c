/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Merges two versions for the merge window: both are fitted to the device of the first, merged into a temporary file,
 * and counted, so that the window can show what the result will contain before it is saved. Called in the main context;
 * the work is done in a thread. */
#include "config.h"

#include "namida-merge-versions.h"

#include "namida-error.h"
#include "namida-inspection.h"
#include "namida-restore-private.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>

typedef struct
{
  NamidaDatabase *database;
  char *zips[2];
  char *fingerprint, *alias; /* of the device of the first */
  gboolean second_settings;
} MergeVersions;

static void
merge_versions_free (gpointer data)
{
  MergeVersions *job = data;

  g_object_unref (job->database);
  g_free (job->zips[0]);
  g_free (job->zips[1]);
  g_free (job->fingerprint);
  g_free (job->alias);
  g_free (job);
}

void
namida_merged_versions_free (NamidaMergedVersions *self)
{
  if (self == NULL)
    return;
  namida_temporary_folder_free (self->temporary);
  namida_merge_report_free (self->report);
  g_free (self->path);
  g_free (self);
}

static NamidaInspection *
merge_versions_inspect (const char *path, GCancellable *cancellable, GError **error)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);

  return namida_inspector_inspect (file, cancellable, error);
}

static void
merge_versions_count (NamidaMergeCount *count, guint64 first, guint64 second, guint64 result)
{
  count->first = first;
  count->second = second;
  count->result = result;
  count->both = first + second > result ? first + second - result : 0;
  count->both = MIN (count->both, MIN (first, second));
}

static gboolean
merge_versions_count_all (
    NamidaMergedVersions *merged, const char *first, const char *second, GCancellable *cancellable, GError **error)
{
  g_autoptr (NamidaInspection) a = merge_versions_inspect (first, cancellable, error);
  g_autoptr (NamidaInspection) b = a != NULL ? merge_versions_inspect (second, cancellable, error) : NULL;
  g_autoptr (NamidaInspection) c = b != NULL ? merge_versions_inspect (merged->path, cancellable, error) : NULL;

  if (c == NULL)
    return FALSE;
  merge_versions_count (&merged->listens, a->listens, b->listens, c->listens);
  merge_versions_count (&merged->playlists, a->n_playlists, b->n_playlists, c->n_playlists);
  merge_versions_count (&merged->favorites, a->favourites, b->favourites, c->favourites);
  merge_versions_count (&merged->ratings, a->ratings + a->tagged, b->ratings + b->tagged, c->ratings + c->tagged);
  merged->adds = c->listens != a->listens || c->n_playlists != a->n_playlists || c->favourites != a->favourites
                 || c->ratings != a->ratings || c->library != a->library || c->youtube_likes != a->youtube_likes
                 || c->queues != a->queues;
  return TRUE;
}

/* Fits both to the paths of the first's device. If these are unknown, the backups are merged as they are. */
static gboolean
merge_versions_fit (MergeVersions *job, const char *folder, char **paths, GCancellable *cancellable, GError **error)
{
  NamidaDevice device = NAMIDA_DEVICE_UNKNOWN;
  g_autoptr (NamidaMusicHere) there
      = namida_restore_there_read (job->database, job->fingerprint, job->alias, &device, NULL, cancellable, NULL);

  for (guint i = 0; i < 2; i++)
    {
      NamidaFitRequest request = { .there = there, .device = device, .parts = NAMIDA_PART_ALL };
      g_autoptr (NamidaFitResult) result = NULL;

      if ((i == 1) != job->second_settings)
        request.parts &= ~NAMIDA_PART_SETTINGS;
      paths[i] = g_strdup_printf ("%s/%u.zip", folder, i);
      result = namida_fit_file (job->zips[i], paths[i], &request, cancellable, error);
      if (result == NULL)
        return FALSE;
    }
  return TRUE;
}

static NamidaMergedVersions *
merge_versions_run (MergeVersions *job, GCancellable *cancellable, GError **error)
{
  g_autoptr (NamidaMergedVersions) merged = g_new0 (NamidaMergedVersions, 1);
  const char *folder;
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;
  char *paths[3] = { NULL };
  gboolean done;

  merged->temporary = namida_temporary_folder_new (error);
  if (merged->temporary == NULL)
    return NULL;
  folder = namida_temporary_folder_get_path (merged->temporary);
  merged->path = g_build_filename (folder, "merged.zip", NULL);
  done = merge_versions_fit (job, folder, paths, cancellable, error);
  first = paths[0];
  second = paths[1];
  if (!done)
    return NULL;
  merged->report = namida_merge_files ((const char *const *) paths, merged->path, NULL, NULL, cancellable, error);
  if (merged->report == NULL || !merge_versions_count_all (merged, first, second, cancellable, error))
    return NULL;
  g_unlink (first);
  g_unlink (second);
  return g_steal_pointer (&merged);
}

static void
merge_versions_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  GError *error = NULL;
  NamidaMergedVersions *merged = merge_versions_run (data, cancellable, &error);

  if (merged != NULL)
    g_task_return_pointer (task, merged, (GDestroyNotify) namida_merged_versions_free);
  else
    g_task_return_error (task, error);
}

void
namida_merge_versions_async (NamidaDatabase *database,
                             const NamidaMergeSide *first,
                             const NamidaMergeSide *second,
                             gboolean second_settings,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  MergeVersions *job = g_new0 (MergeVersions, 1);

  job->database = g_object_ref (database);
  job->zips[0] = g_strdup (first->zip);
  job->zips[1] = g_strdup (second->zip);
  job->fingerprint = g_strdup (first->fingerprint);
  job->alias = g_strdup (first->alias);
  job->second_settings = second_settings;
  g_task_set_source_tag (task, namida_merge_versions_async);
  g_task_set_task_data (task, job, merge_versions_free);
  g_task_run_in_thread (task, merge_versions_thread);
}

NamidaMergedVersions *
namida_merge_versions_finish (GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_async_result_is_tagged (result, namida_merge_versions_async), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}

gboolean
namida_merged_versions_save (NamidaMergedVersions *self, const char *path, GError **error)
{
  g_autoptr (GFile) from = g_file_new_for_path (self->path);
  g_autoptr (GFile) to = g_file_new_for_path (path);
  g_autofree char *folder = g_path_get_dirname (path);
  g_autoptr (GError) local = NULL;

  if (g_mkdir_with_parents (folder, 0777) != 0)
    {
      namida_error_set_from_errno (error, errno, _ ("The folder could not be created"));
      return FALSE;
    }
  if (g_file_move (from, to, G_FILE_COPY_NONE, NULL, NULL, NULL, &local))
    return TRUE;
  g_set_error (error, NAMIDA_ERROR,
               g_error_matches (local, G_IO_ERROR, G_IO_ERROR_NO_SPACE) ? NAMIDA_ERROR_NO_SPACE : NAMIDA_ERROR_STORAGE,
               /* Translators: %s is the reason */
               _ ("The merged backup could not be saved. %s"), local->message);
  return FALSE;
}
