/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Battery and metered networks: see the header. Main context; the answers of D-Bus services come asynchronously. */
#include "config.h"

#include "namida-run-conditions.h"

#define UPOWER "org.freedesktop.UPower"
#define UPOWER_PATH "/org/freedesktop/UPower"

struct _NamidaRunConditions
{
  GObject parent_instance;

  GCancellable *cancellable;
  GDBusProxy *upower;            /* (nullable) until it is connected, or if there is no UPower */
  GPowerProfileMonitor *profile; /* (nullable): in a sandbox only */
  GNetworkMonitor *network;
  gboolean known;
};

G_DEFINE_FINAL_TYPE (NamidaRunConditions, namida_run_conditions, G_TYPE_OBJECT)

static guint changed_signal;

static void
conditions_emit (NamidaRunConditions *self)
{
  g_signal_emit (self, changed_signal, 0);
}

static void
conditions_on_upower (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (NamidaRunConditions) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GDBusProxy) proxy = g_dbus_proxy_new_for_bus_finish (result, &error);

  if (g_cancellable_is_cancelled (self->cancellable))
    return;
  self->known = TRUE;
  if (proxy != NULL)
    {
      g_set_object (&self->upower, proxy);
      g_signal_connect_object (proxy, "g-properties-changed", G_CALLBACK (conditions_emit), self, G_CONNECT_SWAPPED);
      g_signal_connect_object (proxy, "notify::g-name-owner", G_CALLBACK (conditions_emit), self, G_CONNECT_SWAPPED);
    }
  else
    g_debug ("upower: not available: %s", error->message);
  conditions_emit (self);
}

gboolean
namida_run_conditions_get_on_battery (NamidaRunConditions *self)
{
  g_autoptr (GVariant) value
      = self->upower != NULL ? g_dbus_proxy_get_cached_property (self->upower, "OnBattery") : NULL;

  if (value != NULL && g_variant_is_of_type (value, G_VARIANT_TYPE_BOOLEAN))
    return g_variant_get_boolean (value);
  return self->profile != NULL && g_power_profile_monitor_get_power_saver_enabled (self->profile);
}

gboolean
namida_run_conditions_get_metered (NamidaRunConditions *self)
{
  return g_network_monitor_get_network_metered (self->network);
}

gboolean
namida_run_conditions_is_known (NamidaRunConditions *self)
{
  return self->known;
}

static void
namida_run_conditions_dispose (GObject *object)
{
  NamidaRunConditions *self = NAMIDA_RUN_CONDITIONS (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->upower);
  g_clear_object (&self->profile);
  G_OBJECT_CLASS (namida_run_conditions_parent_class)->dispose (object);
}

static void
namida_run_conditions_finalize (GObject *object)
{
  g_object_unref (NAMIDA_RUN_CONDITIONS (object)->cancellable);
  G_OBJECT_CLASS (namida_run_conditions_parent_class)->finalize (object);
}

static void
namida_run_conditions_class_init (NamidaRunConditionsClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = namida_run_conditions_dispose;
  object_class->finalize = namida_run_conditions_finalize;
  changed_signal
      = g_signal_new ("changed", NAMIDA_TYPE_RUN_CONDITIONS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
namida_run_conditions_init (NamidaRunConditions *self)
{
  self->cancellable = g_cancellable_new ();
  self->network = g_network_monitor_get_default ();
  g_signal_connect_object (self->network, "notify::network-metered", G_CALLBACK (conditions_emit), self,
                           G_CONNECT_SWAPPED);
  /* A sandbox can use UPower only with special permission, but the portal reports the power saver. */
  if (g_file_test ("/.flatpak-info", G_FILE_TEST_EXISTS))
    {
      self->profile = g_power_profile_monitor_dup_default ();
      if (self->profile != NULL)
        g_signal_connect_object (self->profile, "notify::power-saver-enabled", G_CALLBACK (conditions_emit), self,
                                 G_CONNECT_SWAPPED);
    }
  g_dbus_proxy_new_for_bus (G_BUS_TYPE_SYSTEM, G_DBUS_PROXY_FLAGS_NONE, NULL, UPOWER, UPOWER_PATH, UPOWER,
                            self->cancellable, conditions_on_upower, g_object_ref (self));
}

NamidaRunConditions *
namida_run_conditions_new (void)
{
  return g_object_new (NAMIDA_TYPE_RUN_CONDITIONS, NULL);
}
