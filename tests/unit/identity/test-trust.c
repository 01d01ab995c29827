/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests which device is recognized as a trusted one, what each trusted device may do, and how changes by another
 * program are noticed. */
#include "namida-clock.h"
#include "namida-error.h"
#include "namida-known-devices.h"
#include "namida-trust-doubt.h"

#include <glib/gstdio.h>

#define AA "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define BB "BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB"
#define CC "CCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCC"
#define UUID_A "11111111-1111-4111-8111-111111111111"
#define UUID_B "22222222-2222-4222-8222-222222222222"

typedef struct
{
  char *folder, *path;
  NamidaDatabase *database, *other_database;
  NamidaTrustStore *store, *other;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  f->folder = g_dir_make_tmp ("namida-trust-XXXXXX", NULL);
  f->path = g_build_filename (f->folder, "state.db", NULL);
  f->database = namida_database_open (f->path, NULL);
  f->store = namida_trust_store_new (f->database, NULL);
  /* As another program has it. */
  f->other_database = namida_database_open (f->path, NULL);
  f->other = namida_trust_store_new (f->other_database, NULL);
  g_assert_nonnull (f->store);
  g_assert_nonnull (f->other);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  static const char *const suffixes[] = { "-wal", "-shm", ".lock", "" };

  g_clear_object (&f->store);
  g_clear_object (&f->other);
  g_clear_object (&f->database);
  g_clear_object (&f->other_database);
  for (guint i = 0; i < G_N_ELEMENTS (suffixes); i++)
    {
      g_autofree char *path = g_strconcat (f->path, suffixes[i], NULL);

      g_unlink (path);
    }
  g_assert_no_errno (g_rmdir (f->folder));
  g_free (f->folder);
  g_free (f->path);
}

static void
on_refreshed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

static void
refresh (NamidaTrustStore *store)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  namida_trust_store_refresh_async (store, NULL, on_refreshed, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_true (namida_trust_store_refresh_finish (store, result, &error));
  g_assert_no_error (error);
}

static void
count (NamidaTrustStore *store, const char *fingerprint, gpointer user_data)
{
  ++*(guint *) user_data;
}

static void
test_choices_kept (Fixture *f, gconstpointer data)
{
  g_autoptr (NamidaTrustStore) again = NULL;
  const NamidaTrusted *row;

  namida_trust_store_add (f->store, AA, UUID_A, "Phone");
  row = namida_trust_store_lookup (f->store, AA);
  g_assert_true (row->auto_accept);
  g_assert_false (row->may_restore);
  g_assert_null (row->landing);
  namida_trust_store_set_may_restore (f->store, AA, TRUE);
  namida_trust_store_set_landing (f->store, AA, "backup");
  namida_trust_store_add (f->store, AA, UUID_A, "Phone again");
  namida_trust_store_flush (f->store, NULL);
  again = namida_trust_store_new (f->database, NULL);
  row = namida_trust_store_lookup (again, AA);
  g_assert_true (row->may_restore);
  g_assert_cmpstr (row->landing, ==, "backup");
  namida_trust_store_set_landing (again, AA, NULL);
  namida_trust_store_set_may_restore (again, AA, FALSE);
  namida_trust_store_flush (again, NULL);
  refresh (f->other);
  row = namida_trust_store_lookup (f->other, AA);
  g_assert_null (row->landing);
  g_assert_false (row->may_restore);
}

static void
test_other_program (Fixture *f, gconstpointer data)
{
  guint changes = 0;

  namida_trust_store_add (f->store, AA, UUID_A, "Phone");
  namida_trust_store_add (f->store, BB, UUID_B, "Desk");
  namida_trust_store_flush (f->store, NULL);
  g_signal_connect (f->other, "changed", G_CALLBACK (count), &changes);
  g_assert_false (namida_trust_store_is_trusted (f->other, AA));
  refresh (f->other);
  g_assert_cmpuint (changes, ==, 2);
  g_assert_true (namida_trust_store_is_trusted (f->other, AA));
  refresh (f->other);
  g_assert_cmpuint (changes, ==, 2);

  namida_trust_store_remove (f->other, AA);
  namida_trust_store_set_auto_accept (f->other, BB, FALSE);
  namida_trust_store_flush (f->other, NULL);
  /* What is not in the file yet is not lost by reading it. */
  namida_trust_store_add (f->store, CC, NULL, "Tablet");
  refresh (f->store);
  g_assert_false (namida_trust_store_is_trusted (f->store, AA));
  g_assert_false (namida_trust_store_lookup (f->store, BB)->auto_accept);
  g_assert_true (namida_trust_store_is_trusted (f->store, CC));
}

/* Decided here while the file is read: what is read is older, and must not win. */
static void
test_decided_meanwhile (Fixture *f, gconstpointer data)
{
  for (guint i = 0; i < 20; i++)
    {
      g_autoptr (GAsyncResult) result = NULL;

      namida_trust_store_rename (f->other, AA, i % 2 == 0 ? "even" : "odd");
      namida_trust_store_add (f->other, AA, UUID_A, i % 2 == 0 ? "even" : "odd");
      namida_trust_store_flush (f->other, NULL);
      namida_trust_store_refresh_async (f->store, NULL, on_refreshed, &result);
      namida_trust_store_add (f->store, BB, UUID_B, "Desk");
      while (result == NULL)
        g_main_context_iteration (NULL, TRUE);
      g_assert_true (namida_trust_store_is_trusted (f->store, BB));
      namida_trust_store_remove (f->store, BB);
      refresh (f->store);
      g_assert_false (namida_trust_store_is_trusted (f->store, BB));
      g_assert_cmpstr (namida_trust_store_lookup (f->store, AA)->alias, ==, i % 2 == 0 ? "even" : "odd");
      refresh (f->other);
    }
}

static void
assert_doubt (Fixture *f, const char *fingerprint, const char *uuid, const char *alias, NamidaDoubt expected)
{
  const NamidaTrusted *whom;
  g_autofree char *text = namida_trust_doubt_dup_text (f->store, fingerprint, uuid, alias);

  g_assert_cmpint (namida_trust_doubt (f->store, fingerprint, uuid, alias, &whom), ==, expected);
  if (expected == NAMIDA_DOUBT_NONE)
    {
      g_assert_null (text);
      g_assert_null (whom);
      return;
    }
  g_assert_cmpstr (whom->fingerprint, ==, AA);
  g_assert_nonnull (strstr (text, "Desk PC"));
}

static void
test_doubt (Fixture *f, gconstpointer data)
{
  namida_clock_set_fake (1000);
  namida_trust_store_add (f->store, AA, UUID_A, "Desk PC");
  assert_doubt (f, AA, UUID_A, "Desk PC", NAMIDA_DOUBT_NONE);
  assert_doubt (f, AA, UUID_B, "Renamed", NAMIDA_DOUBT_NONE);
  assert_doubt (f, BB, UUID_B, "Laptop", NAMIDA_DOUBT_NONE);
  assert_doubt (f, BB, UUID_A, "Laptop", NAMIDA_DOUBT_IDENTITY_CHANGED);
  assert_doubt (f, BB, UUID_A, "Desk PC", NAMIDA_DOUBT_IDENTITY_CHANGED);
  assert_doubt (f, NULL, UUID_A, NULL, NAMIDA_DOUBT_IDENTITY_CHANGED);
  assert_doubt (f, BB, UUID_B, "Desk PC", NAMIDA_DOUBT_LOOKALIKE);
  assert_doubt (f, BB, NULL, "D\u0435sk\u200B PC", NAMIDA_DOUBT_LOOKALIKE);
  assert_doubt (f, NULL, NULL, "DESK-PC", NAMIDA_DOUBT_LOOKALIKE);
  assert_doubt (f, BB, "", "", NAMIDA_DOUBT_NONE);
  assert_doubt (f, NULL, NULL, NULL, NAMIDA_DOUBT_NONE);
  /* Paired again after it was set up anew: the newest key is the one that it has. */
  namida_clock_set_fake (2000);
  namida_trust_store_add (f->store, BB, UUID_A, "Desk PC");
  assert_doubt (f, BB, UUID_A, "Desk PC", NAMIDA_DOUBT_NONE);
  namida_trust_store_remove (f->store, BB);
  assert_doubt (f, BB, UUID_A, "Desk PC", NAMIDA_DOUBT_IDENTITY_CHANGED);
  namida_clock_set_fake (-1);
}

/* One trusted device calls itself like another: a person chooses by the name. */
static void
test_name_taken (Fixture *f, gconstpointer data)
{
  const NamidaTrusted *whom;
  g_autofree char *text = NULL;

  namida_trust_store_add (f->store, AA, UUID_A, "Desk PC");
  namida_trust_store_add (f->store, BB, UUID_B, "Laptop");
  assert_doubt (f, BB, UUID_B, "Laptop", NAMIDA_DOUBT_NONE);
  assert_doubt (f, BB, UUID_B, "Renamed", NAMIDA_DOUBT_NONE);
  assert_doubt (f, BB, UUID_B, "D\u0435sk PC", NAMIDA_DOUBT_NAME_TAKEN);
  g_assert_cmpint (namida_trust_doubt (f->store, AA, UUID_A, "laptop", &whom), ==, NAMIDA_DOUBT_NAME_TAKEN);
  g_assert_cmpstr (whom->fingerprint, ==, BB);
  text = namida_trust_doubt_dup_text (f->store, AA, UUID_A, "laptop");
  g_assert_nonnull (strstr (text, "Desk PC"));
  g_assert_nonnull (strstr (text, "Laptop"));
  /* Who named two devices alike knows. */
  namida_trust_store_rename (f->store, BB, "Desk PC");
  assert_doubt (f, BB, UUID_B, "Desk PC", NAMIDA_DOUBT_NONE);
  assert_doubt (f, AA, UUID_A, "Desk PC", NAMIDA_DOUBT_NONE);
}

/* Set up anew and paired anew: the key that it had goes, and nothing else. */
static void
test_superseded (Fixture *f, gconstpointer data)
{
  const NamidaTrusted *now;

  namida_trust_store_add (f->store, AA, UUID_A, "Desk PC");
  namida_trust_store_set_auto_accept (f->store, AA, FALSE);
  namida_trust_store_set_may_restore (f->store, AA, TRUE);
  namida_trust_store_set_landing (f->store, AA, "backup");
  namida_trust_store_add (f->store, BB, UUID_B, "Laptop");
  /* Not trusted, or without an identity that could be the same. */
  namida_trust_store_supersede (f->store, CC, UUID_A);
  namida_trust_store_add (f->store, CC, UUID_A, "Desk PC");
  namida_trust_store_supersede (f->store, CC, NULL);
  namida_trust_store_supersede (f->store, CC, "");
  g_assert_true (namida_trust_store_is_trusted (f->store, AA));

  namida_trust_store_supersede (f->store, CC, UUID_A);
  g_assert_false (namida_trust_store_is_trusted (f->store, AA));
  g_assert_true (namida_trust_store_is_trusted (f->store, BB));
  now = namida_trust_store_lookup (f->store, CC);
  g_assert_nonnull (now);
  g_assert_false (now->auto_accept);
  g_assert_false (now->may_restore);
  g_assert_cmpstr (now->landing, ==, "backup");
  /* Once more changes nothing, and the file has it, too. */
  namida_trust_store_supersede (f->store, CC, UUID_A);
  namida_trust_store_flush (f->store, NULL);
  refresh (f->other);
  g_assert_false (namida_trust_store_is_trusted (f->other, AA));
  g_assert_true (namida_trust_store_is_trusted (f->other, CC));
}

#define ADD(name, test) g_test_add (name, Fixture, NULL, set_up, test, tear_down)

/* Who shows another key than the device that was to be at an address: does it say that it is that device? */
static void
test_claimed (void)
{
  NamidaTrusted laptop = { .fingerprint = (char *) AA, .uuid = (char *) UUID_A, .alias = (char *) "Laptop" };
  g_autoptr (NamidaKnownDevices) known = namida_known_devices_new ();
  g_autoptr (GPtrArray) all = g_ptr_array_new ();

  g_ptr_array_add (all, &laptop);
  namida_known_devices_set (known, all);
  g_assert_false (namida_known_devices_is_claimed (known, AA, "10.0.0.5", NULL, NULL, NULL));
  g_assert_false (namida_known_devices_is_claimed (known, AA, "10.0.0.5", BB, UUID_B, "Phone"));
  g_assert_true (namida_known_devices_is_claimed (known, AA, "10.0.0.5", AA, NULL, NULL));
  g_assert_true (namida_known_devices_is_claimed (known, AA, "10.0.0.5", BB, UUID_A, "Phone"));
  g_assert_true (namida_known_devices_is_claimed (known, AA, "10.0.0.5", BB, UUID_B, "L\xd0\xb0ptop"));
  /* Of a device that is not trusted only the key is known. */
  g_assert_false (namida_known_devices_is_claimed (known, CC, "10.0.0.5", BB, UUID_A, "Laptop"));
  /* By an announcement from that very address, for half a minute. */
  namida_clock_set_fake (G_USEC_PER_SEC);
  namida_known_devices_note_claim (known, CC, "10.0.0.5");
  g_assert_true (namida_known_devices_is_claimed (known, CC, "10.0.0.5", NULL, NULL, NULL));
  g_assert_false (namida_known_devices_is_claimed (known, CC, "10.0.0.6", NULL, NULL, NULL));
  g_assert_false (namida_known_devices_is_claimed (known, AA, "10.0.0.5", NULL, NULL, NULL));
  namida_clock_set_fake (31 * G_USEC_PER_SEC);
  g_assert_false (namida_known_devices_is_claimed (known, CC, "10.0.0.5", NULL, NULL, NULL));
  namida_clock_set_fake (-1);
  g_ptr_array_set_size (all, 0);
  namida_known_devices_set (known, all);
  g_assert_false (namida_known_devices_is_claimed (known, AA, "10.0.0.5", BB, UUID_A, "Laptop"));
}

/* A device that showed no certificate has no fingerprint, and what a person types need not be one. */
static void
test_no_fingerprint (Fixture *f, gconstpointer data)
{
  static const char *const none[] = { NULL, "", "A", "?", AA "A" };

  namida_trust_store_add (f->store, AA, UUID_A, "Laptop");
  namida_trust_store_block (f->store, BB, "Phone");
  for (guint i = 0; i < G_N_ELEMENTS (none); i++)
    {
      g_assert_false (namida_trust_store_is_trusted (f->store, none[i]));
      g_assert_false (namida_trust_store_may_restore (f->store, none[i]));
      g_assert_false (namida_trust_store_is_blocked (f->store, none[i]));
      g_assert_null (namida_trust_store_lookup (f->store, none[i]));
    }
  g_assert_true (namida_trust_store_is_trusted (f->store, AA));
  g_assert_true (namida_trust_store_is_blocked (f->store, BB));
}

/* Of a change that is not in the file, whoever waits for it is told, once. */
static void
test_not_written (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_log_set_always_fatal (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL); /* the failure is warned of */
  namida_trust_store_add (f->store, AA, UUID_A, "Laptop");
  g_assert_true (namida_trust_store_flush (f->store, &error));
  g_assert_no_error (error);
  g_assert_true (namida_database_exec (f->database, NULL,
                                       "CREATE TRIGGER no BEFORE DELETE ON trusted"
                                       " BEGIN SELECT RAISE(ABORT, 'no'); END",
                                       ""));
  namida_trust_store_remove (f->store, AA);
  namida_trust_store_rename (f->store, BB, "not there");
  namida_trust_store_flush (f->store, NULL);
  g_assert_false (namida_trust_store_flush (f->store, &error));
  g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_STORAGE);
  g_assert_true (namida_trust_store_flush (f->store, NULL));
  refresh (f->other);
  g_assert_true (namida_trust_store_is_trusted (f->other, AA));
}

/* Anybody can announce anything: what was claimed before all that is forgotten for it. */
static void
test_claims (void)
{
  g_autoptr (NamidaKnownDevices) known = namida_known_devices_new ();

  namida_known_devices_note_claim (known, AA, "10.0.0.5");
  for (guint i = 1; i <= 256; i++)
    {
      g_autofree char *host = g_strdup_printf ("10.0.1.%u", i);

      namida_known_devices_note_claim (known, CC, host);
      g_assert_true (namida_known_devices_is_claimed (known, CC, host, NULL, NULL, NULL));
    }
  g_assert_false (namida_known_devices_is_claimed (known, AA, "10.0.0.5", NULL, NULL, NULL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/trust/choices-kept", test_choices_kept);
  ADD ("/trust/other-program", test_other_program);
  ADD ("/trust/decided-meanwhile", test_decided_meanwhile);
  ADD ("/trust/doubt", test_doubt);
  ADD ("/trust/name-taken", test_name_taken);
  ADD ("/trust/superseded", test_superseded);
  ADD ("/trust/no-fingerprint", test_no_fingerprint);
  ADD ("/trust/not-written", test_not_written);
  g_test_add_func ("/trust/claims", test_claims);
  g_test_add_func ("/trust/claimed", test_claimed);
  return g_test_run ();
}
