/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writes packs with libarchive for the tests of receiving; see the header. */
#include "pack-sample.h"

#include <archive.h>
#include <archive_entry.h>

struct _PackSample
{
  struct archive *archive;
  GByteArray *bytes;
};

static la_ssize_t
on_write (struct archive *archive, void *user_data, const void *buffer, size_t length)
{
  g_byte_array_append (user_data, buffer, (guint) length);
  return (la_ssize_t) length;
}

PackSample *
pack_sample_new (void)
{
  PackSample *self = g_new0 (PackSample, 1);

  self->archive = archive_write_new ();
  self->bytes = g_byte_array_new ();
  g_assert_cmpint (archive_write_set_format_pax (self->archive), ==, ARCHIVE_OK);
  archive_write_set_bytes_per_block (self->archive, 512);
  archive_write_set_bytes_in_last_block (self->archive, 1);
  g_assert_cmpint (archive_write_open (self->archive, self->bytes, NULL, on_write, NULL), ==, ARCHIVE_OK);
  return self;
}

void
pack_sample_add (PackSample *self, const char *name, const void *data, gsize length)
{
  struct archive_entry *entry = archive_entry_new ();

  archive_entry_set_pathname (entry, name);
  archive_entry_set_filetype (entry, AE_IFREG);
  archive_entry_set_size (entry, (la_int64_t) length);
  g_assert_cmpint (archive_write_header (self->archive, entry), ==, ARCHIVE_OK);
  g_assert_cmpint (archive_write_data (self->archive, data, length), ==, (la_ssize_t) length);
  archive_entry_free (entry);
}

void
pack_sample_add_link (PackSample *self, const char *name, const char *target, gboolean hard)
{
  struct archive_entry *entry = archive_entry_new ();

  archive_entry_set_pathname (entry, name);
  archive_entry_set_filetype (entry, hard ? AE_IFREG : AE_IFLNK);
  if (hard)
    archive_entry_set_hardlink (entry, target);
  else
    archive_entry_set_symlink (entry, target);
  g_assert_cmpint (archive_write_header (self->archive, entry), ==, ARCHIVE_OK);
  archive_entry_free (entry);
}

GByteArray *
pack_sample_end (PackSample *self)
{
  GByteArray *bytes = self->bytes;

  archive_write_free (self->archive);
  g_free (self);
  return bytes;
}
