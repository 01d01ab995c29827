/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is looked up again and again costs no more when the versions have more files: the steps of SQLite's machine are
 * counted, which are the same on every computer. Each test compares a store of small versions with one of large ones.
 */
#include "config.h"

#include "store-fixture.h"

#include "namida-version-private.h"

#define VERSIONS 6u
#define FEW 4u
#define MANY 200u

typedef void (*GrowthLook) (Fixture *f);

static guint growth_steps;

static int
growth_count_step (void *data)
{
  growth_steps++;
  return 0;
}

static guint
growth_measure (Fixture *f, GrowthLook look)
{
  sqlite3 *handle = namida_database_lock (f->database);

  look (f); /* what is only looked up once does not count */
  growth_steps = 0;
  sqlite3_progress_handler (handle, 1, growth_count_step, NULL);
  look (f);
  sqlite3_progress_handler (handle, 0, NULL, NULL);
  namida_database_unlock (f->database);
  return growth_steps;
}

/* Versions of @files files in folders of 20, of which the first is another one each time. */
static void
growth_fill (Fixture *f, guint files)
{
  for (guint version = 0; version < VERSIONS; version++)
    {
      g_autoptr (Shipment) shipment = shipment_new ();
      g_autoptr (NamidaSink) sink
          = namida_store_sink_new_for (f->store, "AB12", "Phone", "key", NAMIDA_LANDING_BACKUP, NULL);
      g_autoptr (GError) error = NULL;

      for (guint i = 0; i < files; i++)
        {
          g_autofree char *path = g_strdup_printf ("%u/%u.flac", i / 20, i);
          g_autofree char *content = g_strdup_printf ("%u %u", i, i == 0 ? version : 0);

          shipment_add (shipment, "Music", path, content, TRUE);
        }
      g_assert_true (shipment_send (shipment, sink, NULL, NULL, NULL, &error));
      g_assert_no_error (error);
    }
}

static void
growth_list (Fixture *f)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) all = namida_version_facts_load (f->database, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (all->len, ==, VERSIONS);
}

static void
test_list (Fixture *small, gconstpointer data)
{
  Fixture large;
  guint few, many;

  fixture_set_up (&large, NULL);
  growth_fill (small, FEW);
  growth_fill (&large, MANY);
  few = growth_measure (small, growth_list);
  many = growth_measure (&large, growth_list);
  g_test_message ("list: %u and %u steps", few, many);
  g_assert_cmpuint (few, >, VERSIONS);
  g_assert_cmpuint (many, <=, few + few / 4);
  fixture_tear_down (&large, NULL);
}

/* What is damaged is in the list all the same, in each version that has it. */
static void
test_damaged (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) all = NULL;

  growth_fill (f, FEW);
  g_assert_true (
      namida_database_exec (f->database, &error,
                            "UPDATE contents SET damaged = 1 WHERE id = (SELECT min (content) FROM list_items WHERE "
                            "content IN (SELECT content FROM list_items GROUP BY content HAVING count (*) > 1))",
                            ""));
  g_assert_no_error (error);
  all = namida_version_facts_load (f->database, NULL, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < all->len; i++)
    g_assert_cmpint (((NamidaVersionFacts *) g_ptr_array_index (all, i))->record->damaged, ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/growth/list", Fixture, NULL, fixture_set_up, test_list, fixture_tear_down);
  g_test_add ("/growth/damaged", Fixture, NULL, fixture_set_up, test_damaged, fixture_tear_down);
  return g_test_run ();
}
