/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Reads a zip by its directory, entry by entry in any order, and gives access to the packed bytes, which libarchive
 * does not: a part of a backup that needs no change is copied as it is. Everything in the file is untrusted. Blocking.
 */

typedef struct
{
  char *name;     /* as the zip has it: perhaps no UTF-8, perhaps unsafe */
  guint64 header; /* where its local header begins, within the zip */
  guint64 packed; /* bytes in the zip */
  guint64 size;   /* bytes unpacked, as the directory says */
  guint32 crc;
  guint32 dos_time; /* date in the upper half */
  guint16 method;   /* 0: stored, 8: deflated */
  guint16 flags;
} NamidaZipEntry;

/** How much may still be unpacked, shared by a zip and the zips in it: what a bomb runs into. */
typedef struct
{
  guint64 left;
} NamidaZipBudget;

/** NamidaZip: an open zip. One thread. */
typedef struct
{
  int fd;       /* borrowed */
  guint64 base; /* where the zip begins in the file */
  guint64 length;
  GPtrArray *entries; /* NamidaZipEntry, in the order of the directory */
  NamidaZipBudget *budget;
} NamidaZip;

/** The next bytes of an entry. Returns: %FALSE with an error, which ends the reading. */
typedef gboolean (*NamidaZipSink) (gpointer user_data, const guint8 *data, gsize length, GError **error);

/** namida_zip_budget_init: for a file of @size bytes: what a backup of that size can unpack to at most. */
void namida_zip_budget_init (NamidaZipBudget *self, guint64 size);
/**
 * namida_zip_open: @fd: must stay open; @base, @length: the part of it that is the zip; @budget: must outlive the zip
 * Returns: (transfer full) (nullable): %NULL with INVALID_REQUEST (no whole zip), TOO_LARGE or STORAGE
 */
NamidaZip *namida_zip_open (int fd, guint64 base, guint64 length, NamidaZipBudget *budget, GError **error);
void namida_zip_free (NamidaZip *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NamidaZip, namida_zip_free)

/** namida_zip_find_data: where the packed bytes of @entry begin in the file. Returns: %FALSE with INVALID_REQUEST. */
gboolean namida_zip_find_data (NamidaZip *self, const NamidaZipEntry *entry, guint64 *offset, GError **error);
/** namida_zip_read: unpacks @entry into @sink and compares size and checksum. Returns: %FALSE with CHECKSUM (damaged),
 * TOO_LARGE, STORAGE, CANCELLED, or the error of @sink. */
gboolean namida_zip_read (NamidaZip *self,
                          const NamidaZipEntry *entry,
                          NamidaZipSink sink,
                          gpointer user_data,
                          GCancellable *cancellable,
                          GError **error);
/** namida_zip_read_bytes: (transfer full) (nullable): all of @entry, which must not have more than @most bytes, else
 * %NULL with TOO_LARGE. A NUL that does not count follows the bytes. */
GBytes *namida_zip_read_bytes (
    NamidaZip *self, const NamidaZipEntry *entry, gsize most, GCancellable *cancellable, GError **error);
/** namida_zip_spool: all of @entry in a temporary file in @folder (nullable). Returns: its descriptor, or -1. */
int namida_zip_spool (
    NamidaZip *self, const NamidaZipEntry *entry, const char *folder, GCancellable *cancellable, GError **error);
/** namida_zip_entry_is_encrypted: whether it needs a password. */
gboolean namida_zip_entry_is_encrypted (const NamidaZipEntry *entry);
/** namida_zip_check: reads all of @entry and compares size and checksum; what is packed in a way that this program
 * cannot read passes. Returns: %FALSE as of namida_zip_read(). */
gboolean namida_zip_check (NamidaZip *self, const NamidaZipEntry *entry, GCancellable *cancellable, GError **error);
/** namida_zip_entry_is_folder: whether it is a folder's own entry. */
gboolean namida_zip_entry_is_folder (const NamidaZipEntry *entry);

G_END_DECLS
