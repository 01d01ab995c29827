/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-entry.h"

G_BEGIN_DECLS

/** What was left out of a backup, and why (a sentence). Links, sockets and the like are left out by design; a file or
 * folder that should have been in it is missed. */
typedef struct
{
  char *path;
  char *reason;
  gboolean missed;
} NamidaLeftOut;
/** One row of "what is in it": a label (or "" for the zip and single files), files and bytes. */
typedef struct
{
  char *label;
  NamidaEntryKind kind;
  guint64 files;
  guint64 bytes;
  char *name;
} NamidaContent;

#define NAMIDA_TYPE_BACKUP (namida_backup_get_type ())
/** NamidaBackup: what is sent or offered: entries with their totals. Built by one thread, then immutable and shared. */
G_DECLARE_FINAL_TYPE (NamidaBackup, namida_backup, NAMIDA, BACKUP, GObject)

NamidaBackup *namida_backup_new (void);
/**
 * namida_backup_new_like:
 * @self: a backup
 *
 * For whoever replaces or leaves out some of its files before others see it. Any thread.
 *
 * Returns: (transfer full): a backup without files and name, with all else that is known of @self: what was left out
 * and excluded, whether there were too many files, whether it is proven and to be read again
 */
NamidaBackup *namida_backup_new_like (NamidaBackup *self);
/** @entry: (transfer full) */
void namida_backup_add (NamidaBackup *self, NamidaEntry *entry);
/** namida_backup_set_proven: while it is built: its hashes are not what an index remembers, but what the files must
 * have: one that has another is damaged, and is not sent as if it were whole. */
void namida_backup_set_proven (NamidaBackup *self, gboolean proven);
gboolean namida_backup_get_proven (NamidaBackup *self);
/**
 * namida_backup_count_folders: how many folders its entries lie in, or are, all of them on the way there included.
 * @depth: (out) (optional): names in the longest path, its label and the file's own name among them. Any thread.
 */
guint namida_backup_count_folders (NamidaBackup *self, guint *depth);
/** namida_backup_set_reread: while it is built: every file is read before it is offered, whatever the index says. */
void namida_backup_set_reread (NamidaBackup *self, gboolean reread);
gboolean namida_backup_get_reread (NamidaBackup *self);
/** namida_backup_sort: into namida_entry_compare()'s order. */
void namida_backup_sort (NamidaBackup *self);
/** namida_backup_add_left_out: @path: what was left out, as shown to a person (UTF-8); @missed: it should
 * have been in the backup. */
void namida_backup_add_left_out (NamidaBackup *self, const char *path, const char *reason, gboolean missed);
/** namida_backup_add_excluded: while it is built: a file or folder that a person's patterns exclude. It is not missed.
 */
void namida_backup_add_excluded (NamidaBackup *self);
guint namida_backup_get_excluded (NamidaBackup *self);
/**
 * namida_backup_set_too_many: there are more files than a backup may hold, so that sending it again brings no more of
 * them. By the scanner only, before others see the backup.
 */
void namida_backup_set_too_many (NamidaBackup *self);
/** namida_backup_get_too_many: see namida_backup_set_too_many(). Any thread. */
gboolean namida_backup_get_too_many (NamidaBackup *self);
/**
 * namida_backup_raise_missed_there: at a receiver: how many files and folders the sender says that it left out although
 * they belong to the backup. It never gets less by a later message. Any thread.
 */
void namida_backup_raise_missed_there (NamidaBackup *self, guint missed);
/**
 * namida_backup_count_missed: how many files and folders belong to the backup and are not among its entries, left out
 * here or by the sender of a received one. Any thread. A backup with any is incomplete wherever it arrives.
 */
guint namida_backup_count_missed (NamidaBackup *self);
/** Returns: (transfer none) (element-type NamidaEntry) */
GPtrArray *namida_backup_get_entries (NamidaBackup *self);
/** Returns: (transfer none) (element-type NamidaLeftOut) */
GPtrArray *namida_backup_get_left_out (NamidaBackup *self);
/** Returns: (transfer container) (element-type NamidaContent): one a label, zip first. @name: of the zip, or of the one
 * single file. */
GPtrArray *namida_backup_dup_contents (NamidaBackup *self);
guint64 namida_backup_get_bytes (NamidaBackup *self);
guint namida_backup_get_files (NamidaBackup *self);
/** Returns: (transfer none) (nullable): the zip's name. */
const char *namida_backup_get_name (NamidaBackup *self);
void namida_backup_set_name (NamidaBackup *self, const char *name);
/** Returns: (transfer full): in words: "Namida Backup … and Music", "3 files". Translated. */
char *namida_backup_dup_title (NamidaBackup *self);
/**
 * namida_backup_dup_key: SHA-256 over kind, label, path, size and mtime (ms) of all entries in their sorted order: two
 * offers with one key are the same backup, whatever their ids (resume). Long for many files: worker threads.
 */
char *namida_backup_dup_key (NamidaBackup *self);
/** namida_backup_dup_scope: SHA-256 over the labels, and the names of what has none: it stays the same while files
 * below the labels come, go and change. Worker threads. */
char *namida_backup_dup_scope (NamidaBackup *self);

G_END_DECLS
