/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The list of transfers that the window and the command line show, newest first. The inbox and the outbox add to it.
 * Finished transfers leave it after a while, together with the entries of all their files, because a program that runs
 * for months would otherwise grow without limit. From then on the history shows them. Main context. */
#pragma once

#include "namida-transfer.h"

G_BEGIN_DECLS

#define NAMIDA_TYPE_TRANSFER_LIST (namida_transfer_list_get_type ())
G_DECLARE_FINAL_TYPE (NamidaTransferList, namida_transfer_list, NAMIDA, TRANSFER_LIST, GObject)

/** namida_transfer_list_new: Returns: (transfer full): an empty list. */
NamidaTransferList *namida_transfer_list_new (void);
/** namida_transfer_list_get_store: Returns: (transfer none): the items. */
GListStore *namida_transfer_list_get_store (NamidaTransferList *self);
/**
 * namida_transfer_list_add: removes the oldest finished transfers, and adds @transfer. If it has a session id that the
 * history showed, the list shows it again.
 */
void namida_transfer_list_add (NamidaTransferList *self, NamidaTransfer *transfer);
/**
 * namida_transfer_list_leave_to_history: lets the history show the row @id (nullable: none), because the list of
 * transfers does not.
 */
void namida_transfer_list_leave_to_history (NamidaTransferList *self, const char *id);
/**
 * namida_transfer_list_is_left_to_history: Returns: whether the row @id of this run is not in the list of transfers,
 * and is shown by the history.
 */
gboolean namida_transfer_list_is_left_to_history (NamidaTransferList *self, const char *id);

G_END_DECLS
