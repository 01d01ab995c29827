/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Compares and removes folder trees for the “demo” command. Blocking; call it in a worker thread. */
#include "config.h"

#include "namida-cli-compare.h"

#include "namida-error.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CHUNK (256 * 1024)

static gboolean
compare_differ (const char *path, const char *how, GError **error)
{
  g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_CHECKSUM, _ ("“%s” is not what was sent: %s."), path, how);
  return FALSE;
}

static gboolean
compare_fail (const char *path, GError **error)
{
  int saved_errno = errno;
  g_autofree char *what = g_strdup_printf (_ ("Could not read “%s”"), path);

  namida_error_set_from_errno (error, saved_errno, what);
  return FALSE;
}

/* Returns: the number of bytes, less than CHUNK only at the end; -1 with errno. */
static gssize
compare_read_chunk (int fd, guint8 *buffer)
{
  gsize have = 0;

  while (have < CHUNK)
    {
      gssize n = read (fd, buffer + have, CHUNK - have);

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        return -1;
      if (n == 0)
        break;
      have += (gsize) n;
    }
  return (gssize) have;
}

static gboolean
compare_contents (int fd_a, int fd_b, const char *a, const char *b, NamidaCliCompared *compared, GError **error)
{
  g_autofree guint8 *buffer_a = g_malloc (CHUNK);
  g_autofree guint8 *buffer_b = g_malloc (CHUNK);
  gssize n_a, n_b;

  do
    {
      if ((n_a = compare_read_chunk (fd_a, buffer_a)) < 0)
        return compare_fail (a, error);
      if ((n_b = compare_read_chunk (fd_b, buffer_b)) < 0)
        return compare_fail (b, error);
      if (n_a != n_b || memcmp (buffer_a, buffer_b, (gsize) n_a) != 0)
        return compare_differ (b, _ ("its contents differ"), error);
      compared->bytes += (guint64) n_a;
    }
  while (n_a == CHUNK);
  return TRUE;
}

static gint64
compare_mtime_ms (const struct stat *st)
{
  return (gint64) st->st_mtim.tv_sec * 1000 + st->st_mtim.tv_nsec / 1000000;
}

static gboolean
compare_open (int fd_a, int fd_b, const char *a, const char *b, NamidaCliCompared *compared, GError **error)
{
  struct stat st_a, st_b;

  if (fstat (fd_a, &st_a) != 0)
    return compare_fail (a, error);
  if (fstat (fd_b, &st_b) != 0)
    return compare_fail (b, error);
  if (compare_mtime_ms (&st_a) != compare_mtime_ms (&st_b))
    return compare_differ (b, _ ("its time differs"), error);
  compared->files++;
  return compare_contents (fd_a, fd_b, a, b, compared, error);
}

gboolean
namida_cli_compare_files (const char *a, const char *b, NamidaCliCompared *compared, GError **error)
{
  int fd_a = open (a, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  int fd_b;
  gboolean same;

  if (fd_a < 0)
    return compare_fail (a, error);
  fd_b = open (b, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  same = fd_b >= 0 ? compare_open (fd_a, fd_b, a, b, compared, error) : compare_fail (b, error);
  if (fd_b >= 0)
    close (fd_b);
  close (fd_a);
  return same;
}

static GPtrArray *
compare_list_names (const char *path, GError **error)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, error);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  const char *name;

  if (dir == NULL)
    return NULL;
  while ((name = g_dir_read_name (dir)) != NULL)
    g_ptr_array_add (names, g_strdup (name));
  return g_steal_pointer (&names);
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

gboolean
namida_cli_compare_trees (const char *a, const char *b, NamidaCliCompared *compared, GError **error)
{
  g_autoptr (GPtrArray) names_a = compare_list_names (a, error);
  g_autoptr (GPtrArray) names_b = names_a != NULL ? compare_list_names (b, error) : NULL;

  if (names_b == NULL)
    return FALSE;
  g_ptr_array_sort (names_a, compare_names);
  g_ptr_array_sort (names_b, compare_names);
  compared->folders++;
  for (guint i = 0; i < names_a->len && i < names_b->len; i++)
    {
      g_autofree char *path_a = g_build_filename (a, names_a->pdata[i], NULL);
      g_autofree char *path_b = g_build_filename (b, names_b->pdata[i], NULL);
      gboolean folder = g_file_test (path_a, G_FILE_TEST_IS_DIR);

      if (strcmp (names_a->pdata[i], names_b->pdata[i]) != 0)
        return compare_differ (path_b, _ ("names differ"), error);
      if (folder != g_file_test (path_b, G_FILE_TEST_IS_DIR))
        return compare_differ (path_b, _ ("one is a folder, one a file"), error);
      if (!(folder ? namida_cli_compare_trees (path_a, path_b, compared, error)
                   : namida_cli_compare_files (path_a, path_b, compared, error)))
        return FALSE;
    }
  if (names_a->len != names_b->len)
    return compare_differ (b, _ ("something is missing or too much"), error);
  return TRUE;
}

void
namida_cli_remove_tree (const char *path)
{
  if (g_file_test (path, G_FILE_TEST_IS_DIR) && !g_file_test (path, G_FILE_TEST_IS_SYMLINK))
    {
      g_autoptr (GPtrArray) names = NULL;

      g_chmod (path, 0700); /* kept backups are read-only */
      names = compare_list_names (path, NULL);
      for (guint i = 0; names != NULL && i < names->len; i++)
        {
          g_autofree char *below = g_build_filename (path, names->pdata[i], NULL);
          namida_cli_remove_tree (below);
        }
    }
  g_remove (path);
}
