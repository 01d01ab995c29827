/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests the list of wanted files: each damaged or missing file is requested from the device that sent it, and a file
 * that arrives repairs every version that lost it. A file that is reported as repaired was damaged or missing before.
 */
#include "store-fixture.h"

#include "namida-content.h"
#include "namida-given-content.h"
#include "namida-heal.h"
#include "namida-limits.h"
#include "namida-verify.h"
#include "namida-wanted-message.h"
#include "namida-wanted.h"

#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define SONG "Music/Music/1.flac"

typedef struct
{
  guint wanted, healed, versions;
  char *folder;
} Sent;

static void
sent_clear (Sent *sent)
{
  g_free (sent->folder);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Sent, sent_clear)

static Sent
send (Fixture *f, const char *fingerprint, const char *song)
{
  g_autoptr (Shipment) shipment = shipment_new ();
  g_autoptr (NamidaSink) sink
      = namida_store_sink_new_for (f->store, fingerprint, "Phone", "key", NAMIDA_LANDING_BACKUP, NULL);
  g_autoptr (GError) error = NULL;
  Sent sent = { 0 };

  shipment_add (shipment, "Music", "1.flac", song, TRUE);
  shipment_add (shipment, "Music", "2.flac", "two", TRUE);
  g_assert_true (shipment_send (shipment, sink, NULL, NULL, &sent.wanted, &error));
  g_assert_no_error (error);
  sent.folder = namida_sink_dup_folder (sink);
  sent.healed = namida_sink_get_healed (sink, &sent.versions);
  return sent;
}

static void
verify (Fixture *f, guint damaged)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (NamidaVerifyReport) report = namida_verify_run (f->database, NULL, FALSE, NULL, NULL, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (report->damaged, ==, damaged);
}

static void
remove_song (const Sent *sent)
{
  g_autofree char *path = g_build_filename (sent->folder, SONG, NULL);
  g_autofree char *folder = g_path_get_dirname (path);

  /* A version is read-only, for all but root. */
  g_assert_cmpint (g_chmod (folder, 0700), ==, 0);
  g_assert_cmpint (g_unlink (path), ==, 0);
}

static ino_t
inode_of (const Sent *sent)
{
  g_autofree char *path = g_build_filename (sent->folder, SONG, NULL);
  struct stat st;

  g_assert_cmpint (g_stat (path, &st), ==, 0);
  return st.st_ino;
}

static guint
count (Fixture *f, const char *fingerprint)
{
  g_autoptr (GPtrArray) list = namida_wanted_list (f->database, fingerprint, NULL);
  g_autoptr (GHashTable) counts = namida_wanted_count (f->database, NULL);

  g_assert_cmpuint (GPOINTER_TO_UINT (g_hash_table_lookup (counts, fingerprint)), ==, list->len);
  return list->len;
}

/* Deleted by hand from all three: each of them gets it back, and it lies there once. */
static void
test_missing_from_all (Fixture *f, gconstpointer data)
{
  g_auto (Sent) one = send (f, "AB12", "one");
  g_auto (Sent) two = send (f, "AB12", "one");
  g_auto (Sent) three = send (f, "AB12", "one");
  g_auto (Sent) four = { 0 };

  remove_song (&one);
  remove_song (&two);
  remove_song (&three);
  verify (f, 3);
  g_assert_cmpuint (count (f, "AB12"), ==, 1);
  four = send (f, "AB12", "one");
  g_assert_cmpuint (four.wanted, ==, 1);
  g_assert_cmpuint (four.healed, ==, 1);
  g_assert_cmpuint (four.versions, ==, 3);
  /* The history says the same after a restart. */
  g_assert_cmpint (fixture_query_int (f, "SELECT healed_files * 10 + healed_versions FROM sessions"
                                         " ORDER BY started_at DESC, rowid DESC LIMIT 1"),
                   ==, 13);
  g_assert_cmpuint (inode_of (&one), ==, inode_of (&two));
  g_assert_cmpuint (inode_of (&one), ==, inode_of (&three));
  verify (f, 0);
  g_assert_cmpuint (count (f, "AB12"), ==, 0);
}

/* Two of three have it still: they are not said to be damaged, nothing is asked for, and the third gets it from them.
 */
static void
test_missing_from_one (Fixture *f, gconstpointer data)
{
  g_auto (Sent) one = send (f, "AB12", "one");
  g_auto (Sent) two = send (f, "AB12", "one");
  g_auto (Sent) three = send (f, "AB12", "one");
  g_autoptr (NamidaVerifyReport) report = NULL;

  remove_song (&one);
  verify (f, 1);
  g_assert_cmpint (fixture_query_int (f, "SELECT count (*) FROM contents WHERE damaged = 1"), ==, 0);
  g_assert_cmpint (fixture_query_int (f, "SELECT count (*) FROM versions WHERE damaged > 0"), ==, 1);
  g_assert_cmpuint (count (f, "AB12"), ==, 0);
  report = namida_verify_run (f->database, NULL, TRUE, NULL, NULL, NULL, NULL);
  g_assert_cmpuint (report->repaired, ==, 1);
  g_assert_true (namida_verify_report_is_clean (report));
  g_assert_cmpuint (inode_of (&one), ==, inode_of (&three));
  g_assert_cmpuint (inode_of (&two), ==, inode_of (&three));
  verify (f, 0);
}

/* Only of whoever sent it, and not of whom the person here wants to hear nothing. */
static void
test_whose (Fixture *f, gconstpointer data)
{
  g_auto (Sent) one = send (f, "AB12", "one");
  g_auto (Sent) other G_GNUC_UNUSED = send (f, "CD34", "other");
  g_autofree char *sha256 = fixture_sha256 ("one");

  remove_song (&one);
  verify (f, 1);
  g_assert_cmpuint (count (f, "AB12"), ==, 1);
  g_assert_cmpuint (count (f, "CD34"), ==, 0);
  g_assert_true (namida_wanted_has (f->database, "AB12", sha256));
  g_assert_false (namida_wanted_has (f->database, "CD34", sha256));
  g_assert_false (namida_wanted_has (f->database, NULL, sha256));
  g_assert_true (namida_database_exec (
      f->database, NULL, "INSERT INTO blocked (fingerprint, alias, blocked_at) VALUES ('AB12', '', 1)", ""));
  g_assert_cmpuint (count (f, "AB12"), ==, 0);
}

/* What a device brings is read before it is used, and its number of versions counts each once. */
static void
test_from_file (Fixture *f, gconstpointer data)
{
  g_auto (Sent) one = send (f, "AB12", "one");
  g_auto (Sent) two = send (f, "AB12", "one");
  g_autofree char *sha256 = fixture_sha256 ("one");
  g_autofree char *copy = g_build_filename (f->base, "brought", NULL);
  g_autoptr (GHashTable) versions = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  gboolean healed = TRUE;

  remove_song (&one);
  remove_song (&two);
  verify (f, 2);
  g_assert_true (g_file_set_contents (copy, "onE", 3, NULL));
  namida_heal_from_file (f->database, sha256, copy, versions, &healed, NULL, NULL);
  g_assert_false (healed);
  g_assert_cmpuint (count (f, "AB12"), ==, 1);
  g_assert_true (g_file_set_contents (copy, "one", 3, NULL));
  g_assert_true (namida_heal_from_file (f->database, sha256, copy, versions, &healed, NULL, NULL));
  g_assert_true (healed);
  g_assert_cmpuint (g_hash_table_size (versions), ==, 2);
  verify (f, 0);
  g_assert_true (namida_heal_from_file (f->database, sha256, copy, versions, &healed, NULL, NULL));
  g_assert_false (healed);
}

/* One answer names no more than the limit. */
static void
test_limit (Fixture *f, gconstpointer data)
{
  g_autoptr (Shipment) shipment = shipment_new ();
  g_autoptr (NamidaSink) sink
      = namida_store_sink_new_for (f->store, "AB12", "Phone", "key", NAMIDA_LANDING_BACKUP, NULL);
  g_autoptr (GPtrArray) list = NULL;
  g_autoptr (GHashTable) counts = NULL;

  for (guint i = 0; i < NAMIDA_LIMIT_WANTED_FILES + 5; i++)
    {
      g_autofree char *name = g_strdup_printf ("%u.flac", i);

      shipment_add (shipment, "Music", name, name, TRUE);
    }
  g_assert_true (shipment_send (shipment, sink, NULL, NULL, NULL, NULL));
  g_assert_true (namida_database_exec (f->database, NULL, "UPDATE contents SET damaged = 1", ""));
  list = namida_wanted_list (f->database, "AB12", NULL);
  g_assert_cmpuint (list->len, ==, NAMIDA_LIMIT_WANTED_FILES);
  counts = namida_wanted_count (f->database, NULL);
  g_assert_cmpuint (GPOINTER_TO_UINT (g_hash_table_lookup (counts, "AB12")), ==, NAMIDA_LIMIT_WANTED_FILES + 5);
}

/* What was sent to one device is looked for by nobody else. */
static void
test_given (Fixture *f, gconstpointer data)
{
  g_autofree char *sha256 = fixture_sha256 ("one");
  g_autoptr (GPtrArray) hashes = g_ptr_array_new ();
  g_autoptr (GPtrArray) places = NULL;
  g_autoptr (GPtrArray) others = NULL;
  g_auto (Sent) one G_GNUC_UNUSED = send (f, "AB12", "one");

  g_ptr_array_add (hashes, sha256);
  g_assert_false (namida_given_content_any (f->database, "EF56"));
  g_assert_true (namida_given_content_add (f->database, "EF56", hashes, NULL));
  g_assert_true (namida_given_content_add (f->database, "EF56", hashes, NULL));
  g_assert_true (namida_given_content_any (f->database, "EF56"));
  places = namida_given_content_find (f->database, "EF56", sha256);
  g_assert_cmpuint (places->len, ==, 1);
  g_assert_true (g_str_has_suffix (g_ptr_array_index (places, 0), SONG));
  others = namida_given_content_find (f->database, "AB12", sha256);
  g_assert_cmpuint (others->len, ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/wanted/missing-from-all", Fixture, NULL, fixture_set_up, test_missing_from_all, fixture_tear_down);
  g_test_add ("/wanted/missing-from-one", Fixture, NULL, fixture_set_up, test_missing_from_one, fixture_tear_down);
  g_test_add ("/wanted/whose", Fixture, NULL, fixture_set_up, test_whose, fixture_tear_down);
  g_test_add ("/wanted/from-file", Fixture, NULL, fixture_set_up, test_from_file, fixture_tear_down);
  g_test_add ("/wanted/limit", Fixture, NULL, fixture_set_up, test_limit, fixture_tear_down);
  g_test_add ("/wanted/given", Fixture, NULL, fixture_set_up, test_given, fixture_tear_down);
  return g_test_run ();
}
