/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-backup.h"
#include "namida-messages.h"

G_BEGIN_DECLS

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
/** namida_file_results_count: empty folders count only when they failed. */
guint namida_file_results_count (NamidaFileResults *self, NamidaFileResult result);

G_END_DECLS
