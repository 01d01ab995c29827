/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Creates and starts the hub, and applies the settings to it when they change. Called by namida-application.c. Main
 * context. */
#include "config.h"

#include "namida-application-private.h"

#define DAYS_OF_MONTH 30u

static void
application_hub_apply_alias (NamidaApplication *self)
{
  g_autofree char *alias = g_settings_get_string (self->settings, "alias");

  namida_hub_set_alias (self->hub, alias);
}

static void
application_hub_apply_landing (NamidaApplication *self)
{
  namida_inbox_set_landing (namida_hub_get_inbox (self->hub),
                            (NamidaLanding) g_settings_get_enum (self->settings, "landing"));
}

static void
application_hub_apply_folders (NamidaApplication *self)
{
  g_autofree char *backups = g_settings_get_string (self->settings, "backup-folder");
  g_autofree char *music = g_settings_get_string (self->settings, "music-folder");

  namida_hub_set_folders (self->hub, backups, music);
  namida_hub_set_chosen (self->hub, *backups != '\0', *music != '\0');
}

static NamidaUnencrypted
application_hub_unencrypted (NamidaApplication *self)
{
  return g_settings_get_enum (self->settings, "unencrypted-peers") == 1 ? NAMIDA_UNENCRYPTED_NEVER
                                                                        : NAMIDA_UNENCRYPTED_ASK;
}

static void
application_hub_apply_unencrypted (NamidaApplication *self)
{
  namida_hub_set_unencrypted (self->hub, application_hub_unencrypted (self));
}

static void
application_hub_apply_localsend (NamidaApplication *self)
{
  namida_hub_set_localsend (self->hub, g_settings_get_boolean (self->settings, "localsend"));
}

static void
application_hub_apply_visible (NamidaApplication *self)
{
  namida_hub_set_hidden (self->hub, !g_settings_get_boolean (self->settings, "visible"));
}

static guint64
application_hub_rate_limit (NamidaApplication *self)
{
  return (guint64) g_settings_get_uint (self->settings, "rate-limit") * 1000;
}

static void
application_hub_apply_limit (NamidaApplication *self)
{
  namida_hub_set_limit (self->hub, application_hub_rate_limit (self));
}

static guint64
application_hub_reserve (NamidaApplication *self)
{
  return (guint64) g_settings_get_uint (self->settings, "reserve") * 1000 * 1000;
}

static void
application_hub_apply_reserve (NamidaApplication *self)
{
  namida_hub_set_reserve (self->hub, application_hub_reserve (self));
}

static void
application_hub_apply_reread_days (NamidaApplication *self)
{
  namida_hub_set_reread_days (self->hub, g_settings_get_uint (self->settings, "reread-days"));
}

static void
application_hub_apply_parts_days (NamidaApplication *self)
{
  namida_hub_set_parts_days (self->hub, g_settings_get_uint (self->settings, "parts-days"));
}

/* For the next start, including “Try Again” after a start that failed because the port was in use. */
static void
application_hub_apply_port (NamidaApplication *self)
{
  if (self->port == 0)
    namida_hub_set_port (self->hub, (guint16) g_settings_get_uint (self->settings, "port"));
}

static void
application_hub_apply_pin (NamidaApplication *self)
{
  g_autofree char *pin = g_settings_get_string (self->settings, "pin");

  namida_hub_set_pin (self->hub, pin);
}

static void
application_hub_apply_retention (NamidaApplication *self)
{
  NamidaRetention policy = { .last = g_settings_get_uint (self->settings, "versions-to-keep"),
                             .monthly = g_settings_get_boolean (self->settings, "versions-monthly") };

  namida_hub_set_retention (self->hub, policy);
}

static void
application_hub_apply_verify (NamidaApplication *self)
{
  namida_hub_set_verify_days (self->hub, g_settings_get_uint (self->settings, "verify-months") * DAYS_OF_MONTH);
}

/* Whether transfers are accepted without asking is stored for each device. This setting changes all devices that are
 * trusted now. */
static void
application_hub_apply_auto_accept (NamidaApplication *self)
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

/* A device that is paired while the setting is off is asked about like the others. “Always from this device” changes
 * that afterwards. */
static void
application_hub_on_trust_changed (NamidaApplication *self, const char *fingerprint, NamidaTrustStore *trust)
{
  if (!namida_trust_store_is_trusted (trust, fingerprint))
    g_hash_table_remove (self->trusted, fingerprint);
  else if (g_hash_table_add (self->trusted, g_strdup (fingerprint))
           && !g_settings_get_boolean (self->settings, "auto-accept-trusted"))
    namida_trust_store_set_auto_accept (trust, fingerprint, FALSE);
}

static void
application_hub_follow_trust (NamidaApplication *self)
{
  NamidaTrustStore *trust = namida_hub_get_trust_store (self->hub);
  g_autoptr (GPtrArray) known = trust != NULL ? namida_trust_store_list (trust) : NULL;

  if (trust == NULL || self->trusted != NULL)
    return;
  self->trusted = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  for (guint i = 0; i < known->len; i++)
    g_hash_table_add (self->trusted, g_strdup (((const NamidaTrusted *) g_ptr_array_index (known, i))->fingerprint));
  g_signal_connect_object (trust, "changed", G_CALLBACK (application_hub_on_trust_changed), self, G_CONNECT_SWAPPED);
}

static const char *
application_hub_or_null (const char *text)
{
  return text != NULL && *text != '\0' ? text : NULL;
}

static void
application_hub_follow_settings (NamidaApplication *self)
{
  static const struct
  {
    const char *signal;
    void (*apply) (NamidaApplication *self);
  } all[] = {
    { "changed::alias", application_hub_apply_alias },
    { "changed::auto-accept-trusted", application_hub_apply_auto_accept },
    { "changed::backup-folder", application_hub_apply_folders },
    { "changed::landing", application_hub_apply_landing },
    { "changed::localsend", application_hub_apply_localsend },
    { "changed::music-folder", application_hub_apply_folders },
    { "changed::pin", application_hub_apply_pin },
    { "changed::port", application_hub_apply_port },
    { "changed::parts-days", application_hub_apply_parts_days },
    { "changed::reread-days", application_hub_apply_reread_days },
    { "changed::reserve", application_hub_apply_reserve },
    { "changed::rate-limit", application_hub_apply_limit },
    { "changed::unencrypted-peers", application_hub_apply_unencrypted },
    { "changed::verify-months", application_hub_apply_verify },
    { "changed::versions-monthly", application_hub_apply_retention },
    { "changed::versions-to-keep", application_hub_apply_retention },
    { "changed::visible", application_hub_apply_visible },
  };

  for (guint i = 0; i < G_N_ELEMENTS (all); i++)
    g_signal_connect_object (self->settings, all[i].signal, G_CALLBACK (all[i].apply), self, G_CONNECT_SWAPPED);
}

static void
application_hub_on_refused (NamidaApplication *self, const char *sentence)
{
  NamidaWindow *window = namida_application_get_window (self);

  if (window != NULL)
    namida_shell_toast (NAMIDA_SHELL (window), sentence);
  else
    g_message ("%s", sentence);
}

static void
application_hub_on_hub_started (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (NamidaApplication) self = user_data;
  NamidaWindow *window = namida_application_get_window (self);

  g_clear_error (&self->problem);
  namida_hub_start_finish (NAMIDA_HUB (source), result, &self->problem);
  if (window != NULL)
    namida_window_show_problem (window, self->problem);
  application_hub_follow_trust (self);
  namida_application_use_handover (self);
  namida_application_introduce (self);
}

void
namida_application_start_hub (NamidaApplication *self)
{
  namida_hub_start_async (self->hub, NULL, application_hub_on_hub_started, g_object_ref (self));
}

void
namida_application_make_hub (NamidaApplication *self)
{
  g_autofree char *alias = g_settings_get_string (self->settings, "alias");
  g_autofree char *interface = g_settings_get_string (self->settings, "interface");
  g_autofree char *backups = g_settings_get_string (self->settings, "backup-folder");
  g_autofree char *music = g_settings_get_string (self->settings, "music-folder");
  g_autofree char *pin = g_settings_get_string (self->settings, "pin");
  NamidaHubOptions options = {
    .data_dir = self->data_dir,
    .alias = application_hub_or_null (alias),
    .interface = self->interface != NULL ? self->interface : application_hub_or_null (interface),
    .port = (guint16) (self->port != 0 ? (guint) self->port : g_settings_get_uint (self->settings, "port")),
    .backups = application_hub_or_null (backups),
    .music = application_hub_or_null (music),
    .pin = application_hub_or_null (pin),
    .device_type = "desktop",
    .patience_seconds = g_settings_get_uint (self->settings, "parts-days") * 24 * 60 * 60,
    .wait_for_device = TRUE,
    .reserve = application_hub_reserve (self),
    .parts_days = g_settings_get_uint (self->settings, "parts-days"),
    .landing = (NamidaLanding) g_settings_get_enum (self->settings, "landing"),
    .no_localsend = !g_settings_get_boolean (self->settings, "localsend"),
    .limit = application_hub_rate_limit (self),
    .unencrypted = application_hub_unencrypted (self),
  };

  self->hub = namida_hub_new (&options);
  namida_hub_set_chosen (self->hub, *backups != '\0', *music != '\0');
  application_hub_apply_reread_days (self);
  application_hub_apply_visible (self);
  self->history = namida_hub_history_new (self->hub);
  self->notifier = namida_notifier_new (G_APPLICATION (self), self->hub);
  self->background = namida_background_new (GTK_APPLICATION (self), self->hub, self->settings);
  g_signal_connect_object (self->background, "refused", G_CALLBACK (application_hub_on_refused), self,
                           G_CONNECT_SWAPPED);
  application_hub_follow_settings (self);
  application_hub_apply_retention (self);
  application_hub_apply_verify (self);
  namida_application_start_hub (self);
}
