/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "namida-application.h"

#include <glib/gi18n.h>

#include "namida-accept-dialog.h"
#include "namida-background.h"
#include "namida-handover.h"
#include "namida-hub-history.h"
#include "namida-introduction.h"
#include "namida-mnemonics.h"
#include "namida-notifier.h"
#include "namida-preferences.h"
#include "namida-settings.h"
#include "namida-window.h"

/* Longer than this nobody waits for a program to end: what is still under way is resumable anyway. */
#define STOP_LIMIT_SECONDS 5
/* Begins the hint of an “open” that is none of files. */
#define HANDOVER "namida-handover:"

struct _NamidaApplication
{
  AdwApplication parent_instance;

  char *data_dir;                    /* (nullable) */
  char *interface;                   /* (nullable) */
  int port;                          /* 0: as the settings say */
  char *backup_path, *music_folders; /* (nullable): of Namida, as it writes them */

  GSettings *settings;
  NamidaHub *hub;
  NamidaHubHistory *history;
  NamidaNotifier *notifier;
  NamidaBackground *background;
  GError *problem; /* (nullable): why the hub does not run */
  gboolean stopping;
  gboolean told_background;
  gboolean introducing;
  gboolean start_hidden; /* as at login: no window until somebody asks for one */
};

G_DEFINE_FINAL_TYPE (NamidaApplication, namida_application, ADW_TYPE_APPLICATION)

static NamidaWindow *
get_window (NamidaApplication *self)
{
  for (GList *l = gtk_application_get_windows (GTK_APPLICATION (self)); l != NULL; l = l->next)
    if (NAMIDA_IS_WINDOW (l->data))
      return l->data;
  return NULL;
}

/* Once, as soon as there is a name and a folder to show and a window to show them on. */
static void
introduce (NamidaApplication *self)
{
  NamidaWindow *window = get_window (self);
  gboolean running = FALSE;
  NamidaIntroduction *introduction;

  g_object_get (self->hub, "running", &running, NULL);
  if (window == NULL || !running || self->introducing || g_settings_get_boolean (self->settings, "introduced"))
    return;
  self->introducing = TRUE;
  introduction = namida_introduction_new (self->hub, self->settings);
  gtk_window_set_transient_for (GTK_WINDOW (introduction), GTK_WINDOW (window));
  gtk_window_present (GTK_WINDOW (introduction));
}

/* What is received with the label of a folder that Namida knows goes there. */
static void
use_handover (NamidaApplication *self)
{
  const NamidaHandover *handover = namida_handover_of (G_OBJECT (self->hub));
  NamidaStore *store = namida_hub_get_store (self->hub);

  for (guint i = 0; handover != NULL && store != NULL && handover->music[i] != NULL; i++)
    {
      g_autofree char *label = g_path_get_basename (handover->music[i]);

      namida_store_add_label_folder (store, label, handover->music[i]);
    }
}

static void
on_hub_started (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (NamidaApplication) self = user_data;
  NamidaWindow *window = get_window (self);

  g_clear_error (&self->problem);
  namida_hub_start_finish (NAMIDA_HUB (source), result, &self->problem);
  if (window != NULL)
    namida_window_show_problem (window, self->problem);
  use_handover (self);
  introduce (self);
}

static void
start_hub (NamidaApplication *self)
{
  namida_hub_start_async (self->hub, NULL, on_hub_started, g_object_ref (self));
}

static void
apply_alias (NamidaApplication *self)
{
  g_autofree char *alias = g_settings_get_string (self->settings, "alias");

  namida_hub_set_alias (self->hub, alias);
}

static void
apply_landing (NamidaApplication *self)
{
  namida_hub_set_landing (self->hub, (NamidaLanding) g_settings_get_enum (self->settings, "landing"));
}

static void
apply_folders (NamidaApplication *self)
{
  g_autofree char *backups = g_settings_get_string (self->settings, "backup-folder");
  g_autofree char *music = g_settings_get_string (self->settings, "music-folder");

  namida_hub_set_folders (self->hub, backups, music);
}

static NamidaUnencrypted
unencrypted (NamidaApplication *self)
{
  return g_settings_get_enum (self->settings, "unencrypted-peers") == 1 ? NAMIDA_UNENCRYPTED_NEVER
                                                                        : NAMIDA_UNENCRYPTED_ASK;
}

static void
apply_unencrypted (NamidaApplication *self)
{
  namida_hub_set_unencrypted (self->hub, unencrypted (self));
}

static void
apply_localsend (NamidaApplication *self)
{
  namida_hub_set_localsend (self->hub, g_settings_get_boolean (self->settings, "localsend"));
}

static guint64
rate_limit (NamidaApplication *self)
{
  return (guint64) g_settings_get_uint (self->settings, "rate-limit") * 1000;
}

static void
apply_limit (NamidaApplication *self)
{
  namida_hub_set_limit (self->hub, rate_limit (self));
}

static guint64
reserve (NamidaApplication *self)
{
  return (guint64) g_settings_get_uint (self->settings, "reserve") * 1000 * 1000;
}

static void
apply_reserve (NamidaApplication *self)
{
  namida_hub_set_reserve (self->hub, reserve (self));
}

static void
apply_parts_days (NamidaApplication *self)
{
  namida_hub_set_parts_days (self->hub, g_settings_get_uint (self->settings, "parts-days"));
}

static void
apply_pin (NamidaApplication *self)
{
  g_autofree char *pin = g_settings_get_string (self->settings, "pin");

  namida_hub_set_pin (self->hub, pin);
}

static void
apply_retention (NamidaApplication *self)
{
  NamidaRetention policy = { .last = g_settings_get_uint (self->settings, "versions-to-keep"),
                             .monthly = g_settings_get_boolean (self->settings, "versions-monthly") };

  namida_hub_set_retention (self->hub, policy);
}

static void
apply_verify (NamidaApplication *self)
{
  namida_hub_set_verify_months (self->hub, g_settings_get_uint (self->settings, "verify-months"));
}

/* Which devices need no question is kept with each of them; the switch is for all that are trusted now. */
static void
apply_auto_accept (NamidaApplication *self)
{
  NamidaTrustStore *trust = namida_hub_get_trust_store (self->hub);
  gboolean wanted = g_settings_get_boolean (self->settings, "auto-accept-trusted");
  g_autoptr (GPtrArray) fingerprints = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) trusted = trust != NULL ? namida_trust_store_list (trust) : g_ptr_array_new ();

  for (guint i = 0; i < trusted->len; i++)
    g_ptr_array_add (fingerprints, g_strdup (((const NamidaTrusted *) g_ptr_array_index (trusted, i))->fingerprint));
  for (guint i = 0; i < fingerprints->len; i++)
    namida_trust_store_set_auto_accept (trust, g_ptr_array_index (fingerprints, i), wanted);
}

static const char *
or_null (const char *text)
{
  return text != NULL && *text != '\0' ? text : NULL;
}

static void
follow_settings (NamidaApplication *self)
{
  static const struct
  {
    const char *signal;
    void (*apply) (NamidaApplication *self);
  } all[] = {
    { "changed::alias", apply_alias },
    { "changed::auto-accept-trusted", apply_auto_accept },
    { "changed::backup-folder", apply_folders },
    { "changed::landing", apply_landing },
    { "changed::localsend", apply_localsend },
    { "changed::music-folder", apply_folders },
    { "changed::pin", apply_pin },
    { "changed::parts-days", apply_parts_days },
    { "changed::reserve", apply_reserve },
    { "changed::rate-limit", apply_limit },
    { "changed::unencrypted-peers", apply_unencrypted },
    { "changed::verify-months", apply_verify },
    { "changed::versions-monthly", apply_retention },
    { "changed::versions-to-keep", apply_retention },
  };

  for (guint i = 0; i < G_N_ELEMENTS (all); i++)
    g_signal_connect_object (self->settings, all[i].signal, G_CALLBACK (all[i].apply), self, G_CONNECT_SWAPPED);
}

static void
on_refused (NamidaApplication *self, const char *sentence)
{
  NamidaWindow *window = get_window (self);

  if (window != NULL)
    namida_window_toast (window, sentence);
  else
    g_message ("%s", sentence);
}

static void
make_hub (NamidaApplication *self)
{
  g_autofree char *alias = g_settings_get_string (self->settings, "alias");
  g_autofree char *interface = g_settings_get_string (self->settings, "interface");
  g_autofree char *backups = g_settings_get_string (self->settings, "backup-folder");
  g_autofree char *music = g_settings_get_string (self->settings, "music-folder");
  g_autofree char *pin = g_settings_get_string (self->settings, "pin");
  NamidaHubOptions options = {
    .data_dir = self->data_dir,
    .alias = or_null (alias),
    .interface = self->interface != NULL ? self->interface : or_null (interface),
    .port = (guint16) (self->port != 0 ? (guint) self->port : g_settings_get_uint (self->settings, "port")),
    .backups = or_null (backups),
    .music = or_null (music),
    .pin = or_null (pin),
    .device_type = "desktop",
    .patience_seconds = g_settings_get_uint (self->settings, "parts-days") * 24 * 60 * 60,
    .reserve = reserve (self),
    .parts_days = g_settings_get_uint (self->settings, "parts-days"),
    .landing = (NamidaLanding) g_settings_get_enum (self->settings, "landing"),
    .no_localsend = !g_settings_get_boolean (self->settings, "localsend"),
    .limit = rate_limit (self),
    .unencrypted = unencrypted (self),
  };

  self->hub = namida_hub_new (&options);
  self->history = namida_hub_history_new (self->hub);
  self->notifier = namida_notifier_new (G_APPLICATION (self), self->hub);
  self->background = namida_background_new (GTK_APPLICATION (self), self->hub, self->settings);
  g_signal_connect_object (self->background, "refused", G_CALLBACK (on_refused), self, G_CONNECT_SWAPPED);
  follow_settings (self);
  apply_retention (self);
  apply_verify (self);
  start_hub (self);
}

static void
quit_now (NamidaApplication *self)
{
  g_application_quit (G_APPLICATION (self));
}

static gboolean
on_stop_limit (gpointer user_data)
{
  quit_now (user_data);
  return G_SOURCE_REMOVE;
}

static void
on_hub_stopped (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (NamidaApplication) self = user_data;

  namida_hub_stop_finish (NAMIDA_HUB (source), result, NULL);
  quit_now (self);
}

/* Others are told goodbye, and what runs is parked, before the program ends. */
static void
stop (NamidaApplication *self)
{
  if (self->stopping)
    return;
  self->stopping = TRUE;
  g_application_hold (G_APPLICATION (self));
  for (GList *l = gtk_application_get_windows (GTK_APPLICATION (self)); l != NULL; l = l->next)
    gtk_widget_set_visible (l->data, FALSE);
  if (self->hub == NULL)
    {
      quit_now (self);
      return;
    }
  g_timeout_add_seconds (STOP_LIMIT_SECONDS, on_stop_limit, self);
  namida_hub_stop_async (self->hub, on_hub_stopped, g_object_ref (self));
}

static guint
running_transfers (NamidaApplication *self)
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
keep_in_background (NamidaApplication *self, GtkWindow *window)
{
  g_autoptr (GNotification) notification = NULL;

  gtk_widget_set_visible (GTK_WIDGET (window), FALSE);
  if (self->told_background)
    return;
  self->told_background = TRUE;
  notification = g_notification_new (_ ("Namida Sync goes on receiving"));
  g_notification_set_body (notification, _ ("Its window is closed. Open it again, or quit here."));
  g_notification_set_default_action (notification, "app.show");
  g_notification_add_button (notification, _ ("Quit"), "app.quit");
  g_application_send_notification (G_APPLICATION (self), "background", notification);
}

static void
on_close_response (AdwMessageDialog *dialog, const char *response, NamidaApplication *self)
{
  if (g_strcmp0 (response, "stop") == 0)
    stop (self);
  else if (g_strcmp0 (response, "background") == 0)
    keep_in_background (self, gtk_window_get_transient_for (GTK_WINDOW (dialog)));
}

static void
ask_about_running (NamidaApplication *self, GtkWindow *window, guint running)
{
  GtkWidget *dialog = adw_message_dialog_new (window, _ ("Stop the transfers?"), NULL);
  AdwMessageDialog *message = ADW_MESSAGE_DIALOG (dialog);

  adw_message_dialog_format_body (
      message,
      ngettext ("%u transfer is still running. What arrived is safe, and it can go on later.",
                "%u transfers are still running. What arrived is safe, and they can go on later.", running),
      running);
  adw_message_dialog_add_responses (message, "cancel", _ ("_Cancel"), "stop", _ ("_Stop and Quit"), "background",
                                    _ ("_Run in Background"), NULL);
  adw_message_dialog_set_response_appearance (message, "background", ADW_RESPONSE_SUGGESTED);
  adw_message_dialog_set_default_response (message, "background");
  adw_message_dialog_set_close_response (message, "cancel");
  g_signal_connect_object (dialog, "response", G_CALLBACK (on_close_response), self, 0);
  namida_mnemonics_unspeak (dialog);
  gtk_window_present (GTK_WINDOW (dialog));
}

static gboolean
on_close_request (NamidaApplication *self, GtkWindow *window)
{
  guint running = running_transfers (self);

  if (self->stopping)
    return GDK_EVENT_PROPAGATE;
  if (g_settings_get_boolean (self->settings, "receive-in-background"))
    keep_in_background (self, window);
  else if (running > 0)
    ask_about_running (self, window, running);
  else
    stop (self);
  return GDK_EVENT_STOP;
}

static NamidaWindow *
show_window (NamidaApplication *self)
{
  NamidaWindow *window = get_window (self);

  if (self->hub == NULL)
    return NULL;
  if (window == NULL)
    {
      window = namida_window_new (GTK_APPLICATION (self), self->hub, self->history, self->settings);
      namida_window_show_problem (window, self->problem);
      g_signal_connect_object (window, "close-request", G_CALLBACK (on_close_request), self, G_CONNECT_SWAPPED);
    }
  gtk_window_present (GTK_WINDOW (window));
  introduce (self);
  return window;
}

static void
namida_application_activate (GApplication *application)
{
  NamidaApplication *self = NAMIDA_APPLICATION (application);

  if (!self->start_hidden)
    show_window (self);
  else if (!g_settings_get_boolean (self->settings, "receive-in-background"))
    g_message ("Receiving in the background is switched off in the preferences.");
  else
    /* No window keeps it alive: it ends by “Quit”. */
    g_application_hold (application);
  self->start_hidden = FALSE;
}

/* @hint: HANDOVER and what Namida said of its backups; @files: its music folders. */
static void
take_handover (NamidaApplication *self, GFile **files, int n_files, const char *hint)
{
  g_autoptr (GString) music = g_string_new (NULL);
  const char *backups = hint + strlen (HANDOVER);
  NamidaHandover *handover;
  NamidaWindow *window;

  for (int i = 0; i < n_files; i++)
    if (g_file_peek_path (files[i]) != NULL && !g_str_equal (g_file_peek_path (files[i]), backups))
      g_string_append_printf (music, "%s,", g_file_peek_path (files[i]));
  handover = namida_handover_new (backups, music->str);
  if (handover != NULL)
    namida_handover_keep (handover, G_OBJECT (self->hub));
  use_handover (self);
  window = show_window (self);
  if (window != NULL && handover != NULL)
    namida_window_toast (window, _ ("Namida’s backups and music folders are ready to send"));
}

static void
namida_application_open (GApplication *application, GFile **files, int n_files, const char *hint)
{
  NamidaApplication *self = NAMIDA_APPLICATION (application);
  g_autoptr (GListStore) list = g_list_store_new (G_TYPE_FILE);
  NamidaWindow *window;

  if (g_str_has_prefix (hint, HANDOVER))
    {
      take_handover (self, files, n_files, hint);
      return;
    }
  window = show_window (self);
  for (int i = 0; i < n_files; i++)
    g_list_store_append (list, files[i]);
  if (window != NULL)
    namida_window_choose_device (window, G_LIST_MODEL (list));
}

static NamidaOffer *
find_offer (NamidaApplication *self, GVariant *parameter)
{
  return self->hub != NULL ? namida_hub_find_offer (self->hub, g_variant_get_string (parameter, NULL)) : NULL;
}

static void
on_accept (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  NamidaApplication *self = user_data;
  NamidaOffer *offer = find_offer (self, parameter);

  if (offer != NULL)
    namida_hub_accept (self->hub, offer, namida_offer_landing (self->hub, self->settings, offer), FALSE);
}

static void
on_decline (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  NamidaApplication *self = user_data;
  NamidaOffer *offer = find_offer (self, parameter);

  if (offer != NULL)
    namida_hub_decline (self->hub, offer);
}

static void
on_open_folder (GSimpleAction *action, GVariant *parameter, gpointer user_data)
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
on_show (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  show_window (user_data);
}

static void
on_try_again (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  start_hub (user_data);
}

static void
on_preferences (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  NamidaApplication *self = user_data;
  NamidaWindow *window = show_window (self);
  NamidaPreferences *preferences;

  if (window == NULL)
    return;
  preferences = namida_preferences_new (self->hub, self->settings);
  gtk_window_set_transient_for (GTK_WINDOW (preferences), GTK_WINDOW (window));
  gtk_window_present (GTK_WINDOW (preferences));
}

static void
on_about (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  adw_show_about_window (gtk_application_get_active_window (user_data), "application-name", _ ("Namida Sync"),
                         "application-icon", NAMIDA_APP_ID, "version", NAMIDA_PROGRAM_VERSION, "developer-name",
                         _ ("The Namida Sync contributors"), "comments",
                         _ ("Moves Namida backups and music between your devices, with no cloud between."),
                         "license-type", GTK_LICENSE_GPL_3_0,
                         /* Translators: your names, one a line */
                         "translator-credits", _ ("translator-credits"), NULL);
}

static void
on_quit (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  stop (user_data);
}

static const GActionEntry actions[] = {
  { "accept", on_accept, "s" },
  { "decline", on_decline, "s" },
  { "open-folder", on_open_folder, "s" },
  { "show", on_show },
  { "try-again", on_try_again },
  { "preferences", on_preferences },
  { "about", on_about },
  { "quit", on_quit },
};

static void
set_accels (NamidaApplication *self)
{
  static const struct
  {
    const char *action;
    const char *accels[3];
  } all[] = {
    { "app.quit", { "<Primary>q" } },
    { "app.preferences", { "<Primary>comma" } },
    { "win.show-help-overlay", { "<Primary>question" } },
    { "win.refresh", { "F5", "<Primary>r" } },
    { "win.add-address", { "<Primary>l" } },
    { "win.rename", { "F2" } },
    { "win.page('devices')", { "<Alt>1" } },
    { "win.page('transfers')", { "<Alt>2" } },
    { "win.page('backups')", { "<Alt>3" } },
    { "window.close", { "<Primary>w" } },
  };

  for (guint i = 0; i < G_N_ELEMENTS (all); i++)
    gtk_application_set_accels_for_action (GTK_APPLICATION (self), all[i].action, all[i].accels);
}

static void
namida_application_startup (GApplication *application)
{
  NamidaApplication *self = NAMIDA_APPLICATION (application);
  g_autoptr (GError) error = NULL;

  G_APPLICATION_CLASS (namida_application_parent_class)->startup (application);
  gtk_window_set_default_icon_name (NAMIDA_APP_ID);
  g_action_map_add_action_entries (G_ACTION_MAP (self), actions, G_N_ELEMENTS (actions), self);
  set_accels (self);
  self->settings = namida_settings_new (self->data_dir, &error);
  if (self->settings == NULL)
    {
      g_printerr ("%s\n", error->message);
      exit (1);
    }
  make_hub (self);
}

/* At login nobody wants the window of a program that runs already. */
static gboolean
become_first (NamidaApplication *self, int *status)
{
  g_autoptr (GError) error = NULL;

  if (self->data_dir != NULL)
    return TRUE;
  if (!g_application_register (G_APPLICATION (self), NULL, &error))
    {
      g_printerr ("%s\n", error->message);
      *status = 1;
      return FALSE;
    }
  return !g_application_get_is_remote (G_APPLICATION (self));
}

/* Namida opens its companion by the name namida_sync, with its folders. Returns: whether this process has to go on. */
static gboolean
hand_over (NamidaApplication *self)
{
  g_autoptr (NamidaHandover) handover = namida_handover_new (self->backup_path, self->music_folders);
  g_autoptr (GPtrArray) files = g_ptr_array_new_with_free_func (g_object_unref);
  g_autofree char *hint = NULL;

  if (handover == NULL)
    return TRUE;
  if (!g_application_register (G_APPLICATION (self), NULL, NULL))
    return TRUE; /* it is told when it runs */
  for (guint i = 0; handover->music[i] != NULL; i++)
    g_ptr_array_add (files, g_file_new_for_path (handover->music[i]));
  hint = g_strconcat (HANDOVER, handover->backups, NULL);
  /* “open” wants a file: Namida’s backup folder stands in where it has no music. */
  if (files->len == 0)
    g_ptr_array_add (files, g_file_new_for_path (handover->backups));
  g_application_open (G_APPLICATION (self), (GFile **) files->pdata, (int) files->len, hint);
  return !g_application_get_is_remote (G_APPLICATION (self));
}

static int
namida_application_handle_local_options (GApplication *application, GVariantDict *options)
{
  NamidaApplication *self = NAMIDA_APPLICATION (application);
  int status = 0;

  if (g_variant_dict_contains (options, "version"))
    {
      g_print ("namida-sync %s\n", NAMIDA_PROGRAM_VERSION);
      return 0;
    }
  if (self->port < 0 || self->port > 65535)
    {
      g_printerr (_ ("“%d” is no port. Name one from 1 to 65535.\n"), self->port);
      return 2;
    }
  if (self->start_hidden && !become_first (self, &status))
    return status;
  if (self->data_dir != NULL)
    {
      g_autofree char *given = g_steal_pointer (&self->data_dir);

      self->data_dir = g_canonicalize_filename (given, NULL);
      /* A device of its own, beside the one of this desktop. */
      g_application_set_flags (application, g_application_get_flags (application) | G_APPLICATION_NON_UNIQUE);
    }
  return hand_over (self) ? -1 : 0;
}

static void
namida_application_shutdown (GApplication *application)
{
  NamidaApplication *self = NAMIDA_APPLICATION (application);
  NamidaWindow *window = get_window (self);

  if (window != NULL)
    gtk_window_destroy (GTK_WINDOW (window));
  g_clear_object (&self->background);
  g_clear_object (&self->notifier);
  g_clear_object (&self->history);
  g_clear_object (&self->hub);
  g_clear_object (&self->settings);
  G_APPLICATION_CLASS (namida_application_parent_class)->shutdown (application);
}

static void
namida_application_finalize (GObject *object)
{
  NamidaApplication *self = NAMIDA_APPLICATION (object);

  g_clear_error (&self->problem);
  g_free (self->data_dir);
  g_free (self->interface);
  g_free (self->backup_path);
  g_free (self->music_folders);
  G_OBJECT_CLASS (namida_application_parent_class)->finalize (object);
}

static void
namida_application_class_init (NamidaApplicationClass *klass)
{
  GApplicationClass *application_class = G_APPLICATION_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = namida_application_finalize;
  application_class->startup = namida_application_startup;
  application_class->activate = namida_application_activate;
  application_class->open = namida_application_open;
  application_class->handle_local_options = namida_application_handle_local_options;
  application_class->shutdown = namida_application_shutdown;
}

static void
namida_application_init (NamidaApplication *self)
{
  const GOptionEntry entries[] = {
    { "data-dir", 0, 0, G_OPTION_ARG_FILENAME, &self->data_dir, N_ ("Keep everything of this device in DIR"),
      N_ ("DIR") },
    { "interface", 0, 0, G_OPTION_ARG_STRING, &self->interface, N_ ("Use only this network interface or address"),
      N_ ("NAME") },
    { "port", 0, 0, G_OPTION_ARG_INT, &self->port, N_ ("Listen on this port"), N_ ("N") },
    { "background", 0, 0, G_OPTION_ARG_NONE, &self->start_hidden, N_ ("Receive without a window"), NULL },
    /* Namida’s words: it starts namida_sync with them. */
    { "backupPath", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_FILENAME, &self->backup_path, NULL, NULL },
    { "musicFolders", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_FILENAME, &self->music_folders, NULL, NULL },
    { "version", 0, 0, G_OPTION_ARG_NONE, NULL, N_ ("Print the version"), NULL },
    { NULL },
  };

  g_application_add_main_option_entries (G_APPLICATION (self), entries);
}

NamidaApplication *
namida_application_new (void)
{
  return g_object_new (NAMIDA_TYPE_APPLICATION, "application-id", NAMIDA_APP_ID, "flags", G_APPLICATION_HANDLES_OPEN,
                       "resource-base-path", "/io/github/namida_sync/Desktop", NULL);
}
