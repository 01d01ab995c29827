/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reads zips by their directory. Used by the contents of a backup, the zip writer and the store, in worker threads.
 * Blocking. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Reads a zip by its directory, entry by entry in any order. Unlike libarchive, it gives access to the compressed
 * bytes, so that a part of a backup that needs no change is copied as it is. Everything in the file is untrusted.
 * Blocking. */

typedef struct
{
  char *name;     /* as in the zip: possibly not UTF-8, possibly unsafe */
  guint64 header; /* offset of its local header within the zip */
  guint64 packed; /* compressed size in bytes */
  guint64 size;   /* uncompressed size in bytes, according to the directory */
  guint32 crc;
  guint32 dos_time; /* date in the upper half */
  guint16 method;   /* 0: stored, 8: deflated */
  guint16 flags;
} NamidaZipEntry;

/**
 * NamidaZipBudget: how many bytes may still be unpacked. It is shared by a zip and the zips in it and limits zip bombs.
 */
typedef struct
{
  guint64 left;
} NamidaZipBudget;

/** NamidaZip: an open zip. One thread. */
typedef struct
{
  int fd;       /* borrowed */
  guint64 base; /* offset of the zip in the file */
  guint64 length;
  GPtrArray *entries; /* NamidaZipEntry, in the order of the directory */
  NamidaZipBudget *budget;
} NamidaZip;

/** NamidaZipSink: Receives the next bytes of an entry. Returns: %FALSE with an error, which ends the reading. */
typedef gboolean (*NamidaZipSink) (gpointer user_data, const guint8 *data, gsize length, GError **error);

/** namida_zip_budget_init: Sets the budget to the most that a backup of @size bytes can unpack to. */
void namida_zip_budget_init (NamidaZipBudget *self, guint64 size);
/**
 * namida_zip_open:
 * @fd: must stay open
 * @base: offset of the zip in the file
 * @length: length of the zip in bytes
 * @budget: must outlive the zip
 *
 * Returns: (transfer full) (nullable): %NULL with INVALID_REQUEST (not a complete zip), TOO_LARGE or STORAGE
 */
NamidaZip *namida_zip_open (int fd, guint64 base, guint64 length, NamidaZipBudget *budget, GError **error);
/** namida_zip_free: @self: (transfer full) */
void namida_zip_free (NamidaZip *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NamidaZip, namida_zip_free)

/**
 * namida_zip_find_data: @offset: (out): where the compressed bytes of @entry begin in the file. Returns: %FALSE with
 * INVALID_REQUEST.
 */
gboolean namida_zip_find_data (NamidaZip *self, const NamidaZipEntry *entry, guint64 *offset, GError **error);
/**
 * namida_zip_read: Unpacks @entry into @sink and checks its size and checksum. Returns: %FALSE with CHECKSUM (damaged),
 * TOO_LARGE, STORAGE, CANCELLED, or the error of @sink.
 */
gboolean namida_zip_read (NamidaZip *self,
                          const NamidaZipEntry *entry,
                          NamidaZipSink sink,
                          gpointer user_data,
                          GCancellable *cancellable,
                          GError **error);
/**
 * namida_zip_read_bytes: Returns: (transfer full) (nullable): the contents of @entry, followed by a NUL that is not
 * counted; %NULL with TOO_LARGE if there are more than @most bytes, or with the errors of namida_zip_read().
 */
GBytes *namida_zip_read_bytes (
    NamidaZip *self, const NamidaZipEntry *entry, gsize most, GCancellable *cancellable, GError **error);
/**
 * namida_zip_spool: Unpacks @entry into a temporary file in @folder (nullable). Returns: its descriptor, or -1 with an
 * error.
 */
int namida_zip_spool (
    NamidaZip *self, const NamidaZipEntry *entry, const char *folder, GCancellable *cancellable, GError **error);
/** namida_zip_entry_is_encrypted: Returns: whether the entry needs a password. */
gboolean namida_zip_entry_is_encrypted (const NamidaZipEntry *entry);
/**
 * namida_zip_check: Reads all of @entry and checks its size and checksum; an entry with a compression method that this
 * program does not know passes. Returns: %FALSE with the errors of namida_zip_read().
 */
gboolean namida_zip_check (NamidaZip *self, const NamidaZipEntry *entry, GCancellable *cancellable, GError **error);
/** namida_zip_entry_is_folder: Returns: whether the entry stands for a folder. */
gboolean namida_zip_entry_is_folder (const NamidaZipEntry *entry);

G_END_DECLS
