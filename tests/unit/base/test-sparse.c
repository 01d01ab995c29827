/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests that namida_sparse_pwrite() writes the same bytes as pwrite() and leaves holes for zeros. */
#include "namida-sparse.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define SIZE (4u * 1024 * 1024)

static void
write_sparse (int fd, const char *data, gsize length, guint64 offset)
{
  while (length > 0)
    {
      ssize_t n = namida_sparse_pwrite (fd, data, length, offset);

      g_assert_cmpint (n, >, 0);
      data += n;
      length -= (gsize) n;
      offset += (guint64) n;
    }
}

static void
assert_bytes (int fd, const char *data, gsize length)
{
  g_autofree char *read_back = g_malloc (length);
  struct stat st;

  g_assert_cmpint (fstat (fd, &st), ==, 0);
  g_assert_cmpint (st.st_size, ==, (off_t) length);
  g_assert_cmpint (pread (fd, read_back, length, 0), ==, (ssize_t) length);
  g_assert_cmpmem (read_back, length, data, length);
}

static guint64
allocated (int fd)
{
  struct stat st;

  g_assert_cmpint (fstat (fd, &st), ==, 0);
  return (guint64) st.st_blocks * 512;
}

/* Also what was reserved is given back. */
static void
test_holes (gconstpointer reserve)
{
  g_autofree char *data = g_malloc0 (SIZE);
  int fd = memfd_create ("sparse", MFD_CLOEXEC);

  memcpy (data + SIZE / 2 + 100, "song", 4);
  if (reserve != NULL)
    g_assert_cmpint (fallocate (fd, FALLOC_FL_KEEP_SIZE, 0, SIZE), ==, 0);
  write_sparse (fd, data, SIZE / 4, 0);
  write_sparse (fd, data + SIZE / 4, SIZE - SIZE / 4, SIZE / 4);
  assert_bytes (fd, data, SIZE);
  g_assert_cmpuint (allocated (fd), <=, 16 * 1024);
  close (fd);
}

/* Whatever was there before, and wherever the pieces begin and end. */
static void
test_bytes (void)
{
  enum
  {
    LENGTH = 200 * 1024
  };
  g_autofree char *data = g_malloc0 (LENGTH);
  g_autofree char *before = g_malloc (LENGTH);

  memset (before, 'x', LENGTH);
  for (guint round = 0; round < 200; round++)
    {
      int fd = memfd_create ("sparse", MFD_CLOEXEC);
      gsize at = 0, old = round % 3 == 0 ? (gsize) g_test_rand_int_range (0, LENGTH) : 0;

      memset (data, 0, LENGTH);
      for (guint i = 0; i < 5; i++)
        {
          gint start = g_test_rand_int_range (0, LENGTH);

          memset (data + start, 1 + (int) i, (gsize) g_test_rand_int_range (0, LENGTH - start + 1) / 8);
        }
      g_assert_cmpint (pwrite (fd, before, old, 0), ==, (ssize_t) old);
      while (at < LENGTH)
        {
          gsize piece = (gsize) g_test_rand_int_range (1, 70000);

          piece = MIN (piece, LENGTH - at);
          write_sparse (fd, data + at, piece, at);
          at += piece;
        }
      assert_bytes (fd, data, LENGTH);
      close (fd);
    }
}

/* What is before the first whole block is written by itself, also if it is zeros: holes are whole blocks. */
static void
test_begins_inside (void)
{
  static const char zeros[16384];
  int fd = memfd_create ("sparse", MFD_CLOEXEC);

  g_assert_cmpint (namida_sparse_pwrite (fd, zeros, sizeof zeros, 100), ==, 4096 - 100);
  g_assert_cmpint (namida_sparse_pwrite (fd, zeros, 50, 100), ==, 50);
  g_assert_cmpint (namida_sparse_pwrite (fd, zeros, sizeof zeros, 4096), ==, sizeof zeros);
  g_assert_cmpuint (allocated (fd), ==, 4096);
  close (fd);
}

static void
test_errors (void)
{
  static const char zeros[8192];
  int fd = open ("/dev/null", O_RDONLY | O_CLOEXEC);

  g_assert_cmpint (namida_sparse_pwrite (fd, zeros, sizeof zeros, 0), ==, -1);
  close (fd);
  g_assert_cmpint (namida_sparse_pwrite (-1, zeros, sizeof zeros, 0), ==, -1);
  g_assert_cmpint (errno, ==, EBADF);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/sparse/holes", NULL, test_holes);
  g_test_add_data_func ("/sparse/reserved", "reserved", test_holes);
  g_test_add_func ("/sparse/bytes", test_bytes);
  g_test_add_func ("/sparse/begins-inside", test_begins_inside);
  g_test_add_func ("/sparse/errors", test_errors);
  return g_test_run ();
}
