/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reads a zip by its directory. Used by the contents of a backup (namida-contents.c) and, for copying, by the writer
 * (namida-zip-writer.c), in worker threads. It understands only what Java and Dart write: stored and deflated
 * entries, zip64, no encryption. The field names are those of APPNOTE.TXT 6.3.10. */
#include "config.h"

#include "namida-zip.h"

#include "namida-error.h"
#include "namida-inspect-zip-private.h"
#include "namida-spool.h"

#include <glib/gi18n-lib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#define LOCAL_BYTES 30u
#define CENTRAL_BYTES 46u
#define BLOCK_BYTES (64u * 1024)
#define FLAG_ENCRYPTED 1u
/* Real backups unpack to ten or twenty times their size; deflate can reach a thousand. */
#define RATIO_MOST 100u
#define FREE_BYTES (64u * 1024 * 1024)

static guint64
zip_get (const guint8 *at, guint bytes)
{
  guint64 value = 0;

  while (bytes-- > 0)
    value = value << 8 | at[bytes];
  return value;
}

static gboolean
zip_fail (NamidaError code, const char *sentence, GError **error)
{
  g_set_error_literal (error, NAMIDA_ERROR, code, sentence);
  return FALSE;
}

static gboolean
zip_fail_damaged (GError **error)
{
  return zip_fail (NAMIDA_ERROR_CHECKSUM, _ ("The backup is damaged."), error);
}

static gboolean
zip_fail_too_large (GError **error)
{
  return zip_fail (NAMIDA_ERROR_TOO_LARGE,
                   _ ("The backup unpacks to far more than any Namida backup. It was not opened."), error);
}

void
namida_zip_budget_init (NamidaZipBudget *self, guint64 size)
{
  self->left = FREE_BYTES + MIN (size, G_MAXUINT64 / (2 * RATIO_MOST)) * RATIO_MOST;
}

static void
zip_entry_free (gpointer data)
{
  NamidaZipEntry *entry = data;

  g_free (entry->name);
  g_free (entry);
}

/* The sizes and the offset of a zip64 entry follow in an extra field, but only those that do not fit into the
 * header. */
static void
zip_take_extra (NamidaZipEntry *entry, const guint8 *extra, gsize length)
{
  while (length >= 4)
    {
      gsize size = (gsize) zip_get (extra + 2, 2);
      const guint8 *at = extra + 4;

      if (size > length - 4)
        return;
      if (zip_get (extra, 2) == 1)
        {
          guint64 *const fields[] = { &entry->size, &entry->packed, &entry->header };

          for (guint i = 0; i < G_N_ELEMENTS (fields); i++)
            if (*fields[i] == G_MAXUINT32 && (gsize) (at - extra) + 8 <= size + 4)
              {
                *fields[i] = zip_get (at, 8);
                at += 8;
              }
        }
      extra += 4 + size;
      length -= 4 + size;
    }
}

static NamidaZipEntry *
zip_parse_entry (const guint8 *at, gsize left, gsize *taken)
{
  gsize name, extra, comment;
  NamidaZipEntry *entry;

  if (left < CENTRAL_BYTES || memcmp (at, "PK\1\2", 4) != 0)
    return NULL;
  name = (gsize) zip_get (at + 28, 2);
  extra = (gsize) zip_get (at + 30, 2);
  comment = (gsize) zip_get (at + 32, 2);
  if (CENTRAL_BYTES + name + extra + comment > left || memchr (at + CENTRAL_BYTES, '\0', name) != NULL)
    return NULL;
  entry = g_new0 (NamidaZipEntry, 1);
  entry->flags = (guint16) zip_get (at + 8, 2);
  entry->method = (guint16) zip_get (at + 10, 2);
  entry->dos_time = (guint32) zip_get (at + 12, 4);
  entry->crc = (guint32) zip_get (at + 16, 4);
  entry->packed = zip_get (at + 20, 4);
  entry->size = zip_get (at + 24, 4);
  entry->header = zip_get (at + 42, 4);
  entry->name = g_strndup ((const char *) at + CENTRAL_BYTES, name);
  zip_take_extra (entry, at + CENTRAL_BYTES + name, extra);
  *taken = CENTRAL_BYTES + name + extra + comment;
  return entry;
}

/* The data of all entries together must fit into the zip; otherwise, overlapping entries could be copied into a file
 * of any size. */
static gboolean
zip_parse_directory (NamidaZip *self, const guint8 *at, gsize left, guint64 *unpacked)
{
  guint64 packed = 0;

  while (left > 0)
    {
      gsize taken = 0;
      NamidaZipEntry *entry = zip_parse_entry (at, left, &taken);

      if (entry == NULL)
        return FALSE;
      g_ptr_array_add (self->entries, entry);
      if (self->entries->len > NAMIDA_INSPECT_ENTRIES_MOST || entry->packed > self->length
          || entry->header > self->length - entry->packed)
        return FALSE;
      packed += LOCAL_BYTES + entry->packed;
      if (packed > self->length)
        return FALSE;
      *unpacked = *unpacked > G_MAXUINT64 - entry->size ? G_MAXUINT64 : *unpacked + entry->size;
      at += taken;
      left -= taken;
    }
  return TRUE;
}

NamidaZip *
namida_zip_open (int fd, guint64 base, guint64 length, NamidaZipBudget *budget, GError **error)
{
  g_autoptr (NamidaZip) self = g_new0 (NamidaZip, 1);
  g_autofree guint8 *directory = NULL;
  NamidaZipShape shape;
  guint64 offset, size, unpacked = 0;

  self->fd = fd;
  self->base = base;
  self->length = length;
  self->budget = budget;
  self->entries = g_ptr_array_new_with_free_func (zip_entry_free);
  if (!namida_inspect_find_directory (fd, base, length, &shape, &offset, &size))
    {
      zip_fail (NAMIDA_ERROR_STORAGE, _ ("Could not read the backup"), error);
      return NULL;
    }
  if (shape == NAMIDA_ZIP_NOTHING && length > 0)
    return g_steal_pointer (&self);
  if (shape != NAMIDA_ZIP_WHOLE)
    {
      zip_fail (shape == NAMIDA_ZIP_HUGE ? NAMIDA_ERROR_TOO_LARGE : NAMIDA_ERROR_INVALID_REQUEST,
                shape == NAMIDA_ZIP_HUGE ? _ ("The backup has more files than any Namida backup.")
                                         : _ ("The file is not a complete zip file. Copy or send it again."),
                error);
      return NULL;
    }
  directory = g_malloc ((gsize) size);
  if (!namida_spool_read_at (fd, directory, (gsize) size, base + offset, error))
    return NULL;
  if (!zip_parse_directory (self, directory, (gsize) size, &unpacked))
    {
      zip_fail_damaged (error);
      return NULL;
    }
  if (unpacked > budget->left)
    {
      zip_fail_too_large (error);
      return NULL;
    }
  return g_steal_pointer (&self);
}

void
namida_zip_free (NamidaZip *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->entries);
  g_free (self);
}

gboolean
namida_zip_entry_is_encrypted (const NamidaZipEntry *entry)
{
  return (entry->flags & FLAG_ENCRYPTED) != 0;
}

gboolean
namida_zip_entry_is_folder (const NamidaZipEntry *entry)
{
  return g_str_has_suffix (entry->name, "/");
}

gboolean
namida_zip_find_data (NamidaZip *self, const NamidaZipEntry *entry, guint64 *offset, GError **error)
{
  guint8 local[LOCAL_BYTES];
  guint64 at;

  if (entry->header + LOCAL_BYTES > self->length)
    return zip_fail_damaged (error);
  if (!namida_spool_read_at (self->fd, local, sizeof local, self->base + entry->header, error))
    return FALSE;
  at = entry->header + LOCAL_BYTES + zip_get (local + 26, 2) + zip_get (local + 28, 2);
  if (memcmp (local, "PK\3\4", 4) != 0 || at > self->length || entry->packed > self->length - at)
    return zip_fail_damaged (error);
  *offset = self->base + at;
  return TRUE;
}

/* The state of reading one entry. */
typedef struct
{
  NamidaZip *zip;
  const NamidaZipEntry *entry;
  NamidaZipSink sink;
  gpointer user_data;
  GCancellable *cancellable;
  guint64 done;
  guint32 crc;
  guint8 in[BLOCK_BYTES];
  guint8 out[BLOCK_BYTES];
} ZipReading;

static gboolean
zip_give (ZipReading *reading, const guint8 *data, gsize length, GError **error)
{
  NamidaZipBudget *budget = reading->zip->budget;

  if (g_cancellable_set_error_if_cancelled (reading->cancellable, error))
    return FALSE;
  if (length > budget->left)
    return zip_fail_too_large (error);
  budget->left -= length;
  reading->done += length;
  if (reading->done > reading->entry->size)
    return zip_fail_damaged (error);
  reading->crc = (guint32) crc32 (reading->crc, data, (uInt) length);
  return length == 0 || reading->sink (reading->user_data, data, length, error);
}

static gboolean
zip_inflate_block (ZipReading *reading, z_stream *stream, int *status, GError **error)
{
  do
    {
      stream->next_out = reading->out;
      stream->avail_out = sizeof reading->out;
      *status = inflate (stream, Z_NO_FLUSH);
      if (*status != Z_OK && *status != Z_STREAM_END && *status != Z_BUF_ERROR)
        return zip_fail_damaged (error);
      if (!zip_give (reading, reading->out, sizeof reading->out - stream->avail_out, error))
        return FALSE;
    }
  while (*status == Z_OK && stream->avail_out == 0);
  return TRUE;
}

static gboolean
zip_read_packed (ZipReading *reading, z_stream *stream, guint64 offset, GError **error)
{
  guint64 left = reading->entry->packed;
  int status = Z_OK;

  while (left > 0 && status != Z_STREAM_END)
    {
      gsize n = (gsize) MIN (left, sizeof reading->in);

      if (!namida_spool_read_at (reading->zip->fd, reading->in, n, offset, error))
        return FALSE;
      offset += n;
      left -= n;
      if (stream == NULL)
        {
          if (!zip_give (reading, reading->in, n, error))
            return FALSE;
          continue;
        }
      stream->next_in = reading->in;
      stream->avail_in = (uInt) n;
      if (!zip_inflate_block (reading, stream, &status, error))
        return FALSE;
    }
  if ((stream != NULL && status != Z_STREAM_END) || reading->done != reading->entry->size
      || reading->crc != reading->entry->crc)
    return zip_fail_damaged (error);
  return TRUE;
}

static gboolean
zip_can_read (const NamidaZipEntry *entry)
{
  return !namida_zip_entry_is_encrypted (entry) && (entry->method == 0 || entry->method == Z_DEFLATED);
}

gboolean
namida_zip_read (NamidaZip *self,
                 const NamidaZipEntry *entry,
                 NamidaZipSink sink,
                 gpointer user_data,
                 GCancellable *cancellable,
                 GError **error)
{
  g_autofree ZipReading *reading = g_new0 (ZipReading, 1);
  z_stream stream = { 0 };
  guint64 offset;
  gboolean done;

  reading->zip = self;
  reading->entry = entry;
  reading->sink = sink;
  reading->user_data = user_data;
  reading->cancellable = cancellable;
  if (!namida_zip_find_data (self, entry, &offset, error))
    return FALSE;
  if (!zip_can_read (entry))
    return zip_fail (NAMIDA_ERROR_INVALID_REQUEST,
                     _ ("The backup is encrypted or packed in a way that Namida does not use."), error);
  if (entry->method == 0)
    return zip_read_packed (reading, NULL, offset, error);
  if (inflateInit2 (&stream, -MAX_WBITS) != Z_OK)
    return zip_fail (NAMIDA_ERROR_INTERNAL, _ ("Not enough memory."), error);
  done = zip_read_packed (reading, &stream, offset, error);
  inflateEnd (&stream);
  return done;
}

static gboolean
zip_drop (gpointer user_data, const guint8 *data, gsize length, GError **error)
{
  return TRUE;
}

gboolean
namida_zip_check (NamidaZip *self, const NamidaZipEntry *entry, GCancellable *cancellable, GError **error)
{
  return !zip_can_read (entry) || namida_zip_read (self, entry, zip_drop, NULL, cancellable, error);
}

static gboolean
zip_append (gpointer user_data, const guint8 *data, gsize length, GError **error)
{
  g_byte_array_append (user_data, data, (guint) length);
  return TRUE;
}

GBytes *
namida_zip_read_bytes (
    NamidaZip *self, const NamidaZipEntry *entry, gsize most, GCancellable *cancellable, GError **error)
{
  g_autoptr (GByteArray) bytes = NULL;

  if (entry->size > MIN (most, (gsize) G_MAXINT32))
    {
      zip_fail (NAMIDA_ERROR_TOO_LARGE, _ ("A list in the backup is too large to be read."), error);
      return NULL;
    }
  /* The size in the directory may be wrong, so allocate memory as bytes arrive. */
  bytes = g_byte_array_sized_new ((guint) MIN (entry->size + 1, 1024u * 1024));
  if (!namida_zip_read (self, entry, zip_append, bytes, cancellable, error))
    return NULL;
  g_byte_array_append (bytes, (const guint8 *) "", 1);
  g_byte_array_set_size (bytes, bytes->len - 1);
  return g_byte_array_free_to_bytes (g_steal_pointer (&bytes));
}

static gboolean
zip_write_out (gpointer user_data, const guint8 *data, gsize length, GError **error)
{
  return namida_spool_write (GPOINTER_TO_INT (user_data), data, length, error);
}

int
namida_zip_spool (
    NamidaZip *self, const NamidaZipEntry *entry, const char *folder, GCancellable *cancellable, GError **error)
{
  int fd = namida_spool_new (folder, error);

  if (fd < 0)
    return -1;
  if (!namida_zip_read (self, entry, zip_write_out, GINT_TO_POINTER (fd), cancellable, error))
    {
      close (fd);
      return -1;
    }
  return fd;
}
