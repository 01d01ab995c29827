/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests that a device does not learn from the answer to an offer which contents this computer has: a hash in an offer
 * does not prove that the sender has the content. */
#include "config.h"

#include "store-fixture.h"

#include "namida-backup.h"
#include "namida-hash-index.h"
#include "namida-sent-content.h"
#include "namida-version-collect.h"

#include <glib/gstdio.h>

#define ALICE "A11CE"
#define BOB "B0B"
#define SECRET "what only Alice has sent\n"

/* What @fingerprint offers by its hash alone; returns how many of the files are wanted. */
static guint
ship (Fixture *f, const char *fingerprint, const char *key, NamidaLanding landing, const char *path, gboolean bytes)
{
  g_autoptr (NamidaSink) sink = namida_store_sink_new_for (f->store, fingerprint, "Phone", key, landing, NULL);
  g_autoptr (Shipment) shipment = shipment_new ();
  g_autoptr (GError) error = NULL;
  NamidaWant want = { 0 };
  NamidaFileResult result;
  guint wanted = 0;

  shipment_add (shipment, "Music", path, SECRET, TRUE);
  if (bytes)
    {
      g_assert_true (shipment_send (shipment, sink, NULL, &result, &wanted, &error));
      g_assert_no_error (error);
      return wanted;
    }
  g_assert_true (namida_sink_prepare (sink, shipment->backup, NULL, &want, NULL, &error));
  g_assert_no_error (error);
  if (want.wanted)
    namida_sink_discard (sink);
  else
    g_assert_true (namida_sink_commit (sink, NULL, 0, &error));
  return want.wanted;
}

static guint
ask (Fixture *f, const char *fingerprint, const char *key, NamidaLanding landing, const char *path)
{
  return ship (f, fingerprint, key, landing, path, FALSE);
}

/* Neither for a version nor for a person's folders, neither with another key nor with none. */
static void
test_other_device (Fixture *f, gconstpointer data)
{
  g_assert_cmpuint (ship (f, ALICE, "a", NAMIDA_LANDING_BACKUP, "A/secret.mp3", TRUE), ==, 1);
  g_assert_cmpuint (ask (f, BOB, "b", NAMIDA_LANDING_BACKUP, "A/secret.mp3"), ==, 1);
  g_assert_cmpuint (ask (f, BOB, "b", NAMIDA_LANDING_LIBRARY, "A/guess.mp3"), ==, 1);
  g_assert_cmpuint (ask (f, NULL, "n", NAMIDA_LANDING_BACKUP, "A/secret.mp3"), ==, 1);
  g_assert_cmpuint (ask (f, NULL, "n", NAMIDA_LANDING_LIBRARY, "A/guess.mp3"), ==, 1);
  /* Alice need not send it again, wherever it is in her backup now. */
  g_assert_cmpuint (ask (f, ALICE, "a2", NAMIDA_LANDING_BACKUP, "A/renamed.mp3"), ==, 0);
  /* Once his bytes have come, Bob need not either; and the disk holds one copy. */
  g_assert_cmpuint (ship (f, BOB, "b2", NAMIDA_LANDING_BACKUP, "B/mine.mp3", TRUE), ==, 1);
  g_assert_cmpuint (ask (f, BOB, "b3", NAMIDA_LANDING_BACKUP, "B/mine.mp3"), ==, 0);
}

/* What the person here has elsewhere, and this program has read to send it, is nobody's business. */
static void
test_own_files (Fixture *f, gconstpointer data)
{
  g_autofree char *path = g_build_filename (f->base, "private.txt", NULL);
  g_autofree char *hash = fixture_sha256 (SECRET);
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func ((GDestroyNotify) namida_hash_row_free);
  g_autoptr (GError) error = NULL;
  GStatBuf st;

  g_assert_true (g_file_set_contents (path, SECRET, -1, NULL));
  g_assert_cmpint (g_stat (path, &st), ==, 0);
  g_ptr_array_add (rows, namida_hash_row_new (path, &st, hash));
  g_assert_true (namida_hash_index_store (f->database, rows, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (ask (f, BOB, "b", NAMIDA_LANDING_BACKUP, "A/guess.mp3"), ==, 1);
  g_assert_cmpuint (ask (f, BOB, "b", NAMIDA_LANDING_LIBRARY, "A/guess.mp3"), ==, 1);
  g_assert_false (namida_sent_content_has (f->database, BOB, hash));
}

/* At the very place where the person here keeps that music it need not travel; but that gives it to nobody. */
static void
test_very_place (Fixture *f, gconstpointer data)
{
  g_autoptr (NamidaBackup) all = NULL;
  g_autoptr (NamidaBackup) for_bob = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *id = NULL;

  g_assert_cmpuint (ship (f, ALICE, "a", NAMIDA_LANDING_LIBRARY, "A/secret.mp3", TRUE), ==, 1);
  g_assert_cmpuint (ask (f, BOB, "b", NAMIDA_LANDING_LIBRARY, "A/secret.mp3"), ==, 0);
  id = g_strdup_printf ("%" G_GINT64_FORMAT,
                        fixture_query_int (f, "SELECT max (id) FROM versions WHERE fingerprint = '" BOB "'"));
  all = namida_version_collect (f->database, id, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (namida_backup_get_entries (all)->len, ==, 1);
  for_bob = namida_version_collect_for (f->database, id, NULL, BOB, NULL, &error);
  g_assert_null (for_bob);
  g_assert_nonnull (error);
  g_clear_error (&error);
  /* He sends the bytes: now it is his. */
  g_assert_cmpuint (ship (f, BOB, "b2", NAMIDA_LANDING_BACKUP, "A/secret.mp3", TRUE), ==, 1);
  for_bob = namida_version_collect_for (f->database, id, NULL, BOB, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (namida_backup_get_entries (for_bob)->len, ==, 1);
}

#define ADD(path, function) g_test_add (path, Fixture, NULL, fixture_set_up, function, fixture_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/who-may-know/other-device", test_other_device);
  ADD ("/who-may-know/own-files", test_own_files);
  ADD ("/who-may-know/very-place", test_very_place);
  return g_test_run ();
}
