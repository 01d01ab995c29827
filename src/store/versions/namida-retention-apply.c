/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Applies the rules of namida-retention.c: reads what they need to know about all versions, checks whether the zips
 * that stay can be restored, and moves versions to the trash. Called by the list of versions, for "receive --keep", the
 * setting and the service alike. Worker threads. */
#include "config.h"

#include "namida-retention-apply.h"

#include "namida-clock.h"
#include "namida-digest.h"
#include "namida-format.h"
#include "namida-journal.h"
#include "namida-version-adopt.h"
#include "namida-version-trash.h"
#include "namida-zip-doubt.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <unistd.h>

/* The data about one version that its record does not contain. */
typedef struct
{
  GArray *things; /* NamidaRetentionThing */
  char *zip;      /* (nullable): the path of its zip */
  guint zip_index;
  gboolean inspected;
  gboolean damaged; /* damage was found in one of its contents, in any version */
} RetentionFacts;

typedef struct
{
  NamidaDatabase *database;
  GPtrArray *records;  /* NamidaVersionRecord */
  GArray *items;       /* NamidaRetentionItem, one for each */
  GPtrArray *facts;    /* RetentionFacts, one for each */
  GHashTable *numbers; /* the description of a thing → its number + 1 */
} RetentionWork;

static void
retention_facts_free (gpointer data)
{
  RetentionFacts *facts = data;

  g_array_unref (facts->things);
  g_free (facts->zip);
  g_free (facts);
}

static guint64
retention_number (RetentionWork *work, const NamidaVersionRecord *record, int kind, const char *label, const char *name)
{
  /* Files in the user's own folders and a version in its own folder do not replace each other. */
  g_autofree char *words = g_strdup_printf ("%d %s %d %s/%s", (int) record->landing,
                                            record->fingerprint != NULL ? record->fingerprint : "", kind, label, name);
  gsize number = GPOINTER_TO_SIZE (g_hash_table_lookup (work->numbers, words));

  if (number == 0)
    {
      number = g_hash_table_size (work->numbers) + 1;
      g_hash_table_insert (work->numbers, g_steal_pointer (&words), GSIZE_TO_POINTER (number));
    }
  return number;
}

/* Reads the things of a version: each label, the zip regardless of its name, and each single file. */
static gboolean
retention_read_things (RetentionWork *work, const NamidaVersionRecord *record, RetentionFacts *facts, GError **error)
{
  sqlite3_stmt *statement;
  gboolean whole;
  int result;

  namida_database_lock (work->database);
  statement = namida_database_prepare (work->database, error,
                                       "SELECT kind, label, CASE WHEN kind = 1 AND label = '' THEN relative ELSE '' END"
                                       " AS name, count (*), sum (size), min (path), max (damaged) FROM version_files"
                                       " WHERE version = ? AND kind IN (0, 1) GROUP BY kind, label, name",
                                       "i", record->id);
  while (namida_database_next (statement, &result))
    {
      int kind = sqlite3_column_int (statement, 0);
      const char *path = (const char *) sqlite3_column_text (statement, 5);
      NamidaRetentionThing thing = { .files = (guint64) sqlite3_column_int64 (statement, 3),
                                     .bytes = (guint64) sqlite3_column_int64 (statement, 4) };

      thing.key = retention_number (work, record, kind, (const char *) sqlite3_column_text (statement, 1),
                                    (const char *) sqlite3_column_text (statement, 2));
      facts->damaged |= sqlite3_column_int (statement, 6) != 0;
      if (kind == NAMIDA_VERSION_FILE_ZIP && facts->zip == NULL)
        {
          facts->zip = record->landing == NAMIDA_LANDING_BACKUP ? g_build_filename (record->path, path, NULL)
                                                                : g_strdup (path);
          facts->zip_index = facts->things->len;
        }
      g_array_append_val (facts->things, thing);
    }
  /* If the list were incomplete, newer versions would seem to contain everything. */
  whole = namida_database_end (work->database, statement, result, error);
  namida_database_unlock (work->database);
  return whole;
}

/* A version on a disk that is not connected is not removed, and does not count as kept. */
static gboolean
retention_is_present (const NamidaVersionRecord *record, const RetentionFacts *facts)
{
  int fd = namida_version_record_open (record);

  if (fd >= 0)
    close (fd);
  return fd >= 0
         || (record->landing == NAMIDA_LANDING_LIBRARY
             && (facts->zip == NULL || g_file_test (facts->zip, G_FILE_TEST_IS_REGULAR)));
}

/* Reads the place of the version in the order of arrival. An error must not be ignored, because 0 would make it the
 * oldest. */
static gboolean
retention_read_arrival (RetentionWork *work, gint64 id, gint64 *arrival, GError **error)
{
  sqlite3_stmt *statement;
  gboolean whole;
  int result;

  namida_database_lock (work->database);
  statement = namida_database_prepare (work->database, error, "SELECT arrival FROM versions WHERE id = ?", "i", id);
  *arrival = G_MAXINT64; /* if it was removed in the meantime, it is left alone */
  while (namida_database_next (statement, &result))
    *arrival = sqlite3_column_int64 (statement, 0);
  whole = namida_database_end (work->database, statement, result, error);
  namida_database_unlock (work->database);
  return whole;
}

static gboolean
retention_load (RetentionWork *work, gint64 seen, GError **error)
{
  work->records = namida_version_record_list (work->database, NAMIDA_VERSION_STAYS, error);
  if (work->records == NULL)
    return FALSE;
  for (guint i = 0; i < work->records->len; i++)
    {
      const NamidaVersionRecord *record = g_ptr_array_index (work->records, i);
      RetentionFacts *facts = g_new0 (RetentionFacts, 1);
      NamidaRetentionItem item = { .created_at = record->created_at, .pinned = record->pinned };

      facts->things = g_array_new (FALSE, FALSE, sizeof (NamidaRetentionThing));
      g_ptr_array_add (work->facts, facts);
      if (!retention_read_things (work, record, facts, error)
          || !retention_read_arrival (work, record->id, &item.arrival, error))
        return FALSE;
      item.things = (const NamidaRetentionThing *) facts->things->data;
      item.n_things = facts->things->len;
      item.proven_key = record->fingerprint != NULL;
      item.present = retention_is_present (record, facts);
      /* A version that was found in a store but never verified cannot be relied on. */
      item.whole = item.present && record->complete && record->damaged <= 0 && !facts->damaged
                   && (record->verified_at > 0 || !g_str_has_prefix (record->session, NAMIDA_VERSION_FOUND_PREFIX));
      item.this_run = item.arrival > seen;
      g_array_append_val (work->items, item);
    }
  return TRUE;
}

/* Inspects zips, but only those that might cause a version to be removed. Returns: whether one of them turned out not
 * to be restorable. */
static gboolean
retention_inspect (RetentionWork *work)
{
  gboolean changed = FALSE;

  for (guint i = 0; i < work->items->len; i++)
    {
      const NamidaRetentionItem *item = &g_array_index (work->items, NamidaRetentionItem, i);
      RetentionFacts *facts = g_ptr_array_index (work->facts, i);
      g_autoptr (NamidaZipDoubt) doubt = NULL;

      if (item->remove || !item->whole || facts->zip == NULL || facts->inspected)
        continue;
      doubt = namida_zip_doubt_find (work->database, g_ptr_array_index (work->records, i), NULL);
      facts->inspected = TRUE;
      if (doubt != NULL && doubt->restorable)
        continue;
      g_array_index (facts->things, NamidaRetentionThing, facts->zip_index).unrestorable = TRUE;
      changed = TRUE;
    }
  return changed;
}

static void
retention_choose (RetentionWork *work, NamidaRetention policy)
{
  do
    if (namida_retention_choose (policy, (NamidaRetentionItem *) work->items->data, work->items->len) == 0)
      return;
  while (retention_inspect (work));
}

static void
retention_ask (RetentionWork *work, NamidaRemoval *removal)
{
  for (guint i = 0; i < work->items->len; i++)
    {
      const NamidaRetentionItem *item = &g_array_index (work->items, NamidaRetentionItem, i);
      const NamidaVersionRecord *record = g_ptr_array_index (work->records, i);

      if (!item->ask)
        continue;
      removal->asked++;
      if (removal->question == NULL)
        removal->question
            = g_strdup_printf (_ ("“%s” from %s stays: of its %'u files, newer versions have %'u. Remove it by hand if "
                                  "that is right."),
                               record->title, record->alias, (guint) MIN (item->ask_files, G_MAXUINT),
                               (guint) MIN (item->left_files, G_MAXUINT));
    }
}

/* Returns (transfer container) (element-type NamidaVersionRecord): the versions to remove, borrowed from the lists. */
static GPtrArray *
retention_list_chosen (RetentionWork *work)
{
  GPtrArray *chosen = g_ptr_array_new ();

  for (guint i = 0; i < work->items->len; i++)
    if (g_array_index (work->items, NamidaRetentionItem, i).remove)
      g_ptr_array_add (chosen, g_ptr_array_index (work->records, i));
  return chosen;
}

/* Starts with the oldest, so that an interruption leaves the newest, and removes those that cannot be moved from
 * @chosen. Returns (transfer full): what those that were moved free. */
static NamidaRemoval *
retention_move (RetentionWork *work, GPtrArray *chosen)
{
  g_autoptr (NamidaRemovalCount) count = namida_removal_count_new (work->database);

  for (guint i = chosen->len; i > 0; i--)
    {
      const NamidaVersionRecord *record = g_ptr_array_index (chosen, i - 1);
      g_autoptr (GError) error = NULL;

      if (namida_removal_count_look (count, record, &error)
          && namida_version_trash_put (work->database, record, &error))
        {
          g_message ("version %" G_GINT64_FORMAT
                     " (“%s” from %s) was moved to the trash: it is older than those to keep",
                     record->id, record->title, record->alias);
          namida_removal_count_take (count);
        }
      else
        {
          g_message ("%s", error->message);
          g_ptr_array_remove_index (chosen, i - 1);
        }
    }
  return namida_removal_count_sum (count);
}

/* Adds one row to the history for each name of a device. */
static void
retention_note (RetentionWork *work, const char *alias, guint versions, guint64 bytes)
{
  g_autofree char *random = namida_random_hex (16);
  g_autofree char *title = g_strdup_printf (ngettext ("%u older version", "%u older versions", versions), versions);
  gint64 now = namida_clock_real ();
  NamidaJournalSession row = { .id = random,
                               .direction = (char *) NAMIDA_JOURNAL_TRASHED,
                               .alias = (char *) alias,
                               .title = title,
                               .state = (char *) "finished",
                               .started_at = now,
                               .updated_at = now,
                               .total_bytes = bytes,
                               .total_files = versions };
  g_autoptr (GError) error = NULL;

  if (!namida_journal_write_session (work->database, &row, &error))
    g_message ("%s", error->message);
}

static void
retention_note_all (RetentionWork *work, GPtrArray *moved)
{
  for (guint i = 0; i < moved->len; i++)
    {
      const NamidaVersionRecord *first = g_ptr_array_index (moved, i);
      gboolean noted = FALSE;
      guint versions = 0;
      guint64 bytes = 0;

      for (guint j = 0; j < moved->len; j++)
        {
          const NamidaVersionRecord *record = g_ptr_array_index (moved, j);

          if (!g_str_equal (record->alias, first->alias))
            continue;
          noted |= j < i;
          versions++;
          bytes += record->bytes;
        }
      if (!noted)
        retention_note (work, first->alias, versions, bytes);
    }
}

static NamidaRemoval *
retention_run (RetentionWork *work, NamidaRetention policy, gint64 *seen, gboolean dry_run, GError **error)
{
  g_autoptr (GPtrArray) chosen = NULL;
  NamidaRemoval *removal;

  namida_version_adopt_stores (work->database, NULL);
  if (!retention_load (work, *seen, error))
    return NULL;
  retention_choose (work, policy);
  chosen = retention_list_chosen (work);
  removal = dry_run ? namida_removal_measure (work->database, chosen, error) : retention_move (work, chosen);
  if (removal == NULL)
    return NULL;
  retention_ask (work, removal);
  if (dry_run)
    return removal;
  retention_note_all (work, chosen);
  for (guint i = 0; i < work->items->len; i++)
    if (g_array_index (work->items, NamidaRetentionItem, i).arrival != G_MAXINT64)
      *seen = MAX (*seen, g_array_index (work->items, NamidaRetentionItem, i).arrival);
  return removal;
}

NamidaRemoval *
namida_retention_apply (
    NamidaDatabase *database, NamidaRetention policy, gint64 *seen, gboolean dry_run, GError **error)
{
  RetentionWork work = { .database = database,
                         .items = g_array_new (FALSE, FALSE, sizeof (NamidaRetentionItem)),
                         .facts = g_ptr_array_new_with_free_func (retention_facts_free),
                         .numbers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL) };
  g_autoptr (GError) reason = NULL;
  NamidaRemoval *removal = retention_run (&work, policy, seen, dry_run, error);

  g_clear_pointer (&work.records, g_ptr_array_unref);
  g_array_unref (work.items);
  g_ptr_array_unref (work.facts);
  g_hash_table_unref (work.numbers);
  if (!dry_run && !namida_version_trash_purge (database, &reason))
    g_message ("%s", reason->message);
  return removal;
}
