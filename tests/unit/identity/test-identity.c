/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests that the identity is created once and loaded afterwards, the digits of pairing, and that the trust store keeps
 * what it was given. */
#include "namida-clock.h"
#include "namida-error.h"
#include "namida-identity.h"
#include "namida-pairing.h"
#include "namida-trust-store.h"
#include "namida-verify-words.h"

#include <glib/gstdio.h>
#include <sys/stat.h>

#define AA "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define BB "BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB"
#define NONCE_A "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#define NONCE_B "202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f"
/* python3 -c "import hashlib as h; a=bytes.fromhex('aa'*32); b=bytes.fromhex('bb'*32); m=bytes(range(32));
 * n=bytes(range(32,64));
 * d=int.from_bytes(h.sha256(b'namidasync-pair-v1'+a+b+m+n).digest()[:8],'big')%10**6;
 * print('%03d %03d'%divmod(d,1000), h.sha256(m).hexdigest())" */
#define DIGITS "758 019"
#define COMMITMENT "630dcd2966c4336691125448bbb25b4ff412a49c732db2c8abc1b8581bd710dd"

static const char *const files[] = { "key.pem", "certificate.pem", "uuid" };

static char *
file_of (const char *folder, const char *name)
{
  return g_build_filename (folder, "identity", name, NULL);
}

static void
clean_up (const char *folder)
{
  g_autofree char *identity = g_build_filename (folder, "identity", NULL);

  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autofree char *path = file_of (folder, files[i]);

      g_unlink (path);
    }
  g_rmdir (identity);
  g_assert_cmpint (g_rmdir (folder), ==, 0); /* nothing else was left there */
}

static void
assert_refused (const char *folder)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (namida_identity_load (folder, &error));
  g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_STORAGE);
}

static void
test_made_once (void)
{
  g_autofree char *folder = g_dir_make_tmp ("namida-id-XXXXXX", NULL);
  g_autoptr (NamidaIdentity) made = namida_identity_load (folder, NULL);
  g_autoptr (NamidaIdentity) loaded = namida_identity_load (folder, NULL);
  g_autofree char *key = file_of (folder, "key.pem"), *identity = file_of (folder, "");
  g_autoptr (GDateTime) from = NULL, until = NULL;
  struct stat info;

  g_assert_cmpstr (namida_identity_get_fingerprint (made), ==, namida_identity_get_fingerprint (loaded));
  g_assert_cmpstr (namida_identity_get_uuid (made), ==, namida_identity_get_uuid (loaded));
  g_assert_true (namida_fingerprint_is_valid (namida_identity_get_fingerprint (made)));
  g_assert_cmpint (stat (key, &info), ==, 0);
  g_assert_cmpint (info.st_mode & 0777, ==, 0600);
  g_assert_cmpint (stat (identity, &info), ==, 0);
  g_assert_cmpint (info.st_mode & 0777, ==, 0700);
  g_object_get (namida_identity_get_certificate (made), "not-valid-before", &from, "not-valid-after", &until, NULL);
  g_assert_cmpint (g_date_time_get_year (from), ==, 1975);
  g_assert_cmpint (g_date_time_get_year (until), ==, 4096);
  clean_up (folder);
}

static void
test_half_refused (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autofree char *folder = g_dir_make_tmp ("namida-id-XXXXXX", NULL);
      g_autoptr (NamidaIdentity) made = namida_identity_load (folder, NULL);
      g_autofree char *path = file_of (folder, files[i]);

      g_assert_nonnull (made);
      g_unlink (path);
      assert_refused (folder);
      g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
      g_assert_true (g_file_set_contents_full (path, "damaged", -1, G_FILE_SET_CONTENTS_NONE, 0600, NULL));
      assert_refused (folder);
      clean_up (folder);
    }
}

static void
test_wrong_mode_refused (void)
{
  g_autofree char *folder = g_dir_make_tmp ("namida-id-XXXXXX", NULL);
  g_autoptr (NamidaIdentity) made = namida_identity_load (folder, NULL);
  g_autofree char *key = file_of (folder, "key.pem");

  g_assert_nonnull (made);
  g_assert_cmpint (g_chmod (key, 0640), ==, 0);
  assert_refused (folder);
  clean_up (folder);
}

static void
test_foreign_key_refused (void)
{
  g_autofree char *one = g_dir_make_tmp ("namida-id-XXXXXX", NULL), *two = g_dir_make_tmp ("namida-id-XXXXXX", NULL);
  g_autoptr (NamidaIdentity) first = namida_identity_load (one, NULL);
  g_autoptr (NamidaIdentity) second = namida_identity_load (two, NULL);
  g_autofree char *from = file_of (one, "key.pem"), *to = file_of (two, "key.pem");

  g_assert_cmpstr (namida_identity_get_fingerprint (first), !=, namida_identity_get_fingerprint (second));
  g_assert_cmpint (g_rename (from, to), ==, 0);
  assert_refused (two);
  clean_up (one);
  clean_up (two);
}

static void
test_host_name (void)
{
  static const char *const names[][2]
      = { { "desk-pc.local", "Desk PC" }, { "nas", "NAS" },           { "örn_box", "Örn Box" },
          { "localhost", "Computer" },    { "10.0.0.5", "Computer" }, { "", "Computer" } };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *name = namida_identity_readable_host_name (names[i][0]);

      g_assert_cmpstr (name, ==, names[i][1]);
    }
}

static void
test_pairing (void)
{
  g_autofree char *digits = namida_pairing_digits (AA, BB, NONCE_A, NONCE_B);
  g_autofree char *swapped = namida_pairing_digits (BB, AA, NONCE_A, NONCE_B);
  g_autofree char *commitment = namida_pairing_commitment (NONCE_A);

  g_assert_cmpstr (digits, ==, DIGITS);
  g_assert_cmpstr (swapped, !=, DIGITS);
  g_assert_cmpstr (commitment, ==, COMMITMENT);
  g_assert_null (namida_pairing_commitment ("00"));
  g_assert_null (namida_pairing_digits ("x", BB, NONCE_A, NONCE_B));
  g_assert_false (namida_pairing_nonce_is_valid (AA)); /* upper case */
}

static void
test_trust_kept (void)
{
  g_autoptr (NamidaDatabase) database = namida_database_open (NULL, NULL);
  g_autoptr (NamidaTrustStore) store = namida_trust_store_new (database, NULL);
  g_autoptr (NamidaTrustStore) again = NULL;
  g_autoptr (GPtrArray) list = NULL;
  const NamidaTrusted *row;

  namida_clock_set_fake (1000);
  namida_trust_store_add (store, AA, "uuid-a", "Phone");
  namida_trust_store_add (store, BB, NULL, "Desk");
  namida_trust_store_set_auto_accept (store, AA, FALSE);
  namida_clock_set_fake (2000);
  namida_trust_store_seen (store, AA, "10.0.0.5:53317");
  namida_trust_store_rename (store, AA, "My\u202e phone");
  namida_trust_store_add (store, AA, "uuid-a", "Phone 2");
  namida_trust_store_remove (store, BB);
  namida_clock_set_fake (-1);
  namida_trust_store_flush (store, NULL);

  again = namida_trust_store_new (database, NULL);
  list = namida_trust_store_list (again);
  g_assert_cmpuint (list->len, ==, 1);
  g_assert_false (namida_trust_store_is_trusted (again, BB));
  g_assert_false (namida_trust_store_is_trusted (again, "junk"));
  row = namida_trust_store_lookup_uuid (again, "uuid-a");
  g_assert_cmpstr (row->fingerprint, ==, AA);
  g_assert_cmpstr (row->alias, ==, "Phone 2");
  g_assert_cmpstr (row->last_address, ==, "10.0.0.5:53317");
  g_assert_cmpint (row->last_seen, ==, 2000);
  g_assert_false (row->auto_accept);
}

static int stop;

static gpointer
ask_again_and_again (gpointer store)
{
  gsize times = 0;

  while (!g_atomic_int_get (&stop))
    {
      g_assert_true (namida_trust_store_is_trusted (store, AA));
      namida_trust_store_is_trusted (store, BB);
      times++;
    }
  return GSIZE_TO_POINTER (times);
}

static void
test_trust_threads (void)
{
  g_autoptr (NamidaDatabase) database = namida_database_open (NULL, NULL);
  g_autoptr (NamidaTrustStore) store = namida_trust_store_new (database, NULL);
  GThread *threads[3];

  namida_trust_store_add (store, AA, NULL, "Phone");
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("asker", ask_again_and_again, store);
  for (guint i = 0; i < 500; i++)
    {
      namida_trust_store_seen (store, AA, i % 2 == 0 ? "a" : "b");
      namida_trust_store_add (store, BB, NULL, "Desk");
      namida_trust_store_remove (store, BB);
    }
  g_atomic_int_set (&stop, 1);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  namida_trust_store_flush (store, NULL);
  {
    g_autoptr (NamidaTrustStore) again = namida_trust_store_new (database, NULL);

    g_assert_false (namida_trust_store_is_trusted (again, BB));
    g_assert_cmpstr (namida_trust_store_lookup (again, AA)->last_address, ==, "b");
  }
}

/* As other programs print it, and as it is copied. */
static void
test_whole (void)
{
  static const char *const same[] = {
    "545D9066BB3903359D5D663A7D07E84F0C6F7A5CF73F7C9A8F8A38749D416924",
    "545d9066bb3903359d5d663a7d07e84f0c6f7a5cf73f7c9a8f8a38749d416924",
    "545D 9066 BB39 0335 9D5D 663A 7D07 E84F 0C6F 7A5C F73F 7C9A 8F8A 3874 9D41 6924",
    "54:5D:90:66:BB:39:03:35:9D:5D:66:3A:7D:07:E8:4F:0C:6F:7A:5C:F7:3F:7C:9A:8F:8A:38:74:9D:41:69:24",
  };
  static const char *const none[] = {
    "",
    "545D9066",
    "545D9066BB3903359D5D663A7D07E84F0C6F7A5CF73F7C9A8F8A38749D4169240",
    "545D9066BB3903359D5D663A7D07E84F0C6F7A5CF73F7C9A8F8A38749D41692G",
    "545D9066-BB3903359D5D663A7D07E84F0C6F7A5CF73F7C9A8F8A38749D416924",
  };

  for (guint i = 0; i < G_N_ELEMENTS (same); i++)
    {
      g_autofree char *whole = namida_fingerprint_dup_whole (same[i]);

      g_assert_cmpstr (whole, ==, same[0]);
    }
  for (guint i = 0; i < G_N_ELEMENTS (none); i++)
    g_assert_null (namida_fingerprint_dup_whole (none[i]));
}

/* Eight digits name a trusted device, sixteen any other one: a key with eight given digits is made in minutes. */
static void
test_named (void)
{
  static const char *const key = "545D9066BB3903359D5D663A7D07E84F0C6F7A5CF73F7C9A8F8A38749D416924";

  g_assert_true (namida_fingerprint_is_named (key, "545D9066", TRUE));
  g_assert_true (namida_fingerprint_is_named (key, "545d 9066", TRUE));
  g_assert_false (namida_fingerprint_is_named (key, "545D906", TRUE));
  g_assert_false (namida_fingerprint_is_named (key, "545D 906", TRUE));
  g_assert_false (namida_fingerprint_is_named (key, "545D9066", FALSE));
  g_assert_false (namida_fingerprint_is_named (key, "545D9066BB39033", FALSE));
  g_assert_true (namida_fingerprint_is_named (key, "545D9066BB390335", FALSE));
  g_assert_true (namida_fingerprint_is_named (key, "54:5d:90:66:bb:39:03:35", FALSE));
  g_assert_true (namida_fingerprint_is_named (key, key, FALSE));
  g_assert_false (namida_fingerprint_is_named (key, "545D9066BB390336", FALSE));
  g_assert_false (namida_fingerprint_is_named (key, "545D9066 and more", TRUE));
  g_assert_false (namida_fingerprint_is_named (NULL, "545D9066BB390335", FALSE));
  g_assert_false (namida_fingerprint_is_named ("AB12", "AB12AB12AB12AB12", FALSE));
}

/* python3: d = int.from_bytes(sha256(("AA"*32 + "BB"*32).encode()).digest()[:16], "big"), sixteen times d % 272, the
 * last one first; the icons are those of LocalSend's fingerprint_alphabet.dart. */
static void
test_verify_words (void)
{
  static const char *const icons[] = { "down arrow",
                                       "trash can with cross",
                                       "clipboard with left arrow",
                                       "left angle, long",
                                       "taxi",
                                       "camera",
                                       "cloud with up arrow",
                                       "pencil",
                                       "card with letter",
                                       "down arrow on line",
                                       "screen with two corners",
                                       "flash with letter A",
                                       "nine squares",
                                       "wallet",
                                       "two bookmarks",
                                       "folder",
                                       NULL };
  g_auto (GStrv) words = namida_verify_words (AA, BB);
  g_auto (GStrv) other_side = namida_verify_words (BB, AA);
  g_autofree char *hex = namida_verify_dup_hex (BB, AA);

  g_assert_cmpstrv (words, icons);
  g_assert_cmpstrv (other_side, icons);
  g_assert_cmpstr (hex, ==, AA BB);
}

/* What both people compare depends on each digit of both keys and of both nonces, and the commitment on each of its
 * nonce; what is no key or no nonce has neither. */
static void
test_pairing_digits_all (void)
{
  g_autofree char *digits = namida_pairing_digits (AA, BB, NONCE_A, NONCE_B);
  g_autofree char *commitment = namida_pairing_commitment (NONCE_A);

  for (guint which = 0; which < 4; which++)
    for (guint i = 0; i < 64; i++)
      {
        const char *right[] = { AA, BB, NONCE_A, NONCE_B };
        g_autofree char *changed = g_strdup (right[which]);
        g_autofree char *others = NULL;
        g_autofree char *none = NULL;

        changed[i] = changed[i] == '1' ? '2' : '1';
        right[which] = changed;
        others = namida_pairing_digits (right[0], right[1], right[2], right[3]);
        g_assert_nonnull (others);
        g_assert_cmpstr (others, !=, digits);
        if (which == 2)
          {
            g_autofree char *other = namida_pairing_commitment (changed);

            g_assert_cmpstr (other, !=, commitment);
          }
        changed[i] = i % 2 == 0 ? 'g' : ' ';
        none = namida_pairing_digits (right[0], right[1], right[2], right[3]);
        g_assert_null (none);
        if (which == 2)
          {
            g_assert_null (namida_pairing_commitment (changed));
            g_assert_false (namida_pairing_nonce_is_valid (changed));
          }
        changed[i] = '\0'; /* too short */
        g_assert_null (namida_pairing_digits (right[0], right[1], right[2], right[3]));
      }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/identity/made-once", test_made_once);
  g_test_add_func ("/identity/pairing-all-digits", test_pairing_digits_all);
  g_test_add_func ("/identity/verify-words", test_verify_words);
  g_test_add_func ("/identity/half-refused", test_half_refused);
  g_test_add_func ("/identity/wrong-mode-refused", test_wrong_mode_refused);
  g_test_add_func ("/identity/foreign-key-refused", test_foreign_key_refused);
  g_test_add_func ("/identity/host-name", test_host_name);
  g_test_add_func ("/identity/named", test_named);
  g_test_add_func ("/identity/whole", test_whole);
  g_test_add_func ("/pairing/vector", test_pairing);
  g_test_add_func ("/trust-store/kept", test_trust_kept);
  g_test_add_func ("/trust-store/threads", test_trust_threads);
  return g_test_run ();
}
