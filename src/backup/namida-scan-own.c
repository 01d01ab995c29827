/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Recognizes what is never sent: the data folder with the private key, the marks and parts of a store, and what the
 * system keeps on drives. It examines the contents of a folder and the target of a path, so that it does not matter
 * how they are reached. Called by the scanner, in its thread. */
#include "config.h"

#include "namida-scan-own-private.h"

#include "namida-safe-path.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FOLDER_FLAGS (O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)

/* The names that the system uses in folders and on drives, and those that this program uses in its own folders, for
 * unfinished files and trash. Nobody expects these in a backup, so they are not reported. */
gboolean
namida_scan_is_internal (const char *name)
{
  static const char *const names[] = { "$RECYCLE.BIN", "System Volume Information", "lost+found", ".Trash" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (strcmp (name, names[i]) == 0)
      return TRUE;
  return g_str_has_prefix (name, ".Trash-") || g_str_has_prefix (name, NAMIDA_SAFE_PATH_INTERNAL);
}

static gboolean
scan_own_has_file (int folder_fd, const char *name)
{
  struct stat st;

  return fstatat (folder_fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG (st.st_mode);
}

/* Whether the open folder is the data folder of any instance of the program, or the folder in it that has the key.
 * Its contents decide, so that it does not matter how it is reached. */
static gboolean
scan_own_is_private (int fd)
{
  return scan_own_has_file (fd, "identity/key.pem")
         || (scan_own_has_file (fd, "key.pem")
             && (scan_own_has_file (fd, "certificate.pem") || scan_own_has_file (fd, "state.db")));
}

/* Whether @path leads to the mark or a part of a store, or into a folder of such files. */
static gboolean
scan_own_has_internal_name (const char *path)
{
  g_auto (GStrv) names = g_strsplit (path, "/", -1);

  for (guint i = 0; names[i] != NULL; i++)
    if (g_str_has_prefix (names[i], NAMIDA_SAFE_PATH_INTERNAL))
      return TRUE;
  return FALSE;
}

/* See the header. Parent folders are checked because the scanner does not visit them when a path is named on its
 * own. */
gboolean
namida_scan_is_own_place (const char *path, gboolean is_folder)
{
  g_autofree char *real = realpath (path, NULL);
  g_autofree char *folder = real == NULL ? NULL : is_folder ? g_strdup (real) : g_path_get_dirname (real);
  gboolean found = real != NULL && scan_own_has_internal_name (real);

  while (folder != NULL && !found && !g_str_equal (folder, "/"))
    {
      char *parent = g_path_get_dirname (folder);
      int fd = open (folder, FOLDER_FLAGS);

      found = fd >= 0 && scan_own_is_private (fd);
      if (fd >= 0)
        close (fd);
      g_free (folder);
      folder = parent;
    }
  return found;
}

/* A data folder, or a store of versions, which would otherwise go into each backup of the music folder that contains
 * it. A store that the user named is allowed. */
gboolean
namida_scan_is_own_folder (int fd, gboolean named)
{
  return scan_own_is_private (fd) || (!named && scan_own_has_file (fd, NAMIDA_SAFE_PATH_INTERNAL "store"));
}
