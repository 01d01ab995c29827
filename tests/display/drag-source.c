/* SPDX-License-Identifier: GPL-3.0-or-later */
/* drag-source FILE…: a small window that offers these files to whoever it is dragged to, as a file manager would. */
#include <gtk/gtk.h>

static GPtrArray *files; /* (element-type GFile) */

static void
on_activate (GtkApplication *application, gpointer user_data)
{
  GtkWidget *window = gtk_application_window_new (application);
  GtkWidget *label = gtk_label_new ("drag me");
  GdkFileList *list = gdk_file_list_new_from_array ((GFile **) files->pdata, files->len);
  GtkDragSource *source = gtk_drag_source_new ();

  gtk_window_set_title (GTK_WINDOW (window), "Drag Source");
  gtk_window_set_decorated (GTK_WINDOW (window), FALSE);
  gtk_window_set_default_size (GTK_WINDOW (window), 200, 200);
  gtk_drag_source_set_content (source, gdk_content_provider_new_typed (GDK_TYPE_FILE_LIST, list));
  gtk_drag_source_set_actions (source, GDK_ACTION_COPY);
  gtk_widget_add_controller (label, GTK_EVENT_CONTROLLER (source));
  gtk_window_set_child (GTK_WINDOW (window), label);
  gtk_window_present (GTK_WINDOW (window));
  g_boxed_free (GDK_TYPE_FILE_LIST, list);
}

int
main (int argc, char **argv)
{
  g_autoptr (GtkApplication) application
      = gtk_application_new ("io.github.namida_sync.DragSource", G_APPLICATION_NON_UNIQUE);

  files = g_ptr_array_new_with_free_func (g_object_unref);
  for (int i = 1; i < argc; i++)
    g_ptr_array_add (files, g_file_new_for_path (argv[i]));
  g_signal_connect (application, "activate", G_CALLBACK (on_activate), NULL);
  return g_application_run (G_APPLICATION (application), 1, argv);
}
