/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two properties of an interrupted or paused transfer for the window: the reason in its row, and whether a cancel has
 * to ask about received data. Main context, unless a function says otherwise. */
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
