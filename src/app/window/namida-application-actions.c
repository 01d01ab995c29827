/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The actions of the application and their keyboard shortcuts: those of notifications, Preferences, About and Quit.
 * Called by namida-application.c. Main context. */
#include "config.h"

#include "namida-application-private.h"

#include <glib/gi18n.h>

#include "namida-accept-dialog.h"
#include "namida-preferences.h"

static NamidaOffer *
application_actions_find_offer (NamidaApplication *self, GVariant *parameter)
{
  return self->hub != NULL
             ? namida_inbox_find (namida_hub_get_inbox (self->hub), g_variant_get_string (parameter, NULL))
             : NULL;
}

static void
application_actions_on_accept (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  NamidaApplication *self = user_data;
  NamidaOffer *offer = application_actions_find_offer (self, parameter);

  if (offer != NULL)
    namida_inbox_accept (namida_hub_get_inbox (self->hub), offer,
                         namida_offer_landing (self->hub, self->settings, offer), NULL, FALSE);
}

static void
application_actions_on_decline (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  NamidaApplication *self = user_data;
  NamidaOffer *offer = application_actions_find_offer (self, parameter);

  if (offer != NULL)
    namida_offer_decline (offer);
}

static void
application_actions_on_open_folder (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  NamidaApplication *self = user_data;
  const char *folder = self->notifier != NULL
                           ? namida_notifier_lookup_folder (self->notifier, g_variant_get_string (parameter, NULL))
                           : NULL;
  g_autofree char *uri = folder != NULL ? g_filename_to_uri (folder, NULL, NULL) : NULL;

  if (uri != NULL)
    g_app_info_launch_default_for_uri_async (uri, NULL, NULL, NULL, NULL);
}

static void
application_actions_on_show (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  namida_application_show_window (user_data);
}

static void
application_actions_on_try_again (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  NamidaApplication *self = user_data;

  /* A second click may follow a first one that solved the problem. */
  if (self->problem != NULL)
    namida_application_start_hub (self);
}

static void
application_show_preferences (NamidaApplication *self, gboolean versions)
{
  NamidaWindow *window = namida_application_show_window (self);
  NamidaPreferences *preferences;

  if (window == NULL)
    return;
  preferences = namida_preferences_new (self->hub, self->settings);
  if (versions)
    namida_preferences_show_versions (preferences);
  gtk_window_set_transient_for (GTK_WINDOW (preferences), GTK_WINDOW (window));
  gtk_window_present (GTK_WINDOW (preferences));
}

static void
application_actions_on_preferences (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  application_show_preferences (user_data, FALSE);
}

static void
application_actions_on_versions_to_keep (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  application_show_preferences (user_data, TRUE);
}

static void
application_actions_on_about (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  adw_show_about_window (gtk_application_get_active_window (user_data), "application-name", NAMIDA_PROGRAM_NAME,
                         "application-icon", NAMIDA_APP_ID, "version", NAMIDA_PROGRAM_VERSION, "developer-name",
                         _ ("The Namida Sync contributors"), "comments",
                         _ ("Move Namida backups and music between your devices, without the cloud."), "license-type",
                         GTK_LICENSE_GPL_3_0,
                         /* Translators: your names, one per line */
                         "translator-credits", _ ("translator-credits"), NULL);
}

static void
application_actions_on_quit (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  namida_application_stop (user_data);
}

static const GActionEntry actions[] = {
  { "accept", application_actions_on_accept, "s" },
  { "decline", application_actions_on_decline, "s" },
  { "open-folder", application_actions_on_open_folder, "s" },
  { "show", application_actions_on_show },
  { "try-again", application_actions_on_try_again },
  { "preferences", application_actions_on_preferences },
  { "versions-to-keep", application_actions_on_versions_to_keep },
  { "about", application_actions_on_about },
  { "quit", application_actions_on_quit },
};

static void
application_actions_set_accels (NamidaApplication *self)
{
  static const struct
  {
    const char *action;
    const char *accels[3];
  } all[] = {
    { "app.quit", { "<Primary>q" } },
    { "app.preferences", { "<Primary>comma" } },
    { "win.show-help-overlay", { "<Primary>question" } },
    { "win.open", { "<Primary>o" } },
    { "win.refresh", { "F5" } },
    { "win.undo", { "<Primary>z" } },
    { "win.search", { "<Primary>f" } },
    { "win.add-address", { "<Primary>l" } },
    { "win.link", { "<Primary>b" } },
    { "win.rename", { "F2" } },
    { "win.page('devices')", { "<Alt>1" } },
    { "win.page('transfers')", { "<Alt>2" } },
    { "win.page('backups')", { "<Alt>3" } },
    { "window.close", { "<Primary>w" } },
  };

  for (guint i = 0; i < G_N_ELEMENTS (all); i++)
    gtk_application_set_accels_for_action (GTK_APPLICATION (self), all[i].action, all[i].accels);
}

void
namida_application_add_setting_actions (NamidaApplication *self)
{
  g_autoptr (GAction) visible = g_settings_create_action (self->settings, "visible");

  g_action_map_add_action (G_ACTION_MAP (self), visible);
}

void
namida_application_add_actions (NamidaApplication *self)
{
  g_action_map_add_action_entries (G_ACTION_MAP (self), actions, G_N_ELEMENTS (actions), self);
  application_actions_set_accels (self);
}
