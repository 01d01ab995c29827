/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests the record in the folder of a version. Because "sha256sum -c" and every later release read it, it is tested
 * with the real sha256sum and with all names that a Linux file system allows. */
#include "config.h"

#include "store-fixture.h"

#include "namida-error.h"
#include "namida-folder-record.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

static const char *const odd_names[] = {
  "-",  "a b", " leading", "*star",   "back\\slash",        "line\nfeed",   "carriage\rreturn", "tail\r",
  "\\", "\\n", "E: x.mp3", "caf\xe9", "Music/Björk/1.flac", "# no comment", "SHA256 (x) = y",
};

static int
open_folder (const char *path)
{
  int fd = open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

  g_assert_cmpint (fd, >=, 0);
  return fd;
}

static NamidaFolderRecord *
make_record (const char *folder)
{
  NamidaFolderRecord *record = namida_folder_record_new ();

  record->alias = g_strdup ("Anna's phone");
  record->fingerprint = g_strdup ("ab12");
  record->title = g_strdup ("Namida backup");
  record->offer_key = g_strdup ("key");
  record->agreed_by = g_strdup ("person");
  record->made = G_GINT64_CONSTANT (1735783445678000);
  record->arrived = G_GINT64_CONSTANT (1735783445678901);
  record->missing = 2;
  record->left_out = 3;
  record->mapped = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_hash_table_insert (record->mapped, g_strdup ("a%3F"), g_strdup ("caf\xe9?"));
  for (guint i = 0; i < G_N_ELEMENTS (odd_names); i++)
    {
      g_autofree char *path = g_build_filename (folder, odd_names[i], NULL);
      g_autofree char *parent = g_path_get_dirname (path);
      g_autofree char *hash = fixture_sha256 (odd_names[i]);

      g_assert_cmpint (g_mkdir_with_parents (parent, 0755), ==, 0);
      g_assert_true (g_file_set_contents (path, odd_names[i], -1, NULL));
      namida_folder_record_add (record, odd_names[i], hash, i == 12 ? "Music" : NULL, 10);
    }
  return record;
}

static void
test_round_trip (Fixture *f, gconstpointer data)
{
  g_autoptr (NamidaFolderRecord) record = make_record (f->backups);
  g_autoptr (NamidaFolderRecord) found = NULL;
  g_autoptr (GError) error = NULL;
  int folder = open_folder (f->backups);

  g_assert_false (namida_folder_record_exists (folder));
  g_assert_true (namida_folder_record_write (record, folder, &error));
  g_assert_no_error (error);
  g_assert_true (namida_folder_record_exists (folder));
  fixture_check_sums (f->backups);
  /* Once more, over what is there. */
  g_assert_true (namida_folder_record_write (record, folder, &error));
  fixture_check_sums (f->backups);

  found = namida_folder_record_read (folder, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (found->sums->len, ==, G_N_ELEMENTS (odd_names));
  g_assert_cmpuint (found->bad_lines, ==, 0);
  g_assert_true (found->sums_fit);
  for (guint i = 0; i < found->sums->len; i++)
    {
      const NamidaSum *one = g_ptr_array_index (found->sums, i), *other = g_ptr_array_index (record->sums, i);

      g_assert_cmpstr (one->path, ==, other->path);
      g_assert_cmpstr (one->sha256, ==, other->sha256);
    }
  g_assert_cmpstr (found->alias, ==, "Anna's phone");
  g_assert_cmpstr (found->fingerprint, ==, "ab12");
  g_assert_null (found->uuid);
  g_assert_cmpstr (found->title, ==, "Namida backup");
  g_assert_cmpstr (found->agreed_by, ==, "person");
  g_assert_cmpint (found->made, ==, record->made);
  g_assert_cmpint (found->arrived, ==, record->arrived);
  g_assert_cmpuint (found->missing, ==, 2);
  g_assert_cmpuint (found->left_out, ==, 3);
  g_assert_false (found->complete);
  g_assert_cmpuint (found->labels->len, ==, 2);
  g_assert_cmpstr (g_hash_table_lookup (found->mapped, "a%3F"), ==, "caf\xe9?");
  close (folder);
}

static void
overwrite (const char *folder, const char *name, const char *text)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);

  g_assert_cmpint (g_unlink (path), ==, 0);
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

static void
assert_refused (int folder, int code)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (namida_folder_record_read (folder, &error));
  g_assert_error (error, NAMIDA_ERROR, code);
}

/* A flipped bit in the list of hashes is not taken for damaged music, and a broken record is told. */
static void
test_rot (Fixture *f, gconstpointer data)
{
  g_autoptr (NamidaFolderRecord) record = make_record (f->backups);
  g_autoptr (NamidaFolderRecord) found = NULL;
  g_autofree char *sums = NULL;
  int folder = open_folder (f->backups);

  assert_refused (folder, NAMIDA_ERROR_NOT_FOUND);
  g_assert_true (namida_folder_record_write (record, folder, NULL));
  sums = fixture_read (f->backups, NAMIDA_SUMS_NAME, NULL);
  sums[strlen (sums) / 2] ^= 1;
  overwrite (f->backups, NAMIDA_SUMS_NAME, sums);
  found = namida_folder_record_read (folder, NULL);
  g_assert_nonnull (found);
  g_assert_false (found->sums_fit);
  overwrite (f->backups, NAMIDA_FOLDER_RECORD_NAME, "{ \"device\": ");
  assert_refused (folder, NAMIDA_ERROR_STORAGE);
  close (folder);
}

static void
test_read_only (Fixture *f, gconstpointer data)
{
  g_autoptr (NamidaFolderRecord) record = make_record (f->backups);
  g_autoptr (GError) error = NULL;
  int folder = open_folder (f->backups);
  struct stat st;

  g_assert_cmpint (fchmod (folder, 0555), ==, 0);
  g_assert_true (namida_folder_record_write (record, folder, &error));
  g_assert_no_error (error);
  g_assert_cmpint (fstat (folder, &st), ==, 0);
  g_assert_cmpuint (st.st_mode & 0777, ==, 0555);
  g_assert_cmpint (fchmod (folder, 0755), ==, 0);
  close (folder);
}

static void
test_hostile_lines (void)
{
#define HASH "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
  static const char *const bad[] = {
    HASH "  ../up", HASH "  /etc/passwd", HASH "  a//b",    HASH "  a/./b",       HASH "  a/..",     HASH " name",
    HASH,           "short  name",        HASH "  ",        "\\" HASH "  tail\\", "\\" HASH "  \\x", HASH "x  name",
    HASH "  .",     HASH "  ./",          "z" HASH "  name"
  };
  static const char good[] = "# a comment\n\n" HASH " *binary\r\n\\" HASH "  a\\\\b\nABCDEF789ABCDEF0123456789abcdef"
                             "0123456789abcdef0123456789abcdef0  no end";
  g_autoptr (GPtrArray) sums = NULL;
  guint n_bad;

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GPtrArray) none = namida_sums_parse (bad[i], strlen (bad[i]), &n_bad);

      if (none->len != 0 || n_bad != 1)
        g_error ("taken: %s", bad[i]);
    }
  sums = namida_sums_parse (good, strlen (good), &n_bad);
  g_assert_cmpuint (n_bad, ==, 0);
  g_assert_cmpuint (sums->len, ==, 3);
  g_assert_cmpstr (((NamidaSum *) sums->pdata[0])->path, ==, "binary");
  g_assert_cmpstr (((NamidaSum *) sums->pdata[1])->path, ==, "a\\b");
  g_assert_cmpstr (((NamidaSum *) sums->pdata[2])->path, ==, "no end");
  g_assert_true (g_str_has_prefix (((NamidaSum *) sums->pdata[2])->sha256, "abcdef789"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, function) g_test_add (path, Fixture, NULL, fixture_set_up, function, fixture_tear_down)
  ADD ("/record/round-trip", test_round_trip);
  ADD ("/record/rot", test_rot);
  ADD ("/record/read-only", test_read_only);
  g_test_add_func ("/record/hostile-lines", test_hostile_lines);
  return g_test_run ();
}
