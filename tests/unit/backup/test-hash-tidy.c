/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests that the hashes of files that were deleted long ago are removed from the index. */
#include "config.h"

#include "namida-clock.h"
#include "namida-hash-index.h"
#include "namida-hash-tidy.h"

#include <glib/gstdio.h>

#define SHA "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

typedef struct
{
  char *folder;
  NamidaDatabase *database;
  gint64 now;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  f->folder = g_dir_make_tmp ("namida-tidy-XXXXXX", &error);
  g_assert_no_error (error);
  f->database = namida_database_open (NULL, &error);
  g_assert_no_error (error);
  f->now = 1000 * G_TIME_SPAN_DAY;
  namida_clock_set_fake (f->now);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  namida_clock_set_fake (-1);
  g_clear_object (&f->database);
  g_assert_no_errno (g_rmdir (f->folder));
  g_free (f->folder);
}

static void
pass_days (Fixture *f, guint days)
{
  f->now += days * G_TIME_SPAN_DAY;
  namida_clock_set_fake (f->now);
}

static char *
path_of (Fixture *f, const char *name)
{
  return g_build_filename (f->folder, name, NULL);
}

/* Enters @name; it need not be there. */
static void
enter (Fixture *f, const char *name)
{
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func ((GDestroyNotify) namida_hash_row_free);
  g_autofree char *path = path_of (f, name);
  g_autoptr (GError) error = NULL;
  struct stat st = { .st_size = 5, .st_ino = g_str_hash (name), .st_dev = 9 };

  g_ptr_array_add (rows, namida_hash_row_new (path, &st, SHA));
  g_assert_true (namida_hash_index_store (f->database, rows, &error));
  g_assert_no_error (error);
}

static void
make_file (Fixture *f, const char *name)
{
  g_autofree char *path = path_of (f, name);

  g_assert_true (g_file_set_contents (path, "12345", 5, NULL));
}

static void
remove_file (Fixture *f, const char *name)
{
  g_autofree char *path = path_of (f, name);

  g_assert_no_errno (g_unlink (path));
}

static gboolean
is_known (Fixture *f, const char *name)
{
  g_autofree char *path = path_of (f, name);
  sqlite3 *handle G_GNUC_UNUSED = namida_database_lock (f->database);
  sqlite3_stmt *statement
      = namida_database_prepare (f->database, NULL, "SELECT 1 FROM contents WHERE path = ?", "s", path);
  gboolean known = sqlite3_step (statement) == SQLITE_ROW;

  sqlite3_finalize (statement);
  namida_database_unlock (f->database);
  return known;
}

static void
tidy (Fixture *f, guint most, guint looked, guint removed)
{
  NamidaHashTidied tidied;
  g_autoptr (GError) error = NULL;

  g_assert_true (namida_hash_tidy (f->database, most, &tidied, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (tidied.looked, ==, looked);
  g_assert_cmpuint (tidied.removed, ==, removed);
}

static void
test_gone (Fixture *f, gconstpointer data)
{
  make_file (f, "stays");
  make_file (f, "goes");
  enter (f, "stays");
  enter (f, "goes");
  enter (f, "never-there");
  tidy (f, 100, 3, 0);
  /* Not again on the same day. */
  tidy (f, 100, 0, 0);
  remove_file (f, "goes");
  pass_days (f, 100);
  tidy (f, 100, 3, 0);
  pass_days (f, 79);
  tidy (f, 100, 3, 0);
  g_assert_true (is_known (f, "goes"));
  pass_days (f, 8);
  tidy (f, 100, 3, 2);
  g_assert_false (is_known (f, "goes"));
  g_assert_false (is_known (f, "never-there"));
  pass_days (f, 1000);
  tidy (f, 100, 1, 0);
  g_assert_true (is_known (f, "stays"));
  remove_file (f, "stays");
}

/* A drive that lies in a drawer most of the year. */
static void
test_comes_back (Fixture *f, gconstpointer data)
{
  make_file (f, "drive");
  enter (f, "drive");
  tidy (f, 100, 1, 0);
  remove_file (f, "drive");
  pass_days (f, 170);
  tidy (f, 100, 1, 0);
  make_file (f, "drive");
  pass_days (f, 9);
  tidy (f, 100, 1, 0);
  remove_file (f, "drive");
  pass_days (f, 170);
  tidy (f, 100, 1, 0);
  g_assert_true (is_known (f, "drive"));
  /* Entered anew, its time begins anew. */
  enter (f, "drive");
  pass_days (f, 100);
  tidy (f, 100, 1, 0);
  g_assert_true (is_known (f, "drive"));
}

/* Each time only so many, and all of them in turn. */
static void
test_bounded (Fixture *f, gconstpointer data)
{
  for (guint i = 0; i < 25; i++)
    {
      g_autofree char *name = g_strdup_printf ("gone-%02u", i);

      enter (f, name);
    }
  tidy (f, 10, 10, 0);
  tidy (f, 10, 10, 0);
  tidy (f, 10, 5, 0);
  tidy (f, 10, 0, 0);
  pass_days (f, NAMIDA_HASH_DAYS + 1);
  tidy (f, 10, 10, 10);
  tidy (f, 10, 10, 10);
  tidy (f, 10, 5, 5);
  tidy (f, 10, 0, 0);
}

#define ADD(path, test) g_test_add (path, Fixture, NULL, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/hash-tidy/gone", test_gone);
  ADD ("/hash-tidy/comes-back", test_comes_back);
  ADD ("/hash-tidy/bounded", test_bounded);
  return g_test_run ();
}
