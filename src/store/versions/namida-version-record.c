/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reads and changes the table of versions, and finds the files of a version in the database and on the disk. Called
 * throughout src/store/versions, in workers. */
#include "config.h"

#include "namida-version-record.h"

#include "namida-clock.h"
#include "namida-content.h"
#include "namida-error.h"
#include "namida-file-ops.h"
#include "namida-folder-record.h"
#include "namida-mount.h"
#include "namida-open.h"
#include "namida-safe-path.h"
#include "namida-store-mark.h"
#include "namida-version-lists.h"

#include <errno.h>
#include <limits.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <json-glib/json-glib.h>
#include <string.h>
#include <unistd.h>

#define COLUMNS                                                                                                        \
  "id, session, fingerprint, alias, path, title, landing, created_at, coalesce (verified_at, 0), pinned, complete,"    \
  " damaged, files, bytes, left_out, read_at, zip, labels, offer_key, store"

void
namida_version_record_free (NamidaVersionRecord *self)
{
  if (self == NULL)
    return;
  g_free (self->offer_key);
  g_free (self->session);
  g_free (self->fingerprint);
  g_free (self->alias);
  g_free (self->path);
  g_free (self->title);
  g_free (self->zip);
  g_free (self->store);
  g_clear_pointer (&self->labels, g_ptr_array_unref);
  g_free (self);
}

static void
version_record_file_free (gpointer data)
{
  NamidaVersionFile *file = data;

  g_free (file->path);
  g_free (file->label);
  g_free (file->below);
  g_free (file->sha256);
  g_free (file);
}

static char *
version_record_dup_text (sqlite3_stmt *statement, int column)
{
  return g_strdup ((const char *) sqlite3_column_text (statement, column));
}

static void
version_record_label_free (gpointer data)
{
  NamidaVersionMusic *music = data;

  g_free (music->label);
  g_free (music);
}

/* Parses what namida_version_lists_write() wrote. An invalid text counts as an empty list. */
static GPtrArray *
version_record_read_labels (const char *json)
{
  GPtrArray *labels = g_ptr_array_new_with_free_func (version_record_label_free);
  g_autoptr (JsonNode) root = json != NULL ? json_from_string (json, NULL) : NULL;
  JsonArray *array = root != NULL && JSON_NODE_HOLDS_ARRAY (root) ? json_node_get_array (root) : NULL;

  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      JsonNode *node = json_array_get_element (array, i);
      JsonObject *object = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
      NamidaVersionMusic *music;

      if (object == NULL)
        continue;
      music = g_new0 (NamidaVersionMusic, 1);
      music->label = g_strdup (json_object_get_string_member_with_default (object, "label", ""));
      music->files = (guint) json_object_get_int_member_with_default (object, "files", 0);
      music->bytes = (guint64) json_object_get_int_member_with_default (object, "bytes", 0);
      g_ptr_array_add (labels, music);
    }
  return labels;
}

static NamidaVersionRecord *
version_record_read (sqlite3_stmt *statement)
{
  NamidaVersionRecord *record = g_new0 (NamidaVersionRecord, 1);
  const char *landing = (const char *) sqlite3_column_text (statement, 6);

  record->id = sqlite3_column_int64 (statement, 0);
  record->session = version_record_dup_text (statement, 1);
  record->fingerprint = version_record_dup_text (statement, 2);
  record->alias = version_record_dup_text (statement, 3);
  record->path = version_record_dup_text (statement, 4);
  record->title = version_record_dup_text (statement, 5);
  record->landing = g_strcmp0 (landing, "backup") == 0 ? NAMIDA_LANDING_BACKUP : NAMIDA_LANDING_LIBRARY;
  record->created_at = sqlite3_column_int64 (statement, 7);
  record->verified_at = sqlite3_column_int64 (statement, 8);
  record->pinned = sqlite3_column_int (statement, 9) != 0;
  record->complete = sqlite3_column_int (statement, 10) != 0;
  record->damaged = sqlite3_column_int (statement, 11);
  record->files = (guint) sqlite3_column_int64 (statement, 12);
  record->bytes = (guint64) sqlite3_column_int64 (statement, 13);
  record->left_out = (guint) sqlite3_column_int64 (statement, 14);
  record->read_at = sqlite3_column_int64 (statement, 15);
  record->zip = version_record_dup_text (statement, 16);
  record->labels = version_record_read_labels ((const char *) sqlite3_column_text (statement, 17));
  record->offer_key = version_record_dup_text (statement, 18);
  record->store = version_record_dup_text (statement, 19);
  return record;
}

GPtrArray *
namida_version_record_list (NamidaDatabase *database, NamidaVersionRemoving removing, GError **error)
{
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func ((GDestroyNotify) namida_version_record_free);
  sqlite3_stmt *statement = NULL;
  gboolean fine;
  int result;

  namida_database_lock (database);
  if (namida_version_migrate (database, 0, 0, NULL, error))
    statement = namida_database_prepare (database, error,
                                         "SELECT " COLUMNS
                                         " FROM versions WHERE removing = ? ORDER BY created_at DESC, id DESC",
                                         "i", (gint64) removing);
  while (namida_database_next (statement, &result))
    g_ptr_array_add (list, version_record_read (statement));
  fine = namida_database_end (database, statement, result, error);
  namida_database_unlock (database);
  return fine ? g_steal_pointer (&list) : NULL;
}

static gboolean
version_record_not_found (const char *id, GError **error)
{
  g_autofree char *shown = g_utf8_make_valid (id, -1);

  g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_NOT_FOUND, _ ("There is no version “%s”."), shown);
  return FALSE;
}

NamidaVersionRecord *
namida_version_record_find (NamidaDatabase *database, const char *id, GError **error)
{
  NamidaVersionRecord *record = NULL;
  sqlite3_stmt *statement;
  int result;

  namida_database_lock (database);
  /* Compare as text, because "7x" is not 7. */
  statement = namida_database_prepare (database, error,
                                       "SELECT " COLUMNS " FROM versions WHERE removing = 0 AND CAST (id AS TEXT) = ?",
                                       "s", id);
  if (namida_database_next (statement, &result))
    record = version_record_read (statement);
  if (namida_database_end (database, statement, result, error) && record == NULL)
    version_record_not_found (id, error);
  namida_database_unlock (database);
  return record;
}

NamidaVersionRecord *
namida_version_record_find_at (NamidaDatabase *database, const char *path, GError **error)
{
  g_autofree char *device = g_path_get_dirname (path);
  g_autofree char *store = g_path_get_dirname (device);
  g_autofree char *uuid = namida_store_mark_dup_uuid (store);
  g_autofree char *id = NULL;
  sqlite3_stmt *statement;
  gboolean whole;
  int result;

  namida_database_lock (database);
  statement = namida_database_prepare (database, error,
                                       "SELECT CAST (id AS TEXT) FROM versions WHERE path = ? AND landing = 'backup'"
                                       " AND removing = 0 AND coalesce (store = ?, 1) ORDER BY id DESC LIMIT 1",
                                       "ss", path, uuid);
  if (namida_database_next (statement, &result))
    id = version_record_dup_text (statement, 0);
  whole = namida_database_end (database, statement, result, error);
  namida_database_unlock (database);
  if (!whole)
    return NULL;
  if (id != NULL)
    return namida_version_record_find (database, id, error);
  version_record_not_found (path, error);
  return NULL;
}

GPtrArray *
namida_version_record_files (NamidaDatabase *database, const NamidaVersionRecord *record, GError **error)
{
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func (version_record_file_free);
  sqlite3_stmt *statement = NULL;
  gboolean fine;
  int result;

  namida_database_lock (database);
  if (namida_version_migrate (database, record->id, 0, NULL, error))
    statement = namida_database_prepare (database, error,
                                         "SELECT kind, path, label, relative, size, mtime_ns, sha256, content, inode, "
                                         "device, ctime_ns, read_at, damaged,"
                                         " kept"
                                         " FROM version_files WHERE version = ? ORDER BY path",
                                         "i", record->id);
  while (namida_database_next (statement, &result))
    {
      NamidaVersionFile *file = g_new0 (NamidaVersionFile, 1);

      file->kind = (NamidaVersionFileKind) sqlite3_column_int (statement, 0);
      file->path = version_record_dup_text (statement, 1);
      file->label = version_record_dup_text (statement, 2);
      file->below = version_record_dup_text (statement, 3);
      file->size = (guint64) sqlite3_column_int64 (statement, 4);
      file->mtime_ns = sqlite3_column_int64 (statement, 5);
      file->sha256 = version_record_dup_text (statement, 6);
      file->content = sqlite3_column_int64 (statement, 7);
      file->inode = (guint64) sqlite3_column_int64 (statement, 8);
      file->device = (guint64) sqlite3_column_int64 (statement, 9);
      file->ctime_ns = sqlite3_column_int64 (statement, 10);
      file->read_at = sqlite3_column_int64 (statement, 11);
      file->damaged = sqlite3_column_int (statement, 12) != 0;
      file->kept = sqlite3_column_int (statement, 13) != 0;
      g_ptr_array_add (list, file);
    }
  fine = namida_database_end (database, statement, result, error);
  namida_database_unlock (database);
  return fine ? g_steal_pointer (&list) : NULL;
}

GPtrArray *
namida_version_record_places (NamidaDatabase *database, const NamidaVersionRecord *record, GError **error)
{
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func (version_record_file_free);
  sqlite3_stmt *statement = NULL;
  gboolean fine;
  int result;

  namida_database_lock (database);
  /* Neither sort nor read hashes, because this runs after each arrival. */
  if (namida_version_migrate (database, record->id, 0, NULL, error))
    statement = namida_database_prepare (database, error,
                                         "SELECT kind, path, size, mtime_ns FROM version_files WHERE version = ?", "i",
                                         record->id);
  while (namida_database_next (statement, &result))
    {
      NamidaVersionFile *file = g_new0 (NamidaVersionFile, 1);

      file->kind = (NamidaVersionFileKind) sqlite3_column_int (statement, 0);
      file->path = version_record_dup_text (statement, 1);
      file->size = (guint64) sqlite3_column_int64 (statement, 2);
      file->mtime_ns = sqlite3_column_int64 (statement, 3);
      g_ptr_array_add (list, file);
    }
  fine = namida_database_end (database, statement, result, error);
  namida_database_unlock (database);
  return fine ? g_steal_pointer (&list) : NULL;
}

GPtrArray *
namida_version_record_paths_of (NamidaDatabase *database, const char *sha256, gboolean backup_only)
{
  GPtrArray *paths = g_ptr_array_new_with_free_func (g_free);
  guint8 hash[NAMIDA_SHA256_BYTES];
  g_autoptr (GError) error = NULL;
  sqlite3_stmt *statement;
  int result;

  if (!namida_content_pack_hash (sha256, hash))
    return paths;
  namida_database_lock (database);
  statement = namida_database_prepare (
      database, &error,
      "SELECT DISTINCT CASE landing WHEN 'backup' THEN v.path || '/' || n.path ELSE n.path END"
      " FROM contents c JOIN list_items i ON i.content = c.id JOIN names n ON n.id = i.name"
      " JOIN version_lists l ON l.list = i.list JOIN versions v ON v.id = l.version"
      " WHERE substr (c.sha256, 1, 8) = substr (?1, 1, 8) AND +c.sha256 = ?1 AND v.removing = 0"
      " AND (?2 = 0 OR v.landing = 'backup')",
      "");
  if (statement != NULL)
    {
      sqlite3_bind_blob (statement, 1, hash, sizeof hash, SQLITE_STATIC);
      sqlite3_bind_int (statement, 2, backup_only);
    }
  while (namida_database_next (statement, &result))
    g_ptr_array_add (paths, version_record_dup_text (statement, 0));
  /* An incomplete list is harmless: the paths are alternatives, and each file is read before it is used. */
  if (!namida_database_end (database, statement, result, &error))
    g_message ("%s", error->message);
  namida_database_unlock (database);
  return paths;
}

gboolean
namida_version_record_set_verified (NamidaDatabase *database, gint64 id, int damaged, GError **error)
{
  return namida_database_exec (database, error,
                               "UPDATE versions SET verified_at = ?1, damaged = ?2, read_at = coalesce ((SELECT"
                               " min (read_at) FROM version_files WHERE version = ?3 AND content IS NOT NULL), 0)"
                               " WHERE id = ?3",
                               "iii", namida_clock_real (), (gint64) damaged, id);
}

/* Returns whether a row was changed. */
static gboolean
version_record_update_one (NamidaDatabase *database, const char *sql, const char *id, GError **error)
{
  sqlite3 *handle = namida_database_lock (database);
  gboolean fine = namida_database_exec (database, error, sql, "s", id);

  if (fine && sqlite3_changes (handle) == 0)
    fine = version_record_not_found (id, error);
  namida_database_unlock (database);
  return fine;
}

gboolean
namida_version_record_set_pinned (NamidaDatabase *database, const char *id, gboolean pinned, GError **error)
{
  return version_record_update_one (database,
                                    pinned
                                        ? "UPDATE versions SET pinned = 1 WHERE removing = 0 AND CAST (id AS TEXT) = ?"
                                        : "UPDATE versions SET pinned = 0 WHERE removing = 0 AND CAST (id AS TEXT) = ?",
                                    id, error);
}

gboolean
namida_version_record_claim (NamidaDatabase *database, const char *id, GError **error)
{
  g_autoptr (NamidaVersionRecord) record = NULL;
  gboolean fine = FALSE;

  /* The lock makes checking and marking one step. */
  namida_database_lock (database);
  record = namida_version_record_find (database, id, error);
  if (record != NULL && record->pinned)
    g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_DECLINED, _ ("“%s” is pinned. Unpin it before deleting it."),
                 record->title);
  else if (record != NULL)
    fine = version_record_update_one (
        database, "UPDATE versions SET removing = 1 WHERE removing = 0 AND pinned = 0 AND CAST (id AS TEXT) = ?", id,
        error);
  namida_database_unlock (database);
  return fine;
}

gboolean
namida_version_record_delete (NamidaDatabase *database, const NamidaVersionRecord *record, GError **error)
{
  sqlite3 *handle = namida_database_lock (database);
  gboolean fine = namida_database_exec (database, error, "BEGIN IMMEDIATE", "")
                  && namida_version_lists_forget (database, record->id, error)
                  && namida_database_exec (database, error, "COMMIT", "");

  if (!fine && !sqlite3_get_autocommit (handle))
    sqlite3_exec (handle, "ROLLBACK", NULL, NULL, NULL);
  namida_database_unlock (database);
  return fine;
}

/* ---- on the disk ---- */

/* Returns (transfer full) (nullable): the path of the store. It has <device>/<version>, or <device>/<zip> of a version
 * in the user's own folders. */
static char *
version_record_dup_store_path (const NamidaVersionRecord *record)
{
  const char *inside = record->landing == NAMIDA_LANDING_BACKUP ? record->path : record->zip;
  g_autofree char *device = inside != NULL ? g_path_get_dirname (inside) : NULL;

  return device != NULL && g_path_is_absolute (device) ? g_path_get_dirname (device) : NULL;
}

gboolean
namida_version_record_is_in_other_store (const NamidaVersionRecord *record)
{
  g_autofree char *path = record->store != NULL ? version_record_dup_store_path (record) : NULL;
  g_autofree char *mounted = path != NULL ? namida_store_mark_dup_uuid (path) : NULL;

  return mounted != NULL && !g_str_equal (mounted, record->store);
}

gboolean
namida_version_record_is_readable (const NamidaVersionRecord *record)
{
  g_autofree char *path = version_record_dup_store_path (record);

  return path == NULL || namida_store_mark_is_readable (path);
}

gboolean
namida_version_record_note_store (NamidaDatabase *database, gint64 id, GError **error)
{
  g_autofree char *text = g_strdup_printf ("%" G_GINT64_FORMAT, id);
  g_autoptr (NamidaVersionRecord) record = namida_version_record_find (database, text, error);
  g_autofree char *path = record != NULL ? version_record_dup_store_path (record) : NULL;
  g_autofree char *mounted = path != NULL ? namida_store_mark_dup_uuid (path) : NULL;

  if (record == NULL)
    return FALSE;
  return g_strcmp0 (mounted, record->store) == 0
         || namida_database_exec (database, error, "UPDATE versions SET store = ? WHERE id = ?", "si", mounted, id);
}

/* Whether the open folder @fd contains another version than that of @record. */
static gboolean
version_record_is_other (const NamidaVersionRecord *record, int fd)
{
  g_autofree char *offer_key
      = record->offer_key != NULL && *record->offer_key != '\0' ? namida_folder_record_dup_offer_key (fd) : NULL;

  return (offer_key != NULL && *offer_key != '\0' && !g_str_equal (offer_key, record->offer_key))
         || namida_version_record_is_in_other_store (record);
}

int
namida_version_record_open (const NamidaVersionRecord *record)
{
  int fd;

  errno = 0;
  if (record->landing != NAMIDA_LANDING_BACKUP)
    return -1;
  fd = open (record->path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (fd < 0 || !version_record_is_other (record, fd))
    return fd;
  close (fd);
  errno = ENOENT;
  return -1;
}

char *
namida_version_record_dup_away (NamidaDatabase *database, const NamidaVersionRecord *record)
{
  g_autofree char *store = version_record_dup_store_path (record);

  return store != NULL
                 && (namida_store_mark_is_away (database, store) || namida_version_record_is_in_other_store (record))
             ? g_steal_pointer (&store)
             : NULL;
}

char *
namida_version_files_dup_away (NamidaDatabase *database, GPtrArray *files)
{
  g_autofree char *looked = NULL; /* (nullable): the last folder that was checked and whose drive is connected */

  for (guint i = 0; i < files->len; i++)
    {
      const NamidaVersionFile *file = g_ptr_array_index (files, i);
      g_autofree char *folder = NULL;
      struct stat st;

      if (file->kind != NAMIDA_VERSION_FILE_FILE || namida_version_file_stat (file, -1, &st))
        continue;
      folder = g_path_get_dirname (file->path);
      if (g_strcmp0 (folder, looked) == 0)
        continue;
      if (namida_mount_is_away (database, file->path))
        return g_steal_pointer (&folder);
      g_free (looked);
      looked = g_steal_pointer (&folder);
    }
  return NULL;
}

gboolean
namida_version_record_is_replaced (const NamidaVersionRecord *record)
{
  int fd = record->landing == NAMIDA_LANDING_BACKUP
               ? open (record->path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
               : -1;
  gboolean replaced = fd >= 0 && version_record_is_other (record, fd);

  if (fd >= 0)
    close (fd);
  return replaced;
}

char *
namida_version_file_dup_path (const NamidaVersionFile *file, const NamidaVersionRecord *record)
{
  return record->landing == NAMIDA_LANDING_BACKUP ? g_build_filename (record->path, file->path, NULL)
                                                  : g_strdup (file->path);
}

char *
namida_version_file_dup_name (const NamidaVersionFile *file)
{
  g_autofree char *name
      = *file->label != '\0' ? g_strconcat (file->label, "/", file->below, NULL) : g_strdup (file->below);

  return g_utf8_make_valid (name, -1);
}

int
namida_version_file_open_folder (const NamidaVersionFile *file, int version_fd, char **basename)
{
  const char *name;
  int fd;

  if (version_fd >= 0)
    return namida_safe_path_open_parent (version_fd, file->path, FALSE, basename, NULL);
  /* Links in the user's own folders belong to the user, so follow them. */
  if (!g_path_is_absolute (file->path))
    return -1;
  fd = namida_open_parent (file->path, &name);
  *basename = g_strdup (name);
  return fd;
}

gboolean
namida_version_file_stat (const NamidaVersionFile *file, int version_fd, struct stat *st)
{
  g_autofree char *basename = NULL;
  gboolean there;
  int folder;

  /* Follow links in the user's own folders. Use one system call per file, because there may be 100,000 of them. */
  if (version_fd < 0 && strlen (file->path) < PATH_MAX)
    return g_path_is_absolute (file->path) && fstatat (AT_FDCWD, file->path, st, AT_SYMLINK_NOFOLLOW) == 0
           && (file->kind == NAMIDA_VERSION_FILE_FOLDER ? S_ISDIR (st->st_mode) : S_ISREG (st->st_mode));
  folder = namida_version_file_open_folder (file, version_fd, &basename);
  if (folder < 0)
    return FALSE;
  there = fstatat (folder, basename, st, AT_SYMLINK_NOFOLLOW) == 0
          && (file->kind == NAMIDA_VERSION_FILE_FOLDER ? S_ISDIR (st->st_mode) : S_ISREG (st->st_mode));
  close (folder);
  return there;
}

gboolean
namida_version_file_fits (const NamidaVersionFile *file, const struct stat *st)
{
  return file->kind == NAMIDA_VERSION_FILE_FOLDER
         || ((guint64) st->st_size == file->size && namida_stat_mtime_ns (st) == file->mtime_ns);
}
