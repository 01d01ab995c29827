/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests what the scanner finds in the selected folders and files: names, links, patterns, ignore files, several zips,
 * limits, and private files of this program, which are never sent. */
#include "config.h"

#include "namida-error.h"
#include "namida-fixtures.h"
#include "namida-identity.h"
#include "namida-limits.h"
#include "namida-scanner-private.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct
{
  char *root;
  GListStore *files;
  NamidaBackup *backup;
  GError *error;
  gboolean done;
  NamidaScanFilter *filter; /* (nullable) */
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->root = g_dir_make_tmp ("namida-scanner-XXXXXX", NULL);
  fixture->files = g_list_store_new (G_TYPE_FILE);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  fixtures_remove (fixture->root);
  g_free (fixture->root);
  g_object_unref (fixture->files);
  g_clear_object (&fixture->backup);
  g_clear_error (&fixture->error);
  g_clear_pointer (&fixture->filter, namida_scan_filter_unref);
}

static char *
put (Fixture *fixture, const char *relative, const char *content)
{
  char *path = g_build_filename (fixture->root, relative, NULL);
  g_autofree char *folder = g_path_get_dirname (path);

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  /* In place: a temporary name beside a name of 255 bytes would be too long. */
  g_assert_true (g_file_set_contents_full (path, content, -1, G_FILE_SET_CONTENTS_NONE, 0600, NULL));
  return path;
}

static void
drop (char *path)
{
  g_free (path);
}

static void
name_argument (Fixture *fixture, const char *relative)
{
  g_autofree char *path = g_build_filename (fixture->root, relative, NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);

  g_list_store_append (fixture->files, file);
}

static void
on_scanned (GObject *source, GAsyncResult *result, gpointer data)
{
  Fixture *fixture = data;

  fixture->backup = namida_scanner_scan_finish (result, &fixture->error);
  fixture->done = TRUE;
}

static void
scan (Fixture *fixture, GCancellable *cancellable)
{
  namida_scanner_scan_async (G_LIST_MODEL (fixture->files), fixture->filter, cancellable, on_scanned, fixture);
  while (!fixture->done)
    g_main_context_iteration (NULL, TRUE);
}

static NamidaEntry *
find (Fixture *fixture, const char *path)
{
  GPtrArray *entries = namida_backup_get_entries (fixture->backup);

  for (guint i = 0; i < entries->len; i++)
    {
      g_autofree char *shown = namida_entry_dup_path (g_ptr_array_index (entries, i));

      if (strcmp (shown, path) == 0)
        return g_ptr_array_index (entries, i);
    }
  return NULL;
}

static gboolean
is_left_out (Fixture *fixture, const char *part)
{
  GPtrArray *left_out = namida_backup_get_left_out (fixture->backup);

  for (guint i = 0; i < left_out->len; i++)
    {
      NamidaLeftOut *one = g_ptr_array_index (left_out, i);

      g_assert_cmpstr (one->reason, !=, "");
      if (strstr (one->path, part) != NULL)
        return TRUE;
    }
  return FALSE;
}

static void
test_names (Fixture *fixture, gconstpointer data)
{
  static const char *const names[] = { "a b",    "a+b",       "50%41",   "😀", "\u202egnp.exe", "-rf",   "dot.",
                                       "space ", "new\nline", ".hidden", "é", "e\u0301",       "\"q\"", "a:b" };
  g_autofree char *longest = g_strnfill (255, 'x');
  g_autofree char *at = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *relative = g_strconcat ("Music/sub dir/", names[i], NULL);

      drop (put (fixture, relative, names[i]));
    }
  at = g_strconcat ("Music/", longest, NULL);
  drop (put (fixture, at, ""));
  name_argument (fixture, "Music");
  scan (fixture, NULL);
  g_assert_no_error (fixture->error);
  g_assert_cmpuint (namida_backup_get_files (fixture->backup), ==, G_N_ELEMENTS (names) + 1);
  g_assert_cmpuint (namida_backup_get_left_out (fixture->backup)->len, ==, 0);
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_strconcat ("Music/sub dir/", names[i], NULL);
      NamidaEntry *entry = find (fixture, path);
      g_autofree char *content = NULL;

      g_assert_nonnull (entry);
      g_assert_cmpstr (entry->name, ==, names[i]);
      g_assert_cmpuint (entry->size, ==, strlen (names[i]));
      g_assert_true (g_file_get_contents (entry->source, &content, NULL, NULL));
      g_assert_cmpstr (content, ==, names[i]);
    }
  g_assert_nonnull (find (fixture, at));
}

static gboolean
is_missed (Fixture *fixture, const char *name)
{
  GPtrArray *left_out = namida_backup_get_left_out (fixture->backup);

  for (guint i = 0; i < left_out->len; i++)
    {
      const NamidaLeftOut *item = left_out->pdata[i];

      if (g_str_has_suffix (item->path, name))
        return item->missed;
    }
  g_assert_not_reached ();
}

static void
link_to (Fixture *fixture, const char *name, const char *target)
{
  g_autofree char *path = g_build_filename (fixture->root, name, NULL);
  g_autofree char *full = g_build_filename (fixture->root, target, NULL);

  g_assert_cmpint (symlink (full, path), ==, 0);
}

/* Music behind a link is missing from the backup; what is in the backup anyway, or is no music, is not. */
static void
test_links (Fixture *fixture, gconstpointer data)
{
  drop (put (fixture, "Music/own/a.mp3", "x"));
  drop (put (fixture, "Elsewhere/CD 1/b.flac", "x"));
  drop (put (fixture, "Documents/letter.txt", "x"));
  link_to (fixture, "Music/whole folder", "Elsewhere");
  link_to (fixture, "Music/one.flac", "Elsewhere/CD 1/b.flac");
  link_to (fixture, "Music/twice", "Music/own");
  link_to (fixture, "Music/letters", "Documents");
  link_to (fixture, "Music/gone", "nowhere");
  name_argument (fixture, "Music");
  scan (fixture, NULL);
  g_assert_no_error (fixture->error);
  g_assert_true (is_missed (fixture, "whole folder"));
  g_assert_true (is_missed (fixture, "one.flac"));
  g_assert_false (is_missed (fixture, "twice"));
  g_assert_false (is_missed (fixture, "letters"));
  g_assert_false (is_missed (fixture, "gone"));
  g_assert_cmpuint (namida_backup_count_missed (fixture->backup), ==, 2);
  g_assert_cmpuint (namida_backup_get_files (fixture->backup), ==, 1);
}

static void
test_left_out (Fixture *fixture, gconstpointer data)
{
  g_autofree char *kept = put (fixture, "Music/kept.mp3", "x");
  g_autofree char *link = g_build_filename (fixture->root, "Music/link.mp3", NULL);
  g_autofree char *loop = g_build_filename (fixture->root, "Music/loop", NULL);
  g_autofree char *fifo = g_build_filename (fixture->root, "Music/fifo.mp3", NULL);
  g_autofree char *closed = g_build_filename (fixture->root, "Music/closed", NULL);
  g_autofree char *secret = put (fixture, "Music/secret.mp3", "x");

  drop (put (fixture, "Music/..\\x.mp3", "x"));
  g_assert_cmpint (symlink (kept, link), ==, 0);
  g_assert_cmpint (symlink ("..", loop), ==, 0);
  g_assert_cmpint (mkfifo (fifo, 0600), ==, 0);
  g_assert_cmpint (g_mkdir (closed, 0), ==, 0);
  g_assert_cmpint (g_chmod (secret, 0), ==, 0);
  name_argument (fixture, "Music");
  scan (fixture, NULL);
  g_assert_no_error (fixture->error);
  g_assert_nonnull (find (fixture, "Music/kept.mp3"));
  g_assert_true (is_left_out (fixture, "link.mp3"));
  g_assert_true (is_left_out (fixture, "loop"));
  g_assert_true (is_left_out (fixture, "fifo.mp3"));
  g_assert_true (is_left_out (fixture, "..\\x"));
  if (geteuid () == 0)
    {
      g_test_message ("root reads everything: unreadable files are not tested");
      return;
    }
  g_assert_true (is_left_out (fixture, "closed"));
  g_assert_true (is_left_out (fixture, "secret.mp3"));
  g_assert_cmpuint (namida_backup_get_entries (fixture->backup)->len, ==, 1);
}

/* Whether a device can take such a name shows when it is asked. */
static void
test_odd_names (Fixture *fixture, gconstpointer data)
{
  const NamidaEntry *latin;

  drop (put (fixture, "Music/back\\slash.mp3", "x"));
  drop (put (fixture, "Music/E: song.mp3", "x"));
  drop (put (fixture, "Music/latin-\xe9.mp3", "x"));
  name_argument (fixture, "Music");
  scan (fixture, NULL);
  g_assert_no_error (fixture->error);
  g_assert_nonnull (find (fixture, "Music/back\\slash.mp3"));
  g_assert_nonnull (find (fixture, "Music/E: song.mp3"));
  g_assert_false (namida_entry_is_portable (find (fixture, "Music/back\\slash.mp3")));
  g_assert_false (namida_entry_is_portable (find (fixture, "Music/E: song.mp3")));
  latin = find (fixture, "Music/latin-\uFFFD.mp3");
  g_assert_cmpstr (latin->name, ==, "latin-\xe9.mp3");
  g_assert_false (namida_entry_is_portable (latin));
  g_assert_false (namida_entry_is_text (latin));
}

/* Neither the trash of a desktop or of a drive, nor what this program keeps for itself, nor its key. */
static void
test_own_files (Fixture *fixture, gconstpointer data)
{
  drop (put (fixture, "Music/kept.mp3", "x"));
  drop (put (fixture, "Music/.hidden/kept.mp3", "x"));
  drop (put (fixture, "Music/.Trash-1000/files/gone.mp3", "x"));
  drop (put (fixture, "Music/$RECYCLE.BIN/gone.mp3", "x"));
  drop (put (fixture, "Music/lost+found/gone.mp3", "x"));
  drop (put (fixture, "Music/.namida-sync-parts/0123456789abcdef/1/a.part", "x"));
  drop (put (fixture, "Music/a/.namida-sync-version.json", "x"));
  drop (put (fixture, "Music/a/key.pem", "x"));
  drop (put (fixture, "Music/data/key.pem", "secret"));
  drop (put (fixture, "Music/data/state.db", "x"));
  drop (put (fixture, "Music/store/.namida-sync-store", "x"));
  drop (put (fixture, "Music/store/Phone/2026/1.mp3", "x"));
  name_argument (fixture, "Music");
  scan (fixture, NULL);
  g_assert_no_error (fixture->error);
  g_assert_nonnull (find (fixture, "Music/kept.mp3"));
  g_assert_nonnull (find (fixture, "Music/.hidden/kept.mp3"));
  g_assert_nonnull (find (fixture, "Music/a/key.pem"));
  g_assert_cmpuint (namida_backup_get_entries (fixture->backup)->len, ==, 3);
  g_assert_true (is_left_out (fixture, "data"));
  g_assert_true (is_left_out (fixture, "store"));
}

static void
test_zip_and_order (Fixture *fixture, gconstpointer data)
{
  g_autofree char *empty = g_build_filename (fixture->root, "Music/a/empty", NULL);

  drop (put (fixture, "Music/b.mp3", "x"));
  drop (put (fixture, "other/Music/c.mp3", "x"));
  drop (put (fixture, "other.zip", "x"));
  drop (put (fixture, "Namida Backup - 2026-07-19 18.30.00.zip", ""));
  g_assert_cmpint (g_mkdir_with_parents (empty, 0700), ==, 0);
  name_argument (fixture, "Music");
  name_argument (fixture, "other/Music");
  name_argument (fixture, "Music");
  name_argument (fixture, "other.zip");
  name_argument (fixture, "Namida Backup - 2026-07-19 18.30.00.zip");
  scan (fixture, NULL);
  g_assert_no_error (fixture->error);
  g_assert_cmpuint (namida_backup_get_entries (fixture->backup)->len, ==, 5);
  g_assert_cmpstr (namida_backup_get_name (fixture->backup), ==, "Namida Backup - 2026-07-19 18.30.00.zip");
  g_assert_cmpint (((NamidaEntry *) g_ptr_array_index (namida_backup_get_entries (fixture->backup), 0))->kind, ==,
                   NAMIDA_ENTRY_BACKUP_ZIP);
  g_assert_cmpstr (((NamidaEntry *) g_ptr_array_index (namida_backup_get_entries (fixture->backup), 0))->id, ==, "f1");
  g_assert_cmpint (find (fixture, "other.zip")->kind, ==, NAMIDA_ENTRY_FILE);
  g_assert_cmpint (find (fixture, "Music/a/empty")->kind, ==, NAMIDA_ENTRY_FOLDER);
  g_assert_cmpstr (find (fixture, "Music/a/empty")->type, ==, "inode/directory");
  g_assert_null (find (fixture, "Music/a"));
  g_assert_nonnull (find (fixture, "Music (2)/c.mp3"));
}

static void
test_lone_zip (Fixture *fixture, gconstpointer data)
{
  drop (put (fixture, "mine.zip", "x"));
  name_argument (fixture, "mine.zip");
  scan (fixture, NULL);
  g_assert_cmpint (find (fixture, "mine.zip")->kind, ==, NAMIDA_ENTRY_BACKUP_ZIP);
}

/* Of several zips none is the backup, unless one has a name that Namida gives. */
/* None of the two is called a backup: neither is taken for one. */
static void
test_two_other_zips (Fixture *fixture, gconstpointer data)
{
  drop (put (fixture, "mine.zip", "x"));
  drop (put (fixture, "other.zip", "x"));
  name_argument (fixture, "mine.zip");
  name_argument (fixture, "other.zip");
  scan (fixture, NULL);
  g_assert_no_error (fixture->error);
  g_assert_cmpint (find (fixture, "mine.zip")->kind, ==, NAMIDA_ENTRY_FILE);
  g_assert_cmpint (find (fixture, "other.zip")->kind, ==, NAMIDA_ENTRY_FILE);
}

static void
test_two_zips (Fixture *fixture, gconstpointer data)
{
  drop (put (fixture, "mine.zip", "x"));
  drop (put (fixture, "other.zip", "x"));
  drop (put (fixture, "Namida Backup - 2026-07-19 18.30.00.zip", "x"));
  name_argument (fixture, "mine.zip");
  name_argument (fixture, "other.zip");
  name_argument (fixture, "Namida Backup - 2026-07-19 18.30.00.zip");
  scan (fixture, NULL);
  g_assert_no_error (fixture->error);
  g_assert_cmpint (find (fixture, "mine.zip")->kind, ==, NAMIDA_ENTRY_FILE);
  g_assert_cmpint (find (fixture, "other.zip")->kind, ==, NAMIDA_ENTRY_FILE);
  g_assert_cmpint (find (fixture, "Namida Backup - 2026-07-19 18.30.00.zip")->kind, ==, NAMIDA_ENTRY_BACKUP_ZIP);
}

static void
test_missing (Fixture *fixture, gconstpointer data)
{
  drop (put (fixture, "here.mp3", "x"));
  name_argument (fixture, "here.mp3");
  name_argument (fixture, "gone.mp3");
  scan (fixture, NULL);
  g_assert_error (fixture->error, NAMIDA_ERROR, NAMIDA_ERROR_NOT_FOUND);
  g_assert_nonnull (strstr (fixture->error->message, "gone.mp3"));
}

static void
test_nothing (Fixture *fixture, gconstpointer data)
{
  g_autofree char *empty = g_build_filename (fixture->root, "empty", NULL);

  g_assert_cmpint (g_mkdir (empty, 0700), ==, 0);
  name_argument (fixture, "empty");
  scan (fixture, NULL);
  g_assert_error (fixture->error, NAMIDA_ERROR, NAMIDA_ERROR_INVALID_REQUEST);
}

static void
test_cancel (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();

  drop (put (fixture, "Music/a.mp3", "x"));
  name_argument (fixture, "Music");
  g_cancellable_cancel (cancellable);
  scan (fixture, cancellable);
  g_assert_error (fixture->error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

/* Returns: (transfer full): the name of a file @depth folders below the music folder. */
static char *
deep_name (guint depth)
{
  GString *path = g_string_new ("Music");

  for (guint i = 0; i < depth; i++)
    g_string_append (path, "/d");
  g_string_append (path, "/a.mp3");
  return g_string_free (path, FALSE);
}

/* Deeper than there are descriptors or stack: named and left out, since no device accepts it; the rest is sent. */
static void
test_deep (Fixture *fixture, gconstpointer data)
{
  g_autofree char *taken = deep_name (NAMIDA_LIMIT_DEPTH - 2);
  g_autofree char *too_deep = deep_name (1100);

  drop (put (fixture, taken, "x"));
  drop (put (fixture, too_deep, "x"));
  name_argument (fixture, "Music");
  scan (fixture, NULL);
  g_assert_no_error (fixture->error);
  g_assert_nonnull (find (fixture, taken));
  g_assert_null (find (fixture, too_deep));
  g_assert_cmpuint (namida_backup_get_left_out (fixture->backup)->len, ==, 1);
  g_assert_cmpuint (namida_backup_count_missed (fixture->backup), ==, 1);
}

static void
exclude (Fixture *fixture, const char *pattern)
{
  if (fixture->filter == NULL)
    fixture->filter = namida_scan_filter_new ();
  g_assert_true (namida_scan_filter_exclude (fixture->filter, pattern, NULL));
}

/* The paths of all entries, one a line. */
static void
assert_paths (Fixture *fixture, const char *expected)
{
  g_autoptr (GString) paths = g_string_new (NULL);

  g_assert_no_error (fixture->error);
  for (guint i = 0; i < namida_backup_get_entries (fixture->backup)->len; i++)
    {
      g_autofree char *path = namida_entry_dup_path (namida_backup_get_entries (fixture->backup)->pdata[i]);

      g_string_append_printf (paths, "%s\n", path);
    }
  g_assert_cmpstr (paths->str, ==, expected);
}

static void
test_patterns (void)
{
  static const struct
  {
    const char *pattern, *path;
    gboolean folder, excluded;
  } cases[] = {
    { "*.wav", "a.wav", FALSE, TRUE },
    { "*.wav", "x/y/a.wav", FALSE, TRUE },
    { "*.wav", "a.WAV", FALSE, FALSE },
    { "x/*.wav", "x/a.wav", FALSE, TRUE },
    { "x/*.wav", "y/x/a.wav", FALSE, FALSE },
    { "x/*.wav", "x/y/a.wav", FALSE, FALSE },
    { "/a.wav", "a.wav", FALSE, TRUE },
    { "/a.wav", "x/a.wav", FALSE, FALSE },
    { "drafts/", "drafts", TRUE, TRUE },
    { "drafts/", "x/drafts", TRUE, TRUE },
    { "drafts/", "drafts", FALSE, FALSE },
    { "**/b/c", "b/c", FALSE, TRUE },
    { "**/b/c", "a/x/b/c", FALSE, TRUE },
    { "a/**/c", "a/c", FALSE, TRUE },
    { "a/**/c", "a/b/b/c", FALSE, TRUE },
    { "a/**", "a/b/c", FALSE, TRUE },
    { "a/**", "a", TRUE, FALSE },
    { "[ab]?.mp3", "b1.mp3", FALSE, TRUE },
    { "[!ab]?.mp3", "b1.mp3", FALSE, FALSE },
    { "\\#1.mp3", "#1.mp3", FALSE, TRUE },
    { "Björk", "Björk", TRUE, TRUE },
    { "*", ".hidden", FALSE, TRUE },
    { "a/**/**/**/**/**/**/**/**/b", "a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/c", FALSE, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (NamidaScanFilter) filter = namida_scan_filter_new ();

      g_test_message ("%s, %s", cases[i].pattern, cases[i].path);
      g_assert_true (namida_scan_filter_exclude (filter, cases[i].pattern, NULL));
      g_assert_cmpint (namida_scan_filter_is_excluded (filter, cases[i].path, cases[i].folder), ==, cases[i].excluded);
    }
}

static void
test_patterns_that_say_nothing (void)
{
  static const char *const patterns[] = { "", "!", "/", "//", "a//b" };
  g_autoptr (NamidaScanFilter) filter = namida_scan_filter_new ();

  for (guint i = 0; i < G_N_ELEMENTS (patterns); i++)
    {
      g_autoptr (GError) error = NULL;

      g_test_message ("“%s”", patterns[i]);
      g_assert_false (namida_scan_filter_exclude (filter, patterns[i], &error));
      g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_INVALID_REQUEST);
    }
}

static void
test_excluded (Fixture *fixture, gconstpointer data)
{
  drop (put (fixture, "Music/a.flac", "1"));
  drop (put (fixture, "Music/a.wav", "1"));
  drop (put (fixture, "Music/drafts/b.flac", "1"));
  drop (put (fixture, "Music/keep.wav", "1"));
  drop (put (fixture, "c.wav", "1"));
  name_argument (fixture, "Music");
  name_argument (fixture, "c.wav");
  exclude (fixture, "*.wav");
  exclude (fixture, "!keep.wav");
  exclude (fixture, "drafts/");
  scan (fixture, NULL);
  assert_paths (fixture, "Music/a.flac\nMusic/keep.wav\n");
  g_assert_cmpuint (namida_backup_get_excluded (fixture->backup), ==, 3);
  g_assert_cmpuint (namida_backup_count_missed (fixture->backup), ==, 0);
}

static void
test_all_excluded (Fixture *fixture, gconstpointer data)
{
  drop (put (fixture, "a.wav", "1"));
  name_argument (fixture, "a.wav");
  exclude (fixture, "*");
  scan (fixture, NULL);
  g_assert_error (fixture->error, NAMIDA_ERROR, NAMIDA_ERROR_INVALID_REQUEST);
  g_assert_nonnull (strstr (fixture->error->message, "patterns"));
}

/* The ignore file of the deepest folder decides; it is sent itself, and one elsewhere says nothing here. */
static void
test_ignore_files (Fixture *fixture, gconstpointer data)
{
  drop (put (fixture, "Music/" NAMIDA_SCAN_FILTER_FILE, "# not these\n*.wav  \r\n/top.mp3\n\n"));
  drop (put (fixture, "Music/a.wav", "1"));
  drop (put (fixture, "Music/top.mp3", "1"));
  drop (put (fixture, "Music/x/top.mp3", "1"));
  drop (put (fixture, "Music/x/" NAMIDA_SCAN_FILTER_FILE, "!a.wav\n"));
  drop (put (fixture, "Music/x/a.wav", "1"));
  drop (put (fixture, "Music/x/b.wav", "1"));
  drop (put (fixture, "Other/b.wav", "1"));
  name_argument (fixture, "Music");
  name_argument (fixture, "Other");
  scan (fixture, NULL);
  assert_paths (fixture, "Music/.namidaignore\nMusic/x/.namidaignore\nMusic/x/a.wav\nMusic/x/top.mp3\nOther/b.wav\n");
}

static void
test_unreadable_ignore_file (Fixture *fixture, gconstpointer data)
{
  g_autofree char *large = g_strnfill (2 * 1024 * 1024, 'a');

  drop (put (fixture, "Music/x/" NAMIDA_SCAN_FILTER_FILE, large));
  drop (put (fixture, "Music/x/secret.mp3", "1"));
  drop (put (fixture, "Music/a.mp3", "1"));
  name_argument (fixture, "Music");
  scan (fixture, NULL);
  assert_paths (fixture, "Music/a.mp3\n");
  g_assert_cmpuint (namida_backup_count_missed (fixture->backup), ==, 1);
}

static void
restrict_to (Fixture *fixture, const char *relative)
{
  g_autofree char *path = g_build_filename (fixture->root, relative, NULL);

  if (fixture->filter == NULL)
    fixture->filter = namida_scan_filter_new ();
  namida_scan_filter_restrict_to (fixture->filter, path);
}

/* What is named keeps its place in a folder that is sent; what is in none is sent as if it were an argument. Nothing
 * comes twice. */
static void
test_restricted (Fixture *fixture, gconstpointer data)
{
  drop (put (fixture, "Music/x/a.mp3", "1"));
  drop (put (fixture, "Music/x/b.mp3", "1"));
  drop (put (fixture, "Music/y/c.mp3", "1"));
  drop (put (fixture, "Music/y/z/d.mp3", "1"));
  drop (put (fixture, "Music/drafts/e.mp3", "1"));
  drop (put (fixture, "Other/f.mp3", "1"));
  drop (put (fixture, "single.mp3", "1"));
  name_argument (fixture, "Music");
  restrict_to (fixture, "Music/x/a.mp3");
  restrict_to (fixture, "Music/y/z/d.mp3");
  restrict_to (fixture, "Music/y");
  restrict_to (fixture, "Music/drafts/e.mp3");
  restrict_to (fixture, "Other/f.mp3");
  restrict_to (fixture, "Other");
  restrict_to (fixture, "single.mp3");
  restrict_to (fixture, "single.mp3");
  exclude (fixture, "drafts/");
  scan (fixture, NULL);
  assert_paths (fixture, "single.mp3\nMusic/x/a.mp3\nMusic/y/c.mp3\nMusic/y/z/d.mp3\nOther/f.mp3\n");
}

/* “send a a/b”, in both orders: what is in a is sent once, and b adds what a itself keeps out. */
static void
test_nested (Fixture *fixture, gconstpointer data)
{
  drop (put (fixture, "a/b/1.mp3", "x"));
  drop (put (fixture, "a/b/c/2.mp3", "x"));
  drop (put (fixture, "a/hidden/3.mp3", "x"));
  drop (put (fixture, "a/.namidaignore", "hidden/\n"));
  drop (put (fixture, "a/one.zip", "x"));
  drop (put (fixture, "ab/4.mp3", "x"));
  link_to (fixture, "a/b/link", "nowhere");
  name_argument (fixture, "a/b/c/2.mp3");
  name_argument (fixture, "a/b");
  name_argument (fixture, "a/hidden");
  name_argument (fixture, "a");
  name_argument (fixture, "ab");
  name_argument (fixture, "a/one.zip");
  scan (fixture, NULL);
  assert_paths (fixture, "one.zip\na/.namidaignore\na/b/1.mp3\na/b/c/2.mp3\na/one.zip\nab/4.mp3\nhidden/3.mp3\n");
  g_assert_cmpuint (namida_backup_get_left_out (fixture->backup)->len, ==, 1);
}

static void
test_root (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GFile) root = g_file_new_for_path ("/");

  g_list_store_append (fixture->files, root);
  scan (fixture, NULL);
  g_assert_error (fixture->error, NAMIDA_ERROR, NAMIDA_ERROR_INVALID_REQUEST);
  g_assert_nonnull (strstr (fixture->error->message, "“/”"));
}

/* One line says it; how many there are beyond was not counted, and is not claimed. */
static void
test_too_many (Fixture *fixture, gconstpointer data)
{
  const guint most = namida_scanner_most_files;
  const NamidaLeftOut *first;

  drop (put (fixture, "Music/1.mp3", "x"));
  drop (put (fixture, "Music/2.mp3", "x"));
  drop (put (fixture, "Music/3.mp3", "x"));
  drop (put (fixture, "Music/4.mp3", "x"));
  name_argument (fixture, "Music");
  g_assert_cmpuint (most, ==, 200000);
  namida_scanner_most_files = 4;
  scan (fixture, NULL);
  g_assert_false (namida_backup_get_too_many (fixture->backup));
  g_clear_object (&fixture->backup);
  namida_scanner_most_files = 2;
  fixture->done = FALSE;
  scan (fixture, NULL);
  namida_scanner_most_files = most;
  g_assert_no_error (fixture->error);
  g_assert_true (namida_backup_get_too_many (fixture->backup));
  g_assert_cmpuint (namida_backup_get_files (fixture->backup), ==, 2);
  g_assert_cmpuint (namida_backup_get_left_out (fixture->backup)->len, ==, 1);
  g_assert_cmpuint (namida_backup_count_unnamed (fixture->backup), ==, 1);
  g_assert_cmpuint (namida_backup_count_missed (fixture->backup), ==, 2);
  first = namida_backup_get_left_out (fixture->backup)->pdata[0];
  g_assert_nonnull (strstr (first->reason, "fewer folders"));
}

/* What does not fit is counted, as far as a message can state it, and the walk ends there. */
static void
test_far_too_many (Fixture *fixture, gconstpointer data)
{
  const guint most = namida_scanner_most_files;
  g_autoptr (NamidaBackup) copy = NULL;

  for (guint i = 0; i < 9; i++)
    {
      g_autofree char *name = g_strdup_printf ("%s/%u.mp3", i < 5 ? "Music/a" : "Music/b", i);

      drop (put (fixture, name, "x"));
    }
  name_argument (fixture, "Music");
  namida_scanner_most_files = 3;
  scan (fixture, NULL);
  namida_scanner_most_files = most;
  g_assert_no_error (fixture->error);
  g_assert_cmpuint (namida_backup_get_files (fixture->backup), ==, 3);
  g_assert_cmpuint (namida_backup_get_left_out (fixture->backup)->len, ==, 1);
  g_assert_cmpuint (namida_backup_count_unnamed (fixture->backup), ==, 3);
  g_assert_cmpuint (namida_backup_count_missed (fixture->backup), ==, 4);
  copy = namida_backup_new_like (fixture->backup);
  g_assert_cmpuint (namida_backup_count_missed (copy), ==, 4);
}

#define ADD(name, function) g_test_add ("/scanner/" name, Fixture, NULL, set_up, function, tear_down)

/* The key of this device is never sent, however its folder is reached: from above, by itself, from within, by a link,
 * or as a single file. */
static void
test_private_key (Fixture *fixture, gconstpointer data)
{
  static const char *const ways[] = { "home", "home/data", "home/data/identity", "link", "home/data/identity/key.pem" };

  for (guint i = 0; i < G_N_ELEMENTS (ways); i++)
    {
      g_autofree char *link = g_build_filename (fixture->root, "link", NULL);
      g_autofree char *target = g_build_filename (fixture->root, "home", "data", NULL);

      g_list_store_remove_all (fixture->files);
      g_clear_object (&fixture->backup);
      g_clear_error (&fixture->error);
      fixture->done = FALSE;
      drop (put (fixture, "home/song.mp3", "song"));
      drop (put (fixture, "home/data/state.db", "database"));
      drop (put (fixture, "home/data/identity/key.pem", "KEY"));
      drop (put (fixture, "home/data/identity/certificate.pem", "CERTIFICATE"));
      drop (put (fixture, "other.mp3", "song"));
      g_unlink (link);
      g_assert_cmpint (symlink (target, link), ==, 0);
      name_argument (fixture, ways[i]);
      name_argument (fixture, "other.mp3");
      scan (fixture, NULL);
      g_assert_no_error (fixture->error);
      g_assert_nonnull (find (fixture, "other.mp3"));
      g_assert_cmpuint (namida_backup_get_entries (fixture->backup)->len, ==, i == 0 ? 2 : 1);
      g_assert_true (is_left_out (fixture, i == 3 ? "link" : "data"));
    }
}

/* What is named alone, or in a list of files, is never walked to from above. */
static void
test_named_secrets (Fixture *fixture, gconstpointer data)
{
  static const char *const ways[] = { "Music/data/identity/key.pem",
                                      "Music/data/identity",
                                      "Music/data/state.db",
                                      "Music/data/parts",
                                      "Music/store/.namida-sync-store",
                                      "Music/store/.namida-sync-parts",
                                      "Music/store/.namida-sync-parts/1",
                                      "Music/store/Phone/.namida-sync-trash/a.mp3" };

  drop (put (fixture, "Music/song.mp3", "song"));
  drop (put (fixture, "Music/data/state.db", "database"));
  drop (put (fixture, "Music/data/identity/key.pem", "KEY"));
  drop (put (fixture, "Music/data/parts/a", "part"));
  drop (put (fixture, "Music/store/.namida-sync-store", "x"));
  drop (put (fixture, "Music/store/.namida-sync-parts/1/a.part", "part"));
  drop (put (fixture, "Music/store/Phone/.namida-sync-trash/a.mp3", "trash"));
  for (guint i = 0; i < 2 * G_N_ELEMENTS (ways); i++)
    {
      const char *named = ways[i / 2];

      g_list_store_remove_all (fixture->files);
      g_clear_object (&fixture->backup);
      g_clear_error (&fixture->error);
      g_clear_pointer (&fixture->filter, namida_scan_filter_unref);
      fixture->done = FALSE;
      name_argument (fixture, i % 2 == 0 ? named : "Music");
      if (i % 2 == 1)
        restrict_to (fixture, named);
      scan (fixture, NULL);
      g_assert_nonnull (fixture->error);
      g_assert_null (fixture->backup);
    }
}

/* A hard link is the key by another name, in a folder that shows nothing of it. */
static void
test_linked_key (Fixture *fixture, gconstpointer data)
{
  g_autofree char *data_dir = g_build_filename (fixture->root, "data", NULL);
  g_autofree char *key = g_build_filename (data_dir, "identity", "key.pem", NULL);
  g_autofree char *inside = g_build_filename (fixture->root, "Music", "a.mp3", NULL);
  g_autofree char *alone = g_build_filename (fixture->root, "b.mp3", NULL);

  for (guint start = 0; start < 2; start++) /* the key is made, then read */
    {
      g_autoptr (NamidaIdentity) identity = namida_identity_load (data_dir, &fixture->error);

      g_assert_no_error (fixture->error);
      g_assert_nonnull (identity);
    }
  drop (put (fixture, "Music/song.mp3", "song"));
  g_assert_no_errno (link (key, inside));
  g_assert_no_errno (link (key, alone));
  name_argument (fixture, "Music");
  name_argument (fixture, "b.mp3");
  scan (fixture, NULL);
  g_assert_no_error (fixture->error);
  g_assert_nonnull (find (fixture, "Music/song.mp3"));
  g_assert_cmpuint (namida_backup_get_entries (fixture->backup)->len, ==, 1);
  g_assert_true (is_left_out (fixture, "a.mp3"));
  g_assert_true (is_left_out (fixture, "b.mp3"));
}

/* A key that is gone, as of a data folder that was made anew. Its inode stays taken while it is remembered, or the next
 * song that got it would be left out as a secret. */
static void
test_gone_key (Fixture *fixture, gconstpointer data)
{
  g_autofree char *data_dir = g_build_filename (fixture->root, "data", NULL);
  g_autofree char *key = g_build_filename (data_dir, "identity", "key.pem", NULL);
  g_autoptr (NamidaIdentity) identity = namida_identity_load (data_dir, &fixture->error);
  g_autoptr (GDir) descriptors = g_dir_open ("/proc/self/fd", 0, NULL);
  gboolean held = FALSE;
  struct stat st, open_st;
  const char *name;

  g_assert_no_error (fixture->error);
  g_assert_nonnull (identity);
  g_assert_no_errno (stat (key, &st));
  g_assert_true (namida_identity_is_key_file (&st));
  g_assert_no_errno (unlink (key));
  while ((name = g_dir_read_name (descriptors)) != NULL)
    held = held || (fstat (atoi (name), &open_st) == 0 && open_st.st_dev == st.st_dev && open_st.st_ino == st.st_ino);
  g_assert_true (held);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("nested", test_nested);
  ADD ("root", test_root);
  ADD ("too-many", test_too_many);
  ADD ("far-too-many", test_far_too_many);
  g_test_add_func ("/scanner/patterns", test_patterns);
  g_test_add_func ("/scanner/patterns-that-say-nothing", test_patterns_that_say_nothing);
  ADD ("excluded", test_excluded);
  ADD ("all-excluded", test_all_excluded);
  ADD ("ignore-files", test_ignore_files);
  ADD ("unreadable-ignore-file", test_unreadable_ignore_file);
  ADD ("restricted", test_restricted);
  ADD ("names", test_names);
  ADD ("links", test_links);
  ADD ("left-out", test_left_out);
  ADD ("odd-names", test_odd_names);
  ADD ("own-files", test_own_files);
  ADD ("zip-and-order", test_zip_and_order);
  ADD ("lone-zip", test_lone_zip);
  ADD ("two-zips", test_two_zips);
  ADD ("two-other-zips", test_two_other_zips);
  ADD ("missing", test_missing);
  ADD ("nothing", test_nothing);
  ADD ("private-key", test_private_key);
  ADD ("named-secrets", test_named_secrets);
  ADD ("linked-key", test_linked_key);
  ADD ("gone-key", test_gone_key);
  ADD ("cancel", test_cancel);
  ADD ("deep", test_deep);
  return g_test_run ();
}
