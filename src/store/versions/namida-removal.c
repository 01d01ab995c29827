/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "namida-removal.h"

#include "namida-crash-point.h"
#include "namida-error.h"
#include "namida-file-ops.h"
#include "namida-safe-path.h"
#include "namida-staging.h"
#include "namida-version-record.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <stdio.h>
#include <unistd.h>

#define BLOCK_BYTES 512u /* what st_blocks counts, stat(2) */

void
namida_removal_free (NamidaRemoval *self)
{
  g_free (self);
}

static gboolean
fail (GError **error, int saved_errno, const char *path)
{
  g_autofree char *shown = g_filename_display_name (path);
  g_autofree char *what = g_strdup_printf (_ ("“%s” could not be removed"), shown);

  namida_error_set_from_errno (error, saved_errno, what);
  return FALSE;
}

/* ---- a version in a person's folders: its zip and manifest ---- */

static gboolean
is_shared (NamidaDatabase *database, gint64 id, const char *path)
{
  sqlite3_stmt *statement;
  gboolean shared = TRUE;

  namida_database_lock (database);
  statement = namida_database_prepare (database, NULL,
                                       "SELECT 1 FROM version_files JOIN versions ON id = version WHERE"
                                       " version_files.path = ? AND version <> ? AND removing = 0 LIMIT 1",
                                       "si", path, id);
  if (statement != NULL)
    shared = sqlite3_step (statement) != SQLITE_DONE;
  sqlite3_finalize (statement);
  namida_database_unlock (database);
  return shared;
}

/* Only <backups>/<alias>/<name>, unchanged, and no other version's. */
static gboolean
may_remove (NamidaDatabase *database, const NamidaVersionRecord *record, const NamidaVersionFile *file)
{
  g_autofree char *alias = namida_safe_path_component_from_alias (record->alias);
  g_autofree char *folder = g_path_get_dirname (file->path);
  g_autofree char *holder = g_path_get_basename (folder);
  struct stat st;

  return (file->kind == NAMIDA_VERSION_FILE_ZIP || file->kind == NAMIDA_VERSION_FILE_MANIFEST) && *file->label == '\0'
         && g_str_equal (holder, alias) && namida_version_file_stat (file, -1, &st)
         && namida_version_file_fits (file, &st) && !is_shared (database, record->id, file->path);
}

static gboolean
remove_from_library (NamidaDatabase *database, const NamidaVersionRecord *record, GPtrArray *files, GError **error)
{
  for (guint i = 0; i < files->len; i++)
    {
      const NamidaVersionFile *file = g_ptr_array_index (files, i);

      if (!may_remove (database, record, file))
        continue;
      if (unlink (file->path) != 0 && errno != ENOENT)
        return fail (error, errno, file->path);
      namida_crash_point ("removal-unlinked");
    }
  return TRUE;
}

/* ---- a version's folder ---- */

/* <backups>: the folder of the device's folder of the version. */
static int
open_backups (const NamidaVersionRecord *record, char **relative)
{
  g_autofree char *device = g_path_get_dirname (record->path);
  g_autofree char *backups = g_path_get_dirname (device);

  if (!g_path_is_absolute (record->path) || g_str_equal (backups, device))
    {
      errno = EINVAL;
      return -1;
    }
  *relative = g_strdup (record->path + strlen (backups) + (g_str_equal (backups, "/") ? 0 : 1));
  return open (backups, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

/* Whether something else has the name of the version's folder now, or of the device's: a link that somebody put there,
 * because the version moved to another disk, or to have another folder emptied. */
static gboolean
is_replaced (int backups, const char *relative)
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

/* A name of its own in the hidden folder: gone from where people look in one step, and found again by a restart. */
static gboolean
remove_folder (const NamidaVersionRecord *record, GError **error)
{
  g_autofree char *relative = NULL;
  g_autofree char *name = NULL;
  g_autofree char *basename = NULL;
  g_autofree char *device = g_path_get_dirname (record->path);
  g_autofree char *device_name = g_path_get_basename (device);
  int hidden = -1, holder = -1, backups = open_backups (record, &relative);
  gboolean fine = FALSE;

  if (backups < 0)
    return errno == ENOENT || fail (error, errno, record->path);
  /* Since the removal began: not ours to touch, and nothing of the version is there any more. */
  if (is_replaced (backups, relative))
    {
      close (backups);
      return TRUE;
    }
  name = g_strdup_printf ("removed-%" G_GINT64_FORMAT, record->id);
  hidden = namida_folder_open (backups, NAMIDA_STAGING_HIDDEN, TRUE);
  holder = namida_safe_path_open_parent (backups, relative, FALSE, &basename, NULL);
  if (hidden >= 0)
    {
      fine = holder < 0 || namida_folder_rename (holder, basename, hidden, name) || errno == ENOENT || errno == EEXIST;
      if (fine && holder >= 0)
        {
          namida_crash_point ("removal-renamed");
          fine = fsync (holder) == 0;
        }
      fine = fine && namida_tree_remove (hidden, name);
    }
  if (!fine)
    fail (error, errno, record->path);
  else
    namida_crash_point ("removal-emptied");
  if (holder >= 0)
    close (holder);
  if (hidden >= 0)
    close (hidden);
  /* Only when they are empty. */
  unlinkat (backups, NAMIDA_STAGING_HIDDEN, AT_REMOVEDIR);
  unlinkat (backups, device_name, AT_REMOVEDIR);
  close (backups);
  return fine;
}

/* ---- what it frees ---- */

typedef struct
{
  guint64 links, seen, bytes;
} Count;

static void
count_file (GHashTable *counts, NamidaRemoval *removal, const struct stat *st)
{
  NamidaFileId key = namida_file_id (st);
  Count *count = g_hash_table_lookup (counts, &key);

  if (count == NULL)
    {
      count = g_new0 (Count, 1);
      count->links = (guint64) st->st_nlink;
      count->bytes = (guint64) st->st_blocks * BLOCK_BYTES;
      g_hash_table_insert (counts, namida_file_id_new (st), count);
    }
  count->seen++;
  removal->files++;
}

static void
count_version (NamidaDatabase *database,
               const NamidaVersionRecord *record,
               GPtrArray *files,
               GHashTable *counts,
               NamidaRemoval *removal)
{
  int fd = namida_version_record_open (record);

  for (guint i = 0; i < files->len; i++)
    {
      const NamidaVersionFile *file = g_ptr_array_index (files, i);
      struct stat st;

      if (file->kind == NAMIDA_VERSION_FILE_FOLDER || (fd < 0 && record->landing == NAMIDA_LANDING_BACKUP)
          || !namida_version_file_stat (file, fd, &st))
        continue;
      if (record->landing == NAMIDA_LANDING_BACKUP || may_remove (database, record, file))
        count_file (counts, removal, &st);
      else if (namida_version_file_fits (file, &st))
        removal->bytes_kept += (guint64) st.st_blocks * BLOCK_BYTES;
    }
  if (fd >= 0)
    close (fd);
  removal->versions++;
}

static void
sum_up (GHashTable *counts, NamidaRemoval *removal)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, counts);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      const Count *count = value;

      if (count->seen >= count->links)
        removal->bytes += count->bytes;
      else
        removal->bytes_kept += count->bytes;
    }
}

/* ---- all of it ---- */

static gboolean
remove_claimed (NamidaDatabase *database, const NamidaVersionRecord *record, GPtrArray *files, GError **error)
{
  namida_crash_point ("removal-claimed");
  if (!(record->landing == NAMIDA_LANDING_BACKUP ? remove_folder (record, error)
                                                 : remove_from_library (database, record, files, error))
      || !namida_version_record_delete (database, record, error))
    return FALSE;
  namida_crash_point ("removal-forgotten");
  return TRUE;
}

static gboolean
refuse_pinned (const NamidaVersionRecord *record, GError **error)
{
  if (!record->pinned)
    return FALSE;
  g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_DECLINED, _ ("“%s” is pinned. To remove it, take the pin away first."),
               record->title);
  return TRUE;
}

static gboolean
refuse_replaced (const NamidaVersionRecord *record, GError **error)
{
  g_autofree char *relative = NULL;
  g_autofree char *shown = g_filename_display_name (record->path);
  int backups = record->landing == NAMIDA_LANDING_BACKUP ? open_backups (record, &relative) : -1;
  gboolean replaced = backups >= 0 && is_replaced (backups, relative);

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
namida_removal_run (NamidaDatabase *database, const char *const *ids, gboolean dry_run, GError **error)
{
  g_autoptr (GHashTable) counts = g_hash_table_new_full (namida_file_id_hash, namida_file_id_equal, g_free, g_free);
  g_autoptr (GPtrArray) records = g_ptr_array_new_with_free_func ((GDestroyNotify) namida_version_record_free);
  g_autoptr (GPtrArray) lists = g_ptr_array_new_with_free_func ((GDestroyNotify) g_ptr_array_unref);
  g_autoptr (NamidaRemoval) removal = g_new0 (NamidaRemoval, 1);

  for (guint i = 0; ids[i] != NULL; i++)
    {
      NamidaVersionRecord *record = namida_version_record_find (database, ids[i], error);
      GPtrArray *files;

      if (record == NULL)
        return NULL;
      g_ptr_array_add (records, record);
      if (refuse_pinned (record, error) || refuse_replaced (record, error)
          || (files = namida_version_record_files (database, record, error)) == NULL)
        return NULL;
      g_ptr_array_add (lists, files);
      count_version (database, record, files, counts, removal);
    }
  sum_up (counts, removal);
  for (guint i = 0; !dry_run && i < records->len; i++)
    if (!namida_version_record_claim (database, ids[i], error)
        || !remove_claimed (database, g_ptr_array_index (records, i), g_ptr_array_index (lists, i), error))
      return NULL;
  return g_steal_pointer (&removal);
}

gboolean
namida_removal_resume (NamidaDatabase *database, GError **error)
{
  g_autoptr (GPtrArray) records = namida_version_record_list (database, TRUE, error);

  for (guint i = 0; records != NULL && i < records->len; i++)
    {
      const NamidaVersionRecord *record = g_ptr_array_index (records, i);
      g_autoptr (GPtrArray) files = namida_version_record_files (database, record, error);

      if (files == NULL || !remove_claimed (database, record, files, error))
        return FALSE;
    }
  return records != NULL;
}

/* ---- retention ---- */

static gboolean
has_zip (NamidaDatabase *database, gint64 id)
{
  sqlite3_stmt *statement;
  gboolean found = FALSE;

  namida_database_lock (database);
  statement = namida_database_prepare (database, NULL,
                                       "SELECT 1 FROM version_files WHERE version = ? AND kind = 0 LIMIT 1", "i", id);
  if (statement != NULL)
    found = sqlite3_step (statement) == SQLITE_ROW;
  sqlite3_finalize (statement);
  namida_database_unlock (database);
  return found;
}

/* What is on a disk that is not there is neither removed nor does it count as kept. */
static gboolean
is_present (const NamidaVersionRecord *record)
{
  int fd = namida_version_record_open (record);

  if (fd >= 0)
    close (fd);
  return fd >= 0 || record->landing == NAMIDA_LANDING_LIBRARY;
}

static char *
dup_group (NamidaDatabase *database, const NamidaVersionRecord *record)
{
  return g_strdup_printf ("%d %d %s %s", (int) record->landing, has_zip (database, record->id),
                          record->fingerprint != NULL ? record->fingerprint : "",
                          record->fingerprint != NULL ? "" : record->alias);
}

static void
choose_of_group (GPtrArray *group, NamidaRetention policy, GStrvBuilder *ids)
{
  g_autofree NamidaRetentionItem *items = g_new0 (NamidaRetentionItem, group->len);

  for (guint i = 0; i < group->len; i++)
    {
      const NamidaVersionRecord *record = g_ptr_array_index (group, i);

      items[i].created_at = record->created_at;
      items[i].pinned = record->pinned;
      items[i].proven = record->complete && record->damaged <= 0;
    }
  namida_retention_choose (policy, items, group->len);
  for (guint i = 0; i < group->len; i++)
    if (items[i].remove)
      {
        const NamidaVersionRecord *record = g_ptr_array_index (group, i);
        g_autofree char *id = g_strdup_printf ("%" G_GINT64_FORMAT, record->id);

        g_strv_builder_add (ids, id);
      }
}

NamidaRemoval *
namida_removal_apply_retention (NamidaDatabase *database, NamidaRetention policy, gboolean dry_run, GError **error)
{
  g_autoptr (GPtrArray) records = namida_version_record_list (database, FALSE, error);
  g_autoptr (GHashTable) groups
      = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_ptr_array_unref);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) ids = NULL;
  GHashTableIter iter;
  gpointer value;

  if (records == NULL)
    return NULL;
  for (guint i = 0; i < records->len; i++)
    {
      g_autofree char *name = dup_group (database, g_ptr_array_index (records, i));
      GPtrArray *group = g_hash_table_lookup (groups, name);

      if (!is_present (g_ptr_array_index (records, i)))
        continue;
      if (group == NULL)
        g_hash_table_insert (groups, g_strdup (name), group = g_ptr_array_new ());
      g_ptr_array_add (group, g_ptr_array_index (records, i));
    }
  g_hash_table_iter_init (&iter, groups);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    choose_of_group (value, policy, builder);
  ids = g_strv_builder_end (builder);
  return namida_removal_run (database, (const char *const *) ids, dry_run, error);
}
