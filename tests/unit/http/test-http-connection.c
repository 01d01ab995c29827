/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests the client connection against a small server that misbehaves in one way in each case, with and without TLS. */
#include "config.h"

#include <gio/gio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "namida-clock.h"
#include "namida-error.h"
#include "namida-fixtures.h"
#include "namida-http-connection.h"
#include "namida-limits.h"
#include "namida-tls.h"

#define LARGE (24u * 1024 * 1024)
#define EARLY_BYTES 1000u
/* Fits into the send buffer: no write of it fails. */
#define FITS (700u * 1024)

typedef enum
{
  SERVE_ALL,     /* reads the whole request, says how many bytes the body had, keeps the connection */
  SERVE_EARLY,   /* answers 200 after the first bytes, and does not read on */
  SERVE_REFUSE,  /* 403 after the first bytes */
  SERVE_PAUSE,   /* stops reading for a while */
  SERVE_SILENT,  /* reads everything, never answers */
  SERVE_CHUNKED, /* as ALL, with an answer in chunks */
  SERVE_LAST,    /* as ALL, and hangs up without a word */
  SERVE_EXTRA,   /* as ALL, with bytes behind the answer */
  SERVE_SLOWLY,  /* takes six seconds of the fake clock for each byte of an answer */
} Serve;

typedef struct
{
  gboolean tls;
  Serve serve;
  gulong pause_us;
  char *folder;
  NamidaIdentity *theirs, *ours;
  GSocketService *service;
  GInetSocketAddress *address;
  NamidaHttpPeer peer;
  int open; /* atomic: connections that are served */
} Fixture;

/* ---- the server ---- */

static guint64
server_read_head (GInputStream *input)
{
  g_autoptr (GString) head = g_string_new (NULL);
  const char *length;
  char c;

  while (!g_str_has_suffix (head->str, "\r\n\r\n"))
    {
      if (g_input_stream_read (input, &c, 1, NULL, NULL) != 1)
        return G_MAXUINT64;
      g_string_append_c (head, c);
    }
  length = strstr (head->str, "Content-Length: ");
  return length != NULL ? g_ascii_strtoull (length + strlen ("Content-Length: "), NULL, 10) : 0;
}

static guint64
server_read (GInputStream *input, guint64 length)
{
  g_autofree char *data = g_malloc (256 * 1024);
  guint64 got = 0;

  while (got < length)
    {
      gssize n = g_input_stream_read (input, data, (gsize) MIN (256u * 1024, length - got), NULL, NULL);

      if (n <= 0)
        break;
      got += (guint64) n;
    }
  return got;
}

static void
server_write (GOutputStream *output, const char *text)
{
  g_output_stream_write_all (output, text, strlen (text), NULL, NULL, NULL);
}

static void
server_answer (Fixture *f, GOutputStream *output, guint64 got)
{
  g_autofree char *body = g_strdup_printf ("got %" G_GUINT64_FORMAT, got);
  g_autofree char *text = NULL;

  if (f->serve == SERVE_CHUNKED)
    text = g_strdup_printf ("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                            "2\r\n%.2s\r\n%zx\r\n%s\r\n0\r\n\r\n",
                            body, strlen (body) - 2, body + 2);
  else
    text = g_strdup_printf ("HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n%s%s", strlen (body), body,
                            f->serve == SERVE_EXTRA ? "HTTP/1.1 200 OK\r\n" : "");
  server_write (output, text);
}

static void
server_trickle (GOutputStream *output)
{
  gsize written;

  server_write (output, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
  for (gint64 i = 1; i <= 1000 && g_output_stream_write_all (output, "x", 1, &written, NULL, NULL); i++)
    {
      namida_clock_set_fake (i * 6 * G_USEC_PER_SEC);
      g_usleep (2 * 1000);
    }
}

/* Returns: whether another request may come. */
static gboolean
server_serve (Fixture *f, GInputStream *input, GOutputStream *output)
{
  guint64 length = server_read_head (input);
  guint64 got;

  if (length == G_MAXUINT64)
    return FALSE;
  if (f->serve == SERVE_EARLY || f->serve == SERVE_REFUSE)
    {
      server_read (input, EARLY_BYTES);
      server_write (output, f->serve == SERVE_EARLY ? "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
                                                    : "HTTP/1.1 403 No\r\nContent-Length: 2\r\n\r\nno");
      g_usleep (500 * 1000);
      return FALSE;
    }
  if (f->serve == SERVE_PAUSE)
    g_usleep (f->pause_us);
  got = server_read (input, length);
  if (f->serve == SERVE_SILENT)
    server_read (input, 1);
  else if (f->serve == SERVE_SLOWLY)
    server_trickle (output);
  else
    server_answer (f, output, got);
  return f->serve != SERVE_LAST && got == length;
}

static gboolean
on_run (GThreadedSocketService *service, GSocketConnection *connection, GObject *source, gpointer user_data)
{
  Fixture *f = user_data;
  g_autoptr (GIOStream) stream = G_IO_STREAM (g_object_ref (connection));

  g_atomic_int_inc (&f->open);
  /* Small, so that what was sent is not all taken by this system. */
  if (f->serve == SERVE_EARLY)
    g_socket_set_option (g_socket_connection_get_socket (connection), SOL_SOCKET, SO_RCVBUF, 4096, NULL);
  if (f->tls)
    {
      GIOStream *tls = G_IO_STREAM (namida_tls_server_new (f->theirs, stream, NULL));

      g_object_unref (stream);
      stream = tls;
    }
  while (server_serve (f, g_io_stream_get_input_stream (stream), g_io_stream_get_output_stream (stream)))
    ;
  g_socket_close (g_socket_connection_get_socket (connection), NULL);
  g_atomic_int_add (&f->open, -1);
  return TRUE;
}

static void
set_up (Fixture *f, gconstpointer data)
{
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) any = g_inet_socket_address_new (loopback, 0);
  g_autofree char *theirs = NULL;
  g_autofree char *ours = NULL;
  GSocketAddress *bound = NULL;

  f->tls = GPOINTER_TO_INT (data);
  f->folder = g_dir_make_tmp ("namida-XXXXXX", NULL);
  theirs = g_build_filename (f->folder, "theirs", NULL);
  ours = g_build_filename (f->folder, "ours", NULL);
  f->theirs = namida_identity_load (theirs, NULL);
  f->ours = namida_identity_load (ours, NULL);
  f->service = g_threaded_socket_service_new (8);
  g_assert_true (g_socket_listener_add_address (G_SOCKET_LISTENER (f->service), any, G_SOCKET_TYPE_STREAM,
                                                G_SOCKET_PROTOCOL_TCP, NULL, &bound, NULL));
  f->address = G_INET_SOCKET_ADDRESS (bound);
  g_signal_connect (f->service, "run", G_CALLBACK (on_run), f);
  f->peer = (NamidaHttpPeer){ .identity = f->tls ? f->ours : NULL,
                              .address = f->address,
                              .fingerprint = f->tls ? namida_identity_get_fingerprint (f->theirs) : NULL };
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_socket_service_stop (f->service);
  g_socket_listener_close (G_SOCKET_LISTENER (f->service));
  for (guint i = 0; i < 2000 && g_atomic_int_get (&f->open) > 0; i++)
    g_usleep (5 * 1000);
  g_assert_cmpint (g_atomic_int_get (&f->open), ==, 0);
  g_object_unref (f->service);
  g_object_unref (f->address);
  g_object_unref (f->theirs);
  g_object_unref (f->ours);
  fixtures_remove (f->folder);
  g_free (f->folder);
}

/* ---- the client ---- */

/* The service accepts in the main context. */
typedef struct
{
  Fixture *f;
  gboolean (*run) (Fixture *f, GError **error);
  GError *error;
  gboolean ok;
  int done;
} Client;

static gpointer
client_thread (gpointer data)
{
  Client *client = data;

  client->ok = client->run (client->f, &client->error);
  g_atomic_int_set (&client->done, 1);
  g_main_context_wakeup (NULL);
  return NULL;
}

static void
client_run (Client *client)
{
  GThread *thread = g_thread_new ("client", client_thread, client);

  while (!g_atomic_int_get (&client->done))
    g_main_context_iteration (NULL, TRUE);
  g_thread_join (thread);
}

static void
assert_ok (Fixture *f, gboolean (*run) (Fixture *f, GError **error))
{
  Client client = { .f = f, .run = run };

  client_run (&client);
  g_assert_no_error (client.error);
  g_assert_true (client.ok);
}

static void
assert_fails (Fixture *f, gboolean (*run) (Fixture *f, GError **error), NamidaError code)
{
  Client client = { .f = f, .run = run };

  client_run (&client);
  g_assert_false (client.ok);
  g_assert_error (client.error, NAMIDA_ERROR, (int) code);
  g_error_free (client.error);
}

static gboolean
client_post (NamidaHttpConnection *connection, gsize length, guint seconds, NamidaHttpAnswer *answer, GError **error)
{
  g_autofree char *body = g_malloc0 (length + 1);
  NamidaHttpRequest request = { .target = "/x", .type = "application/octet-stream", .seconds = seconds };

  return namida_http_connection_request (connection, request, body, length, 1024, answer, error);
}

static gboolean
client_post_new (Fixture *f, gsize length, guint seconds, NamidaHttpAnswer *answer, GError **error)
{
  g_autoptr (NamidaHttpConnection) connection = namida_http_connection_new (&f->peer, NULL, error);

  return connection != NULL && client_post (connection, length, seconds, answer, error);
}

static void
assert_body (const NamidaHttpAnswer *answer, const char *text)
{
  g_assert_cmpmem (answer->body->data, answer->body->len, text, strlen (text));
}

static gboolean
run_kept (Fixture *f, GError **error)
{
  g_autoptr (NamidaHttpConnection) connection = namida_http_connection_new (&f->peer, NULL, error);
  g_autofree char *shown = namida_http_connection_dup_fingerprint (connection);

  g_assert_cmpstr (shown, ==, f->peer.fingerprint);
  for (guint i = 0; i < 3; i++)
    {
      g_auto (NamidaHttpAnswer) answer = { 0 };

      g_assert_true (namida_http_connection_is_reusable (connection));
      if (!client_post (connection, i == 1 ? 0 : 300000, 10, &answer, error))
        return FALSE;
      g_assert_cmpuint (answer.head.status, ==, 200);
      g_assert_true (answer.whole);
      assert_body (&answer, i == 1 ? "got 0" : "got 300000");
    }
  return TRUE;
}

static void
test_kept (Fixture *f, gconstpointer data)
{
  assert_ok (f, run_kept);
  f->serve = SERVE_CHUNKED;
  assert_ok (f, run_kept);
}

static gboolean
run_early (Fixture *f, GError **error)
{
  static const gsize sizes[] = { LARGE, FITS };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autoptr (NamidaHttpConnection) connection = namida_http_connection_new (&f->peer, NULL, error);
      g_auto (NamidaHttpAnswer) answer = { 0 };

      if (!client_post (connection, sizes[i], 10, &answer, error))
        return FALSE;
      g_assert_cmpuint (answer.head.status, ==, 200);
      g_assert_false (answer.whole);
      g_assert_false (namida_http_connection_is_reusable (connection));
    }
  return TRUE;
}

static void
test_early (Fixture *f, gconstpointer data)
{
  f->serve = SERVE_EARLY;
  assert_ok (f, run_early);
}

static gboolean
run_refused (Fixture *f, GError **error)
{
  g_auto (NamidaHttpAnswer) answer = { 0 };

  if (!client_post_new (f, LARGE, 10, &answer, error))
    return FALSE;
  g_assert_cmpuint (answer.head.status, ==, 403);
  assert_body (&answer, "no");
  return TRUE;
}

static void
test_refused (Fixture *f, gconstpointer data)
{
  f->serve = SERVE_REFUSE;
  assert_ok (f, run_refused);
}

static gboolean
run_large (Fixture *f, GError **error)
{
  g_auto (NamidaHttpAnswer) answer = { 0 };

  if (!client_post_new (f, LARGE, 0, &answer, error))
    return FALSE;
  g_assert_true (answer.whole);
  return TRUE;
}

/* A receiver that is there and does not read is given more time than one that is gone. */
static void
test_pause (Fixture *f, gconstpointer data)
{
  f->serve = SERVE_PAUSE;
  f->pause_us = 7 * G_USEC_PER_SEC / 4;
  f->peer.silence_seconds = 1;
  f->peer.stall_seconds = 30;
  assert_ok (f, run_large);
  f->peer.stall_seconds = 1;
  assert_fails (f, run_large, NAMIDA_ERROR_UNREACHABLE);
}

static gboolean
run_short (Fixture *f, GError **error)
{
  g_auto (NamidaHttpAnswer) answer = { 0 };

  return client_post_new (f, 10, 1, &answer, error);
}

static void
test_silent (Fixture *f, gconstpointer data)
{
  f->serve = SERVE_SILENT;
  assert_fails (f, run_short, NAMIDA_ERROR_UNREACHABLE);
}

static gboolean
run_total (Fixture *f, GError **error)
{
  g_autoptr (NamidaHttpConnection) connection = namida_http_connection_new (&f->peer, NULL, error);
  NamidaHttpRequest request = { .method = "GET", .target = "/x", .seconds = 10, .total = 20 };
  g_auto (NamidaHttpAnswer) answer = { 0 };

  return namida_http_connection_request (connection, request, NULL, 0, 1000, &answer, error);
}

/* Each byte comes in time, but not all of them. */
static void
test_total (Fixture *f, gconstpointer data)
{
  f->serve = SERVE_SLOWLY;
  namida_clock_set_fake (1);
  assert_fails (f, run_total, NAMIDA_ERROR_UNREACHABLE);
  namida_clock_set_fake (-1);
}

static void
test_extra (Fixture *f, gconstpointer data)
{
  f->serve = SERVE_EXTRA;
  assert_fails (f, run_short, NAMIDA_ERROR_INVALID_REQUEST);
}

static gboolean
run_last (Fixture *f, GError **error)
{
  g_autoptr (NamidaHttpConnection) connection = namida_http_connection_new (&f->peer, NULL, error);
  g_auto (NamidaHttpAnswer) answer = { 0 };

  if (!client_post (connection, 10, 10, &answer, error))
    return FALSE;
  while (g_atomic_int_get (&f->open) > 0)
    g_usleep (1000);
  g_assert_false (namida_http_connection_is_reusable (connection));
  return TRUE;
}

/* A peer that hung up between two requests is noticed before the next one is sent. */
static void
test_hung_up (Fixture *f, gconstpointer data)
{
  f->serve = SERVE_LAST;
  assert_ok (f, run_last);
}

static gboolean
run_unread (Fixture *f, GError **error)
{
  g_autoptr (NamidaHttpConnection) connection = namida_http_connection_new (&f->peer, NULL, error);
  NamidaHttpAnswerHead head;
  guint8 data[64];

  namida_http_connection_begin (connection, &(NamidaHttpRequest){ .method = "GET", .target = "/x" });
  g_assert_false (namida_http_connection_is_reusable (connection));
  if (!namida_http_connection_read_head (connection, &head, error))
    return FALSE;
  g_assert_cmpint (head.content_length, ==, 5);
  g_assert_false (namida_http_connection_is_reusable (connection));
  g_assert_cmpint (namida_http_connection_read_body (connection, data, 3, error), ==, 3);
  g_assert_false (namida_http_connection_is_reusable (connection));
  g_assert_cmpint (namida_http_connection_read_body (connection, data, sizeof data, error), ==, 2);
  g_assert_true (namida_http_connection_is_reusable (connection));
  return TRUE;
}

/* What was not read of one answer must not be taken for the next. */
static void
test_unread (Fixture *f, gconstpointer data)
{
  assert_ok (f, run_unread);
}

static void
test_pinned (Fixture *f, gconstpointer data)
{
  f->peer.fingerprint = namida_identity_get_fingerprint (f->ours);
  assert_fails (f, run_short, NAMIDA_ERROR_NO_SUCH_DEVICE);
}

#define ADD(name, test)                                                                                                \
  g_test_add ("/http/plain/" name, Fixture, GINT_TO_POINTER (FALSE), set_up, test, tear_down);                         \
  g_test_add ("/http/tls/" name, Fixture, GINT_TO_POINTER (TRUE), set_up, test, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("kept", test_kept);
  ADD ("early", test_early);
  ADD ("refused", test_refused);
  ADD ("pause", test_pause);
  ADD ("silent", test_silent);
  ADD ("total", test_total);
  ADD ("extra", test_extra);
  ADD ("hung-up", test_hung_up);
  ADD ("unread", test_unread);
  g_test_add ("/http/tls/pinned", Fixture, GINT_TO_POINTER (TRUE), set_up, test_pinned, tear_down);
  return g_test_run ();
}
