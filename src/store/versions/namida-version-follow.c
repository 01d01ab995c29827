/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Updates the paths of versions if the folder for backups appears under another path; see namida-version-follow.h.
 * Called when the list of versions is loaded, in a worker. */
#include "config.h"

#include "namida-version-follow.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "namida-error.h"
#include "namida-store-mark.h"
#include "namida-store-private.h"
#include "namida-version-record.h"

static gboolean
follow_is_gone (const NamidaVersionRecord *record)
{
  int fd = namida_version_record_open (record);

  if (fd >= 0)
    close (fd);
  return fd < 0 && errno == ENOENT;
}

/* Whether the version, which is in the trash or being removed, belongs to the store @uuid, which is no longer at its
 * old path. */
static gboolean
follow_has_moved (const NamidaVersionRecord *record, const char *uuid)
{
  g_autofree char *device = g_path_get_dirname (record->path);
  g_autofree char *store = g_path_get_dirname (device);
  g_autofree char *there = namida_store_mark_dup_uuid (store);

  return uuid != NULL && g_strcmp0 (record->store, uuid) == 0 && g_strcmp0 (there, uuid) != 0;
}

/* Returns (transfer full): the path that the version would have below @backups. */
static char *
follow_dup_place (const NamidaVersionRecord *record, const char *backups)
{
  g_autofree char *name = g_path_get_basename (record->path);
  g_autofree char *above = g_path_get_dirname (record->path);
  g_autofree char *device = g_path_get_basename (above);

  return g_build_filename (backups, device, name, NULL);
}

/* Whether @place contains the version of @record: some of its files are there, and none of them differs. Missing or
 * damaged files are left to verifying. */
static gboolean
follow_is_it (NamidaDatabase *database, const NamidaVersionRecord *record, const char *place)
{
  g_autoptr (GPtrArray) files = namida_version_record_files (database, record, NULL);
  const NamidaVersionRecord there = { .path = (char *) place, .landing = NAMIDA_LANDING_BACKUP };
  int fd = files != NULL ? namida_version_record_open (&there) : -1;
  gboolean same = fd >= 0;
  guint n = 0;

  for (guint i = 0; same && i < files->len; i++)
    {
      const NamidaVersionFile *file = g_ptr_array_index (files, i);
      struct stat st;

      if (file->kind == NAMIDA_VERSION_FILE_FOLDER || !namida_version_file_stat (file, fd, &st))
        continue;
      same = namida_version_file_fits (file, &st);
      n++;
    }
  if (fd >= 0)
    close (fd);
  return same && n > 0;
}

static gboolean
follow_note (NamidaDatabase *database,
             const NamidaVersionRecord *record,
             NamidaVersionRemoving removing,
             const char *place,
             GError **error)
{
  sqlite3 *handle = namida_database_lock (database);
  gboolean fine
      = namida_database_exec (database, error, "BEGIN IMMEDIATE", "")
        && namida_database_exec (database, error, "UPDATE versions SET path = ? WHERE id = ? AND path = ?", "sis",
                                 place, record->id, record->path)
        && namida_database_exec (database, error,
                                 "UPDATE sessions SET destination = ? WHERE id = ? AND destination = ?", "sss", place,
                                 record->session, record->path)
        && (removing != NAMIDA_VERSION_STAYS || namida_version_record_note_store (database, record->id, error))
        && namida_database_exec (database, error, "COMMIT", "");

  if (!fine && !sqlite3_get_autocommit (handle))
    sqlite3_exec (handle, "ROLLBACK", NULL, NULL, NULL);
  namida_database_unlock (database);
  return fine;
}

/* @taken: the set of paths of all versions. */
static void
follow_some (NamidaDatabase *database,
             const char *backups,
             NamidaVersionRemoving removing,
             GHashTable *taken,
             GCancellable *cancellable)
{
  g_autofree char *inside = g_strconcat (backups, "/", NULL);
  g_autofree char *uuid = namida_store_mark_dup_uuid (backups);
  g_autoptr (GPtrArray) records = namida_version_record_list (database, removing, NULL);

  for (guint i = 0; removing == NAMIDA_VERSION_STAYS && records != NULL && i < records->len; i++)
    g_hash_table_add (taken, g_strdup (((NamidaVersionRecord *) g_ptr_array_index (records, i))->path));
  for (guint i = 0; records != NULL && i < records->len && !g_cancellable_is_cancelled (cancellable); i++)
    {
      const NamidaVersionRecord *record = g_ptr_array_index (records, i);
      g_autofree char *place = NULL;
      g_autoptr (GError) error = NULL;

      if (record->landing != NAMIDA_LANDING_BACKUP || g_str_has_prefix (record->path, inside)
          || !(removing == NAMIDA_VERSION_STAYS ? follow_is_gone (record) : follow_has_moved (record, uuid)))
        continue;
      place = follow_dup_place (record, backups);
      /* The folder of a version in the trash has another name, so only its store can be compared. */
      if ((removing != NAMIDA_VERSION_STAYS
           || (!g_hash_table_contains (taken, place) && follow_is_it (database, record, place)))
          && !follow_note (database, record, removing, place, &error))
        g_message ("a version that is elsewhere by now could not be noted: %s", error->message);
    }
}

void
namida_version_follow (NamidaStore *store, GCancellable *cancellable)
{
  NamidaDatabase *database = namida_store_get_database (store);
  const char *backups = namida_store_get_backups (store);
  g_autoptr (GHashTable) taken = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  follow_some (database, backups, NAMIDA_VERSION_STAYS, taken, cancellable);
  follow_some (database, backups, NAMIDA_VERSION_TRASHED, taken, cancellable);
  follow_some (database, backups, NAMIDA_VERSION_REMOVING, taken, cancellable);
}
