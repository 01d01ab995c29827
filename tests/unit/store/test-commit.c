/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests what a commit checks again after prepare has decided: files that have changed, names, paths that are in use
 * now, and the time in a manifest. All files of a test have the same size, so that only their contents differ. */
#include "config.h"

#include "store-fixture.h"

#include "namida-error.h"
#include "namida-folder-record.h"
#include "namida-journal.h"
#include "namida-layout.h"
#include "namida-merge-versions.h"
#include "namida-staging.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static NamidaSink *
new_sink (Fixture *f, const char *key, NamidaLanding landing, NamidaJournalSession *resume)
{
  return namida_store_sink_new_for (f->store, "AA", "Phone", key, landing, resume);
}

/* (transfer full) (nullable): the first file called @name below @folder. */
static char *
find_file (const char *folder, const char *name)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *each;
  char *found = NULL;

  while (dir != NULL && found == NULL && (each = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, each, NULL);

      if (g_file_test (path, G_FILE_TEST_IS_DIR))
        found = find_file (path, name);
      else if (g_str_equal (each, name))
        found = g_steal_pointer (&path);
    }
  return found;
}

/* ---- a file that is linked into the new version is another one by the time of the commit ---- */

typedef enum
{
  CHANGED_CONTENT, /* of the same size, at the same time */
  CHANGED_FILE,    /* another file has its name */
  CHANGED_GONE,
  CHANGED_NOTHING,
} Change;

static void
change (const char *path, Change how)
{
  struct stat st;

  g_assert_cmpint (stat (path, &st), ==, 0);
  if (how == CHANGED_CONTENT)
    {
      int fd;

      g_assert_cmpint (chmod (path, 0644), ==, 0);
      fd = open (path, O_WRONLY | O_CLOEXEC);
      g_assert_cmpint (write (fd, "onf", 3), ==, 3);
      close (fd);
    }
  else if (how != CHANGED_NOTHING)
    g_assert_cmpint (g_unlink (path), ==, 0);
  if (how == CHANGED_FILE)
    g_assert_true (g_file_set_contents_full (path, "two", 3, G_FILE_SET_CONTENTS_NONE, 0444, NULL));
  if (how == CHANGED_CONTENT || how == CHANGED_FILE)
    g_assert_cmpint (utimensat (AT_FDCWD, path, (struct timespec[2]){ st.st_mtim, st.st_mtim }, 0), ==, 0);
}

static void
test_changed_while_linked (Fixture *f, gconstpointer data)
{
  Change how = (Change) GPOINTER_TO_INT (data);
  g_autoptr (Shipment) shipment = shipment_new ();
  g_autoptr (NamidaSink) first = new_sink (f, "first", NAMIDA_LANDING_BACKUP, NULL);
  g_autoptr (NamidaSink) second = new_sink (f, "second", NAMIDA_LANDING_BACKUP, NULL);
  g_autofree char *hidden = g_build_filename (f->backups, NAMIDA_STAGING_HIDDEN, NULL);
  g_autofree char *linked = NULL;
  g_autoptr (GError) error = NULL;
  NamidaWant wants[2] = { 0 };
  NamidaCommit files[2]
      = { { .index = 0, .result = NAMIDA_FILE_KEPT_EXISTING }, { .index = 1, .result = NAMIDA_FILE_KEPT_EXISTING } };

  shipment_add (shipment, "Music", "1.flac", "one", TRUE);
  shipment_add (shipment, "Music", "2.flac", "2nd", TRUE);
  g_assert_true (shipment_send (shipment, first, NULL, NULL, NULL, &error));
  g_assert_true (namida_sink_prepare (second, shipment->backup, NULL, wants, NULL, &error));
  g_assert_no_error (error);
  g_assert_false (wants[0].wanted || wants[1].wanted);
  linked = find_file (hidden, "1.flac");
  g_assert_nonnull (linked);
  change (linked, how);
  g_assert_true (namida_sink_commit (second, files, 2, &error));
  g_assert_no_error (error);
  g_assert_cmpint (files[0].result, ==, how == CHANGED_NOTHING ? NAMIDA_FILE_KEPT_EXISTING : NAMIDA_FILE_MISSING);
  g_assert_cmpint (files[1].result, ==, NAMIDA_FILE_KEPT_EXISTING);
  g_assert_cmpint (fixture_query_int (f, "SELECT files FROM versions WHERE id = 2"), ==,
                   how == CHANGED_NOTHING ? 2 : 1);
  g_assert_cmpint (fixture_query_int (f, "SELECT complete FROM versions WHERE id = 2"), ==, how == CHANGED_NOTHING);
  /* The same inode is in the first version. */
  g_assert_cmpint (fixture_query_int (f, "SELECT count(*) FROM contents WHERE damaged <> 0"), ==,
                   how == CHANGED_CONTENT);
  for (guint i = 0; i < 2; i++)
    g_free (files[i].reason);
}

/* ---- a transfer goes on, and somebody has put a file where it wants to ---- */

static void
test_place_taken (Fixture *f, gconstpointer data)
{
  g_autoptr (Shipment) shipment = shipment_new ();
  g_autoptr (NamidaSink) sink = new_sink (f, "key", NAMIDA_LANDING_LIBRARY, NULL);
  g_autoptr (NamidaSink) again = NULL;
  g_autoptr (NamidaJournalSession) parked = NULL;
  g_autofree char *folder = g_build_filename (f->music, "Music", NULL);
  g_autofree char *mine = g_build_filename (folder, "1.flac", NULL);
  g_autofree char *stored = NULL;
  g_autofree char *kept = NULL;
  g_autoptr (GError) error = NULL;
  NamidaFileResult results[1];
  NamidaWant want = { 0 };
  guint wanted = 0;

  shipment_add (shipment, "Music", "1.flac", "sent", FALSE);
  g_assert_true (namida_sink_prepare (sink, shipment->backup, NULL, &want, NULL, &error));
  namida_sink_park (sink);
  g_assert_cmpint (g_mkdir_with_parents (folder, 0755), ==, 0);
  g_assert_true (g_file_set_contents (mine, "mine", -1, NULL));
  parked = namida_journal_find_resumable (f->database, "AA", "key", &error);
  g_assert_nonnull (parked);
  again = new_sink (f, "key", NAMIDA_LANDING_LIBRARY, parked);
  g_assert_true (shipment_send (shipment, again, NULL, results, &wanted, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (wanted, ==, 1);
  g_assert_cmpint (results[0], ==, NAMIDA_FILE_STORED);
  kept = fixture_read (mine, NULL);
  stored = fixture_read (folder, "1 (2).flac", NULL);
  g_assert_cmpstr (kept, ==, "mine");
  g_assert_cmpstr (stored, ==, "sent");
}

/* ---- when the backup was made ---- */

static void
test_made (Fixture *f, gconstpointer data)
{
  static const struct
  {
    const char *manifest;
    gint64 made;
  } cases[] = {
    { "{\"timestamp\":\"2026-05-03T18:30:00Z\"}", G_GINT64_CONSTANT (1777833000000000) },
    { "{\"a\":[{\"timestamp\":\"1999-01-01T00:00:00Z\"}],\"timestamp\":\"2026-05-03T20:30:00.5+02:00\",\"z\":1}",
      G_GINT64_CONSTANT (1777833000500000) },
    { "{\"a\":{\"timestamp\":\"2026-05-03T18:30:00Z\"}}", 0 },
    { "{\"name\":\"2026-05-03T18:30:00Z\"}", 0 },
    { "{\"timestamp\":1777833000}", 0 },
    { "{\"timestamp\":\"yesterday\"}", 0 },
    { "[\"timestamp\",\"2026-05-03T18:30:00Z\"]", 0 },
    { "{}", 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (Shipment) shipment = shipment_new ();
      g_autofree char *key = g_strdup_printf ("%u", i);
      g_autoptr (NamidaSink) sink = new_sink (f, key, NAMIDA_LANDING_BACKUP, NULL);
      g_autoptr (GBytes) manifest = g_bytes_new_static (cases[i].manifest, strlen (cases[i].manifest));
      g_autoptr (NamidaFolderRecord) record = NULL;
      g_autoptr (GError) error = NULL;
      g_autofree char *version = NULL;
      int fd;

      shipment_add (shipment, "Music", "1.flac", "one", FALSE);
      shipment->unchecked = TRUE;
      g_assert_true (shipment_send (shipment, sink, manifest, NULL, NULL, &error));
      g_assert_no_error (error);
      version = namida_sink_dup_folder (sink);
      fd = open (version, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
      record = namida_folder_record_read (fd, &error);
      close (fd);
      g_assert_no_error (error);
      g_assert_cmpint (record->made, ==, cases[i].made);
    }
}

/* ---- names are looked at here, too, whoever has looked at them before ---- */

static void
test_places (void)
{
  static const char *const names[] = { "", ".", "..", "a/b", "/a", ".namida-sync-parts" };
  g_autofree char *long_name = g_strnfill (300, 'x');

  for (guint i = 0; i <= G_N_ELEMENTS (names); i++)
    for (guint landing = 0; landing < 2; landing++)
      for (guint how = 0; how < 4; how++)
        {
          const char *name = i < G_N_ELEMENTS (names) ? names[i] : long_name;
          g_autoptr (NamidaLayout) layout = how == 3 ? namida_layout_new_for_folder ("/to", "Phone")
                                                     : namida_layout_new (landing, "/backups", "/music", NULL, "Phone");
          g_autoptr (NamidaEntry) entry = namida_entry_new ();
          g_autoptr (GError) error = NULL;
          g_autofree char *relative = NULL;
          guint root = 0;

          entry->name = g_strdup (name);
          entry->label = g_strdup (how == 1 ? name : how == 2 ? "Music" : "");
          entry->relative_path = how == 1 ? g_strdup ("1.flac") : how == 2 ? g_strdup (name) : g_strdup ("");
          /* Below a label, “a/b” is an ordinary file; no label at all is a single file; only a folder at the top can be
           * one of the store's own. */
          if ((how == 2 && g_str_equal (name, "a/b")) || (how == 1 && *name == '\0')
              || (how != 1 && g_str_has_prefix (name, ".namida")))
            continue;
          g_assert_false (namida_layout_place (layout, entry, &root, &relative, &error));
          g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_UNSAFE_PATH);
          g_clear_error (&error);
          if (how == 0)
            g_assert_false (namida_layout_place_manifest (layout, name, &root, &relative, &error));
        }
}

/* ---- the union of two versions gets its name ---- */

static void
test_union_saved (Fixture *f, gconstpointer data)
{
  g_autofree char *temporary = g_build_filename (f->base, "temporary.zip", NULL);
  g_autofree char *fine = g_build_filename (f->base, "new", "deeper", "Union.zip", NULL);
  g_autofree char *below_file = g_build_filename (f->base, "file", "x", "Union.zip", NULL);
  g_autofree char *file = g_build_filename (f->base, "file", NULL);
  g_autofree char *there = NULL;
  NamidaMergedVersions merged = { .path = temporary };
  g_autoptr (GError) error = NULL;

  g_assert_true (g_file_set_contents (temporary, "union", -1, NULL));
  g_assert_true (g_file_set_contents (file, "files", -1, NULL));
  /* Never in the place of another file. */
  g_assert_false (namida_merged_versions_save (&merged, file, &error));
  g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_STORAGE);
  g_clear_error (&error);
  g_assert_true (g_file_get_contents (file, &there, NULL, NULL));
  g_assert_cmpstr (there, ==, "files");
  g_assert_false (namida_merged_versions_save (&merged, below_file, &error));
  g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_STORAGE);
  g_clear_error (&error);
  g_clear_pointer (&there, g_free);
  g_assert_true (namida_merged_versions_save (&merged, fine, &error));
  g_assert_no_error (error);
  g_assert_true (g_file_get_contents (fine, &there, NULL, NULL));
  g_assert_cmpstr (there, ==, "union");
}

#define ADD(path, data, test) g_test_add (path, Fixture, data, fixture_set_up, test, fixture_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/commit/linked/content", GINT_TO_POINTER (CHANGED_CONTENT), test_changed_while_linked);
  ADD ("/commit/linked/file", GINT_TO_POINTER (CHANGED_FILE), test_changed_while_linked);
  ADD ("/commit/linked/gone", GINT_TO_POINTER (CHANGED_GONE), test_changed_while_linked);
  ADD ("/commit/linked/nothing", GINT_TO_POINTER (CHANGED_NOTHING), test_changed_while_linked);
  ADD ("/commit/place-taken", NULL, test_place_taken);
  ADD ("/commit/made", NULL, test_made);
  g_test_add_func ("/commit/places", test_places);
  ADD ("/commit/union-saved", NULL, test_union_saved);
  return g_test_run ();
}
