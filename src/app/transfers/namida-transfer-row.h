/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A row of the Transfers page, and the texts that it shares with rows of earlier runs. Main context. */
#pragma once

#include <adwaita.h>
#include "namida-hub.h"
#include "namida-what.h"

G_BEGIN_DECLS

/**
 * NamidaTransferRow: one transfer: contents and device, a bar while data moves, its state as text, and one button.
 */
#define NAMIDA_TYPE_TRANSFER_ROW (namida_transfer_row_get_type ())
G_DECLARE_FINAL_TYPE (NamidaTransferRow, namida_transfer_row, NAMIDA, TRANSFER_ROW, GtkListBoxRow)

/** namida_transfer_row_new: Returns: (transfer none) */
NamidaTransferRow *namida_transfer_row_new (NamidaHub *hub, NamidaTransfer *transfer);
/** namida_transfer_row_open_details: shows the results of each file; does nothing while they are not known. */
void namida_transfer_row_open_details (NamidaTransferRow *self);
/** namida_transfer_words: Returns: (transfer full): text such as "Backup and music to Pixel 8". */
char *namida_transfer_words (NamidaTransfer *transfer);

/* Shared with rows of earlier runs. */

/**
 * namida_transfer_what_to_whom: Returns: (transfer full): text such as "Music to Pixel 8" or "Music from Pixel 8".
 */
char *namida_transfer_what_to_whom (NamidaDirection direction, const char *what, const char *who);
/** namida_transfer_state_class: Returns: (transfer none): the style class for the text of @state. */
const char *namida_transfer_state_class (NamidaTransferState state);
/** namida_transfer_show_what: sets the picture in the row of a transfer. @title: the name of a single file */
void namida_transfer_show_what (
    NamidaWhat *what, NamidaDirection direction, NamidaTransferState state, gboolean backup, const char *title);
/**
 * namida_transfer_show_icon: sets the icon and the accessible name for the state of a transfer. The icon is hidden
 * while data moves.
 */
void namida_transfer_show_icon (GtkImage *icon, NamidaDirection direction, NamidaTransferState state);
/**
 * namida_transfer_dup_line: Returns: (transfer full): the text below the bar: "4.1 of 12.4 GB · 1,021 of 2,913
 * files", or the state as text.
 */
char *namida_transfer_dup_line (NamidaTransfer *transfer);
/** namida_transfer_dup_figures: Returns: (transfer full): the speed and the time left; "" if there are none. */
char *namida_transfer_dup_figures (NamidaTransfer *transfer);
/**
 * namida_transfer_dup_short_line: Returns: (transfer full): amount, speed and time left in one short line, for a
 * narrow window.
 */
char *namida_transfer_dup_short_line (NamidaTransfer *transfer);

G_END_DECLS
