/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "store-fixture.h"

#include "namida-error.h"
#include "namida-manifest.h"
#include "namida-removal.h"
#include "namida-staging.h"
#include "namida-version-gather.h"
#include "namida-version-record.h"
#include "namida-versions.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What is kept: listed, read again, repaired, removed. */

/* @zip: its content; @music: that of the one song. */
static void
receive (Fixture *f, const char *device, NamidaLanding landing, const char *zip, const char *music)
{
  g_autoptr (Shipment) shipment = shipment_new ();
  g_autoptr (GBytes) manifest = NULL;
  g_autoptr (NamidaSink) sink = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *key = g_strconcat (zip, music, NULL);

  shipment_add (shipment, "", "Namida Backup - 1.zip", zip, FALSE);
  shipment_add (shipment, "Music", "Björk/1.flac", music, FALSE);
  shipment_add (shipment, "Rips", "void", NULL, FALSE);
  manifest = namida_manifest_build (shipment->backup, "device", "linux", 1735783445678);
  sink = namida_store_sink_new_for (f->store, device, device, key, landing, NULL);
  g_assert_true (shipment_send (shipment, sink, manifest, NULL, NULL, &error));
  g_assert_no_error (error);
}

static void
keep (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

static GAsyncResult *
wait_for (GAsyncResult **result)
{
  while (*result == NULL)
    g_main_context_iteration (NULL, TRUE);
  return *result;
}

static NamidaVersions *
open_list (Fixture *f)
{
  NamidaVersions *versions = namida_versions_new ();

  namida_versions_set_store (versions, f->store);
  while (namida_versions_get_loading (versions))
    g_main_context_iteration (NULL, TRUE);
  return versions;
}

static void
reload (NamidaVersions *versions)
{
  g_autoptr (GAsyncResult) result = NULL;

  namida_versions_reload_async (versions, NULL, keep, &result);
  g_assert_true (namida_versions_reload_finish (versions, wait_for (&result), NULL));
}

static NamidaVersion *
nth (NamidaVersions *versions, guint i)
{
  g_autoptr (NamidaVersion) version = g_list_model_get_item (G_LIST_MODEL (versions), i);

  g_assert_nonnull (version);
  return version;
}

static guint
count (NamidaVersions *versions)
{
  return g_list_model_get_n_items (G_LIST_MODEL (versions));
}

static NamidaVerifyReport *
verify (NamidaVersions *versions, NamidaVersion *version, gboolean repair)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  NamidaVerifyReport *report;

  namida_versions_verify_async (versions, version, repair, NULL, NULL, NULL, keep, &result);
  report = namida_versions_verify_finish (versions, wait_for (&result), &error);
  g_assert_no_error (error);
  return report;
}

static NamidaRemoval *
remove_version (NamidaVersions *versions, NamidaVersion *version, gboolean dry_run, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  namida_versions_remove_async (versions, version, dry_run, NULL, keep, &result);
  return namida_versions_remove_finish (versions, wait_for (&result), error);
}

static void
pin (NamidaVersions *versions, NamidaVersion *version, gboolean pinned)
{
  g_autoptr (GAsyncResult) result = NULL;

  namida_versions_set_pinned_async (versions, version, pinned, NULL, keep, &result);
  g_assert_true (namida_versions_set_pinned_finish (versions, wait_for (&result), NULL));
}

static char *
song_of (NamidaVersion *version)
{
  return g_build_filename (namida_version_get_path (version), "Music", "Music", "Björk", "1.flac", NULL);
}

/* As a worn-out disk does it: nobody wrote, and the time is the old one. */
static void
flip_bit (const char *path)
{
  struct stat st;
  char byte;
  int fd;

  g_assert_cmpint (stat (path, &st), ==, 0);
  g_assert_cmpint (chmod (path, 0644), ==, 0);
  fd = open (path, O_RDWR | O_CLOEXEC);
  g_assert_cmpint (pread (fd, &byte, 1, 1), ==, 1);
  byte ^= 4;
  g_assert_cmpint (pwrite (fd, &byte, 1, 1), ==, 1);
  g_assert_cmpint (fchmod (fd, st.st_mode & 0777), ==, 0);
  g_assert_cmpint (futimens (fd, (struct timespec[2]){ { .tv_nsec = UTIME_OMIT }, st.st_mtim }), ==, 0);
  close (fd);
}

static void
test_list (Fixture *f, gconstpointer data)
{
  g_autoptr (NamidaVersions) versions = NULL;
  NamidaVersion *newest, *first;
  NamidaVersionMusic *music;
  g_autofree char *text = NULL;

  receive (f, "AA", NAMIDA_LANDING_BACKUP, "zip", "song");
  versions = open_list (f);
  g_assert_cmpuint (count (versions), ==, 1);
  first = nth (versions, 0);
  receive (f, "BB", NAMIDA_LANDING_LIBRARY, "zap", "sang");
  reload (versions);
  g_assert_cmpuint (count (versions), ==, 2);
  newest = nth (versions, 0);
  g_assert_true (nth (versions, 1) == first); /* the object stays */
  g_assert_cmpstr (namida_version_get_alias (newest), ==, "BB");
  g_assert_cmpint (namida_version_get_landing (newest), ==, NAMIDA_LANDING_LIBRARY);
  g_assert_cmpint (namida_version_get_landing (first), ==, NAMIDA_LANDING_BACKUP);
  g_assert_cmpuint (namida_version_get_files (first), ==, 2);
  g_assert_cmpuint (namida_version_get_bytes (first), ==, 7);
  g_assert_cmpuint (namida_version_get_music (first)->len, ==, 1);
  music = g_ptr_array_index (namida_version_get_music (first), 0);
  g_assert_cmpstr (music->label, ==, "Music");
  g_assert_cmpuint (music->files, ==, 1);
  g_assert_cmpuint (music->bytes, ==, 4);
  g_assert_true (g_file_test (namida_version_get_zip_path (first), G_FILE_TEST_IS_REGULAR));
  g_assert_true (g_file_test (namida_version_get_zip_path (newest), G_FILE_TEST_IS_REGULAR));
  g_assert_cmpint (namida_version_get_damaged (first), ==, -1);
  text = namida_version_dup_state_text (first);
  g_assert_cmpstr (text, ==, "Verified when it arrived");
}

/* The same backup again into a person's folders is the version it was; what the person deletes is told. */
static void
test_library (Fixture *f, gconstpointer data)
{
  g_autofree char *song = g_build_filename (f->music, "Music", "Björk", "1.flac", NULL);
  g_autoptr (NamidaVersions) versions = NULL;
  g_autoptr (NamidaVerifyReport) report = NULL;
  g_autoptr (NamidaRemoval) removal = NULL;
  g_autofree char *text = NULL;
  g_autofree char *zip = NULL;
  const NamidaDamage *damage;

  receive (f, "AA", NAMIDA_LANDING_LIBRARY, "zip", "song");
  receive (f, "AA", NAMIDA_LANDING_LIBRARY, "zip", "song");
  versions = open_list (f);
  g_assert_cmpuint (count (versions), ==, 1);
  g_assert_cmpuint (namida_version_get_files_left (nth (versions, 0)), ==, 2);
  g_assert_true (g_file_set_contents (song, "mine", -1, NULL));
  reload (versions);
  g_assert_cmpuint (namida_version_get_files_left (nth (versions, 0)), ==, 1);
  text = namida_version_dup_state_text (nth (versions, 0));
  g_assert_cmpstr (text, ==, "1 of 2 files are still as they arrived");

  report = verify (versions, nth (versions, 0), TRUE);
  g_assert_cmpuint (report->changed, ==, 1);
  g_assert_cmpuint (report->damaged, ==, 0);
  damage = g_ptr_array_index (report->damages, 0);
  g_assert_cmpint (damage->kind, ==, NAMIDA_DAMAGE_CHANGED);
  g_assert_cmpstr (damage->name, ==, "Music/Björk/1.flac");

  zip = g_strdup (namida_version_get_zip_path (nth (versions, 0)));
  g_assert_true (g_file_test (zip, G_FILE_TEST_EXISTS));
  removal = remove_version (versions, nth (versions, 0), FALSE, NULL);
  g_assert_nonnull (removal);
  g_assert_cmpuint (count (versions), ==, 0);
  g_assert_false (g_file_test (zip, G_FILE_TEST_EXISTS));
  g_assert_true (g_file_test (song, G_FILE_TEST_EXISTS)); /* a person's music is never removed */
}

static void
test_flipped_bit (Fixture *f, gconstpointer data)
{
  g_autoptr (NamidaVersions) versions = NULL;
  g_autoptr (NamidaVerifyReport) report = NULL;
  g_autofree char *song = NULL;
  const NamidaDamage *damage;

  receive (f, "AA", NAMIDA_LANDING_BACKUP, "zip", "song");
  versions = open_list (f);
  song = song_of (nth (versions, 0));
  report = verify (versions, NULL, TRUE);
  g_assert_cmpuint (report->damaged, ==, 0);
  g_assert_cmpuint (report->files, ==, 3); /* with the manifest */
  g_assert_cmpint (namida_version_get_damaged (nth (versions, 0)), ==, 0);
  g_assert_cmpint (namida_version_get_verified_at (nth (versions, 0)), >, 0);

  flip_bit (song);
  g_clear_pointer (&report, namida_verify_report_free);
  report = verify (versions, NULL, TRUE);
  g_assert_cmpuint (report->damaged, ==, 1);
  g_assert_cmpuint (report->repaired, ==, 0);
  damage = g_ptr_array_index (report->damages, 0);
  g_assert_cmpint (damage->kind, ==, NAMIDA_DAMAGE_CONTENT);
  g_assert_cmpstr (damage->name, ==, "Music/Björk/1.flac");
  g_assert_cmpstr (damage->version_id, ==, namida_version_get_id (nth (versions, 0)));
  g_assert_cmpstr (damage->path, ==, song);
  g_assert_null (damage->copy);
  g_assert_cmpint (namida_version_get_damaged (nth (versions, 0)), ==, 1);
}

/* A second copy in a person's folders: found, reported, and used. The hard link of another version shares the damage
 * and the repair. */
static void
test_repair (Fixture *f, gconstpointer data)
{
  g_autoptr (NamidaVersions) versions = NULL;
  g_autoptr (NamidaVerifyReport) told = NULL;
  g_autoptr (NamidaVerifyReport) report = NULL;
  g_autofree char *own = g_build_filename (f->music, "Music", "Björk", "1.flac", NULL);
  g_autofree char *song = NULL;
  g_autofree char *other = NULL;
  g_autofree char *text = NULL;
  const NamidaDamage *damage;
  struct stat before, after, linked;

  receive (f, "AA", NAMIDA_LANDING_BACKUP, "zip", "song");
  receive (f, "BB", NAMIDA_LANDING_BACKUP, "zap", "song");
  receive (f, "CC", NAMIDA_LANDING_LIBRARY, "zop", "song");
  versions = open_list (f);
  song = song_of (nth (versions, 2));
  other = song_of (nth (versions, 1));
  g_assert_cmpint (stat (song, &before), ==, 0);
  g_assert_cmpint (stat (other, &linked), ==, 0);
  g_assert_cmpuint (before.st_ino, ==, linked.st_ino);
  flip_bit (song);

  told = verify (versions, nth (versions, 2), FALSE);
  g_assert_cmpuint (told->damaged, ==, 1);
  damage = g_ptr_array_index (told->damages, 0);
  g_assert_cmpstr (damage->copy, ==, own);
  g_assert_false (damage->repaired);
  report = verify (versions, nth (versions, 2), TRUE);
  g_assert_cmpuint (report->repaired, ==, 1);
  text = fixture_read (song, NULL);
  g_assert_cmpstr (text, ==, "song");
  g_assert_cmpint (stat (song, &after), ==, 0);
  g_assert_cmpint (stat (other, &linked), ==, 0);
  g_assert_cmpuint (after.st_ino, ==, linked.st_ino);
  g_assert_cmpuint (after.st_ino, !=, before.st_ino);
  g_assert_cmpint (after.st_mtim.tv_sec, ==, before.st_mtim.tv_sec);
  g_assert_cmpuint (after.st_mode, ==, before.st_mode);
  g_clear_pointer (&report, namida_verify_report_free);
  report = verify (versions, NULL, TRUE);
  g_assert_cmpuint (report->damaged, ==, 0);
}

static void
test_missing (Fixture *f, gconstpointer data)
{
  g_autoptr (NamidaVersions) versions = NULL;
  g_autoptr (NamidaVerifyReport) report = NULL;
  g_autofree char *song = NULL;
  g_autofree char *text = NULL;

  receive (f, "AA", NAMIDA_LANDING_BACKUP, "zip", "song");
  receive (f, "BB", NAMIDA_LANDING_BACKUP, "zap", "song");
  versions = open_list (f);
  song = song_of (nth (versions, 0));
  g_assert_cmpint (g_unlink (song), ==, 0);
  report = verify (versions, NULL, TRUE);
  g_assert_cmpuint (report->damaged, ==, 1);
  g_assert_cmpuint (report->repaired, ==, 1);
  text = fixture_read (song, NULL);
  g_assert_cmpstr (text, ==, "song");
}

static void
test_pin (Fixture *f, gconstpointer data)
{
  g_autoptr (NamidaVersions) versions = NULL;
  g_autoptr (NamidaRemoval) plan = NULL;
  g_autoptr (NamidaRemoval) removal = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *path = NULL;

  receive (f, "AA", NAMIDA_LANDING_BACKUP, "zip", "song");
  versions = open_list (f);
  path = g_strdup (namida_version_get_path (nth (versions, 0)));
  pin (versions, nth (versions, 0), TRUE);
  g_assert_true (namida_version_get_pinned (nth (versions, 0)));
  g_assert_null (remove_version (versions, nth (versions, 0), FALSE, &error));
  g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_DECLINED);
  g_assert_true (g_file_test (path, G_FILE_TEST_IS_DIR));
  pin (versions, nth (versions, 0), FALSE);
  plan = remove_version (versions, nth (versions, 0), TRUE, NULL);
  g_assert_true (g_file_test (path, G_FILE_TEST_IS_DIR));
  removal = remove_version (versions, nth (versions, 0), FALSE, NULL);
  g_assert_nonnull (removal);
  g_assert_cmpuint (removal->bytes, ==, plan->bytes);
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
  g_assert_false (g_file_test (f->backups, G_FILE_TEST_IS_DIR)
                  && g_rmdir (f->backups) != 0); /* nothing is left in it */
}

/* Somebody put a link where the version or its device's folder was: neither it nor what it leads to is touched. */
static void
test_link (Fixture *f, gconstpointer data)
{
  g_autoptr (NamidaVersions) versions = NULL;
  g_autofree char *elsewhere = g_build_filename (f->music, "elsewhere", NULL);

  receive (f, "AA", NAMIDA_LANDING_BACKUP, "zip", "song");
  versions = open_list (f);
  for (guint level = 0; level < 2; level++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *version = g_strdup (namida_version_get_path (nth (versions, 0)));
      g_autofree char *device = g_path_get_dirname (version);
      g_autofree char *name = g_path_get_basename (version);
      const char *place = level == 0 ? version : device;
      g_autofree char *song
          = g_build_filename (elsewhere, level == 0 ? "." : name, "Music", "Music", "Björk", "1.flac", NULL);

      g_assert_cmpint (g_mkdir_with_parents (f->music, 0777), ==, 0);
      g_assert_cmpint (g_rename (place, elsewhere), ==, 0);
      g_assert_cmpint (symlink (elsewhere, place), ==, 0);
      g_assert_null (remove_version (versions, nth (versions, 0), FALSE, &error));
      g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_UNSAFE_PATH);
      g_assert_nonnull (strstr (error->message, name));
      reload (versions);
      g_assert_cmpuint (count (versions), ==, 1);
      g_assert_true (g_file_test (place, G_FILE_TEST_IS_SYMLINK));
      g_assert_true (g_file_test (song, G_FILE_TEST_IS_REGULAR));
      g_assert_cmpint (g_unlink (place), ==, 0);
      g_assert_cmpint (g_rename (elsewhere, place), ==, 0);
    }
}

/* The same between the beginning of a removal and the restart after a crash: the store opens, the record goes, and the
 * link and what it leads to stay; a link in the hidden folder goes alone. */
static void
test_link_resumed (Fixture *f, gconstpointer data)
{
  g_autoptr (NamidaVersions) versions = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *elsewhere = g_build_filename (f->music, "elsewhere", NULL);
  g_autofree char *song = g_build_filename (elsewhere, "Music", "Music", "Björk", "1.flac", NULL);
  g_autofree char *hidden = g_build_filename (f->backups, NAMIDA_STAGING_HIDDEN, NULL);
  g_autofree char *place = NULL;
  g_autofree char *inside = NULL;

  receive (f, "AA", NAMIDA_LANDING_BACKUP, "zip", "song");
  versions = open_list (f);
  place = g_strdup (namida_version_get_path (nth (versions, 0)));
  g_assert_true (namida_version_record_claim (f->database, namida_version_get_id (nth (versions, 0)), NULL));
  g_assert_cmpint (g_mkdir_with_parents (f->music, 0777), ==, 0);
  g_assert_cmpint (g_rename (place, elsewhere), ==, 0);
  g_assert_cmpint (symlink (elsewhere, place), ==, 0);
  g_assert_true (namida_removal_resume (f->database, &error));
  g_assert_no_error (error);
  reload (versions);
  g_assert_cmpuint (count (versions), ==, 0);
  g_assert_true (g_file_test (place, G_FILE_TEST_IS_SYMLINK));
  g_assert_true (g_file_test (song, G_FILE_TEST_IS_REGULAR));
  g_assert_cmpint (g_unlink (place), ==, 0);

  receive (f, "AA", NAMIDA_LANDING_BACKUP, "zip", "song");
  reload (versions);
  inside = g_strdup_printf ("%s/removed-%s", hidden, namida_version_get_id (nth (versions, 0)));
  g_assert_true (namida_version_record_claim (f->database, namida_version_get_id (nth (versions, 0)), NULL));
  g_assert_cmpint (g_mkdir_with_parents (hidden, 0777), ==, 0);
  g_assert_cmpint (symlink (elsewhere, inside), ==, 0);
  g_assert_true (namida_removal_resume (f->database, &error));
  g_assert_no_error (error);
  g_assert_false (g_file_test (inside, G_FILE_TEST_IS_SYMLINK));
  g_assert_true (g_file_test (song, G_FILE_TEST_IS_REGULAR));
}

static void
test_gather (Fixture *f, gconstpointer data)
{
  static const char *const none[] = { NULL };
  g_autoptr (NamidaVersions) versions = NULL;
  g_autoptr (NamidaBackup) backup = NULL;
  g_autoptr (NamidaBackup) zip = NULL;
  g_autoptr (NamidaBackup) rest = NULL;
  g_autofree char *song = NULL;
  g_autofree char *hash = fixture_sha256 ("song");
  const char *id;
  NamidaEntry *entry;

  receive (f, "AA", NAMIDA_LANDING_BACKUP, "zip", "song");
  versions = open_list (f);
  id = namida_version_get_id (nth (versions, 0));
  backup = namida_version_gather (f->database, id, NULL, NULL, NULL);
  g_assert_cmpuint (namida_backup_get_entries (backup)->len, ==, 3);
  g_assert_cmpstr (namida_backup_get_name (backup), ==, "Namida Backup - 1.zip");
  entry = g_ptr_array_index (namida_backup_get_entries (backup), 1);
  g_assert_cmpstr (entry->label, ==, "Music");
  g_assert_cmpstr (entry->relative_path, ==, "Björk/1.flac");
  g_assert_cmpstr (entry->sha256, ==, hash);
  zip = namida_version_gather (f->database, id, none, NULL, NULL);
  g_assert_cmpuint (namida_backup_get_entries (zip)->len, ==, 1);
  song = song_of (nth (versions, 0));
  g_assert_cmpint (g_unlink (song), ==, 0);
  rest = namida_version_gather (f->database, id, NULL, NULL, NULL);
  g_assert_cmpuint (namida_backup_get_left_out (rest)->len, ==, 1);
}

#define DAY (G_GINT64_CONSTANT (24) * 3600 * G_USEC_PER_SEC)

static void
test_retention_choice (void)
{
  const gint64 now = G_GINT64_CONSTANT (1784000000) * G_USEC_PER_SEC; /* July 2026 */
  NamidaRetentionItem items[6] = {
    { .created_at = now, .proven = FALSE },           { .created_at = now - DAY, .proven = TRUE },
    { .created_at = now - 2 * DAY, .proven = TRUE },  { .created_at = now - 3 * DAY, .proven = TRUE, .pinned = TRUE },
    { .created_at = now - 40 * DAY, .proven = TRUE }, { .created_at = now - 41 * DAY, .proven = TRUE },
  };

  g_assert_cmpuint (namida_retention_choose ((NamidaRetention){ 0 }, items, 6), ==, 0);
  g_assert_cmpuint (namida_retention_choose ((NamidaRetention){ .monthly = TRUE }, items, 6), ==, 0);
  /* The newest is not proven: it neither counts nor lets the next one go. */
  g_assert_cmpuint (namida_retention_choose ((NamidaRetention){ .last = 1 }, items, 6), ==, 3);
  g_assert_false (items[0].remove || items[1].remove || items[3].remove);
  g_assert_true (items[2].remove && items[4].remove && items[5].remove);
  g_assert_cmpuint (namida_retention_choose ((NamidaRetention){ .last = 1, .monthly = TRUE }, items, 6), ==, 2);
  g_assert_true (items[2].remove && !items[4].remove && items[5].remove);
  for (guint i = 0; i < 6; i++)
    items[i].proven = FALSE;
  g_assert_cmpuint (namida_retention_choose ((NamidaRetention){ .last = 1 }, items, 6), ==, 0);
}

/* An album that was sent alone does not push out a backup; a damaged version does not count. */
static void
test_retention (Fixture *f, gconstpointer data)
{
  g_autoptr (NamidaVersions) versions = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GAsyncResult) again = NULL;
  g_autoptr (NamidaVerifyReport) report = NULL;
  g_autoptr (NamidaRemoval) removal = NULL;
  g_autoptr (NamidaRemoval) second = NULL;
  g_autofree char *song = NULL;

  receive (f, "AA", NAMIDA_LANDING_BACKUP, "zip1", "song1");
  receive (f, "AA", NAMIDA_LANDING_BACKUP, "zip2", "song2");
  receive (f, "BB", NAMIDA_LANDING_BACKUP, "zip3", "song3");
  versions = open_list (f);
  song = song_of (nth (versions, 1));
  flip_bit (song);
  report = verify (versions, NULL, FALSE);
  namida_versions_apply_retention_async (versions, (NamidaRetention){ .last = 1 }, FALSE, NULL, keep, &result);
  removal = namida_versions_apply_retention_finish (versions, wait_for (&result), NULL);
  g_assert_cmpuint (removal->versions, ==, 0);
  receive (f, "AA", NAMIDA_LANDING_BACKUP, "zip4", "song4");
  namida_versions_apply_retention_async (versions, (NamidaRetention){ .last = 1 }, FALSE, NULL, keep, &again);
  second = namida_versions_apply_retention_finish (versions, wait_for (&again), NULL);
  g_assert_cmpuint (second->versions, ==, 2);
  g_assert_cmpuint (count (versions), ==, 2);
  g_assert_cmpstr (namida_version_get_alias (nth (versions, 0)), ==, "AA");
  g_assert_cmpstr (namida_version_get_alias (nth (versions, 1)), ==, "BB");
}

#define ADD(name, function) g_test_add ("/versions/" name, Fixture, NULL, fixture_set_up, function, fixture_tear_down)
int
main (int argc, char **argv)
{
  if (!fixtures_leave_root ())
    return 0;
  g_test_init (&argc, &argv, NULL);
  ADD ("list", test_list);
  ADD ("library", test_library);
  ADD ("flipped-bit", test_flipped_bit);
  ADD ("repair", test_repair);
  ADD ("missing", test_missing);
  ADD ("pin", test_pin);
  ADD ("link", test_link);
  ADD ("link-resumed", test_link_resumed);
  ADD ("gather", test_gather);
  ADD ("retention", test_retention);
  g_test_add_func ("/versions/retention-choice", test_retention_choice);
  return g_test_run ();
}
