/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the window shows and asks about a transfer that is interrupted or paused. Main context, unless a function says
 * otherwise. */
#pragma once

#include "namida-transfer.h"

G_BEGIN_DECLS

/** namida_transfer_dup_trouble: Returns: (transfer full) (nullable): the sentence of namida_transfer_set_trouble(). Any
 * thread. */
char *namida_transfer_dup_trouble (NamidaTransfer *self);
/** namida_transfer_may_have_parts: Returns: whether a cancel would delete received data that can be kept. A transfer
 * that was paused in an earlier run does not know how much there is. */
gboolean namida_transfer_may_have_parts (NamidaTransfer *self);

G_END_DECLS
