/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Kills the process with SIGKILL at every step of the store's journal, then starts it again and repeats the session.
 * Before the second start, every file is either complete under its final name or missing; afterwards, every file exists
 * exactly once and no temporary file remains. The store is built into this program with its crash points enabled. */
#include "config.h"

#include "store-fixture.h"

#include "namida-crash-point.h"
#include "namida-folder-record.h"
#include "namida-manifest.h"
#include "namida-store-mark.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define OLD "old"
#define NEW "new"
#define MOST_COUNTS 4

static const char *self_path;

/* ---- the child: one device that receives ---- */

static Shipment *
make_shipment (const char *which)
{
  Shipment *shipment = shipment_new ();
  gboolean new = g_str_equal (which, NEW);

  shipment_add (shipment, "", "Namida Backup - 1.zip", "zip", TRUE);
  shipment_add (shipment, "Music", "1.flac", "one", TRUE);
  if (!new)
    return shipment;
  shipment_add (shipment, "Music", "clash.flac", "theirs", FALSE);
  shipment_add (shipment, "Music", "deep/er/2.flac", "two", FALSE);
  shipment_add (shipment, "Music", "void", NULL, FALSE);
  shipment_add (shipment, "Single", "three.flac", "three", FALSE);
  /* Known content, but of another time: copied, not linked. */
  shipment_add (shipment, "Music", "other.flac", "one", TRUE)->mtime_ns += G_GINT64_CONSTANT (1000000000);
  return shipment;
}

static int
receive (const char *base, NamidaLanding landing, const char *which)
{
  g_autoptr (NamidaJournalSession) parked = NULL;
  g_autoptr (Shipment) shipment = make_shipment (which);
  g_autoptr (GBytes) manifest = NULL;
  g_autoptr (NamidaSink) sink = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree NamidaFileResult *results = g_new0 (NamidaFileResult, shipment->contents->len);
  Fixture f = { 0 };

  fixture_open (&f, base);
  g_assert_true (namida_store_clean (f.store, &error));
  parked = namida_journal_find_resumable (f.database, "AB12", which, &error);
  g_assert_no_error (error);
  if (parked == NULL
      && fixture_query_int (&f, "SELECT count(*) FROM sessions WHERE offer_key = '" NEW
                                "' AND state IN ('finished', 'incomplete')")
             > 0)
    {
      fixture_close (&f);
      return 0;
    }
  sink = namida_store_sink_new_for (f.store, "AB12", "Phone", which, landing, parked);
  manifest = namida_manifest_build (shipment->backup, "device", "linux", 1735783445678);
  if (!shipment_send (shipment, sink, manifest, results, NULL, &error))
    g_error ("%s", error->message);
  for (guint i = 0; i < shipment->contents->len; i++)
    g_assert_true (results[i] == NAMIDA_FILE_STORED || results[i] == NAMIDA_FILE_KEPT_EXISTING);
  g_clear_object (&sink);
  fixture_close (&f);
  return 0;
}

/* ---- the parent ---- */

/* Returns the wait status. */
static int
run_child (const char *base, NamidaLanding landing, const char *which, const char *crash_at)
{
  g_autofree char *as = g_strdup_printf ("%d", (int) landing);
  const char *argv[] = { self_path, "--receive", base, as, which, NULL };
  g_auto (GStrv) environment = g_get_environ ();
  g_autoptr (GError) error = NULL;
  int status = -1;

  environment = crash_at != NULL ? g_environ_setenv (environment, "NAMIDA_CRASH_AT", crash_at, TRUE)
                                 : g_environ_unsetenv (environment, "NAMIDA_CRASH_AT");
  g_assert_true (g_spawn_sync (NULL, (char **) argv, environment, G_SPAWN_STDOUT_TO_DEV_NULL, NULL, NULL, NULL, NULL,
                               &status, &error));
  g_assert_no_error (error);
  return status;
}

static void
list_into (GPtrArray *lines, const char *path, const char *relative)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *below = g_build_filename (path, name, NULL);
      g_autofree char *shown = *relative != '\0' ? g_build_filename (relative, name, NULL) : g_strdup (name);
      g_autofree char *content = NULL;

      if (namida_folder_record_is_own_name (name) || g_str_equal (name, NAMIDA_STORE_MARK_NAME))
        continue; /* check_versions() */
      if (g_file_test (below, G_FILE_TEST_IS_DIR))
        {
          g_ptr_array_add (lines, g_strconcat (shown, "/", NULL));
          list_into (lines, below, shown);
        }
      else if (g_str_has_suffix (name, ".json"))
        {
          g_assert_true (g_file_get_contents (below, &content, NULL, NULL));
          g_assert_nonnull (strstr (content, "backupZip"));
          g_ptr_array_add (lines, g_strdup_printf ("%s*.json", *relative != '\0' ? "Phone/" : ""));
        }
      else
        {
          g_assert_true (g_file_get_contents (below, &content, NULL, NULL));
          g_ptr_array_add (lines, g_strdup_printf ("%s=%s", shown, content));
        }
    }
}

static int
compare_lines (gconstpointer a, gconstpointer b)
{
  return strcmp (*(char *const *) a, *(char *const *) b);
}

/* All that is below @path, one line each: "folder/", "file=content". */
static char *
list (const char *path)
{
  g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func (g_free);

  list_into (lines, path, "");
  g_ptr_array_sort (lines, compare_lines);
  g_ptr_array_add (lines, NULL);
  return g_strjoinv ("\n", (char **) lines->pdata);
}

static const char whole_music[]
    = "Music/\nMusic/1.flac=one\nMusic/clash (2).flac=theirs\nMusic/clash.flac=mine\nMusic/deep/\nMusic/deep/er/\n"
      "Music/deep/er/2.flac=two\nMusic/other.flac=one\nMusic/void/\nSingle/\nSingle/three.flac=three";
static const char old_version[] = "*.json\nMusic/\nMusic/Music/\nMusic/Music/1.flac=one\nNamida Backup - 1.zip=zip";
static const char new_version[]
    = "*.json\nMusic/\nMusic/Music/\nMusic/Music/1.flac=one\nMusic/Music/clash.flac=theirs\nMusic/Music/deep/\n"
      "Music/Music/deep/er/\nMusic/Music/deep/er/2.flac=two\nMusic/Music/other.flac=one\nMusic/Music/void/\n"
      "Music/Single/\nMusic/Single/three.flac=three\nNamida Backup - 1.zip=zip";

/* Each line of what is there is a line of what will be: nothing half, nothing else. */
static void
assert_part_of (const char *there, const char *whole)
{
  g_auto (GStrv) lines = g_strsplit (there, "\n", -1);
  g_auto (GStrv) all = g_strsplit (whole, "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    if (!g_strv_contains ((const char *const *) all, lines[i]))
      g_error ("not expected after a crash: %s", lines[i]);
}

/* How many versions there are; each of them is whole. */
static guint
check_versions (const char *base, guint *n_new)
{
  g_autofree char *phone = g_build_filename (base, "backups", "Phone", NULL);
  g_autoptr (GDir) dir = g_dir_open (phone, 0, NULL);
  const char *name;
  guint n = 0;

  *n_new = 0;
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (phone, name, NULL);
      g_autofree char *there = list (path);

      if (g_str_equal (there, new_version))
        (*n_new)++;
      else
        g_assert_cmpstr (there, ==, old_version);
      /* Whatever has its name has its record. */
      fixture_check_sums (path);
      n++;
    }
  return n;
}

static void
check_after_crash (const char *base, NamidaLanding landing)
{
  g_autofree char *music = g_build_filename (base, "music", NULL);
  guint n_new;

  if (landing == NAMIDA_LANDING_BACKUP)
    {
      check_versions (base, &n_new);
      g_assert_cmpuint (n_new, <=, 1);
    }
  else
    {
      g_autofree char *there = list (music);

      assert_part_of (there, whole_music);
    }
}

static void
check_after_restart (const char *base, NamidaLanding landing)
{
  g_autofree char *staging = g_build_filename (base, "data", "staging", NULL);
  g_autofree char *hidden = g_build_filename (base, "backups", ".namida-sync-parts", NULL);
  g_autofree char *music = g_build_filename (base, "music", NULL);
  g_autofree char *backups = g_build_filename (base, "backups", NULL);
  g_autofree char *parts = list (staging);
  Fixture f = { 0 };
  guint n_new;

  g_assert_cmpstr (parts, ==, "");
  g_assert_false (g_file_test (hidden, G_FILE_TEST_EXISTS));
  if (landing == NAMIDA_LANDING_BACKUP)
    {
      g_assert_cmpuint (check_versions (base, &n_new), ==, 2);
      g_assert_cmpuint (n_new, ==, 1);
    }
  else
    {
      g_autofree char *there = list (music);
      g_autofree char *zips = list (backups);

      g_assert_cmpstr (there, ==, whole_music);
      g_assert_cmpstr (zips, ==, "Phone/\nPhone/*.json\nPhone/Namida Backup - 1.zip=zip");
    }
  fixture_open (&f, base);
  g_assert_cmpint (fixture_query_int (&f, "SELECT count(*) FROM sessions WHERE offer_key = '" NEW
                                          "' AND state = 'finished'"),
                   ==, 1);
  g_assert_cmpint (fixture_query_int (&f, "SELECT count(*) FROM sessions WHERE state != 'finished'"), ==, 0);
  g_assert_cmpint (fixture_query_int (&f, "SELECT failed_files FROM sessions WHERE offer_key = '" NEW "'"), ==, 0);
  g_assert_cmpint (fixture_query_int (&f, "SELECT count(*) FROM versions"), ==, 2);
  /* A version knows each of its files and empty folders once. */
  g_assert_cmpint (fixture_query_int (&f, "SELECT count(*) FROM version_files JOIN versions ON id = version"
                                          " WHERE kind < 3 AND offer_key = '" NEW "'"),
                   ==, 7);
  fixture_close (&f);
}

/* Returns whether the session came by that step as often. */
static gboolean
crash_once (const char *point, guint count, NamidaLanding landing)
{
  g_autofree char *base = g_dir_make_tmp ("namida-crash-XXXXXX", NULL);
  g_autofree char *music = g_build_filename (base, "music", "Music", NULL);
  g_autofree char *clash = g_build_filename (music, "clash.flac", NULL);
  g_autofree char *crash_at = g_strdup_printf ("%s:%u", point, count);
  gboolean killed;
  int status;

  g_assert_cmpint (g_mkdir_with_parents (music, 0755), ==, 0);
  g_assert_true (g_file_set_contents (clash, "mine", -1, NULL));
  g_assert_cmpint (run_child (base, landing, OLD, NULL), ==, 0);
  status = run_child (base, landing, NEW, crash_at);
  killed = WIFSIGNALED (status) && WTERMSIG (status) == SIGKILL;
  g_assert_true (killed || status == 0);
  check_after_crash (base, landing);
  g_assert_cmpint (run_child (base, landing, NEW, NULL), ==, 0);
  check_after_restart (base, landing);
  fixtures_remove (base);
  return killed;
}

static void
test_point (gconstpointer data)
{
  const char *point = data;
  guint n_killed = 0;

  for (int landing = NAMIDA_LANDING_LIBRARY; landing <= NAMIDA_LANDING_BACKUP; landing++)
    for (guint count = 1; count <= MOST_COUNTS; count++)
      {
        if (!crash_once (point, count, (NamidaLanding) landing))
          break;
        n_killed++;
      }
  /* A step that no session comes by would be a test of nothing. */
  g_assert_cmpuint (n_killed, >, 0);
}

int
main (int argc, char **argv)
{
  /* Root may write to what is read-only, and would not see what an ordinary person meets. */
  if (!fixtures_leave_root ())
    return 0;
  g_test_init (&argc, &argv, NULL);
  if (argc == 5 && g_str_equal (argv[1], "--receive"))
    return receive (argv[2], (NamidaLanding) atoi (argv[3]), argv[4]);
  /* Not argv[0]: the build folder may be closed to an ordinary user. */
  self_path = "/proc/self/exe";
  for (guint i = 0; namida_crash_points[i] != NULL; i++)
    {
      g_autofree char *path = g_strconcat ("/crash/", namida_crash_points[i], NULL);

      g_test_add_data_func (path, namida_crash_points[i], test_point);
    }
  return g_test_run ();
}
