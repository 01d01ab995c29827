/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fuzzes the parsers that fitting and merging use: the directory of a zip, databases, lists whose paths are changed,
 * and unions. Each parser gets the same bytes, and its result must be valid. */
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "namida-json-map.h"
#include "namida-merge-lists.h"
#include "namida-part-db.h"
#include "namida-zip-writer.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static int
parts_open (const uint8_t *data, size_t size)
{
  int fd = memfd_create ("fuzz", MFD_CLOEXEC);

  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpint (write (fd, data, size), ==, (ssize_t) size);
  return fd;
}

/* What can be read is copied, and what was copied can be read again. */
static void
parts_try_zip (const uint8_t *data, size_t size)
{
  int fd = parts_open (data, size), copy = parts_open (NULL, 0);
  NamidaZipBudget budget;
  g_autoptr (NamidaZipWriter) writer = namida_zip_writer_new (copy);
  g_autoptr (NamidaZip) zip = NULL;
  g_autoptr (NamidaZip) again = NULL;
  guint n = 0;

  namida_zip_budget_init (&budget, size);
  zip = namida_zip_open (fd, 0, size, &budget, NULL);
  for (guint i = 0; zip != NULL && i < zip->entries->len; i++)
    {
      g_autoptr (GBytes) bytes = namida_zip_read_bytes (zip, zip->entries->pdata[i], 1024 * 1024, NULL, NULL);

      if (bytes != NULL && namida_zip_writer_copy (writer, zip, zip->entries->pdata[i], "x", NULL, NULL))
        n++;
    }
  g_assert_true (namida_zip_writer_finish (writer, NULL));
  namida_zip_budget_init (&budget, G_MAXUINT32);
  again = namida_zip_open (copy, 0, (guint64) lseek (copy, 0, SEEK_END), &budget, NULL);
  g_assert_nonnull (again);
  g_assert_cmpuint (again->entries->len, ==, n);
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (GBytes) bytes = namida_zip_read_bytes (again, again->entries->pdata[i], 1024 * 1024, NULL, NULL);

      g_assert_nonnull (bytes);
    }
  close (fd);
  close (copy);
}

static gboolean
parts_on_row (gpointer user_data, const char *key, gsize key_length, const char *value, gsize length, GError **error)
{
  g_assert_nonnull (key);
  g_assert_cmpint (namida_part_db_compare (value, length, value, length), ==, 0);
  return TRUE;
}

static void
parts_try_db (const uint8_t *data, size_t size)
{
  int fd = parts_open (data, size), wal = parts_open (data, size);
  g_autoptr (GError) error = NULL;
  NamidaPartDb *db = namida_part_db_open ("tracks", fd, -1, NULL, &error);

  g_assert_true ((db != NULL) == (error == NULL));
  if (db != NULL)
    namida_part_db_foreach (db, parts_on_row, NULL, NULL);
  namida_part_db_free (db);
  db = namida_part_db_open ("tracks", fd, wal, NULL, NULL);
  namida_part_db_free (db);
  close (fd);
  close (wal);
}

static void
parts_try_map (const uint8_t *data, size_t size)
{
  g_autoptr (NamidaPathMap) map = namida_path_map_new ();
  g_autoptr (GString) out = g_string_new (NULL);

  g_assert_true (namida_path_map_add_folder (map, "/storage/emulated/0/Music", "/home/me/Music"));
  g_assert_true (namida_path_map_add_folder (map, "C:\\Music", "/home/me/Windows"));
  if (namida_json_map ((const char *) data, size, map, out) == 0)
    g_assert_cmpmem (out->str, out->len, data, size);
  g_string_truncate (out, 0);
  if (namida_lines_map ((const char *) data, size, map, out) == 0)
    g_assert_cmpmem (out->str, out->len, data, size);
}

/* In pieces it is the same as in one. */
static void
parts_try_stream (const uint8_t *data, size_t size, gboolean lines, size_t piece)
{
  g_autoptr (NamidaPathMap) map = namida_path_map_new ();
  g_autoptr (GString) whole = g_string_new (NULL);
  g_autoptr (GString) out = g_string_new (NULL);
  g_auto (NamidaMapStream) stream = { 0 };
  const char *text = (const char *) data;
  guint64 n;

  g_assert_true (namida_path_map_add_folder (map, "/storage/emulated/0/Music", "C:\\Music"));
  g_assert_true (namida_path_map_add_folder (map, "C:\\Music", "/home/me/Windows"));
  n = lines ? namida_lines_map (text, size, map, whole) : namida_json_map (text, size, map, whole);
  namida_map_stream_init (&stream, map, lines);
  for (size_t at = 0; at < size; at += piece)
    g_assert_true (namida_map_stream_feed (&stream, text + at, MIN (piece, size - at), out, NULL));
  namida_map_stream_end (&stream, out);
  g_assert_cmpuint (stream.n, ==, n);
  g_assert_cmpmem (out->str, out->len, whole->str, whole->len);
}

/* A union with itself is itself once more. */
static void
parts_try_merge (const uint8_t *data, size_t size)
{
  GBytes *(*const funcs[]) (GBytes *, GBytes *)
      = { namida_merge_days, namida_merge_favourites, namida_merge_objects, namida_merge_words, namida_merge_largest };
  g_autoptr (GBytes) bytes = g_bytes_new (data, size);
  NamidaMergePlaylist *playlist = namida_merge_playlist_new (bytes);

  for (guint i = 0; i < G_N_ELEMENTS (funcs); i++)
    {
      g_autoptr (GBytes) once = funcs[i](bytes, bytes);
      g_autoptr (GBytes) twice = once != NULL ? funcs[i](once, once) : NULL;

      if (once != NULL)
        g_assert_true (twice != NULL && g_bytes_equal (once, twice));
    }
  if (playlist != NULL)
    g_assert_true (namida_merge_playlist_replaces (playlist, playlist));
  namida_merge_playlist_free (playlist);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  parts_try_zip (data, size);
  parts_try_db (data, size);
  parts_try_map (data, size);
  for (size_t piece = 1; piece <= 61; piece += 20)
    {
      parts_try_stream (data, size, FALSE, piece);
      parts_try_stream (data, size, TRUE, piece);
    }
  parts_try_merge (data, size);
  return 0;
}
