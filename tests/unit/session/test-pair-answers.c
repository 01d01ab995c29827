/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests pairing with a device that breaks the rules. It is trusted only if the local user confirmed the digits and the
 * device agreed. The other device is a thread that sends the answers of the case; the hub has its identity and its
 * trust store, but is never started. */
#include "config.h"

#include "namida-error.h"
#include "namida-fixtures.h"
#include "namida-http.h"
#include "namida-hub-private.h"
#include "namida-pairing.h"
#include "namida-peer-list-private.h"
#include "namida-messages.h"
#include "namida-tls.h"

#include <glib/gstdio.h>
#include <string.h>

#define PAIR_ID "0123456789abcdef0123456789abcdef"
#define NONCE "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define UUID "11111111-2222-3333-4444-555555555555"

typedef struct
{
  const char *what;
  const char *commit;  /* (nullable): the answer to the commitment; NULL: the right one */
  gboolean old;        /* it does not know the step "wait" */
  gboolean early;      /* it says at once that the pairing has ended well */
  const char *refuses; /* (nullable): the step that it refuses */
  const char *cuts;    /* (nullable): the step at which it hangs up */
  gboolean other_key;  /* another key than the device that was chosen has */
  gboolean says_no;    /* the person here: the digits are not the same */
  int code;            /* -1: they are paired */
  gboolean shown;      /* the person here sees digits */
} Case;

static const Case cases[] = {
  { "fair", .code = -1, .shown = TRUE },
  { "fair, without wait", .old = TRUE, .code = -1, .shown = TRUE },
  { "no here", .says_no = TRUE, .code = NAMIDA_ERROR_DECLINED, .shown = TRUE },
  { "early end, no here", .early = TRUE, .says_no = TRUE, .code = NAMIDA_ERROR_DECLINED, .shown = TRUE },
  { "early end, yes here", .early = TRUE, .code = -1, .shown = TRUE },
  { "no nonce", .commit = "{\"pairId\":\"" PAIR_ID "\"}", .code = NAMIDA_ERROR_INVALID_REQUEST },
  { "no id", .commit = "{\"nonce\":\"" NONCE "\"}", .code = NAMIDA_ERROR_INVALID_REQUEST },
  { "short nonce", .commit = "{\"pairId\":\"" PAIR_ID "\",\"nonce\":\"00\"}", .code = NAMIDA_ERROR_INVALID_REQUEST },
  { "nonce in capitals",
    .commit
    = "{\"pairId\":\"" PAIR_ID "\",\"nonce\":\"00112233445566778899AABBCCDDEEFF00112233445566778899AABBCCDDEEFF\"}",
    .code = -1, .shown = TRUE },
  { "nothing", .commit = "{}", .code = NAMIDA_ERROR_INVALID_REQUEST },
  { "commitment refused", .refuses = "commit", .code = NAMIDA_ERROR_DECLINED },
  { "nonce refused", .refuses = "reveal", .code = NAMIDA_ERROR_DECLINED },
  { "yes refused", .refuses = "confirm", .code = NAMIDA_ERROR_DECLINED, .shown = TRUE },
  { "no while it is compared", .refuses = "wait", .code = NAMIDA_ERROR_DECLINED, .shown = TRUE },
  { "no is not heard", .cuts = "abort", .says_no = TRUE, .code = NAMIDA_ERROR_DECLINED, .shown = TRUE },
  { "hangs up after yes", .cuts = "confirm", .code = NAMIDA_ERROR_UNREACHABLE, .shown = TRUE },
  { "another key", .other_key = TRUE, .code = NAMIDA_ERROR_NO_SUCH_DEVICE },
};

typedef struct
{
  const Case *test;
  char *dir;
  NamidaHub *hub;
  NamidaIdentity *theirs;
  NamidaPeer *peer;
  GSocketService *service;
  GInetSocketAddress *address;
  GMutex lock; /* guards: */
  char *commitment, *revealed;
  guint confirms;
  GPtrArray *sockets; /* of the connections that are open */
  gint hold;          /* atomic: the answer to the commitment waits */
  char *digits;       /* main context: as shown here */
} Fixture;

static NamidaIdentity *
load_identity (Fixture *f, const char *name)
{
  g_autofree char *folder = g_build_filename (f->dir, name, NULL);
  g_autoptr (GError) error = NULL;
  NamidaIdentity *identity = namida_identity_load (folder, &error);

  g_assert_no_error (error);
  return identity;
}

/* ---- the other device: threads ---- */

static void
answer (GIOStream *stream, guint status, const char *json)
{
  namida_http_write_answer (g_io_stream_get_output_stream (stream), status, json, TRUE, 0, NULL);
}

/* Returns: whether another request may come. */
static gboolean
serve_step (Fixture *f, GIOStream *stream, const NamidaPairMessage *message)
{
  const Case *test = f->test;
  const char *step = message->step;

  if (g_strcmp0 (step, test->cuts) == 0)
    return FALSE;
  g_mutex_lock (&f->lock);
  if (g_str_equal (step, "commit"))
    f->commitment = g_strdup (message->commitment);
  else if (g_str_equal (step, "reveal"))
    f->revealed = g_strdup (message->nonce);
  else if (g_str_equal (step, "confirm"))
    f->confirms++;
  g_mutex_unlock (&f->lock);
  while (g_atomic_int_get (&f->hold))
    g_usleep (1000);
  if (g_strcmp0 (step, test->refuses) == 0)
    answer (stream, 403, "{\"code\":\"declined\",\"message\":\"No.\"}");
  else if (g_str_equal (step, "commit"))
    answer (stream, 200, test->commit != NULL ? test->commit : "{\"pairId\":\"" PAIR_ID "\",\"nonce\":\"" NONCE "\"}");
  else if (!g_str_equal (step, "wait") || test->early)
    answer (stream, 200, "{\"pairId\":\"" PAIR_ID "\"}");
  return TRUE; /* “wait” is not answered before the end */
}

static gboolean
serve (Fixture *f, GIOStream *stream, NamidaHttpReader *reader)
{
  g_auto (NamidaHttpHead) head = { 0 };
  g_auto (NamidaPairMessage) message = { 0 };
  NamidaHttpBody body;
  char text[1024];
  gsize length = 0;
  gssize n;

  if (!namida_http_reader_head (reader, &head, 60, NULL, NULL))
    return FALSE;
  namida_http_body_init (&body, reader, head.length);
  while ((n = namida_http_body_read (&body, text + length, sizeof text - length, NULL, NULL)) > 0)
    length += (gsize) n;
  if (g_str_has_suffix (head.path, "/register"))
    {
      answer (stream, 200,
              f->test->old ? "{\"alias\":\"Other\",\"version\":\"1.0\",\"port\":1,\"protocol\":\"https\"}"
                           : "{\"alias\":\"Other\",\"version\":\"1.0\",\"port\":1,\"protocol\":\"https\",\"features\":["
                             "\"pair-wait\"]}");
      return TRUE;
    }
  return namida_pair_message_parse (text, length, &message, NULL) && serve_step (f, stream, &message);
}

static gboolean
on_run (GThreadedSocketService *service, GSocketConnection *connection, GObject *source, gpointer user_data)
{
  Fixture *f = user_data;
  g_autoptr (GIOStream) tls = G_IO_STREAM (namida_tls_server_new (f->theirs, G_IO_STREAM (connection), NULL));
  GSocket *socket = g_socket_connection_get_socket (connection);
  g_auto (NamidaHttpReader) reader = { 0 };

  g_mutex_lock (&f->lock);
  g_ptr_array_add (f->sockets, socket);
  g_mutex_unlock (&f->lock);
  namida_http_reader_init (&reader, g_io_stream_get_input_stream (tls));
  while (serve (f, tls, &reader))
    ;
  g_mutex_lock (&f->lock);
  g_ptr_array_remove (f->sockets, socket);
  g_socket_close (socket, NULL);
  g_mutex_unlock (&f->lock);
  return TRUE;
}

/* ---- this device ---- */

static void
set_up (Fixture *f, gconstpointer data)
{
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) any = g_inet_socket_address_new (loopback, 0);
  g_autoptr (NamidaDeviceInfo) info = namida_device_info_new ();
  g_autoptr (NamidaIdentity) another = NULL;
  NamidaHubOptions options = { .alias = "Here" };
  g_autoptr (GError) error = NULL;
  g_autofree char *path = NULL;

  f->test = data;
  g_mutex_init (&f->lock);
  f->sockets = g_ptr_array_new ();
  f->dir = g_dir_make_tmp ("namida-pair-answers-XXXXXX", &error);
  g_assert_no_error (error);
  options.data_dir = options.backups = options.music = f->dir;
  path = g_build_filename (f->dir, "state.db", NULL);
  f->theirs = load_identity (f, "theirs");
  another = load_identity (f, "another");
  f->hub = namida_hub_new (&options);
  f->hub->identity = load_identity (f, "ours");
  namida_identity_set_alias (f->hub->identity, "Here");
  f->hub->database = namida_database_open (path, &error);
  g_assert_no_error (error);
  f->hub->trust = namida_trust_store_new (f->hub->database, &error);
  g_assert_no_error (error);
  f->hub->server = namida_server_new (f->hub->identity);
  f->hub->running = TRUE;
  f->service = g_threaded_socket_service_new (8);
  g_assert_true (g_socket_listener_add_address (G_SOCKET_LISTENER (f->service), any, G_SOCKET_TYPE_STREAM,
                                                G_SOCKET_PROTOCOL_TCP, NULL, (GSocketAddress **) &f->address, NULL));
  g_signal_connect (f->service, "run", G_CALLBACK (on_run), f);
  g_free (info->alias);
  info->alias = g_strdup ("Other");
  info->uuid = g_strdup (UUID);
  info->https = TRUE;
  info->fingerprint = g_strdup (namida_identity_get_fingerprint (f->test->other_key ? another : f->theirs));
  f->peer = namida_peer_list_sighting (f->hub->peers, info, NAMIDA_DIALECT_V1, f->address, TRUE);
  g_assert_nonnull (f->peer);
}

/* Ends the connections that are left, such as one that waits for the end. */
static void
hang_up (Fixture *f)
{
  for (guint left = 1; left > 0; g_usleep (1000))
    {
      g_mutex_lock (&f->lock);
      left = f->sockets->len;
      for (guint i = 0; i < left; i++)
        g_socket_shutdown (f->sockets->pdata[i], TRUE, TRUE, NULL);
      g_mutex_unlock (&f->lock);
    }
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_socket_service_stop (f->service);
  g_socket_listener_close (G_SOCKET_LISTENER (f->service));
  hang_up (f);
  g_clear_object (&f->service);
  f->hub->running = FALSE;
  g_clear_object (&f->hub->server);
  namida_trust_store_flush (f->hub->trust, NULL);
  g_clear_object (&f->hub);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_clear_object (&f->theirs);
  g_clear_object (&f->address);
  fixtures_remove (f->dir);
  g_free (f->dir);
  g_free (f->commitment);
  g_free (f->revealed);
  g_free (f->digits);
  g_ptr_array_unref (f->sockets);
  g_mutex_clear (&f->lock);
}

static gboolean
wait_over (gpointer data)
{
  g_error ("nothing happened");
  return G_SOURCE_REMOVE;
}

static void
on_digits (const char *digits, gpointer user_data)
{
  Fixture *f = user_data;

  g_assert_null (f->digits); /* shown once */
  f->digits = g_strdup (digits);
}

static void
on_result (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

static void
run_for (guint ms)
{
  gint64 until = g_get_monotonic_time () + (gint64) ms * 1000;

  while (g_get_monotonic_time () < until)
    if (!g_main_context_iteration (NULL, FALSE))
      g_usleep (1000);
}

/* The nonce that was revealed is the one that was committed to, and both sides see the same digits. */
static void
check_digits (Fixture *f)
{
  g_autofree char *commitment = NULL;
  g_autofree char *digits = NULL;

  g_mutex_lock (&f->lock);
  commitment = namida_pairing_commitment (f->revealed);
  g_assert_cmpstr (commitment, ==, f->commitment);
  digits = namida_pairing_digits (namida_identity_get_fingerprint (f->hub->identity),
                                  namida_identity_get_fingerprint (f->theirs), f->revealed, NONCE);
  g_mutex_unlock (&f->lock);
  g_assert_cmpstr (digits, ==, f->digits);
}

static guint
count_confirms (Fixture *f)
{
  guint n;

  g_mutex_lock (&f->lock);
  n = f->confirms;
  g_mutex_unlock (&f->lock);
  return n;
}

static void
test_case (Fixture *f, gconstpointer data)
{
  const Case *test = data;
  const char *key = namida_identity_get_fingerprint (f->theirs);
  guint wait_id = g_timeout_add_seconds (60, wait_over, NULL);
  gboolean wait_ends = g_strcmp0 (test->refuses, "wait") == 0;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  gboolean paired;

  namida_hub_pair_async (f->hub, f->peer, on_digits, f, NULL, on_result, &result);
  namida_hub_pair_confirm (f->hub, TRUE); /* before there are digits: a yes to nothing */
  while (result == NULL && f->digits == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpint (f->digits != NULL, ==, test->shown);
  if (f->digits != NULL)
    {
      check_digits (f);
      if (test->early)
        run_for (100); /* its early end has been read */
      if (!wait_ends)
        {
          g_assert_null (result);
          g_assert_cmpuint (count_confirms (f), ==, 0);
          g_assert_false (namida_trust_store_is_trusted (f->hub->trust, key));
          namida_hub_pair_confirm (f->hub, !test->says_no);
        }
    }
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (wait_id);
  paired = namida_hub_pair_finish (f->hub, result, &error);
  g_assert_cmpint (paired, ==, test->code == -1);
  if (!paired)
    g_assert_error (error, NAMIDA_ERROR, test->code);
  g_assert_cmpint (namida_trust_store_is_trusted (f->hub->trust, key), ==, paired);
  if (!paired && g_strcmp0 (test->refuses, "confirm") != 0)
    g_assert_cmpuint (count_confirms (f), ==, 0);
  /* A yes that comes after the end changes nothing. */
  namida_hub_pair_confirm (f->hub, TRUE);
  g_assert_cmpint (namida_trust_store_is_trusted (f->hub->trust, key), ==, paired);
}

static gboolean
has_commitment (Fixture *f)
{
  gboolean has;

  g_mutex_lock (&f->lock);
  has = f->commitment != NULL;
  g_mutex_unlock (&f->lock);
  return has;
}

/* The person here gives up while the other device is slow: its answer is none to anything that comes later. */
static void
test_given_up (Fixture *f, gconstpointer data)
{
  guint wait_id = g_timeout_add_seconds (60, wait_over, NULL);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  g_atomic_int_set (&f->hold, TRUE);
  namida_hub_pair_async (f->hub, f->peer, on_digits, f, NULL, on_result, &result);
  while (!has_commitment (f))
    run_for (1);
  namida_hub_pair_confirm (f->hub, FALSE);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (wait_id);
  g_assert_false (namida_hub_pair_finish (f->hub, result, &error));
  g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_CANCELLED);
  g_atomic_int_set (&f->hold, FALSE);
  run_for (200);
  g_assert_null (f->digits);
  g_mutex_lock (&f->lock);
  g_assert_null (f->revealed);
  g_mutex_unlock (&f->lock);
}

/* The person here says yes, and then no while the other device has not answered: its late yes changes nothing. */
static void
test_taken_back (Fixture *f, gconstpointer data)
{
  const char *key = namida_identity_get_fingerprint (f->theirs);
  guint wait_id = g_timeout_add_seconds (60, wait_over, NULL);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  namida_hub_pair_async (f->hub, f->peer, on_digits, f, NULL, on_result, &result);
  while (f->digits == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_atomic_int_set (&f->hold, TRUE);
  namida_hub_pair_confirm (f->hub, TRUE);
  while (count_confirms (f) == 0)
    run_for (1);
  namida_hub_pair_confirm (f->hub, FALSE);
  namida_hub_pair_confirm (f->hub, TRUE); /* too late */
  g_atomic_int_set (&f->hold, FALSE);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (wait_id);
  g_assert_false (namida_hub_pair_finish (f->hub, result, &error));
  g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_DECLINED);
  run_for (200);
  g_assert_false (namida_trust_store_is_trusted (f->hub->trust, key));
  g_assert_cmpuint (count_confirms (f), ==, 1);
}

int
main (int argc, char **argv)
{
  g_setenv ("LC_ALL", "C.UTF-8", TRUE);
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strdup_printf ("/pair-answers/%s", cases[i].what);

      g_test_add (g_strdelimit (path, " ,", '-'), Fixture, &cases[i], set_up, test_case, tear_down);
    }
  g_test_add ("/pair-answers/given-up", Fixture, &cases[0], set_up, test_given_up, tear_down);
  g_test_add ("/pair-answers/taken-back", Fixture, &cases[0], set_up, test_taken_back, tear_down);
  return g_test_run ();
}
