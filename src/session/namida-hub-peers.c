/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "namida-hub-private.h"
#include "namida-clock.h"
#include "namida-network.h"

/* Who is near: finders say who claims to be there, a register over TLS proves it. */

#define SCAN_AFTER_SECONDS 3
#define NETWORK_SETTLES_MS 500
#define COMPARE_AGAIN_US (10 * G_USEC_PER_SEC)
/* Anybody can announce any number of devices: what is asked at a time stays bounded, and one host cannot take it all.
 */
#define MAX_ASKING 64
#define MAX_ASKING_PER_HOST 4
#define SEEN_INTERVAL_US (10 * 60 * G_USEC_PER_SEC)

/* A silent device, asked at all its addresses at once: shared by the questions. */
typedef struct
{
  NamidaHub *hub;
  NamidaPeer *peer;
  gboolean alive;
} Probe;

/* One question "who are you?" to one address. */
typedef struct
{
  NamidaHub *hub;
  Probe *probe;       /* (nullable) */
  GInetAddress *host; /* (nullable): what it counts for in the hub's asking; borrowed */
  char *fingerprint;  /* (nullable): whom it is for */
  gint64 asked_at;    /* monotonic */
} Question;

/* A device is gone only when none of its addresses answers: another program of the same device may have left. */
static void
probe_clear (gpointer data)
{
  Probe *probe = data;

  if (!probe->alive && probe->hub->peers != NULL)
    namida_peer_list_probed (probe->hub->peers, probe->peer, FALSE);
  g_object_unref (probe->peer);
  g_object_unref (probe->hub);
}

static void
probe_release (Probe *probe)
{
  g_rc_box_release_full (probe, probe_clear);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Probe, probe_release)

/* @probe: (transfer none) (nullable) */
static Question *
question_new (NamidaHub *hub, Probe *probe)
{
  Question *question = g_new0 (Question, 1);

  question->hub = g_object_ref (hub);
  question->probe = probe != NULL ? g_rc_box_acquire (probe) : NULL;
  return question;
}

static void
question_free (Question *question)
{
  if (question->host != NULL)
    g_ptr_array_remove_fast (question->hub->asking, question->host);
  g_clear_pointer (&question->probe, probe_release);
  g_free (question->fingerprint);
  g_object_unref (question->hub);
  g_free (question);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Question, question_free)

/* Writes down where a trusted device was last: each sighting would be a durable write for nothing. */
static void
note_trusted (NamidaHub *self, const char *fingerprint, GInetSocketAddress *address)
{
  const NamidaTrusted *trusted = namida_trust_store_lookup (self->trust, fingerprint);
  g_autofree char *text = namida_address_to_text (address);

  if (trusted != NULL
      && (g_strcmp0 (trusted->last_address, text) != 0 || namida_clock_real () - trusted->last_seen > SEEN_INTERVAL_US))
    namida_trust_store_seen (self->trust, fingerprint, text);
}

static void ask_host (NamidaHub *self, GInetSocketAddress *address, const char *fingerprint);

/* On a network of ours: a link-local address is on its link by its nature. */
static gboolean
is_same_link (NamidaHub *self, GInetSocketAddress *address)
{
  g_autoptr (GPtrArray) networks = namida_network_list (self->interface);
  GInetAddress *host = g_inet_socket_address_get_address (address);

  return g_inet_address_get_is_link_local (host) || namida_networks_reach (networks, host);
}

/* A device that is at a new address: which of them still answer, and which one sooner? */
static void
compare_addresses (NamidaHub *self, NamidaPeer *peer, GInetSocketAddress *fresh)
{
  g_autoptr (GPtrArray) others = g_ptr_array_new_with_free_func (g_object_unref);
  GListModel *addresses = namida_peer_get_addresses (peer);
  gint64 now = namida_clock_monotonic ();

  for (guint i = 0; i < g_list_model_get_n_items (addresses); i++)
    {
      GInetSocketAddress *address = g_list_model_get_item (addresses, i);
      gint64 rated_at = namida_peer_get_rated_at (peer, address);

      if (address != fresh && (rated_at == 0 || now - rated_at > COMPARE_AGAIN_US))
        g_ptr_array_add (others, address);
      else
        g_object_unref (address);
    }
  for (guint i = 0; i < others->len; i++)
    ask_host (self, g_ptr_array_index (others, i), namida_peer_get_fingerprint (peer));
}

/* @round_trip: of namida_peer_rate_address(); an address that others told of may be one of a network far away. */
static void
rate (NamidaHub *self, NamidaPeer *peer, GInetSocketAddress *address, gint64 round_trip)
{
  gboolean fresh = round_trip != NAMIDA_PEER_UNREACHABLE && namida_peer_get_rated_at (peer, address) == 0;

  namida_peer_rate_address (peer, address, is_same_link (self, address), round_trip);
  if (fresh && g_list_model_get_n_items (namida_peer_get_addresses (peer)) > 1)
    compare_addresses (self, peer, address);
}

NamidaPeer *
namida_hub_take_proven (NamidaHub *self, NamidaDeviceInfo *info, const char *fingerprint, GInetSocketAddress *address)
{
  NamidaPeer *peer;

  g_free (info->fingerprint);
  info->fingerprint = g_strdup (fingerprint);
  peer = namida_peer_list_sighting (self->peers, info, NAMIDA_DIALECT_V1, address, TRUE);
  if (peer != NULL)
    {
      note_trusted (self, fingerprint, address);
      rate (self, peer, address, 0);
    }
  return peer;
}

static void
registered_there (GObject *source, GAsyncResult *result, gpointer user_data)
{
  NamidaClient *client = NAMIDA_CLIENT (source);
  g_autoptr (Question) question = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (NamidaDeviceInfo) info = namida_client_register_finish (client, result, &error);
  const char *fingerprint = namida_client_get_peer_fingerprint (client);

  NamidaPeer *peer = NULL;

  if (question->hub->peers == NULL)
    return;
  if (info != NULL && fingerprint != NULL)
    peer = namida_hub_take_proven (question->hub, info, fingerprint, namida_client_get_address (client));
  else if (question->fingerprint != NULL)
    peer = namida_peer_list_find_by_fingerprint (question->hub->peers, question->fingerprint);
  if (peer != NULL)
    rate (question->hub, peer, namida_client_get_address (client),
          info != NULL ? MAX (namida_clock_monotonic () - question->asked_at, 1) : NAMIDA_PEER_UNREACHABLE);
  if (error != NULL)
    g_debug ("No answer to register: %s", error->message);
  if (g_error_matches (error, NAMIDA_ERROR, NAMIDA_ERROR_IDENTITY_CHANGED) && question->fingerprint != NULL)
    namida_hub_saw_impostor (question->hub, question->fingerprint, error);
  /* A host that was heard of, and speaks no TLS. */
  if (info == NULL && question->probe == NULL && question->fingerprint == NULL && question->hub->server != NULL)
    namida_hub_find_phone_async (question->hub, namida_client_get_address (client), question->hub->cancellable, NULL,
                                 NULL);
  if (info == NULL || question->probe == NULL || question->hub->peers == NULL)
    return;
  question->probe->alive = TRUE;
  namida_peer_list_probed (question->hub->peers, question->probe->peer, TRUE);
}

/* @question: (transfer full) */
static void
ask (Question *question, GInetSocketAddress *address, const char *fingerprint)
{
  NamidaHub *self = question->hub;
  g_autoptr (NamidaClient) client = namida_client_new (self->identity, address, fingerprint);
  g_autoptr (NamidaDeviceInfo) own = namida_server_dup_info (self->server);

  question->fingerprint = g_strdup (fingerprint);
  question->asked_at = namida_clock_monotonic ();
  namida_client_register_async (client, own, self->cancellable, registered_there, question);
}

/* Asks a host that was heard of, unless enough are being asked: a device that is there announces itself again. */
static void
ask_host (NamidaHub *self, GInetSocketAddress *address, const char *fingerprint)
{
  GInetAddress *host = g_inet_socket_address_get_address (address);
  Question *question;
  guint n = 0;

  if (self->server == NULL)
    return;
  for (guint i = 0; i < self->asking->len; i++)
    if (g_inet_address_equal (g_ptr_array_index (self->asking, i), host))
      n++;
  if (n >= MAX_ASKING_PER_HOST || self->asking->len >= MAX_ASKING)
    return;
  question = question_new (self, NULL);
  question->host = host;
  g_ptr_array_add (self->asking, g_object_ref (host));
  ask (question, address, fingerprint);
}

static void
on_greeted (NamidaHub *self, NamidaDeviceInfo *info, guint dialect, GInetSocketAddress *address, NamidaFinder *finder)
{
  if (self->server == NULL || g_strcmp0 (info->uuid, namida_identity_get_uuid (self->identity)) == 0)
    return;
  if (dialect == NAMIDA_DIALECT_V1)
    ask_host (self, address, info->fingerprint);
  else if (dialect == NAMIDA_DIALECT_PHONE)
    namida_multicast_finder_answer (self->multicast, info, address);
  else
    namida_hub_greet_localsend (self, info, address);
}

static void
on_probe_address (NamidaHub *self, GInetSocketAddress *address)
{
  ask_host (self, address, NULL);
}

static void
on_probe (NamidaHub *self, NamidaPeer *peer)
{
  g_autoptr (Probe) probe = g_rc_box_new0 (Probe);
  GListModel *addresses = namida_peer_get_addresses (peer);
  gboolean provable = (namida_peer_get_dialects (peer) & NAMIDA_DIALECT_V1) != 0;

  probe->hub = g_object_ref (self);
  probe->peer = g_object_ref (peer);
  if (!provable && (namida_hub_probe_localsend (self, peer) || namida_hub_probe_phone (self, peer)))
    {
      probe->alive = TRUE; /* that one tells */
      return;
    }
  for (guint i = 0; self->server != NULL && provable && i < g_list_model_get_n_items (addresses); i++)
    {
      g_autoptr (GInetSocketAddress) address = g_list_model_get_item (addresses, i);

      ask (question_new (self, probe), address, namida_peer_get_fingerprint (peer));
    }
}

void
namida_hub_on_registered (NamidaHub *self, NamidaDeviceInfo *info, const char *fingerprint, GInetSocketAddress *remote)
{
  if (fingerprint != NULL)
    namida_hub_take_proven (self, info, fingerprint, remote);
}

gboolean
namida_hub_is_finder_wanted (const char *name)
{
  const char *text = g_getenv ("NAMIDA_FINDERS");
  g_auto (GStrv) names = text != NULL ? g_strsplit (text, ",", -1) : NULL;

  return names == NULL || g_strv_contains ((const char *const *) names, name);
}

static void
on_scan_notify (NamidaHub *self, GParamSpec *pspec)
{
  g_object_notify (G_OBJECT (self), g_str_equal (pspec->name, "scanning") ? "scanning" : "scan-progress");
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

/* Trusted devices are listed also while they are away: a person sees that they are known, and since when. */
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

/* Where trusted devices were last: asked first and quietly, as no answer is no news. On a named interface only when it
 * leads there: a program that keeps to the loopback must not speak to a network. */
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
        ask_host (self, address, device->fingerprint);
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

/* What a person typed in earlier runs. On a named interface only what it leads to, as for trusted devices. */
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

/* What keeps multicast away (another program may hold its port) is no reason not to run: there are other ways. An
 * interface that is not there is one. */
static gboolean
start_multicast (NamidaHub *self, NamidaDeviceInfo *own, GError **error)
{
  g_autoptr (GError) reason = NULL;
  g_autoptr (GPtrArray) interfaces = NULL;

  if (!namida_hub_is_finder_wanted ("multicast") || namida_finder_start (NAMIDA_FINDER (self->multicast), own, &reason))
    return TRUE;
  interfaces = namida_interface_list (self->interface, NULL);
  if (self->interface != NULL && interfaces->len == 0)
    {
      g_propagate_error (error, g_steal_pointer (&reason));
      return FALSE;
    }
  g_signal_emit_by_name (self, "trouble", reason->message);
  return TRUE;
}

/* The others may have lost us, and we them, while the addresses stayed what they were. */
static void
on_woke (NamidaHub *self)
{
  if (!self->running)
    return;
  g_debug ("Announcing again after sleep");
  if (namida_hub_is_finder_wanted ("multicast"))
    namida_finder_refresh (NAMIDA_FINDER (self->multicast));
  if (namida_hub_is_finder_wanted ("avahi"))
    namida_finder_refresh (NAMIDA_FINDER (self->avahi));
  ask_trusted (self);
}

static void scan_later (NamidaHub *self);

/* The finders look for themselves; what is told and what was concluded about the old network is void. */
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

gboolean
namida_hub_start_discovery (NamidaHub *self, GError **error)
{
  g_autoptr (NamidaDeviceInfo) own = namida_server_dup_info (self->server);

  if (self->asking == NULL)
    self->asking = g_ptr_array_new_with_free_func (g_object_unref);
  self->multicast = namida_multicast_finder_new (self->interface);
  namida_multicast_finder_set_localsend (self->multicast, !self->no_localsend);
  self->manual = namida_manual_finder_new ();
  self->avahi = namida_avahi_finder_new (self->interface);
  self->scan = namida_scan_finder_new (self->interface);
  add_finder (self, self->multicast);
  add_finder (self, self->manual);
  add_finder (self, self->avahi);
  add_finder (self, self->scan);
  g_signal_connect_object (self->scan, "notify", G_CALLBACK (on_scan_notify), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->peers, "probe", G_CALLBACK (on_probe), self, G_CONNECT_SWAPPED);
  namida_hub_start_trust (self);
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
  if (!start_multicast (self, own, error) || !namida_finder_start (NAMIDA_FINDER (self->manual), own, error)
      || (namida_hub_is_finder_wanted ("avahi") && !namida_finder_start (NAMIDA_FINDER (self->avahi), own, error))
      || (namida_hub_is_finder_wanted ("scan") && !namida_finder_start (NAMIDA_FINDER (self->scan), own, error)))
    return FALSE;
  return TRUE;
}

void
namida_hub_stop_discovery (NamidaHub *self)
{
  gpointer finders[] = { self->multicast, self->avahi, self->scan, self->manual };

  namida_hub_stop_hints (self);
  g_clear_object (&self->wake);
  g_clear_handle_id (&self->network_timer, g_source_remove);
  if (self->monitor != NULL)
    g_signal_handlers_disconnect_by_data (self->monitor, self);
  g_clear_object (&self->monitor);
  if (self->trust != NULL)
    g_signal_handlers_disconnect_by_func (self->trust, on_trust_changed, self);
  g_clear_handle_id (&self->scan_timer, g_source_remove);
  for (guint i = 0; i < G_N_ELEMENTS (finders); i++)
    if (finders[i] != NULL)
      namida_finder_stop (NAMIDA_FINDER (finders[i]));
  namida_hub_stop_trust (self);
  if (self->peers != NULL)
    g_signal_handlers_disconnect_by_data (self->peers, self);
  g_clear_object (&self->multicast);
  g_clear_object (&self->avahi);
  g_clear_object (&self->scan);
  g_clear_object (&self->manual);
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
  g_autoptr (NamidaDeviceInfo) own = NULL;

  if (!self->running)
    return;
  own = namida_server_dup_info (self->server);
  /* Starting announces as a refresh does, and makes good a start that failed. */
  start_multicast (self, own, NULL);
  ask_trusted (self);
  namida_finder_refresh (NAMIDA_FINDER (self->avahi));
  namida_finder_refresh (NAMIDA_FINDER (self->manual));
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
  namida_finder_set_looking (NAMIDA_FINDER (self->multicast), looking);
  namida_finder_set_looking (NAMIDA_FINDER (self->scan), looking);
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
  g_autoptr (NamidaDeviceInfo) own = NULL;
  g_autoptr (GError) error = NULL;

  g_free (self->alias);
  self->alias = g_strdup (alias);
  if (!self->running)
    return;
  namida_identity_set_alias (self->identity, alias);
  own = namida_server_dup_info (self->server);
  /* The others learn the new name from the burst of a fresh start. */
  if ((namida_hub_is_finder_wanted ("avahi") && !namida_finder_start (NAMIDA_FINDER (self->avahi), own, &error))
      || !start_multicast (self, own, &error))
    g_warning ("Announcing the new name failed: %s", error->message);
}
