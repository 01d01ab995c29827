/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Implements NamidaRestorePlan: runs load, preview and apply in workers, one at a time, and keeps the choices of the
 * user. Called by the window and the command line in the main context. */
#include "config.h"

#include "namida-restore-private.h"

#include "namida-error.h"
#include "namida-safe-path.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define PROGRESS_MS 100u

G_DEFINE_FINAL_TYPE (NamidaRestorePlan, namida_restore_plan, G_TYPE_OBJECT)

NamidaRestoreFile *
namida_restore_file_new (void)
{
  return g_new0 (NamidaRestoreFile, 1);
}

void
namida_restore_file_free (NamidaRestoreFile *self)
{
  if (self == NULL)
    return;
  g_free (self->relative);
  g_free (self->source);
  g_free (self->sha256);
  g_free (self->reason);
  g_free (self->place);
  g_free (self);
}

void
namida_restore_label_free (NamidaRestoreLabel *self)
{
  if (self == NULL)
    return;
  g_free (self->label);
  g_free (self->source);
  g_free (self->original_path);
  g_free (self->destination);
  g_free (self);
}

static void
restore_plan_item_free (gpointer data)
{
  NamidaRestoreItem *self = data;

  g_free (self->path);
  g_free (self->reason);
  g_free (self);
}

static void
namida_restore_plan_finalize (GObject *object)
{
  NamidaRestorePlan *self = NAMIDA_RESTORE_PLAN (object);

  g_clear_object (&self->database);
  g_free (self->folder);
  g_free (self->zip);
  g_free (self->music);
  g_free (self->zip_folder);
  g_free (self->copy_folder);
  g_free (self->picked);
  g_free (self->record);
  g_ptr_array_unref (self->labels);
  g_ptr_array_unref (self->files);
  g_clear_pointer (&self->items, g_ptr_array_unref);
  g_clear_pointer (&self->inspection, namida_inspection_unref);
  G_OBJECT_CLASS (namida_restore_plan_parent_class)->finalize (object);
}

static void
namida_restore_plan_class_init (NamidaRestorePlanClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = namida_restore_plan_finalize;
}

static void
namida_restore_plan_init (NamidaRestorePlan *self)
{
  self->labels = g_ptr_array_new_with_free_func ((GDestroyNotify) namida_restore_label_free);
  self->files = g_ptr_array_new_with_free_func ((GDestroyNotify) namida_restore_file_free);
}

/* ---- load ---- */

typedef struct
{
  NamidaRestorePlan *plan;
  char *folder;
  GPtrArray *known;
} Load;

static void
load_free (gpointer data)
{
  Load *load = data;

  g_clear_object (&load->plan);
  g_free (load->folder);
  g_clear_pointer (&load->known, g_ptr_array_unref);
  g_free (load);
}

static gboolean
restore_plan_look_into_zip (NamidaRestorePlan *plan, GCancellable *cancellable, GError **error)
{
  g_autofree char *path = NULL;
  g_autoptr (GFile) file = NULL;

  if (plan->zip == NULL)
    return TRUE;
  path = g_build_filename (((NamidaRestoreLabel *) plan->labels->pdata[0])->source, plan->zip, NULL);
  file = g_file_new_for_path (path);
  /* A zip that cannot be inspected is still a file of the version; apply reports the error. */
  plan->inspection = namida_inspector_inspect (file, cancellable, NULL);
  return !g_cancellable_set_error_if_cancelled (cancellable, error);
}

static void
load_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Load *load = data;
  GError *error = NULL;

  if (!namida_restore_find (load->plan, load->folder, &error) || !namida_restore_walk (load->plan, cancellable, &error)
      || !restore_plan_look_into_zip (load->plan, cancellable, &error))
    {
      g_task_return_error (task, error);
      return;
    }
  namida_restore_expect_record (load->plan);
  namida_restore_choose (load->plan, load->known);
  g_task_return_pointer (task, g_steal_pointer (&load->plan), g_object_unref);
}

void
namida_restore_plan_load_async (NamidaDatabase *database,
                                const char *folder,
                                const char *music,
                                GPtrArray *known,
                                const char *zip_folder,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  Load *load = g_new0 (Load, 1);

  load->plan = g_object_new (NAMIDA_TYPE_RESTORE_PLAN, NULL);
  load->plan->database = g_object_ref (database);
  load->plan->music = g_canonicalize_filename (music, NULL);
  load->plan->zip_folder = g_canonicalize_filename (zip_folder, NULL);
  load->folder = g_canonicalize_filename (folder, NULL);
  load->known = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; known != NULL && i < known->len; i++)
    g_ptr_array_add (load->known, g_canonicalize_filename (known->pdata[i], NULL));
  g_task_set_source_tag (task, namida_restore_plan_load_async);
  g_task_set_task_data (task, load, load_free);
  g_task_run_in_thread (task, load_thread);
}

NamidaRestorePlan *
namida_restore_plan_load_finish (GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_async_result_is_tagged (result, namida_restore_plan_load_async), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* ---- results and choices ---- */

const char *
namida_restore_plan_get_folder (NamidaRestorePlan *self)
{
  return self->folder;
}

guint
namida_restore_plan_get_singles (NamidaRestorePlan *self)
{
  return self->singles;
}

const char *
namida_restore_plan_get_zip (NamidaRestorePlan *self)
{
  return self->zip;
}

char *
namida_restore_plan_dup_zip_path (NamidaRestorePlan *self)
{
  return self->zip != NULL ? g_build_filename (((NamidaRestoreLabel *) self->labels->pdata[0])->source, self->zip, NULL)
                           : NULL;
}

const NamidaInspection *
namida_restore_plan_get_inspection (NamidaRestorePlan *self)
{
  return self->inspection;
}

GPtrArray *
namida_restore_plan_get_labels (NamidaRestorePlan *self)
{
  return self->labels;
}

GPtrArray *
namida_restore_plan_get_items (NamidaRestorePlan *self)
{
  return self->items;
}

void
namida_restore_plan_set_policy (NamidaRestorePlan *self, NamidaRestorePolicy policy)
{
  g_return_if_fail (!self->busy);
  self->policy = policy;
}

const char *
namida_restore_plan_get_record (NamidaRestorePlan *self)
{
  return self->record;
}

NamidaRestorePolicy
namida_restore_plan_get_policy (NamidaRestorePlan *self)
{
  return self->policy;
}

void
namida_restore_plan_set_automatic (NamidaRestorePlan *self, gboolean automatic)
{
  g_return_if_fail (!self->busy);
  self->automatic = automatic;
}

const char *
namida_restore_plan_needs_choice (NamidaRestorePlan *self)
{
  for (guint i = 0; i < self->labels->len; i++)
    if (((NamidaRestoreLabel *) self->labels->pdata[i])->asked)
      return ((NamidaRestoreLabel *) self->labels->pdata[i])->label;
  return NULL;
}

static NamidaRestoreLabel *
restore_plan_find_label (NamidaRestorePlan *self, const char *label)
{
  for (guint i = 0; i < self->labels->len; i++)
    if (g_str_equal (((NamidaRestoreLabel *) self->labels->pdata[i])->label, label))
      return self->labels->pdata[i];
  return NULL;
}

static gboolean
restore_plan_is_inside (const char *path, const char *folder)
{
  gsize length = strlen (folder);

  return strncmp (path, folder, length) == 0 && (path[length] == '\0' || path[length] == '/');
}

gboolean
namida_restore_plan_set_destination (NamidaRestorePlan *self, const char *label, const char *folder, GError **error)
{
  NamidaRestoreLabel *found = restore_plan_find_label (self, label);
  g_autofree char *path = folder != NULL ? g_canonicalize_filename (folder, "/") : NULL;

  g_return_val_if_fail (!self->busy, FALSE);
  if (found == NULL)
    {
      g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_NOT_FOUND, _ ("The backup has no folder “%s”."), label);
      return FALSE;
    }
  if (folder != NULL && (!g_path_is_absolute (folder) || restore_plan_is_inside (path, self->folder)))
    {
      g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_UNSAFE_PATH,
                   _ ("“%s” cannot be restored into “%s”: choose a folder outside the backup."), label, folder);
      return FALSE;
    }
  if (*label == '\0' && path != NULL)
    {
      g_free (self->copy_folder);
      self->copy_folder = g_strdup (path);
    }
  g_free (found->destination);
  found->destination = g_steal_pointer (&path);
  found->asked = FALSE;
  return TRUE;
}

char *
namida_restore_plan_dup_new_folder (NamidaRestorePlan *self, const char *label)
{
  for (guint n = 1; n <= NAMIDA_RESTORE_NUMBER_MOST; n++)
    {
      g_autofree char *name = n == 1 ? g_strdup (label) : namida_safe_path_numbered (label, n);
      g_autofree char *path = g_build_filename (self->music, name, NULL);

      if (!g_file_test (path, G_FILE_TEST_EXISTS) || n == NAMIDA_RESTORE_NUMBER_MOST)
        return g_steal_pointer (&path);
    }
  g_return_val_if_reached (NULL);
}

/* ---- preview ---- */

static gboolean
restore_plan_begin (NamidaRestorePlan *self, GTask *task)
{
  if (self->busy)
    {
      g_task_return_new_error (task, NAMIDA_ERROR, NAMIDA_ERROR_BUSY, "%s",
                               _ ("This backup is being restored already. Wait until that ends."));
      return FALSE;
    }
  self->busy = TRUE;
  return TRUE;
}

static void
restore_plan_preview_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  NamidaRestorePlan *self = source;
  GError *error = NULL;

  if (!namida_restore_expect (self, &error))
    {
      g_task_return_error (task, error);
      return;
    }
  for (guint i = 0; i < self->files->len; i++)
    {
      NamidaRestoreFile *file = self->files->pdata[i];
      const NamidaRestoreLabel *label = self->labels->pdata[file->label];

      if (label->destination != NULL)
        namida_restore_compare (self, file, label->destination, self->policy, cancellable);
      if (g_cancellable_set_error_if_cancelled (cancellable, &error))
        {
          g_task_return_error (task, error);
          return;
        }
    }
  g_task_return_boolean (task, TRUE);
}

void
namida_restore_plan_preview_async (NamidaRestorePlan *self,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  g_return_if_fail (NAMIDA_IS_RESTORE_PLAN (self));
  g_task_set_source_tag (task, namida_restore_plan_preview_async);
  if (restore_plan_begin (self, task))
    {
      g_task_set_task_data (task, self, NULL); /* this task has set @busy */
      g_task_run_in_thread (task, restore_plan_preview_thread);
    }
}

static NamidaRestoreItem *
restore_plan_make_item (NamidaRestorePlan *self, const NamidaRestoreFile *file)
{
  const NamidaRestoreLabel *label = self->labels->pdata[file->label];
  g_autofree char *path
      = *label->label != '\0' ? g_strconcat (label->label, "/", file->relative, NULL) : g_strdup (file->relative);
  NamidaRestoreItem *item = g_new0 (NamidaRestoreItem, 1);

  item->label = file->label;
  item->path = g_utf8_make_valid (path, -1);
  item->size = file->size;
  item->state = file->state;
  item->reason = g_strdup (file->reason);
  item->newer = file->newer;
  return item;
}

static void
restore_plan_count_up (NamidaRestorePlan *self)
{
  g_clear_pointer (&self->items, g_ptr_array_unref);
  self->items = g_ptr_array_new_with_free_func (restore_plan_item_free);
  for (guint i = 0; i < self->labels->len; i++)
    {
      NamidaRestoreLabel *label = self->labels->pdata[i];

      memset (label->files, 0, sizeof label->files);
      memset (label->bytes, 0, sizeof label->bytes);
      label->newer_here = 0;
    }
  for (guint i = 0; i < self->files->len; i++)
    {
      const NamidaRestoreFile *file = self->files->pdata[i];
      NamidaRestoreLabel *label = self->labels->pdata[file->label];

      if (label->destination == NULL || (file->folder && file->state != NAMIDA_RESTORE_BLOCKED))
        continue;
      label->files[file->state]++;
      label->bytes[file->state] += file->size;
      label->newer_here += file->state == NAMIDA_RESTORE_DIFFERENT && file->newer < 0;
      g_ptr_array_add (self->items, restore_plan_make_item (self, file));
    }
}

gboolean
namida_restore_plan_preview_finish (NamidaRestorePlan *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_async_result_is_tagged (result, namida_restore_plan_preview_async), FALSE);
  if (g_task_get_task_data (G_TASK (result)) != NULL)
    self->busy = FALSE;
  if (!g_task_propagate_boolean (G_TASK (result), error))
    return FALSE;
  restore_plan_count_up (self);
  return TRUE;
}

/* ---- apply ---- */

typedef struct
{
  NamidaRestoreCount count;
  NamidaRestoreResult result;
  NamidaRestoreProgress progress;
  gpointer progress_data;
  guint timer;
  guint64 told;
} Applying;

static void
applying_free (gpointer data)
{
  Applying *self = data;

  g_clear_handle_id (&self->timer, g_source_remove);
  g_mutex_clear (&self->count.lock);
  g_free (self);
}

static gboolean
restore_plan_on_timer (gpointer user_data)
{
  Applying *self = user_data;
  guint64 done, total;

  g_mutex_lock (&self->count.lock);
  done = self->count.done;
  total = self->count.total;
  g_mutex_unlock (&self->count.lock);
  if (done != self->told)
    self->progress (done, total, self->progress_data);
  self->told = done;
  return G_SOURCE_CONTINUE;
}

/* Namida's automatic restore picks the newest of the files with these names, by modification time (namida,
 * backup_controller.dart). */
char *
namida_restore_find_picked (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  g_autofree char *picked = NULL;
  struct timespec newest = { 0 };
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      struct stat st;

      if (!g_str_has_prefix (name, "Namida Backup - ") || stat (path, &st) != 0 || !S_ISREG (st.st_mode))
        continue;
      if (picked != NULL
          && (st.st_mtim.tv_sec < newest.tv_sec
              || (st.st_mtim.tv_sec == newest.tv_sec && st.st_mtim.tv_nsec <= newest.tv_nsec)))
        continue;
      newest = st.st_mtim;
      g_free (picked);
      picked = g_strdup (name);
    }
  return g_steal_pointer (&picked);
}

static void
restore_plan_look_after (NamidaRestorePlan *self)
{
  const NamidaRestoreLabel *zip = self->zip != NULL ? self->labels->pdata[0] : NULL;
  g_autofree char *path = NULL;

  g_clear_pointer (&self->picked, g_free);
  self->zip_there = FALSE;
  if (zip == NULL || zip->destination == NULL)
    return;
  path = g_build_filename (zip->destination, self->zip, NULL);
  self->zip_there = g_file_test (path, G_FILE_TEST_IS_REGULAR);
  self->picked = namida_restore_find_picked (zip->destination);
}

static void
restore_plan_apply_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  NamidaRestorePlan *self = source;
  Applying *applying = data;
  GError *error = NULL;
  gboolean fine = namida_restore_apply (self, &applying->count, &applying->result, cancellable, &error);

  restore_plan_look_after (self);
  if (fine)
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

void
namida_restore_plan_apply_async (NamidaRestorePlan *self,
                                 NamidaRestoreProgress progress,
                                 gpointer progress_data,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  Applying *applying;

  g_return_if_fail (NAMIDA_IS_RESTORE_PLAN (self));
  g_task_set_source_tag (task, namida_restore_plan_apply_async);
  /* Report what was done even if the task was canceled. */
  g_task_set_check_cancellable (task, FALSE);
  if (!restore_plan_begin (self, task))
    return;
  applying = g_new0 (Applying, 1);
  g_mutex_init (&applying->count.lock);
  applying->progress = progress;
  applying->progress_data = progress_data;
  if (progress != NULL)
    applying->timer = g_timeout_add (PROGRESS_MS, restore_plan_on_timer, applying);
  g_task_set_task_data (task, applying, applying_free);
  g_task_run_in_thread (task, restore_plan_apply_thread);
}

gboolean
namida_restore_plan_apply_finish (NamidaRestorePlan *self,
                                  GAsyncResult *result,
                                  NamidaRestoreResult *applied,
                                  GError **error)
{
  Applying *applying;

  g_return_val_if_fail (g_async_result_is_tagged (result, namida_restore_plan_apply_async), FALSE);
  applying = g_task_get_task_data (G_TASK (result));
  if (applying != NULL)
    {
      g_clear_handle_id (&applying->timer, g_source_remove);
      self->busy = FALSE;
      if (applied != NULL)
        *applied = applying->result;
    }
  return g_task_propagate_boolean (G_TASK (result), error);
}
