/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "namida-drop-flow.h"

#include <glib/gi18n.h>

#include "namida-drop-check.h"
#include "namida-files.h"
#include "namida-send-flow.h"
#include "namida-window.h"

typedef struct
{
  NamidaWindow *window; /* owned */
  NamidaPeer *peer;     /* (nullable) */
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
on_checked (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Drop) drop = user_data;
  g_autoptr (GError) error = NULL;

  if (!namida_drop_check_finish (result, &error))
    namida_window_toast (drop->window, error->message);
  else if (drop->peer != NULL)
    namida_send_flow_send (GTK_WIDGET (drop->window), drop->peer, drop->files, FALSE);
  else
    namida_window_choose_device (drop->window, drop->files);
}

static void
check (NamidaWindow *window, NamidaPeer *peer, GListModel *files)
{
  Drop *drop = g_new0 (Drop, 1);

  drop->window = g_object_ref (window);
  g_set_object (&drop->peer, peer);
  drop->files = g_object_ref (files);
  namida_drop_check_async (files, NULL, on_checked, drop);
}

/* Returns: (transfer full) (nullable): why nothing can be sent to @peer (nullable: to anybody) now. */
static char *
dup_hindrance (NamidaWindow *window, NamidaPeer *peer)
{
  gboolean running = FALSE;

  g_object_get (namida_window_get_hub (window), "running", &running, NULL);
  if (!running)
    return g_strdup (_ ("Nothing can be sent yet: this device is not on the network. Drop it again when it is."));
  if (peer != NULL && namida_peer_get_away (peer))
    /* Translators: %s is the name of a device */
    return g_strdup_printf (_ ("%s is not near. Open Namida Sync on it, on the same network, then drop it again."),
                            namida_peer_get_alias (peer));
  if (peer != NULL && namida_peer_get_dialects (peer) == 0)
    return g_strdup_printf (_ ("%s has not said yet how to send to it. Open Namida Sync on it, then drop it again."),
                            namida_peer_get_alias (peer));
  return NULL;
}

gboolean
namida_drop_flow_take (GtkWidget *from, NamidaPeer *peer, const GValue *value)
{
  NamidaWindow *window = namida_send_flow_window (from);
  g_autoptr (GListModel) files = namida_files_from_value (value);
  g_autofree char *hindrance = dup_hindrance (window, peer);

  if (files == NULL)
    namida_window_toast (window, _ ("Text cannot be sent. Drop a backup, files or music folders."));
  else if (hindrance != NULL)
    namida_window_toast (window, hindrance);
  else
    check (window, peer, files);
  return files != NULL;
}

void
namida_drop_flow_open (GtkWidget *from, GListModel *files)
{
  check (namida_send_flow_window (from), NULL, files);
}

static gboolean
on_drop (GtkWidget *window, const GValue *value)
{
  return namida_drop_flow_take (window, NULL, value);
}

void
namida_drop_flow_watch (GtkWidget *window)
{
  GtkDropTarget *target = gtk_drop_target_new (G_TYPE_INVALID, GDK_ACTION_COPY);

  namida_drop_flow_add_types (target);
  g_signal_connect_object (target, "drop", G_CALLBACK (on_drop), window, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (window, GTK_EVENT_CONTROLLER (target));
}
