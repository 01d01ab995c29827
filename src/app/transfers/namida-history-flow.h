/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/* Removing a row from the history, with a toast that undoes it. The rows of the Transfers page use it; main context. */

/** namida_history_flow_attach: the Delete key removes @row. @item: what the row shows: a NamidaTransfer,
 * NamidaHistoryItem or NamidaMergedEntry. */
void namida_history_flow_attach (GtkWidget *row, GObject *item);
/** namida_history_flow_add: the item of @row's menu that removes it; nothing while the transfer goes on. */
void namida_history_flow_add (GMenu *menu, GtkWidget *row);
/** namida_history_flow_install: the action behind both, for the class of a row. */
void namida_history_flow_install (GtkWidgetClass *row_class);

G_END_DECLS
