/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lets a page or row adapt to a narrow window without depending on the window. NamidaWindow has the style class
 * "narrow" while its tabs are at the bottom; style.css uses it, too. Main context. */
#include "config.h"

#include "namida-narrow.h"

#define CHANGED_KEY "namida-narrow-changed"
#define ROOT_KEY "namida-narrow-root"
#define WAS_KEY "namida-narrow-was"

gboolean
namida_narrow_get (GtkWidget *widget)
{
  GtkRoot *root = gtk_widget_get_root (widget);

  return root != NULL && gtk_widget_has_css_class (GTK_WIDGET (root), "narrow");
}

static void
narrow_report (GtkWidget *widget)
{
  NamidaNarrowChanged changed = (NamidaNarrowChanged) g_object_get_data (G_OBJECT (widget), CHANGED_KEY);
  int narrow = namida_narrow_get (widget) ? 2 : 1;

  /* Other style classes of the window change, too. */
  if (GPOINTER_TO_INT (g_object_get_data (G_OBJECT (widget), WAS_KEY)) == narrow)
    return;
  g_object_set_data (G_OBJECT (widget), WAS_KEY, GINT_TO_POINTER (narrow));
  changed (widget, narrow == 2);
}

static void
narrow_on_root (GtkWidget *widget)
{
  GtkRoot *root = gtk_widget_get_root (widget);
  GtkRoot *before = g_object_get_data (G_OBJECT (widget), ROOT_KEY);

  if (root == before)
    return;
  if (before != NULL)
    g_signal_handlers_disconnect_by_func (before, narrow_report, widget);
  g_object_set_data_full (G_OBJECT (widget), ROOT_KEY, root != NULL ? g_object_ref (root) : NULL, g_object_unref);
  if (root == NULL)
    return;
  g_signal_connect_object (root, "notify::css-classes", G_CALLBACK (narrow_report), widget, G_CONNECT_SWAPPED);
  narrow_report (widget);
}

void
namida_narrow_watch (GtkWidget *widget, NamidaNarrowChanged changed)
{
  g_object_set_data (G_OBJECT (widget), CHANGED_KEY, (gpointer) changed);
  g_signal_connect (widget, "notify::root", G_CALLBACK (narrow_on_root), NULL);
}
