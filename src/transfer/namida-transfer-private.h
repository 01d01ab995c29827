/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Functions of NamidaTransfer for its own files and for tests. */
#pragma once

#include "namida-transfer-interrupted.h"

G_BEGIN_DECLS

/** namida_transfer_sample: Updates the shown values, for the time of namida_clock_monotonic(); called by the timer four
 * times per second. Also called by tests. */
void namida_transfer_sample (NamidaTransfer *self);
/** namida_transfer_dup_incomplete: Explains why a completed transfer with a backup is incomplete. Returns: (transfer
 * full) (nullable): an INCOMPLETE error; %NULL if nothing is missing, so that it is DONE. Main context. */
GError *namida_transfer_dup_incomplete (NamidaTransfer *self);
/** namida_transfer_dup_failed: See namida_file_results_dup_failed(). */
char *namida_transfer_dup_failed (NamidaTransfer *self, gboolean folders, guint most, char **detail);

G_END_DECLS
