/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests that connections to an address use small segments for an hour after large packets did not reach it. The sockets
 * are real ones on loopback, the clock is simulated. The network lab tests that a transfer continues with small
 * segments. */
#include "config.h"

#include "namida-clock.h"
#include "namida-error.h"
#include "namida-limits.h"
#include "namida-path-mtu.h"
#include "namida-tls.h"

#include <netinet/in.h>
#include <netinet/tcp.h>

#define SMALL 1220
#define HOUR (G_GINT64_CONSTANT (3600) * G_USEC_PER_SEC)

/* Whoever comes is left waiting. */
static GInetSocketAddress *
listen_on (GSocketListener *listener)
{
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) any = g_inet_socket_address_new (loopback, 0);
  GSocketAddress *effective = NULL;
  g_autoptr (GError) error = NULL;

  g_socket_listener_add_address (listener, any, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL, &effective, &error);
  g_assert_no_error (error);
  return G_INET_SOCKET_ADDRESS (effective);
}

static GIOStream *
connect_to (GInetSocketAddress *address)
{
  g_autoptr (GIOStream) stream = NULL;
  GIOStream *buffered = NULL;
  g_autoptr (GError) error = NULL;

  stream = namida_stream_connect (NULL, NULL, address, NULL, 5, &buffered, NULL, &error);
  g_assert_no_error (error);
  return buffered;
}

static int
segment_of (GIOStream *stream)
{
  int bytes = 0;

  g_assert_true (
      g_socket_get_option (namida_buffered_stream_get_socket (stream), IPPROTO_TCP, TCP_MAXSEG, &bytes, NULL));
  return bytes;
}

static void
test_remembered (void)
{
  g_autoptr (GSocketListener) listener = g_socket_listener_new ();
  g_autoptr (GInetSocketAddress) address = listen_on (listener);
  g_autoptr (GIOStream) large = NULL, small = NULL, later = NULL;
  g_autoptr (GError) error = NULL;

  namida_clock_set_fake (HOUR);
  large = connect_to (address);
  g_assert_cmpint (segment_of (large), >, SMALL);
  g_assert_false (namida_path_mtu_is_small (address));
  error = namida_path_mtu_suspect (namida_buffered_stream_get_socket (large));
  g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_UNREACHABLE);
  g_assert_true (namida_path_mtu_is_small (address));
  small = connect_to (address);
  g_assert_cmpint (segment_of (small), <=, SMALL);
  /* Small ones do not get through either: it is something else. */
  g_assert_null (namida_path_mtu_suspect (namida_buffered_stream_get_socket (small)));

  namida_clock_set_fake (2 * HOUR + 1);
  g_assert_false (namida_path_mtu_is_small (address));
  later = connect_to (address);
  g_assert_cmpint (segment_of (later), >, SMALL);
  namida_clock_set_fake (-1);
}

/* A side that has hung up answers nothing: that is no matter of large packets. */
static void
test_hung_up (void)
{
  g_autoptr (GSocketListener) listener = g_socket_listener_new ();
  g_autoptr (GInetSocketAddress) address = listen_on (listener);
  g_autoptr (GIOStream) stream = connect_to (address);
  GSocketConnection *other = g_socket_listener_accept (listener, NULL, NULL, NULL);

  /* After everything that the test before remembered: a computer that has just been started has a small clock. */
  namida_clock_set_fake (5 * HOUR);
  g_assert_nonnull (other);
  g_io_stream_close (G_IO_STREAM (other), NULL, NULL);
  g_object_unref (other);
  g_socket_condition_wait (namida_buffered_stream_get_socket (stream), G_IO_IN, NULL, NULL);
  g_assert_null (namida_path_mtu_suspect (namida_buffered_stream_get_socket (stream)));
  g_assert_false (namida_path_mtu_is_small (address));
  namida_clock_set_fake (-1);
}

static void
remember (GSocketListener *listener, GInetSocketAddress *address)
{
  g_autoptr (GIOStream) stream = connect_to (address);
  g_autoptr (GSocketConnection) other = g_socket_listener_accept (listener, NULL, NULL, NULL);
  g_autoptr (GError) error = namida_path_mtu_suspect (namida_buffered_stream_get_socket (stream));

  g_assert_nonnull (other);
  g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_UNREACHABLE);
  g_io_stream_close (stream, NULL, NULL);
  g_io_stream_close (G_IO_STREAM (other), NULL, NULL);
}

/* A stranger may have as many addresses as it likes. */
static void
test_many (void)
{
  g_autoptr (GSocketListener) listener = g_socket_listener_new ();
  g_autoptr (GPtrArray) addresses = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GInetAddress) any = g_inet_address_new_any (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) all = g_inet_socket_address_new (any, 0);
  g_autoptr (GSocketAddress) effective = NULL;
  g_autoptr (GError) error = NULL;

  g_socket_listener_add_address (listener, all, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL, &effective, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < NAMIDA_LIMIT_SMALL_PATHS + 2; i++)
    {
      g_autofree char *host = g_strdup_printf ("127.9.%u.%u", i / 100, i % 100 + 1);

      g_ptr_array_add (addresses, g_inet_socket_address_new_from_string (host, g_inet_socket_address_get_port (
                                                                                   G_INET_SOCKET_ADDRESS (effective))));
      namida_clock_set_fake (10 * HOUR + i);
      remember (listener, addresses->pdata[i]);
    }
  for (guint i = 0; i < addresses->len; i++)
    g_assert_cmpint (namida_path_mtu_is_small (addresses->pdata[i]), ==, i >= 2);

  /* Those whose time is over make room first. */
  namida_clock_set_fake (11 * HOUR + 2);
  remember (listener, addresses->pdata[0]);
  for (guint i = 0; i < addresses->len; i++)
    g_assert_cmpint (namida_path_mtu_is_small (addresses->pdata[i]), ==, i == 0 || i > 2);
  namida_clock_set_fake (-1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/path-mtu/remembered", test_remembered);
  g_test_add_func ("/path-mtu/hung-up", test_hung_up);
  g_test_add_func ("/path-mtu/many", test_many);
  return g_test_run ();
}
