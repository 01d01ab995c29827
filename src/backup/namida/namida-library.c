/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The tracks that a backup, or Namida on this computer, knows: their paths, and what is needed to find them
 * elsewhere and to name them to the user. Lyrics and other data are skipped. Used by the search for music
 * (namida-music-match.c), inspect, compare and extract. Worker threads. */
#include "config.h"

#include "namida-lists.h"

#include "namida-error.h"
#include "namida-json-cursor.h"
#include "namida-spool.h"

#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <string.h>
#include <unistd.h>

#define TRACKS_MOST 1000000u
/* 60,000 tracks take 20 MB of memory and at least 10 MB in a zip. A zip with a higher ratio was crafted. */
#define MEMORY_FREE (20u * 1024 * 1024)
#define MEMORY_A_BYTE 2u
/* The memory for one track, including the hash table. */
#define TRACK_BYTES (sizeof (NamidaLibraryTrack) + 32)

NamidaLibrary *
namida_library_new_empty (void)
{
  NamidaLibrary *self = g_new0 (NamidaLibrary, 1);

  self->tracks = g_array_new (FALSE, FALSE, sizeof (NamidaLibraryTrack));
  self->by_path = g_hash_table_new (g_str_hash, g_str_equal);
  self->texts = g_string_chunk_new (64 * 1024);
  self->left = G_MAXUINT64;
  return self;
}

static NamidaLibrary *
library_new_for (NamidaContents *contents)
{
  NamidaLibrary *self = namida_library_new_empty ();

  self->left = MEMORY_FREE + contents->size * MEMORY_A_BYTE;
  return self;
}

static gboolean
library_check (NamidaLibrary *self, GError **error)
{
  if (!self->full)
    return TRUE;
  g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_TOO_LARGE,
                       _ ("The backup lists far more tracks than any Namida backup of its size. It was not opened."));
  return FALSE;
}

/* Takes @bytes from the memory budget. Returns: %FALSE if it is exhausted. */
static gboolean
library_take (NamidaLibrary *self, guint64 bytes)
{
  if (bytes > self->left)
    self->full = TRUE;
  else
    self->left -= bytes;
  return !self->full;
}

void
namida_library_free (NamidaLibrary *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->by_path);
  g_array_unref (self->tracks);
  g_string_chunk_free (self->texts);
  g_free (self);
}

const NamidaLibraryTrack *
namida_library_find (NamidaLibrary *self, const char *path)
{
  guint index = GPOINTER_TO_UINT (g_hash_table_lookup (self->by_path, path));

  return index > 0 ? &g_array_index (self->tracks, NamidaLibraryTrack, index - 1) : NULL;
}

gboolean
namida_track_is_address (const char *path)
{
  return strstr (path, "://") != NULL;
}

char *
namida_track_dup_name (const char *path)
{
  const char *slash = strrchr (path, '/');
  const char *back = strrchr (path, '\\');
  const char *name = MAX (slash, back) != NULL ? MAX (slash, back) + 1 : path;
  const char *dot = strrchr (name, '.');

  if (namida_track_is_address (path) || *name == '\0')
    return g_strdup ("?");
  return dot != NULL && dot > name ? g_strndup (name, (gsize) (dot - name)) : g_strdup (name);
}

static void
library_add (NamidaLibrary *self, NamidaLibraryTrack *track)
{
  if (g_hash_table_contains (self->by_path, track->path) || !library_take (self, TRACK_BYTES + strlen (track->path)))
    return;
  if (self->tracks->len >= TRACKS_MOST)
    {
      self->full = TRUE;
      return;
    }
  track->path = g_string_chunk_insert (self->texts, track->path);
  g_array_append_val (self->tracks, *track);
  g_hash_table_insert (self->by_path, (gpointer) track->path, GUINT_TO_POINTER (self->tracks->len));
}

/* ---- a value of tracks.db ---- */

static guint64
library_find_number (const char *value, gsize length, const char *key)
{
  gsize left = 0;
  const char *at = namida_json_find_member (value, length, key, &left);
  guint64 number = 0;

  for (; at != NULL && left > 0 && g_ascii_isdigit (*at) && number < G_MAXINT64 / 100; at++, left--)
    number = number * 10 + (guint64) (*at - '0');
  return number;
}

static const char *
library_find_text (NamidaLibrary *self, const char *value, gsize length, const char *key)
{
  gsize left = 0, n = 0;
  const char *at = namida_json_find_member (value, length, key, &left);
  g_auto (NamidaJsonCursor) cursor = { 0 };
  const char *text;

  if (at == NULL || left == 0 || *at != '"')
    return "";
  for (n = 1; n < left && n < 4096 && at[n] != '"'; n++)
    if (at[n] == '\\')
      n++;
  if (n >= left || at[n] != '"' || !namida_json_scan (at, n + 1, 1, 0, NULL))
    return "";
  namida_json_cursor_init (&cursor, at, n + 1);
  text = namida_json_cursor_string (&cursor, "", NULL);
  if (text == NULL || *text == '\0' || !library_take (self, strlen (text)))
    return "";
  return g_string_chunk_insert_const (self->texts, text);
}

static void
library_fill (NamidaLibrary *self, NamidaLibraryTrack *track, const char *value, gsize length)
{
  track->title = library_find_text (self, value, length, "\"title\"");
  track->artist = library_find_text (self, value, length, "\"originalArtist\"");
  track->album = library_find_text (self, value, length, "\"originalAlbum\"");
  track->size = library_find_number (value, length, "\"size\"");
  track->duration = library_find_number (value, length, "\"durationMS\"");
  if (track->duration == 0)
    track->duration = 1000 * library_find_number (value, length, "\"duration\"");
}

const NamidaLibraryTrack *
namida_library_add_value (NamidaLibrary *self, const char *path, const char *value, gsize length)
{
  NamidaLibraryTrack track = { .path = path, .title = "", .artist = "", .album = "" };

  library_fill (self, &track, value, length);
  library_add (self, &track);
  return namida_library_find (self, path);
}

static gboolean
library_on_row (
    gpointer user_data, const char *key, gsize key_length, const char *value, gsize value_length, GError **error)
{
  NamidaLibrary *self = user_data;
  NamidaLibraryTrack track = { .path = key, .title = "", .artist = "", .album = "" };

  if (value != NULL)
    library_fill (self, &track, value, value_length);
  library_add (self, &track);
  return library_check (self, error);
}

/* ---- tracks.json, used until 2024 ---- */

static void
library_read_old (NamidaLibrary *self, GBytes *bytes)
{
  gsize length;
  const char *data = g_bytes_get_data (bytes, &length);
  g_auto (NamidaJsonCursor) cursor = { 0 };

  if (!namida_json_scan (data, length, 100000000, 10000000, NULL))
    return;
  namida_json_cursor_init (&cursor, data, length);
  if (!namida_json_cursor_enter (&cursor, '['))
    return;
  while (!self->full && namida_json_cursor_next (&cursor))
    {
      NamidaLibraryTrack track = { 0 };
      const char *value;
      gsize value_length;

      namida_json_cursor_skip (&cursor, &value, &value_length);
      track.path = library_find_text (self, value, value_length, "\"path\"");
      if (*track.path == '\0')
        continue;
      library_fill (self, &track, value, value_length);
      library_add (self, &track);
    }
}

NamidaLibrary *
namida_library_read (NamidaContents *contents, GCancellable *cancellable, GError **error)
{
  g_autoptr (NamidaLibrary) self = library_new_for (contents);
  const NamidaItem *item = namida_contents_find (contents, "tracks.db");
  const NamidaItem *old = namida_contents_find (contents, "tracks.json");

  if (item != NULL)
    {
      g_autoptr (NamidaContentsDb) db = namida_contents_open_db (contents, item, cancellable, error);

      if (db == NULL)
        return NULL;
      if (!namida_part_db_foreach (db->db, library_on_row, self, error))
        {
          namida_contents_name_error (error, item->path);
          return NULL;
        }
    }
  else if (old != NULL)
    {
      g_autoptr (GBytes) bytes = namida_contents_read (contents, old, cancellable, error);

      if (bytes == NULL)
        return NULL;
      library_read_old (self, bytes);
      if (!library_check (self, error))
        return NULL;
    }
  return g_steal_pointer (&self);
}

/* Copies a database, because the Namida that owns it may be running. Returns: a descriptor, or -1. */
static int
library_copy (const char *folder, const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autofree guint8 *block = g_malloc (64 * 1024);
  int from = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  int to = from >= 0 ? namida_spool_new (NULL, NULL) : -1;
  ssize_t n = 0;

  while (to >= 0 && (n = read (from, block, 64 * 1024)) > 0)
    if (!namida_spool_write (to, block, (gsize) n, NULL))
      break;
  if (from >= 0)
    close (from);
  if (n == 0)
    return to;
  if (to >= 0)
    close (to);
  return -1;
}

NamidaLibrary *
namida_library_read_folder (const char *folder, GCancellable *cancellable)
{
  g_autoptr (NamidaLibrary) self = namida_library_new_empty ();
  NamidaContentsDb *db = g_new0 (NamidaContentsDb, 1);
  gboolean done = FALSE;

  db->fd = library_copy (folder, "tracks.db");
  db->wal_fd = library_copy (folder, "tracks.db-wal");
  if (db->fd >= 0)
    db->db = namida_part_db_open ("tracks", db->fd, db->wal_fd, cancellable, NULL);
  if (db->db != NULL)
    done = namida_part_db_foreach (db->db, library_on_row, self, NULL);
  namida_contents_db_free (db);
  return done ? g_steal_pointer (&self) : NULL;
}

static void
library_on_entry (gpointer user_data, const NamidaListEntry *entry)
{
  NamidaLibraryTrack track = { .path = entry->track, .title = "", .artist = "", .album = "" };

  library_add (user_data, &track);
}

gboolean
namida_library_add_listed (
    NamidaLibrary *self, NamidaContents *contents, NamidaParts parts, GCancellable *cancellable, GError **error)
{
  self->left = MIN (self->left, MEMORY_FREE + contents->size * MEMORY_A_BYTE);
  return namida_lists_foreach (contents, parts, library_on_entry, self, NULL, cancellable, error)
         && library_check (self, error);
}

gboolean
namida_library_add_playlists (
    NamidaLibrary *self, NamidaContents *contents, GHashTable *playlists, GCancellable *cancellable, GError **error)
{
  GHashTableIter iter;
  gpointer item;

  self->left = MIN (self->left, MEMORY_FREE + contents->size * MEMORY_A_BYTE);
  g_hash_table_iter_init (&iter, playlists);
  while (g_hash_table_iter_next (&iter, &item, NULL))
    if (!namida_lists_read (contents, item, library_on_entry, self, cancellable, error))
      return FALSE;
  return library_check (self, error);
}

void
namida_library_fill_from (NamidaLibrary *self, NamidaLibrary *other)
{
  for (guint i = 0; i < self->tracks->len; i++)
    {
      NamidaLibraryTrack *track = &g_array_index (self->tracks, NamidaLibraryTrack, i);
      const NamidaLibraryTrack *known = namida_library_find (other, track->path);

      if (known == NULL)
        continue;
      track->title = g_string_chunk_insert_const (self->texts, known->title);
      track->artist = g_string_chunk_insert_const (self->texts, known->artist);
      track->album = g_string_chunk_insert_const (self->texts, known->album);
      track->size = known->size;
      track->duration = known->duration;
    }
}
