/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests the stream below TLS, which reads ahead and delays writes. Both ends receive the data in pieces of any size and
 * have socket buffers so small that writes are short; with and without TLS. */
#include "config.h"

#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "namida-error.h"
#include "namida-fixtures.h"
#include "namida-tls.h"

#define SIZE (1536u * 1024 + 7)
#define CLOSINGS 150

static NamidaIdentity *identity;

static GSocketConnection *
connection_of (int fd)
{
  g_autoptr (GSocket) socket = g_socket_new_from_fd (fd, NULL);

  g_assert_nonnull (socket);
  g_socket_set_timeout (socket, 60);
  return g_socket_connection_factory_create_connection (socket);
}

static void
make_pair (int fds[2])
{
  static const int small = 4096;

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), ==, 0);
  for (int i = 0; i < 2; i++)
    g_assert_cmpint (setsockopt (fds[i], SOL_SOCKET, SO_SNDBUF, &small, sizeof small), ==, 0);
}

/* ---- a wire that delivers in pieces ---- */

typedef struct
{
  int from, to;
  guint32 seed;
} Wire;

static gpointer
wire_thread (gpointer user_data)
{
  Wire *wire = user_data;
  g_autoptr (GRand) rand = g_rand_new_with_seed (wire->seed);
  char bytes[8192];
  ssize_t n;

  while ((n = read (wire->from, bytes, sizeof bytes)) > 0)
    for (ssize_t at = 0, step; at < n; at += step)
      {
        step = g_rand_boolean (rand) ? g_rand_int_range (rand, 1, 8) : g_rand_int_range (rand, 1, sizeof bytes);
        step = MIN (step, n - at);
        if (send (wire->to, bytes + at, (gsize) step, MSG_NOSIGNAL) != step)
          return NULL;
      }
  shutdown (wire->to, SHUT_WR);
  return NULL;
}

/* ---- one end ---- */

typedef struct
{
  GIOStream *buffered;
  GIOStream *stream; /* TLS, or @buffered itself */
  guint32 seed;
  const guint8 *data;
  guint8 *got;
} End;

static gboolean
accept_any (GTlsConnection *tls, GTlsCertificate *certificate, GTlsCertificateFlags errors, gpointer user_data)
{
  return TRUE;
}

static void
end_init (End *end, int fd, gboolean tls, gboolean server)
{
  g_autoptr (GSocketConnection) connection = connection_of (fd);

  end->buffered = namida_buffered_stream_new (connection);
  if (!tls)
    end->stream = g_object_ref (end->buffered);
  else if (server)
    end->stream = G_IO_STREAM (namida_tls_server_new (identity, end->buffered, NULL));
  else
    {
      /* From its beginning without a database: newer versions of GLib warn where a system has no certificates. */
      end->stream = g_initable_new (g_tls_backend_get_client_connection_type (g_tls_backend_get_default ()), NULL, NULL,
                                    "base-io-stream", end->buffered, "database", NULL, NULL);
      g_signal_connect (end->stream, "accept-certificate", G_CALLBACK (accept_any), NULL);
    }
  g_assert_nonnull (end->stream);
}

static void
end_clear (End *end)
{
  g_io_stream_close (end->stream, NULL, NULL);
  g_object_unref (end->stream);
  g_object_unref (end->buffered);
}

static gboolean
on_ready (GObject *stream, gpointer done)
{
  *(gboolean *) done = TRUE;
  return G_SOURCE_REMOVE;
}

/* As libsoup waits. */
static void
wait_for (GSource *source)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  gboolean done = FALSE;

  g_source_set_callback (source, G_SOURCE_FUNC (on_ready), &done, NULL);
  g_source_attach (source, context);
  while (!done)
    g_main_context_iteration (context, TRUE);
  g_source_destroy (source);
  g_source_unref (source);
}

static gssize
write_some (End *end, GRand *rand, gsize at, gsize count)
{
  GOutputStream *output = g_io_stream_get_output_stream (end->stream);
  GPollableOutputStream *pollable = G_POLLABLE_OUTPUT_STREAM (output);
  g_autoptr (GError) error = NULL;
  gssize n;

  if (g_rand_boolean (rand))
    n = g_output_stream_write (output, end->data + at, count, NULL, &error);
  else
    /* What could not go out is offered again as it was: TLS wants that. */
    while ((n = g_pollable_output_stream_write_nonblocking (pollable, end->data + at, count, NULL, &error)) < 0
           && g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
      {
        g_clear_error (&error);
        wait_for (g_pollable_output_stream_create_source (pollable, NULL));
      }
  g_assert_no_error (error);
  return n;
}

static gpointer
writer_thread (gpointer user_data)
{
  End *end = user_data;
  g_autoptr (GRand) rand = g_rand_new_with_seed (end->seed);
  gsize at = 0;

  while (at < SIZE)
    {
      gsize count = (gsize) g_rand_int_range (rand, 1, g_rand_boolean (rand) ? 64 : 600 * 1024);

      /* The first bytes shake hands, in which each side waits for the other: nothing may be held back. */
      if (at > 0 && g_rand_int_range (rand, 0, 4) == 0)
        namida_buffered_stream_cork (end->buffered, g_rand_boolean (rand));
      at += (gsize) write_some (end, rand, at, MIN (count, SIZE - at));
    }
  g_assert_true (g_output_stream_flush (g_io_stream_get_output_stream (end->buffered), NULL, NULL));
  namida_buffered_stream_cork (end->buffered, FALSE);
  return NULL;
}

static gpointer
reader_thread (gpointer user_data)
{
  End *end = user_data;
  GInputStream *input = g_io_stream_get_input_stream (end->stream);
  GPollableInputStream *pollable = G_POLLABLE_INPUT_STREAM (input);
  g_autoptr (GRand) rand = g_rand_new_with_seed (end->seed + 1);
  gsize at = 0;

  while (at < SIZE)
    {
      gsize count = (gsize) g_rand_int_range (rand, 1, g_rand_boolean (rand) ? 16 : 400 * 1024);
      g_autoptr (GError) error = NULL;
      gssize n;

      count = MIN (count, SIZE - at);
      if (g_rand_boolean (rand))
        n = g_input_stream_read (input, end->got + at, count, NULL, &error);
      else
        n = g_pollable_input_stream_read_nonblocking (pollable, end->got + at, count, NULL, &error);
      if (n < 0 && g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
        {
          wait_for (g_pollable_input_stream_create_source (pollable, NULL));
          continue;
        }
      g_assert_no_error (error);
      g_assert_cmpint (n, >, 0);
      at += (gsize) n;
    }
  return NULL;
}

/* ---- tests ---- */

static void
test_pieces (gconstpointer tls)
{
  g_autofree guint8 *data = g_malloc (SIZE);
  g_autofree guint8 *got = g_malloc0 (SIZE);
  End one = { .seed = g_test_rand_int (), .data = data }, other = { .seed = g_test_rand_int (), .got = got };
  int left[2], right[2];
  Wire there, back;
  GThread *wires[2], *threads[2];

  for (guint i = 0; i < SIZE; i++)
    data[i] = (guint8) (i * 7 + (i >> 8) + (i >> 16));
  make_pair (left);
  make_pair (right);
  there = (Wire){ .from = left[1], .to = right[0], .seed = g_test_rand_int () };
  back = (Wire){ .from = right[0], .to = left[1], .seed = g_test_rand_int () };
  wires[0] = g_thread_new ("there", wire_thread, &there);
  wires[1] = g_thread_new ("back", wire_thread, &back);
  end_init (&one, left[0], tls != NULL, FALSE);
  end_init (&other, right[1], tls != NULL, TRUE);
  threads[0] = g_thread_new ("writer", writer_thread, &one);
  threads[1] = g_thread_new ("reader", reader_thread, &other);
  g_thread_join (threads[0]);
  g_thread_join (threads[1]);
  g_assert_cmpmem (got, SIZE, data, SIZE);
  end_clear (&one);
  end_clear (&other);
  g_thread_join (wires[0]);
  g_thread_join (wires[1]);
  close (left[1]);
  close (right[0]);
}

static gpointer
read_to_end (gpointer user_data)
{
  GInputStream *input = g_io_stream_get_input_stream (user_data);
  char bytes[5000];

  while (g_input_stream_read (input, bytes, sizeof bytes, NULL, NULL) > 0)
    ;
  return NULL;
}

static gpointer
write_to_end (gpointer user_data)
{
  GOutputStream *output = g_io_stream_get_output_stream (user_data);
  static const char bytes[70000];

  while (g_output_stream_write_all (output, bytes, sizeof bytes, NULL, NULL, NULL))
    ;
  return NULL;
}

/* Whoever serves a connection may find it shut down by another thread at any moment (a person cancels, a place is
 * needed): it ends with an error, and what it held is freed. */
static void
test_shut_down (gconstpointer tls)
{
  for (guint i = 0; i < CLOSINGS; i++)
    {
      End one = { 0 }, other = { 0 };
      GThread *threads[2];
      int fds[2];

      make_pair (fds);
      end_init (&one, fds[0], tls != NULL, FALSE);
      end_init (&other, fds[1], tls != NULL, TRUE);
      namida_buffered_stream_cork (one.buffered, i % 2 == 0);
      threads[0] = g_thread_new ("writer", write_to_end, one.stream);
      threads[1] = g_thread_new ("reader", read_to_end, other.stream);
      g_usleep (g_test_rand_int_range (0, 3000));
      g_socket_shutdown (namida_buffered_stream_get_socket (i % 3 == 0 ? other.buffered : one.buffered), TRUE, TRUE,
                         NULL);
      g_thread_join (threads[0]);
      g_thread_join (threads[1]);
      end_clear (&one);
      end_clear (&other);
    }
}

/* ---- a side that takes nothing, and one that takes slowly ---- */

#define SILENCE_SECONDS 1u
#define SLOW_SILENCE_SECONDS 2u /* a small window stays closed for up to a second */
#define SLOW_BYTES (6 * 25000u) /* what takes much longer than that, at SLOW_PIECE every 50 ms */
#define SLOW_PIECE 2000u

/* Over TCP: the queue of a socketpair is another one. Small buffers, as a slow reader has. */
static void
make_tcp_pair (int fds[2])
{
  static const int small = 4096;
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  socklen_t length = sizeof address;
  int listening = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

  fds[0] = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  g_assert_no_errno (setsockopt (listening, SOL_SOCKET, SO_RCVBUF, &small, sizeof small));
  g_assert_no_errno (setsockopt (fds[0], SOL_SOCKET, SO_SNDBUF, &small, sizeof small));
  g_assert_no_errno (bind (listening, (struct sockaddr *) &address, length));
  g_assert_no_errno (listen (listening, 1));
  g_assert_no_errno (getsockname (listening, (struct sockaddr *) &address, &length));
  g_assert_no_errno (connect (fds[0], (struct sockaddr *) &address, length));
  fds[1] = accept4 (listening, NULL, NULL, SOCK_CLOEXEC);
  g_assert_no_errno (fds[1]);
  close (listening);
}

static gpointer
slow_thread (gpointer user_data)
{
  char bytes[SLOW_PIECE];
  gsize left = SLOW_BYTES;

  while (left > 0)
    {
      ssize_t n = recv (GPOINTER_TO_INT (user_data), bytes, MIN (left, sizeof bytes), 0);

      g_assert_cmpint (n, >, 0);
      left -= (gsize) n;
      g_usleep (50 * 1000);
    }
  return NULL;
}

static void
test_slow (void)
{
  g_autofree guint8 *data = g_malloc0 (SLOW_BYTES);
  g_autoptr (GSocketConnection) connection = NULL;
  g_autoptr (GIOStream) stream = NULL;
  g_autoptr (GError) error = NULL;
  GThread *reader;
  int fds[2];

  make_tcp_pair (fds);
  connection = connection_of (fds[0]);
  stream = namida_buffered_stream_new (connection);
  namida_buffered_stream_set_silence (stream, SLOW_SILENCE_SECONDS);
  reader = g_thread_new ("slow", slow_thread, GINT_TO_POINTER (fds[1]));
  g_assert_true (
      g_output_stream_write_all (g_io_stream_get_output_stream (stream), data, SLOW_BYTES, NULL, NULL, &error));
  g_assert_no_error (error);
  g_assert_true (namida_buffered_stream_wait_taken (stream, NULL, &error));
  g_assert_no_error (error);
  g_thread_join (reader);
  close (fds[1]);
}

static void
test_silent (void)
{
  g_autofree guint8 *data = g_malloc0 (SIZE);
  g_autoptr (GSocketConnection) connection = NULL;
  g_autoptr (GIOStream) stream = NULL;
  g_autoptr (GError) error = NULL;
  int fds[2];

  make_tcp_pair (fds);
  connection = connection_of (fds[0]);
  stream = namida_buffered_stream_new (connection);
  namida_buffered_stream_set_silence (stream, SILENCE_SECONDS);
  g_assert_false (g_output_stream_write_all (g_io_stream_get_output_stream (stream), data, SIZE, NULL, NULL, &error));
  g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_UNREACHABLE);
  close (fds[1]);
}

/* All is written, as far as there is room for it, and an answer is waited for. */
static void
test_silent_answer (void)
{
  g_autofree guint8 *data = g_malloc0 (SIZE);
  g_autoptr (GSocketConnection) connection = NULL;
  g_autoptr (GIOStream) stream = NULL;
  g_autoptr (GError) error = NULL;
  int fds[2];

  make_tcp_pair (fds);
  connection = connection_of (fds[0]);
  stream = namida_buffered_stream_new (connection);
  namida_buffered_stream_set_silence (stream, SILENCE_SECONDS);
  while (send (fds[0], data, SIZE, MSG_DONTWAIT | MSG_NOSIGNAL) > 0)
    g_usleep (1000);
  g_assert_false (namida_buffered_stream_wait_taken (stream, NULL, &error));
  g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_UNREACHABLE);
  close (fds[1]);
}

int
main (int argc, char **argv)
{
  g_autofree char *folder = g_dir_make_tmp ("namida-buffered-XXXXXX", NULL);
  g_autofree char *keys = g_build_filename (folder, "data", NULL);
  g_autoptr (GError) error = NULL;
  int result;

  g_test_init (&argc, &argv, NULL);
  identity = namida_identity_load (keys, &error);
  g_assert_no_error (error);
  g_test_add_data_func ("/buffered-stream/pieces/plain", NULL, test_pieces);
  g_test_add_data_func ("/buffered-stream/pieces/tls", "tls", test_pieces);
  g_test_add_data_func ("/buffered-stream/shut-down/plain", NULL, test_shut_down);
  g_test_add_data_func ("/buffered-stream/shut-down/tls", "tls", test_shut_down);
  g_test_add_func ("/buffered-stream/slow", test_slow);
  g_test_add_func ("/buffered-stream/silent/write", test_silent);
  g_test_add_func ("/buffered-stream/silent/answer", test_silent_answer);
  result = g_test_run ();
  g_object_unref (identity);
  fixtures_remove (folder);
  return result;
}
