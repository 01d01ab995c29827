/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-folder-set.h"
#include "namida-known-content.h"
#include "namida-place-cursor.h"
#include "namida-store-sink-private.h"

#include <sys/stat.h>

G_BEGIN_DECLS

/* A part that is whole and as its sender meant it. */
typedef struct
{
  guint root;
  const char *relative;
  char *part;
  const char *sha256;
  const char *file_id; /* (nullable) */
  guint64 size;
  gint64 mtime_ns;
  guint64 inode, device;    /* the two and the next: of the part, once it is ready */
  gint64 ready_mtime_ns;    /* may be coarser than @mtime_ns */
  gboolean counts;          /* a file of the backup, not its manifest */
  gboolean known;           /* it was at a person's place before */
  gboolean read;            /* its bytes were read just now and have @sha256 */
  const NamidaEntry *entry; /* (nullable): the manifest */
  NamidaCommit *request;    /* (nullable) who asks */
} NamidaGood;

typedef struct
{
  NamidaStoreSink *self;
  NamidaCommit **requests; /* (nullable) elements: who asks for each item */
  GArray *good;            /* NamidaGood */
  GArray *rows;            /* NamidaStoredRow, their folders unset until the version has its name */
  GArray *row_roots;
  GStringChunk *texts; /* what of the rows is nobody else's */
  NamidaPlaceCursor cursor;
  NamidaFolderSet *touched;
  NamidaKnownContent *known;
  guint stored, kept;
  gboolean folders; /* at least one was made */
  char *manifest_path;
} NamidaWork;

/** Logs why one file is not stored, and tells @request (nullable), in a sentence; the rest goes on. */
void namida_work_tell (NamidaStoreSink *self, NamidaCommit *request, const char *relative, const char *why);
/** Sets @error from an errno. Returns: %FALSE. */
gboolean namida_work_fail (GError **error, int saved_errno, const char *relative);
/** Notes for the journal what lies at @relative; the texts must stay until the end. */
void
namida_work_add_row (NamidaWork *work, const NamidaGood *good, guint root, const char *relative, const struct stat *st);
/** Modes, times and contents of all good parts on the disk; those that cannot be are taken out. %FALSE: nothing more
 * can be stored. */
gboolean namida_work_make_durable (NamidaWork *work, GError **error);
/** Gives all good parts their final names. %FALSE: nothing more can be stored. */
gboolean namida_work_place_all (NamidaWork *work, GError **error);
/** Writes the record of the version into its folder (namida-folder-record.h): every hash is known by then, and the
 * files are durable under their final names. %FALSE with NO_SPACE or STORAGE. */
gboolean namida_work_write_record (NamidaWork *work, GError **error);
/** Makes the wanted empty folders: they have no content that could be missing. */
void namida_work_make_folders (NamidaWork *work, NamidaCommit *files, guint n_files);

G_END_DECLS
