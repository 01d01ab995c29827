/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Uses the same bytes as each list of an otherwise valid backup and inspects it, fits it to another kind of device,
 * merges it, compares it with itself, and exports it in the formats of other programs. Each operation either writes a
 * valid backup or returns an error. */
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "namida-error.h"
#include "namida-extract.h"
#include "namida-fit.h"
#include "namida-inspection.h"
#include "namida-lists.h"
#include "namida-merge.h"
#include "namida-music-here.h"
#include "namida-zip-writer.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static char *folder;

static void
contents_remove (void)
{
  g_rmdir (folder);
}

/* In memory where that can be: what is made is synchronized. */
static const char *
contents_folder (void)
{
  if (folder == NULL)
    {
      folder = g_strdup ("/dev/shm/namida-fuzz-XXXXXX");
      if (g_mkdtemp (folder) == NULL)
        {
          g_free (folder);
          folder = g_dir_make_tmp ("namida-fuzz-XXXXXX", NULL);
        }
      g_assert_nonnull (folder);
      atexit (contents_remove);
    }
  return folder;
}

static void
contents_write (const char *path, const uint8_t *data, size_t size)
{
  static const char *const names[]
      = { "favs.json",           "latest_queue.json", "namida_settings.json", "namida_settings_youtube.json",
          "tracks.json",         "tracks_stats.json", "total_listen.txt",     "History/19000.json",
          "Playlists/w.json",    "Queues/1.json",     "M3U Backup/w.m3u8",    "Youtube/yt_likes.json",
          "Youtube/yt_subs.json" };
  int fd = g_open (path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  g_autoptr (NamidaZipWriter) writer = namida_zip_writer_new (fd);

  g_assert_cmpint (fd, >=, 0);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    g_assert_true (namida_zip_writer_add (writer, names[i], 0x5a213000, data, size, NULL));
  g_assert_true (namida_zip_writer_finish (writer, NULL));
  close (fd);
}

static NamidaContents *
contents_open (const char *path)
{
  g_autoptr (GError) error = NULL;
  NamidaContents *contents = namida_contents_open (path, TRUE, contents_folder (), NULL, &error);

  g_assert_no_error (error);
  return contents;
}

static void
contents_inspect (const char *path)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GError) error = NULL;
  g_autoptr (NamidaInspection) inspection = namida_inspector_inspect (file, NULL, &error);
  g_auto (GStrv) lines = NULL;

  g_assert_no_error (error);
  lines = namida_inspection_dup_lines (inspection);
  for (guint i = 0; lines[i] != NULL; i++)
    g_assert_true (g_utf8_validate (lines[i], -1, NULL));
}

/* @made: is there when there was no error, and then it is a backup. */
static void
contents_check_made (const char *made, gboolean done, GError *error)
{
  g_assert_true (done == (error == NULL));
  g_assert_true (g_file_test (made, G_FILE_TEST_EXISTS) == done);
  if (done)
    namida_contents_free (contents_open (made));
  g_unlink (made);
}

static void
contents_fit (NamidaContents *contents, NamidaDevice device, const char *made)
{
  g_autoptr (NamidaPathMap) map = namida_path_map_new ();
  NamidaFitOptions options = { .map = map, .parts = NAMIDA_PART_ALL, .device = device };
  g_autoptr (NamidaFitReport) report = NULL;
  g_autoptr (GError) error = NULL;

  namida_path_map_add_folder (map, "/storage/emulated/0/Music",
                              device == NAMIDA_DEVICE_WINDOWS ? "D:\\M" : "/home/me/M");
  namida_path_map_add_folder (map, "C:\\Music", "/home/me/W");
  report = namida_fit (contents, &options, made, NULL, &error);
  contents_check_made (made, report != NULL, error);
}

static void
contents_merge (NamidaContents *contents, const char *path, const char *made)
{
  g_autoptr (NamidaContents) other = contents_open (path);
  g_autoptr (GPtrArray) both = g_ptr_array_new ();
  g_autoptr (NamidaMergeReport) report = NULL;
  g_autoptr (GError) error = NULL;

  g_ptr_array_add (both, contents);
  g_ptr_array_add (both, other);
  report = namida_merge (both, made, NULL, &error);
  if (report != NULL)
    g_assert_cmpuint (report->conflicts->len, ==, 0);
  contents_check_made (made, report != NULL, error);
}

static void
contents_compare (NamidaContents *contents)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (NamidaDifference) same = namida_compare_backups (contents, contents, NULL, &error);

  g_assert_true ((same != NULL) == (error == NULL));
  if (same != NULL)
    g_assert_cmpuint (same->listens_first + same->listens_second + same->favourites_first + same->library_second
                          + same->playlists_differ->len + same->playlists_first->len,
                      ==, 0);
}

static void
contents_remove_lists (const char *lists)
{
  g_autoptr (GDir) dir = g_dir_open (lists, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (lists, name, NULL);

      g_unlink (path);
    }
  g_rmdir (lists);
}

static void
contents_extract (NamidaContents *contents)
{
  g_autofree char *lists = g_build_filename (contents_folder (), "lists", NULL);
  g_autofree char *table = g_build_filename (contents_folder (), "listens.csv", NULL);
  g_autofree char *lines = g_build_filename (contents_folder (), "listens.jsonl", NULL);
  NamidaExtractOptions options = { .playlists = lists, .listens = table, .listenbrainz = lines };
  NamidaExtractReport report = { 0 };
  g_autoptr (GError) error = NULL;

  g_assert_true (namida_extract (contents, &options, &report, NULL, &error) == (error == NULL));
  g_unlink (table);
  g_unlink (lines);
  contents_remove_lists (lists);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *path = g_build_filename (contents_folder (), "in.zip", NULL);
  g_autofree char *made = g_build_filename (contents_folder (), "made.zip", NULL);
  g_autoptr (NamidaContents) contents = NULL;
  g_autoptr (GPtrArray) folders = NULL;

  contents_write (path, data, size);
  contents_inspect (path);
  contents = contents_open (path);
  folders = namida_contents_dup_folders (contents, NULL);
  contents_fit (contents, NAMIDA_DEVICE_LINUX, made);
  contents_fit (contents, NAMIDA_DEVICE_WINDOWS, made);
  contents_merge (contents, path, made);
  contents_compare (contents);
  contents_extract (contents);
  g_unlink (path);
  return 0;
}
