/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Accessible names and descriptions of widgets that say more than what they show. Main context. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * namida_spoken_set_name:
 * @widget: a GtkAccessible, such as a button or a row
 * @name: what a screen reader reads instead of the label that @widget shows: “Restore “Björk”” for “Restore…”
 *
 * Call it again after the label of @widget has changed. Main context.
 */
void namida_spoken_set_name (gpointer widget, const char *name);
/** namida_spoken_set_description: sets what a screen reader reads after the name of @widget, a GtkAccessible, instead
 * of the text beside it, such as the subtitle of its row. Main context. */
void namida_spoken_set_description (gpointer widget, const char *description);

G_END_DECLS
