/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * namida_mnemonics_unspeak: keeps the underscores of mnemonics out of the names that assistive tools read, for every
 * button at or below @root, now and when its label changes, and for every box to tick and every page of a stack. For
 * widgets that are made later, call it again. The labels of these buttons and boxes may take several lines, so that
 * large text and long languages fit.
 */
void namida_mnemonics_unspeak (GtkWidget *root);

G_END_DECLS
