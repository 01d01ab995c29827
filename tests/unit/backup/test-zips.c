/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is read from a backup zip, and what is made from it, on small zips that each test writes. */
#include "config.h"

#include "namida-error.h"
#include "namida-extract.h"
#include "namida-fit.h"
#include "namida-fixtures.h"
#include "namida-inspection.h"
#include "namida-merge.h"
#include "namida-sample.h"
#include "namida-spool.h"
#include "namida-zip-writer.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define TIME (60u << 25 | 1u << 21 | 1u << 16) /* 2040-01-01 */

typedef struct
{
  char *dir;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  f->dir = g_dir_make_tmp ("namida-zips-XXXXXX", NULL);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  fixtures_remove (f->dir);
  g_free (f->dir);
}

/* ---- zips ---- */

static void
finish_zip (NamidaZipWriter *writer, const char *name, const char *text, gsize length)
{
  g_autoptr (GError) error = NULL;

  namida_zip_writer_add (writer, name, TIME, text, length, &error);
  g_assert_no_error (error);
  namida_zip_writer_finish (writer, &error);
  g_assert_no_error (error);
}

/* Returns: (transfer full): the path of a zip of one part, in which there is one file. */
static char *
write_zip (Fixture *f, const char *zip, const char *part, const char *name, const char *text)
{
  char *path = g_build_filename (f->dir, zip, NULL);
  g_autoptr (GError) error = NULL;
  int inner = namida_spool_new (f->dir, &error);
  int outer = g_open (path, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600);
  g_autoptr (NamidaZipWriter) part_writer = namida_zip_writer_new (inner);
  g_autoptr (NamidaZipWriter) writer = namida_zip_writer_new (outer);

  g_assert_no_error (error);
  g_assert_no_errno (outer);
  finish_zip (part_writer, name, text, strlen (text));
  namida_zip_writer_add_file (writer, part, TIME, 0, inner, NULL, &error);
  g_assert_no_error (error);
  namida_zip_writer_finish (writer, &error);
  g_assert_no_error (error);
  close (inner);
  close (outer);
  return path;
}

static char *
write_sample (Fixture *f)
{
  char *path = g_build_filename (f->dir, NAMIDA_SAMPLE_ZIP, NULL);
  g_autoptr (GError) error = NULL;

  namida_sample_write_zip (path, 40, 1, &error);
  g_assert_no_error (error);
  return path;
}

static NamidaContents *
open_zip (const char *path)
{
  g_autoptr (GError) error = NULL;
  NamidaContents *contents = namida_contents_open (path, TRUE, NULL, NULL, &error);

  g_assert_no_error (error);
  return contents;
}

static NamidaInspection *
inspect (const char *path)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GError) error = NULL;
  NamidaInspection *inspection = namida_inspector_inspect (file, NULL, &error);

  g_assert_no_error (error);
  return inspection;
}

static gboolean
has_line (const NamidaInspection *inspection, const char *beginning)
{
  g_auto (GStrv) lines = namida_inspection_dup_lines (inspection);

  for (guint i = 0; lines[i] != NULL; i++)
    if (g_str_has_prefix (lines[i], beginning))
      return TRUE;
  return FALSE;
}

static char *
read_file (Fixture *f, const char *name)
{
  g_autofree char *path = g_build_filename (f->dir, name, NULL);
  g_autoptr (GError) error = NULL;
  char *text = NULL;

  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  return text;
}

/* The name of a track may have a line break in it. */
static guint
count_rows (const char *text)
{
  guint n = 0;

  for (; (text = strstr (text, "\r\n")) != NULL; text++)
    n++;
  return n;
}

/* ---- tests ---- */

static void
test_inspect (Fixture *f, gconstpointer data)
{
  g_autofree char *path = write_sample (f);
  g_autoptr (NamidaInspection) inspection = inspect (path);
  const NamidaNamedCount *top;

  g_assert_true (namida_inspection_is_restorable (inspection));
  g_assert_cmpuint (inspection->library, ==, 40);
  g_assert_cmpuint (inspection->music_folders->len, ==, 2);
  g_assert_cmpstr (inspection->music_folders->pdata[0], ==, "/storage/emulated/0/Music");
  g_assert_cmpstr (inspection->version_hint, ==, "6");
  g_assert_cmpstr (inspection->device, ==, "android");
  /* The title that the library has, not the name of the file. */
  top = inspection->top_tracks->pdata[0];
  g_assert_true (g_str_has_prefix (top->name, "Song "));
  g_assert_false (has_line (inspection, "Not included"));
}

static void
test_inspect_old_settings (Fixture *f, gconstpointer data)
{
  g_autofree char *path = write_zip (f, "old.zip", "LOCAL_FILES.zip", "namida_settings.json",
                                     "{\"directoriesToScan\":[\"/home/me/Music\",\"/mnt/Rips\"]}");
  g_autoptr (NamidaInspection) inspection = inspect (path);

  g_assert_cmpuint (inspection->music_folders->len, ==, 2);
  g_assert_cmpstr (inspection->music_folders->pdata[1], ==, "/mnt/Rips");
  g_assert_cmpstr (inspection->version_hint, ==, "5 or older");
  g_assert_true (has_line (inspection, "Not included: library, history"));
}

/* Nothing is said about the parts of a file in which none was looked for. */
static void
test_inspect_none (Fixture *f, gconstpointer data)
{
  g_autofree char *path = g_build_filename (f->dir, "none.zip", NULL);
  g_autoptr (NamidaInspection) inspection = NULL;

  g_assert_true (g_file_set_contents (path, "no zip", -1, NULL));
  inspection = inspect (path);
  g_assert_cmpint (inspection->kind, ==, NAMIDA_INSPECTION_NOT_A_ZIP);
  g_assert_false (has_line (inspection, "Not included"));
}

static void
test_inspect_pipe (Fixture *f, gconstpointer data)
{
  g_autofree char *path = g_build_filename (f->dir, "pipe.zip", NULL);
  g_autoptr (GFile) pipe_file = g_file_new_for_path (path);
  g_autoptr (GFile) folder = g_file_new_for_path (f->dir);
  g_autoptr (GError) error = NULL;

  g_assert_no_errno (mkfifo (path, 0600));
  g_assert_null (namida_inspector_inspect (pipe_file, NULL, &error));
  g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_STORAGE);
  g_clear_error (&error);
  g_assert_null (namida_inspector_inspect (folder, NULL, &error));
  g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_STORAGE);
}

static void
test_extract (Fixture *f, gconstpointer data)
{
  g_autofree char *path = write_sample (f);
  g_autofree char *listens = g_build_filename (f->dir, "listens.csv", NULL);
  g_autofree char *lines = g_build_filename (f->dir, "listens.jsonl", NULL);
  g_autofree char *csv = NULL;
  g_autofree char *nothing = NULL;
  g_autoptr (NamidaInspection) inspection = inspect (path);
  g_autoptr (NamidaContents) contents = open_zip (path);
  NamidaExtractOptions options = { .listens = listens };
  NamidaExtractReport report = { 0 };
  g_autoptr (GError) error = NULL;

  g_assert_cmpuint (inspection->listens, >, 0);
  namida_extract (contents, &options, &report, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (report.listens, ==, inspection->listens);
  csv = read_file (f, "listens.csv");
  g_assert_cmpuint (count_rows (csv), ==, inspection->listens + 1);
  /* The sample names no artist, without whom a listen has no name for ListenBrainz. */
  memset (&report, 0, sizeof report);
  options = (NamidaExtractOptions){ .listenbrainz = lines };
  namida_extract (contents, &options, &report, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (report.listens, ==, 0);
  g_assert_cmpuint (report.unnamed, ==, inspection->listens);
  nothing = read_file (f, "listens.jsonl");
  g_assert_cmpstr (nothing, ==, "");
}

#define LISTEN(track, time) "{\"dateAdded\":" time ",\"track\":\"/music/" track ".mp3\",\"source\":\"local\"}"

static void
test_merge (Fixture *f, gconstpointer data)
{
  g_autofree char *one
      = write_zip (f, "1.zip", "TEMPDIR_History.zip", "20000.json", "[" LISTEN ("a", "1728000001000") "]");
  g_autofree char *other
      = write_zip (f, "2.zip", "TEMPDIR_History.zip", "20000.json", "[" LISTEN ("b", "1728000002000") "]");
  g_autofree char *out = g_build_filename (f->dir, "out.zip", NULL);
  g_autoptr (GPtrArray) backups = g_ptr_array_new_with_free_func ((GDestroyNotify) namida_contents_free);
  g_autoptr (NamidaMergeReport) report = NULL;
  g_autoptr (NamidaInspection) inspection = NULL;
  g_autoptr (GError) error = NULL;

  g_ptr_array_add (backups, open_zip (one));
  g_ptr_array_add (backups, open_zip (other));
  report = namida_merge (backups, out, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (report->combined, ==, 1);
  inspection = inspect (out);
  g_assert_cmpuint (inspection->listens, ==, 2);
  g_assert_cmpuint (inspection->tracks_heard, ==, 2);
}

/* A list that is larger than what is read into memory is changed block by block. */
static void
test_fit_large (Fixture *f, gconstpointer data)
{
  g_autofree char *spaces = g_strnfill (17 * 1024 * 1024, ' ');
  g_autofree char *text = g_strconcat ("[", spaces, LISTEN ("a", "1728000001000"), "]", NULL);
  g_autofree char *path = write_zip (f, "large.zip", "TEMPDIR_History.zip", "20000.json", text);
  g_autofree char *out = g_build_filename (f->dir, "out.zip", NULL);
  g_autoptr (NamidaContents) contents = open_zip (path);
  g_autoptr (NamidaPathMap) map = namida_path_map_new ();
  NamidaFitOptions options = { .map = map, .parts = NAMIDA_PART_ALL };
  g_autoptr (NamidaFitReport) report = NULL;
  g_autoptr (NamidaInspection) inspection = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (namida_path_map_add_folder (map, "/music", "/home/me/Music"));
  report = namida_fit (contents, &options, out, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (report->paths, ==, 1);
  inspection = inspect (out);
  g_assert_cmpuint (inspection->listens, ==, 1);
  g_assert_cmpstr (((NamidaNamedCount *) inspection->top_tracks->pdata[0])->path, ==, "/home/me/Music/a.mp3");
}

static void
test_parts_by_name (void)
{
  NamidaParts parts;
  g_autoptr (GError) error = NULL;

  g_assert_true (namida_parts_from_string ("history, playlists", &parts, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (parts, ==, NAMIDA_PART_HISTORY | NAMIDA_PART_PLAYLISTS);
  g_assert_false (namida_parts_from_string ("history,songs", &parts, &error));
  g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_INVALID_REQUEST);
  g_assert_nonnull (strstr (error->message, "songs"));
}

static void
test_spool_nowhere (Fixture *f, gconstpointer data)
{
  g_autofree char *path = write_sample (f);
  g_autofree char *folder = g_build_filename (f->dir, "gone", NULL);
  g_autoptr (NamidaContents) contents = open_zip (path);
  const NamidaItem *item = namida_contents_find (contents, "favs.json");
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (namida_zip_spool (item->container->zip, item->entry, folder, NULL, &error), ==, -1);
  g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_STORAGE);
  g_assert_nonnull (strstr (error->message, "Could not create a temporary file"));
}

/* The error names the folder, which is what has to be repaired. */
static void
test_sample_folder (Fixture *f, gconstpointer data)
{
  g_autofree char *music = g_build_filename (f->dir, "Music", NULL);
  g_autofree char *folder = g_build_filename (music, "Hard names", NULL);
  g_autofree char *quoted = g_strdup_printf ("“%s”", folder);
  g_autoptr (GError) error = NULL;

  g_assert_no_errno (g_mkdir (music, 0700));
  g_assert_true (g_file_set_contents (folder, "a file", -1, NULL));
  g_assert_false (namida_sample_write (f->dir, 1, 1, &error));
  g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_STORAGE);
  g_assert_nonnull (strstr (error->message, quoted));
}

#define ADD(name, test) g_test_add ("/zips/" name, Fixture, NULL, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  fixtures_use_memory (64);
  g_test_init (&argc, &argv, NULL);
  ADD ("inspect", test_inspect);
  ADD ("inspect-old-settings", test_inspect_old_settings);
  ADD ("inspect-none", test_inspect_none);
  ADD ("inspect-pipe", test_inspect_pipe);
  ADD ("extract", test_extract);
  ADD ("merge", test_merge);
  ADD ("fit-large", test_fit_large);
  g_test_add_func ("/zips/parts-by-name", test_parts_by_name);
  ADD ("spool-nowhere", test_spool_nowhere);
  ADD ("sample-folder", test_sample_folder);
  return g_test_run ();
}
