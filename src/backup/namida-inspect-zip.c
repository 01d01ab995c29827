/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Finds the directory of a zip; see the header. Blocking; any thread. */
#include "config.h"

#include "namida-inspect-zip-private.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* APPNOTE.TXT 6.3.10: 4.3.16 end of central directory record, 4.3.15 its zip64 locator, 4.3.14 its zip64 form. */
#define END_BYTES 22u
#define LOCATOR_BYTES 20u
#define END64_BYTES 56u
#define COMMENT_MOST 65535u
/* libarchive keeps the whole directory in memory, about 200 bytes for each record of at least 46 bytes. */
#define DIRECTORY_MOST (16u * 1024 * 1024)

static gboolean
inspect_zip_read_at (int fd, guint64 offset, guint8 *buffer, gsize length)
{
  gsize done = 0;

  while (done < length)
    {
      ssize_t n = pread (fd, buffer + done, length - done, (off_t) (offset + done));

      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        {
          errno = n == 0 ? EIO : errno; /* 0 bytes: the file was truncated meanwhile */
          return FALSE;
        }
      done += (gsize) n;
    }
  return TRUE;
}

static guint64
inspect_zip_get (const guint8 *at, guint bytes)
{
  guint64 value = 0;

  while (bytes-- > 0)
    value = value << 8 | at[bytes];
  return value;
}

typedef struct
{
  guint64 entries, size, offset;
} Directory;

/* @at: the position of the end record. Returns: %FALSE if there is no zip64 record or if it is implausible. */
static gboolean
inspect_zip_read_end64 (int fd, guint64 base, guint64 at, Directory *directory)
{
  guint8 locator[LOCATOR_BYTES], end[END64_BYTES];
  guint64 offset;

  if (at < LOCATOR_BYTES + END64_BYTES || !inspect_zip_read_at (fd, base + at - LOCATOR_BYTES, locator, sizeof locator)
      || memcmp (locator, "PK\6\7", 4) != 0)
    return FALSE;
  offset = inspect_zip_get (locator + 8, 8);
  if (offset > at - LOCATOR_BYTES - END64_BYTES || !inspect_zip_read_at (fd, base + offset, end, sizeof end)
      || memcmp (end, "PK\6\6", 4) != 0)
    return FALSE;
  directory->entries = inspect_zip_get (end + 32, 8);
  directory->size = inspect_zip_get (end + 40, 8);
  directory->offset = inspect_zip_get (end + 48, 8);
  return directory->size <= offset && directory->offset == offset - directory->size;
}

static gboolean
inspect_zip_read_end (int fd, guint64 base, guint64 at, const guint8 *end, Directory *directory)
{
  directory->entries = inspect_zip_get (end + 10, 2);
  directory->size = inspect_zip_get (end + 12, 4);
  directory->offset = inspect_zip_get (end + 16, 4);
  if (directory->entries == G_MAXUINT16 || directory->size == G_MAXUINT32 || directory->offset == G_MAXUINT32)
    {
      if (inspect_zip_read_end64 (fd, base, at, directory))
        return TRUE;
    }
  /* If a zip was truncated right after the end record of an inner zip, that record has the offset within the inner
   * zip. */
  return directory->size <= at && directory->offset == at - directory->size;
}

static gboolean
inspect_zip_find_directory (int fd, guint64 base, guint64 size, const guint8 *tail, gsize length, Directory *directory)
{
  if (length < END_BYTES)
    return FALSE;
  for (gsize i = length - END_BYTES + 1; i-- > 0;)
    {
      const guint8 *end = tail + i;

      if (memcmp (end, "PK\5\6", 4) == 0 && inspect_zip_get (end + 20, 2) <= length - END_BYTES - i
          && inspect_zip_read_end (fd, base, size - length + i, end, directory))
        return TRUE;
    }
  return FALSE;
}

gboolean
namida_inspect_find_directory (
    int fd, guint64 base, guint64 size, NamidaZipShape *shape, guint64 *offset, guint64 *directory_size)
{
  gsize length = (gsize) MIN (size, END_BYTES + COMMENT_MOST);
  g_autofree guint8 *tail = g_malloc (MAX (length, 1));
  guint8 head[4] = { 0 };
  gsize head_length = (gsize) MIN (size, sizeof head);
  Directory directory = { 0 };

  if (!inspect_zip_read_at (fd, base, head, head_length)
      || !inspect_zip_read_at (fd, base + size - length, tail, length))
    return FALSE;
  if (size == 0)
    *shape = NAMIDA_ZIP_NOTHING;
  else if (inspect_zip_find_directory (fd, base, size, tail, length, &directory))
    *shape = directory.size > DIRECTORY_MOST || directory.entries > NAMIDA_INSPECT_ENTRIES_MOST ? NAMIDA_ZIP_HUGE
             : directory.size == 0                                                              ? NAMIDA_ZIP_NOTHING
                                                                                                : NAMIDA_ZIP_WHOLE;
  else
    *shape = memcmp (head, "PK\3\4", head_length) == 0 || memcmp (head, "PK\5\6", head_length) == 0 ? NAMIDA_ZIP_CUT
                                                                                                    : NAMIDA_ZIP_NONE;
  *offset = directory.offset;
  *directory_size = directory.size;
  return TRUE;
}

gboolean
namida_inspect_probe (int fd, guint64 size, NamidaZipShape *shape)
{
  guint64 offset, directory_size;

  return namida_inspect_find_directory (fd, 0, size, shape, &offset, &directory_size);
}
