/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writes files so that runs of zeros become holes. The receiver of bodies, the fetcher and the restore code call it
 * for every block that they write; data without zeros costs one look at the first word of each 4 KiB. Any thread. */
#include "config.h"

#include "namida-sparse.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BLOCK 4096u

static gboolean
sparse_is_zero (const guint8 *block)
{
  guint64 first;

  memcpy (&first, block, sizeof first);
  return first == 0 && memcmp (block, block + 1, BLOCK - 1) == 0;
}

/* Returns the number of bytes from the start of @data to the first block of zeros (if @zero is %FALSE), or to the
 * first block that is not all zeros (if it is %TRUE). */
static gsize
sparse_find_end (const guint8 *data, gsize length, gboolean zero)
{
  gsize at = 0;

  while (length - at >= BLOCK && sparse_is_zero (data + at) == zero)
    at += BLOCK;
  return zero || length - at >= BLOCK ? at : length;
}

/* Returns %FALSE with errno set; EOPNOTSUPP means that the zeros have to be written. */
static gboolean
sparse_make_hole (int fd, guint64 offset, gsize length)
{
  struct stat st;

  if (fstat (fd, &st) != 0)
    return FALSE;
  /* Punching a hole also gives back what fallocate() reserved, but needs the final size first. */
  if ((guint64) st.st_size < offset + length && ftruncate (fd, (off_t) (offset + length)) != 0)
    return FALSE;
  if (fallocate (fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, (off_t) offset, (off_t) length) == 0
      || (guint64) st.st_size <= offset)
    return TRUE;
  errno = EOPNOTSUPP;
  return FALSE;
}

ssize_t
namida_sparse_pwrite (int fd, const void *data, gsize length, guint64 offset)
{
  /* The part of a block that begins before @data is written as it is. */
  gsize head = (BLOCK - offset % BLOCK) % BLOCK;
  gsize run;

  if (head > 0 || length < BLOCK)
    return pwrite (fd, data, head > 0 ? MIN (head, length) : length, (off_t) offset);
  run = sparse_find_end (data, length, TRUE);
  if (run == 0)
    return pwrite (fd, data, sparse_find_end (data, length, FALSE), (off_t) offset);
  if (sparse_make_hole (fd, offset, run))
    return (ssize_t) run;
  return errno == EOPNOTSUPP ? pwrite (fd, data, run, (off_t) offset) : -1;
}
