/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Background permission, autostart, status and suspend inhibition: see the header. The application creates it. Main
 * context; D-Bus calls are asynchronous. */
#include "config.h"

#include "namida-background.h"

#include <glib/gi18n.h>

#define PORTAL "org.freedesktop.portal.Desktop"
#define PORTAL_PATH "/org/freedesktop/portal/desktop"
#define PORTAL_BACKGROUND "org.freedesktop.portal.Background"
#define PORTAL_REQUEST "org.freedesktop.portal.Request"
#define PORTAL_INHIBIT "org.freedesktop.portal.Inhibit"
#define SESSION_MANAGER "org.gnome.SessionManager"
#define SESSION_MANAGER_PATH "/org/gnome/SessionManager"
#define INHIBIT_SUSPEND 4u /* the same value for the portal and for the session manager */
#define STATUS_MAX 96      /* characters that the portal accepts */

struct _NamidaBackground
{
  GObject parent_instance;

  GtkApplication *application; /* not owned; it owns this object */
  NamidaHub *hub;
  GSettings *settings;
  GCancellable *cancellable;
  GDBusConnection *bus; /* (nullable) */
  guint response;       /* signal subscription; 0: none */
  gboolean inhibited;   /* requested; ends with the program at the latest */
  guint number;         /* of requests, for their tokens */
  gboolean receive;     /* what the pending request asks for */
  gboolean login;       /* what the pending request asks for */
  char *handle;         /* (nullable): the request of the portal */
  guint cookie;         /* the cookie of the session manager; 0: none */
  char *status;         /* (nullable): the status that was set last */
  gboolean taking_back; /* a setting is being reverted, so do not send a request for it */
};

G_DEFINE_FINAL_TYPE (NamidaBackground, namida_background, G_TYPE_OBJECT)

static guint refused_signal;

static gboolean
background_use_portal (void)
{
  return g_file_test ("/.flatpak-info", G_FILE_TEST_EXISTS) || g_strcmp0 (g_getenv ("GTK_USE_PORTAL"), "1") == 0;
}

/* ---- inhibiting suspend while data moves ---- */

static guint
background_count_moving (NamidaBackground *self)
{
  GListModel *transfers = namida_hub_get_transfers (self->hub);
  guint moving = 0;

  for (guint i = 0; i < g_list_model_get_n_items (transfers); i++)
    {
      g_autoptr (NamidaTransfer) transfer = g_list_model_get_item (transfers, i);
      NamidaTransferState state = namida_transfer_get_state (transfer);

      moving += state == NAMIDA_TRANSFER_RUNNING || state == NAMIDA_TRANSFER_FINISHING;
    }
  return moving;
}

static void
background_on_status_reported (GObject *source, GAsyncResult *result, gpointer user_data)
{
  /* Version 1 of the portal has no status. This is no problem. */
  g_autoptr (GVariant) answer G_GNUC_UNUSED = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, NULL);
}

static void
background_report_status (NamidaBackground *self, guint moving)
{
  g_autofree char *text
      = moving > 0 ? g_strdup_printf (ngettext ("%u transfer is running", "%u transfers are running", moving), moving)
                   : g_strdup (_ ("Ready to receive"));
  g_autofree char *cut = g_utf8_substring (text, 0, MIN (STATUS_MAX, g_utf8_strlen (text, -1)));
  GVariantBuilder options;

  if (self->bus == NULL || !background_use_portal ()
      || !g_settings_get_boolean (self->settings, "receive-in-background") || g_strcmp0 (cut, self->status) == 0)
    return;
  g_free (self->status);
  self->status = g_strdup (cut);
  g_variant_builder_init (&options, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&options, "{sv}", "message", g_variant_new_string (cut));
  g_dbus_connection_call (self->bus, PORTAL, PORTAL_PATH, PORTAL_BACKGROUND, "SetStatus",
                          g_variant_new ("(a{sv})", &options), NULL, G_DBUS_CALL_FLAGS_NONE, -1, self->cancellable,
                          background_on_status_reported, NULL);
}

static void
background_on_released (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GVariant) answer G_GNUC_UNUSED = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, NULL);
}

static void
background_release (NamidaBackground *self)
{
  if (self->handle != NULL)
    g_dbus_connection_call (self->bus, PORTAL, self->handle, PORTAL_REQUEST, "Close", NULL, NULL,
                            G_DBUS_CALL_FLAGS_NONE, -1, NULL, background_on_released, NULL);
  else if (self->cookie != 0)
    g_dbus_connection_call (self->bus, SESSION_MANAGER, SESSION_MANAGER_PATH, SESSION_MANAGER, "Uninhibit",
                            g_variant_new ("(u)", self->cookie), NULL, G_DBUS_CALL_FLAGS_NO_AUTO_START, -1, NULL,
                            background_on_released, NULL);
  g_clear_pointer (&self->handle, g_free);
  self->cookie = 0;
  self->inhibited = FALSE;
}

static void
background_on_inhibited (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (NamidaBackground) self = user_data;
  g_autoptr (GVariant) answer = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, NULL);

  /* No service can inhibit suspend. Do not ask again until the next transfer. */
  if (answer == NULL || self->hub == NULL)
    return;
  if (g_variant_is_of_type (answer, G_VARIANT_TYPE ("(o)")))
    g_variant_get (answer, "(o)", &self->handle);
  else
    g_variant_get (answer, "(u)", &self->cookie);
  if (background_count_moving (self) == 0)
    background_release (self);
}

/* Calls D-Bus directly instead of gtk_application_inhibit(), so that nothing waits for the answer, and an answer that
 * comes after the transfer has ended is released then (on_inhibited). */
static void
background_inhibit (NamidaBackground *self)
{
  const char *reason = _ ("A backup is being transferred");
  GVariantBuilder options;

  self->inhibited = TRUE;
  if (background_use_portal ())
    {
      g_variant_builder_init (&options, G_VARIANT_TYPE_VARDICT);
      g_variant_builder_add (&options, "{sv}", "reason", g_variant_new_string (reason));
      g_dbus_connection_call (self->bus, PORTAL, PORTAL_PATH, PORTAL_INHIBIT, "Inhibit",
                              g_variant_new ("(sua{sv})", "", INHIBIT_SUSPEND, &options), G_VARIANT_TYPE ("(o)"),
                              G_DBUS_CALL_FLAGS_NONE, -1, self->cancellable, background_on_inhibited,
                              g_object_ref (self));
    }
  else
    g_dbus_connection_call (self->bus, SESSION_MANAGER, SESSION_MANAGER_PATH, SESSION_MANAGER, "Inhibit",
                            g_variant_new ("(susu)", NAMIDA_APP_ID, 0, reason, INHIBIT_SUSPEND), G_VARIANT_TYPE ("(u)"),
                            G_DBUS_CALL_FLAGS_NO_AUTO_START, -1, self->cancellable, background_on_inhibited,
                            g_object_ref (self));
}

static void
background_on_state (NamidaBackground *self)
{
  guint moving = background_count_moving (self);

  if (moving > 0 && !self->inhibited && self->bus != NULL)
    background_inhibit (self);
  else if (moving == 0 && self->inhibited && (self->handle != NULL || self->cookie != 0))
    background_release (self);
  else if (moving == 0)
    self->inhibited = FALSE;
  background_report_status (self, moving);
}

static void
background_on_transfers_changed (
    NamidaBackground *self, guint position, guint removed, guint added, GListModel *transfers)
{
  for (guint i = position; i < position + added; i++)
    {
      g_autoptr (NamidaTransfer) transfer = g_list_model_get_item (transfers, i);

      g_signal_connect_object (transfer, "notify::state", G_CALLBACK (background_on_state), self, G_CONNECT_SWAPPED);
      g_signal_connect_object (transfer, "ended", G_CALLBACK (background_on_state), self,
                               G_CONNECT_SWAPPED | G_CONNECT_AFTER);
    }
  background_on_state (self);
}

/* ---- permission ---- */

static void
background_take_back (NamidaBackground *self, const char *key, const char *sentence)
{
  self->taking_back = TRUE;
  g_settings_set_boolean (self->settings, key, FALSE);
  self->taking_back = FALSE;
  g_signal_emit (self, refused_signal, 0, sentence);
}

static void
background_stop_listening (NamidaBackground *self)
{
  if (self->response != 0)
    g_dbus_connection_signal_unsubscribe (self->bus, self->response);
  self->response = 0;
}

static void
background_on_response (GDBusConnection *bus,
                        const char *sender,
                        const char *path,
                        const char *interface,
                        const char *signal,
                        GVariant *parameters,
                        gpointer user_data)
{
  NamidaBackground *self = user_data;
  g_autoptr (GVariant) results = NULL;
  guint32 answer = 2;
  gboolean background = FALSE;
  gboolean autostart = FALSE;

  background_stop_listening (self);
  if (g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(ua{sv})")))
    {
      g_variant_get (parameters, "(u@a{sv})", &answer, &results);
      g_variant_lookup (results, "background", "b", &background);
      g_variant_lookup (results, "autostart", "b", &autostart);
    }
  if (self->receive && (answer != 0 || !background))
    background_take_back (
        self, "receive-in-background",
        _ ("Namida Sync is not allowed to run in the background. Allow it in the system settings for this app, "
           "then turn this option on again."));
  else if (self->login && !autostart)
    background_take_back (
        self, "start-at-login",
        _ ("The desktop does not let Namida Sync start at login. Allow it in the desktop's settings of this "
           "program, then switch it on again."));
}

static void
background_on_requested (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (NamidaBackground) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) answer = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);

  if (answer != NULL || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  background_stop_listening (self);
  /* A desktop without this portal does not stop background programs either. */
  g_message ("No background portal: %s", error->message);
}

/* The handle is computed before the call, so that no answer is missed, as the documentation of the portal's Request
 * interface recommends. */
static char *
background_request_path (NamidaBackground *self, const char *token)
{
  g_autofree char *name = g_strdup (g_dbus_connection_get_unique_name (self->bus) + 1);

  return g_strconcat (PORTAL_PATH "/request/", g_strdelimit (name, ".", '_'), "/", token, NULL);
}

static void
background_request (NamidaBackground *self)
{
  static const char *const command[] = { "namida-sync", "--background", NULL };
  g_autofree char *token = g_strdup_printf ("namida%u", ++self->number);
  g_autofree char *path = background_request_path (self, token);
  GVariantBuilder options;

  background_stop_listening (self);
  self->response = g_dbus_connection_signal_subscribe (self->bus, PORTAL, PORTAL_REQUEST, "Response", path, NULL,
                                                       G_DBUS_SIGNAL_FLAGS_NONE, background_on_response, self, NULL);
  g_variant_builder_init (&options, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&options, "{sv}", "handle_token", g_variant_new_string (token));
  g_variant_builder_add (&options, "{sv}", "reason",
                         g_variant_new_string (_ ("To receive backups while its window is closed")));
  g_variant_builder_add (&options, "{sv}", "autostart", g_variant_new_boolean (self->login));
  g_variant_builder_add (&options, "{sv}", "commandline", g_variant_new_strv (command, -1));
  g_dbus_connection_call (self->bus, PORTAL, PORTAL_PATH, PORTAL_BACKGROUND, "RequestBackground",
                          g_variant_new ("(sa{sv})", "", &options), G_VARIANT_TYPE ("(o)"), G_DBUS_CALL_FLAGS_NONE, -1,
                          self->cancellable, background_on_requested, g_object_ref (self));
}

/* ---- without a sandbox: the user's autostart folder ---- */

static void
background_write_autostart (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  gboolean wanted = GPOINTER_TO_INT (data);
  g_autofree char *folder = g_build_filename (g_get_user_config_dir (), "autostart", NULL);
  g_autofree char *path = g_build_filename (folder, NAMIDA_APP_ID ".desktop", NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  GError *error = NULL;

  if (!wanted)
    {
      if (!g_file_delete (file, cancellable, &error) && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
        {
          g_task_return_error (task, error);
          return;
        }
      g_clear_error (&error);
    }
  else if (g_mkdir_with_parents (folder, 0700) != 0
           || !g_file_set_contents (path,
                                    "[Desktop Entry]\nType=Application\nName=" NAMIDA_PROGRAM_NAME
                                    "\nIcon=" NAMIDA_APP_ID "\n"
                                    "Exec=namida-sync --background\nX-GNOME-UsesNotifications=true\n",
                                    -1, &error))
    {
      g_task_return_error (task, error != NULL ? error
                                               : g_error_new (G_IO_ERROR, G_IO_ERROR_FAILED,
                                                              _ ("The folder “%s” could not be made"), folder));
      return;
    }
  g_task_return_boolean (task, TRUE);
}

static void
background_on_autostart_written (GObject *source, GAsyncResult *result, gpointer user_data)
{
  NamidaBackground *self = NAMIDA_BACKGROUND (source);
  g_autoptr (GError) error = NULL;
  g_autofree char *sentence = NULL;

  if (g_task_propagate_boolean (G_TASK (result), &error) || self->settings == NULL
      || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  sentence = g_strdup_printf (_ ("Could not change whether Namida Sync starts at login: %s"), error->message);
  background_take_back (self, "start-at-login", sentence);
}

static void
background_set_autostart (NamidaBackground *self)
{
  g_autoptr (GTask) task = g_task_new (self, self->cancellable, background_on_autostart_written, NULL);

  g_task_set_source_tag (task, background_set_autostart);
  g_task_set_task_data (task, GINT_TO_POINTER (self->login), NULL);
  g_task_run_in_thread (task, background_write_autostart);
}

static void
background_on_setting_changed (NamidaBackground *self)
{
  if (self->taking_back)
    return;
  self->receive = g_settings_get_boolean (self->settings, "receive-in-background");
  self->login = self->receive && g_settings_get_boolean (self->settings, "start-at-login");
  if (!background_use_portal ())
    background_set_autostart (self);
  else if (self->bus != NULL)
    background_request (self);
  background_on_state (self);
}

static void
namida_background_dispose (GObject *object)
{
  NamidaBackground *self = NAMIDA_BACKGROUND (object);

  g_cancellable_cancel (self->cancellable);
  if (self->bus != NULL)
    background_stop_listening (self);
  g_clear_object (&self->bus);
  g_clear_object (&self->settings);
  g_clear_object (&self->hub);
  G_OBJECT_CLASS (namida_background_parent_class)->dispose (object);
}

static void
namida_background_finalize (GObject *object)
{
  NamidaBackground *self = NAMIDA_BACKGROUND (object);

  g_clear_object (&self->cancellable);
  g_free (self->handle);
  g_free (self->status);
  G_OBJECT_CLASS (namida_background_parent_class)->finalize (object);
}

static void
namida_background_class_init (NamidaBackgroundClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = namida_background_dispose;
  G_OBJECT_CLASS (klass)->finalize = namida_background_finalize;
  refused_signal = g_signal_new ("refused", NAMIDA_TYPE_BACKGROUND, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                                 1, G_TYPE_STRING);
}

static void
namida_background_init (NamidaBackground *self)
{
  self->cancellable = g_cancellable_new ();
}

NamidaBackground *
namida_background_new (GtkApplication *application, NamidaHub *hub, GSettings *settings)
{
  NamidaBackground *self = g_object_new (NAMIDA_TYPE_BACKGROUND, NULL);
  GDBusConnection *bus = g_application_get_dbus_connection (G_APPLICATION (application));

  self->application = application;
  self->hub = g_object_ref (hub);
  self->settings = g_object_ref (settings);
  self->bus = bus != NULL ? g_object_ref (bus) : NULL;
  g_signal_connect_object (settings, "changed::receive-in-background", G_CALLBACK (background_on_setting_changed), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (settings, "changed::start-at-login", G_CALLBACK (background_on_setting_changed), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (namida_hub_get_transfers (hub), "items-changed",
                           G_CALLBACK (background_on_transfers_changed), self, G_CONNECT_SWAPPED);
  /* The permission may have been revoked meanwhile. Outside a sandbox, the file is unchanged. */
  if (background_use_portal () && g_settings_get_boolean (settings, "receive-in-background"))
    background_on_setting_changed (self);
  return self;
}
