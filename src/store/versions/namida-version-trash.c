/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The trash of a store: versions that exceed the number of versions to keep stay there for a month. The record says "in
 * the trash" before the folder is moved, so that a restart can complete what a crash interrupted. Called in worker
 * threads, by the list of versions and by sessions that need space. */
#include "config.h"

#include "namida-version-trash.h"

#include "namida-clock.h"
#include "namida-crash-point.h"
#include "namida-error.h"
#include "namida-file-ops.h"
#include "namida-open.h"
#include "namida-removal.h"
#include "namida-safe-path.h"
#include "namida-store-owner.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define TRASH_MOVE_SECONDS 60
#define TRASH_NUMBER_MOST 1000u

int
namida_version_open_store (const NamidaVersionRecord *record, char **relative)
{
  g_autofree char *device = g_path_get_dirname (record->path);
  g_autofree char *backups = g_path_get_dirname (device);

  if (!g_path_is_absolute (record->path) || g_str_equal (backups, device))
    {
      errno = EINVAL;
      return -1;
    }
  /* Never ENOENT, which would mean that nothing of the version is left. */
  if (namida_version_record_is_in_other_store (record))
    {
      errno = ENODEV;
      return -1;
    }
  *relative = g_strdup (record->path + strlen (backups) + (g_str_equal (backups, "/") ? 0 : 1));
  return open (backups, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

/* ---- the folder ---- */

typedef struct
{
  int store, holder, trash; /* the store, the device's folder and our folder in the trash; -1 if not open */
  char *owner;
  char *basename; /* in @holder */
  char *name;     /* in @trash */
} TrashPlace;

static void
trash_place_clear (TrashPlace *place)
{
  int saved_errno = errno;

  if (place->holder >= 0)
    close (place->holder);
  if (place->trash >= 0)
    close (place->trash);
  if (place->store >= 0)
    {
      if (place->owner != NULL)
        namida_store_drop_owned (place->store, NAMIDA_VERSION_TRASH, place->owner);
      close (place->store);
    }
  g_free (place->owner);
  g_free (place->basename);
  g_free (place->name);
  errno = saved_errno;
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (TrashPlace, trash_place_clear)

/* @create: create the folder in the trash, otherwise the folder of the device. Returns FALSE with errno set. */
static gboolean
trash_place_open (TrashPlace *place, NamidaDatabase *database, const NamidaVersionRecord *record, gboolean create)
{
  g_autofree char *relative = NULL;
  g_autoptr (GError) error = NULL;

  *place = (TrashPlace){ .store = -1, .holder = -1, .trash = -1 };
  place->owner = namida_store_dup_owner (database);
  place->name = g_strdup_printf (NAMIDA_VERSION_TRASH_NAME, record->id);
  place->store = namida_version_open_store (record, &relative);
  if (place->store < 0)
    return FALSE;
  place->trash = namida_store_open_owned (place->store, NAMIDA_VERSION_TRASH, place->owner, create);
  if (place->trash < 0)
    return FALSE;
  errno = 0;
  place->holder = namida_safe_path_open_parent (place->store, relative, !create, &place->basename, &error);
  if (place->holder < 0 && errno == 0)
    errno = ENOENT;
  return place->holder >= 0;
}

static gboolean
trash_fail (const NamidaVersionRecord *record, int saved_errno, GError **error)
{
  g_autofree char *shown = g_filename_display_name (record->path);
  g_autofree char *what = g_strdup_printf (_ ("“%s” could not be moved to the trash of its store"), shown);

  namida_error_set_from_errno (error, saved_errno, what);
  return FALSE;
}

static gboolean
trash_fail_out (const NamidaVersionRecord *record, int saved_errno, GError **error)
{
  g_autofree char *shown = g_filename_display_name (record->path);
  g_autofree char *what = g_strdup_printf (_ ("“%s” could not be taken out of the trash"), shown);

  namida_error_set_from_errno (error, saved_errno, what);
  return FALSE;
}

static gboolean
trash_check_drive (NamidaDatabase *database, const NamidaVersionRecord *record, GError **error)
{
  g_autofree char *away = namida_version_record_dup_away (database, record);

  if (away == NULL)
    return TRUE;
  g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_NO_DRIVE,
               _ ("“%s” cannot be taken out of the trash while its drive is not connected. Connect the drive, then try "
                  "again."),
               record->title);
  return FALSE;
}

static gboolean
trash_move_in (NamidaDatabase *database, const NamidaVersionRecord *record, GError **error)
{
  g_auto (TrashPlace) place = { .store = -1, .holder = -1, .trash = -1 };
  g_autofree char *device = g_path_get_dirname (record->path);
  g_autofree char *device_name = g_path_get_basename (device);

  if (record->landing != NAMIDA_LANDING_BACKUP)
    return TRUE;
  if (namida_version_record_is_replaced (record))
    return trash_fail (record, ENOENT, error);
  if (!trash_place_open (&place, database, record, TRUE)
      || !namida_folder_move (place.holder, place.basename, place.trash, place.name))
    return trash_fail (record, errno, error);
  namida_crash_point ("trash-renamed");
  if (namida_sync_folder (place.trash) != 0 || namida_sync_folder (place.holder) != 0)
    return trash_fail (record, errno, error);
  /* Succeeds only if no other version is in it. */
  unlinkat (place.store, device_name, AT_REMOVEDIR);
  return TRUE;
}

static gboolean
trash_is_in (NamidaDatabase *database, const NamidaVersionRecord *record)
{
  g_auto (TrashPlace) place = { .store = -1, .holder = -1, .trash = -1 };

  trash_place_open (&place, database, record, FALSE);
  return place.trash >= 0 && faccessat (place.trash, place.name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

static gboolean
trash_is_at_place (const NamidaVersionRecord *record)
{
  int fd = namida_version_record_open (record);

  if (fd >= 0)
    close (fd);
  return fd >= 0;
}

/* ---- the record ---- */

static gboolean
trash_mark (NamidaDatabase *database, gint64 id, NamidaVersionRemoving removing, GError **error)
{
  return namida_database_exec (database, error, "UPDATE versions SET removing = ?, trashed_at = ? WHERE id = ?", "iii",
                               (gint64) removing, removing == NAMIDA_VERSION_STAYS ? 0 : namida_clock_real (), id);
}

static gboolean
trash_claim (NamidaDatabase *database, const NamidaVersionRecord *record, GError **error)
{
  g_autofree char *id = g_strdup_printf ("%" G_GINT64_FORMAT, record->id);
  sqlite3 *handle = namida_database_lock (database);
  /* Use one transaction, because a version that is claimed but not in the trash would be removed at the next start. */
  gboolean fine = namida_database_exec (database, error, "BEGIN IMMEDIATE", "")
                  && namida_version_record_claim (database, id, error)
                  && trash_mark (database, record->id, NAMIDA_VERSION_TRASHED, error)
                  && namida_database_exec (database, error, "COMMIT", "");

  if (!fine && !sqlite3_get_autocommit (handle))
    sqlite3_exec (handle, "ROLLBACK", NULL, NULL, NULL);
  namida_database_unlock (database);
  return fine;
}

gboolean
namida_version_trash_put (NamidaDatabase *database, const NamidaVersionRecord *record, GError **error)
{
  if (!namida_removal_check_drive (database, record, error) || !trash_claim (database, record, error))
    return FALSE;
  namida_crash_point ("trash-claimed");
  if (trash_move_in (database, record, error))
    return TRUE;
  /* A folder with its name in the trash may belong to a database that was lost. */
  if (!trash_is_in (database, record) || trash_is_at_place (record))
    trash_mark (database, record->id, NAMIDA_VERSION_STAYS, NULL);
  return FALSE;
}

/* Moves the version to its own name, or to the next free one if another version has it because the clock was set back.
 * The row gets the name before the folder does, so that a restart does not confuse the two versions. */
static gboolean
trash_move_out (NamidaDatabase *database, const TrashPlace *place, const NamidaVersionRecord *record, GError **error)
{
  g_autofree char *device = g_path_get_dirname (record->path);

  for (guint n = 1; n <= TRASH_NUMBER_MOST; n++)
    {
      g_autofree char *numbered = n == 1 ? g_strdup (place->basename) : g_strdup_printf ("%s (%u)", place->basename, n);

      g_autofree char *path = g_build_filename (device, numbered, NULL);

      if (n > 1
          && !namida_database_exec (database, error, "UPDATE versions SET path = ? WHERE id = ?", "si", path,
                                    record->id))
        return FALSE;
      if (namida_folder_move (place->trash, place->name, place->holder, numbered))
        /* The folder of the device may be new. */
        return (namida_sync_folder (place->holder) == 0 && namida_sync_folder (place->trash) == 0
                && namida_sync_folder (place->store) == 0)
               || trash_fail_out (record, errno, error);
      if (errno != EEXIST && errno != ENOTEMPTY)
        break;
    }
  return trash_fail_out (record, errno, error);
}

/* @id: the same number as a text. */
static gboolean
trash_note_taken_back (NamidaDatabase *database, gint64 number, const char *id, GError **error)
{
  sqlite3 *handle = namida_database_lock (database);
  gboolean fine = namida_database_exec (
      database, error, "UPDATE versions SET removing = 0, trashed_at = 0, pinned = 1 WHERE id = ? AND removing = 2",
      "i", number);
  gboolean noted = fine && sqlite3_changes (handle) == 1;

  namida_database_unlock (database);
  if (fine && !noted)
    g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_BUSY,
                 _ ("There is no version “%s” in the trash. “namida-sync-cli backups trash” shows what is."), id);
  return noted;
}

gboolean
namida_version_trash_take_back (NamidaDatabase *database, const char *id, GError **error)
{
  g_autoptr (GPtrArray) records = namida_version_record_list (database, NAMIDA_VERSION_TRASHED, error);
  const NamidaVersionRecord *record = NULL;
  g_auto (TrashPlace) place = { .store = -1, .holder = -1, .trash = -1 };

  for (guint i = 0; records != NULL && i < records->len; i++)
    {
      const NamidaVersionRecord *other = g_ptr_array_index (records, i);
      g_autofree char *text = g_strdup_printf ("%" G_GINT64_FORMAT, other->id);

      if (g_str_equal (text, id))
        record = other;
    }
  if (records == NULL)
    return FALSE;
  if (record == NULL)
    {
      g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_NOT_FOUND,
                   _ ("There is no version “%s” in the trash. “namida-sync-cli backups trash” shows what is."), id);
      return FALSE;
    }
  if (!trash_check_drive (database, record, error))
    return FALSE;
  /* It has already left the trash if an earlier attempt got that far. */
  if (record->landing == NAMIDA_LANDING_BACKUP && (trash_is_in (database, record) || !trash_is_at_place (record))
      && (trash_place_open (&place, database, record, FALSE) ? !trash_move_out (database, &place, record, error)
                                                             : !trash_fail_out (record, errno, error)))
    return FALSE;
  namida_crash_point ("trash-taken-back");
  return trash_note_taken_back (database, record->id, id, error);
}

void
namida_trashed_version_free (NamidaTrashedVersion *self)
{
  g_free (self->id);
  g_free (self->alias);
  g_free (self->title);
  g_free (self);
}

GPtrArray *
namida_version_trash_describe (NamidaDatabase *database, GError **error)
{
  const gint64 days = NAMIDA_VERSION_TRASH_DAYS * G_TIME_SPAN_DAY;
  g_autoptr (GPtrArray) all = g_ptr_array_new_with_free_func ((GDestroyNotify) namida_trashed_version_free);
  sqlite3_stmt *statement;
  gboolean whole;
  int result;

  namida_database_lock (database);
  statement = namida_database_prepare (database, error,
                                       "SELECT CAST (id AS TEXT), alias, title, created_at, trashed_at, files, bytes"
                                       " FROM versions WHERE removing = 2 ORDER BY arrival DESC",
                                       "");
  while (namida_database_next (statement, &result))
    {
      NamidaTrashedVersion *one = g_new0 (NamidaTrashedVersion, 1);

      one->id = g_strdup ((const char *) sqlite3_column_text (statement, 0));
      one->alias = g_strdup ((const char *) sqlite3_column_text (statement, 1));
      one->title = g_strdup ((const char *) sqlite3_column_text (statement, 2));
      one->created_at = sqlite3_column_int64 (statement, 3);
      one->gone_at = sqlite3_column_int64 (statement, 4) + days;
      one->files = (guint) sqlite3_column_int64 (statement, 5);
      one->bytes = (guint64) sqlite3_column_int64 (statement, 6);
      g_ptr_array_add (all, one);
    }
  whole = namida_database_end (database, statement, result, error);
  namida_database_unlock (database);
  return whole ? g_steal_pointer (&all) : NULL;
}

/* Returns (transfer full) (element-type NamidaVersionRecord) (nullable): the versions that were moved to the trash at
 * or before @before, oldest first. */
static GPtrArray *
trash_list (NamidaDatabase *database, gint64 before, GError **error)
{
  g_autoptr (GPtrArray) records = namida_version_record_list (database, NAMIDA_VERSION_TRASHED, error);
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func ((GDestroyNotify) namida_version_record_free);
  sqlite3_stmt *statement;
  gboolean whole;
  int result;

  if (records == NULL)
    return NULL;
  namida_database_lock (database);
  statement = namida_database_prepare (database, error,
                                       "SELECT id FROM versions WHERE removing = 2 AND trashed_at <= ?"
                                       " ORDER BY trashed_at, arrival",
                                       "i", before);
  while (namida_database_next (statement, &result))
    for (guint i = 0; i < records->len; i++)
      if (((NamidaVersionRecord *) g_ptr_array_index (records, i))->id == sqlite3_column_int64 (statement, 0))
        {
          g_ptr_array_add (list, g_ptr_array_steal_index (records, i));
          break;
        }
  whole = namida_database_end (database, statement, result, error);
  namida_database_unlock (database);
  return whole ? g_steal_pointer (&list) : NULL;
}

gboolean
namida_version_trash_resume (NamidaDatabase *database, GError **error)
{
  /* Skip versions that another program or thread may be moving right now. */
  g_autoptr (GPtrArray) records
      = trash_list (database, namida_clock_real () - TRASH_MOVE_SECONDS * G_USEC_PER_SEC, error);
  gboolean fine = records != NULL;

  for (guint i = 0; records != NULL && i < records->len; i++)
    {
      const NamidaVersionRecord *record = g_ptr_array_index (records, i);
      int fd = namida_version_record_open (record);

      if (fd < 0)
        continue;
      close (fd);
      /* It was either taken back except for the record, or never moved: in both cases it is a version again. */
      if (!trash_is_in (database, record))
        fine = trash_mark (database, record->id, NAMIDA_VERSION_STAYS, fine ? error : NULL) && fine;
    }
  return fine;
}

/* ---- taking versions out of the trash ---- */

gboolean
namida_version_trash_purge (NamidaDatabase *database, GError **error)
{
  const gint64 days = NAMIDA_VERSION_TRASH_DAYS * G_GINT64_CONSTANT (24) * 3600 * G_USEC_PER_SEC;
  g_autoptr (GPtrArray) records = trash_list (database, namida_clock_real () - days, error);

  return records != NULL && namida_removal_purge (database, records, error);
}

gboolean
namida_version_trash_empty (NamidaDatabase *database, GError **error)
{
  g_autoptr (GPtrArray) records = trash_list (database, G_MAXINT64, error);

  return records != NULL && namida_removal_purge (database, records, error);
}

static gboolean
trash_has_room (int fd, guint64 need, guint64 files)
{
  struct statvfs vfs;

  /* File systems that create inodes on demand report a total of 0. */
  return fstatvfs (fd, &vfs) != 0
         || ((guint64) vfs.f_bavail * vfs.f_frsize >= need && (vfs.f_files == 0 || vfs.f_favail >= files));
}

/* Whether the version is on the disk of @fd, because only then removing it frees space there. */
static gboolean
trash_is_on_disk (const NamidaVersionRecord *record, int fd)
{
  g_autofree char *relative = NULL;
  struct stat here, there;
  int store;
  gboolean same;

  if (record->landing != NAMIDA_LANDING_BACKUP)
    return FALSE;
  store = namida_version_open_store (record, &relative);
  if (store < 0)
    return FALSE;
  same = fstat (fd, &here) == 0 && fstat (store, &there) == 0 && here.st_dev == there.st_dev;
  close (store);
  return same;
}

gboolean
namida_version_trash_make_room (NamidaDatabase *database, int fd, guint64 need, guint64 files)
{
  g_autoptr (GPtrArray) records = trash_list (database, G_MAXINT64, NULL);
  gboolean removed = FALSE;

  while (records != NULL && records->len > 0 && !trash_has_room (fd, need, files))
    {
      g_autoptr (GPtrArray) one = g_ptr_array_new_with_free_func ((GDestroyNotify) namida_version_record_free);
      g_autoptr (GError) error = NULL;
      NamidaVersionRecord *record = g_ptr_array_steal_index (records, 0);

      g_ptr_array_add (one, record);
      if (!trash_is_on_disk (record, fd))
        continue;
      g_message ("version %" G_GINT64_FORMAT " leaves the trash early: its room is needed", record->id);
      if (namida_removal_purge (database, one, &error))
        removed = TRUE;
      else
        g_message ("%s", error->message);
    }
  return removed;
}
