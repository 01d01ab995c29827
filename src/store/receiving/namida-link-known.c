/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "namida-store-sink-private.h"

#include "namida-file-ops.h"
#include "namida-known-content.h"
#include "namida-open.h"
#include "namida-safe-path.h"

#include <fcntl.h>
#include <unistd.h>

static gboolean
is_wished (const NamidaLinkWish *wish, const NamidaHashRow *row, const struct stat *st)
{
  return S_ISREG (st->st_mode) && row->size == (guint64) st->st_size && row->mtime_ns == namida_stat_mtime_ns (st)
         && row->size == wish->size && (st->st_mode & 0222) == 0
         && (wish->mtime_ns == 0 || namida_stat_mtime_ns (st) / 1000000 == wish->mtime_ns / 1000000);
}

static gboolean
has_content (const char *sha256, int folder, const char *name)
{
  g_autofree char *hash = NULL;
  int fd;

  if (sha256 == NULL)
    return TRUE;
  fd = namida_open_at (folder, name, O_RDONLY | O_NONBLOCK, 0);
  if (fd < 0)
    return FALSE;
  hash = namida_file_hash (fd, NULL);
  close (fd);
  return hash != NULL && g_ascii_strcasecmp (hash, sha256) == 0;
}

/* What is to be proven by reading: (nullable): a drive that was plugged in anew has another number, and the desktop's
 * document portal gives each file another one at each login. The file is at its place with its size and time all the
 * same; only the table is not enough then. */
static const char *
to_prove (const NamidaLinkWish *wish, const NamidaHashRow *row, const struct stat *st)
{
  if (wish->sha256 != NULL || namida_hash_row_fits (row, st))
    return wish->sha256;
  if (wish->hashed != NULL)
    (*wish->hashed)++;
  return row->sha256;
}

gboolean
namida_link_known (const NamidaLinkWish *wish, const NamidaHashRow *row, int to, const char *name)
{
  g_autofree char *inside = g_strconcat (wish->root->path, "/", NULL);
  g_autofree char *basename = NULL;
  struct stat st, linked;
  gboolean fine = FALSE;
  int from;

  if (!g_str_has_prefix (row->path, inside))
    return FALSE;
  from = namida_safe_path_open_parent (wish->root->base_fd, row->path + strlen (inside), FALSE, &basename, NULL);
  if (from < 0)
    return FALSE;
  if (fstatat (from, basename, &st, AT_SYMLINK_NOFOLLOW) == 0 && is_wished (wish, row, &st)
      && has_content (to_prove (wish, row, &st), from, basename) && linkat (from, basename, to, name, 0) == 0)
    {
      /* It might have been another file a moment later. */
      fine = fstatat (to, name, &linked, AT_SYMLINK_NOFOLLOW) == 0 && is_wished (wish, row, &linked)
             && linked.st_ino == st.st_ino && linked.st_dev == st.st_dev;
      if (!fine)
        unlinkat (to, name, 0);
    }
  close (from);
  return fine;
}
