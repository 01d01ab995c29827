/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-transfer.h"

G_BEGIN_DECLS

/** namida_transfer_sample: what the timer does four times a second, at namida_clock_monotonic(). For tests. */
void namida_transfer_sample (NamidaTransfer *self);
/** namida_transfer_dup_trouble: (transfer full) (nullable): of namida_transfer_set_trouble(); any thread. */
char *namida_transfer_dup_trouble (NamidaTransfer *self);
/**
 * namida_transfer_dup_incomplete: why a transfer that ran to its end is incomplete; it has a backup.
 * Returns: (transfer full) (nullable): an INCOMPLETE error; %NULL: nothing is missing, it is done. Main context.
 */
GError *namida_transfer_dup_incomplete (NamidaTransfer *self);
/** namida_transfer_dup_failed: see namida_file_results_dup_failed(). */
char *namida_transfer_dup_failed (NamidaTransfer *self, gboolean folders, guint most, char **detail);

G_END_DECLS
