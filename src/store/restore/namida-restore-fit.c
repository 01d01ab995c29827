/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Makes a copy of a version's backup zip that fits its destination. For this computer the copy goes into Namida's
 * backup folder, with paths that are found from the restored music and from Namida's own folders. For another device it
 * goes into a temporary folder. Called by the command line and the window; the copy is written in a thread. */
#include "config.h"

#include "namida-restore-fit.h"

#include "namida-content.h"
#include "namida-digest.h"
#include "namida-error.h"
#include "namida-format.h"
#include "namida-playlists.h"
#include "namida-restore-private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

typedef struct
{
  NamidaDatabase *database;
  NamidaRestorePlan *plan; /* (nullable): for this computer; the thread uses only @record of it */
  char *zip;               /* its path in the version */
  char *name;
  char *folder;       /* (nullable): where the copy goes */
  char *own_folder;   /* (nullable): where Namida keeps its backups on this computer */
  gboolean elsewhere; /* not in the folder in which Namida looks for backups */
  gboolean automatic;
  NamidaRestoreFitOptions options; /* @manual and @playlists are owned by the job */
  GPtrArray *music;                /* char *: the destinations */
  GPtrArray *coming;               /* char *: files that apply will put there */
  GArray *coming_sizes;            /* guint64 */
  char *fingerprint, *alias;       /* of another device */
  gboolean only_match;
} RestoreFit;

static void
restore_fit_free (gpointer data)
{
  RestoreFit *job = data;

  g_strfreev ((char **) job->options.playlists);
  g_clear_object (&job->database);
  g_clear_object (&job->plan);
  g_ptr_array_unref (job->music);
  g_ptr_array_unref (job->coming);
  g_array_unref (job->coming_sizes);
  g_clear_pointer (&job->options.manual, namida_path_map_free);
  g_free (job->zip);
  g_free (job->name);
  g_free (job->folder);
  g_free (job->own_folder);
  g_free (job->fingerprint);
  g_free (job->alias);
  g_free (job);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RestoreFit, restore_fit_free)

static NamidaPathMap *
restore_fit_copy_map (NamidaPathMap *map)
{
  g_auto (GStrv) lines = NULL;
  NamidaPathMap *copy;

  if (map == NULL)
    return NULL;
  copy = namida_path_map_new ();
  lines = namida_path_map_dup_folders (map);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      char *tab = strchr (lines[i], '\t');

      *tab = '\0';
      namida_path_map_add_folder (copy, lines[i], tab + 1);
    }
  return copy;
}

static RestoreFit *
restore_fit_new (NamidaDatabase *database, const char *zip, const NamidaRestoreFitOptions *options)
{
  static const NamidaRestoreFitOptions defaults = { .parts = NAMIDA_PART_ALL };
  RestoreFit *job = g_new0 (RestoreFit, 1);

  job->database = g_object_ref (database);
  job->zip = g_strdup (zip);
  job->name = g_path_get_basename (zip);
  job->options = options != NULL ? *options : defaults;
  job->options.manual = restore_fit_copy_map (job->options.manual);
  job->options.playlists = (const char *const *) g_strdupv ((char **) job->options.playlists);
  job->music = g_ptr_array_new_with_free_func (g_free);
  job->coming = g_ptr_array_new_with_free_func (g_free);
  job->coming_sizes = g_array_new (FALSE, FALSE, sizeof (guint64));
  return job;
}

void
namida_fitted_backup_free (NamidaFittedBackup *self)
{
  if (self == NULL)
    return;
  namida_temporary_folder_free (self->temporary);
  g_free (self->path);
  g_free (self->merged_with);
  namida_fit_result_free (self->fit);
  namida_merge_report_free (self->merged);
  g_free (self);
}

/* ---- the destination ---- */

/* Returns "Namida Backup - 2026-08-22 19.05.10 - fitted.zip", or the first numbered variant that is free. */
static char *
restore_fit_dup_path (const char *folder, const char *zip)
{
  gsize length = strlen (zip) - (g_str_has_suffix (zip, ".zip") ? strlen (".zip") : 0);
  g_autofree char *stem = g_strndup (zip, length);

  for (guint n = 1;; n++)
    {
      g_autofree char *name
          = n == 1 ? g_strdup_printf ("%s - fitted.zip", stem) : g_strdup_printf ("%s - fitted (%u).zip", stem, n);
      g_autofree char *path = g_build_filename (folder, name, NULL);

      if (!g_file_test (path, G_FILE_TEST_EXISTS))
        return g_steal_pointer (&path);
    }
}

/* ---- the music there ---- */

static NamidaMusicHere *
restore_fit_scan (RestoreFit *job, GCancellable *cancellable, GError **error)
{
  g_autoptr (GPtrArray) own = namida_here_dup_music_folders ();
  NamidaMusicHere *here;

  for (guint i = 0; i < own->len; i++)
    if (!g_ptr_array_find_with_equal_func (job->music, own->pdata[i], g_str_equal, NULL))
      g_ptr_array_add (job->music, g_strdup (own->pdata[i]));
  here = namida_music_here_scan (job->music, cancellable, error);
  for (guint i = 0; here != NULL && i < job->coming->len; i++)
    namida_music_here_add_file (here, job->coming->pdata[i], g_array_index (job->coming_sizes, guint64, i));
  return here;
}

/* Describes a device of which only the folders that the user named are known. */
static NamidaMusicHere *
restore_fit_new_named (RestoreFit *job, NamidaFitRequest *request)
{
  NamidaMusicHere *here = namida_music_here_new ();
  g_auto (GStrv) lines = namida_path_map_dup_folders (job->options.manual);

  here->elsewhere = TRUE;
  for (guint i = 0; lines[i] != NULL; i++)
    namida_music_here_add_folder (here, strchr (lines[i], '\t') + 1);
  if (here->folders->len > 0)
    request->device = namida_device_of_path (here->folders->pdata[0]);
  return here;
}

/* @newest: (out) (nullable) (transfer full): the backup to merge with. */
static NamidaMusicHere *
restore_fit_find (RestoreFit *job, NamidaFitRequest *request, char **newest, GCancellable *cancellable, GError **error)
{
  NamidaMusicHere *here;

  *newest = NULL;
  request->parts = job->options.parts;
  request->all_settings = job->options.all_settings;
  request->manual = job->options.manual;
  request->playlists = job->options.playlists;
  if (job->alias != NULL)
    {
      g_autoptr (GError) local = NULL;

      here = namida_restore_there_read (job->database, job->fingerprint, job->alias, &request->device, newest,
                                        cancellable, &local);
      if (here == NULL && job->options.manual != NULL && g_error_matches (local, NAMIDA_ERROR, NAMIDA_ERROR_NOT_FOUND))
        here = restore_fit_new_named (job, request);
      else if (here == NULL)
        g_propagate_error (error, g_steal_pointer (&local));
    }
  else
    {
      here = restore_fit_scan (job, cancellable, error);
      request->device = NAMIDA_DEVICE_LINUX;
      if (here != NULL && (job->options.merge || job->options.playlists != NULL))
        *newest = namida_restore_dup_newest_here (job->own_folder, cancellable);
    }
  request->there = here;
  return here;
}

/* ---- the copy ---- */

static gboolean
restore_fit_write (RestoreFit *job,
                   const NamidaFitRequest *request,
                   const char *newest,
                   NamidaFittedBackup *fitted,
                   GCancellable *cancellable,
                   GError **error)
{
  const char *zips[] = { job->zip, newest, NULL };
  gboolean merge = job->options.merge;

  if (job->options.playlists != NULL)
    {
      guint found = 0;

      if (!namida_playlists_check_file (job->zip, job->options.playlists, NULL, cancellable, error))
        return FALSE;
      if (newest != NULL)
        namida_playlists_check_file (newest, job->options.playlists, &found, cancellable, NULL);
      merge = (merge && newest == NULL) || found > 0;
    }
  if (!merge)
    {
      fitted->fit = namida_fit_file (job->zip, fitted->path, request, cancellable, error);
      return fitted->fit != NULL;
    }
  if (newest == NULL)
    {
      g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_NOT_FOUND,
                           job->alias != NULL
                               ? _ ("There is no good backup of that device to merge with. Restore without merging.")
                               : _ ("There is no good backup of Namida on this computer to merge with. Make one in "
                                    "Namida first, or restore without merging."));
      return FALSE;
    }
  fitted->merged_with = g_path_get_basename (newest);
  fitted->merged = namida_merge_files (zips, fitted->path, request, &fitted->fit, cancellable, error);
  return fitted->merged != NULL;
}

/* Gives the copy the time of its original, so that it is neither picked nor counted as a new backup, or the current
 * time if it should be picked. */
static void
restore_fit_set_time (RestoreFit *job, NamidaFittedBackup *fitted)
{
  struct timespec times[2] = { { .tv_nsec = UTIME_OMIT }, { .tv_nsec = UTIME_NOW } };
  struct stat st;

  fitted->fresh = job->automatic;
  if (!job->automatic && stat (job->zip, &st) == 0)
    times[1] = st.st_mtim;
  if (utimensat (AT_FDCWD, fitted->path, times, AT_SYMLINK_NOFOLLOW) != 0)
    fitted->fresh = TRUE;
}

static void
restore_fit_look (RestoreFit *job, NamidaFittedBackup *fitted, GCancellable *cancellable)
{
  g_autoptr (GFile) file = g_file_new_for_path (fitted->path);
  g_autoptr (NamidaInspection) inspection = namida_inspector_inspect (file, cancellable, NULL);

  if (inspection == NULL)
    return;
  fitted->has_listens = (inspection->parts & NAMIDA_PART_HISTORY) != 0;
  fitted->listens = inspection->listens;
  /* A library already has the paths of the device. Without a library, Namida must scan for its music. */
  fitted->reindex = !inspection->has_library && job->options.playlists == NULL;
}

/* Records the copy for an undo, together with the restore of the music if that was recorded. */
static gboolean
restore_fit_record (RestoreFit *job, GPtrArray *rows, GError **error)
{
  g_autofree char *id = NULL;

  if (job->plan->record != NULL && !namida_restore_record_reopen (job->database, job->plan->record, error))
    return FALSE;
  id = namida_restore_record_begin (job->database, job->plan->folder, error);
  if (id == NULL || !namida_restore_record_add (job->database, id, rows, error)
      || !namida_restore_record_end (job->database, id, error))
    return FALSE;
  /* Another one than before if the restore added no music, because then nothing of it was recorded. */
  g_free (job->plan->record);
  job->plan->record = g_steal_pointer (&id);
  return TRUE;
}

static gboolean
restore_fit_record_file (RestoreFit *job, GPtrArray *rows, const char *path, GError **error)
{
  NamidaRestoredRow *row = namida_restored_row_new (NAMIDA_RESTORED_FILE, path);
  struct stat st;

  g_ptr_array_add (rows, row);
  if (stat (path, &st) != 0)
    return namida_restore_fail (error, errno, _ ("“%s” cannot be read"), path);
  row->size = (guint64) st.st_size;
  row->mtime_ns = (gint64) st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec;
  row->inode = (guint64) st.st_ino;
  row->device = (guint64) st.st_dev;
  return restore_fit_record (job, rows, error);
}

static NamidaFittedBackup *
restore_fit_here (
    RestoreFit *job, const NamidaFitRequest *request, const char *newest, GCancellable *cancellable, GError **error)
{
  g_autoptr (NamidaFittedBackup) fitted = g_new0 (NamidaFittedBackup, 1);
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func ((GDestroyNotify) namida_restored_row_free);
  g_autofree char *picked = NULL;
  g_autofree char *name = NULL;

  namida_restore_note_missing (rows, job->folder);
  if (g_mkdir_with_parents (job->folder, 0777) != 0)
    {
      int saved_errno = errno;
      g_autofree char *what = g_strdup_printf (_ ("Could not create the folder “%s”"), job->folder);

      namida_error_set_from_errno (error, saved_errno, what);
      return NULL;
    }
  fitted->path = restore_fit_dup_path (job->folder, job->name);
  if (!restore_fit_write (job, request, newest, fitted, cancellable, error))
    return NULL;
  restore_fit_set_time (job, fitted);
  if (!restore_fit_record_file (job, rows, fitted->path, error))
    return NULL;
  restore_fit_look (job, fitted, cancellable);
  picked = namida_restore_find_picked (job->folder);
  name = g_path_get_basename (fitted->path);
  fitted->picked = !job->elsewhere && g_strcmp0 (picked, name) == 0;
  return g_steal_pointer (&fitted);
}

static NamidaFittedBackup *
restore_fit_there (
    RestoreFit *job, const NamidaFitRequest *request, const char *newest, GCancellable *cancellable, GError **error)
{
  g_autoptr (NamidaFittedBackup) fitted = g_new0 (NamidaFittedBackup, 1);

  fitted->other_device = TRUE;
  fitted->temporary = namida_temporary_folder_new (error);
  if (fitted->temporary == NULL)
    return NULL;
  fitted->path = restore_fit_dup_path (namida_temporary_folder_get_path (fitted->temporary), job->name);
  if (!restore_fit_write (job, request, newest, fitted, cancellable, error))
    return NULL;
  restore_fit_set_time (job, fitted);
  restore_fit_look (job, fitted, cancellable);
  return g_steal_pointer (&fitted);
}

/* Only finds the music, without writing a copy. */
static NamidaFittedBackup *
restore_fit_match (RestoreFit *job, const NamidaFitRequest *request, GCancellable *cancellable, GError **error)
{
  NamidaMusicMatch *match = namida_music_match_file (job->zip, request, FALSE, cancellable, error);
  NamidaFittedBackup *fitted = match != NULL ? g_new0 (NamidaFittedBackup, 1) : NULL;

  if (fitted == NULL)
    return NULL;
  fitted->other_device = job->alias != NULL;
  fitted->fit = g_new0 (NamidaFitResult, 1);
  fitted->fit->match = match;
  return fitted;
}

static void
restore_fit_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  RestoreFit *job = data;
  GError *error = NULL;
  NamidaFitRequest request = { 0 };
  g_autofree char *newest = NULL;
  g_autoptr (NamidaMusicHere) there = restore_fit_find (job, &request, &newest, cancellable, &error);
  NamidaFittedBackup *fitted = NULL;

  if (there != NULL && job->only_match)
    fitted = restore_fit_match (job, &request, cancellable, &error);
  else if (there != NULL && job->alias != NULL)
    fitted = restore_fit_there (job, &request, newest, cancellable, &error);
  else if (there != NULL)
    fitted = restore_fit_here (job, &request, newest, cancellable, &error);
  if (fitted != NULL)
    g_task_return_pointer (task, fitted, (GDestroyNotify) namida_fitted_backup_free);
  else
    g_task_return_error (task, error);
}

/* ---- this computer ---- */

static void
restore_fit_add_coming (RestoreFit *job, NamidaRestorePlan *plan)
{
  for (guint i = 0; i < plan->files->len; i++)
    {
      const NamidaRestoreFile *file = plan->files->pdata[i];
      const NamidaRestoreLabel *label = plan->labels->pdata[file->label];

      if (*label->label == '\0' || label->destination == NULL || file->folder || file->missing)
        continue;
      g_ptr_array_add (job->coming, g_build_filename (label->destination, file->relative, NULL));
      g_array_append_val (job->coming_sizes, file->size);
    }
}

static void
restore_fit_start_plan (NamidaRestorePlan *self,
                        const NamidaRestoreFitOptions *options,
                        gboolean only_match,
                        GTask *task)
{
  g_autofree char *zip = NULL;
  RestoreFit *job;

  if (self->zip == NULL)
    {
      g_task_return_new_error (task, NAMIDA_ERROR, NAMIDA_ERROR_NOT_FOUND, "%s",
                               _ ("The version has no Namida backup."));
      return;
    }
  zip = namida_restore_plan_dup_zip_path (self);
  job = restore_fit_new (self->database, zip, options);
  job->plan = g_object_ref (self);
  job->folder = g_strdup (self->copy_folder != NULL ? self->copy_folder : self->zip_folder);
  job->own_folder = g_strdup (self->zip_folder);
  job->elsewhere = !g_str_equal (job->folder, self->zip_folder);
  job->automatic = self->automatic;
  job->only_match = only_match;
  for (guint i = 1; i < self->labels->len; i++)
    {
      const NamidaRestoreLabel *label = self->labels->pdata[i];

      if (label->destination != NULL)
        g_ptr_array_add (job->music, g_strdup (label->destination));
    }
  if (only_match)
    restore_fit_add_coming (job, self);
  g_task_set_task_data (task, job, restore_fit_free);
  g_task_run_in_thread (task, restore_fit_thread);
}

void
namida_restore_plan_fit_async (NamidaRestorePlan *self,
                               const NamidaRestoreFitOptions *options,
                               gboolean only_match,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, namida_restore_plan_fit_async);
  restore_fit_start_plan (self, options, only_match, task);
}

NamidaFittedBackup *
namida_restore_plan_fit_finish (NamidaRestorePlan *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, namida_restore_plan_fit_async), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* ---- another device ---- */

void
namida_restore_fit_for_async (NamidaDatabase *database,
                              const char *zip,
                              const char *fingerprint,
                              const char *alias,
                              const NamidaRestoreFitOptions *options,
                              gboolean only_match,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  RestoreFit *job = restore_fit_new (database, zip, options);

  g_task_set_source_tag (task, namida_restore_fit_for_async);
  job->fingerprint = g_strdup (fingerprint);
  job->alias = g_strdup (alias);
  job->only_match = only_match;
  g_task_set_task_data (task, job, restore_fit_free);
  g_task_run_in_thread (task, restore_fit_thread);
}

NamidaFittedBackup *
namida_restore_fit_for_finish (GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_async_result_is_tagged (result, namida_restore_fit_for_async), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}

NamidaMusicMatch *
namida_fitted_backup_take_match (NamidaFittedBackup *self)
{
  NamidaMusicMatch *match = self != NULL ? g_steal_pointer (&self->fit->match) : NULL;

  namida_fitted_backup_free (self);
  return match;
}
