/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The main window: three pages with tabs, one page that is pushed over them (a device, a version), toasts, and a bar
 * that explains why other devices cannot find this one. NamidaApplication creates it; its pages use it through
 * actions (namida-window-actions.c). Main context. */
#include "config.h"

#include "namida-window.h"

#include <glib/gi18n.h>

#include "namida-address-dialog.h"
#include "namida-backups-page.h"
#include "namida-devices-page.h"
#include "namida-dialog.h"
#include "namida-alarm-bar.h"
#include "namida-folder-bar.h"
#include "namida-message-dialog.h"
#include "namida-mnemonics.h"
#include "namida-offer-queue.h"
#include "namida-shell.h"
#include "namida-transfer-end.h"
#include "namida-transfers-page.h"
#include "namida-window-actions.h"

/* Seconds, long enough to read the toast and to reach its button with the keyboard. */
#define UNDO_SECONDS 10

struct _NamidaWindow
{
  AdwApplicationWindow parent_instance;

  NamidaHub *hub;
  GSettings *settings;
  NamidaOfferQueue *queue;

  NamidaDeviceDates *dates;
  GtkWidget *pushed; /* (nullable): the page over the three pages */
  GtkWidget *before; /* (nullable), weak: the widget that had the focus before */
  guint arranging;   /* source that adapts the window to its width; 0: none */

  AdwViewSwitcherTitle *switcher_title;
  GtkWidget *switcher_bar;
  GtkWidget *add_button;
  GtkWidget *search_button;
  NamidaAlarmBar *alarm_bar;
  NamidaFolderBar *folder_bar;
  AdwToastOverlay *toasts;
  AdwToast *undo; /* (nullable): the toast whose button Ctrl+Z presses */
  AdwLeaflet *leaflet;
  GtkWidget *main_page;
  AdwViewStack *view_stack;
  AdwViewStackPage *transfers_view;
  NamidaDevicesPage *devices_page;
  NamidaTransfersPage *transfers_page;
  NamidaBackupsPage *backups_page;
  GtkWidget *problem_bar;
  GtkLabel *problem_text;
  GtkWidget *drop_overlay;
  GtkLabel *drop_what;
};

static void namida_window_shell_init (NamidaShellInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (NamidaWindow,
                               namida_window,
                               ADW_TYPE_APPLICATION_WINDOW,
                               G_IMPLEMENT_INTERFACE (NAMIDA_TYPE_SHELL, namida_window_shell_init))

static NamidaHub *
window_get_hub (NamidaShell *shell)
{
  NamidaWindow *self = NAMIDA_WINDOW (shell);

  return self->hub;
}

static GSettings *
window_get_settings (NamidaShell *shell)
{
  NamidaWindow *self = NAMIDA_WINDOW (shell);

  return self->settings;
}

static NamidaDeviceDates *
window_get_dates (NamidaShell *shell)
{
  NamidaWindow *self = NAMIDA_WINDOW (shell);

  return self->dates;
}

static NamidaHubHistory *
window_get_history (NamidaShell *shell)
{
  NamidaWindow *self = NAMIDA_WINDOW (shell);

  return namida_transfers_page_get_history (self->transfers_page);
}

static void
window_toast (NamidaShell *shell, const char *text)
{
  NamidaWindow *self = NAMIDA_WINDOW (shell);
  g_autofree char *escaped = g_markup_escape_text (text, -1);

  adw_toast_overlay_add_toast (self->toasts, adw_toast_new (escaped));
}

/* Shows a toast with a button. The parameter contains its text and the folder that the button opens. */
static void
window_on_toast_folder (GtkWidget *widget, const char *action, GVariant *parameter)
{
  const char *text, *folder;
  g_autofree char *escaped = NULL;
  AdwToast *toast;

  g_variant_get (parameter, "(&s^&ay)", &text, &folder);
  escaped = g_markup_escape_text (text, -1);
  toast = adw_toast_new (escaped);
  adw_toast_set_button_label (toast, _ ("Open Folder"));
  adw_toast_set_action_name (toast, "win.open-folder");
  adw_toast_set_action_target (toast, "^ay", folder);
  adw_toast_set_timeout (toast, UNDO_SECONDS);
  adw_toast_overlay_add_toast (NAMIDA_WINDOW (widget)->toasts, toast);
}

/* Without such a toast, Ctrl+Z is left to the text that has the focus. @toast: (nullable) */
static void
window_set_undo (NamidaWindow *self, AdwToast *toast)
{
  g_set_object (&self->undo, toast);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "win.undo", toast != NULL);
}

static void
window_on_undo_dismissed (NamidaWindow *self, AdwToast *toast)
{
  if (self->undo == toast)
    window_set_undo (self, NULL);
}

/* Handles Ctrl+Z, because the button of a toast is far away for keyboard users. */
static void
window_on_undo (GtkWidget *widget, const char *action, GVariant *parameter)
{
  NamidaWindow *self = NAMIDA_WINDOW (widget);
  g_autoptr (AdwToast) toast = self->undo != NULL ? g_object_ref (self->undo) : NULL;

  if (toast == NULL)
    return;
  g_signal_emit_by_name (toast, "button-clicked");
  adw_toast_dismiss (toast);
}

static void
window_toast_action (NamidaShell *shell,
                     const char *text,
                     const char *label,
                     GCallback pressed,
                     gpointer user_data,
                     GDestroyNotify destroy)
{
  NamidaWindow *self = NAMIDA_WINDOW (shell);
  g_autofree char *escaped = g_markup_escape_text (text, -1);
  AdwToast *toast = adw_toast_new (escaped);

  adw_toast_set_button_label (toast, label);
  g_signal_connect_data (toast, "button-clicked", pressed, user_data, (GClosureNotify) (void (*) (void)) destroy,
                         G_CONNECT_SWAPPED);
  adw_toast_set_timeout (toast, UNDO_SECONDS);
  window_set_undo (self, toast);
  g_signal_connect_object (toast, "dismissed", G_CALLBACK (window_on_undo_dismissed), self, G_CONNECT_SWAPPED);
  adw_toast_overlay_add_toast (self->toasts, toast);
}

/* ---- the pushed page ---- */

/* Removes the page when it has slid away, and returns the focus to the row that opened it. */
static void
window_on_slid (NamidaWindow *self)
{
  GtkWidget *page;

  if (self->pushed == NULL || adw_leaflet_get_child_transition_running (self->leaflet)
      || adw_leaflet_get_visible_child (self->leaflet) == self->pushed)
    return;
  page = g_steal_pointer (&self->pushed);
  adw_leaflet_remove (self->leaflet, page);
  if (self->before != NULL && gtk_widget_get_mapped (self->before))
    gtk_widget_grab_focus (self->before);
  g_clear_weak_pointer (&self->before);
}

static void
window_pop (NamidaShell *shell)
{
  NamidaWindow *self = NAMIDA_WINDOW (shell);

  if (self->pushed == NULL)
    return;
  adw_leaflet_set_visible_child (self->leaflet, self->main_page);
  window_on_slid (self);
}

/* Returns: (transfer none) (nullable): the widget on the three pages that has the focus, or had it when its menu
 * opened. */
static GtkWidget *
window_focused (NamidaWindow *self)
{
  GtkWidget *widget = self->main_page;
  GtkWidget *child;

  while ((child = gtk_widget_get_focus_child (widget)) != NULL && !GTK_IS_POPOVER (child))
    widget = child;
  return widget != self->main_page ? widget : NULL;
}

static void
window_push (NamidaShell *shell, GtkWidget *page)
{
  NamidaWindow *self = NAMIDA_WINDOW (shell);
  GtkWidget *old = g_steal_pointer (&self->pushed);

  if (old == NULL)
    g_set_weak_pointer (&self->before, window_focused (self));
  adw_leaflet_append (self->leaflet, page);
  self->pushed = page;
  adw_leaflet_set_visible_child (self->leaflet, page);
  if (old != NULL)
    adw_leaflet_remove (self->leaflet, old);
  gtk_widget_child_focus (page, GTK_DIR_TAB_FORWARD);
}

static void
window_show_page (NamidaShell *shell, const char *page)
{
  NamidaWindow *self = NAMIDA_WINDOW (shell);
  GtkWidget *child;

  window_pop (NAMIDA_SHELL (self));
  adw_view_stack_set_visible_child_name (self->view_stack, page);
  child = adw_view_stack_get_visible_child (self->view_stack);
  /* A shortcut for a page moves the focus into the page, not to its tab. */
  if (gtk_window_get_focus (GTK_WINDOW (self)) == NULL
      || !gtk_widget_is_ancestor (gtk_window_get_focus (GTK_WINDOW (self)), child))
    gtk_widget_child_focus (child, GTK_DIR_TAB_FORWARD);
}

static void
window_search_transfers (NamidaShell *shell, const char *text)
{
  NamidaWindow *self = NAMIDA_WINDOW (shell);

  window_show_page (NAMIDA_SHELL (self), "transfers");
  namida_transfers_page_search (self->transfers_page, text);
}

/* ---- drops ---- */

static void
window_show_drop (NamidaShell *shell, gboolean shown, const char *what)
{
  NamidaWindow *self = NAMIDA_WINDOW (shell);

  gtk_widget_set_visible (self->drop_overlay, shown);
  if (what != NULL)
    gtk_label_set_label (self->drop_what, what);
}

static void
window_choose_device (NamidaShell *shell, GListModel *files)
{
  NamidaWindow *self = NAMIDA_WINDOW (shell);

  window_show_page (NAMIDA_SHELL (self), "devices");
  namida_devices_page_pick (self->devices_page, files);
}

static void
window_on_trouble (NamidaWindow *self, const char *sentence)
{
  window_toast (NAMIDA_SHELL (self), sentence);
}

static void
window_on_healed (NamidaWindow *self, const NamidaHubHealed *healed)
{
  g_autofree char *words = namida_healed_dup_words (healed->direction, healed->alias, healed->files, healed->versions);

  window_toast (NAMIDA_SHELL (self), words);
}

void
namida_window_show_problem (NamidaWindow *self, const GError *problem)
{
  gtk_label_set_label (self->problem_text, problem != NULL ? problem->message : "");
  /* Without a network, versions can still be viewed and restored. */
  gtk_widget_set_visible (self->problem_bar, problem != NULL);
}

/* ---- narrow and wide ---- */

/* Pixels. While the three pages are covered, their header is not measured, so compare the width with this. */
#define NARROW_BELOW 550

/* Must not be called during layout, because a bar that appears or disappears then would leave a blank strip. */
static gboolean
window_arrange (gpointer user_data)
{
  NamidaWindow *self = user_data;
  gboolean narrow = adw_view_switcher_title_get_title_visible (self->switcher_title);

  self->arranging = 0;
  if (self->pushed != NULL && gtk_widget_get_width (GTK_WIDGET (self)) > 0)
    narrow = gtk_widget_get_width (GTK_WIDGET (self)) < NARROW_BELOW;
  gtk_widget_set_visible (self->switcher_bar, narrow);
  if (narrow)
    gtk_widget_add_css_class (GTK_WIDGET (self), "narrow");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self), "narrow");
  return G_SOURCE_REMOVE;
}

static void
window_queue_arrange (NamidaWindow *self)
{
  if (self->arranging == 0)
    self->arranging = g_idle_add_full (G_PRIORITY_HIGH_IDLE, window_arrange, self, NULL);
}

static void
window_on_page (NamidaWindow *self)
{
  const char *page = adw_view_stack_get_visible_child_name (self->view_stack);

  gtk_widget_set_visible (self->add_button, g_strcmp0 (page, "devices") == 0);
  gtk_widget_set_visible (self->search_button, g_strcmp0 (page, "transfers") == 0);
}

static void
window_show_badge (NamidaWindow *self)
{
  guint running = 0;

  g_object_get (self->transfers_page, "running", &running, NULL);
  adw_view_stack_page_set_badge_number (self->transfers_view, running);
}

static void
window_on_rename_response (AdwMessageDialog *dialog, const char *response, NamidaWindow *self)
{
  GtkWidget *entry = g_object_get_data (G_OBJECT (dialog), "entry");
  g_autofree char *name = g_strstrip (g_strdup (gtk_editable_get_text (GTK_EDITABLE (entry))));

  /* An empty name means the computer's own name. */
  if (g_strcmp0 (response, "rename") == 0)
    g_settings_set_string (self->settings, "alias", name);
}

static void
window_on_rename (GtkWidget *widget, const char *action, GVariant *parameter)
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
  g_signal_connect_object (dialog, "response", G_CALLBACK (window_on_rename_response), self, 0);
  namida_dialog_present (ADW_MESSAGE_DIALOG (dialog));
}

static void
window_on_add_address (GtkWidget *widget, const char *action, GVariant *parameter)
{
  NamidaWindow *self = NAMIDA_WINDOW (widget);
  NamidaAddressDialog *dialog = namida_address_dialog_new (self->hub);

  gtk_window_set_transient_for (GTK_WINDOW (dialog), GTK_WINDOW (self));
  gtk_window_present (GTK_WINDOW (dialog));
}

static void
window_on_refresh (GtkWidget *widget, const char *action, GVariant *parameter)
{
  namida_hub_refresh (NAMIDA_WINDOW (widget)->hub);
  namida_devices_page_look (NAMIDA_WINDOW (widget)->devices_page);
}

static void
window_on_search (GtkWidget *widget, const char *action, GVariant *parameter)
{
  NamidaWindow *self = NAMIDA_WINDOW (widget);

  if (adw_view_stack_get_visible_child (self->view_stack) == GTK_WIDGET (self->transfers_page))
    gtk_widget_activate_action (GTK_WIDGET (self->transfers_page), "transfers.search", NULL);
  else if (adw_view_stack_get_visible_child (self->view_stack) == GTK_WIDGET (self->backups_page))
    gtk_widget_activate_action (GTK_WIDGET (self->backups_page), "backups.search", NULL);
}

static void
window_activate_page (GtkWidget *widget, const char *action, GVariant *parameter)
{
  window_show_page (NAMIDA_SHELL (widget), g_variant_get_string (parameter, NULL));
}

static void
namida_window_shell_init (NamidaShellInterface *iface)
{
  iface->get_hub = window_get_hub;
  iface->get_settings = window_get_settings;
  iface->get_dates = window_get_dates;
  iface->get_history = window_get_history;
  iface->toast = window_toast;
  iface->toast_action = window_toast_action;
  iface->push = window_push;
  iface->pop = window_pop;
  iface->show_drop = window_show_drop;
  iface->show_page = window_show_page;
  iface->search_transfers = window_search_transfers;
  iface->choose_device = window_choose_device;
}

static void
namida_window_dispose (GObject *object)
{
  NamidaWindow *self = NAMIDA_WINDOW (object);

  g_clear_handle_id (&self->arranging, g_source_remove);
  g_clear_weak_pointer (&self->before);
  g_clear_object (&self->undo);
  g_clear_object (&self->queue);
  g_clear_object (&self->dates);
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
  g_type_ensure (NAMIDA_TYPE_ALARM_BAR);
  g_type_ensure (NAMIDA_TYPE_FOLDER_BAR);
  g_type_ensure (NAMIDA_TYPE_TRANSFERS_PAGE);
  g_type_ensure (NAMIDA_TYPE_BACKUPS_PAGE);
  gtk_widget_class_install_action (widget_class, "win.toast-folder", "(say)", window_on_toast_folder);
  gtk_widget_class_install_action (widget_class, "win.undo", NULL, window_on_undo);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/namida_sync/Desktop/ui/namida-window.ui");
  gtk_widget_class_bind_template_child (widget_class, NamidaWindow, switcher_title);
  gtk_widget_class_bind_template_child (widget_class, NamidaWindow, alarm_bar);
  gtk_widget_class_bind_template_child (widget_class, NamidaWindow, folder_bar);
  gtk_widget_class_bind_template_child (widget_class, NamidaWindow, toasts);
  gtk_widget_class_bind_template_child (widget_class, NamidaWindow, leaflet);
  gtk_widget_class_bind_template_child (widget_class, NamidaWindow, main_page);
  gtk_widget_class_bind_template_child (widget_class, NamidaWindow, switcher_bar);
  gtk_widget_class_bind_template_child (widget_class, NamidaWindow, add_button);
  gtk_widget_class_bind_template_child (widget_class, NamidaWindow, search_button);
  gtk_widget_class_bind_template_child (widget_class, NamidaWindow, drop_overlay);
  gtk_widget_class_bind_template_child (widget_class, NamidaWindow, drop_what);
  gtk_widget_class_bind_template_child (widget_class, NamidaWindow, view_stack);
  gtk_widget_class_bind_template_child (widget_class, NamidaWindow, transfers_view);
  gtk_widget_class_bind_template_child (widget_class, NamidaWindow, devices_page);
  gtk_widget_class_bind_template_child (widget_class, NamidaWindow, transfers_page);
  gtk_widget_class_bind_template_child (widget_class, NamidaWindow, backups_page);
  gtk_widget_class_bind_template_child (widget_class, NamidaWindow, problem_bar);
  gtk_widget_class_bind_template_child (widget_class, NamidaWindow, problem_text);
  gtk_widget_class_install_action (widget_class, "win.rename", NULL, window_on_rename);
  gtk_widget_class_install_action (widget_class, "win.add-address", NULL, window_on_add_address);
  gtk_widget_class_install_action (widget_class, "win.refresh", NULL, window_on_refresh);
  gtk_widget_class_install_action (widget_class, "win.page", "s", window_activate_page);
  gtk_widget_class_install_action (widget_class, "win.search", NULL, window_on_search);
  namida_window_actions_install (widget_class);
}

static void
namida_window_init (NamidaWindow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  window_set_undo (self, NULL);
  namida_mnemonics_unspeak (GTK_WIDGET (self));
  g_signal_connect_object (self->leaflet, "notify::child-transition-running", G_CALLBACK (window_on_slid), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->leaflet, "notify::visible-child", G_CALLBACK (window_on_slid), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->switcher_title, "notify::title-visible", G_CALLBACK (window_queue_arrange), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self, "notify::default-width", G_CALLBACK (window_queue_arrange), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->view_stack, "notify::visible-child", G_CALLBACK (window_on_page), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->transfers_page, "notify::running", G_CALLBACK (window_show_badge), self,
                           G_CONNECT_SWAPPED);
}

NamidaWindow *
namida_window_new (GtkApplication *application, NamidaHub *hub, NamidaHubHistory *history, GSettings *settings)
{
  NamidaWindow *self = g_object_new (NAMIDA_TYPE_WINDOW, "application", application, NULL);

  self->hub = g_object_ref (hub);
  self->settings = g_object_ref (settings);
  namida_alarm_bar_set_hub (self->alarm_bar, hub);
  namida_folder_bar_set_hub (self->folder_bar, hub, settings);
  /* The user may have connected the drive before returning to the window. */
  g_signal_connect_object (self, "notify::is-active", G_CALLBACK (namida_folder_bar_look), self->folder_bar,
                           G_CONNECT_SWAPPED);
  self->dates = namida_device_dates_new (hub, history);
  namida_devices_page_set_hub (self->devices_page, hub, self->dates);
  namida_transfers_page_set_hub (self->transfers_page, hub, history);
  namida_backups_page_set_hub (self->backups_page, hub);
  g_signal_connect_object (hub, "trouble", G_CALLBACK (window_on_trouble), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (hub, "healed", G_CALLBACK (window_on_healed), self, G_CONNECT_SWAPPED);
  self->queue = namida_offer_queue_new (hub, settings, GTK_WINDOW (self));
  namida_message_dialog_watch (hub, GTK_WINDOW (self));
  window_show_badge (self);
  return self;
}
