/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests how the reports of the finders become one list of devices: merging, sorting, proven keys instead of claimed
 * ones, limits on addresses, and expiry. */
#include "namida-clock.h"
#include "namida-limits.h"
#include "namida-manual-finder.h"
#include "namida-peer-list-private.h"
#include "namida-peer-private.h"

#define FP1 "1111111111111111111111111111111111111111111111111111111111111111"
#define FP2 "2222222222222222222222222222222222222222222222222222222222222222"

static guint
count (NamidaPeerList *list)
{
  return g_list_model_get_n_items (G_LIST_MODEL (list));
}

static NamidaDeviceInfo *
make_info (const char *alias, const char *fingerprint, const char *uuid)
{
  NamidaDeviceInfo *info = namida_device_info_new ();

  g_free (info->alias);
  info->alias = g_strdup (alias);
  info->fingerprint = g_strdup (fingerprint);
  info->uuid = g_strdup (uuid);
  info->https = fingerprint != NULL;
  return info;
}

static NamidaPeer *
see (NamidaPeerList *list,
     const char *alias,
     const char *fingerprint,
     const char *uuid,
     const char *place,
     gboolean proven)
{
  g_autoptr (NamidaDeviceInfo) info = make_info (alias, fingerprint, uuid);
  g_autoptr (GInetSocketAddress) address = namida_address_parse (place);
  NamidaDialect dialect = fingerprint == NULL ? NAMIDA_DIALECT_PHONE
                          : uuid == NULL      ? NAMIDA_DIALECT_LOCALSEND
                                              : NAMIDA_DIALECT_V1;

  return namida_peer_list_sighting (list, info, dialect, address, proven);
}

static void
assert_address (NamidaPeer *peer, const char *expected)
{
  g_autofree char *text = namida_peer_dup_address_text (peer);

  g_assert_cmpstr (text, ==, expected);
}

/* Anybody can say that a device is at other addresses, too: only so many of them are remembered. */
static void
test_many_addresses (void)
{
  g_autoptr (NamidaPeerList) list = namida_peer_list_new ();
  NamidaPeer *peer = see (list, "PC", FP1, "u1", "10.0.0.1", TRUE);

  for (guint i = 2; i < 100; i++)
    {
      g_autofree char *place = g_strdup_printf ("10.0.0.%u", i);

      see (list, "PC", FP1, "u1", place, FALSE);
      g_assert_cmpuint (g_list_model_get_n_items (namida_peer_get_addresses (peer)), ==,
                        MIN (i, NAMIDA_PEER_MAX_ADDRESSES));
    }
  assert_address (peer, "10.0.0.1:53317");
  for (guint i = 0; i < NAMIDA_PEER_MAX_ADDRESSES; i++)
    {
      /* Those that were claimed later do not push out the others. */
      g_autoptr (GInetSocketAddress) address = g_list_model_get_item (namida_peer_get_addresses (peer), i);
      g_autofree char *text = namida_address_to_text (address);
      g_autofree char *expected = g_strdup_printf ("10.0.0.%u:53317", i + 1);

      g_assert_cmpstr (text, ==, expected);
    }
  g_assert_cmpuint (count (list), ==, 1);
}

/* The same of a device that nothing is proven about: the newest addresses are tried, and a link-local one last. */
static void
test_claimed_addresses (void)
{
  g_autoptr (NamidaPeerList) list = namida_peer_list_new ();
  NamidaPeer *peer = see (list, "PC", FP1, "u1", "10.0.0.1", FALSE);

  see (list, "PC", FP1, "u1", "[fe80::1%1]:53317", FALSE);
  assert_address (peer, "10.0.0.1:53317");
  for (guint i = 2; i < 100; i++)
    {
      g_autofree char *place = g_strdup_printf ("10.0.0.%u", i);
      g_autofree char *shown = g_strconcat (place, ":53317", NULL);

      see (list, "PC", FP1, "u1", place, FALSE);
      assert_address (peer, shown);
      g_assert_cmpuint (g_list_model_get_n_items (namida_peer_get_addresses (peer)), ==,
                        MIN (i + 1, NAMIDA_PEER_MAX_ADDRESSES));
    }
  g_assert_cmpuint (count (list), ==, 1);
}

/* A command that only sends is no device to send to; and its end says nothing about the program that receives there. */
static void
test_sends_only (void)
{
  g_autoptr (NamidaPeerList) list = namida_peer_list_new ();
  g_autoptr (NamidaManualFinder) finder = namida_manual_finder_new ();
  g_autoptr (NamidaDeviceInfo) info = make_info ("PC", FP1, "u1");
  g_autoptr (GInetSocketAddress) address = namida_address_parse ("10.0.0.1");

  namida_peer_list_add_finder (list, NAMIDA_FINDER (finder));
  info->sends_only = TRUE;
  g_assert_null (namida_peer_list_sighting (list, info, NAMIDA_DIALECT_V1, address, TRUE));
  g_assert_cmpuint (count (list), ==, 0);
  see (list, "PC", FP1, "u1", "10.0.0.1", FALSE);
  namida_finder_emit_lost (NAMIDA_FINDER (finder), info);
  g_assert_cmpuint (count (list), ==, 1);
  info->sends_only = FALSE;
  namida_finder_emit_lost (NAMIDA_FINDER (finder), info);
  g_assert_cmpuint (count (list), ==, 0);
}

/* A device without a key proves nothing, however it was reached. */
static void
test_no_key (void)
{
  g_autoptr (NamidaPeerList) list = namida_peer_list_new ();
  NamidaPeer *peer = see (list, "Phone", NULL, "u1", "10.0.0.1", TRUE);

  g_assert_false (namida_peer_get_proven (peer));
  /* So it may be named anew by anybody. */
  see (list, "Telephone", NULL, "u1", "10.0.0.1", FALSE);
  g_assert_cmpstr (namida_peer_get_alias (peer), ==, "Telephone");
}

static void
test_merge (void)
{
  g_autoptr (NamidaPeerList) list = namida_peer_list_new ();
  NamidaPeer *a = see (list, "PC", FP1, "u1", "10.0.0.1", FALSE);
  NamidaPeer *phone;

  g_assert_true (namida_peer_get_encrypted (a));
  g_assert_true (see (list, "PC", FP1, "u1", "[::ffff:10.0.0.1]:53317", FALSE) == a);
  g_assert_true (see (list, "PC", FP1, "u1", "10.0.0.2", FALSE) == a);
  g_assert_cmpuint (count (list), ==, 1);
  g_assert_cmpuint (g_list_model_get_n_items (namida_peer_get_addresses (a)), ==, 2);
  assert_address (a, "10.0.0.2:53317");
  phone = see (list, "Phone", NULL, "u2", "10.0.0.3", FALSE);
  g_assert_false (namida_peer_get_encrypted (phone));
  g_assert_true (see (list, "Phone", NULL, "u2", "10.0.0.4", FALSE) == phone);
  g_assert_true (see (list, "Other", NULL, NULL, "10.0.0.4", FALSE) == phone);
  g_assert_cmpuint (count (list), ==, 2);
  /* Two devices on one machine: one host, two ports. */
  g_assert_true (see (list, "PC", FP2, "u3", "10.0.0.2:53318", FALSE) != a);
  g_assert_cmpuint (count (list), ==, 3);
}

static void
test_self (void)
{
  g_autoptr (NamidaPeerList) list = namida_peer_list_new ();

  namida_peer_list_set_self (list, FP1, "u1");
  g_assert_null (see (list, "Me", FP1, "u9", "10.0.0.1", FALSE));
  g_assert_null (see (list, "Me", NULL, "u1", "10.0.0.1", FALSE));
  /* Another device that says our uuid must not vanish. */
  g_assert_nonnull (see (list, "Not me", FP2, "u1", "10.0.0.2", FALSE));
  g_assert_cmpuint (count (list), ==, 1);
}

static void
test_sorted (void)
{
  g_autoptr (NamidaPeerList) list = namida_peer_list_new ();
  NamidaPeer *c = see (list, "c", FP1, "u1", "10.0.0.1", FALSE);
  g_autoptr (NamidaPeer) first = NULL;

  see (list, "b", FP2, "u2", "10.0.0.2", FALSE);
  see (list, "a", FP1, "u1", "10.0.0.1", FALSE);
  first = g_list_model_get_item (G_LIST_MODEL (list), 0);
  g_assert_true (first == c);
  g_assert_cmpstr (namida_peer_get_alias (first), ==, "a");
  g_assert_cmpuint (count (list), ==, 2);
}

static void
test_spoof (void)
{
  g_autoptr (NamidaPeerList) list = namida_peer_list_new ();
  NamidaPeer *real = see (list, "PC", FP1, "u1", "10.0.0.1", TRUE);
  NamidaPeer *liar;

  g_assert_true (namida_peer_get_proven (real));
  /* Claims the fingerprint from elsewhere: neither name nor first address changes. */
  g_assert_true (see (list, "Evil", FP1, "u1", "10.0.0.66", FALSE) == real);
  g_assert_cmpstr (namida_peer_get_alias (real), ==, "PC");
  assert_address (real, "10.0.0.1:53317");
  /* Claims the uuid only, or the address only. */
  g_assert_true (see (list, "Evil", NULL, "u1", "10.0.0.66", FALSE) == real);
  g_assert_cmpint (namida_peer_get_dialects (real), ==, NAMIDA_DIALECT_V1);
  g_assert_true (namida_peer_get_encrypted (real));
  liar = see (list, "PC", FP2, "u1", "10.0.0.1", FALSE);
  g_assert_true (liar != real);
  assert_address (real, "10.0.0.1:53317");
  g_assert_false (namida_peer_get_proven (liar));
  g_assert_true (namida_peer_list_find_by_fingerprint (list, FP1) == real);
  /* The connection shows who is at the address: the claim about it goes. */
  g_assert_true (see (list, "PC", FP1, "u1", "10.0.0.1", TRUE) == real);
  g_assert_null (namida_peer_list_find_by_fingerprint (list, FP2));
}

static void
test_proof_replaces_claim (void)
{
  g_autoptr (NamidaPeerList) list = namida_peer_list_new ();
  NamidaPeer *peer = see (list, "Evil", FP1, "u1", "10.0.0.66", FALSE);

  g_assert_true (see (list, "PC", FP1, "u1", "10.0.0.1", TRUE) == peer);
  g_assert_cmpstr (namida_peer_get_alias (peer), ==, "PC");
  assert_address (peer, "10.0.0.1:53317");
}

static void
test_phone_upgrade_needs_host (void)
{
  g_autoptr (NamidaPeerList) list = namida_peer_list_new ();
  NamidaPeer *phone = see (list, "Phone", NULL, "u1", "10.0.0.1", FALSE);

  g_assert_true (see (list, "Phone", FP2, "u1", "10.0.0.66", FALSE) != phone);
  assert_address (phone, "10.0.0.1:53317");
  g_assert_true (see (list, "Phone", FP1, "u1", "10.0.0.1", FALSE) == phone);
}

static void
on_probe (NamidaPeerList *list, NamidaPeer *peer, guint *n)
{
  (*n)++;
}

static void
test_expiry (void)
{
  g_autoptr (NamidaPeerList) list = namida_peer_list_new ();
  NamidaPeer *peer;
  guint n = 0;

  g_signal_connect (list, "probe", G_CALLBACK (on_probe), &n);
  namida_clock_set_fake (1000 * G_USEC_PER_SEC);
  peer = see (list, "PC", FP1, "u1", "10.0.0.1", FALSE);
  namida_clock_set_fake (1089 * G_USEC_PER_SEC);
  namida_peer_list_check_silence (list);
  g_assert_cmpuint (n, ==, 0);
  namida_clock_set_fake (1090 * G_USEC_PER_SEC);
  namida_peer_list_check_silence (list);
  namida_peer_list_check_silence (list);
  g_assert_cmpuint (n, ==, 1);
  g_assert_cmpuint (count (list), ==, 1);
  namida_peer_list_probed (list, peer, TRUE);
  namida_clock_set_fake (1180 * G_USEC_PER_SEC);
  namida_peer_list_check_silence (list);
  g_assert_cmpuint (n, ==, 2);
  namida_peer_list_probed (list, peer, FALSE);
  g_assert_cmpuint (count (list), ==, 0);
  /* An owner that never answers. */
  see (list, "PC", FP1, "u1", "10.0.0.1", FALSE);
  namida_clock_set_fake (1270 * G_USEC_PER_SEC);
  namida_peer_list_check_silence (list);
  namida_clock_set_fake (1299 * G_USEC_PER_SEC);
  namida_peer_list_check_silence (list);
  g_assert_cmpuint (count (list), ==, 1);
  namida_clock_set_fake (1300 * G_USEC_PER_SEC);
  namida_peer_list_check_silence (list);
  g_assert_cmpuint (count (list), ==, 0);
  namida_clock_set_fake (-1);
}

/* Nobody looks: nobody is probed, nobody goes; and at the first look it is made up for. */
static void
test_unwatched (void)
{
  g_autoptr (NamidaPeerList) list = namida_peer_list_new ();
  guint n = 0;

  g_signal_connect (list, "probe", G_CALLBACK (on_probe), &n);
  namida_clock_set_fake (1000 * G_USEC_PER_SEC);
  namida_peer_list_set_watched (list, FALSE);
  see (list, "PC", FP1, "u1", "10.0.0.1", TRUE);
  namida_clock_set_fake (2000 * G_USEC_PER_SEC);
  /* Nothing wakes the program up to look after them. */
  g_assert_cmpuint (list->timer, ==, 0);
  g_assert_cmpuint (n, ==, 0);
  g_assert_cmpuint (count (list), ==, 1);
  namida_peer_list_set_watched (list, TRUE);
  g_assert_cmpuint (list->timer, !=, 0);
  g_assert_cmpuint (n, ==, 1);
  namida_clock_set_fake (-1);
}

typedef struct
{
  guint n;
  guint position;
  guint removed;
  guint added;
} Changes;

static void
on_items_changed (GListModel *model, guint position, guint removed, guint added, Changes *changes)
{
  *changes = (Changes){ changes->n + 1, position, removed, added };
}

/* A new name moves the row; the device was never away. */
static void
test_moved (void)
{
  g_autoptr (NamidaPeerList) list = namida_peer_list_new ();
  Changes changes = { 0 };
  NamidaPeer *peer;

  peer = see (list, "A", FP1, "u1", "10.0.0.1", TRUE);
  see (list, "B", FP2, "u2", "10.0.0.2", TRUE);
  g_signal_connect (list, "items-changed", G_CALLBACK (on_items_changed), &changes);
  g_assert_true (see (list, "C", FP1, "u1", "10.0.0.1", TRUE) == peer);
  g_assert_cmpuint (changes.n, ==, 1);
  g_assert_cmpuint (changes.position, ==, 0);
  g_assert_cmpuint (changes.removed, ==, 2);
  g_assert_cmpuint (changes.added, ==, 2);
  g_assert_cmpuint (count (list), ==, 2);
}

static void
test_goodbye (void)
{
  g_autoptr (NamidaPeerList) list = namida_peer_list_new ();
  g_autoptr (NamidaDeviceInfo) one = make_info ("PC", FP1, "u1");
  g_autoptr (NamidaDeviceInfo) two = make_info ("PC", FP2, "u2");
  NamidaPeer *proven;
  guint n = 0;

  g_signal_connect (list, "probe", G_CALLBACK (on_probe), &n);
  see (list, "PC", FP1, "u1", "10.0.0.1", FALSE);
  proven = see (list, "PC", FP2, "u2", "10.0.0.2", TRUE);
  namida_peer_list_goodbye (list, one);
  g_assert_cmpuint (count (list), ==, 1);
  namida_peer_list_goodbye (list, two);
  g_assert_cmpuint (n, ==, 1);
  g_assert_cmpuint (count (list), ==, 1);
  namida_peer_list_probed (list, proven, FALSE);
  g_assert_cmpuint (count (list), ==, 0);
}

static void
test_cap (void)
{
  g_autoptr (NamidaPeerList) list = namida_peer_list_new ();
  g_autofree char *victim = g_strdup_printf ("%064X", 0xFFFF);

  namida_clock_set_fake (1);
  see (list, "Proven", FP1, "u1", "10.0.0.1", TRUE);
  namida_clock_set_fake (2);
  see (list, "Honest", victim, "u2", "10.0.0.2", FALSE);
  /* One host floods: its own oldest go first. */
  for (guint i = 0; i < NAMIDA_LIMIT_PEERS * 2; i++)
    {
      g_autofree char *fingerprint = g_strdup_printf ("%064X", i);

      namida_clock_set_fake (3 + i);
      g_assert_nonnull (see (list, "Flood", fingerprint, "f", "10.0.0.66", FALSE));
      g_assert_cmpuint (count (list), <=, NAMIDA_LIMIT_PEERS);
    }
  g_assert_cmpuint (count (list), ==, NAMIDA_LIMIT_PEERS);
  g_assert_nonnull (namida_peer_list_find_by_fingerprint (list, FP1));
  g_assert_nonnull (namida_peer_list_find_by_fingerprint (list, victim));
  /* Another host's first: the oldest unproven of all makes room, the proven one stays. */
  see (list, "New", FP2, "u3", "10.0.0.3", FALSE);
  g_assert_nonnull (namida_peer_list_find_by_fingerprint (list, FP2));
  g_assert_null (namida_peer_list_find_by_fingerprint (list, victim));
  g_assert_nonnull (namida_peer_list_find_by_fingerprint (list, FP1));
  namida_clock_set_fake (-1);
}

/* A list that is full of devices that were all proven still takes a new one that is: a trusted one never makes room,
 * and of the others who has been silent for longest does. */
/* Devices that are remembered without being there have a limit of their own; those that are near do not count. */
static void
test_cap_of_known (void)
{
  static const guint near[] = { 0, 10, NAMIDA_LIMIT_PEERS - 20 };

  for (guint round = 0; round < G_N_ELEMENTS (near); round++)
    {
      g_autoptr (NamidaPeerList) list = namida_peer_list_new ();

      for (guint i = 0; i < near[round]; i++)
        {
          g_autofree char *fingerprint = g_strdup_printf ("%064X", 0x10000 + i);
          g_autofree char *address = g_strdup_printf ("10.0.%u.%u", i / 200 + 1, i % 200 + 1);

          g_assert_nonnull (see (list, "Near", fingerprint, fingerprint, address, TRUE));
        }
      for (guint i = 0; i < 100; i++)
        {
          g_autofree char *fingerprint = g_strdup_printf ("%064X", i);
          g_autoptr (NamidaDeviceInfo) info = make_info ("Known", fingerprint, fingerprint);

          namida_peer_list_add_known (list, info, NULL, 5);
          namida_peer_list_add_known (list, info, NULL, 6); /* it is there */
        }
      g_assert_cmpuint (count (list), ==, MIN (near[round] + 64, NAMIDA_LIMIT_PEERS));
      g_assert_cmpuint (namida_peer_list_get_n_near (list), ==, near[round]);
    }
}

static void
test_cap_of_proven (void)
{
  g_autoptr (NamidaPeerList) list = namida_peer_list_new ();
  NamidaPeer *trusted;

  namida_clock_set_fake (1);
  trusted = see (list, "Trusted", FP1, "u1", "10.0.0.1", TRUE);
  namida_peer_set_trusted (trusted, TRUE);
  for (guint i = 1; i < NAMIDA_LIMIT_PEERS; i++)
    {
      g_autofree char *fingerprint = g_strdup_printf ("%064X", i);
      g_autofree char *address = g_strdup_printf ("10.0.%u.%u", i / 200 + 1, i % 200 + 1);

      namida_clock_set_fake (1 + i);
      g_assert_nonnull (see (list, "Near", fingerprint, fingerprint, address, TRUE));
    }
  g_assert_cmpuint (count (list), ==, NAMIDA_LIMIT_PEERS);
  g_assert_null (see (list, "Claims", FP2, "u2", "10.1.0.2", FALSE));
  g_assert_nonnull (see (list, "Proven", FP2, "u2", "10.1.0.2", TRUE));
  g_assert_cmpuint (count (list), ==, NAMIDA_LIMIT_PEERS);
  g_assert_nonnull (namida_peer_list_find_by_fingerprint (list, FP1));
  g_assert_null (
      namida_peer_list_find_by_fingerprint (list, "0000000000000000000000000000000000000000000000000000000000000001"));
  g_assert_nonnull (
      namida_peer_list_find_by_fingerprint (list, "0000000000000000000000000000000000000000000000000000000000000002"));
  namida_clock_set_fake (-1);
}

static void
test_match (void)
{
  g_autoptr (NamidaPeerList) list = namida_peer_list_new ();
  NamidaPeer *a = see (list, "Desk PC", FP1, "u1", "10.0.0.1", FALSE);
  NamidaPeer *b = see (list, "Twin", FP2, "u2", "10.0.0.2", FALSE);
  NamidaPeer *found;

  see (list, "Twin", NULL, "u3", "10.0.0.2:53318", FALSE);
  see (list, "11111111", NULL, "u4", "10.0.0.4", FALSE);
  g_assert_cmpint (namida_peer_list_match (list, " desk pc ", &found), ==, NAMIDA_MATCH_ONE);
  g_assert_true (found == a);
  /* Eight digits name a trusted device only; sixteen anyone. */
  g_assert_cmpint (namida_peer_list_match (list, "1111 1111", NULL), ==, NAMIDA_MATCH_NONE);
  g_assert_cmpint (namida_peer_list_match (list, "1111 1111 1111 1111", &found), ==, NAMIDA_MATCH_ONE);
  g_assert_true (found == a);
  namida_peer_set_trusted (a, TRUE);
  g_assert_cmpint (namida_peer_list_match (list, "1111 1111", &found), ==, NAMIDA_MATCH_ONE);
  g_assert_true (found == a);
  g_assert_cmpint (namida_peer_list_match (list, "11111111", &found), ==, NAMIDA_MATCH_ONE);
  g_assert_true (found == a);
  g_assert_cmpint (namida_peer_list_match (list, "2222222", &found), ==, NAMIDA_MATCH_NONE);
  g_assert_cmpint (namida_peer_list_match (list, "twin", &found), ==, NAMIDA_MATCH_SEVERAL);
  g_assert_null (found);
  g_assert_cmpint (namida_peer_list_match (list, "10.0.0.2", NULL), ==, NAMIDA_MATCH_SEVERAL);
  g_assert_cmpint (namida_peer_list_match (list, "10.0.0.2:53317", &found), ==, NAMIDA_MATCH_ONE);
  g_assert_true (found == b);
  g_assert_cmpint (namida_peer_list_match (list, "", &found), ==, NAMIDA_MATCH_NONE);
}

/* A device is often seen at its IPv6 address first, while Namida answers from the IPv4 address of the same device. */
static void
test_player_at_other_address (void)
{
  g_autoptr (NamidaPeerList) list = namida_peer_list_new ();
  g_autoptr (GHashTable) hosts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
  NamidaPeer *peer = see (list, "PC", FP1, "u1", "[fe80::1]:53317", FALSE);

  namida_peer_list_mark_players (list, hosts);
  g_hash_table_insert (hosts, g_strdup ("pixel"), g_inet_address_new_from_string ("10.0.0.1"));
  namida_peer_list_mark_players (list, hosts);
  g_assert_false (namida_peer_get_player (peer));
  g_assert_true (see (list, "PC", FP1, "u1", "10.0.0.1", FALSE) == peer);
  g_assert_true (namida_peer_get_player (peer));
  g_assert_false (namida_peer_get_player (see (list, "Other", FP2, "u2", "10.0.0.2", FALSE)));
  g_hash_table_remove_all (hosts);
  namida_peer_list_mark_players (list, hosts);
  g_assert_false (namida_peer_get_player (peer));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/peer-list/many-addresses", test_many_addresses);
  g_test_add_func ("/peer-list/claimed-addresses", test_claimed_addresses);
  g_test_add_func ("/peer-list/sends-only", test_sends_only);
  g_test_add_func ("/peer-list/no-key", test_no_key);
  g_test_add_func ("/peer-list/merge", test_merge);
  g_test_add_func ("/peer-list/self", test_self);
  g_test_add_func ("/peer-list/sorted", test_sorted);
  g_test_add_func ("/peer-list/spoof", test_spoof);
  g_test_add_func ("/peer-list/proof-replaces-claim", test_proof_replaces_claim);
  g_test_add_func ("/peer-list/phone-upgrade-needs-host", test_phone_upgrade_needs_host);
  g_test_add_func ("/peer-list/expiry", test_expiry);
  g_test_add_func ("/peer-list/unwatched", test_unwatched);
  g_test_add_func ("/peer-list/moved", test_moved);
  g_test_add_func ("/peer-list/goodbye", test_goodbye);
  g_test_add_func ("/peer-list/cap", test_cap);
  g_test_add_func ("/peer-list/cap-of-known", test_cap_of_known);
  g_test_add_func ("/peer-list/cap-of-proven", test_cap_of_proven);
  g_test_add_func ("/peer-list/match", test_match);
  g_test_add_func ("/peer-list/player-at-other-address", test_player_at_other_address);
  return g_test_run ();
}
