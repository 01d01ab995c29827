/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Dragging files out of the details window, into a file manager or another program. Main context. */
#pragma once

#include <gtk/gtk.h>

#include "namida-file-item.h"

G_BEGIN_DECLS

/** NamidaFileDragItem: Returns: (transfer none) (nullable): the file that @row shows now. */
typedef NamidaFileItem *(*NamidaFileDragItem) (GtkWidget *row);

/**
 * namida_file_drag_dup_file:
 * @transfer: (transfer none)
 * @index: position in the entries of its backup
 *
 * Looks for the file on the disk, which blocks for a moment. Main context. Returns: (transfer full) (nullable): the
 * file of an entry that was saved here, or that was sent from here; %NULL if no file of its size and time is there
 */
GFile *namida_file_drag_dup_file (NamidaTransfer *transfer, guint index);
/** namida_file_drag_attach: Lets @row be dragged. @item: called when a drag begins. Main context. */
void namida_file_drag_attach (GtkWidget *row, NamidaFileDragItem item);

G_END_DECLS
