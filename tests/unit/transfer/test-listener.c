/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests which connections are closed when the limit is reached. Nothing in this test depends on time: the listener has
 * no time limits. */
#include "config.h"

#include <string.h>

#include "namida-fixtures.h"
#include "namida-limits.h"
#include "namida-listener.h"

#define SOURCES 6 /* addresses that a crowd comes from: none of them has reached its own limit */
#define WAIT_FOR(condition)                                                                                            \
  G_STMT_START                                                                                                         \
  {                                                                                                                    \
    gint64 until = g_get_monotonic_time () + 60 * G_USEC_PER_SEC;                                                      \
    while (!(condition) && g_get_monotonic_time () < until)                                                            \
      {                                                                                                                \
        g_main_context_iteration (NULL, FALSE);                                                                        \
        g_usleep (500);                                                                                                \
      }                                                                                                                \
    g_assert_true (condition);                                                                                         \
  }                                                                                                                    \
  G_STMT_END

typedef struct
{
  char *folder;
  NamidaIdentity *identity;
  NamidaListener *listener;
  GPtrArray *clients; /* GSocket */
  GPtrArray *ready;   /* GIOStream */
} Fixture;

static void
on_ready (GIOStream *stream, GSocketAddress *local, GSocketAddress *remote, gpointer user_data)
{
  g_ptr_array_add (((Fixture *) user_data)->ready, g_object_ref (stream));
}

static void
set_up (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  f->folder = g_dir_make_tmp ("namida-listener-XXXXXX", NULL);
  f->identity = namida_identity_load (f->folder, NULL);
  f->clients = g_ptr_array_new_with_free_func (g_object_unref);
  f->ready = g_ptr_array_new_with_free_func (g_object_unref);
  f->listener = namida_listener_new (f->identity, on_ready, f);
  namida_listener_set_timeout (f->listener, 3600);
  g_assert_true (namida_listener_start (f->listener, "127.0.0.1", 0, &error));
  g_assert_no_error (error);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_ptr_array_unref (f->ready);
  g_ptr_array_unref (f->clients);
  namida_listener_free (f->listener);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_clear_object (&f->identity);
  fixtures_remove (f->folder);
  g_free (f->folder);
}

/* Returns: (transfer none): a client from 127.0.1.@host. */
static GSocket *
add_client (Fixture *f, guint host)
{
  g_autofree char *text = g_strdup_printf ("127.0.1.%u", host);
  g_autoptr (GSocketAddress) from = g_inet_socket_address_new_from_string (text, 0);
  g_autoptr (GSocketAddress) to
      = g_inet_socket_address_new_from_string ("127.0.0.1", namida_listener_get_port (f->listener));
  GSocket *socket = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL);
  g_autoptr (GError) error = NULL;

  g_socket_bind (socket, from, FALSE, &error);
  g_assert_no_error (error);
  g_socket_connect (socket, to, NULL, &error);
  g_assert_no_error (error);
  g_socket_set_blocking (socket, FALSE);
  g_ptr_array_add (f->clients, socket);
  return socket;
}

/* Whether the other side has hung up. */
static gboolean
is_gone (GSocket *socket)
{
  g_autoptr (GError) error = NULL;
  char byte;
  gssize n = g_socket_receive (socket, &byte, 1, NULL, &error);

  return n == 0 || (n < 0 && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK));
}

static guint
count_gone (Fixture *f)
{
  guint n = 0;

  for (guint i = 0; i < f->clients->len; i++)
    n += is_gone (g_ptr_array_index (f->clients, i));
  return n;
}

static void
fill (Fixture *f, guint sources)
{
  for (guint i = 0; i < NAMIDA_LIMIT_STRANGERS_CONNECTIONS; i++)
    {
      add_client (f, 1 + i % sources);
      WAIT_FOR (namida_listener_get_n_connections (f->listener) == i + 1);
    }
}

/* Returns how many descriptors each turn of the main loop looks at. */
static guint
count_polled (void)
{
  GMainContext *context = g_main_context_default ();
  GPollFD fds[1024];
  int priority, timeout, n;

  g_assert_true (g_main_context_acquire (context));
  g_main_context_prepare (context, &priority);
  n = g_main_context_query (context, G_MAXINT, &timeout, fds, G_N_ELEMENTS (fds));
  g_main_context_release (context);
  g_assert_cmpint (n, <, G_N_ELEMENTS (fds));
  return (guint) n;
}

/* Requests of others must not become more expensive by connections that ask for nothing. */
static void
test_silent_ones (Fixture *f, gconstpointer data)
{
  guint before = count_polled ();

  fill (f, SOURCES);
  g_assert_cmpuint (count_polled (), <=, before);
  g_assert_cmpuint (count_gone (f), ==, 0);
}

/* A connection that sends nothing in its time ends. */
static void
test_silent_too_long (Fixture *f, gconstpointer data)
{
  namida_listener_set_timeout (f->listener, 0);
  add_client (f, 1);
  WAIT_FOR (count_gone (f) == 1);
  g_assert_cmpuint (namida_listener_get_n_connections (f->listener), ==, 0);
}

static void
test_room_for_another (Fixture *f, gconstpointer data)
{
  GSocket *late;

  fill (f, SOURCES);
  /* One more of an address that has as many as all the others: refused, and nobody goes. */
  late = add_client (f, SOURCES);
  WAIT_FOR (is_gone (late));
  g_ptr_array_remove (f->clients, late);
  g_assert_cmpuint (count_gone (f), ==, 0);
  /* An address that has none: the oldest of those who ask for nothing makes room, and what is asked is heard. */
  late = add_client (f, 100);
  g_assert_cmpint (g_socket_send (late, "GET", 3, NULL, NULL), ==, 3);
  WAIT_FOR (f->ready->len == 1);
  g_assert_false (is_gone (late));
  WAIT_FOR (count_gone (f) == 1);
  g_assert_true (is_gone (g_ptr_array_index (f->clients, 0)));
  g_assert_cmpuint (namida_listener_get_n_connections (f->listener), ==, NAMIDA_LIMIT_STRANGERS_CONNECTIONS);
}

static GSocket *
get_ready_socket (Fixture *f, guint i)
{
  return g_socket_connection_get_socket (G_SOCKET_CONNECTION (g_ptr_array_index (f->ready, i)));
}

static void
fill_and_hear (Fixture *f)
{
  fill (f, SOURCES);
  for (guint i = 0; i < f->clients->len; i++)
    g_socket_send (g_ptr_array_index (f->clients, i), "G", 1, NULL, NULL);
  WAIT_FOR (f->ready->len == NAMIDA_LIMIT_STRANGERS_CONNECTIONS);
  for (guint i = 0; i < f->ready->len; i++)
    namida_listener_heard (f->listener, get_ready_socket (f, i));
}

/* When something was asked on every connection, the crowd makes room for one that has none all the same. */
static void
test_heard (Fixture *f, gconstpointer data)
{
  GSocket *late;

  fill_and_hear (f);
  late = add_client (f, 100);
  WAIT_FOR (count_gone (f) == 1);
  g_assert_false (is_gone (late));
}

/* What somebody agreed to never has to go. */
static void
test_kept (Fixture *f, gconstpointer data)
{
  GSocket *late;

  fill_and_hear (f);
  for (guint i = 0; i < f->ready->len; i++)
    namida_listener_keep (f->listener, get_ready_socket (f, i));
  late = add_client (f, 100);
  WAIT_FOR (is_gone (late));
  g_ptr_array_remove (f->clients, late);
  g_assert_cmpuint (count_gone (f), ==, 0);
}

/* A trusted device takes no place of strangers, and gets one of those that strangers do not get. */
static void
test_trusted (Fixture *f, gconstpointer data)
{
  GSocket *late, *trusted = add_client (f, 100);

  g_socket_send (trusted, "G", 1, NULL, NULL);
  WAIT_FOR (f->ready->len == 1);
  namida_listener_trust (f->listener, get_ready_socket (f, 0));
  for (guint i = 0; i < NAMIDA_LIMIT_STRANGERS_CONNECTIONS; i++)
    {
      add_client (f, 1 + i % SOURCES);
      WAIT_FOR (namida_listener_get_n_connections (f->listener) == i + 2);
    }
  for (guint i = 0; i < 40; i++)
    {
      add_client (f, 100);
      WAIT_FOR (namida_listener_get_n_connections (f->listener) == NAMIDA_LIMIT_STRANGERS_CONNECTIONS + i + 2);
    }
  g_assert_cmpuint (count_gone (f), ==, 0);
  late = add_client (f, 1);
  WAIT_FOR (is_gone (late));
  g_ptr_array_remove (f->clients, late);
  g_assert_cmpuint (count_gone (f), ==, 0);
}

static void
test_one_address (Fixture *f, gconstpointer data)
{
  GSocket *late;

  for (guint i = 0; i < NAMIDA_LIMIT_CONNECTIONS_PER_ADDRESS; i++)
    {
      add_client (f, 1);
      WAIT_FOR (namida_listener_get_n_connections (f->listener) == i + 1);
    }
  late = add_client (f, 1);
  WAIT_FOR (is_gone (late));
  g_ptr_array_remove (f->clients, late);
  g_assert_cmpuint (count_gone (f), ==, 0);
  add_client (f, 2);
  WAIT_FOR (namida_listener_get_n_connections (f->listener) == NAMIDA_LIMIT_CONNECTIONS_PER_ADDRESS + 1);
  g_ptr_array_remove_index (f->clients, 0);
  WAIT_FOR (namida_listener_get_n_connections (f->listener) == NAMIDA_LIMIT_CONNECTIONS_PER_ADDRESS);
  add_client (f, 1);
  WAIT_FOR (namida_listener_get_n_connections (f->listener) == NAMIDA_LIMIT_CONNECTIONS_PER_ADDRESS + 1);
}

/* Behind the address of a trusted device somebody else holds all of its places: it comes in all the same. */
static void
test_behind_one_address (Fixture *f, gconstpointer data)
{
  GSocket *trusted = add_client (f, 1), *late;

  g_socket_send (trusted, "G", 1, NULL, NULL);
  WAIT_FOR (f->ready->len == 1);
  namida_listener_trust (f->listener, get_ready_socket (f, 0));
  for (guint i = 0; i < NAMIDA_LIMIT_CONNECTIONS_PER_ADDRESS; i++)
    {
      add_client (f, 1);
      WAIT_FOR (namida_listener_get_n_connections (f->listener) == i + 2);
    }
  late = add_client (f, 1);
  WAIT_FOR (count_gone (f) == 1);
  g_assert_false (is_gone (late));
  g_assert_false (is_gone (trusted));
}

#define ADD(name, test) g_test_add (name, Fixture, NULL, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/listener/silent-ones", test_silent_ones);
  ADD ("/listener/silent-too-long", test_silent_too_long);
  ADD ("/listener/room-for-another", test_room_for_another);
  ADD ("/listener/heard", test_heard);
  ADD ("/listener/kept", test_kept);
  ADD ("/listener/trusted", test_trusted);
  ADD ("/listener/one-address", test_one_address);
  ADD ("/listener/behind-one-address", test_behind_one_address);
  return g_test_run ();
}
