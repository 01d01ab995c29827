/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests that the finder of entered addresses probes each of them when it starts, when one is added and when it is
 * refreshed, and never while it is stopped. */
#include "namida-manual-finder.h"
#include "namida-peer-list.h"

static void
on_probe_address (NamidaManualFinder *finder, GInetSocketAddress *address, guint *n)
{
  g_assert_true (G_IS_INET_SOCKET_ADDRESS (address));
  (*n)++;
}

static void
test_probes (void)
{
  g_autoptr (NamidaManualFinder) finder = namida_manual_finder_new ();
  g_autoptr (NamidaDeviceInfo) own = namida_device_info_new ();
  g_autoptr (GInetSocketAddress) a = namida_address_parse ("10.0.0.1");
  g_autoptr (GInetSocketAddress) same = namida_address_parse ("10.0.0.1:53317");
  g_autoptr (GInetSocketAddress) b = namida_address_parse ("10.0.0.1:53318");
  guint n = 0;

  g_signal_connect (finder, "probe-address", G_CALLBACK (on_probe_address), &n);
  namida_manual_finder_add (finder, a);
  g_assert_cmpuint (n, ==, 0);
  g_assert_true (namida_finder_start (NAMIDA_FINDER (finder), own, NULL));
  g_assert_cmpuint (n, ==, 1);
  namida_manual_finder_add (finder, b);
  g_assert_cmpuint (n, ==, 2);
  namida_manual_finder_add (finder, same);
  g_assert_cmpuint (n, ==, 3);
  namida_finder_refresh (NAMIDA_FINDER (finder));
  g_assert_cmpuint (n, ==, 5);
  namida_finder_stop (NAMIDA_FINDER (finder));
  namida_finder_refresh (NAMIDA_FINDER (finder));
  g_assert_cmpuint (n, ==, 5);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/manual-finder/probes", test_probes);
  return g_test_run ();
}
