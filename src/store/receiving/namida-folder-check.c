/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Implements namida-folder-check.h. The window, the command line and the service check their folders before they
 * receive, so that a missing drive is reported instead of filled up on the wrong disk. */
#include "config.h"

#include "namida-folder-check.h"
#include "namida-mount.h"
#include "namida-store-mark.h"
#include "namida-store-private.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <sys/stat.h>
#include <unistd.h>

NamidaFolderState
namida_folder_check (const char *path, gboolean chosen)
{
  g_autofree char *place = g_strdup (path);
  struct stat st;

  /* For a folder that does not exist yet, check its nearest existing parent. */
  while (stat (place, &st) != 0)
    {
      gboolean is_closed = errno == EACCES; /* a parent folder without search permission */
      char *parent = g_path_get_dirname (place);
      gboolean end = g_str_equal (parent, place);

      if (chosen || end)
        {
          g_free (parent);
          return is_closed ? NAMIDA_FOLDER_CLOSED : NAMIDA_FOLDER_GONE;
        }
      g_free (place);
      place = parent;
    }
  /* Check with the effective user ID, not with the real one. */
  if (!S_ISDIR (st.st_mode) || faccessat (AT_FDCWD, place, R_OK | W_OK | X_OK, AT_EACCESS) != 0)
    return NAMIDA_FOLDER_CLOSED;
  return NAMIDA_FOLDER_FINE;
}

typedef struct
{
  const char *backups, *music; /* interned by the store */
  gboolean backups_chosen, music_chosen;
  NamidaFolderState backups_state, music_state;
} Check;

/* Also records where the file system of the folder is mounted, because this runs when a folder is chosen. */
static NamidaFolderState
check_one (NamidaDatabase *database, const char *path, gboolean chosen)
{
  NamidaFolderState state = namida_folder_check (path, chosen);

  if (namida_mount_is_away (database, path))
    return NAMIDA_FOLDER_GONE;
  namida_mount_note (database, path);
  return state;
}

static void
check_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  NamidaDatabase *database = namida_store_get_database (source);
  Check *check = data;

  check->backups_state = check_one (database, check->backups, check->backups_chosen);
  if (namida_store_mark_look (database, check->backups) == NAMIDA_STORE_NOT_HERE)
    check->backups_state = NAMIDA_FOLDER_GONE;
  check->music_state = check_one (database, check->music, check->music_chosen);
  g_task_return_boolean (task, TRUE);
}

gboolean
namida_folder_is_home (const char *path)
{
  struct stat folder, home;

  return stat (path, &folder) == 0 && stat (g_get_home_dir (), &home) == 0 && folder.st_ino == home.st_ino
         && folder.st_dev == home.st_dev;
}

void
namida_store_check_folders_async (NamidaStore *self,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  Check *check = g_new0 (Check, 1);

  g_return_if_fail (NAMIDA_IS_STORE (self));

  check->backups = namida_store_get_backups (self);
  check->music = namida_store_get_music (self);
  check->backups_chosen = namida_store_get_chosen (self, 0) != NULL;
  check->music_chosen = namida_store_get_chosen (self, 1) != NULL;
  g_task_set_source_tag (task, namida_store_check_folders_async);
  g_task_set_task_data (task, check, g_free);
  g_task_run_in_thread (task, check_thread);
}

gboolean
namida_store_check_folders_finish (
    NamidaStore *self, GAsyncResult *result, NamidaFolderState *backups, NamidaFolderState *music, GError **error)
{
  Check *check = g_task_get_task_data (G_TASK (result));

  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  if (!g_task_propagate_boolean (G_TASK (result), error))
    return FALSE;
  *backups = check->backups_state;
  *music = check->music_state;
  return TRUE;
}
