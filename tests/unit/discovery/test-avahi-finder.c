/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests the Avahi finder against a simulated daemon (fake-avahi.h): what it publishes, which devices it reports, and
 * how it copes with a daemon that restarts, floods it or sends nonsense. */
#include <string.h>

#include "fake-avahi.h"
#include "namida-avahi-browser.h"
#include "namida-avahi-finder.h"
#include "namida-avahi-txt.h"
#include "namida-limits.h"

#define OWN "1111111111111111111111111111111111111111111111111111111111111111"
#define OTHER "BB11111111111111111111111111111111111111111111111111111111111111"
#define PEER "AA11111111111111111111111111111111111111111111111111111111111111"

static GTestDBus *bus;

typedef struct
{
  FakeAvahi *avahi;
  NamidaAvahiFinder *finder;
  NamidaDeviceInfo *own;
  guint found;
  guint greeted;
  guint lost;
  char *alias;
  GInetSocketAddress *address;
} Fixture;

static NamidaDeviceInfo *
make_info (const char *alias, const char *fingerprint)
{
  NamidaDeviceInfo *info = namida_device_info_new ();

  g_free (info->alias);
  info->alias = g_strdup (alias);
  info->fingerprint = g_strdup (fingerprint);
  info->uuid = g_strdup ("uuid-of-it");
  info->device_type = g_strdup ("desktop");
  info->device_model = g_strdup ("Board");
  info->port = 53318;
  info->https = TRUE;
  return info;
}

static GVariant *
peer_txt (const char *fingerprint)
{
  g_autoptr (NamidaDeviceInfo) info = make_info ("x", fingerprint);

  return g_variant_ref_sink (namida_avahi_txt_new (info));
}

static void
on_found (NamidaFinder *finder, NamidaDeviceInfo *info, guint dialect, GInetSocketAddress *address, Fixture *fixture)
{
  g_assert_cmpuint (dialect, ==, NAMIDA_DIALECT_V1);
  g_free (fixture->alias);
  fixture->alias = g_strdup (info->alias);
  g_set_object (&fixture->address, address);
  fixture->found++;
}

static void
on_greeted (NamidaFinder *finder, NamidaDeviceInfo *info, guint dialect, GInetSocketAddress *address, Fixture *fixture)
{
  fixture->greeted++;
}

static void
on_lost (NamidaFinder *finder, NamidaDeviceInfo *info, Fixture *fixture)
{
  g_assert_cmpstr (info->fingerprint, ==, PEER);
  fixture->lost++;
}

static gboolean
on_tick (gpointer data)
{
  return G_SOURCE_CONTINUE;
}

/* Waits until @value is @wanted, 10 s at most. */
static void
wait_for (guint *value, guint wanted)
{
  guint tick = g_timeout_add (5, on_tick, NULL);
  gint64 end = g_get_monotonic_time () + 10 * G_USEC_PER_SEC;

  while (*value < wanted && g_get_monotonic_time () < end)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (tick);
  g_assert_cmpuint (*value, ==, wanted);
}

/* For what must not happen. */
static void
spin (guint ms)
{
  guint tick = g_timeout_add (5, on_tick, NULL);
  gint64 end = g_get_monotonic_time () + ms * 1000;

  while (g_get_monotonic_time () < end)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (tick);
}

static void
fixture_init (Fixture *fixture, const char *interface, const char *alias)
{
  memset (fixture, 0, sizeof *fixture);
  fixture->own = make_info (alias, OWN);
  fixture->finder = namida_avahi_finder_new (interface);
  g_signal_connect (fixture->finder, "found", G_CALLBACK (on_found), fixture);
  g_signal_connect (fixture->finder, "greeted", G_CALLBACK (on_greeted), fixture);
  g_signal_connect (fixture->finder, "lost", G_CALLBACK (on_lost), fixture);
}

static void
fixture_start (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (namida_finder_start (NAMIDA_FINDER (fixture->finder), fixture->own, &error));
  g_assert_no_error (error);
}

static void
fixture_clear (Fixture *fixture)
{
  namida_finder_stop (NAMIDA_FINDER (fixture->finder));
  spin (20);
  g_object_unref (fixture->finder);
  g_clear_pointer (&fixture->avahi, fake_avahi_free);
  namida_device_info_unref (fixture->own);
  g_free (fixture->alias);
  g_clear_object (&fixture->address);
}

static void
test_no_bus (void)
{
  Fixture fixture;

  g_setenv ("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nonexistent/namida-test-bus", TRUE);
  fixture_init (&fixture, NULL, "Desk");
  fixture_start (&fixture);
  spin (100);
  namida_finder_refresh (NAMIDA_FINDER (fixture.finder));
  spin (100);
  g_assert_cmpuint (fixture.found, ==, 0);
  fixture_clear (&fixture);
  g_setenv ("DBUS_SYSTEM_BUS_ADDRESS", g_test_dbus_get_bus_address (bus), TRUE);
}

static void
test_daemon_comes_and_goes (void)
{
  Fixture fixture;
  g_autoptr (NamidaDeviceInfo) said = NULL;
  g_autoptr (NamidaDeviceInfo) renamed = make_info ("Study", OWN);
  /* With the last reference the connection ends, and what it still had to say: the daemon cleans up by itself then. */
  g_autoptr (GDBusConnection) held = g_bus_get_sync (G_BUS_TYPE_SYSTEM, NULL, NULL);

  g_assert_nonnull (held);
  fixture_init (&fixture, NULL, "Desk");
  fixture_start (&fixture);
  spin (100);
  for (guint i = 0; i < 2; i++)
    {
      fixture.avahi = fake_avahi_new (g_test_dbus_get_bus_address (bus), FALSE);
      wait_for (&fixture.avahi->n_commits, 1);
      g_assert_cmpstr (fixture.avahi->added, ==, "Desk");
      g_assert_cmpuint (fixture.avahi->port, ==, 53318);
      g_assert_cmpint (fixture.avahi->interface, ==, -1);
      wait_for (&fixture.avahi->n_starts, 1);
      g_clear_pointer (&said, namida_device_info_unref);
      said = namida_avahi_txt_parse (fixture.avahi->txt, "Desk", 53318, NULL);
      g_assert_nonnull (said);
      g_assert_cmpstr (said->fingerprint, ==, OWN);
      g_assert_cmpstr (said->uuid, ==, "uuid-of-it");
      if (i == 0)
        {
          g_clear_pointer (&fixture.avahi, fake_avahi_free);
          spin (50);
        }
    }
  g_assert_true (namida_finder_start (NAMIDA_FINDER (fixture.finder), renamed, NULL));
  wait_for (&fixture.avahi->n_commits, 2);
  g_assert_cmpstr (fixture.avahi->added, ==, "Study");
  g_assert_cmpuint (fixture.avahi->n_frees, ==, 1);
  g_assert_cmpuint (fixture.lost, ==, 0);
  /* Its host name collided: the services go until it is settled. */
  namida_avahi_server_emit_state_changed (fixture.avahi->server, 3, "");
  wait_for (&fixture.avahi->n_frees, 2);
  namida_avahi_server_emit_state_changed (fixture.avahi->server, 2, "");
  wait_for (&fixture.avahi->n_commits, 3);
  /* A device that becomes hidden is withdrawn, and published again when it is no longer. */
  renamed->sends_only = TRUE;
  g_assert_true (namida_finder_start (NAMIDA_FINDER (fixture.finder), renamed, NULL));
  wait_for (&fixture.avahi->n_frees, 3);
  renamed->sends_only = FALSE;
  g_assert_true (namida_finder_start (NAMIDA_FINDER (fixture.finder), renamed, NULL));
  wait_for (&fixture.avahi->n_commits, 4);
  namida_finder_stop (NAMIDA_FINDER (fixture.finder));
  wait_for (&fixture.avahi->n_frees, 4);
  fixture_clear (&fixture);
}

static void
test_taken_name (void)
{
  Fixture fixture;

  fixture_init (&fixture, NULL, "Desk PC");
  fixture.avahi = fake_avahi_new (g_test_dbus_get_bus_address (bus), FALSE);
  fixture.avahi->taken = "Desk PC";
  fixture_start (&fixture);
  wait_for (&fixture.avahi->n_commits, 1);
  g_assert_cmpstr (fixture.avahi->added, ==, "Desk PC #2");
  fixture_clear (&fixture);

  fixture_init (&fixture, NULL, "Desk PC");
  fixture.avahi = fake_avahi_new (g_test_dbus_get_bus_address (bus), FALSE);
  fixture.avahi->taken_late = "Desk PC";
  fixture_start (&fixture);
  wait_for (&fixture.avahi->n_commits, 1);
  g_assert_cmpstr (fixture.avahi->added, ==, "Desk PC #2");
  fixture_clear (&fixture);
}

static void
browse (gboolean old, gboolean early)
{
  Fixture fixture;
  GInetSocketAddress *address;

  fixture_init (&fixture, NULL, "Desk");
  fixture.avahi = fake_avahi_new (g_test_dbus_get_bus_address (bus), old);
  fixture.avahi->early = early;
  fixture.avahi->address = "fe80::1234";
  fixture.avahi->found_port = 53319;
  fixture.avahi->found_txt = peer_txt (PEER);
  fixture_start (&fixture);
  wait_for (&fixture.avahi->n_starts, 1);
  if (!early)
    fake_avahi_item (fixture.avahi, TRUE, 1, "Early", 0);
  wait_for (&fixture.greeted, 1);
  g_assert_cmpuint (fixture.found, ==, 1);
  g_assert_cmpstr (fixture.alias, ==, "Early");
  address = fixture.address;
  g_assert_cmpuint (g_inet_socket_address_get_port (address), ==, 53319);
  g_assert_cmpuint (g_inet_socket_address_get_scope_id (address), ==, 1);

  /* What we announce ourselves is no news. */
  fake_avahi_item (fixture.avahi, TRUE, 1, "Desk", 16);
  /* The same device by another interface; it is lost with the last of both. */
  fake_avahi_item (fixture.avahi, TRUE, 2, "Early", 0);
  wait_for (&fixture.greeted, 2);
  fake_avahi_item (fixture.avahi, FALSE, 1, "Early", 0);
  spin (50);
  g_assert_cmpuint (fixture.lost, ==, 0);
  fake_avahi_item (fixture.avahi, FALSE, 2, "Early", 0);
  wait_for (&fixture.lost, 1);
  g_assert_cmpuint (fixture.avahi->n_resolves, ==, 2);
  /* A change of routes that leaves the addresses as they were is no reason to ask everybody again. */
  g_signal_emit_by_name (g_network_monitor_get_default (), "network-changed", TRUE);
  spin (700);
  g_assert_cmpuint (fixture.avahi->n_starts, ==, 1);
  /* A person asks again: the daemon tells all it knows once more. */
  fixture.avahi->early = FALSE;
  namida_finder_refresh (NAMIDA_FINDER (fixture.finder));
  wait_for (&fixture.avahi->n_starts, 2);
  fake_avahi_item (fixture.avahi, TRUE, 1, "Early", 0);
  wait_for (&fixture.greeted, 3);
  fixture_clear (&fixture);
}

static void
test_browse (void)
{
  browse (FALSE, FALSE);
}

static void
test_browse_old (void)
{
  browse (TRUE, TRUE);
}

static void
test_browse_nonsense (void)
{
  static const char *const addresses[]
      = { "8.8.8.8",        "2001:4860:4860::8888", "127.0.0.1", "::1", "::ffff:127.0.0.1",
          "not an address", "224.0.0.251",          "0.0.0.0",   "" };
  static const char *const own_address = "10.0.0.1";
  Fixture fixture;
  guint n = 0;

  fixture_init (&fixture, NULL, "Desk");
  fixture.avahi = fake_avahi_new (g_test_dbus_get_bus_address (bus), FALSE);
  fixture.avahi->found_port = 53319;
  fixture.avahi->found_txt = peer_txt (PEER);
  fixture_start (&fixture);
  wait_for (&fixture.avahi->n_starts, 1);
  fake_avahi_item (fixture.avahi, TRUE, 1, "No address", 0);
  wait_for (&fixture.avahi->n_resolves, ++n);
  for (guint i = 0; i < G_N_ELEMENTS (addresses); i++)
    {
      fixture.avahi->address = addresses[i];
      fake_avahi_item (fixture.avahi, TRUE, 1, "Peer", 0);
      wait_for (&fixture.avahi->n_resolves, ++n);
    }
  fixture.avahi->address = own_address;
  fixture.avahi->found_port = 0;
  fake_avahi_item (fixture.avahi, TRUE, 1, "Peer", 0);
  wait_for (&fixture.avahi->n_resolves, ++n);
  fixture.avahi->found_port = 53319;
  g_clear_pointer (&fixture.avahi->found_txt, g_variant_unref);
  fixture.avahi->found_txt = g_variant_ref_sink (g_variant_new ("aay", NULL));
  fake_avahi_item (fixture.avahi, TRUE, 1, "Peer", 0);
  wait_for (&fixture.avahi->n_resolves, ++n);
  g_clear_pointer (&fixture.avahi->found_txt, g_variant_unref);
  fixture.avahi->found_txt = peer_txt (OWN);
  fake_avahi_item (fixture.avahi, TRUE, 1, "Ourselves", 0);
  wait_for (&fixture.avahi->n_resolves, ++n);
  spin (50);
  g_assert_cmpuint (fixture.found, ==, 0);
  g_assert_cmpuint (fixture.greeted, ==, 0);
  g_clear_pointer (&fixture.avahi->found_txt, g_variant_unref);
  fixture.avahi->found_txt = peer_txt (PEER);
  fake_avahi_item (fixture.avahi, TRUE, 1, "Peer", 0);
  wait_for (&fixture.found, 1);
  fixture_clear (&fixture);
}

static void
on_player (NamidaAvahiFinder *finder, NamidaDeviceInfo *info, GInetSocketAddress *address, GPtrArray *seen)
{
  g_autofree char *host = g_inet_address_to_string (g_inet_socket_address_get_address (address));

  g_ptr_array_add (seen, g_strjoin (" ", info->alias, info->fingerprint, host, NULL));
}

static void
on_player_lost (NamidaAvahiFinder *finder, NamidaDeviceInfo *info, guint *lost)
{
  g_assert_cmpstr (info->fingerprint, ==, "id-7");
  (*lost)++;
}

/* Namida's own sync is seen by its own service, and is never taken for one of ours. */
static void
test_players (void)
{
  static const char *const txt[] = { "device_name=Pixel 8a", "device_id=id-7" };
  GVariantBuilder builder;
  g_autoptr (GPtrArray) seen = g_ptr_array_new_with_free_func (g_free);
  guint lost = 0;
  Fixture fixture;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("aay"));
  for (guint i = 0; i < G_N_ELEMENTS (txt); i++)
    g_variant_builder_add_value (&builder, g_variant_new_fixed_array (G_VARIANT_TYPE_BYTE, txt[i], strlen (txt[i]), 1));
  fixture_init (&fixture, NULL, "Desk");
  fixture.avahi = fake_avahi_new (g_test_dbus_get_bus_address (bus), FALSE);
  fixture.avahi->address = "fe80::77";
  fixture.avahi->found_port = 62310;
  fixture.avahi->found_txt = g_variant_ref_sink (g_variant_builder_end (&builder));
  g_signal_connect (fixture.finder, "player-found", G_CALLBACK (on_player), seen);
  g_signal_connect (fixture.finder, "player-lost", G_CALLBACK (on_player_lost), &lost);
  fixture_start (&fixture);
  wait_for (&fixture.avahi->n_player_starts, 1);
  fake_avahi_player (fixture.avahi, TRUE, "namida-1");
  wait_for (&seen->len, 1);
  g_assert_cmpstr (seen->pdata[0], ==, "Pixel 8a id-7 fe80::77");
  g_assert_cmpuint (fixture.found, ==, 0);
  fake_avahi_player (fixture.avahi, FALSE, "namida-1");
  wait_for (&lost, 1);
  fixture_clear (&fixture);
}

/* More than may wait: no more than a few names are looked up at a time, of those that wait the newest are kept, and all
 * answers are taken. */
static void
test_flood (void)
{
  Fixture fixture;

  fixture_init (&fixture, NULL, "Desk");
  fixture.avahi = fake_avahi_new (g_test_dbus_get_bus_address (bus), FALSE);
  fixture.avahi->found_port = 53319;
  fixture.avahi->address = "10.0.0.1";
  fixture.avahi->found_txt = peer_txt (PEER);
  fixture.avahi->holds = TRUE;
  fixture_start (&fixture);
  wait_for (&fixture.avahi->n_starts, 1);
  for (guint i = 0; i < 5000; i++)
    {
      g_autofree char *name = g_strdup_printf ("Made up %u", i);

      fake_avahi_item (fixture.avahi, TRUE, 1, name, 0);
    }
  fake_avahi_item (fixture.avahi, TRUE, 1, "Real", 0);
  wait_for (&fixture.avahi->n_resolves, NAMIDA_AVAHI_MAX_RESOLVING);
  spin (50);
  g_assert_cmpuint (fixture.avahi->n_resolves, ==, NAMIDA_AVAHI_MAX_RESOLVING);
  /* The answers come after all the names. */
  fake_avahi_release (fixture.avahi);
  for (guint i = 0; i < 500 && g_strcmp0 (fixture.alias, "Real") != 0; i++)
    spin (20);
  g_assert_cmpstr (fixture.alias, ==, "Real");
  g_assert_cmpuint (fixture.greeted, ==, fixture.found);
  g_assert_cmpuint (fixture.avahi->n_resolves, ==, NAMIDA_AVAHI_MAX_RESOLVING + NAMIDA_AVAHI_MAX_WAITING);
  fixture_clear (&fixture);
}

/* More than is remembered: what is beyond that is found, and its end is not told. */
static void
test_many (void)
{
  Fixture fixture;

  fixture_init (&fixture, NULL, "Desk");
  fixture.avahi = fake_avahi_new (g_test_dbus_get_bus_address (bus), FALSE);
  fixture.avahi->found_port = 53319;
  fixture.avahi->address = "10.0.0.1";
  fixture.avahi->found_txt = peer_txt (PEER);
  fixture_start (&fixture);
  wait_for (&fixture.avahi->n_starts, 1);
  for (guint i = 0; i <= NAMIDA_AVAHI_MAX_ITEMS; i++)
    {
      g_autofree char *name = g_strdup_printf ("PC %u", i);

      if (i == NAMIDA_AVAHI_MAX_ITEMS)
        {
          g_variant_unref (fixture.avahi->found_txt);
          fixture.avahi->found_txt = peer_txt (OTHER);
        }
      fake_avahi_item (fixture.avahi, TRUE, 1, name, 0);
      if (i % 128 == 127 || i == NAMIDA_AVAHI_MAX_ITEMS)
        wait_for (&fixture.found, i + 1);
      if (i == NAMIDA_AVAHI_MAX_ITEMS)
        fake_avahi_item (fixture.avahi, FALSE, 1, name, 0);
    }
  spin (50);
  g_assert_cmpuint (fixture.lost, ==, 0);
  fixture_clear (&fixture);
}

/* A daemon that announces nothing still finds others. */
static void
test_no_groups (void)
{
  Fixture fixture;

  fixture_init (&fixture, NULL, "Desk");
  fixture.avahi = fake_avahi_new (g_test_dbus_get_bus_address (bus), FALSE);
  fixture.avahi->refuses_groups = TRUE;
  fixture.avahi->found_port = 53319;
  fixture.avahi->address = "10.0.0.1";
  fixture.avahi->found_txt = peer_txt (PEER);
  fixture_start (&fixture);
  wait_for (&fixture.avahi->n_starts, 1);
  fake_avahi_item (fixture.avahi, TRUE, 1, "Other", 0);
  wait_for (&fixture.found, 1);
  g_assert_cmpuint (fixture.avahi->n_commits, ==, 0);
  fixture_clear (&fixture);
}

static void
test_loopback (void)
{
  Fixture fixture;

  fixture_init (&fixture, "lo", "Desk");
  fixture.avahi = fake_avahi_new (g_test_dbus_get_bus_address (bus), FALSE);
  fixture_start (&fixture);
  namida_finder_refresh (NAMIDA_FINDER (fixture.finder));
  spin (200);
  g_assert_cmpuint (fixture.avahi->n_commits, ==, 0);
  g_assert_cmpuint (fixture.avahi->n_starts, ==, 0);
  fixture_clear (&fixture);
}

static GVariant *
make_txt (const char *const *entries)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("aay"));
  for (guint i = 0; entries[i] != NULL; i++)
    g_variant_builder_add_value (&builder,
                                 g_variant_new_fixed_array (G_VARIANT_TYPE_BYTE, entries[i], strlen (entries[i]), 1));
  return g_variant_ref_sink (g_variant_builder_end (&builder));
}

static NamidaDeviceInfo *
parse (const char *const *entries, const char *name)
{
  g_autoptr (GVariant) txt = make_txt (entries);

  return namida_avahi_txt_parse (txt, name, 53317, NULL);
}

static void
test_txt (void)
{
  g_autofree char *long_alias = g_strnfill (200, 'a');
  g_autofree char *umlauts
      = g_strdup_printf ("%.*s", 120, "ääääääääääääääääääääääääääääääääääääääääääääääääääääääääääää");
  g_autofree char *name = namida_avahi_service_name (umlauts);
  g_autoptr (NamidaDeviceInfo) info
      = parse ((const char *const[]){ "V=1", "id=u", "fp=" PEER, "fp=" OWN, "model", "type=", "x=\xff", NULL },
               long_alias);

  g_assert_nonnull (info);
  g_assert_cmpstr (info->fingerprint, ==, PEER);
  g_assert_null (info->device_type);
  g_assert_null (info->device_model);
  g_assert_true (info->https);
  g_assert_cmpint (g_utf8_strlen (info->alias, -1), ==, NAMIDA_LIMIT_ALIAS_CHARS);
  g_assert_true (g_str_has_suffix (info->alias, "a…"));
  g_assert_cmpuint (strlen (name), <=, NAMIDA_AVAHI_NAME_BYTES);
  g_assert_true (g_utf8_validate (name, -1, NULL));

  g_assert_null (parse ((const char *const[]){ "v=2", "id=u", "fp=" PEER, NULL }, "A"));
  g_assert_null (parse ((const char *const[]){ "id=u", "fp=" PEER, NULL }, "A"));
  g_assert_null (parse ((const char *const[]){ "v=1", "fp=" PEER, NULL }, "A"));
  g_assert_null (parse ((const char *const[]){ "v=1", "id=u", NULL }, "A"));
  g_assert_null (parse ((const char *const[]){ "v=1", "id=u", "fp=AB", NULL }, "A"));
  g_assert_null (parse ((const char *const[]){ "v=1", "id=\xff\xfe", "fp=" PEER, NULL }, "A"));
  g_assert_null (parse ((const char *const[]){ "v=1", "id=u", "fp=" PEER, NULL }, ""));
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  bus = g_test_dbus_new (G_TEST_DBUS_NONE);
  g_test_dbus_up (bus);
  g_setenv ("DBUS_SYSTEM_BUS_ADDRESS", g_test_dbus_get_bus_address (bus), TRUE);
  g_test_add_func ("/avahi-finder/txt", test_txt);
  g_test_add_func ("/avahi-finder/no-bus", test_no_bus);
  g_test_add_func ("/avahi-finder/daemon-comes-and-goes", test_daemon_comes_and_goes);
  g_test_add_func ("/avahi-finder/taken-name", test_taken_name);
  g_test_add_func ("/avahi-finder/browse", test_browse);
  g_test_add_func ("/avahi-finder/browse-old", test_browse_old);
  g_test_add_func ("/avahi-finder/browse-nonsense", test_browse_nonsense);
  g_test_add_func ("/avahi-finder/players", test_players);
  g_test_add_func ("/avahi-finder/flood", test_flood);
  g_test_add_func ("/avahi-finder/many", test_many);
  g_test_add_func ("/avahi-finder/no-groups", test_no_groups);
  g_test_add_func ("/avahi-finder/loopback", test_loopback);
  result = g_test_run ();
  g_test_dbus_stop (bus);
  g_object_unref (bus);
  return result;
}
