/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Message dialogs of the window. Main context. */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/**
 * NamidaDialog:
 *
 * An AdwMessageDialog whose width is the one that it requests, also with newer versions of GTK.
 */
#define NAMIDA_TYPE_DIALOG (namida_dialog_get_type ())
G_DECLARE_FINAL_TYPE (NamidaDialog, namida_dialog, NAMIDA, DIALOG, AdwMessageDialog)

/**
 * namida_dialog_new:
 * @heading: (nullable): the question or the message
 * @body: (nullable): the text below it
 *
 * Returns: (transfer none): a dialog; add responses and show it with namida_dialog_present()
 */
GtkWidget *namida_dialog_new (GtkWindow *parent, const char *heading, const char *body);

/**
 * namida_dialog_present: shows a complete dialog, without mnemonics in its accessible names and without layout
 * warnings of newer versions of GTK.
 */
void namida_dialog_present (AdwMessageDialog *dialog);

/**
 * namida_dialog_present_in_turn: shows a complete dialog as namida_dialog_present() does, but not before those that
 * were given to this function earlier and have the same parent are closed. For questions about transfers to several
 * devices, which would otherwise cover each other. When the parent is closed, those that still wait give the response
 * of a dialog that is closed.
 */
void namida_dialog_present_in_turn (AdwMessageDialog *dialog);

G_END_DECLS
