/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Runs the finders and reports what they find. It knows nothing of keys and trust: finders report claims, and the hub
 * verifies them (namida-hub-ask.c). Main context. */
#include "config.h"

#include "namida-neighborhood-private.h"

#include "namida-hint.h"

#define SCAN_AFTER_SECONDS 3
#define NETWORK_SETTLES_MS 500

G_DEFINE_FINAL_TYPE (NamidaNeighborhood, namida_neighborhood, G_TYPE_OBJECT)

enum
{
  PROP_SCANNING = 1,
  PROP_SCAN_PROGRESS,
  N_PROPS,
};
static GParamSpec *props[N_PROPS];

enum
{
  GREETED,
  PROBE_ADDRESS,
  OWN_SEEN,
  TROUBLE,
  SETTLED,
  WOKE,
  N_SIGNALS,
};
static guint signals[N_SIGNALS];

/* ---- what the finders report ---- */

static void
neighborhood_on_greeted (
    NamidaNeighborhood *self, NamidaDeviceInfo *info, guint dialect, GInetSocketAddress *address, NamidaFinder *finder)
{
  g_signal_emit (self, signals[GREETED], 0, info, dialect, address, finder == (NamidaFinder *) self->multicast);
}

static void
neighborhood_on_probe_address (NamidaNeighborhood *self, GInetSocketAddress *address)
{
  g_signal_emit (self, signals[PROBE_ADDRESS], 0, address);
}

static void
neighborhood_on_own_seen (NamidaNeighborhood *self, GInetSocketAddress *address)
{
  g_signal_emit (self, signals[OWN_SEEN], 0, address);
}

static void
neighborhood_on_scan_notify (NamidaNeighborhood *self, GParamSpec *pspec)
{
  g_object_notify_by_pspec (G_OBJECT (self),
                            props[g_str_equal (pspec->name, "scanning") ? PROP_SCANNING : PROP_SCAN_PROGRESS]);
}

static void
neighborhood_add_finder (NamidaNeighborhood *self, gpointer finder)
{
  namida_peer_list_add_finder (self->peers, NAMIDA_FINDER (finder));
  g_signal_connect_object (finder, "greeted", G_CALLBACK (neighborhood_on_greeted), self, G_CONNECT_SWAPPED);
  if (g_signal_lookup ("probe-address", G_OBJECT_TYPE (finder)) != 0)
    g_signal_connect_object (finder, "probe-address", G_CALLBACK (neighborhood_on_probe_address), self,
                             G_CONNECT_SWAPPED);
}

/* ---- the network and sleep ---- */

static gboolean
neighborhood_on_nothing_found (gpointer data)
{
  NamidaNeighborhood *self = data;

  self->scan_timer = 0;
  if (namida_peer_list_get_n_near (self->peers) == 0)
    namida_scan_finder_scan (self->scan);
  return G_SOURCE_REMOVE;
}

static void
neighborhood_scan_later (NamidaNeighborhood *self)
{
  g_clear_handle_id (&self->scan_timer, g_source_remove);
  self->scan_timer = g_timeout_add_seconds (SCAN_AFTER_SECONDS, neighborhood_on_nothing_found, self);
}

/* After sleep, other devices may have dropped this one and vice versa although no address changed. */
static void
neighborhood_on_woke (NamidaNeighborhood *self)
{
  g_debug ("Announcing again after sleep");
  namida_neighborhood_refresh_finders (self);
  g_signal_emit (self, signals[WOKE], 0);
}

/* The finders watch the network themselves. Here, the conclusions about the old network are renewed. */
static gboolean
neighborhood_on_settled (gpointer data)
{
  NamidaNeighborhood *self = data;

  self->network_timer = 0;
  g_signal_emit (self, signals[SETTLED], 0);
  if (!self->looking || namida_peer_list_get_n_near (self->peers) > 0)
    return G_SOURCE_REMOVE;
  neighborhood_scan_later (self);
  namida_neighborhood_hint_later (self);
  return G_SOURCE_REMOVE;
}

static void
neighborhood_on_network_changed (NamidaNeighborhood *self)
{
  g_clear_handle_id (&self->network_timer, g_source_remove);
  self->network_timer = g_timeout_add (NETWORK_SETTLES_MS, neighborhood_on_settled, self);
}

/* ---- open and closed ---- */

void
namida_neighborhood_open (NamidaNeighborhood *self, gboolean localsend)
{
  g_return_if_fail (self->finders == NULL);

  self->localsend = localsend;
  namida_neighborhood_create_finders (self);
  for (guint i = 0; i < self->finders->len; i++)
    neighborhood_add_finder (self, self->finders->pdata[i]);
  g_signal_connect_object (self->multicast, "own-seen", G_CALLBACK (neighborhood_on_own_seen), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->scan, "notify", G_CALLBACK (neighborhood_on_scan_notify), self, G_CONNECT_SWAPPED);
  self->cancellable = g_cancellable_new ();
  namida_neighborhood_start_hints (self);
  self->monitor = g_object_ref (g_network_monitor_get_default ());
  g_signal_connect_object (self->monitor, "network-changed", G_CALLBACK (neighborhood_on_network_changed), self,
                           G_CONNECT_SWAPPED);
  self->wake = namida_wake_new ();
  g_signal_connect_object (self->wake, "woke", G_CALLBACK (neighborhood_on_woke), self, G_CONNECT_SWAPPED);
}

void
namida_neighborhood_close (NamidaNeighborhood *self)
{
  if (self->finders == NULL)
    return;
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  namida_neighborhood_stop_hints (self);
  g_clear_object (&self->wake);
  g_clear_handle_id (&self->network_timer, g_source_remove);
  g_clear_handle_id (&self->scan_timer, g_source_remove);
  g_signal_handlers_disconnect_by_data (self->monitor, self);
  g_clear_object (&self->monitor);
  for (guint i = 0; i < self->finders->len; i++)
    namida_finder_stop (NAMIDA_FINDER (self->finders->pdata[i]));
  self->multicast = NULL;
  self->manual = NULL;
  self->avahi = NULL;
  self->scan = NULL;
  g_clear_pointer (&self->finders, g_ptr_array_unref);
}

void
namida_neighborhood_refresh (NamidaNeighborhood *self)
{
  if (self->finders == NULL)
    return;
  namida_neighborhood_refresh_finders (self);
  neighborhood_scan_later (self);
  namida_neighborhood_hint_later (self);
}

void
namida_neighborhood_set_looking (NamidaNeighborhood *self, gboolean looking)
{
  self->looking = looking;
  if (self->finders == NULL)
    return;
  namida_neighborhood_hint_later (self);
  for (guint i = 0; i < self->finders->len; i++)
    namida_finder_set_looking (NAMIDA_FINDER (self->finders->pdata[i]), looking);
  namida_peer_list_set_watched (self->peers, looking);
  if (looking)
    neighborhood_scan_later (self);
  else
    g_clear_handle_id (&self->scan_timer, g_source_remove);
}

gboolean
namida_neighborhood_get_looking (NamidaNeighborhood *self)
{
  return self->looking;
}

NamidaMulticastFinder *
namida_neighborhood_get_multicast (NamidaNeighborhood *self)
{
  return self->multicast;
}

NamidaManualFinder *
namida_neighborhood_get_manual (NamidaNeighborhood *self)
{
  return self->manual;
}

NamidaAvahiFinder *
namida_neighborhood_get_avahi (NamidaNeighborhood *self)
{
  return self->avahi;
}

NamidaScanFinder *
namida_neighborhood_get_scan (NamidaNeighborhood *self)
{
  return self->scan;
}

void
namida_neighborhood_set_silent (NamidaNeighborhood *self, gboolean silent)
{
  self->silent = silent;
}

void
namida_neighborhood_set_own (NamidaNeighborhood *self, NamidaNeighborhoodOwn own, gpointer data)
{
  self->own = own;
  self->own_data = data;
}

static void
namida_neighborhood_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  NamidaNeighborhood *self = NAMIDA_NEIGHBORHOOD (object);

  if (id == PROP_SCANNING)
    g_value_set_boolean (value, self->scan != NULL && namida_scan_finder_get_scanning (self->scan));
  else if (id == PROP_SCAN_PROGRESS)
    g_value_set_double (value, self->scan != NULL ? namida_scan_finder_get_progress (self->scan) : 1.0);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
namida_neighborhood_dispose (GObject *object)
{
  NamidaNeighborhood *self = NAMIDA_NEIGHBORHOOD (object);

  namida_neighborhood_close (self);
  g_clear_object (&self->hints);
  g_clear_object (&self->peers);
  G_OBJECT_CLASS (namida_neighborhood_parent_class)->dispose (object);
}

static void
namida_neighborhood_finalize (GObject *object)
{
  g_free (NAMIDA_NEIGHBORHOOD (object)->interface);
  G_OBJECT_CLASS (namida_neighborhood_parent_class)->finalize (object);
}

static void
namida_neighborhood_class_init (NamidaNeighborhoodClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = namida_neighborhood_get_property;
  object_class->dispose = namida_neighborhood_dispose;
  object_class->finalize = namida_neighborhood_finalize;
  props[PROP_SCANNING]
      = g_param_spec_boolean ("scanning", NULL, NULL, FALSE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  props[PROP_SCAN_PROGRESS]
      = g_param_spec_double ("scan-progress", NULL, NULL, 0.0, 1.0, 1.0, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);
  signals[GREETED]
      = g_signal_new ("greeted", NAMIDA_TYPE_NEIGHBORHOOD, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 4,
                      NAMIDA_TYPE_DEVICE_INFO, G_TYPE_UINT, G_TYPE_INET_SOCKET_ADDRESS, G_TYPE_BOOLEAN);
  signals[PROBE_ADDRESS] = g_signal_new ("probe-address", NAMIDA_TYPE_NEIGHBORHOOD, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                         NULL, G_TYPE_NONE, 1, G_TYPE_INET_SOCKET_ADDRESS);
  signals[OWN_SEEN] = g_signal_new ("own-seen", NAMIDA_TYPE_NEIGHBORHOOD, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                    G_TYPE_NONE, 1, G_TYPE_INET_SOCKET_ADDRESS);
  signals[TROUBLE] = g_signal_new ("trouble", NAMIDA_TYPE_NEIGHBORHOOD, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                   G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[SETTLED]
      = g_signal_new ("settled", NAMIDA_TYPE_NEIGHBORHOOD, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[WOKE]
      = g_signal_new ("woke", NAMIDA_TYPE_NEIGHBORHOOD, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
namida_neighborhood_init (NamidaNeighborhood *self)
{
  self->hints = g_list_store_new (NAMIDA_TYPE_HINT);
}

NamidaNeighborhood *
namida_neighborhood_new (NamidaPeerList *peers, const char *interface)
{
  NamidaNeighborhood *self = g_object_new (NAMIDA_TYPE_NEIGHBORHOOD, NULL);

  self->peers = g_object_ref (peers);
  self->interface = g_strdup (interface);
  return self;
}
