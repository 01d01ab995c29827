/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests what a device gets that fetches “the newest” version: the newest of each music folder and of the zip. */
#include "store-fixture.h"

#include "namida-error.h"
#include "namida-store-source.h"

static void
receive_label (Fixture *f, const char *label, const char *zip, const char *key)
{
  g_autoptr (Shipment) shipment = shipment_new ();
  g_autoptr (NamidaSink) sink = NULL;
  g_autoptr (GError) error = NULL;

  if (zip != NULL)
    shipment_add (shipment, "", zip, key, FALSE);
  shipment_add (shipment, label, "1.flac", key, FALSE);
  sink = namida_store_sink_new_for (f->store, "AB12", "AB12", key, NAMIDA_LANDING_BACKUP, NULL);
  g_assert_true (shipment_send (shipment, sink, NULL, NULL, NULL, &error));
  g_assert_no_error (error);
}

/* The newest of each music folder and of the zip: not only what the newest version happens to have. */
static void
test_newest (Fixture *f, gconstpointer data)
{
  g_autoptr (NamidaTrustStore) trust_store = namida_trust_store_new (f->database, NULL);
  g_autoptr (NamidaVersionSource) version_source = namida_store_source_new (f->store, trust_store);
  g_autoptr (NamidaBackup) backup = NULL;
  g_autoptr (GError) error = NULL;
  gint64 created;
  GPtrArray *entries;

  receive_label (f, "Rips", "Namida Backup - 1.zip", "a");
  receive_label (f, "Music", "Namida Backup - 2.zip", "b");
  receive_label (f, "Music", NULL, "c");
  g_assert_true (namida_database_exec (f->database, NULL, "UPDATE versions SET created_at = id", ""));
  backup = namida_version_source_open (version_source, "AB12", NAMIDA_KEPT_BACKUP_NEWEST, NULL, &created, &error);
  g_assert_no_error (error);
  entries = namida_backup_get_entries (backup);
  g_assert_cmpuint (entries->len, ==, 3);
  for (guint i = 0; i < entries->len; i++)
    {
      const NamidaEntry *entry = g_ptr_array_index (entries, i);
      g_autofree char *expected = fixture_sha256 (g_strcmp0 (entry->label, "Music") == 0  ? "c"
                                                  : g_strcmp0 (entry->label, "Rips") == 0 ? "a"
                                                                                          : "b");

      g_assert_cmpstr (entry->sha256, ==, expected);
    }
  g_assert_null (
      namida_version_source_open (version_source, "OTHER", NAMIDA_KEPT_BACKUP_NEWEST, NULL, &created, &error));
  g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_NOT_FOUND);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/newest/each-folder", Fixture, NULL, fixture_set_up, test_newest, fixture_tear_down);
  return g_test_run ();
}
