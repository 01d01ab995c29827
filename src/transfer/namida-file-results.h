/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-backup.h"
#include "namida-messages.h"

G_BEGIN_DECLS

/** NamidaFileCounts: the results of all files of a backup, counted. Empty folders are no files. */
typedef struct
{
  guint files;                            /* stored + kept + failed */
  guint stored, kept, failed;             /* @kept: already there and proven; @failed: everything else */
  guint by_result[NAMIDA_FILE_N_RESULTS]; /* the files with each result */
  guint failed_folders;                   /* empty folders that could not be made */
  guint64 bytes;                          /* of the files that were stored */
} NamidaFileCounts;

/** NamidaFileResults: how each file of a backup ended, and why: indexes as in its entries. Any thread. */
typedef struct _NamidaFileResults NamidaFileResults;

NamidaFileResults *namida_file_results_new (void);
void namida_file_results_free (NamidaFileResults *self);
/** namida_file_results_set_backup: all are PENDING then. */
void namida_file_results_set_backup (NamidaFileResults *self, NamidaBackup *backup);
/** namida_file_results_forget: all are PENDING again. */
void namida_file_results_forget (NamidaFileResults *self);
/** namida_file_results_set: @detail: (nullable): why, a sentence. */
void namida_file_results_set (NamidaFileResults *self, guint index, NamidaFileResult result, const char *detail);
NamidaFileResult namida_file_results_get (NamidaFileResults *self, guint index);
char *namida_file_results_dup_detail (NamidaFileResults *self, guint index); /* (nullable) */
/**
 * namida_file_results_count: counts the results of all files; a library of 200,000 files takes a few milliseconds.
 * Returns: the counts; all 0 before a backup is set. Any thread.
 */
NamidaFileCounts namida_file_results_count (NamidaFileResults *self);
/**
 * namida_file_results_dup_failed: names the first failures, for a message.
 * @folders: the empty folders that failed; otherwise the files
 * @most: how many names
 * @detail: (out) (optional) (nullable) (transfer full): why the first one failed
 * Returns: (transfer full): "“a.mp3”, “b.mp3”, …"; empty when nothing failed. Any thread.
 */
char *namida_file_results_dup_failed (NamidaFileResults *self, gboolean folders, guint most, char **detail);

G_END_DECLS
