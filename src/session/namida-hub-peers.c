/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Maintains the list of nearby devices. Finders report claims; namida-hub-ask.c verifies them. namida-hub.c starts
 * and stops it. Main context. */
#include "config.h"

#include "namida-hub-private.h"
#include "namida-clock.h"
#include "namida-network.h"

#define SCAN_AFTER_SECONDS 3
#define NETWORK_SETTLES_MS 500

static void
on_greeted (NamidaHub *self, NamidaDeviceInfo *info, guint dialect, GInetSocketAddress *address, NamidaFinder *finder)
{
  if (self->server == NULL || g_strcmp0 (info->uuid, namida_identity_get_uuid (self->identity)) == 0)
    return;
  if (info->sends_only && info->fingerprint != NULL)
    namida_hub_note_sender (self, info->fingerprint, info->uuid, FALSE);
  if (finder == (NamidaFinder *) self->multicast && info->fingerprint != NULL)
    {
      g_autofree char *host = g_inet_address_to_string (g_inet_socket_address_get_address (address));

      namida_known_devices_note_claim (namida_identity_get_known_devices (self->identity), info->fingerprint, host);
    }
  if (dialect == NAMIDA_DIALECT_V1)
    namida_hub_ask_host (self, address, info->fingerprint);
  else if (dialect == NAMIDA_DIALECT_PHONE)
    namida_multicast_finder_answer (self->multicast, info, address);
  else
    namida_hub_greet_localsend (self, info, address);
}

static void
on_probe_address (NamidaHub *self, GInetSocketAddress *address)
{
  namida_hub_ask_host (self, address, NULL);
}

void
namida_hub_on_registered (NamidaHub *self, NamidaDeviceInfo *info, const char *fingerprint, GInetSocketAddress *remote)
{
  if (fingerprint == NULL)
    return;
  namida_hub_take_proven (self, info, fingerprint, remote);
  namida_hub_bring_wanted (self, info, fingerprint, remote);
}

static void
add_finder (NamidaHub *self, gpointer finder)
{
  namida_peer_list_add_finder (self->peers, NAMIDA_FINDER (finder));
  g_signal_connect_object (finder, "greeted", G_CALLBACK (on_greeted), self, G_CONNECT_SWAPPED);
  if (g_signal_lookup ("probe-address", G_OBJECT_TYPE (finder)) != 0)
    g_signal_connect_object (finder, "probe-address", G_CALLBACK (on_probe_address), self, G_CONNECT_SWAPPED);
}

static gboolean
is_near (NamidaHub *self, const char *fingerprint)
{
  NamidaPeer *peer = namida_peer_list_find_by_fingerprint (self->peers, fingerprint);

  return peer != NULL && !namida_peer_get_away (peer);
}

/* Trusted devices are listed even while they are away, so that the user sees that they are known and when they were
 * last seen. */
static void
list_trusted (NamidaHub *self)
{
  g_autoptr (GPtrArray) trusted = namida_trust_store_list (self->trust);

  for (guint i = 0; i < trusted->len; i++)
    {
      const NamidaTrusted *device = g_ptr_array_index (trusted, i);
      g_autoptr (NamidaDeviceInfo) info = namida_device_info_new ();
      g_autoptr (GInetSocketAddress) address
          = device->last_address != NULL ? namida_address_parse (device->last_address) : NULL;

      g_free (info->alias);
      info->alias = g_strdup (device->alias);
      info->fingerprint = g_strdup (device->fingerprint);
      info->uuid = g_strdup (device->uuid);
      namida_peer_list_add_known (self->peers, info, address, device->last_seen);
    }
}

static void
on_trust_changed (NamidaHub *self)
{
  namida_hub_refresh_trust (self);
  namida_peer_list_forget_away (self->peers);
}

/* Asks trusted devices where they were last seen. These requests come first and are quiet, because no answer is
 * normal. With a named interface, only addresses that it reaches are asked: a program that is restricted to the
 * loopback must not send anything to a network. */
static void
ask_trusted (NamidaHub *self)
{
  g_autoptr (GPtrArray) trusted = namida_trust_store_list (self->trust);
  g_autoptr (GPtrArray) networks = namida_network_list (self->interface);

  for (guint i = 0; i < trusted->len; i++)
    {
      const NamidaTrusted *device = g_ptr_array_index (trusted, i);
      g_autoptr (GInetSocketAddress) address
          = device->last_address != NULL ? namida_address_parse (device->last_address) : NULL;

      if (address != NULL && !is_near (self, device->fingerprint)
          && namida_networks_reach (networks, g_inet_socket_address_get_address (address)))
        namida_hub_ask_host (self, address, device->fingerprint);
    }
}

gboolean
namida_hub_may_look_up (NamidaHub *self, const char *host)
{
  g_autoptr (GPtrArray) networks = NULL;

  if (self->interface == NULL || g_ascii_strcasecmp (host, "localhost") == 0)
    return TRUE;
  networks = namida_network_list (self->interface);
  for (guint i = 0; i < networks->len; i++)
    if (!((NamidaNetwork *) g_ptr_array_index (networks, i))->loopback)
      return TRUE;
  return FALSE;
}

/* Adds the addresses that the user typed in earlier runs. With a named interface, only those that it reaches, as for
 * trusted devices. */
static void
add_manual (NamidaHub *self)
{
  g_auto (GStrv) places = namida_address_book_list (self->book);
  g_autoptr (GPtrArray) networks = namida_network_list (self->interface);

  for (guint i = 0; places[i] != NULL; i++)
    {
      g_autoptr (GInetSocketAddress) address = namida_address_parse (places[i]);
      g_autofree char *host = NULL;
      guint16 port;

      if (address != NULL)
        {
          if (self->interface == NULL || namida_networks_reach (networks, g_inet_socket_address_get_address (address)))
            namida_manual_finder_add (self->manual, address);
        }
      else if (namida_place_parse (places[i], &host, &port) && namida_hub_may_look_up (self, host))
        namida_manual_finder_add_host (self->manual, host, port);
    }
}

/* After sleep, other devices may have dropped this one and vice versa although no address changed. */
static void
on_woke (NamidaHub *self)
{
  if (!self->running)
    return;
  g_debug ("Announcing again after sleep");
  namida_hub_refresh_finders (self);
  ask_trusted (self);
}

static void scan_later (NamidaHub *self);

/* The finders watch the network themselves. Here, the address that is shown and the conclusions about the old network
 * are renewed. */
static gboolean
on_network_settled (gpointer data)
{
  NamidaHub *self = data;

  self->network_timer = 0;
  g_object_notify (G_OBJECT (self), "address");
  if (!self->looking || namida_peer_list_get_n_near (self->peers) > 0)
    return G_SOURCE_REMOVE;
  scan_later (self);
  namida_hub_hints_later (self);
  return G_SOURCE_REMOVE;
}

static void
on_network_changed (NamidaHub *self)
{
  g_clear_handle_id (&self->network_timer, g_source_remove);
  self->network_timer = g_timeout_add (NETWORK_SETTLES_MS, on_network_settled, self);
}

/* A device has been silent. If it cannot prove its identity, it is asked in its own dialect, and that code tells the
 * list. */
static void
hub_peers_on_probe (NamidaHub *self, NamidaPeer *peer)
{
  gboolean provable = (namida_peer_get_dialects (peer) & NAMIDA_DIALECT_V1) != 0;

  if (provable || (!namida_hub_probe_localsend (self, peer) && !namida_hub_probe_phone (self, peer)))
    namida_hub_probe (self, peer);
}

gboolean
namida_hub_start_discovery (NamidaHub *self, GError **error)
{
  if (self->asking == NULL)
    self->asking = g_ptr_array_new_with_free_func (g_object_unref);
  namida_hub_create_finders (self);
  for (guint i = 0; i < self->finders->len; i++)
    add_finder (self, self->finders->pdata[i]);
  g_signal_connect_object (self->peers, "probe", G_CALLBACK (hub_peers_on_probe), self, G_CONNECT_SWAPPED);
  namida_hub_start_trust (self);
  namida_hub_start_players (self);
  namida_peer_list_set_watched (self->peers, FALSE);
  namida_hub_start_hints (self);
  self->monitor = g_object_ref (g_network_monitor_get_default ());
  g_signal_connect_object (self->monitor, "network-changed", G_CALLBACK (on_network_changed), self, G_CONNECT_SWAPPED);
  self->wake = namida_wake_new ();
  g_signal_connect_object (self->wake, "woke", G_CALLBACK (on_woke), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->trust, "changed", G_CALLBACK (on_trust_changed), self, G_CONNECT_SWAPPED);
  list_trusted (self);
  add_manual (self);
  ask_trusted (self);
  /* A finder that is never started does nothing. */
  return namida_hub_start_finders (self, FALSE, error);
}

void
namida_hub_stop_discovery (NamidaHub *self)
{
  namida_hub_stop_hints (self);
  g_clear_object (&self->wake);
  g_clear_handle_id (&self->network_timer, g_source_remove);
  if (self->monitor != NULL)
    g_signal_handlers_disconnect_by_data (self->monitor, self);
  g_clear_object (&self->monitor);
  if (self->trust != NULL)
    g_signal_handlers_disconnect_by_func (self->trust, on_trust_changed, self);
  g_clear_handle_id (&self->scan_timer, g_source_remove);
  for (guint i = 0; self->finders != NULL && i < self->finders->len; i++)
    namida_finder_stop (NAMIDA_FINDER (self->finders->pdata[i]));
  namida_hub_stop_trust (self);
  if (self->peers != NULL)
    g_signal_handlers_disconnect_by_data (self->peers, self);
  namida_hub_clear_finders (self);
}

static gboolean
on_nothing_found (gpointer data)
{
  NamidaHub *self = data;

  self->scan_timer = 0;
  if (namida_peer_list_get_n_near (self->peers) == 0)
    namida_scan_finder_scan (self->scan);
  return G_SOURCE_REMOVE;
}

static void
scan_later (NamidaHub *self)
{
  g_clear_handle_id (&self->scan_timer, g_source_remove);
  self->scan_timer = g_timeout_add_seconds (SCAN_AFTER_SECONDS, on_nothing_found, self);
}

void
namida_hub_refresh (NamidaHub *self)
{
  if (!self->running)
    return;
  ask_trusted (self);
  namida_hub_refresh_finders (self);
  scan_later (self);
  namida_hub_hints_later (self);
}

void
namida_hub_set_looking (NamidaHub *self, gboolean looking)
{
  self->looking = looking;
  if (!self->running)
    return;
  namida_hub_hints_later (self);
  for (guint i = 0; i < self->finders->len; i++)
    namida_finder_set_looking (NAMIDA_FINDER (self->finders->pdata[i]), looking);
  namida_peer_list_set_watched (self->peers, looking);
  if (looking)
    scan_later (self);
  else
    g_clear_handle_id (&self->scan_timer, g_source_remove);
}

void
namida_hub_scan (NamidaHub *self)
{
  if (self->running)
    namida_scan_finder_scan (self->scan);
}

void
namida_hub_cancel_scan (NamidaHub *self)
{
  if (self->running)
    namida_scan_finder_cancel (self->scan);
}

void
namida_hub_set_alias (NamidaHub *self, const char *alias)
{
  g_autoptr (GError) error = NULL;

  g_free (self->alias);
  self->alias = g_strdup (alias);
  if (!self->running)
    return;
  namida_identity_set_alias (self->identity, alias);
  /* Restarting the finders announces the new name to other devices. */
  if (!namida_hub_start_finders (self, TRUE, &error))
    g_warning ("Announcing the new name failed: %s", error->message);
}
