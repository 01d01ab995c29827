/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Accessible names of widgets that say more than what they show. Main context. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * namida_spoken_name_set:
 * @widget: a GtkAccessible, such as a button or a row
 * @name: what a screen reader reads instead of the label that @widget shows: “Restore “Björk”” for “Restore…”
 *
 * Call it again after the label of @widget has changed. Main context.
 */
void namida_spoken_name_set (gpointer widget, const char *name);

G_END_DECLS
