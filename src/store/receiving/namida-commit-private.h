/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The data that the files of the commit share: the state of one commit and the parts that passed their check. Used by
 * namida-commit.c, namida-commit-place.c and namida-commit-record.c, in the worker of the sink. */
#pragma once

#include "namida-folder-set.h"
#include "namida-known-content.h"
#include "namida-place-cursor.h"
#include "namida-store-sink-private.h"

#include <sys/stat.h>

G_BEGIN_DECLS

/* NamidaGood: a part that is complete and matches what the sender announced. */
typedef struct
{
  guint root;
  const char *relative;
  char *part;
  const char *sha256;
  const char *file_id; /* (nullable) */
  guint64 size;
  gint64 mtime_ns;
  guint64 inode, device;    /* these two and the next member describe the part once it is ready */
  gint64 ready_mtime_ns;    /* may have a coarser resolution than @mtime_ns */
  gboolean counts;          /* it is a file of the backup, not its manifest */
  gboolean known;           /* it was already in the user's folders */
  gboolean read;            /* its bytes were read in this commit and have @sha256 */
  const NamidaEntry *entry; /* (nullable): NULL for the manifest */
  NamidaCommit *request;    /* (nullable): the file that the sender asked to commit */
} NamidaGood;

typedef struct
{
  NamidaStoreSink *self;
  NamidaCommit **requests; /* (nullable) elements: the request for each item */
  GArray *good;            /* (nullable) NamidaGood: until all have their names */
  GArray *rows;            /* NamidaStoredRow; their folders are unset until the version has its final name */
  GArray *row_roots;
  GStringChunk *texts; /* texts of the rows that nothing else owns */
  NamidaPlaceCursor cursor;
  NamidaFolderSet *touched;
  NamidaKnownContent *known;
  guint stored, kept;
  gboolean folders; /* at least one folder was created */
  char *manifest_path;
} NamidaWork;

/** namida_work_report: logs why one file is not stored and puts the reason into @request (nullable) as a sentence. The
 * commit continues. */
void namida_work_report (NamidaStoreSink *self, NamidaCommit *request, const char *relative, const char *why);
/** namida_work_fail: sets @error from an errno. Returns: %FALSE. */
gboolean namida_work_fail (GError **error, int saved_errno, const char *relative);
/** namida_work_add_row: records for the journal what was stored at @relative. The texts must stay valid until the end
 * of the commit. */
void
namida_work_add_row (NamidaWork *work, const NamidaGood *good, guint root, const char *relative, const struct stat *st);
/** namida_work_make_durable: writes modes, times and contents of all good parts to the disk, and drops the parts for
 * which that fails. Returns: %FALSE if nothing more can be stored. */
gboolean namida_work_make_durable (NamidaWork *work, GError **error);
/** namida_work_place_all: gives all good parts their final names. Returns: %FALSE if nothing more can be stored. */
gboolean namida_work_place_all (NamidaWork *work, GError **error);
/** namida_work_write_record: writes the record of the version into its folder (namida-folder-record.h). By then every
 * hash is known and the files are durable under their final names. Returns: %FALSE with NO_SPACE or STORAGE. */
gboolean namida_work_write_record (NamidaWork *work, GError **error);
/** namida_work_make_folders: creates the empty folders of the backup. They have no content that could be missing. */
void namida_work_make_folders (NamidaWork *work, NamidaCommit *files, guint n_files);

G_END_DECLS
