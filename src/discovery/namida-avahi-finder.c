/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Connects to the system bus and to the Avahi daemon, and owns the publisher and the browsers; see the header. Main
 * context; all calls are asynchronous. */
#include "config.h"

#include "namida-avahi-browser.h"
#include "namida-avahi-finder.h"
#include "namida-avahi-publisher.h"
#include "namida-avahi-txt.h"
#include "namida-interface.h"
#include "namida-network.h"

#define AVAHI_NAME "org.freedesktop.Avahi"
#define SETTLE_MS 500

struct _NamidaAvahiFinder
{
  GObject parent_instance;
  char *only;
  NamidaDeviceInfo *own;     /* (nullable) %NULL until started */
  GCancellable *cancellable; /* for connecting to bus and daemon; once it is cancelled, callbacks do not touch self */
  gboolean connecting;
  GDBusConnection *bus;
  gulong closed_handler;
  guint watch;
  int interface; /* the interface that publisher and browser were created for */
  char *network; /* the addresses at the last restart of the browser */
  NamidaAvahiServer *server;
  NamidaAvahiPublisher *publisher;
  NamidaAvahiBrowser *browser;
  NamidaAvahiBrowser *players;
  GNetworkMonitor *monitor;
  gulong changed_handler;
  guint settle_timer;
};

enum
{
  PLAYER_FOUND,
  PLAYER_LOST,
  N_SIGNALS
};
static guint signals[N_SIGNALS];

static void namida_avahi_finder_iface_init (NamidaFinderInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (NamidaAvahiFinder,
                               namida_avahi_finder,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (NAMIDA_TYPE_FINDER, namida_avahi_finder_iface_init))

/* Returns: whether there is an interface to use. */
static gboolean
avahi_finder_find_interface (NamidaAvahiFinder *self, int *index)
{
  g_autoptr (GPtrArray) interfaces = NULL;
  NamidaInterface *interface;

  *index = NAMIDA_AVAHI_ANY;
  if (self->only == NULL)
    return TRUE;
  interfaces = namida_interface_list (self->only, NULL);
  if (interfaces->len == 0)
    return FALSE;
  interface = g_ptr_array_index (interfaces, 0);
  *index = (int) interface->index;
  return !interface->loopback;
}

static gboolean
avahi_finder_is_own (NamidaAvahiFinder *self, NamidaDeviceInfo *info)
{
  return self->own->fingerprint != NULL && g_ascii_strcasecmp (info->fingerprint, self->own->fingerprint) == 0;
}

static void
avahi_finder_on_found (NamidaDeviceInfo *info, GInetSocketAddress *address, gpointer user_data)
{
  NamidaAvahiFinder *self = user_data;

  if (avahi_finder_is_own (self, info))
    return;
  namida_finder_emit_found (NAMIDA_FINDER (self), info, NAMIDA_DIALECT_V1, address);
  namida_finder_emit_greeted (NAMIDA_FINDER (self), info, NAMIDA_DIALECT_V1, address);
}

static void
avahi_finder_on_lost (NamidaDeviceInfo *info, gpointer user_data)
{
  if (!avahi_finder_is_own (user_data, info))
    namida_finder_emit_lost (NAMIDA_FINDER (user_data), info);
}

static void
avahi_finder_on_player_found (NamidaDeviceInfo *info, GInetSocketAddress *address, gpointer user_data)
{
  g_signal_emit (user_data, signals[PLAYER_FOUND], 0, info, address);
}

static void
avahi_finder_on_player_lost (NamidaDeviceInfo *info, gpointer user_data)
{
  g_signal_emit (user_data, signals[PLAYER_LOST], 0, info);
}

static void
avahi_finder_end_work (NamidaAvahiFinder *self)
{
  g_clear_pointer (&self->players, namida_avahi_browser_free);
  g_clear_pointer (&self->browser, namida_avahi_browser_free);
  g_clear_pointer (&self->publisher, namida_avahi_publisher_free);
}

static void
avahi_finder_begin_work (NamidaAvahiFinder *self)
{
  avahi_finder_end_work (self);
  if (self->server == NULL || !avahi_finder_find_interface (self, &self->interface))
    return;
  if (!self->own->sends_only)
    self->publisher = namida_avahi_publisher_new (self->server, self->interface, self->own);
  self->browser = namida_avahi_browser_new (self->server, self->interface, NAMIDA_AVAHI_SERVICE, namida_avahi_txt_parse,
                                            avahi_finder_on_found, avahi_finder_on_lost, self);
  self->players
      = namida_avahi_browser_new (self->server, self->interface, NAMIDA_AVAHI_PLAYER_SERVICE, namida_avahi_player_parse,
                                  avahi_finder_on_player_found, avahi_finder_on_player_lost, self);
}

static void
avahi_finder_on_server (GObject *source, GAsyncResult *result, gpointer user_data)
{
  NamidaAvahiFinder *self = user_data;
  g_autoptr (GError) error = NULL;
  NamidaAvahiServer *server = namida_avahi_server_proxy_new_finish (result, &error);

  if (server == NULL)
    return;
  g_clear_object (&self->server);
  self->server = server;
  avahi_finder_begin_work (self);
}

static void
avahi_finder_on_name_appeared (GDBusConnection *bus, const char *name, const char *owner, gpointer user_data)
{
  NamidaAvahiFinder *self = user_data;

  /* Use the unique bus name of the daemon, so that nothing from an earlier daemon is attributed to this one. */
  namida_avahi_server_proxy_new (bus, G_DBUS_PROXY_FLAGS_DO_NOT_LOAD_PROPERTIES | G_DBUS_PROXY_FLAGS_DO_NOT_AUTO_START,
                                 owner, "/", self->cancellable, avahi_finder_on_server, self);
}

static void
avahi_finder_on_name_vanished (GDBusConnection *bus, const char *name, gpointer user_data)
{
  NamidaAvahiFinder *self = user_data;

  /* This does not mean that the devices are gone, so do not emit "lost". */
  avahi_finder_end_work (self);
  g_clear_object (&self->server);
}

static void
avahi_finder_disconnect_bus (NamidaAvahiFinder *self)
{
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  self->connecting = FALSE;
  avahi_finder_end_work (self);
  g_clear_object (&self->server);
  g_clear_handle_id (&self->watch, g_bus_unwatch_name);
  g_clear_signal_handler (&self->closed_handler, self->bus);
  g_clear_object (&self->bus);
}

static void
avahi_finder_on_bus (GObject *source, GAsyncResult *result, gpointer user_data)
{
  NamidaAvahiFinder *self = user_data;
  g_autoptr (GError) error = NULL;
  GDBusConnection *bus = g_bus_get_finish (result, &error);

  if (bus == NULL)
    {
      if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return;
      g_debug ("No system bus, so no Avahi: %s", error->message);
      self->connecting = FALSE;
      return;
    }
  self->connecting = FALSE;
  self->bus = bus;
  /* By default the program exits when the bus closes. A transfer must continue without the bus. */
  g_dbus_connection_set_exit_on_close (bus, FALSE);
  self->closed_handler = g_signal_connect_swapped (bus, "closed", G_CALLBACK (avahi_finder_disconnect_bus), self);
  /* Do not start the daemon: if it is not running, it was turned off on purpose. */
  self->watch
      = g_bus_watch_name_on_connection (bus, AVAHI_NAME, G_BUS_NAME_WATCHER_FLAGS_NONE, avahi_finder_on_name_appeared,
                                        avahi_finder_on_name_vanished, self, NULL);
}

static void
avahi_finder_connect_bus (NamidaAvahiFinder *self)
{
  int index;

  if (self->connecting || self->bus != NULL
      || (!avahi_finder_find_interface (self, &index) && index != NAMIDA_AVAHI_ANY))
    return;
  g_clear_object (&self->cancellable);
  self->cancellable = g_cancellable_new ();
  self->connecting = TRUE;
  g_bus_get (G_BUS_TYPE_SYSTEM, self->cancellable, avahi_finder_on_bus, self);
}

static void
namida_avahi_finder_refresh (NamidaFinder *finder)
{
  NamidaAvahiFinder *self = NAMIDA_AVAHI_FINDER (finder);

  if (self->own == NULL)
    return;
  avahi_finder_connect_bus (self);
  /* The daemon does not report again what it already knows, but the peer list may have removed a device meanwhile. */
  if (self->browser != NULL)
    namida_avahi_browser_restart (self->browser);
  if (self->players != NULL)
    namida_avahi_browser_restart (self->players);
}

/* Returns: whether the addresses have changed since the last call. */
static gboolean
avahi_finder_note_network (NamidaAvahiFinder *self)
{
  g_autoptr (GPtrArray) networks = namida_network_list (self->only);
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < networks->len; i++)
    {
      NamidaNetwork *network = g_ptr_array_index (networks, i);
      g_autofree char *address = g_inet_address_to_string (network->address);

      g_string_append_printf (text, "%u %s\n", network->index, address);
    }
  if (g_strcmp0 (self->network, text->str) == 0)
    return FALSE;
  g_free (self->network);
  self->network = g_strdup (text->str);
  return TRUE;
}

static gboolean
avahi_finder_on_settled (gpointer data)
{
  NamidaAvahiFinder *self = data;
  int index;

  self->settle_timer = 0;
  /* Routers repeat their routes every few minutes. Only a change of addresses may wake up all devices nearby. */
  if (!avahi_finder_note_network (self) || self->server == NULL)
    return G_SOURCE_REMOVE;
  if (!avahi_finder_find_interface (self, &index))
    avahi_finder_end_work (self);
  else if (self->browser == NULL || index != self->interface)
    avahi_finder_begin_work (self);
  else
    {
      namida_avahi_browser_restart (self->browser);
      namida_avahi_browser_restart (self->players);
    }
  return G_SOURCE_REMOVE;
}

static void
avahi_finder_on_network_changed (GNetworkMonitor *monitor, gboolean available, NamidaAvahiFinder *self)
{
  g_clear_handle_id (&self->settle_timer, g_source_remove);
  self->settle_timer = g_timeout_add (SETTLE_MS, avahi_finder_on_settled, self);
}

static gboolean
namida_avahi_finder_start (NamidaFinder *finder, NamidaDeviceInfo *own, GError **error)
{
  NamidaAvahiFinder *self = NAMIDA_AVAHI_FINDER (finder);
  gboolean started = self->own != NULL;

  g_clear_pointer (&self->own, namida_device_info_unref);
  self->own = namida_device_info_ref (own);
  if (own->sends_only)
    g_clear_pointer (&self->publisher, namida_avahi_publisher_free);
  else if (self->publisher != NULL)
    namida_avahi_publisher_set_own (self->publisher, own);
  else if (self->browser != NULL)
    self->publisher = namida_avahi_publisher_new (self->server, self->interface, own);
  if (!started)
    {
      avahi_finder_note_network (self);
      self->monitor = g_object_ref (g_network_monitor_get_default ());
      self->changed_handler
          = g_signal_connect (self->monitor, "network-changed", G_CALLBACK (avahi_finder_on_network_changed), self);
    }
  avahi_finder_connect_bus (self);
  return TRUE;
}

static void
namida_avahi_finder_set_looking (NamidaFinder *finder, gboolean looking)
{
  /* Nothing to do: the daemon browses on its own, at the intervals of DNS-SD. */
}

static void
namida_avahi_finder_stop (NamidaFinder *finder)
{
  NamidaAvahiFinder *self = NAMIDA_AVAHI_FINDER (finder);

  if (self->own == NULL)
    return;
  g_clear_handle_id (&self->settle_timer, g_source_remove);
  g_clear_signal_handler (&self->changed_handler, self->monitor);
  g_clear_object (&self->monitor);
  avahi_finder_disconnect_bus (self);
  g_clear_pointer (&self->own, namida_device_info_unref);
}

static void
namida_avahi_finder_iface_init (NamidaFinderInterface *iface)
{
  iface->start = namida_avahi_finder_start;
  iface->refresh = namida_avahi_finder_refresh;
  iface->set_looking = namida_avahi_finder_set_looking;
  iface->stop = namida_avahi_finder_stop;
}

static void
namida_avahi_finder_dispose (GObject *object)
{
  namida_avahi_finder_stop (NAMIDA_FINDER (object));
  G_OBJECT_CLASS (namida_avahi_finder_parent_class)->dispose (object);
}

static void
namida_avahi_finder_finalize (GObject *object)
{
  g_free (NAMIDA_AVAHI_FINDER (object)->only);
  g_free (NAMIDA_AVAHI_FINDER (object)->network);
  G_OBJECT_CLASS (namida_avahi_finder_parent_class)->finalize (object);
}

static void
namida_avahi_finder_class_init (NamidaAvahiFinderClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = namida_avahi_finder_dispose;
  G_OBJECT_CLASS (klass)->finalize = namida_avahi_finder_finalize;
  signals[PLAYER_FOUND] = g_signal_new ("player-found", NAMIDA_TYPE_AVAHI_FINDER, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                        NULL, G_TYPE_NONE, 2, NAMIDA_TYPE_DEVICE_INFO, G_TYPE_INET_SOCKET_ADDRESS);
  signals[PLAYER_LOST] = g_signal_new ("player-lost", NAMIDA_TYPE_AVAHI_FINDER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                       G_TYPE_NONE, 1, NAMIDA_TYPE_DEVICE_INFO);
}

static void
namida_avahi_finder_init (NamidaAvahiFinder *self)
{
}

NamidaAvahiFinder *
namida_avahi_finder_new (const char *interface)
{
  NamidaAvahiFinder *self = g_object_new (NAMIDA_TYPE_AVAHI_FINDER, NULL);

  self->only = g_strdup (interface);
  return self;
}
