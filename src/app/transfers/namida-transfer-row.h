/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>
#include "namida-hub.h"
#include "namida-what.h"

G_BEGIN_DECLS

/** NamidaTransferRow: one transfer: what to whom, a bar while something moves, its state in words and one button. */
#define NAMIDA_TYPE_TRANSFER_ROW (namida_transfer_row_get_type ())
G_DECLARE_FINAL_TYPE (NamidaTransferRow, namida_transfer_row, NAMIDA, TRANSFER_ROW, GtkListBoxRow)

NamidaTransferRow *namida_transfer_row_new (NamidaHub *hub, NamidaTransfer *transfer);
/** namida_transfer_row_open_details: what became of each file; nothing while they are not known. */
void namida_transfer_row_open_details (NamidaTransferRow *self);
/** namida_transfer_words: Returns: (transfer full): "Namida Backup and Music to Pixel 8". */
char *namida_transfer_words (NamidaTransfer *transfer);

/* What rows of earlier runs share. */

/** Returns: (transfer full): "Music to Pixel 8", "Music from Pixel 8". */
char *namida_transfer_what_to_whom (NamidaDirection direction, const char *what, const char *who);
/** Returns: (transfer none): the style class that the line of @state has. */
const char *namida_transfer_state_class (NamidaTransferState state);
/** namida_transfer_show_what: the square of a transfer's row; @title: names single files. */
void namida_transfer_show_what (
    NamidaWhat *what, NamidaDirection direction, NamidaTransferState state, gboolean backup, const char *title);
/** namida_transfer_show_icon: icon and spoken word for the state of a transfer; hidden while it moves. */
void namida_transfer_show_icon (GtkImage *icon, NamidaDirection direction, NamidaTransferState state);
/** Returns: (transfer full): the line below the bar: "4.1 of 12.4 GB · 1,021 of 2,913 files", or the state in words. */
char *namida_transfer_dup_line (NamidaTransfer *transfer);
/** Returns: (transfer full): speed and time left; "" for none. */
char *namida_transfer_dup_figures (NamidaTransfer *transfer);
/** Returns: (transfer full): the same and the amount in one short line, for a narrow window. */
char *namida_transfer_dup_short_line (NamidaTransfer *transfer);

G_END_DECLS
