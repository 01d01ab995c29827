/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Determines whether Namida can restore the backup zip of a version. That requires inspecting the whole zip including
 * its databases, which is too slow to do each time for a list of hundreds of versions. The result is stored in the
 * database with the hash of the zip, so that each content is inspected once. Used by the lists of versions, by verify
 * and by retention, in worker threads. */
#include "config.h"

#include "namida-zip-doubt.h"

#include "namida-content.h"
#include "namida-digest.h"
#include "namida-file-ops.h"
#include "namida-folder-record.h"
#include "namida-open.h"
#include "namida-safe-path.h"
#include "namida-version-folders.h"

#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <string.h>
#include <unistd.h>

/* Increase this number when the inspection detects more problems, so that zips with older results are inspected again.
 */
#define RULES 1

void
namida_zip_doubt_free (NamidaZipDoubt *self)
{
  if (self == NULL)
    return;
  g_free (self->part);
  g_free (self);
}

/* ---- in the database ---- */

/* @column: the first of the columns kind, part and restorable. Returns: (transfer full). */
static NamidaZipDoubt *
zip_doubt_read (sqlite3_stmt *statement, int column)
{
  NamidaZipDoubt *self = g_new0 (NamidaZipDoubt, 1);
  const char *kind = (const char *) sqlite3_column_text (statement, column);

  self->kind = NAMIDA_INSPECTION_DAMAGED;
  for (guint i = 0; i < NAMIDA_N_INSPECTIONS; i++)
    if (g_strcmp0 (kind, namida_inspection_kind_to_string (i)) == 0)
      self->kind = i;
  self->part = g_strdup ((const char *) sqlite3_column_text (statement, column + 1));
  self->restorable = sqlite3_column_int (statement, column + 2) != 0;
  return self;
}

GHashTable *
namida_zip_doubt_list (NamidaDatabase *database, GError **error)
{
  g_autoptr (GHashTable) list
      = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, (GDestroyNotify) namida_zip_doubt_free);
  sqlite3_stmt *statement;
  gboolean whole;
  int result;

  namida_database_lock (database);
  /* A version that was received again may have another zip. */
  statement = namida_database_prepare (database, error,
                                       "SELECT z.version, z.kind, z.part, z.restorable FROM inspected_zips z"
                                       " JOIN versions v ON v.id = z.version WHERE z.zip = v.zip AND z.rules = ?",
                                       "i", (gint64) RULES);
  while (namida_database_next (statement, &result))
    {
      gint64 id = sqlite3_column_int64 (statement, 0);

      g_hash_table_insert (list, g_memdup2 (&id, sizeof id), zip_doubt_read (statement, 1));
    }
  whole = namida_database_end (database, statement, result, error);
  namida_database_unlock (database);
  return whole ? g_steal_pointer (&list) : NULL;
}

/* Returns (transfer full) (nullable): the hash of the zip of @record on arrival. */
static char *
zip_doubt_dup_hash (NamidaDatabase *database, const NamidaVersionRecord *record)
{
  char *hash = NULL;
  sqlite3_stmt *statement;

  namida_database_lock (database);
  statement = namida_database_prepare (database, NULL,
                                       /* CROSS: start from the one name instead of all files of the version. */
                                       "SELECT c.sha256 FROM names n CROSS JOIN version_lists l CROSS JOIN list_items i"
                                       " ON i.list = l.list AND i.name = n.id JOIN contents c ON c.id = i.content"
                                       " WHERE n.path = ? AND l.version = ?",
                                       "si", record->zip, record->id);
  if (statement != NULL && sqlite3_step (statement) == SQLITE_ROW)
    hash = namida_content_dup_hash (statement, 0);
  sqlite3_finalize (statement);
  namida_database_unlock (database);
  return hash;
}

/* Returns (transfer full) (nullable): the result for any zip with the content @hash. */
static NamidaZipDoubt *
zip_doubt_look_up (NamidaDatabase *database, const char *hash)
{
  NamidaZipDoubt *self = NULL;
  sqlite3_stmt *statement;

  namida_database_lock (database);
  statement
      = namida_database_prepare (database, NULL,
                                 "SELECT kind, part, restorable FROM inspected_zips WHERE sha256 = ? AND rules = ?",
                                 "si", hash, (gint64) RULES);
  if (statement != NULL && sqlite3_step (statement) == SQLITE_ROW)
    self = zip_doubt_read (statement, 0);
  sqlite3_finalize (statement);
  namida_database_unlock (database);
  return self;
}

static void
zip_doubt_remember (NamidaDatabase *database,
                    const NamidaZipDoubt *self,
                    const NamidaVersionRecord *record,
                    const char *hash)
{
  g_autoptr (GError) error = NULL;

  if (!namida_database_exec (database, &error,
                             "INSERT OR REPLACE INTO inspected_zips (version, zip, sha256, kind, part, restorable,"
                             " rules) SELECT id, ?2, ?3, ?4, ?5, ?6, ?7 FROM versions WHERE id = ?1",
                             "issssii", record->id, record->zip, hash, namida_inspection_kind_to_string (self->kind),
                             self->part, (gint64) self->restorable, (gint64) RULES))
    /* It is inspected again next time; a read-only database cannot remember the result. */
    g_debug ("%s", error->message);
}

/* ---- in the zip ---- */

static gboolean
zip_doubt_is_as_arrived (const char *path, const char *hash, GCancellable *cancellable)
{
  int fd = namida_open_at (AT_FDCWD, path, O_RDONLY | O_NONBLOCK, 0);
  g_autofree char *found = fd >= 0 ? namida_file_hash (fd, cancellable) : NULL;

  if (fd >= 0)
    close (fd);
  return g_strcmp0 (found, hash) == 0;
}

static NamidaZipDoubt *
zip_doubt_inspect (const char *path, GCancellable *cancellable)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (NamidaInspection) inspection = namida_inspector_inspect (file, cancellable, NULL);
  NamidaZipDoubt *self;

  if (inspection == NULL)
    return NULL;
  self = g_new0 (NamidaZipDoubt, 1);
  self->kind = inspection->kind;
  self->part = g_strdup (inspection->damaged_part);
  self->restorable = namida_inspection_is_restorable (inspection);
  return self;
}

NamidaZipDoubt *
namida_zip_doubt_find (NamidaDatabase *database, const NamidaVersionRecord *record, GCancellable *cancellable)
{
  g_autofree char *hash = record->zip != NULL ? zip_doubt_dup_hash (database, record) : NULL;
  g_autofree char *path = NULL;
  g_autoptr (NamidaZipDoubt) self = hash != NULL ? zip_doubt_look_up (database, hash) : NULL;

  if (hash == NULL)
    return NULL;
  if (self == NULL)
    {
      path = record->landing == NAMIDA_LANDING_BACKUP ? g_build_filename (record->path, record->zip, NULL)
                                                      : g_strdup (record->zip);
      if (!zip_doubt_is_as_arrived (path, hash, cancellable))
        return NULL;
      self = zip_doubt_inspect (path, cancellable);
    }
  if (self != NULL)
    zip_doubt_remember (database, self, record, hash);
  return g_steal_pointer (&self);
}

/* ---- folders that are not in a database ---- */

static void
zip_doubt_folder_doubt_free (gpointer data)
{
  NamidaFolderDoubt *self = data;

  g_free (self->version);
  g_free (self->zip);
  namida_zip_doubt_free (self->doubt);
  g_free (self);
}

/* Returns (transfer full) (nullable): the version @folder, if Namida cannot restore its zip. */
static NamidaFolderDoubt *
zip_doubt_folder_doubt_find (const char *folder, GCancellable *cancellable)
{
  int fd = namida_open_at (AT_FDCWD, folder, O_RDONLY | O_DIRECTORY, 0);
  g_autoptr (NamidaFolderRecord) record = fd >= 0 ? namida_folder_record_read (fd, NULL) : NULL;
  g_autoptr (NamidaZipDoubt) doubt = NULL;
  NamidaFolderDoubt *self;

  if (fd >= 0)
    close (fd);
  /* Do not trust the record: make sure that the zip is directly in its version. */
  if (record != NULL && record->zip != NULL && namida_safe_path_check_component (record->zip, NULL))
    {
      g_autofree char *path = g_build_filename (folder, record->zip, NULL);

      doubt = zip_doubt_inspect (path, cancellable);
    }
  if (doubt == NULL || doubt->restorable)
    return NULL;
  self = g_new0 (NamidaFolderDoubt, 1);
  self->version = g_path_get_basename (folder);
  self->zip = g_strdup (record->zip);
  self->doubt = g_steal_pointer (&doubt);
  return self;
}

GPtrArray *
namida_zip_doubt_list_folder (const char *folder, GCancellable *cancellable)
{
  g_autoptr (GPtrArray) folders = namida_version_folders_list (folder, FALSE);
  GPtrArray *doubts = g_ptr_array_new_with_free_func (zip_doubt_folder_doubt_free);

  for (guint i = 0; i < folders->len && !g_cancellable_is_cancelled (cancellable); i++)
    {
      NamidaFolderDoubt *doubt = zip_doubt_folder_doubt_find (g_ptr_array_index (folders, i), cancellable);

      if (doubt != NULL)
        g_ptr_array_add (doubts, doubt);
    }
  return doubts;
}

/* ---- in words ---- */

char *
namida_zip_doubt_dup_text (const NamidaZipDoubt *self)
{
  switch (self->kind)
    {
    case NAMIDA_INSPECTION_EMPTY:
      return g_strdup (_ ("The backup is empty"));
    case NAMIDA_INSPECTION_TRUNCATED:
      return g_strdup (_ ("The backup is cut off"));
    case NAMIDA_INSPECTION_ENCRYPTED:
      return g_strdup (_ ("The backup is protected by a password"));
    case NAMIDA_INSPECTION_TOO_BIG:
      return g_strdup (_ ("The backup unpacks to more than any Namida backup"));
    case NAMIDA_INSPECTION_NOT_A_ZIP:
    case NAMIDA_INSPECTION_NOT_NAMIDA:
      return g_strdup (_ ("Not a Namida backup"));
    case NAMIDA_INSPECTION_BACKUP:
    case NAMIDA_INSPECTION_FLAT:
      if (self->part == NULL)
        return g_strdup (_ ("The backup has files with names that lead out of it"));
      break;
    default:
      break;
    }
  if (self->part == NULL)
    return g_strdup (_ ("The backup is damaged"));
  /* Translators: %s is a file in a backup, such as “tracks.db” */
  return g_strdup_printf (_ ("“%s” in the backup is damaged"), self->part);
}
