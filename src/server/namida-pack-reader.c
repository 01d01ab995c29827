/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Implements NamidaPackReader with libarchive, and limits how much a sender can make it read or allocate. Called by
 * namida-server-pack.c in a worker. */
#include "config.h"

#include "namida-pack-reader.h"

#include "namida-error.h"
#include "namida-limits.h"

#include <archive.h>
#include <archive_entry.h>
#include <glib/gi18n-lib.h>
#include <string.h>

#define BUFFER_SIZE (128u * 1024)
/* How much may be read between the contents of two entries, in addition to the rest of a buffer. A valid header has at
 * most 2 KiB. Without this limit, libarchive would accept 1 MiB for each header, and sparse maps of any length. */
#define HEADER_BYTES (16u * 1024)
/* tar pads its last record, usually to 10 KiB. */
#define TAIL_BYTES (64u * 1024)

struct _NamidaPackReader
{
  struct archive *archive;
  struct archive_entry *entry;
  NamidaPackRead read;
  gpointer user_data;
  guint8 *buffer;
  GError *error; /* set by @read */
  gsize header_bytes;
  gboolean in_header, ended;
  guint n_entries;
  gsize size;
  char *name;
};

static gboolean
pack_reader_refuse (NamidaPackReader *self, GError **error)
{
  if (self->error != NULL)
    g_propagate_error (error, g_steal_pointer (&self->error));
  else
    g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_INVALID_REQUEST,
                         _ ("The pack of small files cannot be understood. Send it again."));
  return FALSE;
}

static la_ssize_t
pack_reader_on_read (struct archive *archive, void *user_data, const void **data)
{
  NamidaPackReader *self = user_data;
  gssize n;

  *data = self->buffer;
  if (self->error != NULL || (self->in_header && self->header_bytes > HEADER_BYTES))
    return ARCHIVE_FATAL;
  n = self->ended ? 0 : self->read (self->buffer, BUFFER_SIZE, self->user_data, &self->error);
  if (n < 0)
    return ARCHIVE_FATAL;
  self->ended = n == 0;
  if (self->in_header)
    self->header_bytes += (gsize) n;
  return n;
}

NamidaPackReader *
namida_pack_reader_new (NamidaPackRead read, gpointer user_data)
{
  NamidaPackReader *self = g_new0 (NamidaPackReader, 1);

  self->archive = archive_read_new ();
  self->entry = archive_entry_new ();
  self->read = read;
  self->user_data = user_data;
  self->buffer = g_malloc (BUFFER_SIZE);
  return self;
}

void
namida_pack_reader_free (NamidaPackReader *self)
{
  archive_entry_free (self->entry);
  archive_read_free (self->archive);
  g_clear_error (&self->error);
  g_free (self->name);
  g_free (self->buffer);
  g_free (self);
}

/* Accepts only tar without compression, so that the data cannot expand. */
static gboolean
pack_reader_open_archive (NamidaPackReader *self)
{
  return archive_read_support_format_tar (self->archive) == ARCHIVE_OK
         && archive_read_open (self->archive, self, NULL, pack_reader_on_read, NULL) == ARCHIVE_OK;
}

/* Reads to the end of the body, because the next request begins after it. */
static gboolean
pack_reader_drain (NamidaPackReader *self, GError **error)
{
  gsize total = 0;

  while (!self->ended)
    {
      gssize n = self->read (self->buffer, BUFFER_SIZE, self->user_data, error);

      if (n < 0)
        return FALSE;
      self->ended = n == 0;
      total += (gsize) n;
      if (total > TAIL_BYTES)
        return pack_reader_refuse (self, error);
    }
  return TRUE;
}

static gboolean
pack_reader_take_name (NamidaPackReader *self, NamidaPackEntry *entry)
{
  const char *name = archive_entry_pathname (self->entry);
  char *slash;

  if (name == NULL || strlen (name) > NAMIDA_LIMIT_COMPONENT_BYTES)
    return FALSE;
  g_free (self->name);
  self->name = g_strdup (name);
  slash = strchr (self->name, '/');
  if (slash == NULL || slash == self->name || slash[1] == '\0' || strchr (slash + 1, '/') != NULL)
    return FALSE;
  *slash = '\0';
  entry->id = self->name;
  entry->token = slash + 1;
  return TRUE;
}

static gboolean
pack_reader_is_plain (struct archive_entry *entry)
{
  return archive_entry_filetype (entry) == AE_IFREG && archive_entry_hardlink (entry) == NULL
         && archive_entry_symlink (entry) == NULL && archive_entry_size_is_set (entry)
         && archive_entry_size (entry) >= 0 && archive_entry_sparse_count (entry) == 0;
}

static gboolean
pack_reader_check_entry (NamidaPackReader *self, NamidaPackEntry *entry, GError **error)
{
  if (!pack_reader_is_plain (self->entry) || !pack_reader_take_name (self, entry))
    return pack_reader_refuse (self, error);
  if (archive_entry_size (self->entry) > NAMIDA_LIMIT_PACK_FILE_BYTES)
    {
      g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_TOO_LARGE, _ ("A file is too large to be in a pack."));
      return FALSE;
    }
  if (++self->n_entries > NAMIDA_LIMIT_PACK_FILES)
    {
      g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_TOO_LARGE, _ ("There are too many files in a pack."));
      return FALSE;
    }
  entry->size = self->size = (gsize) archive_entry_size (self->entry);
  return TRUE;
}

gboolean
namida_pack_reader_next (NamidaPackReader *self, NamidaPackEntry *entry, GError **error)
{
  int status;

  self->in_header = TRUE;
  self->header_bytes = 0;
  if (self->n_entries == 0 && !pack_reader_open_archive (self))
    return pack_reader_refuse (self, error);
  status = archive_read_next_header2 (self->archive, self->entry);
  self->in_header = FALSE;
  if (status == ARCHIVE_EOF)
    return pack_reader_drain (self, error) && FALSE;
  if (status != ARCHIVE_OK)
    return pack_reader_refuse (self, error);
  return pack_reader_check_entry (self, entry, error);
}

gboolean
namida_pack_reader_data (NamidaPackReader *self, guint8 *data, GError **error)
{
  gsize done = 0;

  while (done < self->size)
    {
      la_ssize_t n = archive_read_data (self->archive, data + done, self->size - done);

      if (n <= 0)
        return pack_reader_refuse (self, error);
      done += (gsize) n;
    }
  return TRUE;
}
