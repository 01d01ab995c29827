/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <gio/gio.h>

#include "namida-client.h"
#include "namida-error.h"
#include "namida-fixtures.h"

#define TURNS 40u
#define RESETS (20 * TURNS)

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

static gpointer
try_to_own (gpointer data)
{
  gboolean owned = g_main_context_acquire (NULL);

  if (owned)
    g_main_context_release (NULL);
  return GINT_TO_POINTER (owned);
}

/* A thread of GLib's that could own the main context would run our sources beside the main thread. */
static void
test_main_context (Fixture *f, gconstpointer data)
{
  GThread *thread;

  g_assert_true (g_main_context_is_owner (NULL));
  thread = g_thread_new ("other", try_to_own, NULL);
  g_assert_false (GPOINTER_TO_INT (g_thread_join (thread)));
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

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/client/main-context", test_main_context);
  ADD ("/client/reset", test_reset);
  return g_test_run ();
}
