/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Adapting widgets to narrow windows. Main context. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/** NamidaNarrowChanged: @narrow: whether the window that contains @widget is narrow now */
typedef void (*NamidaNarrowChanged) (GtkWidget *widget, gboolean narrow);

/**
 * namida_narrow_watch: calls @changed whenever the window of @widget becomes narrow or wide, and when @widget is
 * added to a window. The window has the style class "narrow". Main context.
 */
void namida_narrow_watch (GtkWidget *widget, NamidaNarrowChanged changed);
/** namida_narrow_get: Returns: whether the window of @widget is narrow; %FALSE without a window. */
gboolean namida_narrow_get (GtkWidget *widget);

G_END_DECLS
