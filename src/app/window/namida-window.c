/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "namida-window.h"

#include <glib/gi18n.h>

#include "namida-address-dialog.h"
#include "namida-backups-page.h"
#include "namida-devices-page.h"
#include "namida-dialog.h"
#include "namida-folder-bar.h"
#include "namida-message-dialog.h"
#include "namida-mnemonics.h"
#include "namida-offer-queue.h"
#include "namida-transfers-page.h"

struct _NamidaWindow
{
  AdwApplicationWindow parent_instance;

  NamidaHub *hub;
  GSettings *settings;
  NamidaOfferQueue *queue;

  AdwViewSwitcherTitle *switcher_title;
  NamidaFolderBar *folder_bar;
  AdwToastOverlay *toasts;
  GtkStack *main_stack;
  AdwViewStack *view_stack;
  AdwViewStackPage *transfers_view;
  NamidaDevicesPage *devices_page;
  NamidaTransfersPage *transfers_page;
  NamidaBackupsPage *backups_page;
  AdwStatusPage *problem_page;
};

G_DEFINE_FINAL_TYPE (NamidaWindow, namida_window, ADW_TYPE_APPLICATION_WINDOW)

NamidaHub *
namida_window_get_hub (NamidaWindow *self)
{
  return self->hub;
}

GSettings *
namida_window_get_settings (NamidaWindow *self)
{
  return self->settings;
}

void
namida_window_toast (NamidaWindow *self, const char *text)
{
  g_autofree char *escaped = g_markup_escape_text (text, -1);

  adw_toast_overlay_add_toast (self->toasts, adw_toast_new (escaped));
}

void
namida_window_show_page (NamidaWindow *self, const char *page)
{
  adw_view_stack_set_visible_child_name (self->view_stack, page);
}

void
namida_window_choose_device (NamidaWindow *self, GListModel *files)
{
  namida_window_show_page (self, "devices");
  namida_devices_page_pick (self->devices_page, files);
}

static void
on_trouble (NamidaWindow *self, const char *sentence)
{
  namida_window_toast (self, sentence);
}

void
namida_window_show_problem (NamidaWindow *self, const GError *problem)
{
  g_autofree char *text = problem != NULL ? g_markup_escape_text (problem->message, -1) : NULL;

  if (text != NULL)
    adw_status_page_set_description (self->problem_page, text);
  gtk_stack_set_visible_child_name (self->main_stack, problem != NULL ? "problem" : "content");
  /* Pages to switch between are only there when there is something on them. */
  adw_view_switcher_title_set_view_switcher_enabled (self->switcher_title, problem == NULL);
}

static void
show_badge (NamidaWindow *self)
{
  guint running = 0;

  g_object_get (self->transfers_page, "running", &running, NULL);
  adw_view_stack_page_set_badge_number (self->transfers_view, running);
}

static void
on_rename_response (AdwMessageDialog *dialog, const char *response, NamidaWindow *self)
{
  GtkWidget *entry = g_object_get_data (G_OBJECT (dialog), "entry");
  g_autofree char *name = g_strstrip (g_strdup (gtk_editable_get_text (GTK_EDITABLE (entry))));

  /* An empty name is the computer's own one again. */
  if (g_strcmp0 (response, "rename") == 0)
    g_settings_set_string (self->settings, "alias", name);
}

static void
on_rename (GtkWidget *widget, const char *action, GVariant *parameter)
{
  NamidaWindow *self = NAMIDA_WINDOW (widget);
  NamidaIdentity *identity = namida_hub_get_identity (self->hub);
  GtkWidget *dialog
      = namida_dialog_new (GTK_WINDOW (self), _ ("Rename This Device"), _ ("This is what other devices call it."));
  GtkWidget *group = adw_preferences_group_new ();
  GtkWidget *entry = adw_entry_row_new ();
  AdwMessageDialog *message = ADW_MESSAGE_DIALOG (dialog);

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (entry), _ ("Name"));
  gtk_editable_set_text (GTK_EDITABLE (entry), identity != NULL ? namida_identity_get_alias (identity) : "");
  adw_entry_row_set_activates_default (ADW_ENTRY_ROW (entry), TRUE);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), entry);
  adw_message_dialog_set_extra_child (message, group);
  adw_message_dialog_add_responses (message, "cancel", _ ("_Cancel"), "rename", _ ("_Rename"), NULL);
  adw_message_dialog_set_response_appearance (message, "rename", ADW_RESPONSE_SUGGESTED);
  adw_message_dialog_set_default_response (message, "rename");
  adw_message_dialog_set_close_response (message, "cancel");
  g_object_set_data (G_OBJECT (dialog), "entry", entry);
  g_signal_connect_object (dialog, "response", G_CALLBACK (on_rename_response), self, 0);
  namida_dialog_present (ADW_MESSAGE_DIALOG (dialog));
}

static void
on_add_address (GtkWidget *widget, const char *action, GVariant *parameter)
{
  NamidaWindow *self = NAMIDA_WINDOW (widget);
  NamidaAddressDialog *dialog = namida_address_dialog_new (self->hub);

  gtk_window_set_transient_for (GTK_WINDOW (dialog), GTK_WINDOW (self));
  gtk_window_present (GTK_WINDOW (dialog));
}

static void
on_refresh (GtkWidget *widget, const char *action, GVariant *parameter)
{
  namida_hub_refresh (NAMIDA_WINDOW (widget)->hub);
}

static void
on_page (GtkWidget *widget, const char *action, GVariant *parameter)
{
  namida_window_show_page (NAMIDA_WINDOW (widget), g_variant_get_string (parameter, NULL));
}

static void
namida_window_dispose (GObject *object)
{
  NamidaWindow *self = NAMIDA_WINDOW (object);

  g_clear_object (&self->queue);
  g_clear_object (&self->settings);
  g_clear_object (&self->hub);
  G_OBJECT_CLASS (namida_window_parent_class)->dispose (object);
}

static void
namida_window_class_init (NamidaWindowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = namida_window_dispose;
  g_type_ensure (NAMIDA_TYPE_DEVICES_PAGE);
  g_type_ensure (NAMIDA_TYPE_FOLDER_BAR);
  g_type_ensure (NAMIDA_TYPE_TRANSFERS_PAGE);
  g_type_ensure (NAMIDA_TYPE_BACKUPS_PAGE);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/namida_sync/Desktop/ui/namida-window.ui");
  gtk_widget_class_bind_template_child (widget_class, NamidaWindow, switcher_title);
  gtk_widget_class_bind_template_child (widget_class, NamidaWindow, folder_bar);
  gtk_widget_class_bind_template_child (widget_class, NamidaWindow, toasts);
  gtk_widget_class_bind_template_child (widget_class, NamidaWindow, main_stack);
  gtk_widget_class_bind_template_child (widget_class, NamidaWindow, view_stack);
  gtk_widget_class_bind_template_child (widget_class, NamidaWindow, transfers_view);
  gtk_widget_class_bind_template_child (widget_class, NamidaWindow, devices_page);
  gtk_widget_class_bind_template_child (widget_class, NamidaWindow, transfers_page);
  gtk_widget_class_bind_template_child (widget_class, NamidaWindow, backups_page);
  gtk_widget_class_bind_template_child (widget_class, NamidaWindow, problem_page);
  gtk_widget_class_install_action (widget_class, "win.rename", NULL, on_rename);
  gtk_widget_class_install_action (widget_class, "win.add-address", NULL, on_add_address);
  gtk_widget_class_install_action (widget_class, "win.refresh", NULL, on_refresh);
  gtk_widget_class_install_action (widget_class, "win.page", "s", on_page);
}

static void
namida_window_init (NamidaWindow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  namida_mnemonics_unspeak (GTK_WIDGET (self));
  g_signal_connect_object (self->transfers_page, "notify::running", G_CALLBACK (show_badge), self, G_CONNECT_SWAPPED);
}

NamidaWindow *
namida_window_new (GtkApplication *application, NamidaHub *hub, NamidaHubHistory *history, GSettings *settings)
{
  NamidaWindow *self = g_object_new (NAMIDA_TYPE_WINDOW, "application", application, NULL);

  self->hub = g_object_ref (hub);
  self->settings = g_object_ref (settings);
  namida_folder_bar_set_hub (self->folder_bar, hub, settings);
  /* Who comes back may have plugged the drive in. */
  g_signal_connect_object (self, "notify::is-active", G_CALLBACK (namida_folder_bar_look), self->folder_bar,
                           G_CONNECT_SWAPPED);
  namida_devices_page_set_hub (self->devices_page, hub);
  namida_transfers_page_set_hub (self->transfers_page, hub, history);
  namida_backups_page_set_hub (self->backups_page, hub);
  g_signal_connect_object (hub, "trouble", G_CALLBACK (on_trouble), self, G_CONNECT_SWAPPED);
  self->queue = namida_offer_queue_new (hub, settings, GTK_WINDOW (self));
  namida_message_dialog_watch (hub, GTK_WINDOW (self));
  show_badge (self);
  return self;
}
