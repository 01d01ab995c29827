/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-transfer.h"

G_BEGIN_DECLS

/** namida_transfer_sample: what the timer does four times a second, at namida_clock_monotonic(). For tests. */
void namida_transfer_sample (NamidaTransfer *self);
/** namida_transfer_dup_trouble: (transfer full) (nullable): of namida_transfer_set_trouble(); any thread. */
char *namida_transfer_dup_trouble (NamidaTransfer *self);

G_END_DECLS
