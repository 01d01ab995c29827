/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests which port the listener uses, the errors when no port is free or the address is not one of this computer, and
 * how much data the kernel buffers when the rate is limited. */
#include "config.h"

#include "namida-error.h"
#include "namida-limits.h"
#include "namida-listener-sockets.h"

#include <sys/socket.h>

/* Takes every port that is free at @address. Returns: the last one, 0: none was; @error says why there are no more. */
static guint16
take_all (const char *address, GPtrArray *taken, GError **error)
{
  guint16 last = 0;

  for (;;)
    {
      guint16 port = 0;
      GPtrArray *sockets = namida_listener_sockets_open (address, &port, error);

      if (sockets == NULL)
        return last;
      g_assert_cmpuint (port, >, last);
      g_assert_cmpuint (port, >=, NAMIDA_PORT_FIRST);
      g_assert_cmpuint (port, <=, NAMIDA_PORT_LAST);
      g_ptr_array_add (taken, sockets);
      last = port;
    }
}

static void
check_words (const GError *error, gboolean range, guint port)
{
  g_autofree char *first = g_strdup_printf ("%u", NAMIDA_PORT_FIRST);
  g_autofree char *named = g_strdup_printf ("%u", port);

  /* Not “busy”: that is a device which waits for the end of another transfer. */
  g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_INTERNAL);
  g_assert_true (g_utf8_validate (error->message, -1, NULL));
  g_assert_nonnull (strstr (error->message, named));
  g_assert_true ((strstr (error->message, first) != NULL) == (range || port == NAMIDA_PORT_FIRST));
}

static void
test_taken (void)
{
  g_autoptr (GPtrArray) taken = g_ptr_array_new_with_free_func ((GDestroyNotify) g_ptr_array_unref);
  /* Nobody else listens there; who listens everywhere may have some of the ports. */
  g_autofree char *address = g_strdup_printf ("127.%d.%d.%d", g_random_int_range (2, 255), g_random_int_range (1, 255),
                                              g_random_int_range (1, 255));
  g_autoptr (GError) none = NULL;
  g_autoptr (GError) one = NULL;
  g_autoptr (GError) error = NULL;
  guint16 last = take_all (address, taken, &none), port = last;

  if (last == 0)
    {
      g_test_skip ("other programs have all the ports");
      return;
    }
  check_words (none, TRUE, NAMIDA_PORT_LAST);
  g_assert_null (namida_listener_sockets_open (address, &port, &one));
  check_words (one, FALSE, last);

  g_ptr_array_remove_index (taken, taken->len - 1);
  g_assert_cmpuint (take_all (address, taken, &error), ==, last);
}

static int
run_ahead (GPtrArray *sockets)
{
  int bytes = 0;

  g_assert_true (g_socket_get_option (g_ptr_array_index (sockets, 0), SOL_SOCKET, SO_RCVBUF, &bytes, NULL));
  return bytes;
}

/* Senders may run ahead of who reads slowly by a part of a second's worth: at 12 connections of the slowest rate each
 * still moves within the 22 s after which a sender takes it for dead. */
static void
test_rate (void)
{
  guint16 port = 0;
  g_autoptr (GPtrArray) sockets = namida_listener_sockets_open ("127.0.0.1", &port, NULL);
  int all;

  if (sockets == NULL)
    {
      g_test_skip ("other programs have all the ports");
      return;
    }
  namida_listener_sockets_bound (sockets, 0);
  all = run_ahead (sockets);
  namida_listener_sockets_bound (sockets, 10 * 1000);
  /* The kernel doubles what is asked for (socket(7)), for its own keeping. */
  g_assert_cmpint (run_ahead (sockets), <=, 2 * 22 * 10000 / 12);
  namida_listener_sockets_bound (sockets, 400 * 1000);
  g_assert_cmpint (run_ahead (sockets), >=, 100 * 1000);
  g_assert_cmpint (run_ahead (sockets), <=, 200 * 1000);
  namida_listener_sockets_bound (sockets, 0);
  g_assert_cmpint (run_ahead (sockets), >=, MIN (all, 200 * 1000));
}

/* TEST-NET-3 of RFC 5737 is nobody's: not the port is to blame. */
static void
test_foreign_address (void)
{
  guint16 port = 0;
  g_autoptr (GError) error = NULL;

  g_assert_null (namida_listener_sockets_open ("203.0.113.77", &port, &error));
  g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_UNREACHABLE);
  g_assert_nonnull (strstr (error->message, "203.0.113.77"));
  g_assert_null (strstr (error->message, "53327"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/listener-sockets/taken", test_taken);
  g_test_add_func ("/listener-sockets/rate", test_rate);
  g_test_add_func ("/listener-sockets/foreign-address", test_foreign_address);
  return g_test_run ();
}
