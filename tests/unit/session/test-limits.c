/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests that the amount of data that strangers make a hub remember, and the number of questions they make it ask, is
 * limited, however many they are. The hub is never started, because no test needs a network. */
#include "config.h"

#include "namida-fixtures.h"
#include "namida-hub-private.h"
#include "namida-transfer-socket.h"

#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <string.h>

#define MANY 1000u

typedef struct
{
  char *dir;
  NamidaHub *hub;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  NamidaHubOptions options = { 0 };

  f->dir = g_dir_make_tmp ("namida-limits-XXXXXX", NULL);
  options.data_dir = f->dir;
  f->hub = namida_hub_new (&options);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_clear_object (&f->hub);
  fixtures_remove (f->dir);
  g_free (f->dir);
}

static void
on_alarm (NamidaHub *hub, const char *sentence, guint *n)
{
  (*n)++;
}

/* Each names another device: a person reads the first of them. */
static void
test_alarms (Fixture *f, gconstpointer data)
{
  g_auto (GStrv) alarms = NULL;
  guint n = 0;

  g_signal_connect (f->hub, "alarm", G_CALLBACK (on_alarm), &n);
  for (guint i = 0; i < MANY; i++)
    {
      g_autofree char *sentence = g_strdup_printf ("device %u", i / 2);

      namida_hub_raise_alarm (f->hub, sentence);
    }
  alarms = namida_hub_dup_alarms (f->hub);
  g_assert_cmpuint (g_strv_length (alarms), ==, 4);
  g_assert_cmpuint (n, ==, 4);
  g_assert_cmpstr (alarms[0], ==, "device 0");
  g_assert_cmpstr (alarms[3], ==, "device 3");
  namida_hub_dismiss_alarms (f->hub);
  namida_hub_raise_alarm (f->hub, "another");
  g_assert_cmpuint (n, ==, 5);
}

/* Anybody can make keys. */
static void
test_senders (Fixture *f, gconstpointer data)
{
  for (guint i = 0; i < MANY; i++)
    {
      g_autofree char *fingerprint = g_strdup_printf ("%064x", i);

      namida_hub_note_sender (f->hub, fingerprint, "0123", FALSE);
      g_assert_cmpuint (g_hash_table_size (f->hub->senders), <=, 64);
      g_assert_true (g_hash_table_contains (f->hub->senders, fingerprint));
    }
}

static guint
ask_host (Fixture *f, const char *address)
{
  g_autoptr (GInetAddress) host = g_inet_address_new_from_string (address);
  guint n = 0;

  for (; n < MANY && namida_hub_may_ask (f->hub, host); n++)
    g_ptr_array_add (f->hub->asking, g_object_ref (host));
  return n;
}

/* One host may be many devices, and many hosts may be one person's. */
static void
test_asking (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *device = g_build_filename (f->dir, "device", NULL);
  g_autoptr (NamidaIdentity) identity = NULL;
  guint all = 0;

  g_assert_cmpuint (ask_host (f, "192.0.2.1"), ==, 0); /* nobody is asked before it runs */
  g_assert_cmpint (g_mkdir (device, 0700), ==, 0);
  identity = namida_identity_load (device, &error);
  g_assert_no_error (error);
  f->hub->server = namida_server_new (identity);
  f->hub->asking = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < 255; i++)
    {
      g_autofree char *address = g_strdup_printf ("192.0.2.%u", i);
      guint n = ask_host (f, address);

      g_assert_cmpuint (n, <=, 4);
      g_assert_true (n == 4 || all == 64);
      all += n;
    }
  g_assert_cmpuint (all, ==, 64);
  g_clear_pointer (&f->hub->asking, g_ptr_array_unref);
  g_clear_object (&f->hub->server);
}

#define LINE_BYTES (64u * 1024)
#define ANSWER_BYTES (8u * 1024 * 1024)

/* A program that answers without end, as long as somebody listens. */
static gpointer
answer_much (gpointer data)
{
  g_autoptr (GSocket) listening = data;
  g_autoptr (GSocket) socket = g_socket_accept (listening, NULL, NULL);
  g_autofree char *filler = g_strnfill (LINE_BYTES - 12, 'x');
  g_autofree char *line = g_strdup_printf ("{\"title\":\"%s\"}\n", filler);
  char request[1024];

  g_assert_nonnull (socket);
  g_assert_cmpint (g_socket_receive (socket, request, sizeof request, NULL, NULL), >, 0);
  for (guint sent = 0; sent < ANSWER_BYTES;)
    {
      gssize n = g_socket_send (socket, line + sent % strlen (line), strlen (line) - sent % strlen (line), NULL, NULL);

      if (n <= 0)
        break;
      sent += (guint) n;
    }
  return NULL;
}

/* Each of these is what one program answers. */
static const char *const answers[] = {
  "{\"id\":\"both\",\"state\":\"paused\"}\n",
  "{\"id\":\"both\",\"state\":\"running\"}\n{\"id\":\"mine\",\"state\":\"paused\"}\n",
  "{\"id\":\"both\",\"state\":\"paused\"}\n",
};

typedef struct
{
  GSocket *listening;
  const char *answer;
} Program;

static gpointer
answer_one (gpointer data)
{
  Program *program = data;
  g_autoptr (GSocket) socket = g_socket_accept (program->listening, NULL, NULL);
  char request[1024];

  g_assert_nonnull (socket);
  g_assert_cmpint (g_socket_receive (socket, request, sizeof request, NULL, NULL), >, 0);
  g_assert_cmpint (g_socket_send (socket, program->answer, strlen (program->answer), NULL, NULL), >, 0);
  return NULL;
}

/* Programs of one data folder list the same paused transfer: it is one, and so can be named by its ID. */
static void
test_listed_twice (Fixture *f, gconstpointer data)
{
  g_autofree char *folder = g_build_filename (f->dir, "running", NULL);
  g_autoptr (GPtrArray) found = NULL;
  Program programs[G_N_ELEMENTS (answers)];
  GThread *threads[G_N_ELEMENTS (answers)];

  g_assert_cmpint (g_mkdir (folder, 0700), ==, 0);
  for (guint i = 0; i < G_N_ELEMENTS (answers); i++)
    {
      g_autofree char *path = g_strdup_printf ("%s/%u", folder, i);
      g_autoptr (GSocketAddress) address = g_unix_socket_address_new (path);

      programs[i].answer = answers[i];
      programs[i].listening
          = g_socket_new (G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT, NULL);
      g_assert_true (g_socket_bind (programs[i].listening, address, FALSE, NULL));
      g_assert_true (g_socket_listen (programs[i].listening, NULL));
      threads[i] = g_thread_new ("answer", answer_one, &programs[i]);
    }
  found = namida_transfer_socket_ask (f->dir, "list", NULL);
  for (guint i = 0; i < G_N_ELEMENTS (answers); i++)
    {
      g_thread_join (threads[i]);
      g_object_unref (programs[i].listening);
    }
  g_assert_cmpuint (found->len, ==, 2);
  for (guint i = 0; i < 2; i++)
    {
      const char *id = json_object_get_string_member (found->pdata[i], "id");
      const char *state = json_object_get_string_member (found->pdata[i], "state");

      g_assert_cmpstr (state, ==, g_str_equal (id, "both") ? "running" : "paused");
    }
}

static void
test_answer (Fixture *f, gconstpointer data)
{
  g_autofree char *folder = g_build_filename (f->dir, "running", NULL);
  g_autofree char *path = g_build_filename (folder, "1", NULL);
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (path);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) found = NULL;
  GSocket *socket = g_socket_new (G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT, &error);
  GThread *thread;

  g_assert_no_error (error);
  g_assert_cmpint (g_mkdir (folder, 0700), ==, 0);
  g_assert_true (g_socket_bind (socket, address, FALSE, NULL) && g_socket_listen (socket, NULL));
  thread = g_thread_new ("answer", answer_much, socket);
  found = namida_transfer_socket_ask (f->dir, "list", NULL);
  g_thread_join (thread);
  g_assert_cmpuint (found->len, >, 0);
  g_assert_cmpuint (found->len * LINE_BYTES, <=, ANSWER_BYTES / 2);
}

#define ADD(path, test) g_test_add (path, Fixture, NULL, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/limits/alarms", test_alarms);
  ADD ("/limits/senders", test_senders);
  ADD ("/limits/asking", test_asking);
  ADD ("/limits/answer", test_answer);
  ADD ("/limits/listed-twice", test_listed_twice);
  return g_test_run ();
}
