/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests listing, verifying, repairing, pinning and removing versions, the number of versions to keep, and the trash. */
#include "config.h"

#include "store-fixture.h"

#include "namida-clock.h"
#include "namida-error.h"
#include "namida-manifest.h"
#include "namida-removal.h"
#include "namida-staging.h"
#include "namida-store-mark.h"
#include "namida-version-collect.h"
#include "namida-version-record.h"
#include "namida-version-trash.h"
#include "namida-versions.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

/* @zip: (nullable): its content; @music: that of the one song. */
static void
receive (Fixture *f, const char *device, NamidaLanding landing, const char *zip, const char *music)
{
  g_autoptr (Shipment) shipment = shipment_new ();
  g_autoptr (GBytes) manifest = NULL;
  g_autoptr (NamidaSink) sink = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *key = g_strconcat (music, zip, NULL);

  if (zip != NULL)
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
  g_assert_cmpstr (text, ==, "Verified on arrival");

  /* Made of links to files that nobody has read since long before. */
  g_assert_cmpint (namida_version_get_read_at (first), >, 0);
  g_assert_true (namida_database_exec (f->database, NULL,
                                       "UPDATE versions SET read_at = read_at - ? WHERE CAST (id AS TEXT) = ?", "is",
                                       40 * G_TIME_SPAN_DAY, namida_version_get_id (first)));
  reload (versions);
  g_free (text);
  text = namida_version_dup_state_text (first);
  g_assert_true (g_str_has_prefix (text, "Files last read on "));

  /* What anybody found damaged is told, although nobody has verified the version. */
  g_assert_true (namida_database_exec (f->database, NULL,
                                       "UPDATE contents SET damaged = 1 WHERE id = (SELECT min (content) FROM"
                                       " version_files WHERE version = CAST (? AS INTEGER) AND label = 'Music')",
                                       "s", namida_version_get_id (first)));
  reload (versions);
  g_free (text);
  text = namida_version_dup_state_text (first);
  g_assert_cmpstr (text, ==, "1 file is damaged or missing");
  g_assert_cmpint (namida_version_get_damaged (first), ==, 1);
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
  g_assert_cmpstr (text, ==, "1 of 2 files unchanged since arrival");

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
  fixture_open_up (song);
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
  g_autofree char *path_of_mark = NULL;

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
  /* Nothing is left in it but the mark of the store. */
  path_of_mark = g_build_filename (f->backups, NAMIDA_STORE_MARK_NAME, NULL);
  g_assert_cmpint (g_unlink (path_of_mark), ==, 0);
  g_assert_cmpint (g_rmdir (f->backups), ==, 0);
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
      fixture_open_up (place);
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
  g_autofree char *owner = NULL;

  receive (f, "AA", NAMIDA_LANDING_BACKUP, "zip", "song");
  versions = open_list (f);
  place = g_strdup (namida_version_get_path (nth (versions, 0)));
  g_assert_true (namida_version_record_claim (f->database, namida_version_get_id (nth (versions, 0)), NULL));
  g_assert_cmpint (g_mkdir_with_parents (f->music, 0777), ==, 0);
  fixture_open_up (place);
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
  inside = g_strdup_printf ("%s/0000000000000000/removed-%s", hidden, namida_version_get_id (nth (versions, 0)));
  g_assert_true (namida_version_record_claim (f->database, namida_version_get_id (nth (versions, 0)), NULL));
  owner = g_path_get_dirname (inside);
  g_assert_cmpint (g_mkdir_with_parents (owner, 0777), ==, 0);
  g_assert_cmpint (symlink (elsewhere, inside), ==, 0);
  g_assert_true (namida_removal_resume (f->database, &error));
  g_assert_no_error (error);
  g_assert_false (g_file_test (inside, G_FILE_TEST_IS_SYMLINK));
  g_assert_true (g_file_test (song, G_FILE_TEST_IS_REGULAR));
}

static void
test_collect (Fixture *f, gconstpointer data)
{
  static const char *const none[] = { NULL };
  static const char *const wrong[] = { "Music", "Musik", NULL };
  g_autoptr (NamidaVersions) versions = NULL;
  g_autoptr (NamidaBackup) backup = NULL;
  g_autoptr (NamidaBackup) zip = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (NamidaBackup) rest = NULL;
  g_autofree char *song = NULL;
  g_autofree char *hash = fixture_sha256 ("song");
  const char *id;
  NamidaEntry *entry;

  receive (f, "AA", NAMIDA_LANDING_BACKUP, "zip", "song");
  versions = open_list (f);
  id = namida_version_get_id (nth (versions, 0));
  backup = namida_version_collect (f->database, id, NULL, NULL, NULL);
  g_assert_cmpuint (namida_backup_get_entries (backup)->len, ==, 3);
  g_assert_cmpstr (namida_backup_get_name (backup), ==, "Namida Backup - 1.zip");
  entry = g_ptr_array_index (namida_backup_get_entries (backup), 1);
  g_assert_cmpstr (entry->label, ==, "Music");
  g_assert_cmpstr (entry->relative_path, ==, "Björk/1.flac");
  g_assert_cmpstr (entry->sha256, ==, hash);
  zip = namida_version_collect (f->database, id, none, NULL, NULL);
  g_assert_cmpuint (namida_backup_get_entries (zip)->len, ==, 1);
  /* With a wrong name not even the zip comes. */
  g_assert_null (namida_version_collect (f->database, id, wrong, NULL, &error));
  g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_NOT_FOUND);
  g_assert_nonnull (strstr (error->message, "“Musik”"));
  g_assert_nonnull (strstr (error->message, "“Music”"));
  song = song_of (nth (versions, 0));
  fixture_open_up (song);
  g_assert_cmpint (g_unlink (song), ==, 0);
  rest = namida_version_collect (f->database, id, NULL, NULL, NULL);
  g_assert_cmpuint (namida_backup_get_left_out (rest)->len, ==, 1);
}

static NamidaRemoval *
retain (NamidaVersions *versions, guint last, gboolean dry_run)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  NamidaRemoval *removal;

  namida_versions_apply_retention_async (versions, (NamidaRetention){ .last = last }, dry_run, NULL, keep, &result);
  removal = namida_versions_apply_retention_finish (versions, wait_for (&result), &error);
  g_assert_no_error (error);
  return removal;
}

static char *
trash_path (Fixture *f, const char *id)
{
  g_autofree char *name = g_strconcat ("version-", id, NULL);

  return g_build_filename (f->backups, ".namida-sync-trash", "0000000000000000", name, NULL);
}

/* A damaged version does not count, other devices' versions neither; and what arrived since the last time stays. */
static void
test_retention (Fixture *f, gconstpointer data)
{
  g_autoptr (NamidaVersions) versions = NULL;
  g_autoptr (NamidaVerifyReport) report = NULL;
  g_autoptr (NamidaRemoval) removal = NULL;
  g_autoptr (NamidaRemoval) preview = NULL;
  g_autoptr (NamidaRemoval) second = NULL;
  g_autofree char *song = NULL;
  g_autofree char *trash = NULL;

  receive (f, "AA", NAMIDA_LANDING_BACKUP, NULL, "song1");
  receive (f, "AA", NAMIDA_LANDING_BACKUP, NULL, "song2");
  receive (f, "BB", NAMIDA_LANDING_BACKUP, NULL, "song3");
  versions = open_list (f);
  song = song_of (nth (versions, 1));
  flip_bit (song);
  report = verify (versions, NULL, FALSE);
  removal = retain (versions, 1, FALSE);
  g_assert_cmpuint (removal->versions, ==, 0);
  receive (f, "AA", NAMIDA_LANDING_BACKUP, NULL, "song4");
  trash = trash_path (f, "1");
  preview = retain (versions, 1, TRUE);
  g_assert_cmpuint (preview->versions, ==, 2);
  g_assert_cmpuint (preview->bytes, >, 0);
  g_assert_cmpuint (count (versions), ==, 4);
  g_assert_false (g_file_test (trash, G_FILE_TEST_EXISTS));
  second = retain (versions, 1, FALSE);
  g_assert_cmpuint (second->versions, ==, 2);
  g_assert_cmpuint (count (versions), ==, 2);
  g_assert_cmpstr (namida_version_get_alias (nth (versions, 0)), ==, "AA");
  g_assert_cmpstr (namida_version_get_alias (nth (versions, 1)), ==, "BB");
  g_assert_true (g_file_test (trash, G_FILE_TEST_IS_DIR));
}

/* Versions of this run stay, and so do those next to a zip that cannot be restored. */
static void
test_retention_stays (Fixture *f, gconstpointer data)
{
  g_autoptr (NamidaVersions) versions = open_list (f);
  g_autoptr (NamidaRemoval) removal = NULL;
  g_autoptr (NamidaRemoval) garbage = NULL;

  receive (f, "AA", NAMIDA_LANDING_BACKUP, NULL, "song1");
  receive (f, "AA", NAMIDA_LANDING_BACKUP, NULL, "song2");
  removal = retain (versions, 1, FALSE);
  g_assert_cmpuint (removal->versions, ==, 0);
  receive (f, "BB", NAMIDA_LANDING_BACKUP, "a zip", "song1");
  receive (f, "BB", NAMIDA_LANDING_BACKUP, "garbage", "song2");
  g_clear_pointer (&removal, namida_removal_free);
  removal = retain (versions, 1, FALSE);
  g_assert_cmpuint (removal->versions, ==, 1);
  garbage = retain (versions, 1, FALSE);
  g_assert_cmpuint (garbage->versions, ==, 0);
  g_assert_cmpuint (count (versions), ==, 3);
}

/* A newer version that is not known to be whole does not count, nor one in the user's own folders. */
static void
test_retention_doubted (Fixture *f, gconstpointer data)
{
  g_autoptr (NamidaVersions) versions = open_list (f);
  g_autoptr (NamidaRemoval) removal = NULL;

  receive (f, "AA", NAMIDA_LANDING_BACKUP, NULL, "song1");
  receive (f, "AA", NAMIDA_LANDING_BACKUP, NULL, "song2");
  namida_removal_free (retain (versions, 1, TRUE));
  g_assert_true (namida_database_exec (f->database, NULL, data, ""));
  namida_removal_free (retain (versions, 1, FALSE));
  removal = retain (versions, 1, FALSE);
  g_assert_cmpuint (removal->versions, ==, 0);
  g_assert_cmpuint (count (versions), ==, 2);
}

/* A version whose folder is not there, as on a drive that is not plugged in, does not count and is not removed. */
static void
test_retention_away (Fixture *f, gconstpointer data)
{
  g_autoptr (NamidaVersions) versions = NULL;
  g_autoptr (NamidaRemoval) removal = NULL;
  g_autofree char *place = NULL;
  g_autofree char *away = g_build_filename (f->base, "away", NULL);

  receive (f, "AA", NAMIDA_LANDING_BACKUP, NULL, "song1");
  receive (f, "AA", NAMIDA_LANDING_BACKUP, NULL, "song2");
  versions = open_list (f);
  place = g_strdup (namida_version_get_path (nth (versions, 0)));
  fixture_open_up (place);
  g_assert_cmpint (g_rename (place, away), ==, 0);
  namida_removal_free (retain (versions, 1, FALSE));
  removal = retain (versions, 1, FALSE);
  g_assert_cmpuint (removal->versions, ==, 0);
  g_assert_cmpuint (count (versions), ==, 2);
  fixture_open_up (away);
  g_assert_cmpint (g_rename (away, place), ==, 0);
  g_clear_pointer (&removal, namida_removal_free);
  removal = retain (versions, 1, FALSE);
  g_assert_cmpuint (removal->versions, ==, 1);
}

/* Of files in a person's own folders only the zip goes, and that only while nobody changed it. */
static void
test_remove_changed_zip (Fixture *f, gconstpointer data)
{
  g_autoptr (NamidaVersions) versions = NULL;
  g_autoptr (NamidaRemoval) removal = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *zip = g_build_filename (f->backups, "AA", "Namida Backup - 1.zip", NULL);
  g_autofree char *text = NULL;

  receive (f, "AA", NAMIDA_LANDING_LIBRARY, "zip", "song");
  versions = open_list (f);
  g_assert_true (g_file_set_contents_full (zip, "piz", 3, G_FILE_SET_CONTENTS_NONE, 0644, NULL));
  removal = remove_version (versions, nth (versions, 0), FALSE, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (count (versions), ==, 0);
  g_assert_true (g_file_get_contents (zip, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "piz");
}

/* A zip that was sent twice is one file of two versions: it goes with the last of them. */
static void
test_remove_shared_zip (Fixture *f, gconstpointer data)
{
  g_autoptr (NamidaVersions) versions = NULL;
  g_autofree char *zip = g_build_filename (f->backups, "AA", "Namida Backup - 1.zip", NULL);

  receive (f, "AA", NAMIDA_LANDING_LIBRARY, "zip", "song 1");
  receive (f, "AA", NAMIDA_LANDING_LIBRARY, "zip", "song 2");
  versions = open_list (f);
  g_assert_cmpuint (count (versions), ==, 2);
  for (guint left = 2; left > 0; left--)
    {
      g_autoptr (NamidaRemoval) removal = NULL;
      g_autoptr (GError) error = NULL;

      g_assert_true (g_file_test (zip, G_FILE_TEST_EXISTS));
      removal = remove_version (versions, nth (versions, 0), FALSE, &error);
      g_assert_no_error (error);
      reload (versions);
      g_assert_cmpuint (count (versions), ==, left - 1);
    }
  g_assert_false (g_file_test (zip, G_FILE_TEST_EXISTS));
}

/* What lies in a folder that a person chose is that person's, whatever the database calls it. */
static void
test_remove_moved_zip (Fixture *f, gconstpointer data)
{
  g_autoptr (NamidaVersions) versions = NULL;
  g_autoptr (NamidaRemoval) removal = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *zip = g_build_filename (f->backups, "AA", "Namida Backup - 1.zip", NULL);
  g_autofree char *folder = g_build_filename (f->base, "mine", NULL);
  g_autofree char *moved = g_build_filename (folder, "Namida Backup - 1.zip", NULL);

  receive (f, "AA", NAMIDA_LANDING_LIBRARY, "zip", "song");
  g_assert_cmpint (g_mkdir (folder, 0755), ==, 0);
  g_assert_cmpint (g_rename (zip, moved), ==, 0);
  g_assert_true (
      namida_database_exec (f->database, NULL, "UPDATE names SET path = ? WHERE path = ?", "ss", moved, zip));
  g_assert_cmpint (fixture_query_int (f, "SELECT count (*) FROM names WHERE path LIKE '%/mine/%'"), ==, 1);
  versions = open_list (f);
  removal = remove_version (versions, nth (versions, 0), FALSE, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (count (versions), ==, 0);
  g_assert_true (g_file_test (moved, G_FILE_TEST_EXISTS));
}

/* The wrong clock of an older version does not let it push out the new ones. */
static void
test_retention_clock (Fixture *f, gconstpointer data)
{
  g_autoptr (NamidaVersions) versions = open_list (f);
  g_autoptr (NamidaRemoval) removal = NULL;
  g_autofree char *song = NULL;
  g_autofree char *text = NULL;

  namida_clock_set_fake (G_GINT64_CONSTANT (1900000000) * G_USEC_PER_SEC);
  receive (f, "AA", NAMIDA_LANDING_BACKUP, NULL, "old");
  namida_clock_set_fake (G_GINT64_CONSTANT (1784000000) * G_USEC_PER_SEC);
  receive (f, "AA", NAMIDA_LANDING_BACKUP, NULL, "new");
  removal = retain (versions, 1, FALSE);
  g_clear_pointer (&removal, namida_removal_free);
  removal = retain (versions, 1, FALSE);
  namida_clock_set_fake (-1);
  g_assert_cmpuint (removal->versions, ==, 1);
  g_assert_cmpuint (count (versions), ==, 1);
  song = song_of (nth (versions, 0));
  g_assert_true (g_file_get_contents (song, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "new");
}

/* After a month the trash is emptied; before that a version can be taken out of it, and it goes early when its room is
 * needed. */
static void
test_trash (Fixture *f, gconstpointer data)
{
  const gint64 day = G_GINT64_CONSTANT (24) * 3600 * G_USEC_PER_SEC;
  const gint64 now = G_GINT64_CONSTANT (1784000000) * G_USEC_PER_SEC;
  g_autoptr (NamidaVersions) versions = open_list (f);
  g_autoptr (GError) error = NULL;
  g_autofree char *first = trash_path (f, "1");
  g_autofree char *second = trash_path (f, "2");
  g_autofree char *hidden = g_build_filename (f->backups, ".namida-sync-trash", NULL);

  namida_clock_set_fake (now);
  for (guint i = 0; i < 3; i++)
    {
      g_autofree char *song = g_strdup_printf ("song%u", i);

      receive (f, "AA", NAMIDA_LANDING_BACKUP, NULL, song);
    }
  for (guint i = 0; i < 2; i++)
    namida_removal_free (retain (versions, 1, FALSE));
  g_assert_cmpuint (count (versions), ==, 1);
  g_assert_true (g_file_test (first, G_FILE_TEST_IS_DIR) && g_file_test (second, G_FILE_TEST_IS_DIR));
  g_assert_true (namida_version_trash_take_back (f->database, "1", &error));
  g_assert_no_error (error);
  reload (versions);
  g_assert_cmpuint (count (versions), ==, 2);
  g_assert_false (g_file_test (first, G_FILE_TEST_EXISTS));
  namida_clock_set_fake (now + 29 * day);
  g_assert_true (namida_version_trash_purge (f->database, NULL));
  g_assert_true (g_file_test (second, G_FILE_TEST_IS_DIR));
  namida_clock_set_fake (now + 31 * day);
  g_assert_true (namida_version_trash_purge (f->database, NULL));
  g_assert_false (g_file_test (hidden, G_FILE_TEST_EXISTS));
  g_assert_cmpint (fixture_query_int (f, "SELECT count (*) FROM versions"), ==, 2);
  namida_clock_set_fake (-1);
}

static void
test_trash_room (Fixture *f, gconstpointer data)
{
  g_autoptr (NamidaVersions) versions = open_list (f);
  g_autofree char *hidden = g_build_filename (f->backups, ".namida-sync-trash", NULL);
  struct statvfs vfs;
  int fd;

  receive (f, "AA", NAMIDA_LANDING_BACKUP, NULL, "song1");
  receive (f, "AA", NAMIDA_LANDING_BACKUP, NULL, "song2");
  for (guint i = 0; i < 2; i++)
    namida_removal_free (retain (versions, 1, FALSE));
  fd = open (f->backups, O_RDONLY | O_DIRECTORY);
  g_assert_false (namida_version_trash_make_room (f->database, fd, 1, 1));
  g_assert_true (g_file_test (hidden, G_FILE_TEST_IS_DIR));
  /* A drive may be full of files, too. */
  g_assert_true (fstatvfs (fd, &vfs) == 0);
  g_assert_true (namida_version_trash_make_room (f->database, fd, vfs.f_files == 0 ? G_MAXUINT64 : 0, G_MAXUINT64));
  close (fd);
  g_assert_false (g_file_test (hidden, G_FILE_TEST_EXISTS));
  g_assert_cmpint (fixture_query_int (f, "SELECT count (*) FROM versions"), ==, 1);
}

/* Killed after the record, or after the folder: it is a version, or it is in the trash, never neither. */
static void
test_trash_cut_off (Fixture *f, gconstpointer data)
{
  g_autoptr (NamidaVersions) versions = open_list (f);
  g_autoptr (NamidaVersionRecord) record = NULL;

  namida_clock_set_fake (G_GINT64_CONSTANT (1784000000) * G_USEC_PER_SEC);
  receive (f, "AA", NAMIDA_LANDING_BACKUP, NULL, "song1");
  record = namida_version_record_find (f->database, "1", NULL);
  g_assert_true (namida_database_exec (f->database, NULL, "UPDATE versions SET removing = 2, trashed_at = ?", "i",
                                       namida_clock_real ()));
  reload (versions);
  g_assert_cmpuint (count (versions), ==, 0);
  namida_clock_set_fake (namida_clock_real () + 61 * G_USEC_PER_SEC);
  reload (versions);
  g_assert_cmpuint (count (versions), ==, 1);
  g_assert_true (namida_version_trash_put (f->database, record, NULL));
  namida_clock_set_fake (namida_clock_real () + 61 * G_USEC_PER_SEC);
  reload (versions);
  g_assert_cmpuint (count (versions), ==, 0);
  g_assert_cmpint (fixture_query_int (f, "SELECT removing FROM versions"), ==, 2);
  namida_clock_set_fake (-1);
}

/* The folder of the device cannot be written to: nothing happened, and the version stays in the list. */
static void
test_remove_not_begun (Fixture *f, gconstpointer data)
{
  g_autoptr (NamidaVersions) versions = NULL;
  g_autoptr (NamidaRemoval) removal = NULL;
  g_autoptr (NamidaRemoval) retained = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *device = g_build_filename (f->backups, "AA", NULL);

  receive (f, "AA", NAMIDA_LANDING_BACKUP, NULL, "song1");
  receive (f, "AA", NAMIDA_LANDING_BACKUP, NULL, "song2");
  versions = open_list (f);
  namida_removal_free (retain (versions, 9, FALSE));
  g_assert_cmpint (g_chmod (device, 0555), ==, 0);
  removal = remove_version (versions, nth (versions, 0), FALSE, &error);
  g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_STORAGE);
  g_assert_cmpuint (count (versions), ==, 2);
  g_assert_false (namida_version_get_removing (nth (versions, 0)));
  retained = retain (versions, 1, FALSE);
  g_assert_cmpuint (retained->versions, ==, 0);
  g_assert_cmpuint (count (versions), ==, 2);
  g_assert_cmpint (g_chmod (device, 0755), ==, 0);
  g_clear_error (&error);
  removal = remove_version (versions, nth (versions, 0), FALSE, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (count (versions), ==, 1);
}

/* What a crash left half removed is listed as that for as long as it cannot go on, and goes on as soon as it can; a
 * verify of all passes over it. */
static void
test_being_removed (Fixture *f, gconstpointer data)
{
  g_autoptr (NamidaVersions) versions = NULL;
  g_autoptr (NamidaVerifyReport) report = NULL;
  g_autofree char *state = NULL;
  g_autofree char *owner = g_build_filename (f->backups, NAMIDA_STAGING_HIDDEN, "0000000000000000", NULL);
  g_autofree char *removed = g_build_filename (owner, "removed-2", NULL);
  g_autofree char *place = NULL;

  receive (f, "AA", NAMIDA_LANDING_BACKUP, NULL, "song1");
  receive (f, "AA", NAMIDA_LANDING_BACKUP, NULL, "song2");
  versions = open_list (f);
  place = g_strdup (namida_version_get_path (nth (versions, 0)));
  g_assert_true (namida_version_record_claim (f->database, "2", NULL));
  g_assert_cmpint (g_mkdir_with_parents (owner, 0777), ==, 0);
  fixture_open_up (place);
  g_assert_cmpint (g_rename (place, removed), ==, 0);
  g_assert_cmpint (g_chmod (owner, 0555), ==, 0);
  reload (versions);
  g_assert_cmpuint (count (versions), ==, 2);
  g_assert_true (namida_version_get_removing (nth (versions, 0)));
  state = namida_version_dup_state_text (nth (versions, 0));
  g_assert_cmpstr (state, ==, "Being removed");
  report = verify (versions, NULL, FALSE);
  g_assert_cmpuint (report->versions, ==, 1);
  g_assert_cmpuint (report->damaged, ==, 0);
  g_assert_cmpint (g_chmod (owner, 0755), ==, 0);
  reload (versions);
  g_assert_cmpuint (count (versions), ==, 1);
  g_assert_false (g_file_test (owner, G_FILE_TEST_EXISTS));
}

#define ADD(name, function) g_test_add ("/versions/" name, Fixture, NULL, fixture_set_up, function, fixture_tear_down)
int
main (int argc, char **argv)
{
  static const char *const doubts[][2] = {
    { "/versions/retention-doubted/shared", "UPDATE contents SET damaged = 1 WHERE id IN (SELECT content FROM "
                                            "version_files WHERE version = 2 AND kind = 1)" },
    { "/versions/retention-doubted/damaged", "UPDATE versions SET damaged = 1 WHERE id = 2" },
    { "/versions/retention-doubted/incomplete", "UPDATE versions SET complete = 0 WHERE id = 2" },
    { "/versions/retention-doubted/found",
      "UPDATE versions SET verified_at = NULL, session = 'found:' || session WHERE id = 2" },
    { "/versions/retention-doubted/library", "UPDATE versions SET landing = 'library' WHERE id = 2" },
  };

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
  ADD ("collect", test_collect);
  ADD ("retention", test_retention);
  ADD ("retention-stays", test_retention_stays);
  for (guint i = 0; i < G_N_ELEMENTS (doubts); i++)
    g_test_add (doubts[i][0], Fixture, doubts[i][1], fixture_set_up, test_retention_doubted, fixture_tear_down);
  ADD ("retention-away", test_retention_away);
  ADD ("remove-changed-zip", test_remove_changed_zip);
  ADD ("remove-shared-zip", test_remove_shared_zip);
  ADD ("remove-moved-zip", test_remove_moved_zip);
  ADD ("retention-clock", test_retention_clock);
  ADD ("trash", test_trash);
  ADD ("trash-room", test_trash_room);
  ADD ("trash-cut-off", test_trash_cut_off);
  ADD ("remove-not-begun", test_remove_not_begun);
  ADD ("being-removed", test_being_removed);
  return g_test_run ();
}
