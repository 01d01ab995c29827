/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Restores the files of a plan: compares each file with what is at its destination, stages the new ones and gives them
 * their final names in batches. Called by namida-restore-plan.c in a worker. */
#include "config.h"

#include "namida-restore-apply-private.h"

#include "namida-error.h"
#include "namida-safe-path.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <inttypes.h>
#include <unistd.h>

/* How many files to stage before they get their final names: each batch needs one transaction and a few fsyncs. */
#define BATCH_FILES 64u
#define BATCH_BYTES (256u * 1024 * 1024)

static gboolean
apply_make_folder (NamidaRestoreApply *self, NamidaRestoreFile *file, GError **error)
{
  g_autofree char *inside = g_strconcat (file->relative, "/x", NULL);
  g_autofree char *name = NULL;
  guint index;
  NamidaRestoreRoot *root = namida_restore_get_root (self, file->label, &index, error);
  int fd;

  if (root == NULL)
    return FALSE;
  namida_restore_note_folders (self, root, inside);
  if (!namida_restore_record_add (self->plan->database, self->id, self->rows, error))
    return FALSE;
  g_ptr_array_set_size (self->rows, 0);
  fd = namida_safe_path_open_parent (root->fd, inside, TRUE, &name, NULL);
  if (fd < 0)
    namida_restore_blocked (self, file, g_strerror (errno));
  else
    close (fd);
  namida_folder_set_add (root->touched, 0, inside);
  return TRUE;
}

/* Sets the time of a zip that already exists to the current time, so that Namida’s automatic restore picks it. */
static void
apply_make_newest (NamidaRestoreApply *self, const NamidaRestoreFile *file)
{
  const NamidaRestoreLabel *label = self->plan->labels->pdata[0];
  g_autofree char *path = g_build_filename (label->destination, file->relative, NULL);
  const struct timespec times[2] = { { .tv_nsec = UTIME_OMIT }, { .tv_nsec = UTIME_NOW } };

  if (utimensat (AT_FDCWD, path, times, AT_SYMLINK_NOFOLLOW) != 0)
    namida_restore_blocked (self, file, g_strerror (errno));
}

static gboolean
restore_file (NamidaRestoreApply *self, NamidaRestoreFile *file, GError **error)
{
  switch (file->state)
    {
    case NAMIDA_RESTORE_SAME:
      self->result->same += !file->folder;
      if (self->plan->automatic && self->plan->zip != NULL && file->label == 0)
        apply_make_newest (self, file);
      return TRUE;
    case NAMIDA_RESTORE_BLOCKED:
      namida_restore_blocked (self, file, file->reason);
      return TRUE;
    case NAMIDA_RESTORE_DIFFERENT:
      if (self->plan->policy == NAMIDA_RESTORE_SKIP_DIFFERENT)
        {
          self->result->skipped++;
          return TRUE;
        }
      return namida_restore_stage (self, file, file->place != NULL ? file->place : file->relative, error);
    default:
      return file->folder ? apply_make_folder (self, file, error)
                          : namida_restore_stage (self, file, file->relative, error);
    }
}

static void
apply_add_done (NamidaRestoreApply *self, guint64 bytes)
{
  g_mutex_lock (&self->count->lock);
  self->count->done += bytes;
  g_mutex_unlock (&self->count->lock);
}

static gboolean
apply_is_taken (NamidaRestoreApply *self, const char *folder, const char *relative)
{
  g_autofree char *path = g_build_filename (folder, relative, NULL);

  return g_hash_table_contains (self->taken, path);
}

/* Commit the staged files first if one of them has this place, because two folders may be restored into the same
 * one. */
static gboolean
apply_compare (NamidaRestoreApply *self, NamidaRestoreFile *file, const char *folder, GError **error)
{
  if (apply_is_taken (self, folder, file->relative) && !namida_restore_commit (self, error))
    return FALSE;
  namida_restore_compare (self->plan, file, folder, self->plan->policy, self->cancellable);
  if (file->place == NULL || !apply_is_taken (self, folder, file->place))
    return TRUE;
  if (!namida_restore_commit (self, error))
    return FALSE;
  namida_restore_compare (self->plan, file, folder, self->plan->policy, self->cancellable);
  return TRUE;
}

static gboolean
restore_all (NamidaRestoreApply *self, GError **error)
{
  for (guint i = 0; i < self->plan->files->len; i++)
    {
      NamidaRestoreFile *file = self->plan->files->pdata[i];
      const NamidaRestoreLabel *label = self->plan->labels->pdata[file->label];

      if (label->destination == NULL)
        continue;
      if (!apply_compare (self, file, label->destination, error))
        return FALSE;
      if (g_cancellable_set_error_if_cancelled (self->cancellable, error) || !restore_file (self, file, error))
        return FALSE;
      apply_add_done (self, file->size);
      if ((self->staged->len >= BATCH_FILES || self->staged_bytes >= BATCH_BYTES)
          && !namida_restore_commit (self, error))
        return FALSE;
    }
  return namida_restore_commit (self, error);
}

static void
apply_sum_up (NamidaRestoreApply *self)
{
  guint64 total = 0;

  for (guint i = 0; i < self->plan->files->len; i++)
    {
      const NamidaRestoreFile *file = self->plan->files->pdata[i];

      if (((NamidaRestoreLabel *) self->plan->labels->pdata[file->label])->destination != NULL)
        total += file->size;
    }
  g_mutex_lock (&self->count->lock);
  self->count->total = total;
  g_mutex_unlock (&self->count->lock);
}

/* Removes what a crash left behind, even if there is nothing to restore. */
static gboolean
apply_sweep (NamidaRestoreApply *self, GError **error)
{
  for (guint i = 0; i < self->plan->labels->len; i++)
    {
      const NamidaRestoreLabel *label = self->plan->labels->pdata[i];
      g_autoptr (GError) reason = NULL;
      int fd = label->destination != NULL ? namida_restore_lock (label->destination, FALSE, &reason) : -1;

      if (fd >= 0)
        namida_restore_unlock (label->destination, fd);
      if (reason == NULL || !g_error_matches (reason, NAMIDA_ERROR, NAMIDA_ERROR_BUSY))
        continue;
      g_propagate_error (error, g_steal_pointer (&reason));
      return FALSE;
    }
  return TRUE;
}

static gboolean
apply_run (NamidaRestoreApply *self, GError **error)
{
  if (!apply_sweep (self, error))
    return FALSE;
  self->id = namida_restore_record_begin (self->plan->database, self->plan->folder, error);
  g_free (self->plan->record);
  self->plan->record = g_strdup (self->id);
  if (self->id == NULL || !restore_all (self, error)
      || !namida_restore_record_end (self->plan->database, self->id, error))
    return FALSE;
  if (self->trouble == NULL && self->plan->unproven)
    {
      g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_INCOMPLETE,
                           _ ("The list of hashes of this backup is damaged. All that is in its folder was restored, "
                              "but nothing could be compared with the list, and files that it no longer names may be "
                              "missing."));
      return FALSE;
    }
  if (self->trouble == NULL)
    return TRUE;
  g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_INCOMPLETE,
               ngettext ("%" PRIu64 " file could not be restored. The first: %s",
                         "%" PRIu64 " files could not be restored. The first: %s", (gulong) self->result->blocked),
               self->result->blocked, self->trouble);
  return FALSE;
}

gboolean
namida_restore_apply (NamidaRestorePlan *plan,
                      NamidaRestoreCount *count,
                      NamidaRestoreResult *result,
                      GCancellable *cancellable,
                      GError **error)
{
  NamidaRestoreApply self = { .plan = plan, .count = count, .result = result, .cancellable = cancellable };
  gboolean fine;

  self.roots = g_ptr_array_new_with_free_func (namida_restore_root_free);
  self.staged = g_ptr_array_new_with_free_func (namida_restore_staged_free);
  self.rows = g_ptr_array_new_with_free_func ((GDestroyNotify) namida_restored_row_free);
  apply_sum_up (&self);
  namida_restore_expire (plan->database);
  self.taken = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  fine = namida_restore_expect (plan, error) && apply_run (&self, error);
  g_ptr_array_unref (self.staged);
  g_ptr_array_unref (self.rows);
  g_ptr_array_unref (self.roots);
  g_hash_table_unref (self.taken);
  if (!fine && self.id != NULL)
    namida_restore_record_drop_empty (plan->database, self.id, NULL);
  g_free (self.id);
  g_free (self.trouble);
  return fine;
}
