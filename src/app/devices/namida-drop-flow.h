/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files that are dropped onto the window or given to the program to open: they are accepted, or refused with a
 * reason. Main context. */
#pragma once

#include <adwaita.h>

#include "namida-hub.h"

G_BEGIN_DECLS

/**
 * namida_drop_flow_add_types: sets the types that @target accepts: files and text. Text is accepted only so that its
 * refusal can be explained.
 */
void namida_drop_flow_add_types (GtkDropTarget *target);
/**
 * namida_drop_flow_take: handles a drop.
 * @from: the widget of the window that took it; @peer: (nullable): the device it was dropped onto; %NULL: the user
 * chooses one; @value: the dropped value
 *
 * A toast explains why something is refused. Returns: whether files were dropped
 */
gboolean namida_drop_flow_take (GtkWidget *from, NamidaPeer *peer, const GValue *value);
/** namida_drop_flow_open: handles @files (GListModel of GFile) in the same way and lets the user choose a device. */
void namida_drop_flow_open (GtkWidget *from, GListModel *files);
/**
 * namida_drop_flow_row_entered: tells the window that a drag is over @row, which takes drops itself and has
 * precedence.
 */
void namida_drop_flow_row_entered (GtkWidget *row);
/** namida_drop_flow_row_left: the drag has left @row, or ended on it. */
void namida_drop_flow_row_left (GtkWidget *row);
/** namida_drop_flow_watch: lets all of @window accept drops; widgets in it that accept drops have precedence. */
void namida_drop_flow_watch (GtkWidget *window);

G_END_DECLS
