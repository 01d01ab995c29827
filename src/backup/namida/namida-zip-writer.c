/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writes the zip of a new backup and the zips in it. libarchive's writer puts the sizes after the data, which Java's
 * ZipInputStream refuses for stored entries, and it cannot copy compressed data. Small entries are completed in a
 * buffer; the header of a large one is rewritten in place when its sizes are known. Worker threads. */
#include "config.h"

#include "namida-zip-writer.h"

#include "namida-error.h"
#include "namida-spool.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <string.h>
#include <sys/stat.h>
#include <zlib.h>

#define LOCAL_BYTES 30u
#define BUFFER_BYTES (256u * 1024)
#define BLOCK_BYTES (64u * 1024)
#define FLAG_UTF8 (1u << 11)
#define LARGE G_MAXUINT32
#define LIKELY_LARGE (4000ull * 1024 * 1024)

struct _NamidaZipWriter
{
  int fd;
  guint64 written;    /* bytes in the file */
  GByteArray *buffer; /* bytes that follow them */
  GByteArray *directory;
  guint64 n_entries;

  /* The state of the current entry. */
  NamidaZipEntry entry;
  gboolean wide;
  int level;
  z_stream stream;
  gboolean deflating;
};

static void
writer_put (GByteArray *bytes, guint64 value, guint n)
{
  for (; n > 0; n--, value >>= 8)
    {
      guint8 byte = (guint8) value;

      g_byte_array_append (bytes, &byte, 1);
    }
}

NamidaZipWriter *
namida_zip_writer_new (int fd)
{
  NamidaZipWriter *self = g_new0 (NamidaZipWriter, 1);

  self->fd = fd;
  self->buffer = g_byte_array_new ();
  self->directory = g_byte_array_new ();
  return self;
}

static void
writer_clear_entry (NamidaZipWriter *self)
{
  if (self->deflating)
    deflateEnd (&self->stream);
  self->deflating = FALSE;
  g_clear_pointer (&self->entry.name, g_free);
}

void
namida_zip_writer_free (NamidaZipWriter *self)
{
  if (self == NULL)
    return;
  writer_clear_entry (self);
  g_byte_array_unref (self->buffer);
  g_byte_array_unref (self->directory);
  g_free (self);
}

static gboolean
writer_flush (NamidaZipWriter *self, GError **error)
{
  if (!namida_spool_write_at (self->fd, self->buffer->data, self->buffer->len, self->written, error))
    return FALSE;
  self->written += self->buffer->len;
  g_byte_array_set_size (self->buffer, 0);
  return TRUE;
}

static gboolean
writer_append (NamidaZipWriter *self, const void *data, gsize length, GError **error)
{
  if (self->buffer->len + length > BUFFER_BYTES && !writer_flush (self, error))
    return FALSE;
  if (length > BUFFER_BYTES)
    {
      if (!namida_spool_write_at (self->fd, data, length, self->written, error))
        return FALSE;
      self->written += length;
      return TRUE;
    }
  g_byte_array_append (self->buffer, data, (guint) length);
  return TRUE;
}

/* Writes the fields that the local header and the directory have in common. */
static void
writer_put_common (NamidaZipWriter *self, GByteArray *bytes, gboolean wide, gsize extra)
{
  const NamidaZipEntry *entry = &self->entry;

  writer_put (bytes, wide ? 45 : 20, 2);
  writer_put (bytes, entry->flags, 2);
  writer_put (bytes, entry->method, 2);
  writer_put (bytes, entry->dos_time, 4);
  writer_put (bytes, entry->crc, 4);
  writer_put (bytes, wide ? LARGE : entry->packed, 4);
  writer_put (bytes, wide ? LARGE : entry->size, 4);
  writer_put (bytes, strlen (entry->name), 2);
  writer_put (bytes, extra, 2);
}

static void
writer_put_local (NamidaZipWriter *self, GByteArray *bytes)
{
  g_byte_array_append (bytes, (const guint8 *) "PK\3\4", 4);
  writer_put_common (self, bytes, self->wide, self->wide ? 20 : 0);
  g_byte_array_append (bytes, (const guint8 *) self->entry.name, (guint) strlen (self->entry.name));
  if (!self->wide)
    return;
  writer_put (bytes, 1, 2);
  writer_put (bytes, 16, 2);
  writer_put (bytes, self->entry.size, 8);
  writer_put (bytes, self->entry.packed, 8);
}

static void
writer_put_central (NamidaZipWriter *self)
{
  GByteArray *bytes = self->directory;
  gboolean wide = self->wide || self->entry.header >= LARGE;

  g_byte_array_append (bytes, (const guint8 *) "PK\1\2", 4);
  writer_put (bytes, wide ? 45 : 20, 2);
  writer_put_common (self, bytes, wide, wide ? 28 : 0);
  writer_put (bytes, 0, 2 + 2 + 2 + 4);
  writer_put (bytes, wide ? LARGE : self->entry.header, 4);
  g_byte_array_append (bytes, (const guint8 *) self->entry.name, (guint) strlen (self->entry.name));
  if (!wide)
    return;
  writer_put (bytes, 1, 2);
  writer_put (bytes, 24, 2);
  writer_put (bytes, self->entry.size, 8);
  writer_put (bytes, self->entry.packed, 8);
  writer_put (bytes, self->entry.header, 8);
}

static gboolean
writer_open (NamidaZipWriter *self, const char *name, guint32 dos_time, guint16 method, gboolean wide, GError **error)
{
  writer_clear_entry (self);
  memset (&self->entry, 0, sizeof self->entry);
  if (strlen (name) > G_MAXUINT16)
    {
      g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_TOO_LONG, _ ("A name in the backup is too long."));
      return FALSE;
    }
  self->entry.name = g_strdup (name);
  self->entry.dos_time = dos_time;
  self->entry.method = method;
  self->entry.flags = g_str_is_ascii (name) || !g_utf8_validate (name, -1, NULL) ? 0 : FLAG_UTF8;
  self->entry.header = self->written + self->buffer->len;
  self->wide = wide;
  return TRUE;
}

static gboolean
writer_append_local (NamidaZipWriter *self, GError **error)
{
  g_autoptr (GByteArray) local = g_byte_array_new ();

  writer_put_local (self, local);
  return writer_append (self, local->data, local->len, error);
}

gboolean
namida_zip_writer_begin (
    NamidaZipWriter *self, const char *name, guint32 dos_time, int level, guint64 expected, GError **error)
{
  if (!writer_open (self, name, dos_time, level > 0 ? Z_DEFLATED : 0, expected > LIKELY_LARGE, error))
    return FALSE;
  memset (&self->stream, 0, sizeof self->stream);
  if (level > 0)
    {
      if (deflateInit2 (&self->stream, level, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        {
          g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_INTERNAL, _ ("Not enough memory."));
          return FALSE;
        }
      self->deflating = TRUE;
    }
  return writer_append_local (self, error);
}

static gboolean
writer_deflate (NamidaZipWriter *self, int flush, GError **error)
{
  guint8 out[BLOCK_BYTES];

  do
    {
      gsize n;

      self->stream.next_out = out;
      self->stream.avail_out = sizeof out;
      deflate (&self->stream, flush);
      n = sizeof out - self->stream.avail_out;
      self->entry.packed += n;
      if (n > 0 && !writer_append (self, out, n, error))
        return FALSE;
    }
  while (self->stream.avail_out == 0);
  return TRUE;
}

gboolean
namida_zip_writer_write (NamidaZipWriter *self, const void *data, gsize length, GError **error)
{
  const guint8 *at = data;

  while (length > 0)
    {
      gsize n = MIN (length, (gsize) G_MAXINT32);

      self->entry.crc = (guint32) crc32 (self->entry.crc, at, (uInt) n);
      self->entry.size += n;
      if (self->deflating)
        {
          self->stream.next_in = (Bytef *) at;
          self->stream.avail_in = (uInt) n;
          if (!writer_deflate (self, Z_NO_FLUSH, error))
            return FALSE;
        }
      else
        {
          self->entry.packed += n;
          if (!writer_append (self, at, n, error))
            return FALSE;
        }
      at += n;
      length -= n;
    }
  return TRUE;
}

/* Writes the header again, with the sizes, in the buffer or in the file. */
static gboolean
writer_patch (NamidaZipWriter *self, GError **error)
{
  g_autoptr (GByteArray) local = g_byte_array_new ();

  writer_put_local (self, local);
  if (self->entry.header < self->written)
    return namida_spool_write_at (self->fd, local->data, local->len, self->entry.header, error);
  memcpy (self->buffer->data + (self->entry.header - self->written), local->data, local->len);
  return TRUE;
}

gboolean
namida_zip_writer_end (NamidaZipWriter *self, GError **error)
{
  if (self->deflating && !writer_deflate (self, Z_FINISH, error))
    return FALSE;
  if (!self->wide && MAX (self->entry.size, self->entry.packed) >= LARGE)
    {
      g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_TOO_LARGE, _ ("A file in the backup is too large."));
      return FALSE;
    }
  /* The header is always appended in one piece, so it is never split between the file and the buffer. */
  if (!writer_patch (self, error))
    return FALSE;
  writer_put_central (self);
  self->n_entries++;
  writer_clear_entry (self);
  return TRUE;
}

gboolean
namida_zip_writer_add (
    NamidaZipWriter *self, const char *name, guint32 dos_time, const void *data, gsize length, GError **error)
{
  return namida_zip_writer_begin (self, name, dos_time, 6, length, error)
         && namida_zip_writer_write (self, data, length, error) && namida_zip_writer_end (self, error);
}

gboolean
namida_zip_writer_add_file (NamidaZipWriter *self,
                            const char *name,
                            guint32 dos_time,
                            int level,
                            int fd,
                            GCancellable *cancellable,
                            GError **error)
{
  g_autofree guint8 *block = g_malloc (BLOCK_BYTES);
  guint64 size, offset = 0;
  struct stat st;

  if (fstat (fd, &st) != 0)
    {
      int code = errno;
      g_autofree char *what = g_strdup_printf (_ ("The file “%s” could not be read"), name);

      namida_error_set_from_errno (error, code, what);
      return FALSE;
    }
  size = (guint64) st.st_size;
  if (!namida_zip_writer_begin (self, name, dos_time, level, size, error))
    return FALSE;
  for (; offset < size; offset += BLOCK_BYTES)
    {
      gsize n = (gsize) MIN (size - offset, BLOCK_BYTES);

      if (g_cancellable_set_error_if_cancelled (cancellable, error)
          || !namida_spool_read_at (fd, block, n, offset, error) || !namida_zip_writer_write (self, block, n, error))
        return FALSE;
    }
  return namida_zip_writer_end (self, error);
}

gboolean
namida_zip_writer_copy (NamidaZipWriter *self,
                        NamidaZip *from,
                        const NamidaZipEntry *entry,
                        const char *name,
                        GCancellable *cancellable,
                        GError **error)
{
  g_autofree guint8 *block = g_malloc (BLOCK_BYTES);
  guint64 offset, left = entry->packed;

  /* Damaged data must not become part of a new backup. */
  if (!namida_zip_check (from, entry, cancellable, error) || !namida_zip_find_data (from, entry, &offset, error)
      || !writer_open (self, name, entry->dos_time, entry->method, MAX (entry->size, left) >= LARGE, error))
    return FALSE;
  /* Clear the flag that says that the sizes follow the data: they are in the header now. */
  self->entry.flags = (guint16) (self->entry.flags | (entry->flags & (FLAG_UTF8 | 1u)));
  self->entry.crc = entry->crc;
  self->entry.size = entry->size;
  self->entry.packed = entry->packed;
  if (!writer_append_local (self, error))
    return FALSE;
  while (left > 0)
    {
      gsize n = (gsize) MIN (left, BLOCK_BYTES);

      if (g_cancellable_set_error_if_cancelled (cancellable, error)
          || !namida_spool_read_at (from->fd, block, n, offset, error) || !writer_append (self, block, n, error))
        return FALSE;
      offset += n;
      left -= n;
    }
  writer_put_central (self);
  self->n_entries++;
  writer_clear_entry (self);
  return TRUE;
}

static void
writer_put_end64 (NamidaZipWriter *self, GByteArray *end, guint64 offset)
{
  guint64 at = offset + self->directory->len;

  g_byte_array_append (end, (const guint8 *) "PK\6\6", 4);
  writer_put (end, 44, 8);
  writer_put (end, 45, 2);
  writer_put (end, 45, 2);
  writer_put (end, 0, 4 + 4);
  writer_put (end, self->n_entries, 8);
  writer_put (end, self->n_entries, 8);
  writer_put (end, self->directory->len, 8);
  writer_put (end, offset, 8);
  g_byte_array_append (end, (const guint8 *) "PK\6\7", 4);
  writer_put (end, 0, 4);
  writer_put (end, at, 8);
  writer_put (end, 1, 4);
}

gboolean
namida_zip_writer_finish (NamidaZipWriter *self, GError **error)
{
  g_autoptr (GByteArray) end = g_byte_array_new ();
  guint64 offset = self->written + self->buffer->len;
  gboolean wide = self->n_entries >= G_MAXUINT16 || offset >= LARGE;

  if (wide)
    writer_put_end64 (self, end, offset);
  g_byte_array_append (end, (const guint8 *) "PK\5\6", 4);
  writer_put (end, 0, 2 + 2);
  writer_put (end, wide ? G_MAXUINT16 : self->n_entries, 2);
  writer_put (end, wide ? G_MAXUINT16 : self->n_entries, 2);
  writer_put (end, self->directory->len, 4);
  writer_put (end, wide ? LARGE : offset, 4);
  writer_put (end, 0, 2);
  return writer_append (self, self->directory->data, self->directory->len, error)
         && writer_append (self, end->data, end->len, error) && writer_flush (self, error);
}
