/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Accessible names without mnemonics. Main context. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * namida_mnemonics_unspeak: removes the underscores of mnemonics from the accessible names of all buttons at or below
 * @root, now and when their labels change, and of all check buttons and pages of stacks. Call it again for widgets
 * that are created later. The labels of these buttons may then take several lines, so that large text and long
 * translations fit.
 */
void namida_mnemonics_unspeak (GtkWidget *root);

G_END_DECLS
