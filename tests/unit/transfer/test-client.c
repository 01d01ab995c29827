/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests the control client against a real server on loopback: which thread owns the main context, connections that are
 * reset at any iteration of the main loop, and devices with another key than expected. */
#include "config.h"

#include <gio/gio.h>

#include "namida-client.h"
#include "namida-error.h"
#include "namida-fixtures.h"
#include "namida-server.h"

#define TURNS 40u
#define RESETS (20 * TURNS)
#define WRONG_KEYS 30

typedef struct
{
  char *folder;
  NamidaIdentity *identity;
  GSocketAddress *address;
  GSocket *socket;
  NamidaClient *client;
} Fixture;

/* At the same address each time. */
static void
listen_at (Fixture *f)
{
  g_autoptr (GError) error = NULL;

  g_clear_object (&f->socket);
  f->socket = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, &error);
  g_assert_no_error (error);
  g_assert_true (g_socket_bind (f->socket, f->address, TRUE, &error) && g_socket_listen (f->socket, &error));
  g_assert_no_error (error);
}

static void
set_up (Fixture *f, gconstpointer data)
{
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GError) error = NULL;

  f->folder = g_dir_make_tmp ("namida-client-XXXXXX", NULL);
  f->identity = namida_identity_load (f->folder, &error);
  g_assert_no_error (error);
  f->address = g_inet_socket_address_new (loopback, 0);
  listen_at (f);
  g_object_unref (f->address);
  f->address = g_socket_get_local_address (f->socket, NULL);
  f->client = namida_client_new (f->identity, G_INET_SOCKET_ADDRESS (f->address), NULL);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_clear_object (&f->client);
  g_clear_object (&f->socket);
  g_clear_object (&f->address);
  g_clear_object (&f->identity);
  fixtures_remove (f->folder);
  g_free (f->folder);
}

static void
on_result (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

/* Who connects is thrown out: at each possible turn of the main loop between the connection and its encryption. Each is
 * an error in words, and no more: a critical ends the test. */
static void
test_reset (Fixture *f, gconstpointer data)
{
  for (guint i = 0; i < RESETS; i++)
    {
      g_autoptr (GAsyncResult) result = NULL;
      g_autoptr (GError) error = NULL;

      listen_at (f);
      namida_client_register_async (f->client, NULL, NULL, on_result, &result);
      for (guint turn = 0; turn < i % TURNS; turn++)
        g_main_context_iteration (NULL, FALSE);
      g_clear_object (&f->socket);
      while (result == NULL)
        g_main_context_iteration (NULL, TRUE);
      g_assert_null (namida_client_register_finish (f->client, result, &error));
      g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_UNREACHABLE);
    }
}

#define ADD(name, test) g_test_add (name, Fixture, NULL, set_up, test, tear_down)

typedef struct
{
  NamidaClient *client;
  GThread *freed_in; /* (nullable) */
  gint freed;
} Freed;

static void
on_freed (gpointer data, GObject *client)
{
  Freed *self = data;

  self->freed_in = g_thread_self ();
  g_atomic_int_set (&self->freed, TRUE);
}

/* The last reference, besides those of the request. */
static void
on_wrong_key (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Freed *self = user_data;
  g_autoptr (GError) error = NULL;

  g_assert_null (namida_client_register_finish (self->client, result, &error));
  g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_NO_SUCH_DEVICE);
  g_clear_object (&self->client);
}

/* Whose key it is instead is found out in a thread, in which nothing of the client is freed. */
static void
test_wrong_key (Fixture *f, gconstpointer data)
{
  g_autoptr (NamidaServer) server = namida_server_new (f->identity);
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) address = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *other = g_strnfill (64, 'a');

  g_assert_true (namida_server_start (server, "127.0.0.1", 0, &error));
  g_assert_no_error (error);
  address = g_inet_socket_address_new (loopback, namida_server_get_port (server));
  for (guint i = 0; i < WRONG_KEYS; i++)
    {
      Freed freed = { .client = namida_client_new (f->identity, G_INET_SOCKET_ADDRESS (address), other) };

      g_object_weak_ref (G_OBJECT (freed.client), on_freed, &freed);
      namida_client_register_async (freed.client, NULL, NULL, on_wrong_key, &freed);
      while (!g_atomic_int_get (&freed.freed))
        g_main_context_iteration (NULL, FALSE);
      g_assert_true (freed.freed_in == g_thread_self ());
    }
  namida_server_stop_async (server, on_result, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/client/reset", test_reset);
  ADD ("/client/wrong-key", test_wrong_key);
  return g_test_run ();
}
