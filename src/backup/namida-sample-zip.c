/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writes the zip of zips of the made-up backup, with lists and databases like those of Namida. Called by
 * namida-sample.c and by tests. Blocking; worker threads. */
#include "config.h"

#include "namida-sample.h"

#include "namida-error.h"

#include <archive.h>
#include <archive_entry.h>
#include <gio/gio.h>
#include <glib/gi18n-lib.h>
#include <json-glib/json-glib.h>
#include <sqlite3.h>
#include <string.h>

/* 2026-07-19 18:30:00 UTC, the time in the name of the zip. */
#define BACKUP_TIME G_GINT64_CONSTANT (1784485800)
#define DAY_MS G_GINT64_CONSTANT (86400000)
#define PHONE_MUSIC "/storage/emulated/0/Music/"
#define N_DAYS 30u

/* A zip that is being written to memory. */
typedef struct
{
  struct archive *archive;
  GByteArray *bytes;
  gboolean failed;
} Zip;

static la_ssize_t
sample_zip_on_write (struct archive *archive, void *data, const void *buffer, size_t length)
{
  g_byte_array_append (data, buffer, (guint) length);
  return (la_ssize_t) length;
}

static void
zip_begin (Zip *zip)
{
  zip->bytes = g_byte_array_new ();
  zip->archive = archive_write_new ();
  zip->failed = archive_write_set_format_zip (zip->archive) != ARCHIVE_OK
                /* Names are UTF-8, whatever the locale is. */
                || archive_write_set_options (zip->archive, "hdrcharset=UTF-8") < ARCHIVE_WARN
                || archive_write_open2 (zip->archive, zip->bytes, NULL, sample_zip_on_write, NULL, NULL) != ARCHIVE_OK;
}

static void
zip_add (Zip *zip, const char *name, const void *data, gsize length)
{
  struct archive_entry *entry = archive_entry_new ();

  archive_entry_set_pathname_utf8 (entry, name);
  archive_entry_set_size (entry, (la_int64_t) length);
  archive_entry_set_filetype (entry, AE_IFREG);
  archive_entry_set_perm (entry, 0644);
  archive_entry_set_mtime (entry, BACKUP_TIME, 0);
  if (archive_write_header (zip->archive, entry) < ARCHIVE_WARN
      || archive_write_data (zip->archive, data, length) != (la_ssize_t) length)
    zip->failed = TRUE;
  archive_entry_free (entry);
}

static void
zip_add_text (Zip *zip, const char *name, const char *text)
{
  zip_add (zip, name, text, strlen (text));
}

/* Returns: (transfer full) (nullable) */
static GByteArray *
zip_end (Zip *zip)
{
  if (archive_write_close (zip->archive) != ARCHIVE_OK)
    zip->failed = TRUE;
  archive_write_free (zip->archive);
  if (zip->failed)
    g_clear_pointer (&zip->bytes, g_byte_array_unref);
  return zip->bytes;
}

static void
zip_add_zip (Zip *zip, const char *name, Zip *inner)
{
  g_autoptr (GByteArray) bytes = zip_end (inner);

  if (bytes == NULL)
    zip->failed = TRUE;
  else
    zip_add (zip, name, bytes->data, bytes->len);
}

static char *
sample_zip_dup_track (guint i)
{
  g_autofree char *relative = namida_sample_track (i);

  return g_strconcat (PHONE_MUSIC, relative, NULL);
}

static void
sample_zip_add_track (JsonBuilder *builder, guint i, gint64 ms)
{
  g_autofree char *track = sample_zip_dup_track (i);

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "dateAdded");
  json_builder_add_int_value (builder, ms);
  json_builder_set_member_name (builder, "track");
  json_builder_add_string_value (builder, track);
  json_builder_set_member_name (builder, "source");
  json_builder_add_string_value (builder, "local");
  json_builder_end_object (builder);
}

static void
sample_zip_add_tracks (JsonBuilder *builder, guint n, guint n_tracks, guint first, gint64 ms)
{
  json_builder_begin_array (builder);
  for (guint i = 0; i < n && n_tracks > 0; i++)
    sample_zip_add_track (builder, (first + i * i) % n_tracks, ms + (gint64) i * 200000);
  json_builder_end_array (builder);
}

static void
zip_add_json (Zip *zip, const char *name, JsonBuilder *builder)
{
  g_autoptr (JsonNode) root = json_builder_get_root (builder);
  g_autofree char *text = json_to_string (root, FALSE);

  zip_add_text (zip, name, text);
}

static void
zip_add_tracks (Zip *zip, const char *name, guint n, guint n_tracks, guint first, gint64 ms)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  sample_zip_add_tracks (builder, n, n_tracks, first, ms);
  zip_add_json (zip, name, builder);
}

static void
zip_add_playlist (Zip *zip, const char *file, const char *name, guint n, guint n_tracks, guint first)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "name");
  json_builder_add_string_value (builder, name);
  json_builder_set_member_name (builder, "tracks");
  sample_zip_add_tracks (builder, n, n_tracks, first, BACKUP_TIME * 1000 - 90 * DAY_MS);
  json_builder_set_member_name (builder, "creationDate");
  json_builder_add_int_value (builder, BACKUP_TIME * 1000 - 90 * DAY_MS);
  json_builder_set_member_name (builder, "modifiedDate");
  json_builder_add_int_value (builder, BACKUP_TIME * 1000 - DAY_MS);
  json_builder_end_object (builder);
  zip_add_json (zip, file, builder);
}

static gboolean
sample_zip_fill_tracks (sqlite3 *database, guint n_tracks)
{
  sqlite3_stmt *statement = NULL;
  gboolean fine
      = sqlite3_exec (database, "CREATE TABLE tracks (key TEXT PRIMARY KEY, value TEXT); BEGIN", NULL, NULL, NULL)
            == SQLITE_OK
        && sqlite3_prepare_v2 (database, "INSERT INTO tracks VALUES (?, ?)", -1, &statement, NULL) == SQLITE_OK;

  for (guint i = 0; fine && i < n_tracks; i++)
    {
      g_autofree char *track = sample_zip_dup_track (i);
      g_autofree char *value = g_strdup_printf ("{\"title\":\"Song %u\",\"duration\":%u}", i, 120 + i % 200);

      sqlite3_bind_text (statement, 1, track, -1, SQLITE_STATIC);
      sqlite3_bind_text (statement, 2, value, -1, SQLITE_STATIC);
      fine = sqlite3_step (statement) == SQLITE_DONE;
      sqlite3_reset (statement);
    }
  sqlite3_finalize (statement);
  return fine && sqlite3_exec (database, "COMMIT", NULL, NULL, NULL) == SQLITE_OK;
}

/* Adds a real database, which is created in memory. */
static void
zip_add_database (Zip *zip, const char *name, guint n_tracks)
{
  sqlite3 *database = NULL;
  unsigned char *bytes = NULL;
  sqlite3_int64 length = 0;

  if (sqlite3_open (":memory:", &database) == SQLITE_OK && sample_zip_fill_tracks (database, n_tracks))
    bytes = sqlite3_serialize (database, "main", &length, 0);
  if (bytes != NULL)
    zip_add (zip, name, bytes, (gsize) length);
  else
    zip->failed = TRUE;
  sqlite3_free (bytes);
  sqlite3_close (database);
}

static void
sample_zip_add_local_files (Zip *outer, guint n_tracks)
{
  Zip zip;

  zip_begin (&zip);
  zip_add_text (
      &zip, "namida_settings.json",
      "{\"themeMode\":\"system\",\"autoBackupIntervalDays\":2,"
      "\"directoriesToScan\":[{\"source\":\"/storage/emulated/0/Music\"},{\"source\":\"/storage/ABCD-1234/Rips\"}],"
      "\"directoriesToExclude\":[],\"isTrackPlayedSecondsCount\":40}");
  zip_add_playlist (&zip, "favs.json", "_FAVOURITES_", 12, n_tracks, 3);
  zip_add_tracks (&zip, "latest_queue.json", 20, n_tracks, 0, BACKUP_TIME * 1000);
  zip_add_text (&zip, "total_listen.txt", "{\"tr\":123456,\"vid\":12,\"yt\":99}");
  zip_add_database (&zip, "tracks.db", n_tracks);
  zip_add_zip (outer, "LOCAL_FILES.zip", &zip);
}

static void
sample_zip_add_history (Zip *outer, guint n_tracks, guint seed)
{
  Zip zip;

  zip_begin (&zip);
  for (guint i = 0; i < N_DAYS; i++)
    {
      gint64 day = BACKUP_TIME / 86400 - N_DAYS + i;
      g_autofree char *name = g_strdup_printf ("%" G_GINT64_FORMAT ".json", day);

      zip_add_tracks (&zip, name, 5 + (seed + i * 7) % 11, n_tracks, i, day * DAY_MS + 8 * 3600000);
    }
  zip_add_zip (outer, "TEMPDIR_History.zip", &zip);
}

static void
sample_zip_add_playlists (Zip *outer, guint n_tracks)
{
  Zip zip;

  zip_begin (&zip);
  zip_add_playlist (&zip, "Road.json", "Road", 25, n_tracks, 5);
  zip_add_playlist (&zip, "Björk & friends.json", "Björk & friends", 8, n_tracks, 11);
  zip_add_playlist (&zip, "Empty.json", "Empty", 0, n_tracks, 0);
  zip_add_zip (outer, "TEMPDIR_Playlists.zip", &zip);
}

static void
sample_zip_add_queues (Zip *outer, guint n_tracks)
{
  Zip zip;

  zip_begin (&zip);
  for (guint i = 0; i < 4; i++)
    {
      gint64 ms = BACKUP_TIME * 1000 - i * DAY_MS;
      g_autofree char *name = g_strdup_printf ("%" G_GINT64_FORMAT ".json", ms);

      zip_add_tracks (&zip, name, 10, n_tracks, i, ms);
    }
  zip_add_zip (outer, "TEMPDIR_Queues.zip", &zip);
}

static void
sample_zip_add_youtube (Zip *outer)
{
  Zip zip;

  zip_begin (&zip);
  zip_add_text (&zip, "Youtube/yt_likes.json",
                "{\"name\":\"_LIKES_\",\"tracks\":[{\"dateAdded\":1721400000000,\"id\":\"aaaaaaaaaaa\"},"
                "{\"dateAdded\":1721400000001,\"id\":\"bbbbbbbbbbb\"}],\"creationDate\":1,\"modifiedDate\":2}");
  zip_add_text (&zip, "Youtube/yt_subs.json",
                "{\"UC1\":{\"title\":\"One\",\"channelID\":\"UC1\",\"subscribed\":true},"
                "\"UC2\":{\"title\":\"Two\",\"channelID\":\"UC2\",\"subscribed\":false}}");
  zip_add_zip (outer, "YOUTUBE_FILES.zip", &zip);
}

gboolean
namida_sample_write_zip (const char *path, guint n_tracks, guint seed, GError **error)
{
  g_autoptr (GByteArray) bytes = NULL;
  g_autoptr (GError) reason = NULL;
  Zip zip;

  zip_begin (&zip);
  sample_zip_add_local_files (&zip, n_tracks);
  sample_zip_add_history (&zip, n_tracks, seed);
  sample_zip_add_playlists (&zip, n_tracks);
  sample_zip_add_queues (&zip, n_tracks);
  sample_zip_add_youtube (&zip);
  bytes = zip_end (&zip);
  if (bytes == NULL)
    {
      g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_STORAGE,
                           _ ("The sample backup could not be made. Check that there is memory left."));
      return FALSE;
    }
  if (g_file_set_contents_full (path, (const char *) bytes->data, bytes->len, G_FILE_SET_CONTENTS_CONSISTENT, 0644,
                                &reason))
    return TRUE;
  g_set_error (error, NAMIDA_ERROR,
               g_error_matches (reason, G_FILE_ERROR, G_FILE_ERROR_NOSPC) ? NAMIDA_ERROR_NO_SPACE
                                                                          : NAMIDA_ERROR_STORAGE,
               "%s", reason->message);
  return FALSE;
}
