/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The progress of transfers on the program's icon: see the header. The application creates it. Main context. */
#include "config.h"

#include "namida-launcher.h"

#define INTERFACE "com.canonical.Unity.LauncherEntry"
#define PATH "/com/canonical/unity/launcherentry/namida_sync"
#define APP_URI "application://" NAMIDA_APP_ID ".desktop"
#define INTERVAL_SECONDS 1

struct _NamidaLauncher
{
  GObject parent_instance;

  GDBusConnection *bus; /* (nullable) */
  NamidaHub *hub;
  guint timer;     /* source while data moves; 0: none */
  int percent;     /* as reported last; -1: nothing moves */
  guint transfers; /* as reported last */
};

G_DEFINE_FINAL_TYPE (NamidaLauncher, namida_launcher, G_TYPE_OBJECT)

typedef struct
{
  guint transfers;
  double done;
  double total;
} Moving;

static Moving
launcher_count_moving (NamidaLauncher *self)
{
  GListModel *transfers = namida_hub_get_transfers (self->hub);
  Moving moving = { 0 };

  for (guint i = 0; i < g_list_model_get_n_items (transfers); i++)
    {
      g_autoptr (NamidaTransfer) transfer = g_list_model_get_item (transfers, i);
      NamidaTransferState state = namida_transfer_get_state (transfer);

      if (state != NAMIDA_TRANSFER_RUNNING && state != NAMIDA_TRANSFER_FINISHING)
        continue;
      moving.transfers++;
      moving.done += (double) namida_transfer_get_done_bytes (transfer);
      moving.total += (double) namida_transfer_get_total_bytes (transfer);
    }
  return moving;
}

static void
launcher_report (NamidaLauncher *self, const Moving *moving, double fraction)
{
  GVariantBuilder properties;

  g_variant_builder_init (&properties, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&properties, "{sv}", "progress", g_variant_new_double (fraction));
  g_variant_builder_add (&properties, "{sv}", "progress-visible", g_variant_new_boolean (moving->transfers > 0));
  g_variant_builder_add (&properties, "{sv}", "count", g_variant_new_int64 (moving->transfers));
  g_variant_builder_add (&properties, "{sv}", "count-visible", g_variant_new_boolean (moving->transfers > 1));
  g_dbus_connection_emit_signal (self->bus, NULL, PATH, INTERFACE, "Update",
                                 g_variant_new ("(sa{sv})", APP_URI, &properties), NULL);
}

static gboolean
launcher_on_timer (gpointer user_data)
{
  NamidaLauncher *self = user_data;
  Moving moving = launcher_count_moving (self);
  double fraction = moving.total > 0 ? CLAMP (moving.done / moving.total, 0, 1) : 0;
  int percent = moving.transfers > 0 ? (int) (fraction * 100) : -1;

  if (percent != self->percent || moving.transfers != self->transfers)
    launcher_report (self, &moving, fraction);
  self->percent = percent;
  self->transfers = moving.transfers;
  if (moving.transfers > 0)
    return G_SOURCE_CONTINUE;
  self->timer = 0;
  return G_SOURCE_REMOVE;
}

/* The counts are polled, because a transfer reports them more often than a dock can draw. */
static void
launcher_on_state (NamidaLauncher *self)
{
  if (self->timer == 0 && launcher_count_moving (self).transfers > 0)
    self->timer = g_timeout_add_seconds (INTERVAL_SECONDS, launcher_on_timer, self);
}

static void
launcher_on_transfers_changed (NamidaLauncher *self, guint position, guint removed, guint added, GListModel *transfers)
{
  for (guint i = position; i < position + added; i++)
    {
      g_autoptr (NamidaTransfer) transfer = g_list_model_get_item (transfers, i);

      g_signal_connect_object (transfer, "notify::state", G_CALLBACK (launcher_on_state), self, G_CONNECT_SWAPPED);
    }
  launcher_on_state (self);
}

static void
namida_launcher_dispose (GObject *object)
{
  NamidaLauncher *self = NAMIDA_LAUNCHER (object);
  Moving nothing = { 0 };

  g_clear_handle_id (&self->timer, g_source_remove);
  /* Otherwise the bar would stay after the program has ended. */
  if (self->bus != NULL && self->percent >= 0)
    launcher_report (self, &nothing, 0);
  self->percent = -1;
  g_clear_object (&self->bus);
  g_clear_object (&self->hub);
  G_OBJECT_CLASS (namida_launcher_parent_class)->dispose (object);
}

static void
namida_launcher_class_init (NamidaLauncherClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = namida_launcher_dispose;
}

static void
namida_launcher_init (NamidaLauncher *self)
{
  self->percent = -1;
}

NamidaLauncher *
namida_launcher_new (GDBusConnection *bus, NamidaHub *hub)
{
  NamidaLauncher *self = g_object_new (NAMIDA_TYPE_LAUNCHER, NULL);

  self->hub = g_object_ref (hub);
  if (bus == NULL)
    return self;
  self->bus = g_object_ref (bus);
  g_signal_connect_object (namida_hub_get_transfers (hub), "items-changed", G_CALLBACK (launcher_on_transfers_changed),
                           self, G_CONNECT_SWAPPED);
  return self;
}
