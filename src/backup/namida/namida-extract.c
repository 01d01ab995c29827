/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Exports a user's data in formats that other programs read: playlists as M3U8, listens as CSV and as JSON lines for
 * ListenBrainz. Entries are written while they are read; only the library is in memory. Addresses of servers are
 * left out, because they contain the account. Called in worker threads by the command line. */
#include "config.h"

#include "namida-extract.h"

#include "namida-error.h"
#include "namida-json-cursor.h"
#include "namida-lists.h"
#include "namida-new-file.h"
#include "namida-safe-path.h"
#include "namida-spool.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <inttypes.h>
#include <string.h>

#define FLUSH_BYTES (256u * 1024)

typedef struct
{
  NamidaContents *contents;
  NamidaLibrary *library;
  NamidaExtractReport *report;
  GString *csv, *lines; /* (nullable) */
  NamidaNewFile *csv_file, *lines_file;
  GHashTable *names;          /* names of the playlist files that were written */
  const NamidaItem *playlist; /* the current one */
  char *playlist_name;
  GString *m3u;
  const char *folder;
  GError *error; /* (nullable): the first one */
} Extract;

static void
extract_flush (Extract *extract, GString *text, NamidaNewFile *file, gsize least)
{
  if (text == NULL || text->len < least || extract->error != NULL)
    return;
  namida_spool_write (file->fd, text->str, text->len, &extract->error);
  g_string_truncate (text, 0);
}

/* ---- listens ---- */

static void
extract_append_csv (GString *out, const char *text)
{
  g_string_append (out, out->len > 0 && out->str[out->len - 1] != '\n' ? ",\"" : "\"");
  for (; *text != '\0'; text++)
    g_string_append_len (out, *text == '"' ? "\"\"" : text, *text == '"' ? 2 : 1);
  g_string_append_c (out, '"');
}

static void
extract_add_csv (GString *out, const NamidaListEntry *entry, const NamidaLibraryTrack *track)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_utc (entry->date / 1000);
  g_autofree char *date = time != NULL ? g_date_time_format (time, "%Y-%m-%dT%H:%M:%SZ") : g_strdup ("");
  g_autofree char *name = namida_track_dup_name (entry->track);
  g_autoptr (GString) row = g_string_new (NULL);

  extract_append_csv (row, date);
  extract_append_csv (row, track != NULL ? track->artist : "");
  extract_append_csv (row, track != NULL && *track->title != '\0' ? track->title : name);
  extract_append_csv (row, track != NULL ? track->album : "");
  extract_append_csv (row, entry->source);
  extract_append_csv (row, namida_track_is_address (entry->track) ? "" : entry->track);
  g_string_append_printf (out, "%s\r\n", row->str);
}

static gboolean
extract_add_line (GString *out, const NamidaListEntry *entry, const NamidaLibraryTrack *track)
{
  if (track == NULL || *track->artist == '\0' || *track->title == '\0' || entry->date < 1000)
    return FALSE;
  g_string_append_printf (out, "{\"listened_at\":%" PRId64 ",\"track_metadata\":{\"artist_name\":", entry->date / 1000);
  namida_json_append_string (out, track->artist);
  g_string_append (out, ",\"track_name\":");
  namida_json_append_string (out, track->title);
  if (*track->album != '\0')
    {
      g_string_append (out, ",\"release_name\":");
      namida_json_append_string (out, track->album);
    }
  g_string_append (out, ",\"additional_info\":{\"media_player\":\"Namida\"");
  if (track->duration > 0)
    g_string_append_printf (out, ",\"duration_ms\":%" PRIu64, track->duration);
  g_string_append (out, "}}}\n");
  return TRUE;
}

static void
extract_on_listen (gpointer user_data, const NamidaListEntry *entry)
{
  Extract *extract = user_data;
  const NamidaLibraryTrack *track = namida_library_find (extract->library, entry->track);

  if (!g_str_has_prefix (entry->item->path, "History/"))
    return;
  if (extract->csv != NULL)
    {
      extract_add_csv (extract->csv, entry, track);
      extract->report->listens++;
    }
  if (extract->lines != NULL)
    {
      if (extract_add_line (extract->lines, entry, track))
        extract->report->listenbrainz++;
      else
        extract->report->unnamed++;
    }
  extract_flush (extract, extract->csv, extract->csv_file, FLUSH_BYTES);
  extract_flush (extract, extract->lines, extract->lines_file, FLUSH_BYTES);
}

static gboolean
extract_begin_file (const char *path, const char *head, NamidaNewFile **file, GString **text, GError **error)
{
  if (path == NULL)
    return TRUE;
  *file = namida_new_file_begin (path, error);
  *text = g_string_new (head);
  return *file != NULL;
}

static gboolean
extract_end_file (Extract *extract, NamidaNewFile *file, GString *text, GError **error)
{
  if (file == NULL)
    return TRUE;
  extract_flush (extract, text, file, 0);
  if (extract->error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&extract->error));
      return FALSE;
    }
  return namida_new_file_commit (file, error);
}

/* ---- playlists ---- */

static void
extract_end_playlist (Extract *extract)
{
  g_autofree char *base = NULL;
  g_autofree char *name = NULL;
  g_autofree char *path = NULL;
  g_autoptr (NamidaNewFile) file = NULL;

  if (extract->playlist == NULL || extract->error != NULL)
    return;
  base = namida_safe_path_component_from_alias (extract->playlist_name);
  name = g_strconcat (base, ".m3u8", NULL);
  for (guint n = 2; g_hash_table_contains (extract->names, name); n++)
    {
      g_free (name);
      name = g_strdup_printf ("%s (%u).m3u8", base, n);
    }
  path = g_build_filename (extract->folder, name, NULL);
  g_hash_table_add (extract->names, g_steal_pointer (&name));
  file = namida_new_file_begin (path, &extract->error);
  if (file != NULL && namida_spool_write (file->fd, extract->m3u->str, extract->m3u->len, &extract->error)
      && namida_new_file_commit (file, &extract->error))
    extract->report->playlists++;
  extract->playlist = NULL;
}

static void
extract_append_line (GString *out, const char *text)
{
  for (; *text != '\0'; text++)
    g_string_append_c (out, *text == '\n' || *text == '\r' ? ' ' : *text);
  g_string_append_c (out, '\n');
}

static void
extract_on_playlist (gpointer user_data, const NamidaListEntry *entry)
{
  Extract *extract = user_data;
  const NamidaLibraryTrack *track = namida_library_find (extract->library, entry->track);

  if (entry->item != extract->playlist)
    {
      extract_end_playlist (extract);
      extract->playlist = entry->item;
      g_free (extract->playlist_name);
      extract->playlist_name = g_strdup (entry->item->part == NAMIDA_PART_FAVOURITES ? "Favorites" : entry->name);
      g_string_assign (extract->m3u, "#EXTM3U\n");
    }
  if (namida_track_is_address (entry->track))
    return;
  if (track != NULL && *track->title != '\0')
    {
      g_autofree char *info = g_strdup_printf ("#EXTINF:%" PRIu64 ",%s%s%s", track->duration / 1000, track->artist,
                                               *track->artist != '\0' ? " - " : "", track->title);

      extract_append_line (extract->m3u, info);
    }
  extract_append_line (extract->m3u, entry->track);
}

static gboolean
extract_playlists (Extract *extract, GCancellable *cancellable, GError **error)
{
  gboolean done;

  if (extract->folder == NULL)
    return TRUE;
  if (g_mkdir_with_parents (extract->folder, 0777) != 0)
    {
      int saved_errno = errno;
      g_autofree char *shown = g_filename_display_name (extract->folder);
      g_autofree char *what = g_strdup_printf (_ ("Could not create the folder “%s” for the playlists"), shown);

      namida_error_set_from_errno (error, saved_errno, what);
      return FALSE;
    }
  done = namida_lists_foreach (extract->contents, NAMIDA_PART_PLAYLISTS | NAMIDA_PART_FAVOURITES, extract_on_playlist,
                               extract, &extract->report->unreadable, cancellable, error);
  if (done)
    extract_end_playlist (extract);
  if (done && extract->error != NULL)
    g_propagate_error (error, g_steal_pointer (&extract->error));
  return done && (error == NULL || *error == NULL);
}

gboolean
namida_extract (NamidaContents *contents,
                const NamidaExtractOptions *options,
                NamidaExtractReport *report,
                GCancellable *cancellable,
                GError **error)
{
  g_autoptr (NamidaLibrary) library = namida_library_read (contents, cancellable, error);
  Extract extract = { .contents = contents, .library = library, .report = report, .folder = options->playlists };
  g_autoptr (GError) local = NULL;
  gboolean done;

  if (library == NULL)
    return FALSE;
  extract.names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  extract.m3u = g_string_new (NULL);
  done = extract_begin_file (options->listens, "date,artist,title,album,source,path\r\n", &extract.csv_file,
                             &extract.csv, &local)
         && extract_begin_file (options->listenbrainz, "", &extract.lines_file, &extract.lines, &local);
  if (done && (extract.csv != NULL || extract.lines != NULL))
    done = namida_lists_foreach (contents, NAMIDA_PART_HISTORY, extract_on_listen, &extract, &report->unreadable,
                                 cancellable, &local)
           && extract_end_file (&extract, extract.csv_file, extract.csv, &local)
           && extract_end_file (&extract, extract.lines_file, extract.lines, &local);
  done = done && extract_playlists (&extract, cancellable, &local);
  namida_new_file_free (extract.csv_file);
  namida_new_file_free (extract.lines_file);
  if (extract.csv != NULL)
    g_string_free (extract.csv, TRUE);
  if (extract.lines != NULL)
    g_string_free (extract.lines, TRUE);
  g_string_free (extract.m3u, TRUE);
  g_hash_table_unref (extract.names);
  g_free (extract.playlist_name);
  g_clear_error (&extract.error);
  if (local != NULL)
    g_propagate_error (error, g_steal_pointer (&local));
  return done;
}
