/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "namida-hub.h"

G_BEGIN_DECLS

/* What is dropped on the window, or given to the program to open: taken, or refused in words. */

/** namida_drop_flow_add_types: what @target takes, files and text: only so can a drop of text be told why not. */
void namida_drop_flow_add_types (GtkDropTarget *target);
/**
 * namida_drop_flow_take: @value: what was dropped on @from, a widget of the window; @peer: (nullable): the device it
 * was dropped on, %NULL: it is to be chosen. A toast says why something is not taken. Returns: whether it was files.
 */
gboolean namida_drop_flow_take (GtkWidget *from, NamidaPeer *peer, const GValue *value);
/** namida_drop_flow_open: the same of @files (GListModel of GFile), after which a device is chosen. */
void namida_drop_flow_open (GtkWidget *from, GListModel *files);
/** namida_drop_flow_row_entered: a drag is over @row, which takes drops itself: it wins over the window. */
void namida_drop_flow_row_entered (GtkWidget *row);
/** namida_drop_flow_watch: lets all of @window take drops; what takes them within it comes first. */
void namida_drop_flow_watch (GtkWidget *window);

G_END_DECLS
