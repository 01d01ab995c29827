/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests the functions that open and read the files to send. A file is sent only if it is the one that was scanned; a
 * resumed file is read from its offset, and its hash covers the whole file. */
#include "config.h"

#include "namida-error.h"
#include "namida-file-reader.h"
#include "namida-fixtures.h"
#include "namida-streams.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define KIB 1024u
/* More than one block, and no multiple of anything. */
#define SIZE (700 * KIB + 11)

typedef struct
{
  char *folder;
  NamidaEntry *entry;
  guint8 *content;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  GStatBuf st;

  f->folder = g_dir_make_tmp ("namida-reader-XXXXXX", NULL);
  f->content = g_malloc (SIZE);
  for (guint i = 0; i < SIZE; i++)
    f->content[i] = (guint8) (i % 251);
  f->entry = namida_entry_new ();
  f->entry->label = g_strdup ("Music");
  f->entry->name = g_strdup ("song.mp3");
  f->entry->relative_path = g_strdup ("song.mp3");
  f->entry->source = g_build_filename (f->folder, "song.mp3", NULL);
  g_assert_true (g_file_set_contents (f->entry->source, (const char *) f->content, SIZE, NULL));
  g_assert_cmpint (g_stat (f->entry->source, &st), ==, 0);
  f->entry->size = SIZE;
  f->entry->mtime_ns = (gint64) st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec;
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  namida_streams_set_cores_for_tests (0);
  namida_entry_unref (f->entry);
  g_free (f->content);
  fixtures_remove (f->folder);
  g_free (f->folder);
}

static void
set_time (Fixture *f, gint64 ns)
{
  struct timespec times[2] = { { .tv_nsec = UTIME_OMIT }, { ns / 1000000000, ns % 1000000000 } };

  g_assert_cmpint (utimensat (AT_FDCWD, f->entry->source, times, 0), ==, 0);
}

/* Returns the code that opening it fails with, or -1 if it can be opened. */
static int
open_code (Fixture *f)
{
  g_autoptr (GError) error = NULL;
  struct stat st;
  int fd = namida_source_open (f->entry, &st, &error);

  g_assert_cmpint (fd < 0, ==, error != NULL);
  if (fd >= 0)
    close (fd);
  return error != NULL ? error->code : -1;
}

static void
test_open (Fixture *f, gconstpointer data)
{
  g_assert_cmpint (open_code (f), ==, -1);
  /* One nanosecond is another time. */
  set_time (f, f->entry->mtime_ns + 1);
  g_assert_cmpint (open_code (f), ==, NAMIDA_ERROR_SOURCE_CHANGED);
  set_time (f, f->entry->mtime_ns);
  g_assert_cmpint (open_code (f), ==, -1);
  /* Another size, with the same time. */
  g_assert_cmpint (truncate (f->entry->source, SIZE + 1), ==, 0);
  set_time (f, f->entry->mtime_ns);
  g_assert_cmpint (open_code (f), ==, NAMIDA_ERROR_SOURCE_CHANGED);
  /* A pipe of the same size (none) and time: opening it must not block, and nothing is read from it. */
  g_assert_cmpint (g_unlink (f->entry->source), ==, 0);
  g_assert_cmpint (open_code (f), ==, NAMIDA_ERROR_SOURCE_CHANGED);
  g_assert_cmpint (mkfifo (f->entry->source, 0600), ==, 0);
  set_time (f, f->entry->mtime_ns);
  f->entry->size = 0;
  g_assert_cmpint (open_code (f), ==, NAMIDA_ERROR_SOURCE_CHANGED);
  g_assert_cmpint (g_unlink (f->entry->source), ==, 0);
  g_assert_cmpint (symlink ("/dev/null", f->entry->source), ==, 0);
  g_assert_cmpint (open_code (f), ==, NAMIDA_ERROR_SOURCE_CHANGED);
}

/* While it is sent, its size may stay and its time change, and the other way round. */
static void
test_check (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  struct stat before;
  int fd = namida_source_open (f->entry, &before, &error);

  g_assert_no_error (error);
  g_assert_true (namida_source_check (f->entry, fd, &before, NULL));
  set_time (f, f->entry->mtime_ns + 1);
  g_assert_false (namida_source_check (f->entry, fd, &before, &error));
  g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_SOURCE_CHANGED);
  g_assert_cmpint (namida_source_result (error), ==, NAMIDA_FILE_CHANGED);
  g_clear_error (&error);
  g_assert_cmpint (truncate (f->entry->source, SIZE - 1), ==, 0);
  set_time (f, f->entry->mtime_ns);
  g_assert_false (namida_source_check (f->entry, fd, &before, &error));
  g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_SOURCE_CHANGED);
  close (fd);
}

static void
test_read (Fixture *f, gconstpointer data)
{
  g_autofree guint8 *read_back = g_malloc0 (SIZE);
  g_autoptr (GError) error = NULL;
  struct stat st;
  int fd = namida_source_open (f->entry, &st, &error);

  g_assert_no_error (error);
  g_assert_true (namida_source_read (f->entry, fd, 1, SIZE - 1, read_back, &error));
  g_assert_cmpmem (read_back, SIZE - 1, f->content + 1, SIZE - 1);
  /* One byte more than there is. */
  g_assert_false (namida_source_read (f->entry, fd, 1, SIZE, read_back, &error));
  g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_SOURCE_CHANGED);
  close (fd);
}

static void
test_results (void)
{
  static const struct
  {
    NamidaError code;
    NamidaFileResult result;
  } all[] = { { NAMIDA_ERROR_SOURCE_CHANGED, NAMIDA_FILE_CHANGED },
              { NAMIDA_ERROR_CHECKSUM, NAMIDA_FILE_DAMAGED },
              { NAMIDA_ERROR_STORAGE, NAMIDA_FILE_UNREADABLE } };

  for (guint i = 0; i < G_N_ELEMENTS (all); i++)
    {
      g_autoptr (GError) error = g_error_new_literal (NAMIDA_ERROR, (int) all[i].code, "Why.");

      g_assert_cmpint (namida_source_result (error), ==, all[i].result);
    }
}

/* What is before the offset is hashed, and not given out; with threads of its own and without. */
static void
test_offsets (Fixture *f, gconstpointer crowded)
{
  static const guint64 offsets[] = { 0, 1, 256 * KIB - 1, 256 * KIB, 256 * KIB + 1, SIZE - 1, SIZE };
  g_autofree char *whole = g_compute_checksum_for_data (G_CHECKSUM_SHA256, f->content, SIZE);

  if (GPOINTER_TO_INT (crowded))
    {
      namida_streams_set_cores_for_tests (1);
      namida_streams_enter ();
    }
  for (guint i = 0; i < G_N_ELEMENTS (offsets); i++)
    {
      g_autoptr (NamidaBlockPool) pool = namida_block_pool_new (2);
      g_autoptr (GByteArray) got = g_byte_array_new ();
      g_autofree char *hash = NULL;
      g_autoptr (GError) error = NULL;
      NamidaFileReader *reader;
      NamidaBlock *block;
      struct stat st;
      int fd = namida_source_open (f->entry, &st, &error);

      g_assert_no_error (error);
      reader = namida_file_reader_new (f->entry, fd, offsets[i], pool, NULL);
      while ((block = namida_file_reader_next (reader, &error)) != NULL)
        {
          g_byte_array_append (got, block->data, (guint) block->length);
          namida_block_pool_give_back (pool, block);
        }
      g_assert_no_error (error);
      g_assert_cmpmem (got->data, got->len, f->content + offsets[i], SIZE - offsets[i]);
      hash = namida_file_reader_finish (reader);
      g_assert_cmpstr (hash, ==, whole);
      namida_file_reader_free (reader);
      close (fd);
    }
  if (GPOINTER_TO_INT (crowded))
    namida_streams_leave ();
}

#define ADD(path, test, data) g_test_add (path, Fixture, GINT_TO_POINTER (data), set_up, test, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/file-reader/open", test_open, 0);
  ADD ("/file-reader/check", test_check, 0);
  ADD ("/file-reader/read", test_read, 0);
  g_test_add_func ("/file-reader/results", test_results);
  ADD ("/file-reader/offsets", test_offsets, FALSE);
  ADD ("/file-reader/offsets-crowded", test_offsets, TRUE);
  return g_test_run ();
}
