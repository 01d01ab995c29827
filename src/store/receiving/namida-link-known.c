/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Creates hard links in a new version to files of older versions, after checking that the old file is intact. Used by
 * prepare and commit of a session, in its worker. */
#include "config.h"

#include "namida-store-sink-private.h"

#include "namida-clock.h"
#include "namida-content.h"
#include "namida-file-ops.h"
#include "namida-known-content.h"
#include "namida-limits.h"
#include "namida-open.h"
#include "namida-safe-path.h"

#include <fcntl.h>
#include <unistd.h>

static gboolean
link_known_is_requested (const NamidaLinkRequest *request, const NamidaHashRow *row, const struct stat *st)
{
  return S_ISREG (st->st_mode) && row->size == (guint64) st->st_size && row->mtime_ns == namida_stat_mtime_ns (st)
         && row->size == request->size && (st->st_mode & 0222) == 0
         && (request->mtime_ns == NAMIDA_ENTRY_TIME_UNKNOWN
             || namida_stat_mtime_ns (st) / 1000000 == request->mtime_ns / 1000000);
}

/* Returns (transfer full) (nullable): %NULL if the file cannot be read, which does not mean that it is damaged. */
static char *
link_known_dup_hash (int folder, const char *name)
{
  int fd = namida_open_at (folder, name, O_RDONLY | O_NONBLOCK, 0);
  char *hash = fd >= 0 ? namida_file_hash (fd, NULL) : NULL;

  if (fd >= 0)
    close (fd);
  return hash;
}

gboolean
namida_store_sink_is_last_link (NamidaStoreSink *self, const struct stat *st)
{
  gint64 inode = (gint64) st->st_ino;
  const gint64 *ctime_ns = self->links != NULL ? g_hash_table_lookup (self->links, &inode) : NULL;

  return ctime_ns != NULL && *ctime_ns == namida_content_ctime_ns (st);
}

static void
link_known_remember_link (NamidaStoreSink *self, const struct stat *st)
{
  gint64 inode = (gint64) st->st_ino, ctime_ns = namida_content_ctime_ns (st);

  if (self->links == NULL)
    self->links = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, g_free);
  g_hash_table_insert (self->links, g_memdup2 (&inode, sizeof inode), g_memdup2 (&ctime_ns, sizeof ctime_ns));
}

/* Disks can lose data unnoticed, so files that were last read long ago are read again, within a time limit for each
 * session. */
static gboolean
link_known_is_due (NamidaStoreSink *self, const NamidaHashRow *row)
{
  gint64 age = namida_clock_real () - row->read_at;

  /* A date in the future was written by a clock that was wrong, so the real date is unknown. */
  return self->reread_days > 0 && (age > self->reread_days * G_TIME_SPAN_DAY || age < -G_TIME_SPAN_DAY)
         && namida_clock_monotonic () < self->reread_until;
}

/* Whether the file must be read before it is linked. A reconnected drive has a new device number, the document portal
 * of the desktop gives files new inode numbers at each login, and a chmod or a tag editor that keeps the modification
 * time changes only the change time. A link that this program made a moment ago changes it, too. */
static gboolean
link_known_must_read (const NamidaLinkRequest *request, const NamidaHashRow *row, const struct stat *st)
{
  gboolean certain = namida_hash_row_fits (row, st)
                     || (row->inode == (guint64) st->st_ino && row->device == (guint64) st->st_dev
                         && namida_store_sink_is_last_link (request->sink, st));

  return request->sha256 != NULL || !certain || link_known_is_due (request->sink, row);
}

static gboolean
link_known_is_proven (
    NamidaLinkRequest *request, const NamidaHashRow *row, const struct stat *st, int folder, const char *name)
{
  g_autofree char *hash = NULL;
  g_autoptr (GError) error = NULL;

  request->read = link_known_must_read (request, row, st);
  if (!request->read)
    return TRUE;
  if (request->sha256 == NULL)
    request->sink->hashed++;
  hash = link_known_dup_hash (folder, name);
  if (hash == NULL)
    return FALSE;
  if (g_ascii_strcasecmp (hash, request->sha256 != NULL ? request->sha256 : row->sha256) == 0)
    return TRUE;
  if (!namida_content_set_damaged (request->sink->database, row->content, row->sha256, st, &error))
    g_message ("%s", error->message);
  return FALSE;
}

gboolean
namida_link_known (NamidaLinkRequest *request, const NamidaHashRow *row, int to, const char *name)
{
  g_autofree char *inside = g_strconcat (request->root->path, "/", NULL);
  g_autofree char *basename = NULL;
  struct stat st, linked;
  gboolean fine = FALSE;
  int from;

  if (!g_str_has_prefix (row->path, inside))
    return FALSE;
  from = namida_safe_path_open_parent (request->root->base_fd, row->path + strlen (inside), FALSE, &basename, NULL);
  if (from < 0)
    return FALSE;
  if (fstatat (from, basename, &st, AT_SYMLINK_NOFOLLOW) == 0 && link_known_is_requested (request, row, &st)
      && link_known_is_proven (request, row, &st, from, basename) && linkat (from, basename, to, name, 0) == 0)
    {
      /* The file may have been replaced between the check and the link. */
      fine = fstatat (to, name, &linked, AT_SYMLINK_NOFOLLOW) == 0 && link_known_is_requested (request, row, &linked)
             && linked.st_ino == st.st_ino && linked.st_dev == st.st_dev;
      if (fine)
        link_known_remember_link (request->sink, &linked);
      else
        unlinkat (to, name, 0);
    }
  close (from);
  return fine;
}
