/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Maintains the list of nearby devices. Finders report claims; namida-hub-ask.c verifies them. namida-hub.c starts
 * and stops it. Main context. */
#include "config.h"

#include "namida-hub-private.h"
#include "namida-network.h"

static void
peers_on_greeted (
    NamidaHub *self, NamidaDeviceInfo *info, guint dialect, GInetSocketAddress *address, gboolean multicast)
{
  if (self->server == NULL || g_strcmp0 (info->uuid, namida_identity_get_uuid (self->identity)) == 0)
    return;
  if (info->sends_only && info->fingerprint != NULL)
    namida_hub_note_sender (self, info->fingerprint, info->uuid, FALSE);
  if (multicast && info->fingerprint != NULL)
    {
      g_autofree char *host = g_inet_address_to_string (g_inet_socket_address_get_address (address));

      namida_known_devices_note_claim (namida_identity_get_known_devices (self->identity), info->fingerprint, host);
    }
  if (dialect == NAMIDA_DIALECT_V1)
    namida_hub_ask_host (self, address, info->fingerprint);
  else if (dialect == NAMIDA_DIALECT_PHONE)
    namida_multicast_finder_answer (namida_neighborhood_get_multicast (self->neighborhood), info, address);
  else
    namida_hub_greet_localsend (self, info, address);
}

static void
peers_on_probe_address (NamidaHub *self, GInetSocketAddress *address)
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

static gboolean
peers_is_near (NamidaHub *self, const char *fingerprint)
{
  NamidaPeer *peer = namida_peer_list_find_by_fingerprint (self->peers, fingerprint);

  return peer != NULL && !namida_peer_get_away (peer);
}

/* Trusted devices are listed even while they are away, so that the user sees that they are known and when they were
 * last seen. */
static void
peers_list_trusted (NamidaHub *self)
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
peers_on_trust_changed (NamidaHub *self)
{
  namida_hub_refresh_trust (self);
  namida_peer_list_forget_away (self->peers);
}

/* Asks trusted devices where they were last seen. These requests come first and are quiet, because no answer is
 * normal. With a named interface, only addresses that it reaches are asked: a program that is restricted to the
 * loopback must not send anything to a network.
 * @all: also those that are nearby, because this device may have a new address */
static void
peers_ask_trusted (NamidaHub *self, gboolean all)
{
  g_autoptr (GPtrArray) trusted = namida_trust_store_list (self->trust);
  g_autoptr (GPtrArray) networks = namida_network_list (self->interface);

  for (guint i = 0; i < trusted->len; i++)
    {
      const NamidaTrusted *device = g_ptr_array_index (trusted, i);
      g_autoptr (GInetSocketAddress) address
          = device->last_address != NULL ? namida_address_parse (device->last_address) : NULL;

      if (address != NULL && (all || !peers_is_near (self, device->fingerprint))
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
peers_add_manual (NamidaHub *self)
{
  NamidaManualFinder *manual = namida_neighborhood_get_manual (self->neighborhood);
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
            namida_manual_finder_add (manual, address);
        }
      else if (namida_place_parse (places[i], &host, &port) && namida_hub_may_look_up (self, host))
        namida_manual_finder_add_host (manual, host, port);
    }
}

static void
hub_peers_on_settled (NamidaHub *self)
{
  g_object_notify (G_OBJECT (self), "address");
  /* A hidden device announces its new address to nobody, so it registers with those that it trusts. */
  if (self->hidden && self->running)
    peers_ask_trusted (self, TRUE);
}

static void
hub_peers_on_woke (NamidaHub *self)
{
  peers_ask_trusted (self, self->hidden);
}

static void
hub_peers_on_scan_notify (NamidaHub *self, GParamSpec *pspec)
{
  g_object_notify (G_OBJECT (self), pspec->name);
}

/* Probes a device that has been silent. If it cannot prove its identity, it is asked in its own dialect, whose code
 * updates the list. */
static void
hub_peers_on_probe (NamidaHub *self, NamidaPeer *peer)
{
  gboolean provable = (namida_peer_get_dialects (peer) & NAMIDA_DIALECT_V1) != 0;

  if (provable || (!namida_hub_probe_localsend (self, peer) && !namida_hub_probe_phone (self, peer)))
    namida_hub_probe (self, peer);
}

static NamidaDeviceInfo *
hub_peers_dup_own (gpointer data)
{
  NamidaHub *self = data;
  NamidaDeviceInfo *own = namida_server_dup_info (self->server);

  /* While this device is hidden, it is not announced through Avahi either. */
  own->sends_only = own->sends_only || self->hidden;
  return own;
}

void
namida_hub_init_peers (NamidaHub *self)
{
  self->neighborhood = namida_neighborhood_new (self->peers, self->interface);
  namida_neighborhood_set_own (self->neighborhood, hub_peers_dup_own, self);
#define CONNECT(name, callback)                                                                                        \
  g_signal_connect_object (self->neighborhood, name, G_CALLBACK (callback), self, G_CONNECT_SWAPPED)
  CONNECT ("greeted", peers_on_greeted);
  CONNECT ("probe-address", peers_on_probe_address);
  CONNECT ("own-seen", namida_hub_own_seen);
  CONNECT ("trouble", namida_hub_report_trouble);
  CONNECT ("settled", hub_peers_on_settled);
  CONNECT ("woke", hub_peers_on_woke);
  CONNECT ("notify", hub_peers_on_scan_notify);
#undef CONNECT
}

gboolean
namida_hub_start_discovery (NamidaHub *self, GError **error)
{
  if (self->asking == NULL)
    self->asking = g_ptr_array_new_with_free_func (g_object_unref);
  namida_neighborhood_open (self->neighborhood, !self->no_localsend);
  g_signal_connect_object (self->peers, "probe", G_CALLBACK (hub_peers_on_probe), self, G_CONNECT_SWAPPED);
  namida_hub_start_trust (self);
  namida_hub_start_players (self);
  namida_peer_list_set_watched (self->peers, FALSE);
  g_signal_connect_object (self->trust, "changed", G_CALLBACK (peers_on_trust_changed), self, G_CONNECT_SWAPPED);
  peers_list_trusted (self);
  peers_add_manual (self);
  peers_ask_trusted (self, FALSE);
  /* A finder that is never started does nothing. */
  return namida_neighborhood_start (self->neighborhood, FALSE, error);
}

void
namida_hub_stop_discovery (NamidaHub *self)
{
  namida_neighborhood_close (self->neighborhood);
  if (self->trust != NULL)
    g_signal_handlers_disconnect_by_func (self->trust, peers_on_trust_changed, self);
  namida_hub_stop_trust (self);
  if (self->peers != NULL)
    g_signal_handlers_disconnect_by_data (self->peers, self);
}

void
namida_hub_refresh (NamidaHub *self)
{
  if (!self->running)
    return;
  peers_ask_trusted (self, FALSE);
  namida_neighborhood_refresh (self->neighborhood);
}

void
namida_hub_set_looking (NamidaHub *self, gboolean looking)
{
  namida_neighborhood_set_looking (self->neighborhood, looking);
}

void
namida_hub_scan (NamidaHub *self)
{
  NamidaScanFinder *scan = namida_neighborhood_get_scan (self->neighborhood);

  if (self->running && scan != NULL)
    namida_scan_finder_scan (scan);
}

void
namida_hub_cancel_scan (NamidaHub *self)
{
  if (self->running)
    namida_scan_finder_cancel (namida_neighborhood_get_scan (self->neighborhood));
}

GListModel *
namida_hub_get_hints (NamidaHub *self)
{
  g_return_val_if_fail (NAMIDA_IS_HUB (self), NULL);

  return namida_neighborhood_get_hints (self->neighborhood);
}

static void
hub_peers_hints_checked (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  if (namida_neighborhood_check_hints_finish (NAMIDA_NEIGHBORHOOD (source), result, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

void
namida_hub_check_hints_async (NamidaHub *self,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  GTask *task;

  g_return_if_fail (NAMIDA_IS_HUB (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, namida_hub_check_hints_async);
  namida_neighborhood_check_hints_async (self->neighborhood, cancellable, hub_peers_hints_checked, task);
}

gboolean
namida_hub_check_hints_finish (NamidaHub *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
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
  if (!namida_neighborhood_start (self->neighborhood, TRUE, &error))
    g_warning ("Announcing the new name failed: %s", error->message);
}
