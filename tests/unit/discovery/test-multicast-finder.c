/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests that devices find each other by multicast on loopback, and that they answer at a limited rate. */
#include <string.h>

#include "namida-clock.h"
#include "namida-multicast-finder.h"
#include "namida-multicast-link.h"
#include "namida-peer-list.h"

#define FP1 "1111111111111111111111111111111111111111111111111111111111111111"
#define FP2 "2222222222222222222222222222222222222222222222222222222222222222"

typedef struct
{
  NamidaMulticastFinder *finder;
  NamidaDeviceInfo *own;
  char *fingerprint; /* only signs of this one count: others may be on the loopback too */
  guint found;
  guint greeted;
  guint lost;
  guint port;
} Device;

static void
on_found (NamidaFinder *finder, NamidaDeviceInfo *info, guint dialect, GInetSocketAddress *address, Device *device)
{
  if (g_strcmp0 (info->uuid, device->fingerprint) != 0)
    return;
  g_assert_true (g_inet_address_get_is_loopback (g_inet_socket_address_get_address (address))
                 || g_inet_address_get_is_link_local (g_inet_socket_address_get_address (address)));
  device->port = g_inet_socket_address_get_port (address);
  device->found++;
}

static void
on_greeted (NamidaFinder *finder, NamidaDeviceInfo *info, guint dialect, GInetSocketAddress *address, Device *device)
{
  if (g_strcmp0 (info->uuid, device->fingerprint) == 0)
    device->greeted++;
}

static void
on_lost (NamidaFinder *finder, NamidaDeviceInfo *info, Device *device)
{
  if (g_strcmp0 (info->uuid, device->fingerprint) == 0)
    device->lost++;
}

static void
device_init (
    Device *device, const char *alias, const char *fingerprint, const char *uuid, const char *other, guint port)
{
  memset (device, 0, sizeof *device);
  device->finder = namida_multicast_finder_new ("lo");
  device->own = namida_device_info_new ();
  g_free (device->own->alias);
  device->own->alias = g_strdup (alias);
  device->own->fingerprint = g_strdup (fingerprint);
  device->own->uuid = g_strdup (uuid);
  device->own->https = fingerprint != NULL;
  device->own->port = (guint16) port;
  device->fingerprint = g_strdup (other);
  g_signal_connect (device->finder, "found", G_CALLBACK (on_found), device);
  g_signal_connect (device->finder, "greeted", G_CALLBACK (on_greeted), device);
  g_signal_connect (device->finder, "lost", G_CALLBACK (on_lost), device);
}

static void
device_clear (Device *device)
{
  g_object_unref (device->finder);
  namida_device_info_unref (device->own);
  g_free (device->fingerprint);
}

static gboolean
on_tick (gpointer data)
{
  return G_SOURCE_CONTINUE;
}

/* Runs the loop until *@value reaches @wanted, at most @ms. */
static void
wait_for (guint *value, guint wanted, guint ms)
{
  gint64 end = g_get_monotonic_time () + (gint64) ms * 1000;
  guint tick = g_timeout_add (20, on_tick, NULL);

  while (*value < wanted && g_get_monotonic_time () < end)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (tick);
}

static gboolean
start (Device *device)
{
  g_autoptr (GError) error = NULL;

  if (namida_finder_start (NAMIDA_FINDER (device->finder), device->own, &error))
    return TRUE;
  g_test_skip (error->message);
  return FALSE;
}

static void
test_two_on_loopback (void)
{
  Device a, b;
  guint never = 0;
  guint found;
  g_autofree char *uuid_a = g_uuid_string_random ();
  g_autofree char *uuid_b = g_uuid_string_random ();

  device_init (&a, "A", FP1, uuid_a, uuid_b, 53321);
  device_init (&b, "B", FP2, uuid_b, uuid_a, 53322);
  if (start (&a) && start (&b))
    {
      wait_for (&a.greeted, 1, 2000);
      wait_for (&b.greeted, 1, 2000);
      g_assert_cmpuint (a.found, >, 0);
      g_assert_cmpuint (b.found, >, 0);
      g_assert_cmpuint (a.greeted, >, 0);
      g_assert_cmpuint (b.greeted, >, 0);
      g_assert_cmpuint (a.port, ==, 53322);
      g_assert_cmpuint (b.port, ==, 53321);
      /* Until the bursts are over, as below. */
      wait_for (&never, 1, 900);
      found = a.found;
      namida_finder_refresh (NAMIDA_FINDER (b.finder));
      wait_for (&a.found, found + 1, 1000);
      g_assert_cmpuint (a.found, >, found);
      namida_finder_stop (NAMIDA_FINDER (b.finder));
      wait_for (&a.lost, 1, 1000);
      g_assert_cmpuint (a.lost, >, 0);
    }
  device_clear (&a);
  device_clear (&b);
}

/* A device whose data was copied from this one has its ID and another key: it is another device. Its greeting comes
 * through several groups and counts once; and it says goodbye when it hides. */
static void
test_same_id (void)
{
  Device a, copy;
  guint found;
  g_autofree char *uuid = g_uuid_string_random ();

  namida_clock_set_fake (100 * G_USEC_PER_SEC);
  device_init (&a, "A", FP1, uuid, uuid, 53321);
  device_init (&copy, "Copy", FP2, uuid, uuid, 53322);
  if (start (&a) && start (&copy))
    {
      wait_for (&a.found, 3, 10000);
      wait_for (&copy.found, 3, 10000);
      g_assert_cmpuint (a.greeted, ==, 1);
      g_assert_cmpuint (copy.greeted, ==, 1);
      g_assert_cmpuint (a.port, ==, 53322);
      g_assert_cmpuint (copy.port, ==, 53321);
      namida_clock_set_fake (101 * G_USEC_PER_SEC);
      found = a.found;
      namida_finder_refresh (NAMIDA_FINDER (copy.finder));
      wait_for (&a.found, found + 3, 10000);
      g_assert_cmpuint (a.greeted, ==, 2);
      namida_multicast_finder_set_silent (copy.finder, TRUE);
      wait_for (&a.lost, 1, 10000);
      g_assert_cmpuint (a.lost, >, 0);
    }
  namida_clock_set_fake (-1);
  device_clear (&a);
  device_clear (&copy);
}

static void
test_answer (void)
{
  Device a, phone;
  guint never = 0;
  guint before;
  g_autofree char *uuid_a = g_uuid_string_random ();
  g_autofree char *uuid_b = g_uuid_string_random ();
  g_autoptr (GInetSocketAddress) address = namida_address_parse ("127.0.0.1");

  device_init (&a, "A", FP1, uuid_a, uuid_b, 53321);
  device_init (&phone, "android", NULL, uuid_b, uuid_a, 53317);
  if (start (&a) && start (&phone))
    {
      /* Until the bursts are over. */
      wait_for (&never, 1, 900);
      before = phone.found;
      phone.greeted = 0;
      namida_multicast_finder_answer (a.finder, phone.own, address);
      namida_multicast_finder_answer (a.finder, phone.own, address);
      wait_for (&never, 1, 800);
      /* Four times to the group; the direct ones reach one of the two sockets, whichever the kernel picks. */
      g_assert_cmpuint (phone.found, >=, before + 4);
      g_assert_cmpuint (phone.found, <=, before + 8);
      g_assert_cmpuint (phone.greeted, ==, 0);
    }
  device_clear (&a);
  device_clear (&phone);
}

static void
on_greeted_stop (
    NamidaFinder *finder, NamidaDeviceInfo *info, guint dialect, GInetSocketAddress *address, Device *device)
{
  namida_finder_stop (finder);
}

/* A handler may stop the finder in the middle of reading. */
static void
test_stop_in_handler (void)
{
  Device a, b;
  guint never = 0;
  g_autofree char *uuid_a = g_uuid_string_random ();
  g_autofree char *uuid_b = g_uuid_string_random ();

  device_init (&a, "A", FP1, uuid_a, uuid_b, 53321);
  device_init (&b, "B", FP2, uuid_b, uuid_a, 53322);
  g_signal_connect (a.finder, "greeted", G_CALLBACK (on_greeted_stop), &a);
  if (start (&a) && start (&b))
    {
      wait_for (&a.greeted, 1, 2000);
      wait_for (&never, 1, 700);
      g_assert_cmpuint (a.greeted, ==, 1);
    }
  device_clear (&a);
  device_clear (&b);
}

static void
test_no_interface (void)
{
  g_autoptr (NamidaMulticastFinder) finder = namida_multicast_finder_new ("no-such-if");
  g_autoptr (NamidaDeviceInfo) own = namida_device_info_new ();
  g_autoptr (GError) error = NULL;

  g_assert_false (namida_finder_start (NAMIDA_FINDER (finder), own, &error));
  g_assert_nonnull (error);
}

static void
test_rate (void)
{
  NamidaRate rate = { 0 };

  namida_clock_set_fake (G_USEC_PER_SEC);
  for (guint i = 0; i < NAMIDA_MULTICAST_PER_SECOND; i++)
    g_assert_true (namida_rate_allow (&rate, NAMIDA_MULTICAST_PER_SECOND));
  g_assert_false (namida_rate_allow (&rate, NAMIDA_MULTICAST_PER_SECOND));
  namida_clock_set_fake (2 * G_USEC_PER_SEC - 1);
  g_assert_false (namida_rate_allow (&rate, NAMIDA_MULTICAST_PER_SECOND));
  namida_clock_set_fake (2 * G_USEC_PER_SEC);
  g_assert_true (namida_rate_allow (&rate, NAMIDA_MULTICAST_PER_SECOND));
  namida_clock_set_fake (-1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  namida_multicast_finder_pace = 5;
  g_test_add_func ("/multicast-finder/two-on-loopback", test_two_on_loopback);
  g_test_add_func ("/multicast-finder/same-id", test_same_id);
  g_test_add_func ("/multicast-finder/answer", test_answer);
  g_test_add_func ("/multicast-finder/stop-in-handler", test_stop_in_handler);
  g_test_add_func ("/multicast-finder/no-interface", test_no_interface);
  g_test_add_func ("/multicast-finder/rate", test_rate);
  return g_test_run ();
}
