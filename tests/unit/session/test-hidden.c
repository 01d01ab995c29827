/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests a hidden device: no stranger can find it, trusted devices still can. */
#include "config.h"

#include "namida-hub-private.h"
#include "two-hubs.h"

static const char *
fingerprint_of (NamidaHub *hub)
{
  return namida_identity_get_fingerprint (namida_hub_get_identity (hub));
}

/* Whether @other is in the list of @hub, and not away. */
static gboolean
lists (NamidaHub *hub, NamidaHub *other)
{
  NamidaPeer *peer = namida_peer_list_find_by_fingerprint (hub->peers, fingerprint_of (other));

  return peer != NULL && !namida_peer_get_away (peer);
}

static void
trust (NamidaHub *hub, NamidaHub *other)
{
  namida_hub_trust_peer (hub, fingerprint_of (other), "Friend");
}

/* Asks the receiver by its address: as a stranger does who types it, or who scans the network. */
static gboolean
is_found_at_its_address (Fixture *f)
{
  g_autofree char *place = g_strdup_printf ("127.0.0.1:%u", namida_hub_get_port (f->receiver));
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (NamidaPeer) peer = NULL;

  namida_hub_resolve_async (f->sender, place, 5000, NULL, on_result, &result);
  WAIT_FOR (result != NULL);
  peer = namida_hub_resolve_finish (f->sender, result, NULL);
  return peer != NULL;
}

/* Counts the hellos of one device. */
typedef struct
{
  const char *fingerprint;
  guint n;
} Heard;

static void
on_registered (NamidaServer *server, NamidaDeviceInfo *info, const char *fingerprint, gpointer remote, Heard *heard)
{
  if (g_strcmp0 (fingerprint, heard->fingerprint) == 0)
    heard->n++;
}

static void
on_heard (NamidaFinder *finder, NamidaDeviceInfo *info, guint dialect, GInetSocketAddress *address, Heard *heard)
{
  if (g_strcmp0 (info->fingerprint, heard->fingerprint) == 0)
    heard->n++;
}

/* Both devices announce themselves again, the hidden one first, and the hidden one asks the other for its name. */
static void
assert_silent (Fixture *f)
{
  g_autoptr (GInetAddress) host = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GInetSocketAddress) address
      = G_INET_SOCKET_ADDRESS (g_inet_socket_address_new (host, namida_hub_get_port (f->sender)));
  Heard receiver = { fingerprint_of (f->receiver) }, sender = { fingerprint_of (f->sender) };
  gulong at_server = g_signal_connect (f->sender->server, "registered", G_CALLBACK (on_registered), &receiver);
  gulong at_sender = g_signal_connect (namida_neighborhood_get_multicast (f->sender->neighborhood), "found",
                                       G_CALLBACK (on_heard), &receiver);
  gulong at_receiver = g_signal_connect (namida_neighborhood_get_multicast (f->receiver->neighborhood), "found",
                                         G_CALLBACK (on_heard), &sender);

  namida_hub_refresh (f->receiver);
  namida_hub_refresh (f->sender);
  WAIT_FOR (sender.n > 1);
  namida_hub_ask_host (f->receiver, address, sender.fingerprint);
  WAIT_FOR (f->receiver->asking->len == 0);
  g_assert_cmpuint (receiver.n, ==, 0);
  g_signal_handler_disconnect (f->sender->server, at_server);
  g_signal_handler_disconnect (namida_neighborhood_get_multicast (f->sender->neighborhood), at_sender);
  g_signal_handler_disconnect (namida_neighborhood_get_multicast (f->receiver->neighborhood), at_receiver);
}

static void
test_strangers (Fixture *f, gconstpointer data)
{
  WAIT_FOR (lists (f->sender, f->receiver));
  namida_hub_set_hidden (f->receiver, TRUE);
  WAIT_FOR (!lists (f->sender, f->receiver));
  g_assert_false (is_found_at_its_address (f));
  /* The hidden device sees the other one come, and does not give itself away by asking. */
  stop_hub (f->sender);
  f->sender = start_hub (f, SENDER, NAMIDA_ACCEPT_ASK);
  WAIT_FOR (lists (f->receiver, f->sender));
  assert_silent (f);
  g_assert_false (lists (f->sender, f->receiver));
  g_assert_false (is_found_at_its_address (f));
  namida_hub_set_hidden (f->receiver, FALSE);
  WAIT_FOR (lists (f->sender, f->receiver));
}

static void
test_trusted (Fixture *f, gconstpointer data)
{
  WAIT_FOR (lists (f->sender, f->receiver));
  trust (f->receiver, f->sender);
  trust (f->sender, f->receiver);
  namida_hub_set_hidden (f->receiver, TRUE);
  g_assert_true (is_found_at_its_address (f));
  WAIT_FOR (lists (f->sender, f->receiver));
  /* One that comes later finds it. */
  stop_hub (f->sender);
  f->sender = start_hub (f, SENDER, NAMIDA_ACCEPT_ASK);
  WAIT_FOR (lists (f->sender, f->receiver));
  /* It is hidden from whoever is no longer trusted, too. */
  namida_trust_store_remove (f->receiver->trust, fingerprint_of (f->sender));
  g_assert_false (is_found_at_its_address (f));
}

/* The ways in which a device becomes trusted: by a pairing, and by the list of trusted devices, which the comparison of
 * icons, "Undo" and "trust add" change. */
static void
trust_after_pairing (NamidaHub *hub, NamidaHub *other)
{
  trust (hub, other);
}

static void
trust_in_the_list (NamidaHub *hub, NamidaHub *other)
{
  namida_trust_store_add (hub->trust, fingerprint_of (other), NULL, "Friend");
}

static void
test_shows_itself (Fixture *f, gconstpointer data)
{
  void (*become_trusted) (NamidaHub *, NamidaHub *) = data;
  Heard receiver = { fingerprint_of (f->receiver) };
  gulong at_server;

  WAIT_FOR (lists (f->sender, f->receiver) && lists (f->receiver, f->sender));
  /* The other device neither asks nor says anything that the hidden one might answer. */
  namida_neighborhood_close (f->sender->neighborhood);
  namida_hub_set_hidden (f->receiver, TRUE);
  WAIT_FOR (f->receiver->asking->len == 0);
  at_server = g_signal_connect (f->sender->server, "registered", G_CALLBACK (on_registered), &receiver);
  become_trusted (f->receiver, f->sender);
  WAIT_FOR (receiver.n > 0);
  g_signal_handler_disconnect (f->sender->server, at_server);
}

/* The hidden device announces its new address to nobody, so it registers with a trusted device that is near.
 * @data: the signal of the neighborhood */
static void
test_new_address (Fixture *f, gconstpointer data)
{
  Heard receiver = { fingerprint_of (f->receiver) };
  gulong at_server;

  WAIT_FOR (lists (f->sender, f->receiver) && lists (f->receiver, f->sender));
  trust (f->receiver, f->sender);
  namida_neighborhood_close (f->sender->neighborhood);
  namida_hub_set_hidden (f->receiver, TRUE);
  WAIT_FOR (f->receiver->asking->len == 0);
  at_server = g_signal_connect (f->sender->server, "registered", G_CALLBACK (on_registered), &receiver);
  g_signal_emit_by_name (f->receiver->neighborhood, data);
  WAIT_FOR (receiver.n > 0);
  g_signal_handler_disconnect (f->sender->server, at_server);
}

/* Anyone can claim the fingerprint of a trusted device, and LocalSend over plain HTTP has no key. */
static void
test_claim (Fixture *f, gconstpointer data)
{
  g_autoptr (GSocketListener) listener = g_socket_listener_new ();
  g_autoptr (NamidaDeviceInfo) info = namida_device_info_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GSocketConnection) connection = NULL;
  g_autoptr (GInetAddress) host = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GInetSocketAddress) address = NULL;
  guint16 port = g_socket_listener_add_any_inet_port (listener, NULL, NULL);
  char buffer[4096] = "";
  gssize length;

  g_assert_cmpuint (port, !=, 0);
  address = G_INET_SOCKET_ADDRESS (g_inet_socket_address_new (host, port));
  trust (f->receiver, f->sender);
  namida_hub_set_hidden (f->receiver, TRUE);
  info->fingerprint = g_strdup (fingerprint_of (f->sender));
  info->https = FALSE;
  namida_hub_greet_localsend (f->receiver, info, address);
  g_socket_listener_accept_async (listener, NULL, on_result, &result);
  WAIT_FOR (result != NULL);
  connection = g_socket_listener_accept_finish (listener, result, NULL, NULL);
  g_assert_nonnull (connection);
  length = g_input_stream_read (g_io_stream_get_input_stream (G_IO_STREAM (connection)), buffer, sizeof buffer - 1,
                                NULL, NULL);
  g_assert_cmpint (length, >, 0);
  g_assert_true (g_str_has_prefix (buffer, "GET "));
  g_assert_null (strstr (buffer, fingerprint_of (f->receiver)));
  g_io_stream_close (G_IO_STREAM (connection), NULL, NULL);
  WAIT_FOR (f->receiver->asking->len == 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/hidden/strangers", Fixture, NULL, set_up, test_strangers, tear_down);
  g_test_add ("/hidden/trusted", Fixture, NULL, set_up, test_trusted, tear_down);
  g_test_add ("/hidden/shows-itself/pairing", Fixture, trust_after_pairing, set_up, test_shows_itself, tear_down);
  g_test_add ("/hidden/shows-itself/list", Fixture, trust_in_the_list, set_up, test_shows_itself, tear_down);
  g_test_add ("/hidden/new-address/settled", Fixture, "settled", set_up, test_new_address, tear_down);
  g_test_add ("/hidden/new-address/woke", Fixture, "woke", set_up, test_new_address, tear_down);
  g_test_add ("/hidden/claim", Fixture, NULL, set_up, test_claim, tear_down);
  return g_test_run ();
}
