/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Building long lists in small parts, so that no turn of the main loop takes long. Main context. */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/** NamidaGradualStep: makes the part @index. Called in the main context. */
typedef void (*NamidaGradualStep) (guint index, gpointer user_data);

/**
 * namida_gradual_run:
 * @owner: the widget that the parts are for; they stop when it is disposed
 * @n: the number of parts
 * @first: how many of them are made at once, as many as a window shows
 * @more: how many are made in each later turn of the main loop, after drawing
 * @step: called with 0 to @n - 1
 *
 * Makes the parts of a list. A call for the same @owner ends an earlier one. Main context.
 */
void
namida_gradual_run (GtkWidget *owner, guint n, guint first, guint more, NamidaGradualStep step, gpointer user_data);
/** namida_gradual_stop: ends what namida_gradual_run() does for @owner. */
void namida_gradual_stop (GtkWidget *owner);

/**
 * namida_gradual_fill_expander:
 * @row: a closed row
 * @titles: (element-type utf8): the titles of the rows in it, as plain text
 *
 * Makes the rows when @row is opened for the first time. Main context.
 */
void namida_gradual_fill_expander (AdwExpanderRow *row, GPtrArray *titles);

/**
 * namida_gradual_list_new:
 * @model: (transfer full): a long list
 * @first: how many items the list has at first
 * @more: how many are added in each turn of the main loop, after drawing
 *
 * Makes a list for a GtkListBox or a GtkListView, which creates up to 200 rows in the turn in which it gets the items.
 * When there are more items than that, all are added. Main context. Returns: (transfer full)
 */
GtkSliceListModel *namida_gradual_list_new (GListModel *model, guint first, guint more);
/** namida_gradual_list_restart: begins again with the first items. Call it before most items of the model change. */
void namida_gradual_list_restart (GtkSliceListModel *list);

G_END_DECLS
