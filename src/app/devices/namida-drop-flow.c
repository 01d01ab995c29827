/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files that are dropped onto the window or opened with the program: they are checked, then sent to the device or
 * kept until the user chooses one. The window, its rows and the application call it. Main context. */
#include "config.h"

#include "namida-drop-flow.h"

#include <glib/gi18n.h>

#include "namida-drop-check.h"
#include "namida-files.h"
#include "namida-send-flow.h"
#include "namida-shell.h"

typedef struct
{
  NamidaShell *window; /* owned */
  NamidaPeer *peer;    /* (nullable) */
  GListModel *files;
} Drop;

static void
drop_free (Drop *drop)
{
  g_object_unref (drop->window);
  g_clear_object (&drop->peer);
  g_object_unref (drop->files);
  g_free (drop);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Drop, drop_free)

void
namida_drop_flow_add_types (GtkDropTarget *target)
{
  GType types[] = { GDK_TYPE_FILE_LIST, G_TYPE_FILE, G_TYPE_STRING };

  gtk_drop_target_set_gtypes (target, types, G_N_ELEMENTS (types));
}

static void
drop_flow_on_checked (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Drop) drop = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *left_out = NULL;
  g_autoptr (GListModel) files = namida_drop_check_finish (result, &left_out, &error);

  if (files == NULL)
    {
      namida_shell_toast (drop->window, error->message);
      return;
    }
  /* A file that cannot be read does not stop the others. */
  if (left_out != NULL)
    namida_shell_toast (drop->window, left_out);
  if (drop->peer != NULL)
    namida_send_flow_send (GTK_WIDGET (drop->window), drop->peer, files, FALSE);
  else
    namida_shell_choose_device (drop->window, files);
}

static void
drop_flow_check (NamidaShell *window, NamidaPeer *peer, GListModel *files)
{
  Drop *drop = g_new0 (Drop, 1);

  drop->window = g_object_ref (window);
  g_set_object (&drop->peer, peer);
  drop->files = g_object_ref (files);
  namida_drop_check_async (files, NULL, drop_flow_on_checked, drop);
}

/* Returns: (transfer full) (nullable): why nothing can be sent to @peer (nullable: to any device) now. */
static char *
drop_flow_dup_obstacle (NamidaShell *window, NamidaPeer *peer)
{
  gboolean running = FALSE;

  g_object_get (namida_shell_get_hub (window), "running", &running, NULL);
  if (!running)
    return g_strdup (_ ("This device is not connected to a network. Connect it, then try again."));
  if (peer != NULL && !namida_peer_get_away (peer) && namida_peer_get_dialects (peer) == 0)
    /* Translators: %s is the name of a device */
    return g_strdup_printf (_ ("%s is not ready to receive. Open Namida Sync on it, then try again."),
                            namida_peer_get_alias (peer));
  return NULL;
}

gboolean
namida_drop_flow_take (GtkWidget *from, NamidaPeer *peer, const GValue *value)
{
  NamidaShell *window = namida_send_flow_window (from);
  g_autoptr (GListModel) files = namida_files_from_value (value);
  g_autofree char *obstacle = drop_flow_dup_obstacle (window, peer);

  if (files == NULL)
    namida_shell_toast (window, _ ("Text cannot be sent. Drop files or folders instead."));
  else if (obstacle != NULL)
    namida_shell_toast (window, obstacle);
  else
    drop_flow_check (window, peer, files);
  return files != NULL;
}

void
namida_drop_flow_open (GtkWidget *from, GListModel *files)
{
  drop_flow_check (namida_send_flow_window (from), NULL, files);
}

/* ---- drags over the window, outside of rows ---- */

#define DESCRIBING_KEY "namida-drop-flow-describing"

/* (nullable): the row that the drag is over; there is one pointer. */
static GtkWidget *drop_flow_row;

static void
drop_flow_on_described (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (NamidaShell) window = user_data;
  g_autofree char *what = namida_files_describe_finish (result, NULL);

  /* The drag may have left meanwhile. */
  if (what != NULL && g_object_get_data (G_OBJECT (window), DESCRIBING_KEY) == g_task_get_cancellable (G_TASK (result)))
    namida_shell_show_drop (window, TRUE, what);
}

static void
drop_flow_stop_describing (GtkWidget *window)
{
  GCancellable *describing = g_object_get_data (G_OBJECT (window), DESCRIBING_KEY);

  if (describing != NULL)
    g_cancellable_cancel (describing);
  g_object_set_data (G_OBJECT (window), DESCRIBING_KEY, NULL);
}

/* GTK reports motion also where a row takes the drop. */
static GdkDragAction
drop_flow_on_motion (GtkWidget *window, double x, double y, GtkDropTarget *target)
{
  g_autoptr (GListModel) files = namida_files_from_value (gtk_drop_target_get_value (target));

  if (g_object_get_data (G_OBJECT (window), DESCRIBING_KEY) != NULL || drop_flow_row != NULL)
    return GDK_ACTION_COPY;
  namida_shell_show_drop (NAMIDA_SHELL (window), TRUE, files == NULL ? "" : NULL);
  if (files != NULL)
    {
      GCancellable *describing = g_cancellable_new ();

      g_object_set_data_full (G_OBJECT (window), DESCRIBING_KEY, describing, g_object_unref);
      namida_files_describe_async (files, describing, drop_flow_on_described, g_object_ref (window));
    }
  return GDK_ACTION_COPY;
}

static void
drop_flow_on_leave (GtkWidget *window)
{
  drop_flow_stop_describing (window);
  namida_shell_show_drop (NAMIDA_SHELL (window), FALSE, "");
}

void
namida_drop_flow_row_entered (GtkWidget *row)
{
  g_set_weak_pointer (&drop_flow_row, row);
  drop_flow_on_leave (GTK_WIDGET (namida_send_flow_window (row)));
}

void
namida_drop_flow_row_left (GtkWidget *row)
{
  if (drop_flow_row == row)
    g_clear_weak_pointer (&drop_flow_row);
}

static gboolean
drop_flow_on_drop (GtkWidget *window, const GValue *value)
{
  drop_flow_on_leave (window);
  return namida_drop_flow_take (window, NULL, value);
}

void
namida_drop_flow_watch (GtkWidget *window)
{
  GtkDropTarget *target = gtk_drop_target_new (G_TYPE_INVALID, GDK_ACTION_COPY);

  namida_drop_flow_add_types (target);
  gtk_drop_target_set_preload (target, TRUE);
  g_signal_connect_object (target, "motion", G_CALLBACK (drop_flow_on_motion), window, G_CONNECT_SWAPPED);
  g_signal_connect_object (target, "leave", G_CALLBACK (drop_flow_on_leave), window, G_CONNECT_SWAPPED);
  g_signal_connect_object (target, "drop", G_CALLBACK (drop_flow_on_drop), window, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (window, GTK_EVENT_CONTROLLER (target));
}
