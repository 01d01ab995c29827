/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Checks whether the destinations of a restore are connected, before it is undone or the replaced files are deleted: on
 * a drive that is not connected, files can neither be put back nor removed. Worker threads. */
#include "config.h"

#include "namida-restore-private.h"

#include "namida-error.h"

#include <glib/gi18n-lib.h>
#include <string.h>
#include <sys/stat.h>

/* Returns the device number of the file system that the restored files below @root were on; 0 if there are none. */
static guint64
away_get_device (GPtrArray *rows, const char *root)
{
  const gsize length = strlen (root);

  for (guint i = 0; i < rows->len; i++)
    {
      const NamidaRestoredRow *row = rows->pdata[i];

      if (row->kind == NAMIDA_RESTORED_FILE && row->device != 0 && strncmp (row->path, root, length) == 0
          && row->path[length] == '/')
        return row->device;
    }
  return 0;
}

static gboolean
away_is_empty (const char *path)
{
  g_autoptr (GDir) folder = g_dir_open (path, 0, NULL);

  return folder != NULL && g_dir_read_name (folder) == NULL;
}

/* Whether the drive of @root is not connected: an empty folder, or none, is in its place, on another file system. If
 * the user removed the folder, the file system is the same as before. */
static gboolean
away_is_away (GPtrArray *rows, const char *root)
{
  g_autofree char *place = g_strdup (root);
  guint64 device = away_get_device (rows, root);
  struct stat st;

  if (device == 0 || (g_file_test (root, G_FILE_TEST_IS_DIR) && !away_is_empty (root)))
    return FALSE;
  while (stat (place, &st) != 0 && !g_str_equal (place, "/") && !g_str_equal (place, "."))
    {
      char *parent = g_path_get_dirname (place);

      g_free (place);
      place = parent;
    }
  return stat (place, &st) == 0 && (guint64) st.st_dev != device;
}

gboolean
namida_restore_check_roots (GPtrArray *rows, GError **error)
{
  for (guint i = 0; i < rows->len; i++)
    {
      const NamidaRestoredRow *row = rows->pdata[i];
      g_autofree char *shown = NULL;

      if (row->kind != NAMIDA_RESTORED_ROOT || !away_is_away (rows, row->path))
        continue;
      shown = g_filename_display_name (row->path);
      g_set_error (
          error, NAMIDA_ERROR, NAMIDA_ERROR_NO_DRIVE,
          _ ("The folder “%s” is not here, so its drive is probably not connected. Nothing was undone. Connect "
             "the drive, then undo the restore again."),
          shown);
      return FALSE;
    }
  return TRUE;
}
