/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The result of each file of a transfer, and their counts. Used by NamidaTransfer, which the senders, the server, the
 * window and the command line ask. Any thread. */
#pragma once

#include "namida-backup.h"
#include "namida-messages.h"

G_BEGIN_DECLS

/** NamidaFileCounts: the counted results of all files of a backup. Empty folders do not count as files. */
typedef struct
{
  guint files;                            /* stored + kept + failed */
  guint stored, kept, failed;             /* @kept: already there, and verified; @failed: everything else */
  guint by_result[NAMIDA_FILE_N_RESULTS]; /* the files with each result */
  guint failed_folders;                   /* empty folders that could not be made */
  guint64 bytes;                          /* size of the files that were stored */
} NamidaFileCounts;

/** NamidaFileResults: how each file of a backup ended, and why. The indexes are those of the entries of the backup. Any
 * thread. */
typedef struct _NamidaFileResults NamidaFileResults;

/** namida_file_results_new: Returns: (transfer full): results without a backup. */
NamidaFileResults *namida_file_results_new (void);
void namida_file_results_free (NamidaFileResults *self);
/** namida_file_results_set_backup: Sets the backup, and all results to PENDING. */
void namida_file_results_set_backup (NamidaFileResults *self, NamidaBackup *backup);
/** namida_file_results_forget: Resets all results to PENDING. */
void namida_file_results_forget (NamidaFileResults *self);
/** namida_file_results_set: @detail: (nullable): the reason, as a sentence. */
void namida_file_results_set (NamidaFileResults *self, guint index, NamidaFileResult result, const char *detail);
/** namida_file_results_get: Returns: the result of the entry with this index. */
NamidaFileResult namida_file_results_get (NamidaFileResults *self, guint index);
char *namida_file_results_dup_detail (NamidaFileResults *self, guint index); /* (nullable) */
/** namida_file_results_count: Counts the results of all files, which takes a few milliseconds for 200,000 files.
 * Returns: the counts; all 0 before a backup is set. Any thread. */
NamidaFileCounts namida_file_results_count (NamidaFileResults *self);
/**
 * namida_file_results_dup_failed:
 * @folders: whether to name empty folders that failed instead of files
 * @most: the maximum number of names
 * @detail: (out) (optional) (nullable) (transfer full): why the first one failed
 *
 * Names the first failures, for a message. Any thread.
 *
 * Returns: (transfer full): a text such as "“a.mp3”, “b.mp3”, …"; empty if nothing failed
 */
char *namida_file_results_dup_failed (NamidaFileResults *self, gboolean folders, guint most, char **detail);

G_END_DECLS
