/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests which addresses a scan of the network probes, and that it finds a device. */
#include "namida-limits.h"
#include "namida-scan-finder.h"

static GPtrArray *
targets (const char *own, guint prefix)
{
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (own);

  return namida_scan_targets (address, prefix);
}

static gboolean
has (GPtrArray *list, const char *text)
{
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (text);

  for (guint i = 0; i < list->len; i++)
    if (g_inet_address_equal (address, g_ptr_array_index (list, i)))
      return TRUE;
  return FALSE;
}

static void
assert_count (const char *own, guint prefix, guint n)
{
  g_autoptr (GPtrArray) list = targets (own, prefix);

  g_assert_cmpuint (list->len, ==, n);
}

static void
test_targets (void)
{
  g_autoptr (GPtrArray) home = targets ("192.168.1.20", 24);
  g_autoptr (GPtrArray) large = targets ("10.9.8.7", 8);

  g_assert_cmpuint (home->len, ==, 253);
  g_assert_true (has (home, "192.168.1.1"));
  g_assert_true (has (home, "192.168.1.254"));
  g_assert_false (has (home, "192.168.1.20"));
  g_assert_false (has (home, "192.168.1.0"));
  g_assert_false (has (home, "192.168.1.255"));
  g_assert_cmpuint (large->len, ==, 253);
  g_assert_true (has (large, "10.9.8.1"));
  g_assert_false (has (large, "10.9.9.1"));
  assert_count ("172.16.0.1", 30, 1);
  assert_count ("172.16.0.1", 31, 1);
  assert_count ("172.16.0.1", 32, 0);
  assert_count ("169.254.3.4", 16, 253);
  /* The own prefix decides, not what kind of address it is. */
  assert_count ("203.0.113.8", 24, 253);
  assert_count ("172.32.0.1", 28, 13);
  assert_count ("100.64.0.1", 10, 253);
  assert_count ("203.0.113.8", 0, 0);
  assert_count ("127.0.0.1", 8, 0);
  assert_count ("fd77::1", 64, 0);
}

typedef struct
{
  guint16 port; /* the one that listens */
  guint hits;
  gboolean cancel;
} Seen;

static void
on_probe_address (NamidaScanFinder *finder, GInetSocketAddress *address, Seen *seen)
{
  g_assert_true (g_inet_address_get_is_loopback (g_inet_socket_address_get_address (address)));
  if (g_inet_socket_address_get_port (address) == seen->port)
    seen->hits++;
  if (seen->cancel)
    namida_scan_finder_cancel (finder);
}

static guint16
listen_somewhere (GSocketListener *listener)
{
  for (guint16 port = NAMIDA_PORT_LAST; port >= NAMIDA_PORT_FIRST; port--)
    {
      g_autoptr (GInetAddress) host = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
      g_autoptr (GSocketAddress) address = g_inet_socket_address_new (host, port);

      if (g_socket_listener_add_address (listener, address, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL, NULL,
                                         NULL))
        return port;
    }
  return 0;
}

static void
run (NamidaScanFinder *finder)
{
  gint64 end = g_get_monotonic_time () + 10 * G_USEC_PER_SEC;

  while (namida_scan_finder_get_scanning (finder) && g_get_monotonic_time () < end)
    g_main_context_iteration (NULL, TRUE);
  g_assert_false (namida_scan_finder_get_scanning (finder));
  g_assert_cmpfloat (namida_scan_finder_get_progress (finder), ==, 1.0);
}

static void
test_scan (void)
{
  g_autoptr (NamidaScanFinder) finder = namida_scan_finder_new ("lo");
  g_autoptr (NamidaDeviceInfo) own = namida_device_info_new ();
  g_autoptr (GSocketListener) listener = g_socket_listener_new ();
  Seen seen = { .port = listen_somewhere (listener) };

  if (seen.port == 0)
    {
      g_test_skip ("every port from 53317 to 53327 is taken");
      return;
    }
  own->port = 1;
  g_signal_connect (finder, "probe-address", G_CALLBACK (on_probe_address), &seen);
  namida_scan_finder_scan (finder);
  g_assert_false (namida_scan_finder_get_scanning (finder));
  g_assert_true (namida_finder_start (NAMIDA_FINDER (finder), own, NULL));
  /* Only when it is asked to. */
  namida_finder_refresh (NAMIDA_FINDER (finder));
  g_assert_false (namida_scan_finder_get_scanning (finder));
  namida_scan_finder_scan (finder);
  g_assert_true (namida_scan_finder_get_scanning (finder));
  g_assert_cmpfloat (namida_scan_finder_get_progress (finder), <, 1.0);
  run (finder);
  g_assert_cmpuint (seen.hits, ==, 1);
  /* A person changes their mind. */
  namida_scan_finder_scan (finder);
  namida_scan_finder_cancel (finder);
  run (finder);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpuint (seen.hits, ==, 1);
  /* In the middle of a report. */
  seen.cancel = TRUE;
  namida_scan_finder_scan (finder);
  run (finder);
  /* Never ourselves. */
  seen.cancel = FALSE;
  seen.hits = 0;
  own->port = seen.port;
  g_assert_true (namida_finder_start (NAMIDA_FINDER (finder), own, NULL));
  namida_scan_finder_scan (finder);
  run (finder);
  g_assert_cmpuint (seen.hits, ==, 0);
  namida_finder_stop (NAMIDA_FINDER (finder));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/scan-finder/targets", test_targets);
  g_test_add_func ("/scan-finder/scan", test_scan);
  return g_test_run ();
}
