/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Deletes versions: immediately if the user asks for it, or when their time in the trash has expired. Which versions
 * may be removed automatically is decided in namida-retention.h. Worker threads. */
#include "config.h"

#include "namida-removal.h"

#include "namida-crash-point.h"
#include "namida-error.h"
#include "namida-file-ops.h"
#include "namida-open.h"
#include "namida-safe-path.h"
#include "namida-staging.h"
#include "namida-store-owner.h"
#include "namida-version-ctimes.h"
#include "namida-version-record.h"
#include "namida-version-trash.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <stdio.h>
#include <unistd.h>

#define BLOCK_BYTES 512u /* the unit of st_blocks, see stat(2) */

void
namida_removal_free (NamidaRemoval *self)
{
  if (self != NULL)
    g_free (self->question);
  g_free (self);
}

static gboolean
removal_fail (GError **error, int saved_errno, const char *path)
{
  g_autofree char *shown = g_filename_display_name (path);
  g_autofree char *what = g_strdup_printf (_ ("“%s” could not be removed"), shown);

  namida_error_set_from_errno (error, saved_errno, what);
  return FALSE;
}

/* ---- a version on a drive that is not connected ---- */

static gboolean
removal_is_away (NamidaDatabase *database, const NamidaVersionRecord *record)
{
  g_autofree char *store = namida_version_record_dup_away (database, record);

  return store != NULL;
}

gboolean
namida_removal_check_drive (NamidaDatabase *database, const NamidaVersionRecord *record, GError **error)
{
  g_autofree char *id = g_strdup_printf ("%" G_GINT64_FORMAT, record->id);

  if (!removal_is_away (database, record))
    return TRUE;
  g_set_error (
      error, NAMIDA_ERROR, NAMIDA_ERROR_NO_DRIVE,
      _ ("“%s” cannot be removed while its drive is not connected. Connect the drive, then remove the version "
         "again. If the drive is gone for good, take the version off the list: namida-sync-cli backups forget %s"),
      record->title, id);
  return FALSE;
}

/* ---- a version in the user's folders: its zip and manifest ---- */

static gboolean
removal_is_shared (NamidaDatabase *database, gint64 id, const NamidaVersionFile *file)
{
  sqlite3_stmt *statement;
  gboolean shared = TRUE;

  namida_database_lock (database);
  statement = namida_database_prepare (database, NULL,
                                       "SELECT 1 FROM list_items i JOIN names n ON n.id = i.name JOIN version_lists l"
                                       " ON l.list = i.list JOIN versions v ON v.id = l.version WHERE i.content = ?"
                                       " AND n.path = ? AND v.id <> ? AND v.removing = 0 LIMIT 1",
                                       "isi", file->content, file->path, id);
  if (statement != NULL)
    shared = sqlite3_step (statement) != SQLITE_DONE;
  sqlite3_finalize (statement);
  namida_database_unlock (database);
  return shared;
}

/* Allows only <backups>/<alias>/<name> if it is unchanged and no other version uses it. */
static gboolean
removal_may_remove (NamidaDatabase *database, const NamidaVersionRecord *record, const NamidaVersionFile *file)
{
  g_autofree char *alias = namida_safe_path_component_from_alias (record->alias);
  g_autofree char *folder = g_path_get_dirname (file->path);
  g_autofree char *holder = g_path_get_basename (folder);
  g_autofree char *sent = g_uri_unescape_string (holder, NULL); /* (nullable): namida-name-map.h */
  struct stat st;

  return (file->kind == NAMIDA_VERSION_FILE_ZIP || file->kind == NAMIDA_VERSION_FILE_MANIFEST) && *file->label == '\0'
         && (g_str_equal (holder, alias) || g_strcmp0 (sent, alias) == 0) && namida_version_file_stat (file, -1, &st)
         && namida_version_file_fits (file, &st) && !removal_is_shared (database, record->id, file);
}

static gboolean
removal_remove_from_library (NamidaDatabase *database,
                             const NamidaVersionRecord *record,
                             GPtrArray *files,
                             GError **error)
{
  for (guint i = 0; i < files->len; i++)
    {
      const NamidaVersionFile *file = g_ptr_array_index (files, i);

      if (!removal_may_remove (database, record, file))
        continue;
      if (unlink (file->path) != 0 && errno != ENOENT)
        return removal_fail (error, errno, file->path);
      namida_crash_point ("removal-unlinked");
    }
  return TRUE;
}

/* ---- the folder of a version ---- */

/* Whether something else has the name of the version's folder, or of the device's folder, now: for example a link that
 * the user created because the version was moved to another disk, or that an attacker created to have another folder
 * deleted. */
static gboolean
removal_is_replaced (int backups, const char *relative)
{
  g_autofree char *basename = NULL;
  g_autoptr (GError) error = NULL;
  struct stat st;
  int holder = namida_safe_path_open_parent (backups, relative, FALSE, &basename, &error);
  gboolean replaced = holder < 0 && g_error_matches (error, NAMIDA_ERROR, NAMIDA_ERROR_UNSAFE_PATH);

  if (holder >= 0)
    {
      replaced = fstatat (holder, basename, &st, AT_SYMLINK_NOFOLLOW) == 0 && !S_ISDIR (st.st_mode);
      close (holder);
    }
  return replaced;
}

/* Closes @from. @fine: whether the folder was moved out of it. Returns: whether the move is durable; FALSE with errno
 * set. */
static gboolean
removal_end_move (int from, gboolean fine)
{
  int saved_errno = errno;

  if (fine)
    {
      namida_crash_point ("removal-renamed");
      fine = namida_sync_folder (from) == 0;
      saved_errno = errno;
    }
  close (from);
  errno = saved_errno;
  return fine;
}

static gboolean
removal_move_from_place (
    const NamidaVersionRecord *record, int backups, const char *relative, int hidden, const char *name)
{
  g_autofree char *basename = NULL;
  int from;

  errno = 0;
  from = namida_safe_path_open_parent (backups, relative, FALSE, &basename, NULL);
  if (from < 0)
    return errno == 0 || errno == ENOENT || errno == ENOTDIR;
  /* EEXIST: an earlier attempt moved it, and part of it is still there. */
  return removal_end_move (from,
                           namida_folder_move (from, basename, hidden, name) || errno == ENOENT || errno == EEXIST);
}

/* Moves the folder of the version from the trash, or from its own place, into @hidden. @before: the state in the record
 * before the removal; if it was TRASHED, but the folder is at its own place now, another program is taking the version
 * back. Returns FALSE with errno set. */
static gboolean
removal_move (const NamidaVersionRecord *record,
              int backups,
              const char *relative,
              const char *owner,
              int hidden,
              NamidaVersionRemoving before)
{
  g_autofree char *name = g_strdup_printf (NAMIDA_REMOVED_NAME, record->id);
  g_autofree char *kept = g_strdup_printf (NAMIDA_VERSION_TRASH_NAME, record->id);
  int trash = namida_store_open_owned (backups, NAMIDA_VERSION_TRASH, owner, FALSE), place;

  if (trash < 0 && errno != ENOENT)
    return FALSE;
  if (trash >= 0 && (namida_folder_move (trash, kept, hidden, name) || errno == EEXIST))
    return removal_end_move (trash, TRUE);
  if (trash >= 0 && errno != ENOENT)
    return removal_end_move (trash, FALSE);
  if (trash >= 0)
    close (trash);
  if (before != NAMIDA_VERSION_TRASHED)
    return removal_move_from_place (record, backups, relative, hidden, name);
  place = namida_version_record_open (record);
  if (place < 0)
    return TRUE;
  close (place);
  errno = EBUSY;
  return FALSE;
}

/* Moves the folder to a unique name in the hidden folder first: it disappears from view in one step, and a restart
 * finds it again. @began: (out): whether parts of the version may be deleted. */
static gboolean
removal_remove_folder (NamidaDatabase *database,
                       const NamidaVersionRecord *record,
                       NamidaVersionRemoving before,
                       gboolean *began,
                       GError **error)
{
  g_autofree char *owner = namida_store_dup_owner (database);
  g_autofree char *relative = NULL;
  g_autofree char *name = g_strdup_printf (NAMIDA_REMOVED_NAME, record->id);
  g_autofree char *device = g_path_get_dirname (record->path);
  g_autofree char *device_name = g_path_get_basename (device);
  int hidden, saved_errno, backups = namida_version_open_store (record, &relative);
  gboolean fine;

  *began = FALSE;
  if (backups < 0)
    return errno == ENOENT || removal_fail (error, errno, record->path);
  /* Another version has taken the place since the removal began: do not touch it. Nothing of this version is left
   * there. */
  if (removal_is_replaced (backups, relative) || namida_version_record_is_replaced (record))
    {
      close (backups);
      return TRUE;
    }
  hidden = namida_store_open_owned (backups, NAMIDA_STAGING_HIDDEN, owner, TRUE);
  fine = hidden >= 0 && removal_move (record, backups, relative, owner, hidden, before);
  saved_errno = errno;
  *began = fine || (hidden >= 0 && faccessat (hidden, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0);
  errno = saved_errno;
  fine = fine && namida_tree_remove (hidden, name);
  if (!fine)
    removal_fail (error, errno, record->path);
  else
    namida_crash_point ("removal-emptied");
  if (hidden >= 0)
    close (hidden);
  /* These succeed only if the folders are empty. */
  namida_store_drop_owned (backups, NAMIDA_STAGING_HIDDEN, owner);
  namida_store_drop_owned (backups, NAMIDA_VERSION_TRASH, owner);
  unlinkat (backups, device_name, AT_REMOVEDIR);
  close (backups);
  return fine;
}

/* ---- measuring the freed space ---- */

typedef struct
{
  guint64 links, seen, bytes;
} Count;

/* A file of a version that was looked at. */
typedef struct
{
  struct stat st;
  gboolean own; /* one of the user's own, which stays */
} Looked;

struct NamidaRemovalCount
{
  NamidaDatabase *database;
  GHashTable *counts; /* NamidaFileId to Count */
  GArray *looked;     /* Looked: the files of the version that was looked at last */
  guint versions, files;
  guint64 bytes_own; /* of the user's own music, which stays */
};

static void
count_file (NamidaRemovalCount *self, const struct stat *st)
{
  NamidaFileId key = namida_file_id (st);
  Count *count = g_hash_table_lookup (self->counts, &key);

  if (count == NULL)
    {
      count = g_new0 (Count, 1);
      count->links = (guint64) st->st_nlink;
      count->bytes = (guint64) st->st_blocks * BLOCK_BYTES;
      g_hash_table_insert (self->counts, namida_file_id_new (st), count);
    }
  count->seen++;
  self->files++;
}

static void
count_look (NamidaRemovalCount *self, const NamidaVersionRecord *record, GPtrArray *files)
{
  int fd = namida_version_record_open (record);

  for (guint i = 0; i < files->len; i++)
    {
      const NamidaVersionFile *file = g_ptr_array_index (files, i);
      Looked looked;

      if (file->kind == NAMIDA_VERSION_FILE_FOLDER || (fd < 0 && record->landing == NAMIDA_LANDING_BACKUP)
          || !namida_version_file_stat (file, fd, &looked.st))
        continue;
      looked.own = record->landing != NAMIDA_LANDING_BACKUP && !removal_may_remove (self->database, record, file);
      if (!looked.own || namida_version_file_fits (file, &looked.st))
        g_array_append_val (self->looked, looked);
    }
  if (fd >= 0)
    close (fd);
}

NamidaRemovalCount *
namida_removal_count_new (NamidaDatabase *database)
{
  NamidaRemovalCount *self = g_new0 (NamidaRemovalCount, 1);

  self->database = g_object_ref (database);
  self->counts = g_hash_table_new_full (namida_file_id_hash, namida_file_id_equal, g_free, g_free);
  self->looked = g_array_new (FALSE, FALSE, sizeof (Looked));
  return self;
}

void
namida_removal_count_free (NamidaRemovalCount *self)
{
  if (self == NULL)
    return;
  g_object_unref (self->database);
  g_hash_table_unref (self->counts);
  g_array_unref (self->looked);
  g_free (self);
}

gboolean
namida_removal_count_look (NamidaRemovalCount *self, const NamidaVersionRecord *record, GError **error)
{
  g_autoptr (GPtrArray) files = namida_version_record_files (self->database, record, error);

  g_array_set_size (self->looked, 0);
  if (files == NULL)
    return FALSE;
  count_look (self, record, files);
  return TRUE;
}

void
namida_removal_count_take (NamidaRemovalCount *self)
{
  for (guint i = 0; i < self->looked->len; i++)
    {
      const Looked *looked = &g_array_index (self->looked, Looked, i);

      if (looked->own)
        self->bytes_own += (guint64) looked->st.st_blocks * BLOCK_BYTES;
      else
        count_file (self, &looked->st);
    }
  g_array_set_size (self->looked, 0);
  self->versions++;
}

NamidaRemoval *
namida_removal_count_sum (NamidaRemovalCount *self)
{
  NamidaRemoval *removal = g_new0 (NamidaRemoval, 1);
  GHashTableIter iter;
  gpointer value;

  removal->versions = self->versions;
  removal->files = self->files;
  removal->bytes_kept = self->bytes_own;
  g_hash_table_iter_init (&iter, self->counts);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      const Count *count = value;

      if (count->seen >= count->links)
        removal->bytes += count->bytes;
      else
        removal->bytes_kept += count->bytes;
    }
  return removal;
}

/* ---- removing versions ---- */

/* @before: the state that the record had before the removal was claimed. If nothing of the version could be removed,
 * the record gets it back, so that the version stays in the list. */
static gboolean
removal_remove_claimed (NamidaDatabase *database,
                        const NamidaVersionRecord *record,
                        GPtrArray *files,
                        NamidaVersionRemoving before,
                        GError **error)
{
  g_autoptr (NamidaVersionCtimes) ctimes = namida_version_ctimes_new (database, record, files);
  gboolean began = TRUE, fine;

  namida_crash_point ("removal-claimed");
  if (!namida_removal_check_drive (database, record, error))
    fine = began = FALSE;
  else
    fine = record->landing == NAMIDA_LANDING_BACKUP ? removal_remove_folder (database, record, before, &began, error)
                                                    : removal_remove_from_library (database, record, files, error);
  if (!fine && !began)
    namida_database_exec (database, NULL, "UPDATE versions SET removing = ? WHERE id = ? AND removing = 1", "ii",
                          (gint64) before, record->id);
  if (!fine || !namida_version_record_delete (database, record, error))
    return FALSE;
  namida_version_ctimes_write (ctimes);
  namida_crash_point ("removal-forgotten");
  return TRUE;
}

static gboolean
removal_refuse_pinned (const NamidaVersionRecord *record, GError **error)
{
  if (!record->pinned)
    return FALSE;
  g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_DECLINED, _ ("“%s” is pinned. Unpin it before deleting it."),
               record->title);
  return TRUE;
}

static gboolean
removal_refuse_replaced (const NamidaVersionRecord *record, GError **error)
{
  g_autofree char *relative = NULL;
  g_autofree char *shown = g_filename_display_name (record->path);
  int backups = record->landing == NAMIDA_LANDING_BACKUP ? namida_version_open_store (record, &relative) : -1;
  gboolean replaced = backups >= 0 && removal_is_replaced (backups, relative);

  if (backups >= 0)
    close (backups);
  if (replaced)
    g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_UNSAFE_PATH,
                 _ ("“%s” is not the folder that was stored any more: a link or a file is in its place. Nothing was "
                    "removed. Take it away or put the folder back, and remove the version again."),
                 shown);
  return replaced;
}

NamidaRemoval *
namida_removal_measure (NamidaDatabase *database, GPtrArray *records, GError **error)
{
  g_autoptr (NamidaRemovalCount) count = namida_removal_count_new (database);

  for (guint i = 0; i < records->len; i++)
    {
      if (!namida_removal_count_look (count, g_ptr_array_index (records, i), error))
        return NULL;
      namida_removal_count_take (count);
    }
  return namida_removal_count_sum (count);
}

NamidaRemoval *
namida_removal_run (NamidaDatabase *database, const char *const *ids, gboolean dry_run, GError **error)
{
  g_autoptr (GPtrArray) records = g_ptr_array_new_with_free_func ((GDestroyNotify) namida_version_record_free);
  g_autoptr (NamidaRemoval) removal = NULL;

  for (guint i = 0; ids[i] != NULL; i++)
    {
      NamidaVersionRecord *record = namida_version_record_find (database, ids[i], error);

      if (record == NULL)
        return NULL;
      g_ptr_array_add (records, record);
      if (removal_refuse_pinned (record, error) || !namida_removal_check_drive (database, record, error)
          || removal_refuse_replaced (record, error))
        return NULL;
    }
  removal = namida_removal_measure (database, records, error);
  if (removal == NULL)
    return NULL;
  for (guint i = 0; !dry_run && i < records->len; i++)
    {
      const NamidaVersionRecord *record = g_ptr_array_index (records, i);
      g_autoptr (GPtrArray) files = namida_version_record_files (database, record, error);

      if (files == NULL || !namida_version_record_claim (database, ids[i], error)
          || !removal_remove_claimed (database, record, files, NAMIDA_VERSION_STAYS, error))
        return NULL;
    }
  return g_steal_pointer (&removal);
}

gboolean
namida_removal_forget (NamidaDatabase *database, const char *id, GError **error)
{
  g_autoptr (NamidaVersionRecord) record = namida_version_record_find (database, id, error);

  if (record == NULL || removal_refuse_pinned (record, error))
    return FALSE;
  if (removal_is_away (database, record))
    return namida_version_record_claim (database, id, error) && namida_version_record_delete (database, record, error);
  g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_DECLINED,
               _ ("“%s” is not on a drive that is gone, so it stays in the list. To remove it with its files, run: "
                  "namida-sync-cli backups remove %s"),
               record->title, id);
  return FALSE;
}

/* Continues with the others if a version cannot be removed. Skips versions on drives that are not connected. */
static gboolean
removal_finish (NamidaDatabase *database, GPtrArray *records, NamidaVersionRemoving before, GError **error)
{
  g_autoptr (GError) first = NULL;

  for (guint i = 0; i < records->len; i++)
    {
      const NamidaVersionRecord *record = g_ptr_array_index (records, i);
      g_autoptr (GPtrArray) files = NULL;

      if (removal_is_away (database, record))
        continue;
      files = namida_version_record_files (database, record, first == NULL ? &first : NULL);
      if (files != NULL)
        removal_remove_claimed (database, record, files, before, first == NULL ? &first : NULL);
    }
  if (first == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&first));
  return FALSE;
}

gboolean
namida_removal_resume (NamidaDatabase *database, GError **error)
{
  g_autoptr (GPtrArray) records = namida_version_record_list (database, NAMIDA_VERSION_REMOVING, error);

  return records != NULL && removal_finish (database, records, NAMIDA_VERSION_STAYS, error);
}

/* Changes the state of the record from TRASHED to REMOVING. @claimed: (out): FALSE if the version has been taken back
 * since. */
static gboolean
removal_claim_trashed (NamidaDatabase *database, const NamidaVersionRecord *record, gboolean *claimed, GError **error)
{
  sqlite3 *handle = namida_database_lock (database);
  gboolean fine
      = namida_database_exec (database, error, "UPDATE versions SET removing = 1 WHERE id = ? AND removing = 2", "i",
                              record->id);

  *claimed = fine && sqlite3_changes (handle) == 1;
  namida_database_unlock (database);
  return fine;
}

gboolean
namida_removal_purge (NamidaDatabase *database, GPtrArray *records, GError **error)
{
  g_autoptr (GPtrArray) mine = g_ptr_array_new ();

  for (guint i = 0; i < records->len; i++)
    {
      const NamidaVersionRecord *record = g_ptr_array_index (records, i);
      gboolean claimed;

      if (removal_is_away (database, record))
        continue;
      if (!removal_claim_trashed (database, record, &claimed, error))
        return FALSE;
      if (claimed)
        g_ptr_array_add (mine, (gpointer) record);
    }
  return removal_finish (database, mine, NAMIDA_VERSION_TRASHED, error);
}
