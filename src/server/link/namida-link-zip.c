/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writes the zip of namida-link-zip.h with libarchive. Each file with a known hash is compared with it, so that a file
 * that is damaged here never arrives as intact. */

#include "config.h"

#include "namida-link-zip.h"

#include "namida-digest.h"
#include "namida-error.h"
#include "namida-file-reader.h"

#include <archive.h>
#include <archive_entry.h>
#include <glib/gi18n-lib.h>
#include <locale.h>
#include <unistd.h>

#define BLOCK_BYTES (256 * 1024)

typedef struct
{
  struct archive *archive;
  NamidaLinkZipWrite write;
  NamidaLinkZipDamaged damaged;
  gpointer user_data;
  NamidaRateLimit *limit;
  GCancellable *cancellable;
  guint8 *data;              /* BLOCK_BYTES */
  gboolean unwanted, failed; /* @failed: the bytes written from now on must not look like the end of a zip */
} LinkZip;

static la_ssize_t
zip_on_write (struct archive *archive, void *user_data, const void *data, size_t length)
{
  LinkZip *self = user_data;

  if (self->failed || self->unwanted)
    return -1;
  self->unwanted = !self->write (data, length, self->user_data);
  return self->unwanted ? -1 : (la_ssize_t) length;
}

static gboolean
zip_set_error (LinkZip *self, GError **error)
{
  if (self->unwanted || g_cancellable_is_cancelled (self->cancellable))
    g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_CANCELLED, _ ("The download was canceled."));
  else
    g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_INTERNAL, _ ("The zip could not be made: %s"),
                 archive_error_string (self->archive) != NULL ? archive_error_string (self->archive) : "?");
  return FALSE;
}

static gboolean
zip_begin_entry (LinkZip *self, const NamidaEntry *entry, GError **error)
{
  struct archive_entry *header = archive_entry_new ();
  g_autofree char *path = namida_entry_dup_path (entry);
  gboolean folder = entry->kind == NAMIDA_ENTRY_FOLDER;
  gboolean ok;

  archive_entry_set_pathname (header, path);
  archive_entry_set_filetype (header, folder ? AE_IFDIR : AE_IFREG);
  archive_entry_set_perm (header, folder ? 0755 : 0644);
  archive_entry_set_size (header, (la_int64_t) entry->size);
  if (entry->mtime_ns != NAMIDA_ENTRY_TIME_UNKNOWN)
    archive_entry_set_mtime (header, (time_t) (namida_entry_get_mtime_ms (entry) / 1000), 0);
  ok = archive_write_header (self->archive, header) == ARCHIVE_OK;
  archive_entry_free (header);
  return ok || zip_set_error (self, error);
}

static gboolean
zip_add_content (LinkZip *self, const NamidaEntry *entry, int fd, NamidaDigest *digest, GError **error)
{
  for (guint64 offset = 0; offset < entry->size;)
    {
      gsize piece = MIN (BLOCK_BYTES, namida_rate_limit_get_piece (self->limit));
      gsize length = (gsize) MIN (piece, entry->size - offset);

      if (g_cancellable_is_cancelled (self->cancellable))
        return zip_set_error (self, error);
      namida_rate_limit_wait (self->limit, length, self->cancellable);
      if (!namida_source_read (entry, fd, offset, length, self->data, error))
        return FALSE;
      namida_digest_update (digest, self->data, length);
      if (archive_write_data (self->archive, self->data, length) != (la_ssize_t) length)
        return zip_set_error (self, error);
      offset += length;
    }
  return TRUE;
}

static gboolean
zip_check (LinkZip *self, const NamidaEntry *entry, const struct stat *st, NamidaDigest *digest, GError **error)
{
  g_autofree char *sha256 = namida_digest_finish (digest);
  g_autofree char *path = NULL;

  if (entry->sha256 == NULL || g_ascii_strcasecmp (entry->sha256, sha256) == 0)
    return TRUE;
  if (self->damaged != NULL)
    self->damaged (entry, st, self->user_data);
  path = namida_entry_dup_path (entry);
  g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_CHECKSUM, _ ("“%s” is damaged on this device."), path);
  return FALSE;
}

static gboolean
zip_add (LinkZip *self, const NamidaEntry *entry, GError **error)
{
  g_autoptr (NamidaDigest) digest = NULL;
  struct stat st;
  gboolean ok;
  int fd;

  if (entry->kind == NAMIDA_ENTRY_FOLDER)
    return zip_begin_entry (self, entry, error);
  fd = namida_source_open (entry, &st, error);
  if (fd < 0)
    return FALSE;
  digest = namida_digest_new ();
  ok = zip_begin_entry (self, entry, error) && zip_add_content (self, entry, fd, digest, error)
       && namida_source_check (entry, fd, &st, error) && zip_check (self, entry, &st, digest, error);
  close (fd);
  return ok;
}

/* Names that are not valid UTF-8 cannot be stored in a zip; the scanner leaves them out. */
static gboolean
zip_open (LinkZip *self, GError **error)
{
  self->archive = archive_write_new ();
  if (archive_write_set_format_zip (self->archive) == ARCHIVE_OK
      && archive_write_set_options (self->archive, "zip:compression=store") == ARCHIVE_OK
      && archive_write_set_bytes_per_block (self->archive, BLOCK_BYTES) == ARCHIVE_OK
      && archive_write_set_bytes_in_last_block (self->archive, 1) == ARCHIVE_OK
      && archive_write_open (self->archive, self, NULL, zip_on_write, NULL) == ARCHIVE_OK)
    return TRUE;
  return zip_set_error (self, error);
}

gboolean
namida_link_zip_write (NamidaBackup *backup,
                       NamidaRateLimit *limit,
                       NamidaLinkZipWrite write,
                       NamidaLinkZipDamaged damaged,
                       gpointer user_data,
                       GCancellable *cancellable,
                       GError **error)
{
  GPtrArray *entries = namida_backup_get_entries (backup);
  LinkZip self
      = { .write = write, .damaged = damaged, .user_data = user_data, .limit = limit, .cancellable = cancellable };
  /* libarchive marks names as UTF-8 depending on the locale of the thread. Its option for the charset would also
   * compose decomposed characters, which changes the names of files. */
  locale_t utf8 = newlocale (LC_CTYPE_MASK, "C.UTF-8", (locale_t) 0);
  locale_t before = utf8 != (locale_t) 0 ? uselocale (utf8) : (locale_t) 0;
  gboolean ok = zip_open (&self, error);

  self.data = g_malloc (BLOCK_BYTES);
  for (guint i = 0; ok && i < entries->len; i++)
    ok = zip_add (&self, g_ptr_array_index (entries, i), error);
  /* Freeing an open archive would write its directory. */
  self.failed = !ok;
  if (ok && archive_write_close (self.archive) != ARCHIVE_OK)
    ok = zip_set_error (&self, error);
  archive_write_free (self.archive);
  if (utf8 != (locale_t) 0)
    {
      uselocale (before);
      freelocale (utf8);
    }
  g_free (self.data);
  return ok;
}
