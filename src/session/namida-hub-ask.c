/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Asks addresses for their identity: a register request over TLS proves which device is there. Called by the other
 * files of the hub for addresses that were announced, remembered or typed, and for devices that have become silent.
 * Main context. */
#include "config.h"

#include "namida-hub-private.h"

#include "namida-clock.h"
#include "namida-error.h"
#include "namida-network.h"
#include "namida-version-source.h"

#include <glib/gi18n-lib.h>

#define COMPARE_AGAIN_US (10 * G_USEC_PER_SEC)
/* Any host can announce any number of devices, so limit the number of pending requests, in total and for each host.
 */
#define MAX_ASKING 64
#define MAX_ASKING_PER_HOST 4
#define SEEN_INTERVAL_US (10 * 60 * G_USEC_PER_SEC)

/* A check of a silent device at all its addresses at once, shared by the questions. */
typedef struct
{
  NamidaHub *hub;
  NamidaPeer *peer;
  gboolean alive;
} Probe;

/* One register request to one address. */
typedef struct
{
  NamidaHub *hub;
  Probe *probe;       /* (nullable) */
  GInetAddress *host; /* (nullable): the host that it counts for in the hub's @asking; borrowed */
  char *fingerprint;  /* (nullable): the key that is expected */
  gint64 asked_at;    /* monotonic µs */
} Question;

/* A device counts as gone only if none of its addresses answers: an address may belong to another program of the same
 * device that has ended. */
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

/* Records where a trusted device was last seen. Do not do this on every sighting, because each one is a durable
 * write. */
static void
ask_note_trusted (NamidaHub *self, const char *fingerprint, GInetSocketAddress *address)
{
  const NamidaTrusted *trusted = namida_trust_store_lookup (self->trust, fingerprint);
  g_autofree char *text = namida_address_to_text (address);

  if (trusted != NULL
      && (g_strcmp0 (trusted->last_address, text) != 0 || namida_clock_real () - trusted->last_seen > SEEN_INTERVAL_US))
    namida_trust_store_seen (self->trust, fingerprint, text);
}

/* Whether the address is on a local network. A link-local address always is. */
static gboolean
ask_is_same_link (NamidaHub *self, GInetSocketAddress *address)
{
  g_autoptr (GPtrArray) networks = namida_network_list (self->interface);
  GInetAddress *host = g_inet_socket_address_get_address (address);

  return g_inet_address_get_is_link_local (host) || namida_networks_reach (networks, host);
}

/* When a device appears at a new address, ask its other addresses too, to find out which of them still answer and
 * which is the fastest. */
static void
ask_compare_addresses (NamidaHub *self, NamidaPeer *peer, GInetSocketAddress *fresh)
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
    namida_hub_ask_host (self, g_ptr_array_index (others, i), namida_peer_get_fingerprint (peer));
}

/* @round_trip is as in namida_peer_rate_address(). An address that others reported may belong to a distant network.
 */
static void
ask_rate (NamidaHub *self, NamidaPeer *peer, GInetSocketAddress *address, gint64 round_trip)
{
  gboolean fresh = round_trip != NAMIDA_PEER_UNREACHABLE && namida_peer_get_rated_at (peer, address) == 0;

  namida_peer_rate_address (peer, address, ask_is_same_link (self, address), round_trip);
  if (fresh && g_list_model_get_n_items (namida_peer_get_addresses (peer)) > 1)
    ask_compare_addresses (self, peer, address);
}

NamidaPeer *
namida_hub_take_proven (NamidaHub *self, NamidaDeviceInfo *info, const char *fingerprint, GInetSocketAddress *address)
{
  NamidaPeer *peer;

  g_free (info->fingerprint);
  info->fingerprint = g_strdup (fingerprint);
  if (info->sends_only)
    namida_hub_note_sender (self, fingerprint, info->uuid, TRUE);
  peer = namida_peer_list_sighting (self->peers, info, NAMIDA_DIALECT_V1, address, TRUE);
  if (peer != NULL)
    {
      ask_note_trusted (self, fingerprint, address);
      ask_rate (self, peer, address, 0);
    }
  return peer;
}

GError *
namida_hub_full_error_new (const char *alias)
{
  return g_error_new (NAMIDA_ERROR, NAMIDA_ERROR_NO_SUCH_DEVICE,
                      _ ("The list of devices is full, so “%s” found no place in it. Wait until some of them are "
                         "gone, or use one network only (--interface)."),
                      alias);
}

static void
ask_registered_there (GObject *source, GAsyncResult *result, gpointer user_data)
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
    {
      peer = namida_hub_take_proven (question->hub, info, fingerprint, namida_client_get_address (client));
      namida_hub_bring_wanted (question->hub, info, fingerprint, namida_client_get_address (client));
    }
  else if (question->fingerprint != NULL)
    peer = namida_peer_list_find_by_fingerprint (question->hub->peers, question->fingerprint);
  if (peer != NULL)
    ask_rate (question->hub, peer, namida_client_get_address (client),
              info != NULL ? MAX (namida_clock_monotonic () - question->asked_at, 1) : NAMIDA_PEER_UNREACHABLE);
  if (error != NULL)
    g_debug ("No answer to register: %s", error->message);
  if (g_error_matches (error, NAMIDA_ERROR, NAMIDA_ERROR_IDENTITY_CHANGED) && question->fingerprint != NULL)
    namida_hub_saw_impostor (question->hub, question->fingerprint, namida_client_get_address (client));
  /* The host was heard of but does not speak TLS, so it may be the phone app. */
  if (info == NULL && question->probe == NULL && question->fingerprint == NULL && question->hub->server != NULL
      && !namida_client_get_timed_out (client))
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
  g_autoptr (NamidaDeviceInfo) own = namida_hub_dup_introduction (self, fingerprint);

  question->fingerprint = g_strdup (fingerprint);
  question->asked_at = namida_clock_monotonic ();
  if (own != NULL)
    own->wanted = namida_server_get_wanted (self->server, fingerprint);
  namida_client_register_async (client, own, self->cancellable, ask_registered_there, question);
}

gboolean
namida_hub_may_ask (NamidaHub *self, GInetAddress *host)
{
  guint n = 0;

  if (self->server == NULL)
    return FALSE;
  for (guint i = 0; i < self->asking->len; i++)
    if (g_inet_address_equal (g_ptr_array_index (self->asking, i), host))
      n++;
  return n < MAX_ASKING_PER_HOST && self->asking->len < MAX_ASKING;
}

void
namida_hub_ask_host (NamidaHub *self, GInetSocketAddress *address, const char *fingerprint)
{
  GInetAddress *host = g_inet_socket_address_get_address (address);
  Question *question;

  if (!namida_hub_may_ask (self, host))
    return;
  question = question_new (self, NULL);
  question->host = host;
  g_ptr_array_add (self->asking, g_object_ref (host));
  ask (question, address, fingerprint);
}

void
namida_hub_probe (NamidaHub *self, NamidaPeer *peer)
{
  g_autoptr (Probe) probe = g_rc_box_new0 (Probe);
  GListModel *addresses = namida_peer_get_addresses (peer);
  gboolean provable = (namida_peer_get_dialects (peer) & NAMIDA_DIALECT_V1) != 0;

  probe->hub = g_object_ref (self);
  probe->peer = g_object_ref (peer);
  for (guint i = 0; self->server != NULL && provable && i < g_list_model_get_n_items (addresses); i++)
    {
      g_autoptr (GInetSocketAddress) address = g_list_model_get_item (addresses, i);

      ask (question_new (self, probe), address, namida_peer_get_fingerprint (peer));
    }
}

void
namida_hub_show_to_trusted (NamidaHub *self, NamidaPeer *peer)
{
  if (self->hidden && self->running)
    namida_hub_probe (self, peer);
}
