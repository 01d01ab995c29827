/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Finds which files of an offer are not here yet, for a device that only asks before it sends. Uses the same knowledge
 * as the preparation of an offer (namida-prepare.c) and the same restrictions on what a sender may learn, but does not
 * create, link, read or record anything. A file that would have to be read first counts as missing. Worker thread. */
#include "config.h"

#include "namida-store-sink-private.h"

#include "namida-known-content.h"
#include "namida-place-cursor.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct
{
  NamidaStoreSink *sink;
  NamidaKnownContent *known;
  NamidaPlaceCursor cursor;
  int root_fd;
  guint root; /* the root that @root_fd belongs to */
} Preview;

static gboolean
preview_row_is_there (const NamidaHashRow *row)
{
  struct stat st;

  return lstat (row->path, &st) == 0 && S_ISREG (st.st_mode) && namida_hash_row_fits (row, &st);
}

static gboolean
preview_has_in_versions (Preview *self, const NamidaEntry *entry)
{
  g_autoptr (GPtrArray) rows = NULL;

  if (!namida_known_content_was_sent (self->known, self->sink->session->fingerprint, entry->sha256))
    return FALSE;
  rows = namida_known_content_lookup (self->known, entry->sha256);
  for (guint i = 0; rows != NULL && i < rows->len; i++)
    if (preview_row_is_there (g_ptr_array_index (rows, i)))
      return TRUE;
  return FALSE;
}

static gboolean
preview_has_in_place (Preview *self, const NamidaEntry *entry)
{
  g_autofree char *relative = NULL;
  const char *basename;
  struct stat st;
  guint root;
  int fd;

  if (!namida_layout_place (self->sink->layout, entry, &root, &relative, NULL))
    return FALSE;
  if (self->root_fd < 0 || root != self->root)
    {
      namida_place_cursor_clear (&self->cursor);
      self->cursor = (NamidaPlaceCursor){ .fd = -1 };
      if (self->root_fd >= 0)
        close (self->root_fd);
      self->root = root;
      self->root_fd
          = open (namida_layout_get_root (self->sink->layout, root), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NONBLOCK);
    }
  if (self->root_fd < 0)
    return FALSE;
  fd = namida_place_cursor_open (&self->cursor, self->root_fd, relative, FALSE, &basename, NULL);
  return fd >= 0 && fstatat (fd, basename, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG (st.st_mode)
         && (guint64) st.st_size == entry->size && namida_known_content_has (self->known, entry->sha256, &st);
}

gboolean
namida_store_sink_preview (
    NamidaSink *sink, NamidaBackup *backup, NamidaWant *wants, GCancellable *cancellable, GError **error)
{
  NamidaStoreSink *self = NAMIDA_STORE_SINK (sink);
  GPtrArray *entries = namida_backup_get_entries (backup);
  g_autoptr (NamidaKnownContent) known = namida_known_content_new (self->database, error);
  Preview preview = { .sink = self, .known = known, .cursor = { .fd = -1 }, .root_fd = -1 };
  gboolean fine = known != NULL;

  for (guint i = 0; i < entries->len && fine; i++)
    {
      const NamidaEntry *entry = g_ptr_array_index (entries, i);
      gboolean there = entry->kind == NAMIDA_ENTRY_FOLDER;

      if (!there && entry->sha256 != NULL)
        there = self->landing == NAMIDA_LANDING_BACKUP ? preview_has_in_versions (&preview, entry)
                                                       : preview_has_in_place (&preview, entry);
      wants[i].wanted = !there;
      fine = !g_cancellable_set_error_if_cancelled (cancellable, error);
    }
  namida_place_cursor_clear (&preview.cursor);
  if (preview.root_fd >= 0)
    close (preview.root_fd);
  return fine;
}
