/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The model of what is sent or offered: the files of a backup and what is known about them as a whole. The scanner
 * builds it at the sender and the offer parser at the receiver; the session, the transfer and the store read it. */
#pragma once

#include "namida-entry.h"

G_BEGIN_DECLS

/**
 * NamidaLeftOut: a path that is not in the backup, and why (a translated sentence). Links, sockets and the like are
 * left out by design; @missed is set for a file or folder that should have been in the backup.
 */
typedef struct
{
  char *path;
  char *reason;
  gboolean missed;
} NamidaLeftOut;
/**
 * NamidaContent: one row of the list of contents: a label (or "" for the zip and for single files), the number of files
 * and the bytes.
 */
typedef struct
{
  char *label;
  NamidaEntryKind kind;
  guint64 files;
  guint64 bytes;
  char *name;
} NamidaContent;

#define NAMIDA_TYPE_BACKUP (namida_backup_get_type ())
/**
 * NamidaBackup: the entries that are sent or offered, with their totals. Built by one thread, then immutable and
 * shared.
 */
G_DECLARE_FINAL_TYPE (NamidaBackup, namida_backup, NAMIDA, BACKUP, GObject)

/** namida_backup_new: Returns: (transfer full): a backup without entries. */
NamidaBackup *namida_backup_new (void);
/**
 * namida_backup_new_like:
 * @self: a backup
 *
 * For code that replaces or leaves out some of the files of a backup before others see it. Any thread.
 *
 * Returns: (transfer full): a backup without entries and name, but with everything else that is known about @self: what
 * was left out and excluded, whether there were too many files, whether it is proven, and whether it is to be read
 * again
 */
NamidaBackup *namida_backup_new_like (NamidaBackup *self);
/** namida_backup_add: @entry: (transfer full). Only while the backup is being built. */
void namida_backup_add (NamidaBackup *self, NamidaEntry *entry);
/**
 * namida_backup_set_proven: While the backup is being built: states that its hashes are what the files must have, not
 * merely what an index remembers. A file with another hash is damaged and is not sent as if it were intact.
 */
void namida_backup_set_proven (NamidaBackup *self, gboolean proven);
/** namida_backup_get_proven: Returns: see namida_backup_set_proven(). */
gboolean namida_backup_get_proven (NamidaBackup *self);
/**
 * namida_backup_count_folders: @depth: (out) (optional): the number of names in the longest path, including its label
 * and its file name. Any thread. Returns: the number of folders that contain entries or are entries, including all of
 * their parent folders.
 */
guint namida_backup_count_folders (NamidaBackup *self, guint *depth);
/**
 * namida_backup_set_reread: While the backup is being built: every file is read before it is offered, whatever the
 * index says.
 */
void namida_backup_set_reread (NamidaBackup *self, gboolean reread);
/** namida_backup_get_reread: Returns: see namida_backup_set_reread(). */
gboolean namida_backup_get_reread (NamidaBackup *self);
/** namida_backup_sort: Sorts the entries by namida_entry_compare(). */
void namida_backup_sort (NamidaBackup *self);
/**
 * namida_backup_add_left_out: @path: what was left out, as shown to the user (UTF-8). @missed: whether it should have
 * been in the backup.
 */
void namida_backup_add_left_out (NamidaBackup *self, const char *path, const char *reason, gboolean missed);
/**
 * namida_backup_add_excluded: While the backup is being built: counts a file or folder that the user's patterns
 * exclude. It is not missed.
 */
void namida_backup_add_excluded (NamidaBackup *self);
/** namida_backup_get_excluded: Returns: the number of files and folders that patterns exclude. */
guint namida_backup_get_excluded (NamidaBackup *self);
/**
 * namida_backup_set_too_many: States that there are more files than a backup can hold, so that sending it again does
 * not bring more of them. Only called by the scanner, before others see the backup.
 */
void namida_backup_set_too_many (NamidaBackup *self);
/** namida_backup_get_too_many: see namida_backup_set_too_many(). Any thread. */
gboolean namida_backup_get_too_many (NamidaBackup *self);
/**
 * namida_backup_add_unnamed: While the backup is being built: counts a file that should have been in the backup and for
 * which it has no room. Its path is not kept, because there may be very many of them.
 */
void namida_backup_add_unnamed (NamidaBackup *self);
/**
 * namida_backup_count_unnamed: Returns: the number of files that are not among the entries and not in
 * namida_backup_get_left_out(); see namida_backup_add_unnamed(). Any thread.
 */
guint namida_backup_count_unnamed (NamidaBackup *self);
/**
 * namida_backup_raise_missed_there: For a received backup: sets the number of files and folders that the sender says it
 * could not include. A later message cannot lower the number. Any thread.
 */
void namida_backup_raise_missed_there (NamidaBackup *self, guint missed);
/**
 * namida_backup_count_missed: Returns: the number of files and folders that belong to the backup but are not among its
 * entries, whether they were left out here or by the sender. If it is not 0, the backup is incomplete wherever it
 * arrives. Any thread.
 */
guint namida_backup_count_missed (NamidaBackup *self);
/** namida_backup_get_entries: Returns: (transfer none) (element-type NamidaEntry) */
GPtrArray *namida_backup_get_entries (NamidaBackup *self);
/** namida_backup_get_left_out: Returns: (transfer none) (element-type NamidaLeftOut) */
GPtrArray *namida_backup_get_left_out (NamidaBackup *self);
/**
 * namida_backup_dup_contents: Returns: (transfer container) (element-type NamidaContent): one row for each label, the
 * zip first. The member "name" is that of the zip, or of the only single file.
 */
GPtrArray *namida_backup_dup_contents (NamidaBackup *self);
/** namida_backup_get_bytes: Returns: the sum of the sizes of all entries. */
guint64 namida_backup_get_bytes (NamidaBackup *self);
/** namida_backup_get_files: Returns: the number of files, without empty folders. */
guint namida_backup_get_files (NamidaBackup *self);
/** namida_backup_get_name: Returns: (transfer none) (nullable): the name of the zip. */
const char *namida_backup_get_name (NamidaBackup *self);
/** namida_backup_set_name: While the backup is being built: @name: (nullable): the name of the zip. */
void namida_backup_set_name (NamidaBackup *self, const char *name);
/** namida_backup_dup_title: Returns: (transfer full): a translated title: "Namida Backup … and Music", "3 files". */
char *namida_backup_dup_title (NamidaBackup *self);
/**
 * namida_backup_dup_key: Returns: (transfer full): the SHA-256 of kind, label, path, size and mtime (ms) of all entries
 * in their sorted order. Two offers with the same key are the same backup, whatever their ids are (for resuming). Slow
 * for many files: call it in a worker thread.
 */
char *namida_backup_dup_key (NamidaBackup *self);
/**
 * namida_backup_dup_scope: Returns: (transfer full): the SHA-256 of all labels, and of the names of entries without a
 * label. It stays the same while files below the labels are added, removed and changed. Call it in a worker thread.
 */
char *namida_backup_dup_scope (NamidaBackup *self);

G_END_DECLS
