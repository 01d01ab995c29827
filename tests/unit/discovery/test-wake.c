/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests that waking up from sleep and changes of the network interfaces are noticed, by the clocks and by logind. */
#include <net/if.h>

#include "namida-fixtures.h"
#include "namida-interface.h"
#include "namida-wake.h"

static GTestDBus *test_bus;
static gint64 slept;

static gint64
fake_clock (void)
{
  return slept;
}

static void
on_woke (NamidaWake *wake, guint *n)
{
  (*n)++;
}

static void
test_clocks (void)
{
  g_autoptr (NamidaWake) wake = namida_wake_new ();
  guint n = 0;

  g_signal_connect (wake, "woke", G_CALLBACK (on_woke), &n);
  /* By the real ones: this machine is awake. */
  namida_wake_check (wake);
  g_assert_cmpuint (n, ==, 0);
  slept = 100 * G_USEC_PER_SEC;
  namida_wake_set_clock (wake, fake_clock);
  namida_wake_check (wake);
  g_assert_cmpuint (n, ==, 0);
  slept += G_USEC_PER_SEC / 10;
  namida_wake_check (wake);
  g_assert_cmpuint (n, ==, 0);
  slept += 60 * G_USEC_PER_SEC;
  namida_wake_check (wake);
  namida_wake_check (wake);
  g_assert_cmpuint (n, ==, 1);
}

static void
say (GDBusConnection *logind, gboolean going)
{
  g_assert_true (g_dbus_connection_emit_signal (logind, NULL, "/org/freedesktop/login1",
                                                "org.freedesktop.login1.Manager", "PrepareForSleep",
                                                g_variant_new ("(b)", going), NULL));
}

static gboolean
on_tick (gpointer data)
{
  return G_SOURCE_CONTINUE;
}

static void
test_logind (void)
{
  g_autoptr (GDBusConnection) logind = fixtures_connect_bus (g_test_dbus_get_bus_address (test_bus));
  g_autoptr (GVariant) answer = NULL;
  g_autoptr (NamidaWake) wake = namida_wake_new ();
  gint64 end = g_get_monotonic_time () + 30 * G_USEC_PER_SEC;
  guint tick = g_timeout_add (20, on_tick, NULL);
  guint n = 0;
  guint before;

  answer = g_dbus_connection_call_sync (logind, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
                                        "RequestName", g_variant_new ("(su)", "org.freedesktop.login1", 0), NULL, 0, -1,
                                        NULL, NULL);
  g_assert_nonnull (answer);
  namida_wake_set_clock (wake, fake_clock);
  g_signal_connect (wake, "woke", G_CALLBACK (on_woke), &n);
  /* Until it listens, which it does not tell. */
  while (n == 0 && g_get_monotonic_time () < end)
    {
      say (logind, TRUE);
      say (logind, FALSE);
      g_main_context_iteration (NULL, TRUE);
    }
  g_assert_cmpuint (n, >, 0);
  /* Going to sleep is no waking, and the clocks do not tell it again. What was said before is through when a later
   * waking is. */
  before = n;
  say (logind, TRUE);
  slept += 60 * G_USEC_PER_SEC;
  say (logind, FALSE);
  while (n == before && g_get_monotonic_time () < end)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (n, >, before);
  before = n;
  namida_wake_check (wake);
  g_assert_cmpuint (n, ==, before);
  g_source_remove (tick);
  g_dbus_connection_close_sync (logind, NULL, NULL);
}

static void
test_interfaces (void)
{
  const guint cable = IFF_UP | IFF_BROADCAST | IFF_MULTICAST;
  static const char *const taken[]
      = { "eth0", "enp3s0", "wlan0", "wlp2s0", "br0", "bond0", "usb0", "ztabcdef12", "bnep0" };
  static const char *const left_out[] = { "docker0",  "br-1a2b3c", "veth12", "virbr0", "podman0",    "lxdbr0", "vmnet8",
                                          "vboxnet0", "cni0",      "wg0",    "tun0",   "tailscale0", "ppp0" };

  for (guint i = 0; i < G_N_ELEMENTS (taken); i++)
    {
      g_assert_true (namida_interface_is_usual (taken[i], cable));
      g_assert_false (namida_interface_is_usual (taken[i], cable | IFF_LOOPBACK));
      g_assert_false (namida_interface_is_usual (taken[i], cable | IFF_POINTOPOINT));
    }
  for (guint i = 0; i < G_N_ELEMENTS (left_out); i++)
    g_assert_false (namida_interface_is_usual (left_out[i], cable));
}

/* A person who names one gets it. */
static void
test_named (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) loopback = namida_interface_list ("lo", &error);
  g_autoptr (GPtrArray) by_address = NULL;
  g_autoptr (GPtrArray) none = NULL;

  g_assert_no_error (error);
  g_assert_cmpuint (loopback->len, ==, 1);
  g_assert_false (((NamidaInterface *) g_ptr_array_index (loopback, 0))->usual);
  by_address = namida_interface_list ("127.0.0.1", &error);
  g_assert_no_error (error);
  g_assert_cmpuint (by_address->len, ==, 1);
  none = namida_interface_list ("nowhere0", &error);
  g_assert_nonnull (error);
  g_assert_cmpuint (none->len, ==, 0);
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  test_bus = g_test_dbus_new (G_TEST_DBUS_NONE);
  g_test_dbus_up (test_bus);
  g_setenv ("DBUS_SYSTEM_BUS_ADDRESS", g_test_dbus_get_bus_address (test_bus), TRUE);
  g_test_add_func ("/wake/clocks", test_clocks);
  g_test_add_func ("/wake/logind", test_logind);
  g_test_add_func ("/interface/usual", test_interfaces);
  g_test_add_func ("/interface/named", test_named);
  result = g_test_run ();
  g_test_dbus_stop (test_bus);
  g_object_unref (test_bus);
  return result;
}
