/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/**
 * NamidaDialog:
 *
 * An AdwMessageDialog that is as wide as it says it will be, also with newer versions of GTK.
 */
#define NAMIDA_TYPE_DIALOG (namida_dialog_get_type ())
G_DECLARE_FINAL_TYPE (NamidaDialog, namida_dialog, NAMIDA, DIALOG, AdwMessageDialog)

/**
 * namida_dialog_new:
 * @heading: (nullable): what is asked or told
 * @body: (nullable): the words below it
 *
 * Returns: (transfer none): a dialog, to be completed with responses and shown by namida_dialog_present
 */
GtkWidget *namida_dialog_new (GtkWindow *parent, const char *heading, const char *body);

/**
 * namida_dialog_present: shows a complete dialog, its mnemonics unspoken and its heading at peace with newer versions
 * of GTK.
 */
void namida_dialog_present (AdwMessageDialog *dialog);

G_END_DECLS
