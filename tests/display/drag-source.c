/* SPDX-License-Identifier: GPL-3.0-or-later */
/* drag-source FILE|URI…: a small window that offers these files for dragging, like a file manager.
 * drag-source --text TEXT: offers a text, like an editor.
 * drag-source --portal KEY: offers what the FileTransfer portal returns for KEY, like a program in a sandbox. */
#include <gtk/gtk.h>

static char *text;       /* (nullable) */
static char *portal_key; /* (nullable) */
static GPtrArray *files; /* (element-type GFile) */

static GdkContentProvider *
offer (void)
{
  GdkFileList *list;
  GdkContentProvider *provider;

  if (text != NULL)
    return gdk_content_provider_new_typed (G_TYPE_STRING, text);
  if (portal_key != NULL)
    {
      /* The key goes with its end, as GTK itself writes it. */
      g_autoptr (GBytes) bytes = g_bytes_new (portal_key, strlen (portal_key) + 1);

      return gdk_content_provider_new_for_bytes ("application/vnd.portal.filetransfer", bytes);
    }
  list = gdk_file_list_new_from_array ((GFile **) files->pdata, files->len);
  provider = gdk_content_provider_new_typed (GDK_TYPE_FILE_LIST, list);
  g_boxed_free (GDK_TYPE_FILE_LIST, list);
  return provider;
}

static void
on_activate (GtkApplication *application, gpointer user_data)
{
  GtkWidget *window = gtk_application_window_new (application);
  GtkWidget *label = gtk_label_new ("drag me");
  GtkDragSource *source = gtk_drag_source_new ();
  g_autoptr (GdkContentProvider) content = offer ();

  gtk_window_set_title (GTK_WINDOW (window), "Drag Source");
  gtk_window_set_decorated (GTK_WINDOW (window), FALSE);
  gtk_window_set_default_size (GTK_WINDOW (window), 200, 200);
  gtk_drag_source_set_content (source, content);
  gtk_drag_source_set_actions (source, GDK_ACTION_COPY);
  gtk_widget_add_controller (label, GTK_EVENT_CONTROLLER (source));
  gtk_window_set_child (GTK_WINDOW (window), label);
  gtk_window_present (GTK_WINDOW (window));
}

int
main (int argc, char **argv)
{
  g_autoptr (GtkApplication) application
      = gtk_application_new ("io.github.namida_sync.DragSource", G_APPLICATION_NON_UNIQUE);

  files = g_ptr_array_new_with_free_func (g_object_unref);
  if (argc == 3 && g_str_equal (argv[1], "--text"))
    text = argv[2];
  if (argc == 3 && g_str_equal (argv[1], "--portal"))
    portal_key = argv[2];
  for (int i = 1; i < argc && text == NULL && portal_key == NULL; i++)
    g_ptr_array_add (files, g_file_new_for_commandline_arg (argv[i]));
  g_signal_connect (application, "activate", G_CALLBACK (on_activate), NULL);
  return g_application_run (G_APPLICATION (application), 1, argv);
}
