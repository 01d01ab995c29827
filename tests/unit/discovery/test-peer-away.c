/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests when a known device is shown as away, and that an away device is listed last and is not chosen by its name if
 * another one is present. */
#include "namida-clock.h"
#include "namida-limits.h"
#include "namida-peer-list-private.h"

#define FP1 "1111111111111111111111111111111111111111111111111111111111111111"
#define FP2 "2222222222222222222222222222222222222222222222222222222222222222"

static NamidaDeviceInfo *
make_info (const char *alias, const char *fingerprint)
{
  NamidaDeviceInfo *info = namida_device_info_new ();

  g_free (info->alias);
  info->alias = g_strdup (alias);
  info->fingerprint = g_strdup (fingerprint);
  info->uuid = g_strdup_printf ("uuid of %.8s", fingerprint);
  info->https = TRUE;
  return info;
}

static NamidaPeer *
see (NamidaPeerList *list, const char *alias, const char *fingerprint, const char *place, gboolean proven)
{
  g_autoptr (NamidaDeviceInfo) info = make_info (alias, fingerprint);
  g_autoptr (GInetSocketAddress) address = namida_address_parse (place);

  return namida_peer_list_sighting (list, info, NAMIDA_DIALECT_V1, address, proven);
}

static void
know (NamidaPeerList *list, const char *alias, const char *fingerprint, const char *place)
{
  g_autoptr (NamidaDeviceInfo) info = make_info (alias, fingerprint);
  g_autoptr (GInetSocketAddress) address = namida_address_parse (place);

  namida_peer_list_add_known (list, info, address, 5);
}

static guint
count (NamidaPeerList *list)
{
  return g_list_model_get_n_items (G_LIST_MODEL (list));
}

static NamidaPeer *
at (NamidaPeerList *list, guint position)
{
  g_autoptr (NamidaPeer) peer = g_list_model_get_item (G_LIST_MODEL (list), position);

  return peer;
}

static void
on_items_changed (GListModel *model, guint position, guint removed, guint added, guint *n)
{
  (*n)++;
}

static void
test_known (void)
{
  g_autoptr (NamidaPeerList) list = namida_peer_list_new ();
  NamidaPeer *peer;
  guint n_changes = 0;

  know (list, "A", FP1, "10.0.0.1");
  know (list, "A again", FP1, "10.0.0.1");
  see (list, "Z", FP2, "10.0.0.2", TRUE);
  g_assert_cmpuint (count (list), ==, 2);
  g_assert_cmpuint (namida_peer_list_get_n_near (list), ==, 1);
  /* Who is away comes last, and is not who is meant. */
  peer = at (list, 1);
  g_assert_cmpstr (namida_peer_get_alias (peer), ==, "A");
  g_assert_true (namida_peer_get_away (peer));
  g_assert_true (namida_peer_get_trusted (peer));
  g_assert_cmpint (namida_peer_get_last_seen (peer), ==, 5);
  g_assert_cmpint (namida_peer_list_match (list, "A", NULL), ==, NAMIDA_MATCH_NONE);
  /* A claim does not bring it near, and gets no name: anybody can say it. */
  g_assert_true (see (list, "Evil", FP1, "10.0.0.66", FALSE) == peer);
  g_assert_true (namida_peer_get_away (peer));
  g_assert_cmpstr (namida_peer_get_alias (peer), ==, "A");
  g_assert_cmpint (namida_peer_get_last_seen (peer), ==, 5);
  /* Its key does. */
  g_signal_connect (list, "items-changed", G_CALLBACK (on_items_changed), &n_changes);
  g_assert_true (see (list, "A", FP1, "10.0.0.7", TRUE) == peer);
  g_assert_false (namida_peer_get_away (peer));
  g_assert_cmpuint (n_changes, ==, 1);
  g_assert_true (at (list, 0) == peer);
  g_assert_cmpint (namida_peer_get_last_seen (peer), >, 5);
  g_assert_cmpint (namida_peer_list_match (list, "A", NULL), ==, NAMIDA_MATCH_ONE);
}

static void
test_sleeps (void)
{
  g_autoptr (NamidaPeerList) list = namida_peer_list_new ();
  NamidaPeer *trusted;
  NamidaPeer *stranger;
  guint n_changes = 0;

  namida_clock_set_fake (1000 * G_USEC_PER_SEC);
  trusted = see (list, "A", FP1, "10.0.0.1", TRUE);
  namida_peer_set_trusted (trusted, TRUE);
  stranger = see (list, "B", FP2, "10.0.0.2", TRUE);
  namida_clock_set_fake (1090 * G_USEC_PER_SEC);
  namida_peer_list_check_silence (list);
  g_signal_connect (list, "items-changed", G_CALLBACK (on_items_changed), &n_changes);
  namida_peer_list_probed (list, stranger, FALSE);
  namida_peer_list_probed (list, trusted, FALSE);
  g_assert_cmpuint (count (list), ==, 1);
  g_assert_true (at (list, 0) == trusted);
  g_assert_true (namida_peer_get_away (trusted));
  g_assert_cmpuint (namida_peer_list_get_n_near (list), ==, 0);
  g_assert_cmpuint (n_changes, ==, 2);
  /* It is not probed any more, and an owner that never tells does not remove it. */
  namida_clock_set_fake ((gint64) 5000 * G_USEC_PER_SEC);
  namida_peer_list_check_silence (list);
  g_assert_cmpuint (count (list), ==, 1);
  g_assert_cmpint (namida_peer_get_last_seen (trusted), ==, 1000 * G_USEC_PER_SEC);
  /* Not trusted any more: nobody waits for it. */
  namida_peer_list_forget_away (list);
  g_assert_cmpuint (count (list), ==, 1);
  namida_peer_set_trusted (trusted, FALSE);
  namida_peer_list_forget_away (list);
  g_assert_cmpuint (count (list), ==, 0);
  namida_clock_set_fake (-1);
}

static void
on_probe (NamidaPeerList *list, NamidaPeer *peer, guint *n)
{
  (*n)++;
}

static void
test_leaves (void)
{
  g_autoptr (NamidaPeerList) list = namida_peer_list_new ();
  g_autoptr (NamidaDeviceInfo) goodbye = make_info ("A", FP1);
  NamidaPeer *peer = see (list, "A", FP1, "10.0.0.1", TRUE);
  guint n = 0;

  namida_peer_set_trusted (peer, TRUE);
  /* The daemon over there stopped, and then the machine slept. */
  namida_peer_list_goodbye (list, goodbye);
  namida_peer_list_probed (list, peer, FALSE);
  g_assert_cmpuint (count (list), ==, 1);
  see (list, "A", FP1, "10.0.0.1", TRUE);
  /* Somebody said goodbye in its name: it is still there, and when it sleeps later it did not leave. */
  goodbye->goodbye = TRUE;
  namida_peer_list_goodbye (list, goodbye);
  namida_peer_list_probed (list, peer, TRUE);
  namida_clock_set_fake (namida_clock_monotonic () + 100 * G_USEC_PER_SEC);
  namida_peer_list_check_silence (list);
  namida_peer_list_probed (list, peer, FALSE);
  g_assert_true (namida_peer_get_away (peer));
  see (list, "A", FP1, "10.0.0.1", TRUE);
  /* It left: it is trusted, and so it is listed as one that fell silent is, and asked no more. */
  namida_peer_list_goodbye (list, goodbye);
  g_signal_connect (list, "probe", G_CALLBACK (on_probe), &n);
  namida_peer_list_probed (list, peer, FALSE);
  namida_peer_list_probed (list, peer, FALSE);
  g_assert_cmpuint (n, ==, 0);
  g_assert_cmpuint (count (list), ==, 1);
  g_assert_true (at (list, 0) == peer);
  g_assert_true (namida_peer_get_away (peer));
  g_assert_cmpuint (namida_peer_list_get_n_near (list), ==, 0);
  /* Who is not trusted goes. */
  see (list, "A", FP1, "10.0.0.1", TRUE);
  namida_peer_set_trusted (peer, FALSE);
  namida_peer_list_goodbye (list, goodbye);
  namida_peer_list_probed (list, peer, FALSE);
  g_assert_cmpuint (count (list), ==, 0);
  namida_clock_set_fake (-1);
}

/* Who leaves while we still talk: an answer from before the goodbye comes in after it. */
static void
test_leaves_at_once (void)
{
  g_autoptr (NamidaPeerList) list = namida_peer_list_new ();
  g_autoptr (NamidaDeviceInfo) goodbye = make_info ("A", FP1);
  NamidaPeer *peer = see (list, "A", FP1, "10.0.0.1", TRUE);
  guint n = 0;

  goodbye->goodbye = TRUE;
  g_signal_connect (list, "probe", G_CALLBACK (on_probe), &n);
  namida_peer_list_goodbye (list, goodbye);
  g_assert_cmpuint (n, ==, 1);
  see (list, "A", FP1, "10.0.0.1", TRUE);
  namida_peer_list_probed (list, peer, FALSE);
  g_assert_cmpuint (n, ==, 2);
  namida_peer_list_probed (list, peer, FALSE);
  g_assert_cmpuint (count (list), ==, 0);
  /* The answer comes when the row has gone: it is looked at once more, and only once. */
  namida_clock_set_fake (1000 * G_USEC_PER_SEC);
  peer = see (list, "A", FP1, "10.0.0.1", TRUE);
  namida_peer_list_goodbye (list, goodbye);
  namida_peer_list_probed (list, peer, FALSE);
  peer = see (list, "A", FP1, "10.0.0.1", TRUE);
  n = 0;
  namida_clock_set_fake (1001 * G_USEC_PER_SEC);
  namida_peer_list_check_silence (list);
  g_assert_cmpuint (n, ==, 0);
  namida_clock_set_fake (1003 * G_USEC_PER_SEC);
  namida_peer_list_check_silence (list);
  g_assert_cmpuint (n, ==, 1);
  namida_peer_list_probed (list, peer, TRUE);
  namida_clock_set_fake (1010 * G_USEC_PER_SEC);
  namida_peer_list_check_silence (list);
  g_assert_cmpuint (n, ==, 1);
  g_assert_cmpuint (count (list), ==, 1);
  namida_clock_set_fake (-1);
}

/* Another device has the address of a trusted one that is away: it is still waited for. */
static void
test_address_taken (void)
{
  g_autoptr (NamidaPeerList) list = namida_peer_list_new ();
  NamidaPeer *peer;

  know (list, "A", FP1, "10.0.0.1");
  peer = at (list, 0);
  see (list, "B", FP2, "10.0.0.1", TRUE);
  g_assert_cmpuint (count (list), ==, 2);
  g_assert_true (at (list, 1) == peer);
  g_assert_true (namida_peer_get_trusted (peer));
  g_assert_cmpuint (g_list_model_get_n_items (namida_peer_get_addresses (peer)), ==, 0);
}

/* Goodbyes of devices that were made up are not remembered without end. */
static void
test_goodbyes (void)
{
  g_autoptr (NamidaPeerList) list = namida_peer_list_new ();

  for (guint i = 0; i < 1000; i++)
    {
      g_autofree char *fingerprint = g_strdup_printf ("%064x", i);
      g_autoptr (NamidaDeviceInfo) goodbye = make_info ("A", fingerprint);

      goodbye->goodbye = TRUE;
      see (list, "A", fingerprint, "10.0.0.1", FALSE);
      namida_peer_list_goodbye (list, goodbye);
      g_assert_cmpuint (count (list), ==, 0);
      g_assert_cmpuint (g_hash_table_size (list->goodbyes), ==, MIN (i + 1, 64));
    }
}

/* However many are made up, those that are known keep their rows. */
static void
test_flood (void)
{
  g_autoptr (NamidaPeerList) list = namida_peer_list_new ();

  know (list, "A", FP1, "10.0.0.1");
  for (guint i = 0; i < NAMIDA_LIMIT_PEERS * 2; i++)
    {
      g_autofree char *fingerprint = g_strdup_printf ("%064X", i);

      see (list, "Made up", fingerprint, "10.0.0.66", FALSE);
    }
  g_assert_cmpuint (count (list), ==, NAMIDA_LIMIT_PEERS);
  g_assert_nonnull (namida_peer_list_find_by_fingerprint (list, FP1));
  /* Nor are all rows theirs. */
  for (guint i = 0; i < NAMIDA_LIMIT_PEERS; i++)
    {
      g_autofree char *fingerprint = g_strdup_printf ("%064X", 0xA0000 + i);

      know (list, "Known", fingerprint, "10.0.0.3");
    }
  g_assert_cmpuint (count (list), ==, NAMIDA_LIMIT_PEERS);
}

/* ---- which address ---- */

static void
rate (NamidaPeer *peer, const char *place, gboolean same_link, gint64 round_trip)
{
  g_autoptr (GInetSocketAddress) address = namida_address_parse (place);

  namida_peer_rate_address (peer, address, same_link, round_trip);
}

static void
assert_order (NamidaPeer *peer, const char *expected)
{
  GListModel *addresses = namida_peer_get_addresses (peer);
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < g_list_model_get_n_items (addresses); i++)
    {
      g_autoptr (GInetSocketAddress) address = g_list_model_get_item (addresses, i);
      g_autofree char *host = g_inet_address_to_string (g_inet_socket_address_get_address (address));

      g_string_append_printf (text, "%s%s", i > 0 ? " " : "", host);
    }
  g_assert_cmpstr (text->str, ==, expected);
}

static void
test_best_address (void)
{
  g_autoptr (NamidaPeerList) list = namida_peer_list_new ();
  NamidaPeer *peer = see (list, "A", FP1, "10.0.0.1", TRUE);
  g_autoptr (GInetSocketAddress) gone = namida_address_parse ("10.0.0.99");

  rate (peer, "10.0.0.1", TRUE, 3000);
  /* By a tunnel, answered last: the same link comes first all the same. */
  see (list, "A", FP1, "100.64.0.1", TRUE);
  rate (peer, "100.64.0.1", FALSE, 1000);
  assert_order (peer, "10.0.0.1 100.64.0.1");
  /* Never tried: after what answers. */
  see (list, "A", FP1, "10.0.0.3", FALSE);
  assert_order (peer, "10.0.0.1 100.64.0.1 10.0.0.3");
  /* Slower by more than chance: the one by Wi-Fi, where the cable is there too. */
  see (list, "A", FP1, "10.0.0.2", TRUE);
  rate (peer, "10.0.0.2", TRUE, 40000);
  assert_order (peer, "10.0.0.1 10.0.0.2 100.64.0.1 10.0.0.3");
  /* A little slower is no reason to show another address. */
  rate (peer, "10.0.0.1", TRUE, 7000);
  rate (peer, "10.0.0.2", TRUE, 4000);
  assert_order (peer, "10.0.0.1 10.0.0.2 100.64.0.1 10.0.0.3");
  /* What fails goes last, and comes back when it answers. */
  rate (peer, "10.0.0.1", TRUE, NAMIDA_PEER_UNREACHABLE);
  assert_order (peer, "10.0.0.2 100.64.0.1 10.0.0.3 10.0.0.1");
  rate (peer, "10.0.0.1", TRUE, 0);
  assert_order (peer, "10.0.0.2 10.0.0.1 100.64.0.1 10.0.0.3");
  /* Not one of its addresses. */
  namida_peer_rate_address (peer, gone, TRUE, 1);
  g_assert_cmpint (namida_peer_get_rated_at (peer, gone), ==, 0);
  assert_order (peer, "10.0.0.2 10.0.0.1 100.64.0.1 10.0.0.3");
}

/* A name stands for what is near: a device that is away is waited for by other means. */
static void
test_not_meant (void)
{
  g_autoptr (NamidaPeerList) list = namida_peer_list_new ();
  NamidaPeer *found = NULL;

  know (list, "Phone", FP1, "10.0.0.1");
  g_assert_cmpint (namida_peer_list_match (list, "phone", &found), ==, NAMIDA_MATCH_NONE);
  g_assert_cmpint (namida_peer_list_match (list, "10.0.0.1", &found), ==, NAMIDA_MATCH_NONE);
  g_assert_null (found);
  see (list, "Phone", FP2, "10.0.0.2", TRUE);
  g_assert_cmpint (namida_peer_list_match (list, "phone", &found), ==, NAMIDA_MATCH_ONE);
  g_assert_cmpstr (namida_peer_get_fingerprint (found), ==, FP2);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/peer-away/known", test_known);
  g_test_add_func ("/peer-away/not-meant", test_not_meant);
  g_test_add_func ("/peer-away/sleeps", test_sleeps);
  g_test_add_func ("/peer-away/leaves", test_leaves);
  g_test_add_func ("/peer-away/leaves-at-once", test_leaves_at_once);
  g_test_add_func ("/peer-away/address-taken", test_address_taken);
  g_test_add_func ("/peer-away/goodbyes", test_goodbyes);
  g_test_add_func ("/peer-away/flood", test_flood);
  g_test_add_func ("/peer-away/best-address", test_best_address);
  return g_test_run ();
}
