/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests stores on drives with limitations, stores that several programs use, the space that stays free, and names that
 * conflict with the hidden folders of the store. */
#include "config.h"

#include "store-fixture.h"

#include "namida-error.h"
#include "namida-file-ops.h"
#include "namida-journal.h"
#include "namida-limits.h"
#include "namida-store-probe.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdarg.h>
#include <string.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

static NamidaSink *
new_sink (Fixture *f, NamidaLanding landing)
{
  return namida_store_sink_new_for (f->store, "AB12", "Phone", "key", landing, NULL);
}

static guint
send (Fixture *f, Shipment *shipment, NamidaLanding landing, NamidaFileResult *results, char **folder)
{
  g_autoptr (NamidaSink) sink = new_sink (f, landing);
  g_autoptr (GError) error = NULL;
  guint wanted = 0;

  g_assert_true (shipment_send (shipment, sink, NULL, results, &wanted, &error));
  g_assert_no_error (error);
  if (folder != NULL)
    *folder = namida_sink_dup_folder (sink);
  return wanted;
}

static void
put (const char *folder, const char *name, const char *content)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autofree char *parent = g_path_get_dirname (path);

  g_assert_cmpint (g_mkdir_with_parents (parent, 0755), ==, 0);
  g_assert_true (g_file_set_contents (path, content, -1, NULL));
}

static void
assert_content (const char *content, const char *folder, const char *name)
{
  g_autofree char *text = fixture_read (folder, name, NULL);

  g_assert_cmpstr (text, ==, content);
}

static void
assert_no_staging (Fixture *f)
{
  g_autofree char *staging = g_build_filename (f->data, "staging", NULL);
  g_autofree char *hidden = g_build_filename (f->backups, ".namida-sync-parts", NULL);
  g_autoptr (GDir) dir = g_dir_open (staging, 0, NULL);

  g_assert_true (dir == NULL || g_dir_read_name (dir) == NULL);
  g_assert_false (g_file_test (hidden, G_FILE_TEST_EXISTS));
}

/* The name of the music folder is a label like any other that has a folder: this very one. */
static void
test_own_name (Fixture *f, gconstpointer data)
{
  g_autoptr (Shipment) shipment = shipment_new ();
  g_autofree char *label = g_path_get_basename (f->music);
  NamidaFileResult results[2];

  shipment_add (shipment, label, "a/1.flac", "one", FALSE);
  shipment_add (shipment, "Rips", "2.flac", "two", FALSE);
  send (f, shipment, NAMIDA_LANDING_LIBRARY, results, NULL);
  assert_content ("one", f->music, "a/1.flac");
  assert_content ("two", f->music, "Rips/2.flac");
}

/* A label that would put files among the unfinished ones of this program. */
static void
test_internal_label (Fixture *f, gconstpointer data)
{
  g_autoptr (Shipment) shipment = shipment_new ();
  g_autoptr (NamidaSink) sink = new_sink (f, NAMIDA_LANDING_LIBRARY);
  g_autoptr (GError) error = NULL;

  shipment_add (shipment, ".namida-sync-parts", "a/1.flac", "one", FALSE);
  g_assert_false (shipment_send (shipment, sink, NULL, NULL, NULL, &error));
  g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_UNSAFE_PATH);
}

/* A file system without renameat2(2)'s flag, and one without hard links either: the same comes of it, and what is there
 * is never replaced. */
static void
test_ways (Fixture *f, gconstpointer data)
{
  for (guint way = NAMIDA_RENAME_LINK; way <= NAMIDA_RENAME_CLAIM; way++)
    {
      g_autoptr (Shipment) shipment = shipment_new ();
      g_autofree char *label = g_strdup_printf ("Way %u", way);
      g_autofree char *precious = g_build_filename (f->music, label, "1.flac", NULL);
      g_autofree char *folder = g_path_get_dirname (precious);
      NamidaFileResult results[2];

      g_assert_cmpint (g_mkdir_with_parents (folder, 0755), ==, 0);
      g_assert_true (g_file_set_contents (precious, "mine", -1, NULL));
      namida_file_set_first_way (way);
      shipment_add (shipment, label, "1.flac", "one", FALSE);
      shipment_add (shipment, label, "2.flac", "two", FALSE);
      send (f, shipment, NAMIDA_LANDING_LIBRARY, results, NULL);
      g_assert_cmpint (results[0], ==, NAMIDA_FILE_STORED);
      send (f, shipment, NAMIDA_LANDING_BACKUP, results, NULL);
      g_assert_cmpint (results[1], ==, NAMIDA_FILE_STORED);
      namida_file_set_first_way (NAMIDA_RENAME_NOREPLACE);
      assert_content ("mine", folder, "1.flac");
      assert_content ("one", folder, "1 (2).flac");
      assert_content ("two", folder, "2.flac");
      assert_no_staging (f);
    }
  g_assert_cmpint (fixture_query_int (f, "SELECT count (*) FROM versions WHERE landing = 'backup'"), ==, 2);
}

/* Only its own device, or the person here, gives up an interrupted session. */
static void
test_drop_parked (Fixture *f, gconstpointer data)
{
  g_autoptr (Shipment) shipment = shipment_new ();
  g_autoptr (NamidaSink) sink = new_sink (f, NAMIDA_LANDING_BACKUP);
  g_autoptr (NamidaJournalSession) parked = NULL;
  const char *id = namida_sink_get_session_id (sink);
  NamidaWant wants[1] = { { 0 } };

  shipment_add (shipment, "Music", "1.flac", "one", FALSE);
  g_assert_true (namida_sink_prepare (sink, shipment->backup, NULL, wants, NULL, NULL));
  namida_sink_park (sink);
  g_assert_true (namida_journal_drop_parked (f->database, "CD34", id, NULL));
  parked = namida_journal_find_resumable (f->database, "AB12", "key", NULL);
  g_assert_nonnull (parked);
  g_assert_true (namida_journal_drop_parked (f->database, "AB12", id, NULL));
  g_assert_null (namida_journal_find_resumable (f->database, "AB12", "key", NULL));
}

static int
count_drop (unsigned int kind, void *count, void *statement, void *sql)
{
  if (g_str_has_prefix (sql, "UPDATE sessions SET state = 'cancelled'"))
    (*(guint *) count)++;
  return 0;
}

/* Changes are written in order: when this one is, all are that were made before. */
static void
wait_for_changes (Fixture *f, const char *id, gboolean paused)
{
  namida_store_set_paused (f->store, id, paused);
  for (guint i = 0; i < 1000 && fixture_query_int (f, "SELECT coalesce (max (paused), 0) FROM sessions") != paused; i++)
    g_usleep (10 * 1000);
  g_assert_cmpint (fixture_query_int (f, "SELECT coalesce (max (paused), 0) FROM sessions"), ==, paused);
}

/* A stranger may drop sessions that do not exist as often as it likes: few of them are looked for, no folder is read
 * for them, and what its owner drops is not lost because of that. */
static void
test_drop_flood (Fixture *f, gconstpointer data)
{
  g_autoptr (Shipment) shipment = shipment_new ();
  g_autoptr (NamidaSink) sink = new_sink (f, NAMIDA_LANDING_BACKUP);
  g_autofree char *forgotten = g_build_filename (f->data, "staging", "0123456789abcdef0123456789abcdef", NULL);
  const char *id = namida_sink_get_session_id (sink);
  NamidaWant wants[1] = { { 0 } };
  guint n_written = 0;
  sqlite3 *handle;

  shipment_add (shipment, "Music", "1.flac", "one", FALSE);
  g_assert_true (namida_sink_prepare (sink, shipment->backup, NULL, wants, NULL, NULL));
  namida_sink_park (sink);
  g_assert_cmpint (g_mkdir_with_parents (forgotten, 0700), ==, 0);

  handle = namida_database_lock (f->database);
  sqlite3_trace_v2 (handle, SQLITE_TRACE_STMT, count_drop, &n_written);
  for (guint i = 0; i < 1000; i++)
    namida_store_drop_parked (f->store, "CD34", id);
  for (guint i = 0; i < 1000; i++)
    {
      g_autofree char *other = g_strdup_printf ("x%u", i);

      namida_store_drop_parked (f->store, "CD34", other);
    }
  namida_database_unlock (f->database);
  wait_for_changes (f, id, TRUE);
  g_assert_cmpuint (n_written, >, 0);
  g_assert_cmpuint (n_written, <=, NAMIDA_LIMIT_WAITING_DROPS + 1); /* and one that is being written */
  g_assert_true (g_file_test (forgotten, G_FILE_TEST_IS_DIR));

  namida_database_lock (f->database);
  n_written = 0;
  for (guint i = 0; i < 1000; i++)
    namida_store_drop_parked (f->store, "CD34", "y");
  namida_store_drop_parked (f->store, "AB12", id);
  namida_database_unlock (f->database);
  for (guint i = 0; i < 1000 && g_file_test (forgotten, G_FILE_TEST_EXISTS); i++)
    g_usleep (10 * 1000);
  g_assert_false (g_file_test (forgotten, G_FILE_TEST_EXISTS));
  g_assert_null (namida_journal_find_resumable (f->database, "AB12", "key", NULL));
  handle = namida_database_lock (f->database);
  sqlite3_trace_v2 (handle, 0, NULL, NULL);
  namida_database_unlock (f->database);
  g_assert_cmpuint (n_written, <=, 3);
}

static guint64 drive_bytes, drive_free; /* of each file system, if @drive_bytes is not 0 */

int
fstatvfs (int fd, struct statvfs *vfs)
{
  int (*real) (int, struct statvfs *) = (int (*) (int, struct statvfs *)) dlsym (RTLD_NEXT, "fstatvfs64");
  int result = real (fd, vfs);

  if (result != 0 || drive_bytes == 0)
    return result;
  vfs->f_blocks = drive_bytes / vfs->f_frsize;
  vfs->f_bfree = vfs->f_bavail = drive_free / vfs->f_frsize;
  return 0;
}

/* Without a choice of a person 64 MiB stay free, but not on a small drive. */
static void
test_usual_reserve (Fixture *f, gconstpointer data)
{
  static const struct
  {
    guint64 mib, free_mib;
    gboolean fits;
  } cases[] = { { 4096, 65, TRUE }, { 4096, 63, FALSE }, { 512, 63, TRUE }, { 512, 0, FALSE } };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (Shipment) shipment = shipment_new ();
      g_autoptr (NamidaSink) sink = new_sink (f, NAMIDA_LANDING_BACKUP);
      g_autoptr (GError) error = NULL;
      NamidaWant wants[1] = { { 0 } };
      gboolean fits;

      shipment_add (shipment, "Music", "1.flac", "one", FALSE);
      drive_bytes = cases[i].mib << 20;
      drive_free = cases[i].free_mib << 20;
      fits = namida_sink_prepare (sink, shipment->backup, NULL, wants, NULL, &error);
      drive_bytes = 0;
      g_assert_cmpint (fits, ==, cases[i].fits);
      if (fits)
        namida_sink_discard (sink);
      else
        g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_NO_SPACE);
    }
}

/* The bytes that a person wants to stay free are nobody's. */
static void
test_reserve (Fixture *f, gconstpointer data)
{
  g_autoptr (Shipment) shipment = shipment_new ();
  g_autoptr (NamidaSink) sink = NULL;
  g_autoptr (NamidaSink) fits = NULL;
  g_autoptr (GError) error = NULL;
  guint64 room = namida_store_free_bytes (f->store, NAMIDA_LANDING_BACKUP);
  NamidaWant wants[1] = { { 0 } };

  shipment_add (shipment, "Music", "1.flac", "one", FALSE);
  namida_store_set_reserve (f->store, room + G_GUINT64_CONSTANT (1024) * 1024 * 1024 * 1024);
  sink = new_sink (f, NAMIDA_LANDING_BACKUP);
  g_assert_false (namida_sink_prepare (sink, shipment->backup, NULL, wants, NULL, &error));
  g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_NO_SPACE);
  namida_store_set_reserve (f->store, 1);
  fits = new_sink (f, NAMIDA_LANDING_BACKUP);
  g_assert_true (namida_sink_prepare (fits, shipment->backup, NULL, wants, NULL, NULL));
}

/* Of another program that uses the same store: only that one removes them. */
static void
test_two_owners (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  put (f->backups, ".namida-sync-parts/fedcba9876543210/00112233445566778899aabbccddeeff/a.part", "theirs");
  put (f->backups, ".namida-sync-parts/0000000000000000/00112233445566778899aabbccddeeff/a.part", "ours");
  put (f->backups, ".namida-sync-parts/00112233445566778899aabbccddee00/a.part", "of whoever");
  g_assert_true (namida_store_clean (f->store, &error));
  g_assert_no_error (error);
  assert_content ("theirs", f->backups, ".namida-sync-parts/fedcba9876543210/00112233445566778899aabbccddeeff/a.part");
  assert_content (NULL, f->backups, ".namida-sync-parts/0000000000000000/00112233445566778899aabbccddeeff/a.part");
  assert_content ("of whoever", f->backups, ".namida-sync-parts/00112233445566778899aabbccddee00/a.part");
}

/* As FAT does, and more network file systems than one would think. */
static const char *refused;

int
openat (int folder, const char *name, int flags, ...)
{
  mode_t mode = 0;
  va_list arguments;

  va_start (arguments, flags);
  if ((flags & O_CREAT) != 0)
    mode = va_arg (arguments, mode_t);
  va_end (arguments);
  if (refused != NULL && (flags & O_CREAT) != 0 && strpbrk (name, refused) != NULL)
    {
      errno = EINVAL;
      return -1;
    }
  return (int) syscall (SYS_openat, folder, name, flags, mode);
}

static void
test_refused (Fixture *f, gconstpointer data)
{
  g_autoptr (NamidaStoreProbe) probe = NULL;
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) costs = NULL;

  g_assert_cmpint (g_mkdir_with_parents (f->backups, 0755), ==, 0);
  refused = ":?\xe9";
  probe = namida_store_probe (f->backups, "0123456789abcdef", &error);
  refused = NULL;
  g_assert_no_error (error);
  g_assert_cmpstr (probe->refused, ==, ":?");
  g_assert_true (probe->refuses_bytes && !probe->refuses_text);
  costs = namida_store_probe_dup_sentences (probe, TRUE);
  g_assert_cmpuint (g_strv_length (costs), ==, 1);
  g_assert_nonnull (strstr (costs[0], ":?"));
}

/* What is tried leaves nothing behind; what a drive cannot do is a sentence each. */
static void
test_probe (Fixture *f, gconstpointer data)
{
  g_autoptr (NamidaStoreProbe) probe = NULL;
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) costs = NULL;
  g_autofree char *hidden = g_build_filename (f->backups, ".namida-sync-parts", NULL);
  NamidaStoreProbe fat = { .renames = TRUE,
                           .ignores_case = TRUE,
                           .granularity_ns = G_GINT64_CONSTANT (2000000000),
                           .longest_name = 255,
                           .largest_file = 0xffffffffu,
                           .free_inodes = 0,
                           .refused = (char *) ":?",
                           .refuses_bytes = TRUE };

  g_assert_cmpint (g_mkdir_with_parents (f->backups, 0755), ==, 0);
  probe = namida_store_probe (f->backups, "0123456789abcdef", &error);
  g_assert_no_error (error);
  g_assert_true (probe->renames && probe->links && !probe->ignores_case && !probe->refuses_bytes);
  g_assert_cmpint (probe->granularity_ns, <, 1000000);
  g_assert_cmpuint (probe->longest_name, ==, 255);
  g_assert_cmpstr (probe->refused, ==, "");
  g_assert_false (g_file_test (hidden, G_FILE_TEST_EXISTS));
  costs = namida_store_probe_dup_sentences (probe, TRUE);
  g_assert_cmpuint (g_strv_length (costs), ==, 0);
  g_strfreev (costs);
  costs = namida_store_probe_dup_sentences (&fat, TRUE);
  g_assert_cmpuint (g_strv_length (costs), ==, 6);
  g_strfreev (costs);
  costs = namida_store_probe_dup_sentences (&fat, FALSE);
  g_assert_cmpuint (g_strv_length (costs), ==, 5);
  g_assert_null (namida_store_probe (f->music, "0123456789abcdef", &error)); /* not there yet */
  g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_STORAGE);
}

#define ADD(name, function) g_test_add ("/drives/" name, Fixture, NULL, fixture_set_up, function, fixture_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("own-name", test_own_name);
  ADD ("internal-label", test_internal_label);
  ADD ("ways", test_ways);
  ADD ("drop-parked", test_drop_parked);
  ADD ("drop-flood", test_drop_flood);
  ADD ("reserve", test_reserve);
  ADD ("usual-reserve", test_usual_reserve);
  ADD ("two-owners", test_two_owners);
  ADD ("refused", test_refused);
  ADD ("probe", test_probe);
  return g_test_run ();
}
