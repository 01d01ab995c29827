/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Removing rows from the history, with a toast that undoes it. The rows of the Transfers page use it. Main
 * context. */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/**
 * namida_history_flow_attach: makes the Delete key remove @row. @item: the item of the row: a NamidaTransfer,
 * NamidaHistoryItem or NamidaMergedEntry
 */
void namida_history_flow_attach (GtkWidget *row, GObject *item);
/** namida_history_flow_add: adds a menu item that removes @row; nothing while the transfer runs. */
void namida_history_flow_add (GMenu *menu, GtkWidget *row);
/** namida_history_flow_install: installs the action of the key and the menu item on the class of a row. */
void namida_history_flow_install (GtkWidgetClass *row_class);

G_END_DECLS
