/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Receives, pins and removes versions of three devices that share much of their music, in random order, and kills the
 * process with SIGKILL at some steps of the removal. After each step, every version is complete, and each content is on
 * the disk only once. The store is built into this program with its crash points enabled. */
#include "config.h"

#include "store-fixture.h"

#include "namida-crash-point.h"
#include "namida-error.h"
#include "namida-folder-record.h"
#include "namida-manifest.h"
#include "namida-removal.h"
#include "namida-version-trash.h"
#include "namida-store-mark.h"
#include "namida-trash-find.h"
#include "namida-version-adopt.h"
#include "namida-version-record.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define N_DEVICES 3
#define MOST_VERSIONS 10
#define N_SONGS 12
#define N_STEPS 40
static const char *self_path;

/* What a version must be made of: the numbers of its songs, and the content of its zip. */
typedef struct
{
  char *id;
  char *path;
  guint device;
  guint songs; /* a bit for each */
  guint zip;
  gboolean pinned;
} Expected;

static void
expected_free (gpointer data)
{
  Expected *expected = data;

  g_free (expected->id);
  g_free (expected->path);
  g_free (expected);
}

/* More than a block, so that the disk tells one copy from two. */
static char *
make_content (const char *what, guint number)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < 600 + number * 100; i++)
    g_string_append_printf (text, "%s %u %u\n", what, number, i);
  return g_string_free (text, FALSE);
}

static const char *
device_name (guint device)
{
  static const char *const names[N_DEVICES] = { "Ay", "Bee", "Cee" };

  return names[device];
}

static void
receive (Fixture *f, guint device, guint songs, guint zip, gboolean hashes)
{
  g_autoptr (Shipment) shipment = shipment_new ();
  g_autoptr (NamidaSink) sink = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *content = make_content ("zip", zip);
  g_autofree char *key = g_strdup_printf ("%u-%u-%u-%u", device, songs, zip, g_test_rand_int_range (0, 1 << 30));

  shipment_add (shipment, "", "Namida Backup - 1.zip", content, hashes);
  for (guint i = 0; i < N_SONGS; i++)
    if ((songs & (1u << i)) != 0)
      {
        g_autofree char *song = make_content ("song", i);
        g_autofree char *name = g_strdup_printf ("deep/%u.flac", i);

        shipment_add (shipment, "Music", name, song, hashes);
      }
  sink = namida_store_sink_new_for (f->store, device_name (device), device_name (device), key, NAMIDA_LANDING_BACKUP,
                                    NULL);
  g_assert_true (shipment_send (shipment, sink, NULL, NULL, NULL, &error));
  g_assert_no_error (error);
}

/* ---- what must be true ---- */

static void
check_file (const char *folder, const char *name, const char *content)
{
  g_autofree char *text = fixture_read (folder, name, NULL);

  g_assert_cmpstr (text, ==, content);
}

static void
check_version (const Expected *expected)
{
  g_autofree char *zip = make_content ("zip", expected->zip);

  check_file (expected->path, "Namida Backup - 1.zip", zip);
  for (guint i = 0; i < N_SONGS; i++)
    {
      g_autofree char *song = make_content ("song", i);
      g_autofree char *name = g_strdup_printf ("Music/Music/deep/%u.flac", i);

      check_file (expected->path, name, (expected->songs & (1u << i)) != 0 ? song : NULL);
    }
}

static guint64
disk_use (const char *path, GHashTable *inodes)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;
  guint64 bytes = 0;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *below = g_build_filename (path, name, NULL);
      struct stat st;

      if (namida_folder_record_is_own_name (name) || g_str_equal (name, NAMIDA_STORE_MARK_NAME))
        continue;
      g_assert_cmpint (lstat (below, &st), ==, 0);
      if (S_ISDIR (st.st_mode))
        bytes += disk_use (below, inodes);
      else if (g_hash_table_add (inodes, g_strdup_printf ("%lu", (gulong) st.st_ino)))
        bytes += (guint64) st.st_blocks * 512;
    }
  return bytes;
}

static guint64
measure (Fixture *f, guint *n_inodes)
{
  g_autoptr (GHashTable) inodes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  guint64 bytes = disk_use (f->backups, inodes);

  if (n_inodes != NULL)
    *n_inodes = g_hash_table_size (inodes);
  return bytes;
}

/* Every version is whole, no other folder is there, and each content is on the disk once. */
static void
check_all (Fixture *f, GPtrArray *all)
{
  g_autoptr (GHashTable) zips = g_hash_table_new (NULL, NULL);
  guint songs = 0, n_songs = 0, n_inodes, n_folders = 0;

  for (guint i = 0; i < all->len; i++)
    {
      const Expected *expected = g_ptr_array_index (all, i);

      check_version (expected);
      songs |= expected->songs;
      g_hash_table_add (zips, GUINT_TO_POINTER (expected->zip + 1));
    }
  for (guint i = 0; i < N_SONGS; i++)
    n_songs += (songs >> i) & 1;
  measure (f, &n_inodes);
  g_assert_cmpuint (n_inodes, ==, n_songs + g_hash_table_size (zips));
  for (guint i = 0; i < N_DEVICES; i++)
    {
      g_autofree char *path = g_build_filename (f->backups, device_name (i), NULL);
      g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);

      while (dir != NULL && g_dir_read_name (dir) != NULL)
        n_folders++;
    }
  g_assert_cmpuint (n_folders, ==, all->len);
  g_assert_cmpint (fixture_query_int (f, "SELECT count(*) FROM versions"), ==, all->len);
}

/* ---- steps ---- */

static void
step_receive (Fixture *f, GPtrArray *all)
{
  g_autoptr (GPtrArray) records = NULL;
  const NamidaVersionRecord *newest;
  Expected *expected;

  if (all->len >= MOST_VERSIONS)
    return;
  expected = g_new0 (Expected, 1);
  expected->device = (guint) g_test_rand_int_range (0, N_DEVICES);
  expected->songs = (guint) g_test_rand_int_range (0, 1 << N_SONGS);
  expected->zip = (guint) g_test_rand_int_range (0, 6);
  /* With hashes known to the sender it is linked before it travels, without them after. */
  receive (f, expected->device, expected->songs, expected->zip, g_test_rand_bit () != 0);
  records = namida_version_record_list (f->database, FALSE, NULL);
  newest = g_ptr_array_index (records, 0);
  for (guint i = 1; i < records->len; i++)
    if (((NamidaVersionRecord *) g_ptr_array_index (records, i))->id > newest->id)
      newest = g_ptr_array_index (records, i);
  expected->id = g_strdup_printf ("%" G_GINT64_FORMAT, newest->id);
  expected->path = g_strdup (newest->path);
  g_ptr_array_add (all, expected);
}

static void
step_pin (Fixture *f, Expected *expected)
{
  expected->pinned = !expected->pinned;
  g_assert_true (namida_version_record_set_pinned (f->database, expected->id, expected->pinned, NULL));
}

static int
run_child (const char *what, const char *base, const char *id, const char *crash_at)
{
  const char *argv[] = { self_path, what, base, id, NULL };
  g_auto (GStrv) environment = g_environ_setenv (g_get_environ (), "NAMIDA_CRASH_AT", crash_at, TRUE);
  int status = -1;

  g_assert_true (g_spawn_sync (NULL, (char **) argv, environment, G_SPAWN_STDOUT_TO_DEV_NULL, NULL, NULL, NULL, NULL,
                               &status, NULL));
  return status;
}

/* Another process removes it and is killed at @point; a restart goes on. */
static void
crash_and_restart (Fixture *f, const char *id, const char *point)
{
  g_autofree char *base = g_strdup (f->base);
  g_autofree char *crash_at = g_strconcat (point, ":1", NULL);
  g_autofree char *hidden = g_build_filename (f->backups, ".namida-sync-parts", NULL);
  g_autoptr (GError) error = NULL;
  int status;

  fixture_close (f);
  status = run_child ("--remove", base, id, crash_at);
  g_assert_true (WIFSIGNALED (status) && WTERMSIG (status) == SIGKILL);
  fixture_open (f, base);
  g_assert_true (namida_store_clean (f->store, &error));
  g_assert_no_error (error);
  g_assert_false (g_file_test (hidden, G_FILE_TEST_EXISTS));
}

static void
step_remove (Fixture *f, GPtrArray *all, guint index, const char *point)
{
  const Expected *expected = g_ptr_array_index (all, index);
  const char *ids[] = { expected->id, NULL };
  g_autoptr (NamidaRemoval) plan = NULL;
  g_autoptr (NamidaRemoval) removal = NULL;
  g_autoptr (GError) error = NULL;
  guint64 before = measure (f, NULL);

  plan = namida_removal_run (f->database, ids, TRUE, &error);
  if (expected->pinned)
    {
      g_assert_null (plan);
      g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_DECLINED);
      g_assert_null (namida_removal_run (f->database, ids, FALSE, NULL));
      return;
    }
  g_assert_no_error (error);
  if (point != NULL)
    crash_and_restart (f, expected->id, point);
  else
    removal = namida_removal_run (f->database, ids, FALSE, &error);
  g_assert_no_error (error);
  /* What it said it would free is what the disk has more of. */
  g_assert_cmpuint (before - measure (f, NULL), ==, plan->bytes);
  g_ptr_array_remove_index (all, index);
}

static const char *
pick_point (void)
{
  static const char *const points[]
      = { "removal-claimed", "removal-renamed", "removal-emptied", "removal-forgotten", NULL, NULL, NULL, NULL };

  return points[g_test_rand_int_range (0, G_N_ELEMENTS (points))];
}

static void
test_property (void)
{
  g_autofree char *base = g_dir_make_tmp ("namida-remove-XXXXXX", NULL);
  g_autoptr (GPtrArray) all = g_ptr_array_new_with_free_func (expected_free);
  Fixture f = { 0 };

  fixture_open (&f, base);
  for (guint i = 0; i < N_STEPS; i++)
    {
      guint index = all->len > 0 ? (guint) g_test_rand_int_range (0, (gint32) all->len) : 0;
      int choice = g_test_rand_int_range (0, 8);

      if (choice < 4 || all->len < 2)
        step_receive (&f, all);
      else if (choice == 4)
        step_pin (&f, g_ptr_array_index (all, index));
      else
        step_remove (&f, all, index, pick_point ());
      check_all (&f, all);
    }
  for (guint i = all->len; i > 0; i--)
    {
      Expected *expected = g_ptr_array_index (all, i - 1);

      if (expected->pinned)
        step_pin (&f, expected);
      step_remove (&f, all, i - 1, NULL);
      check_all (&f, all);
    }
  g_assert_cmpuint (measure (&f, NULL), ==, 0);
  fixture_close (&f);
  fixtures_remove (base);
}

/* Each step of the removal, of both ways of landing. */
static void
test_point (gconstpointer data)
{
  const char *point = data;
  gboolean in_library = g_str_equal (point, "removal-unlinked");
  g_autofree char *base = g_dir_make_tmp ("namida-remove-XXXXXX", NULL);
  g_autofree char *song = make_content ("song", 0);
  g_autofree char *text = NULL;
  g_autoptr (Shipment) shipment = shipment_new ();
  g_autoptr (NamidaSink) sink = NULL;
  Fixture f = { 0 };

  fixture_open (&f, base);
  shipment_add (shipment, "", "Namida Backup - 1.zip", "zip", FALSE);
  shipment_add (shipment, "Music", "0.flac", song, FALSE);
  sink = namida_store_sink_new_for (f.store, "AB", "Ay", "key",
                                    in_library ? NAMIDA_LANDING_LIBRARY : NAMIDA_LANDING_BACKUP, NULL);
  g_assert_true (shipment_send (shipment, sink, NULL, NULL, NULL, NULL));
  g_clear_object (&sink);
  crash_and_restart (&f, "1", point);
  g_assert_cmpint (fixture_query_int (&f, "SELECT count(*) FROM versions"), ==, 0);
  g_assert_cmpint (fixture_query_int (&f, "SELECT count(*) FROM version_files"), ==, 0);
  g_assert_cmpuint (measure (&f, NULL), ==, 0);
  text = fixture_read (f.music, "Music", "0.flac", NULL);
  g_assert_cmpstr (text, ==, in_library ? song : NULL);
  fixture_close (&f);
  fixtures_remove (base);
}

/* As if the database had been lost. */
static void
trash_forget (const char *base)
{
  Fixture f = { 0 };

  fixture_open (&f, base);
  g_assert_true (namida_database_exec (f.database, NULL, "DELETE FROM versions", ""));
  fixture_close (&f);
}

/* Each step of the way into the trash and out of it: the version is whole in one of the two places, and comes back. */
static void
test_trash (gconstpointer data)
{
  const char *point = data;
  gboolean back = g_str_equal (point, "trash-taken-back"), lost = g_str_equal (point, "trash-found");
  g_autofree char *base = g_dir_make_tmp ("namida-trash-XXXXXX", NULL);
  g_autofree char *crash_at = g_strconcat (point, ":1", NULL);
  g_autofree char *path = NULL;
  g_autoptr (Shipment) shipment = shipment_new ();
  g_autoptr (NamidaSink) sink = NULL;
  g_autoptr (GError) error = NULL;
  Fixture f = { 0 };
  int status;

  fixture_open (&f, base);
  shipment_add (shipment, "Music", "A/0.flac", "song", FALSE);
  sink = namida_store_sink_new_for (f.store, "AB", "Ay", "key", NAMIDA_LANDING_BACKUP, NULL);
  g_assert_true (shipment_send (shipment, sink, NULL, NULL, NULL, NULL));
  path = namida_sink_dup_folder (sink);
  g_clear_object (&sink);
  fixture_close (&f);
  if (back || lost)
    g_assert_cmpint (run_child ("--trash", base, "1", "none:1"), ==, 0);
  if (lost)
    trash_forget (base);
  status = run_child (back ? "--take-back" : lost ? "--find" : "--trash", base, "1", crash_at);
  g_assert_true (WIFSIGNALED (status) && WTERMSIG (status) == SIGKILL);

  fixture_open (&f, base);
  if (lost)
    g_assert_true (namida_version_adopt (f.database, f.backups, NULL, NULL, &error));
  /* Some minutes later: nobody else is about to move it. */
  g_assert_true (namida_database_exec (
      f.database, NULL, "UPDATE versions SET trashed_at = trashed_at - 600000000 WHERE removing = 2", ""));
  g_assert_true (namida_store_clean (f.store, &error));
  g_assert_no_error (error);
  g_assert_cmpint (fixture_query_int (&f, "SELECT count(*) FROM versions"), ==, 1);
  if (fixture_query_int (&f, "SELECT removing FROM versions") != 0)
    g_assert_true (namida_version_trash_take_back (f.database, "1", &error));
  g_assert_no_error (error);
  g_assert_cmpint (fixture_query_int (&f, "SELECT removing FROM versions"), ==, 0);
  fixture_check_sums (path);
  fixture_close (&f);
  fixtures_remove (base);
}

static int
trash_here (const char *what, const char *base, const char *id)
{
  g_autoptr (NamidaVersionRecord) record = NULL;
  gboolean fine;
  Fixture f = { 0 };

  fixture_open (&f, base);
  if (g_str_equal (what, "--take-back"))
    fine = namida_version_trash_take_back (f.database, id, NULL);
  else if (g_str_equal (what, "--find"))
    fine = namida_trash_find (f.database, f.backups, FALSE) > 0;
  else
    {
      record = namida_version_record_find (f.database, id, NULL);
      fine = record != NULL && namida_version_trash_put (f.database, record, NULL);
    }
  fixture_close (&f);
  return fine ? 0 : 1;
}

static int
remove_here (const char *base, const char *id)
{
  const char *ids[] = { id, NULL };
  g_autoptr (NamidaRemoval) removal = NULL;
  Fixture f = { 0 };

  fixture_open (&f, base);
  removal = namida_removal_run (f.database, ids, FALSE, NULL);
  fixture_close (&f);
  return removal != NULL ? 0 : 1;
}

int
main (int argc, char **argv)
{
  /* Root may write to what is read-only, and would not see what an ordinary person meets. */
  if (!fixtures_leave_root ())
    return 0;
  g_test_init (&argc, &argv, NULL);
  if (argc == 4 && g_str_equal (argv[1], "--remove"))
    return remove_here (argv[2], argv[3]);
  if (argc == 4)
    return trash_here (argv[1], argv[2], argv[3]);
  /* Not argv[0]: the build folder may be closed to an ordinary user. */
  self_path = "/proc/self/exe";
  for (guint i = 0; namida_removal_crash_points[i] != NULL; i++)
    {
      g_autofree char *path = g_strconcat ("/remove/", namida_removal_crash_points[i], NULL);

      g_test_add_data_func (path, namida_removal_crash_points[i], test_point);
    }
  for (guint i = 0; namida_trash_crash_points[i] != NULL; i++)
    {
      g_autofree char *path = g_strconcat ("/remove/", namida_trash_crash_points[i], NULL);

      g_test_add_data_func (path, namida_trash_crash_points[i], test_trash);
    }
  g_test_add_func ("/remove/property", test_property);
  return g_test_run ();
}
