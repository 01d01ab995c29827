/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Collects what the list of versions shows: the records in the database, whether their folders exist, the damage that
 * is known, and what is known about their zips. Called by the work of the list of versions, by the version source and
 * by verify, in workers. */
#include "config.h"

#include "namida-version-private.h"

#include "namida-error.h"

#include <errno.h>
#include <unistd.h>

void
namida_version_facts_free (NamidaVersionFacts *self)
{
  if (self == NULL)
    return;
  namida_version_record_free (self->record);
  g_free (self->zip_path);
  namida_zip_doubt_free (self->doubt);
  g_clear_pointer (&self->music, g_ptr_array_unref);
  g_free (self);
}

/* Checks whether the files of a version exist. @files: (nullable): set for a version in the user's own folders, of
 * which each file is checked. Only the store writes to the folder of a version, and verify checks each file, so the
 * existence of the folder is enough here. */
static void
version_facts_look (NamidaVersionFacts *facts, GPtrArray *files)
{
  int fd = namida_version_record_open (facts->record);

  if (facts->record->landing == NAMIDA_LANDING_BACKUP)
    {
      facts->present = fd >= 0;
      facts->closed = fd < 0 && errno == EACCES;
      facts->left = facts->present ? facts->files : 0;
    }
  for (guint i = 0; facts->record->landing == NAMIDA_LANDING_LIBRARY && i < files->len; i++)
    {
      const NamidaVersionFile *file = g_ptr_array_index (files, i);
      struct stat st;

      facts->left += (file->kind == NAMIDA_VERSION_FILE_ZIP || file->kind == NAMIDA_VERSION_FILE_FILE)
                     && namida_version_file_stat (file, -1, &st) && namida_version_file_fits (file, &st);
    }
  if (facts->record->landing == NAMIDA_LANDING_LIBRARY)
    facts->present = facts->left > 0 || facts->files == 0;
  if (fd >= 0)
    close (fd);
}

/* Distinguishes a version that was deleted from one whose drive is not connected or whose store cannot be searched for
 * lack of permission. @files: (nullable): set for a version in the user's own folders. */
static void
facts_look_for_store (NamidaVersionFacts *facts, NamidaDatabase *database, GPtrArray *files)
{
  g_autofree char *away = facts->present ? NULL : namida_version_record_dup_away (database, facts->record);

  if (away == NULL && !facts->present && files != NULL)
    away = namida_version_files_dup_away (database, files);

  facts->elsewhere = away != NULL || (!facts->present && facts->closed);
}

/* @record: (transfer full) */
static NamidaVersionFacts *
version_facts_load_one (NamidaDatabase *database, NamidaVersionRecord *record, GError **error)
{
  g_autoptr (GPtrArray) files = NULL;
  NamidaVersionFacts *facts = g_new0 (NamidaVersionFacts, 1);

  facts->record = record;
  facts->music = g_ptr_array_ref (record->labels);
  facts->files = record->files;
  facts->bytes = record->bytes;
  if (record->zip != NULL)
    facts->zip_path = record->landing == NAMIDA_LANDING_BACKUP ? g_build_filename (record->path, record->zip, NULL)
                                                               : g_strdup (record->zip);
  if (record->landing == NAMIDA_LANDING_LIBRARY
      && (files = namida_version_record_places (database, record, error)) == NULL)
    {
      namida_version_facts_free (facts);
      return NULL;
    }
  version_facts_look (facts, files);
  facts_look_for_store (facts, database, files);
  return facts;
}

static int
facts_compare (gconstpointer a, gconstpointer b)
{
  const NamidaVersionRecord *one = (*(NamidaVersionFacts *const *) a)->record;
  const NamidaVersionRecord *other = (*(NamidaVersionFacts *const *) b)->record;

  if (one->created_at != other->created_at)
    return one->created_at < other->created_at ? 1 : -1;
  return one->id < other->id ? 1 : one->id > other->id ? -1 : 0;
}

/* @all: (element-type NamidaVersionFacts): the versions are appended. */
static gboolean
facts_load_some (
    NamidaDatabase *database, NamidaVersionRemoving removing, GPtrArray *all, GCancellable *cancellable, GError **error)
{
  g_autoptr (GPtrArray) records = namida_version_record_list (database, removing, error);

  while (records != NULL && records->len > 0)
    {
      NamidaVersionRecord *record = g_ptr_array_steal_index (records, 0);
      NamidaVersionFacts *facts;

      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        {
          namida_version_record_free (record);
          return FALSE;
        }
      facts = version_facts_load_one (database, record, error);
      if (facts == NULL)
        return FALSE;
      facts->removing = removing != NAMIDA_VERSION_STAYS;
      g_ptr_array_add (all, facts);
    }
  return records != NULL;
}

/* Damage that a restore, a fetch or the reading of another version found affects every version with that content,
 * including those that have not been verified since. */
static gboolean
facts_count_damaged (NamidaDatabase *database, GPtrArray *all, GError **error)
{
  g_autoptr (GHashTable) versions = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  sqlite3_stmt *statement;
  gboolean whole;
  int result;

  namida_database_lock (database);
  statement = namida_database_prepare (database, error,
                                       /* CROSS: start from the few damaged contents instead of searching the lists of
                                        * all versions. */
                                       "SELECT v.id, count (*) FROM contents c CROSS JOIN list_items i"
                                       " ON i.content = c.id CROSS JOIN version_lists l ON l.list = i.list"
                                       " CROSS JOIN versions v ON v.id = l.version"
                                       " WHERE c.damaged <> 0 AND v.landing = 'backup' GROUP BY v.id",
                                       "");
  while (namida_database_next (statement, &result))
    {
      gint64 id = sqlite3_column_int64 (statement, 0);

      g_hash_table_insert (versions, g_memdup2 (&id, sizeof id), GINT_TO_POINTER (sqlite3_column_int (statement, 1)));
    }
  whole = namida_database_end (database, statement, result, error);
  namida_database_unlock (database);
  for (guint i = 0; i < all->len; i++)
    {
      NamidaVersionRecord *record = ((NamidaVersionFacts *) g_ptr_array_index (all, i))->record;
      int damaged = GPOINTER_TO_INT (g_hash_table_lookup (versions, &record->id));

      if (damaged > 0)
        record->damaged = MAX (record->damaged, damaged);
    }
  return whole;
}

static gboolean
facts_add_doubts (NamidaDatabase *database, GPtrArray *all, GError **error)
{
  g_autoptr (GHashTable) doubts = namida_zip_doubt_list (database, error);

  for (guint i = 0; doubts != NULL && i < all->len; i++)
    {
      NamidaVersionFacts *facts = g_ptr_array_index (all, i);
      g_autofree gpointer key = NULL;

      if (facts->zip_path != NULL)
        g_hash_table_steal_extended (doubts, &facts->record->id, &key, (gpointer *) &facts->doubt);
    }
  return doubts != NULL;
}

GPtrArray *
namida_version_facts_load (NamidaDatabase *database, GCancellable *cancellable, GError **error)
{
  g_autoptr (GPtrArray) all = g_ptr_array_new_with_free_func ((GDestroyNotify) namida_version_facts_free);

  if (!facts_load_some (database, NAMIDA_VERSION_STAYS, all, cancellable, error)
      || !facts_load_some (database, NAMIDA_VERSION_REMOVING, all, cancellable, error)
      || !facts_count_damaged (database, all, error) || !facts_add_doubts (database, all, error))
    return NULL;
  g_ptr_array_sort (all, facts_compare);
  return g_steal_pointer (&all);
}
