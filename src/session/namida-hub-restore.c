/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Restores versions into the folders of this computer, lists restores and undoes them, with the hub's folders and
 * database. The window's restore dialog and the "restore" command call it. Main context; the work is done in worker
 * threads. */
#include "config.h"

#include "namida-hub-restore.h"

#include "namida-error.h"
#include "namida-hub-private.h"
#include "namida-music-here.h"

#include <glib/gi18n-lib.h>

static gboolean
restore_is_ready (NamidaHub *self, GTask *task)
{
  if (self->database != NULL && self->store != NULL)
    return TRUE;
  g_task_return_new_error (task, NAMIDA_ERROR, NAMIDA_ERROR_INTERNAL, "%s",
                           _ ("The backups cannot be opened yet. Try again in a moment."));
  return FALSE;
}

static void
restore_on_loaded (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  NamidaRestorePlan *plan = namida_restore_plan_load_finish (result, &error);

  if (plan != NULL)
    g_task_return_pointer (task, plan, g_object_unref);
  else
    g_task_return_error (task, error);
}

/* @task: (transfer full) */
static void
restore_plan_folder (NamidaHub *self, const char *folder, GTask *task)
{
  g_autoptr (GPtrArray) known = g_ptr_array_new ();
  g_autofree char *zips = namida_here_dup_backup_folder ();
  const char *music = namida_store_get_music (self->store);
  const char *own = g_get_user_special_dir (G_USER_DIRECTORY_MUSIC);

  g_ptr_array_add (known, (gpointer) music);
  /* xdg-user-dirs reports the home folder for a folder that is turned off. */
  if (own != NULL && g_strcmp0 (own, g_get_home_dir ()) != 0)
    g_ptr_array_add (known, (gpointer) own);
  namida_restore_plan_load_async (self->database, folder, music, known, zips, g_task_get_cancellable (task),
                                  restore_on_loaded, task);
}

void
namida_hub_plan_restore_async (NamidaHub *self,
                               NamidaVersion *version,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  gboolean recorded;
  const char *path;

  g_return_if_fail (NAMIDA_IS_HUB (self) && NAMIDA_IS_VERSION (version));
  recorded = namida_version_get_landing (version) == NAMIDA_LANDING_LIBRARY;
  path = recorded ? namida_version_get_zip_path (version) : namida_version_get_path (version);
  g_task_set_source_tag (task, namida_hub_plan_restore_async);
  if (path == NULL)
    g_task_return_new_error (task, NAMIDA_ERROR, NAMIDA_ERROR_NOT_FOUND, "%s",
                             _ ("This backup came without a zip, and its music is in your folders already: there is "
                                "nothing to restore."));
  else if (restore_is_ready (self, task))
    restore_plan_folder (self, path, g_steal_pointer (&task));
}

NamidaRestorePlan *
namida_hub_plan_restore_finish (NamidaHub *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, namida_hub_plan_restore_async), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
restore_on_undone (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  NamidaRestoreResult *undone = g_task_get_task_data (task);
  GError *error = NULL;

  if (namida_restore_undo_finish (result, undone, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

void
namida_hub_undo_restore_async (
    NamidaHub *self, const char *id, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, namida_hub_undo_restore_async);
  g_task_set_task_data (task, g_new0 (NamidaRestoreResult, 1), g_free);
  if (restore_is_ready (self, task))
    namida_restore_undo_async (self->database, id, cancellable, restore_on_undone, g_steal_pointer (&task));
}

gboolean
namida_hub_undo_restore_finish (NamidaHub *self, GAsyncResult *result, NamidaRestoreResult *undone, GError **error)
{
  g_return_val_if_fail (g_async_result_is_tagged (result, namida_hub_undo_restore_async), FALSE);
  if (undone != NULL)
    *undone = *(NamidaRestoreResult *) g_task_get_task_data (G_TASK (result));
  return g_task_propagate_boolean (G_TASK (result), error);
}
