/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Compares what is mounted now with what was mounted when a folder was used before; see the header. A store also has a
 * mark; for the user's own folders, this is the only check. Called by receiving, restoring and the check of the chosen
 * folders, in workers. */
#include "config.h"

#include "namida-mount.h"

#include "namida-error.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <string.h>
#include <sys/stat.h>

/* A subvolume has a device number of its own, but is not a mount point. A bind mount, such as in the sandbox of a
 * service, is a mount point, but has the device number of its parent. */
static gboolean
mount_is_root (const char *path)
{
  g_autofree char *parent = g_path_get_dirname (path);
  struct stat here, above;
  struct statx extended;

  if (g_str_equal (parent, path) || stat (path, &here) != 0 || stat (parent, &above) != 0
      || here.st_dev == above.st_dev)
    return FALSE;
  return statx (AT_FDCWD, path, 0, STATX_BASIC_STATS, &extended) != 0
         || (extended.stx_attributes_mask & STATX_ATTR_MOUNT_ROOT) == 0
         || (extended.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0;
}

/* Returns (transfer full) (nullable): where the file system of the existing folder @path is mounted; %NULL: at "/". */
static char *
mount_find (const char *path)
{
  g_autofree char *place = g_canonicalize_filename (path, "/");

  while (!g_str_equal (place, "/"))
    {
      char *parent;

      if (mount_is_root (place))
        return g_steal_pointer (&place);
      parent = g_path_get_dirname (place);
      g_free (place);
      place = parent;
    }
  return NULL;
}

static gboolean
mount_is_empty (const char *path)
{
  DIR *dir = opendir (path);
  struct dirent *entry;
  gboolean empty = dir != NULL || errno == ENOENT;

  while (dir != NULL && empty && (entry = readdir (dir)) != NULL)
    empty = g_str_equal (entry->d_name, ".") || g_str_equal (entry->d_name, "..");
  if (dir != NULL)
    closedir (dir);
  return empty;
}

static gboolean
mount_is_above (const char *mount, const char *path)
{
  gsize length = strlen (mount);

  return strncmp (path, mount, length) == 0 && (path[length] == '/' || path[length] == '\0');
}

void
namida_mount_note (NamidaDatabase *database, const char *path)
{
  g_autofree char *mount = NULL;
  g_autoptr (GError) error = NULL;
  struct stat st;

  /* If the drive does not respond, keep what is recorded. */
  if (stat (path, &st) != 0 && errno != ENOENT)
    return;
  mount = mount_find (path);

  /* A folder that is on the root file system now does not depend on a mount point any more. */
  if (!(mount != NULL ? namida_database_exec (database, &error,
                                              "INSERT INTO mounts (folder, mount) VALUES (?, ?) ON CONFLICT (folder)"
                                              " DO UPDATE SET mount = excluded.mount WHERE mount <> excluded.mount",
                                              "ss", path, mount)
                      : namida_database_exec (database, &error, "DELETE FROM mounts WHERE folder = ?", "s", path)))
    g_message ("%s", error->message);
}

/* @away: (out) (transfer full) (nullable): the mount point at or above @path where nothing is mounted. */
static gboolean
mount_find_away (NamidaDatabase *database, const char *path, char **away, GError **error)
{
  g_autoptr (GPtrArray) mounts = g_ptr_array_new_with_free_func (g_free);
  sqlite3_stmt *statement;
  gboolean whole;
  int result;

  *away = NULL;
  namida_database_lock (database);
  statement = namida_database_prepare (database, error, "SELECT DISTINCT mount FROM mounts", "");
  while (namida_database_next (statement, &result))
    if (mount_is_above ((const char *) sqlite3_column_text (statement, 0), path))
      g_ptr_array_add (mounts, g_strdup ((const char *) sqlite3_column_text (statement, 0)));
  whole = namida_database_end (database, statement, result, error);
  namida_database_unlock (database);
  for (guint i = 0; whole && *away == NULL && i < mounts->len; i++)
    {
      const char *mount = g_ptr_array_index (mounts, i);

      if (!mount_is_root (mount) && mount_is_empty (mount))
        *away = g_strdup (mount);
    }
  return whole;
}

gboolean
namida_mount_is_away (NamidaDatabase *database, const char *path)
{
  g_autofree char *away = NULL;

  mount_find_away (database, path, &away, NULL);
  return away != NULL;
}

gboolean
namida_mount_check (NamidaDatabase *database, const char *path, GError **error)
{
  g_autofree char *away = NULL;
  g_autofree char *shown = g_filename_display_name (path);
  g_autofree char *place = NULL;

  if (!mount_find_away (database, path, &away, error))
    return FALSE;
  if (away == NULL)
    return TRUE;
  place = g_filename_display_name (away);
  g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_NO_DRIVE,
               _ ("“%s” is on a drive that is not connected: nothing is mounted at “%s”. Connect the drive, then try "
                  "again. To use the empty folder instead, create a file in “%s” first."),
               shown, place, place);
  return FALSE;
}
