/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Closing the window, receiving in the background, and quitting. Called by the other files of NamidaApplication. Main
 * context. */
#include "config.h"

#include "namida-application-private.h"

#include <glib/gi18n.h>

#include "namida-dialog.h"

/* Maximum time to wait for running transfers before quitting. They can be resumed. */
#define STOP_LIMIT_SECONDS 5

static void
application_close_quit_now (NamidaApplication *self)
{
  g_application_quit (G_APPLICATION (self));
}

static gboolean
application_close_on_stop_limit (gpointer user_data)
{
  application_close_quit_now (user_data);
  return G_SOURCE_REMOVE;
}

static void
application_close_on_hub_stopped (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (NamidaApplication) self = user_data;

  namida_hub_stop_finish (NAMIDA_HUB (source), result, NULL);
  application_close_quit_now (self);
}

/* Before the program ends, other devices are notified and running transfers are parked. */
void
namida_application_stop (NamidaApplication *self)
{
  if (self->stopping)
    return;
  self->stopping = TRUE;
  g_application_hold (G_APPLICATION (self));
  for (GList *l = gtk_application_get_windows (GTK_APPLICATION (self)); l != NULL; l = l->next)
    gtk_widget_set_visible (l->data, FALSE);
  if (self->hub == NULL)
    {
      application_close_quit_now (self);
      return;
    }
  g_timeout_add_seconds (STOP_LIMIT_SECONDS, application_close_on_stop_limit, self);
  namida_hub_stop_async (self->hub, application_close_on_hub_stopped, g_object_ref (self));
}

static guint
application_close_running_transfers (NamidaApplication *self)
{
  GListModel *transfers = namida_hub_get_transfers (self->hub);
  guint running = 0;

  for (guint i = 0; i < g_list_model_get_n_items (transfers); i++)
    {
      g_autoptr (NamidaTransfer) transfer = g_list_model_get_item (transfers, i);
      running += !namida_transfer_is_final (transfer);
    }
  return running;
}

static void
application_close_keep_in_background (NamidaApplication *self, GtkWindow *window)
{
  g_autoptr (GNotification) notification = NULL;

  gtk_widget_set_visible (GTK_WIDGET (window), FALSE);
  if (self->reported_background)
    return;
  self->reported_background = TRUE;
  notification = g_notification_new (_ ("Namida Sync is still running"));
  g_notification_set_body (notification, _ ("It can receive backups while its window is closed."));
  g_notification_set_default_action (notification, "app.show");
  g_notification_add_button (notification, _ ("Quit"), "app.quit");
  g_application_send_notification (G_APPLICATION (self), "background", notification);
}

static void
application_close_on_close_response (AdwMessageDialog *dialog, const char *response, NamidaApplication *self)
{
  if (g_strcmp0 (response, "stop") == 0)
    namida_application_stop (self);
  else if (g_strcmp0 (response, "background") == 0)
    application_close_keep_in_background (self, gtk_window_get_transient_for (GTK_WINDOW (dialog)));
}

static void
application_close_ask_about_running (NamidaApplication *self, GtkWindow *window, guint running)
{
  GtkWidget *dialog = namida_dialog_new (window, _ ("Stop Transfers?"), NULL);
  AdwMessageDialog *message = ADW_MESSAGE_DIALOG (dialog);

  adw_message_dialog_format_body (
      message,
      ngettext ("%u transfer is still running. If you stop it, it can be resumed later.",
                "%u transfers are still running. If you stop them, they can be resumed later.", running),
      running);
  adw_message_dialog_add_responses (message, "cancel", _ ("_Cancel"), "stop", _ ("_Stop and Quit"), "background",
                                    _ ("_Run in Background"), NULL);
  adw_message_dialog_set_response_appearance (message, "background", ADW_RESPONSE_SUGGESTED);
  adw_message_dialog_set_default_response (message, "background");
  adw_message_dialog_set_close_response (message, "cancel");
  g_signal_connect_object (dialog, "response", G_CALLBACK (application_close_on_close_response), self, 0);
  namida_dialog_present (ADW_MESSAGE_DIALOG (dialog));
}

gboolean
namida_application_on_close_request (NamidaApplication *self, GtkWindow *window)
{
  guint running = application_close_running_transfers (self);

  if (self->stopping)
    return GDK_EVENT_PROPAGATE;
  if (g_settings_get_boolean (self->settings, "receive-in-background"))
    application_close_keep_in_background (self, window);
  else if (running > 0)
    application_close_ask_about_running (self, window, running);
  else
    namida_application_stop (self);
  return GDK_EVENT_STOP;
}
