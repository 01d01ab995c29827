/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Finds the versions in a store, whose folders are <store>/<device>/<version>. Called by the adoption and the
 * verification of folders that are not in a database. Blocking: worker threads. */
#include "config.h"

#include "namida-version-folders.h"

#include "namida-folder-record.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define DEPTH_MOST 2u

gboolean
namida_version_folders_has (const char *folder)
{
  int fd = open (folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  gboolean found = fd >= 0 && namida_folder_record_exists (fd);

  if (fd >= 0)
    close (fd);
  return found;
}

/* Whether @folder may be a version although it has no record: it cannot be opened, or one of the two files of the
 * record is missing. */
static gboolean
folders_is_doubtful (const char *folder)
{
  int fd = open (folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  gboolean doubtful = fd < 0 ? errno != ENOENT && errno != ENOTDIR && errno != ELOOP
                             : faccessat (fd, NAMIDA_SUMS_NAME, F_OK, AT_SYMLINK_NOFOLLOW) == 0
                                   || faccessat (fd, NAMIDA_FOLDER_RECORD_NAME, F_OK, AT_SYMLINK_NOFOLLOW) == 0;

  if (fd >= 0)
    close (fd);
  return doubtful;
}

/* @doubtful: also add folders that may be versions. */
static void
folders_add (GPtrArray *found, const char *folder, guint depth, gboolean doubtful)
{
  g_autoptr (GDir) dir = NULL;
  const char *name;

  if (namida_version_folders_has (folder) || (doubtful && folders_is_doubtful (folder)))
    {
      g_ptr_array_add (found, g_strdup (folder));
      return;
    }
  if (depth == DEPTH_MOST)
    return;
  dir = g_dir_open (folder, 0, NULL);
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      if (name[0] != '.' && g_file_test (path, G_FILE_TEST_IS_DIR) && !g_file_test (path, G_FILE_TEST_IS_SYMLINK))
        folders_add (found, path, depth + 1, doubtful);
    }
}

static int
folders_compare (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

GPtrArray *
namida_version_folders_list (const char *folder, gboolean doubtful)
{
  GPtrArray *found = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *whole = g_canonicalize_filename (folder, NULL);

  folders_add (found, whole, 0, doubtful);
  g_ptr_array_sort (found, folders_compare);
  return found;
}
