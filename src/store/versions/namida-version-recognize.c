/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Recognizes the versions of a store whose mark has changed, by the records in their folders; see the header. Worker
 * threads. */
#include "config.h"

#include "namida-version-recognize.h"

#include "namida-file-ops.h"
#include "namida-folder-record.h"
#include "namida-removal.h"
#include "namida-staging.h"
#include "namida-store-owner.h"
#include "namida-version-record.h"
#include "namida-version-trash.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Returns (transfer full): the hashes by path. */
static GHashTable *
recognize_index_files (GPtrArray *files)
{
  GHashTable *hashes = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < files->len; i++)
    {
      const NamidaVersionFile *file = g_ptr_array_index (files, i);

      if (file->kind != NAMIDA_VERSION_FILE_FOLDER)
        g_hash_table_insert (hashes, file->path, file->sha256);
    }
  return hashes;
}

/* Whether the list of hashes in a folder is that of the version. A damaged list may lack lines. */
static gboolean
recognize_has_sums (NamidaDatabase *database, const NamidaVersionRecord *version, const NamidaFolderRecord *record)
{
  g_autoptr (GPtrArray) files = namida_version_record_files (database, version, NULL);
  g_autoptr (GHashTable) hashes = files != NULL ? recognize_index_files (files) : NULL;
  gboolean whole = record->sums_fit && record->bad_lines == 0;

  if (hashes == NULL || record->sums->len == 0 || (whole && record->sums->len != g_hash_table_size (hashes)))
    return FALSE;
  for (guint i = 0; i < record->sums->len; i++)
    {
      const NamidaSum *sum = g_ptr_array_index (record->sums, i);
      const char *known = g_hash_table_lookup (hashes, sum->path);

      if (known == NULL || g_ascii_strcasecmp (known, sum->sha256) != 0)
        return FALSE;
    }
  return TRUE;
}

/* @folder: (transfer full): a descriptor, or -1 */
static gboolean
recognize_is_in (NamidaDatabase *database, const NamidaVersionRecord *version, int folder)
{
  g_autoptr (NamidaFolderRecord) record = folder >= 0 ? namida_folder_record_read (folder, NULL) : NULL;
  gboolean has_keys;

  if (folder >= 0)
    close (folder);
  if (record == NULL)
    return FALSE;
  has_keys = record->offer_key != NULL && *record->offer_key != '\0' && *version->offer_key != '\0';
  return g_strcmp0 (record->fingerprint, version->fingerprint) == 0
         && (!has_keys || g_str_equal (record->offer_key, version->offer_key))
         && recognize_has_sums (database, version, record);
}

/* Opens the folder whose name is made from @format and @id, in the folder of this program in @hidden. */
G_GNUC_PRINTF (4, 0)
static int
recognize_open_owned (NamidaDatabase *database, int store, const char *hidden, const char *format, gint64 id)
{
  g_autofree char *owner = namida_store_dup_owner (database);
  int own = namida_store_open_owned (store, hidden, owner, FALSE), folder;
  char name[64];

  if (own < 0)
    return -1;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
  snprintf (name, sizeof name, format, id);
#pragma GCC diagnostic pop
  folder = namida_folder_open (own, name, FALSE);
  close (own);
  return folder;
}

/* The zip of a version in the user's own folders has no record beside it. */
static gboolean
recognize_has_zip (NamidaDatabase *database, const NamidaVersionRecord *version)
{
  g_autoptr (GPtrArray) files = namida_version_record_places (database, version, NULL);

  for (guint i = 0; files != NULL && i < files->len; i++)
    {
      const NamidaVersionFile *file = g_ptr_array_index (files, i);
      struct stat st;

      if (file->kind == NAMIDA_VERSION_FILE_ZIP)
        return namida_version_file_stat (file, -1, &st) && namida_version_file_fits (file, &st);
    }
  return FALSE;
}

/* @store: a descriptor */
static gboolean
recognize_is_here (NamidaDatabase *database,
                   const NamidaVersionRecord *version,
                   NamidaVersionRemoving removing,
                   int store)
{
  int folder;

  if (version->landing == NAMIDA_LANDING_LIBRARY)
    return removing == NAMIDA_VERSION_STAYS && recognize_has_zip (database, version);
  switch (removing)
    {
    case NAMIDA_VERSION_TRASHED:
      return recognize_is_in (database, version,
                              recognize_open_owned (database, store, NAMIDA_VERSION_TRASH, NAMIDA_VERSION_TRASH_NAME,
                                                    version->id));
    case NAMIDA_VERSION_REMOVING:
      /* Its record may have been deleted already, but no other version can have this name. */
      folder = recognize_open_owned (database, store, NAMIDA_STAGING_HIDDEN, NAMIDA_REMOVED_NAME, version->id);
      if (folder >= 0)
        close (folder);
      return folder >= 0;
    default:
      return recognize_is_in (database, version, open (version->path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    }
}

/* Records @uuid, unless another row already has the version at that path: drives that take turns at one mount point may
 * contain the same backup under the same name. */
static gboolean
recognize_note (NamidaDatabase *database, const NamidaVersionRecord *version, const char *uuid, gboolean *noted)
{
  g_autoptr (GError) error = NULL;
  sqlite3 *handle = namida_database_lock (database);
  gboolean fine
      = namida_database_exec (database, &error,
                              "UPDATE versions SET store = ?1 WHERE id = ?2 AND store = ?3 AND (removing <> 0 OR"
                              " landing <> 'backup' OR NOT EXISTS (SELECT 1 FROM versions o WHERE o.path ="
                              " versions.path AND o.id <> versions.id AND o.removing = 0 AND o.landing = 'backup'"
                              " AND coalesce (o.store = ?1, 1)))",
                              "sis", uuid, version->id, version->store);

  *noted = fine && sqlite3_changes (handle) > 0;
  namida_database_unlock (database);
  if (!fine)
    g_message ("a version could not be recognized: %s", error->message);
  return fine;
}

static gboolean
recognize_is_elsewhere (const NamidaVersionRecord *version, const char *store, const char *uuid)
{
  const char *inside = version->landing == NAMIDA_LANDING_BACKUP ? version->path : version->zip;
  gsize length = strlen (store);

  return version->store != NULL && !g_str_equal (version->store, uuid) && inside != NULL
         && strncmp (inside, store, length) == 0 && inside[length] == '/'
         && namida_version_record_is_in_other_store (version);
}

/* Usually all versions are in the stores that they are recorded with. */
static gboolean
recognize_has_others (NamidaDatabase *database, const char *store, const char *uuid)
{
  g_autofree char *inside = g_strconcat (store, "/", NULL);
  sqlite3_stmt *statement;
  gboolean others;

  namida_database_lock (database);
  statement = namida_database_prepare (database, NULL,
                                       "SELECT 1 FROM versions WHERE store <> ?1"
                                       " AND (landing <> 'backup' OR substr (path, 1, length (?2)) = ?2) LIMIT 1",
                                       "ss", uuid, inside);
  others = statement != NULL && sqlite3_step (statement) == SQLITE_ROW;
  sqlite3_finalize (statement);
  namida_database_unlock (database);
  return others;
}

guint
namida_version_recognize (NamidaDatabase *database, const char *store, const char *uuid, GCancellable *cancellable)
{
  int fd = uuid != NULL && recognize_has_others (database, store, uuid)
               ? open (store, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
               : -1;
  guint n = 0;

  for (guint removing = NAMIDA_VERSION_STAYS; fd >= 0 && removing <= NAMIDA_VERSION_TRASHED; removing++)
    {
      g_autoptr (GPtrArray) versions = namida_version_record_list (database, removing, NULL);

      for (guint i = 0; versions != NULL && i < versions->len && !g_cancellable_is_cancelled (cancellable); i++)
        {
          const NamidaVersionRecord *version = g_ptr_array_index (versions, i);
          gboolean noted;

          if (!recognize_is_elsewhere (version, store, uuid) || !recognize_is_here (database, version, removing, fd))
            continue;
          if (!recognize_note (database, version, uuid, &noted))
            break;
          n += noted;
        }
    }
  if (fd >= 0)
    close (fd);
  if (n > 0)
    g_message ("%u versions were recognized in %s, whose mark is another one now", n, store);
  return n;
}
