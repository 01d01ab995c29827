/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests which connections are accepted, and which are closed to make room: the limits per address, per network, for all
 * strangers, and for all connections. The sockets of the test are never connected. */
#include "config.h"

#include "namida-connection-limit.h"
#include "namida-limits.h"

typedef struct
{
  NamidaConnectionLimit *limit;
  GPtrArray *connections; /* GSocketConnection */
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  f->limit = namida_connection_limit_new ();
  f->connections = g_ptr_array_new_with_free_func (g_object_unref);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_ptr_array_unref (f->connections);
  g_assert_cmpuint (namida_connection_limit_get_n (f->limit), ==, 0);
  namida_connection_limit_unref (f->limit);
}

/* Returns: (transfer none) (nullable): the socket of the connection that got a place. */
static GSocket *
take (Fixture *f, const char *address, const char *network)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocket) socket = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, &error);
  g_autoptr (GSocketConnection) connection = NULL;

  g_assert_no_error (error);
  connection = g_socket_connection_factory_create_connection (socket);
  if (!namida_connection_limit_take (f->limit, connection, address, network))
    return NULL;
  g_ptr_array_add (f->connections, g_steal_pointer (&connection));
  return socket;
}

static GSocket *
take_of (Fixture *f, guint network, guint host)
{
  g_autofree char *where = g_strdup_printf ("10.%u", network);
  g_autofree char *address = g_strdup_printf ("%s.%u", where, host);

  return take (f, address, where);
}

/* Takes places as long as there are any. @keep: their transfers were accepted, so that none makes room. Returns: how
 * many of them count. */
static guint
fill (Fixture *f, guint networks, guint hosts, guint tries, gboolean keep)
{
  for (guint i = 0; i < tries; i++)
    {
      GSocket *socket = take_of (f, i / hosts % networks, i % hosts);

      if (socket != NULL && keep)
        namida_connection_limit_keep (f->limit, socket);
    }
  return namida_connection_limit_get_n (f->limit);
}

static void
test_address (Fixture *f, gconstpointer data)
{
  g_assert_cmpuint (fill (f, 1, 1, 300, FALSE), ==, NAMIDA_LIMIT_CONNECTIONS_PER_ADDRESS);
  g_assert_nonnull (take_of (f, 0, 1)); /* another address of its network */
}

static void
test_network (Fixture *f, gconstpointer data)
{
  gboolean keep = GPOINTER_TO_INT (data);

  g_assert_cmpuint (fill (f, 1, 200, 1000, keep), ==, NAMIDA_LIMIT_CONNECTIONS_PER_NETWORK);
  g_assert_nonnull (take_of (f, 1, 0));
}

static void
test_strangers (Fixture *f, gconstpointer data)
{
  gboolean keep = GPOINTER_TO_INT (data);

  g_assert_cmpuint (fill (f, 200, 2, 1000, keep), ==, NAMIDA_LIMIT_STRANGERS_CONNECTIONS);
}

/* Places that are kept for trusted devices do not become more by that: all of them together stay below the limit. */
static void
test_all (Fixture *f, gconstpointer data)
{
  for (guint i = 0; i < 100; i++)
    namida_connection_limit_trust (f->limit, take_of (f, i, 0));
  g_assert_true (namida_connection_limit_has_trusted (f->limit));
  g_assert_cmpuint (fill (f, 200, 2, 1000, TRUE), ==, NAMIDA_LIMIT_CONNECTIONS);
  /* Also for an address that a trusted device has connected from. */
  for (guint i = 0; i < 200; i++)
    take_of (f, i % 100, 0);
  g_assert_cmpuint (namida_connection_limit_get_n (f->limit), ==, NAMIDA_LIMIT_CONNECTIONS);
}

/* A listening socket does not look closed before it is. */
static void
start_listening (GSocket *socket)
{
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new (loopback, 0);

  g_assert_true (g_socket_bind (socket, address, FALSE, NULL) && g_socket_listen (socket, NULL));
  g_assert_cmpint (g_socket_condition_check (socket, G_IO_HUP) & G_IO_HUP, ==, 0);
}

static gboolean
is_shut (GSocket *socket)
{
  return (g_socket_condition_check (socket, G_IO_HUP) & G_IO_HUP) != 0;
}

/* What was accepted never makes room, and a request is worth more than silence. */
static void
test_makes_room (Fixture *f, gconstpointer data)
{
  GSocket *fresh, *sockets[3]; /* a transfer that was accepted, a request, and silence */

  for (guint i = 0; i < 3; i++)
    {
      sockets[i] = take_of (f, 0, 0);
      start_listening (sockets[i]);
    }
  namida_connection_limit_keep (f->limit, sockets[0]);
  namida_connection_limit_heard (f->limit, sockets[0]); /* the next request on it */
  namida_connection_limit_heard (f->limit, sockets[1]);
  g_assert_cmpuint (fill (f, 1, 200, 125, TRUE), ==, NAMIDA_LIMIT_CONNECTIONS_PER_NETWORK);
  g_assert_false (is_shut (sockets[2]));
  fresh = take_of (f, 0, 250);
  g_assert_nonnull (fresh);
  g_assert_true (is_shut (sockets[2]));
  g_assert_false (is_shut (sockets[1]));
  g_assert_false (is_shut (sockets[0]));
  namida_connection_limit_keep (f->limit, fresh);
  g_assert_nonnull (take_of (f, 0, 251));
  g_assert_true (is_shut (sockets[1]));
  g_assert_cmpuint (namida_connection_limit_get_n (f->limit), ==, NAMIDA_LIMIT_CONNECTIONS_PER_NETWORK);
  g_assert_null (take_of (f, 0, 0));
  g_assert_false (is_shut (sockets[0]));
}

/* A device that is no longer trusted loses its connections, and only these. */
static void
test_shut (Fixture *f, gconstpointer data)
{
  GSocket *sockets[2];

  for (guint i = 0; i < 2; i++)
    {
      sockets[i] = take_of (f, 0, i);
      start_listening (sockets[i]);
      namida_connection_limit_set_owner (f->limit, sockets[i], i == 0 ? "A" : "B");
    }
  namida_connection_limit_shut (f->limit, "A");
  g_assert_true (is_shut (sockets[0]));
  g_assert_false (is_shut (sockets[1]));
}

static void
test_networks (void)
{
  static const char *const addresses[]
      = { "192.0.2.7", "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::7", "2001:db8:1:3::7", "fe80::1", "::1" };
  static const char *const networks[]
      = { "192.0.2.7", "2001:0db8:0001:0002::/64", "2001:0db8:0001:0002::/64", "2001:0db8:0001:0003::/64", "fe80::1",
          "::1" };

  for (guint i = 0; i < G_N_ELEMENTS (addresses); i++)
    {
      g_autoptr (GInetAddress) address = g_inet_address_new_from_string (addresses[i]);
      g_autofree char *network = namida_connection_dup_network (address);

      g_assert_cmpstr (network, ==, networks[i]);
    }
}

#define ADD(path, data, test) g_test_add (path, Fixture, GINT_TO_POINTER (data), set_up, test, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/connection-limit/address", 0, test_address);
  ADD ("/connection-limit/network", FALSE, test_network);
  ADD ("/connection-limit/network/kept", TRUE, test_network);
  ADD ("/connection-limit/strangers", FALSE, test_strangers);
  ADD ("/connection-limit/strangers/kept", TRUE, test_strangers);
  ADD ("/connection-limit/all", 0, test_all);
  ADD ("/connection-limit/makes-room", 0, test_makes_room);
  ADD ("/connection-limit/shut", 0, test_shut);
  g_test_add_func ("/connection-limit/networks", test_networks);
  return g_test_run ();
}
