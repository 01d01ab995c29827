/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Searches the target of a link for music; see the header. The search is limited in names and depth and follows no
 * further links. Blocking; any thread. */
#include "config.h"

#include "namida-linked-music.h"

#include "namida-entry.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MOST_NAMES 4000u
#define MOST_DEPTH 6u

static gboolean
linked_is_music (const char *name)
{
  const char *type = namida_entry_guess_type (name);

  return type != NULL && g_str_has_prefix (type, "audio/") && strstr (type, "mpegurl") == NULL;
}

typedef struct
{
  struct stat root; /* the folder that is scanned; what is in it is in the backup anyway */
  guint left;       /* how many names may still be examined */
} LinkedSearch;

static gboolean
linked_is_root (const LinkedSearch *search, const struct stat *st)
{
  return st->st_dev == search->root.st_dev && st->st_ino == search->root.st_ino;
}

/* @fd: (transfer full) */
static gboolean
linked_folder_has_music (LinkedSearch *search, int fd, guint depth)
{
  DIR *dir = fdopendir (fd);
  gboolean found = FALSE;
  struct dirent *entry;

  if (dir == NULL)
    {
      close (fd);
      return FALSE;
    }
  while (!found && search->left > 0 && (entry = readdir (dir)) != NULL)
    {
      struct stat st;
      int below;

      if (strcmp (entry->d_name, ".") == 0 || strcmp (entry->d_name, "..") == 0)
        continue;
      search->left--;
      if (fstatat (dirfd (dir), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) != 0)
        continue;
      if (S_ISREG (st.st_mode))
        found = linked_is_music (entry->d_name);
      else if (S_ISDIR (st.st_mode) && depth < MOST_DEPTH && !linked_is_root (search, &st))
        {
          below = openat (dirfd (dir), entry->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
          found = below >= 0 && linked_folder_has_music (search, below, depth + 1);
        }
    }
  closedir (dir);
  return found;
}

static gboolean
linked_is_below (const char *path, const char *root)
{
  g_autofree char *real_root = realpath (root, NULL);
  gsize length = real_root != NULL ? strlen (real_root) : 0;

  return real_root != NULL && strncmp (path, real_root, length) == 0 && (path[length] == '/' || path[length] == '\0');
}

gboolean
namida_linked_music_find (const char *root, const char *source)
{
  g_autofree char *target = realpath (source, NULL);
  LinkedSearch search = { .left = MOST_NAMES };
  struct stat st;
  int fd;

  if (target == NULL || linked_is_below (target, root) || stat (target, &st) != 0 || stat (root, &search.root) != 0)
    return FALSE;
  if (S_ISREG (st.st_mode))
    return linked_is_music (target);
  if (!S_ISDIR (st.st_mode))
    return FALSE;
  fd = open (target, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  return fd >= 0 && linked_folder_has_music (&search, fd, 0);
}
