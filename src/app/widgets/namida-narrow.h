/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/** NamidaNarrowChanged: @narrow: whether the window that @widget is in is narrow now. */
typedef void (*NamidaNarrowChanged) (GtkWidget *widget, gboolean narrow);

/**
 * namida_narrow_watch: calls @changed whenever the window of @widget becomes narrow or wide, and when @widget comes
 * into a window. The window says so by its style class "narrow". Main context.
 */
void namida_narrow_watch (GtkWidget *widget, NamidaNarrowChanged changed);
/** namida_narrow_get: Returns: whether the window of @widget is narrow; %FALSE without one. */
gboolean namida_narrow_get (GtkWidget *widget);

G_END_DECLS
