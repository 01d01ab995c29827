/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copies information between the record in a version's folder and the database, in both directions: versions that exist
 * only in a store are entered into the database, and versions that only the database knows, such as those of release
 * 0.1.0, get a record. Called when the list of versions is loaded and by "backups adopt". Blocking: a worker thread. */
#include "config.h"

#include "namida-version-adopt.h"

#include "namida-clock.h"
#include "namida-crash-point.h"
#include "namida-digest.h"
#include "namida-error.h"
#include "namida-file-ops.h"
#include "namida-folder-record.h"
#include "namida-layout.h"
#include "namida-safe-path.h"
#include "namida-sent-content.h"
#include "namida-store-mark.h"
#include "namida-trash-find.h"
#include "namida-version-folders.h"
#include "namida-version-lists.h"
#include "namida-version-recognize.h"
#include "namida-version-record.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <string.h>
#include <unistd.h>

#define MUSIC "Music/"

/* Found: a version that is not in the database yet. */
typedef struct
{
  char *path;
  NamidaFolderRecord *record;
} Found;

static void
found_free (gpointer data)
{
  Found *self = data;

  g_free (self->path);
  namida_folder_record_free (self->record);
  g_free (self);
}

/* Records of earlier releases contain only the date. */
static gint64
found_get_order (const Found *self)
{
  return self->record->order > 0 ? self->record->order : self->record->arrived;
}

/* Sorts the newest first, because each adopted version is placed before the previous one in the order of arrival. */
static int
found_compare (gconstpointer a, gconstpointer b)
{
  gint64 one = found_get_order (*(Found *const *) a), other = found_get_order (*(Found *const *) b);

  return one != other ? (one < other ? 1 : -1) : strcmp ((*(Found *const *) b)->path, (*(Found *const *) a)->path);
}

/* @uuid: (nullable): that of the store; the version at the same path on another drive is another version. Returns
 * (transfer full) (nullable): the paths that have a row, those that a session is about to give to its version, and the
 * folders of devices for which a session is currently storing, because its version may get another number. */
static GHashTable *
adopt_list_known (NamidaDatabase *database, const char *uuid, GError **error)
{
  GHashTable *known = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  sqlite3_stmt *statement;
  gboolean fine;
  int result;

  namida_database_lock (database);
  statement = namida_database_prepare (database, error,
                                       "SELECT path, 0 FROM versions WHERE coalesce (store = ?, 1)"
                                       " UNION SELECT destination, state = 'open' FROM sessions"
                                       " WHERE direction = 'receive' AND state IN ('open', 'parked')"
                                       " AND destination IS NOT NULL",
                                       "s", uuid);
  while (namida_database_next (statement, &result))
    {
      const char *path = (const char *) sqlite3_column_text (statement, 0);

      gboolean open = sqlite3_column_int (statement, 1) != 0;
      /* If a session was interrupted before its version had a name, its destination is the folder of the device. */
      g_autofree char *key = open ? g_path_get_dirname (path) : g_strdup (path);

      if (open || !g_hash_table_contains (known, key))
        g_hash_table_insert (known, g_steal_pointer (&key), GINT_TO_POINTER (open));
    }
  fine = namida_database_end (database, statement, result, error);
  namida_database_unlock (database);
  if (fine)
    return known;
  g_hash_table_unref (known);
  return NULL;
}

static gboolean
adopt_stat (int folder, const char *path, struct stat *st)
{
  g_autofree char *basename = NULL;
  int parent = namida_safe_path_open_parent (folder, path, FALSE, &basename, NULL);
  gboolean there = parent >= 0 && fstatat (parent, basename, st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG (st->st_mode);

  if (parent >= 0)
    close (parent);
  if (!there)
    memset (st, 0, sizeof *st);
  return there;
}

/* Adds a row for a file, even if the file is gone: it counts as missing then. @texts: owns the texts that nothing else
 * owns. */
static void
adopt_add_row (GArray *rows, GStringChunk *texts, const Found *found, int folder, const NamidaSum *sum)
{
  const NamidaFolderRecord *record = found->record;
  const char *sent = namida_folder_record_get_sent (record, sum->path);
  const char *start = g_str_has_prefix (sent, MUSIC) ? sent + strlen (MUSIC) : NULL;
  const char *slash = start != NULL ? strchr (start, '/') : NULL;
  NamidaStoredRow row = { .kind = g_strcmp0 (sum->path, record->zip) == 0        ? NAMIDA_VERSION_FILE_ZIP
                                  : g_strcmp0 (sum->path, record->manifest) == 0 ? NAMIDA_VERSION_FILE_MANIFEST
                                                                                 : NAMIDA_VERSION_FILE_FILE,
                          .folder = found->path,
                          .relative = sum->path,
                          .below = slash != NULL ? slash + 1 : sent,
                          .first_at = record->arrived,
                          .sha256 = sum->sha256 };
  struct stat st;

  if (slash != NULL)
    {
      g_autofree char *label = g_strndup (start, (gsize) (slash - start));

      row.label = g_string_chunk_insert_const (texts, label);
    }
  adopt_stat (folder, sum->path, &st);
  row.size = (guint64) st.st_size;
  row.mtime_ns = namida_stat_mtime_ns (&st);
  row.inode = (guint64) st.st_ino;
  row.device = (guint64) st.st_dev;
  g_array_append_val (rows, row);
}

static gboolean
adopt_write_version (NamidaDatabase *database, const Found *found, gint64 *id, GError **error)
{
  const NamidaFolderRecord *record = found->record;
  g_autofree char *random = namida_random_hex (16);
  g_autofree char *session = g_strconcat (NAMIDA_VERSION_FOUND_PREFIX, random, NULL);
  g_autofree char *holder = g_path_get_dirname (found->path);
  g_autofree char *device = g_path_get_basename (holder);
  g_autofree char *shown = g_utf8_make_valid (device, -1);

  if (!namida_database_exec (
          database, error,
          "INSERT INTO versions (session, fingerprint, alias, path, created_at, landing, title, offer_key, complete,"
          " left_out, arrival) VALUES (?, ?, ?, ?, ?, 'backup', ?, ?, ?, ?,"
          " (SELECT min (?, coalesce (min (arrival) - 1, ?)) FROM versions))",
          "ssssissiiii", session, record->fingerprint, record->alias != NULL ? record->alias : shown, found->path,
          record->arrived, record->title != NULL ? record->title : shown,
          record->offer_key != NULL ? record->offer_key : "", (gint64) record->complete, (gint64) record->left_out,
          found_get_order (found), found_get_order (found)))
    return FALSE;
  *id = sqlite3_last_insert_rowid (namida_database_lock (database));
  namida_database_unlock (database);
  return TRUE;
}

/* To be called within the transaction: whether @path got a row after the rows were listed. Several programs may share
 * one database and all look for new versions in its stores. */
static gboolean
adopt_is_known (NamidaDatabase *database, const char *path, const char *uuid)
{
  sqlite3_stmt *statement;
  gboolean known;

  namida_database_lock (database);
  statement = namida_database_prepare (database, NULL,
                                       "SELECT 1 FROM versions WHERE path = ?1 AND coalesce (store = ?2, 1)"
                                       " UNION ALL SELECT 1 FROM sessions"
                                       " WHERE direction = 'receive' AND state IN ('open', 'parked')"
                                       " AND destination = ?1",
                                       "ss", path, uuid);
  known
      = statement == NULL || sqlite3_step (statement) != SQLITE_DONE; /* also after an error: it is adopted another time
                                                                       */
  sqlite3_finalize (statement);
  namida_database_unlock (database);
  return known;
}

/* @added: (out): whether a row was added. */
static gboolean
adopt_one (NamidaDatabase *database, const Found *found, const char *uuid, gboolean *added, GError **error)
{
  int folder = open (found->path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  g_autoptr (GArray) rows = g_array_new (FALSE, FALSE, sizeof (NamidaStoredRow));
  g_autoptr (GStringChunk) texts = g_string_chunk_new (1024);
  sqlite3 *handle;
  gboolean fine;
  gint64 id = 0;

  *added = FALSE;
  if (folder < 0)
    return TRUE; /* it disappeared after it was found */
  for (guint i = 0; i < found->record->sums->len; i++)
    adopt_add_row (rows, texts, found, folder, g_ptr_array_index (found->record->sums, i));
  handle = namida_database_lock (database);
  fine = namida_database_exec (database, error, "BEGIN IMMEDIATE", "");
  *added = fine && !adopt_is_known (database, found->path, uuid);
  if (*added)
    fine = adopt_write_version (database, found, &id, error)
           && namida_version_lists_write (database, id, "backup", found->path, rows, error)
           && namida_version_record_note_store (database, id, error)
           && namida_sent_content_add (database, found->record->fingerprint, rows, error);
  namida_crash_point ("adopting");
  fine = fine && namida_database_exec (database, error, "COMMIT", "");
  if (!fine && !sqlite3_get_autocommit (handle))
    sqlite3_exec (handle, "ROLLBACK", NULL, NULL, NULL);
  namida_database_unlock (database);
  close (folder);
  if (fine)
    namida_crash_point ("adopted");
  return fine;
}

/* Returns (transfer full) (element-type Found): the versions in @folders that are not in @known. */
static GPtrArray *
adopt_find (GPtrArray *folders, GHashTable *known)
{
  GPtrArray *all = g_ptr_array_new_with_free_func (found_free);

  for (guint i = 0; i < folders->len; i++)
    {
      const char *path = g_ptr_array_index (folders, i);
      g_autofree char *device = g_path_get_dirname (path);
      g_autoptr (GError) error = NULL;
      NamidaFolderRecord *record;
      Found *found;
      int folder;

      if (g_hash_table_contains (known, path) || g_hash_table_lookup (known, device) != NULL)
        continue;
      folder = open (path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
      record = folder >= 0 ? namida_folder_record_read (folder, &error) : NULL;
      if (folder >= 0)
        close (folder);
      if (record == NULL)
        {
          g_message ("a version that was found could not be adopted: %s", error != NULL ? error->message : path);
          continue;
        }
      /* If the list is damaged, files that it should name may be missing without being noticed. */
      record->complete = record->complete && record->sums_fit && record->bad_lines == 0;
      found = g_new0 (Found, 1);
      found->path = g_strdup (path);
      found->record = record;
      g_ptr_array_add (all, found);
    }
  g_ptr_array_sort (all, found_compare);
  return all;
}

gboolean
namida_version_adopt (
    NamidaDatabase *database, const char *store, guint *adopted, GCancellable *cancellable, GError **error)
{
  /* List the folders first: a version that another program commits in the meantime has its row when the rows are
   * read. */
  g_autoptr (GPtrArray) folders = namida_version_folders_list (store, FALSE);
  g_autofree char *uuid = namida_store_mark_dup_uuid (store);
  g_autoptr (GHashTable) known = NULL;
  g_autoptr (GPtrArray) all = NULL;
  guint n_added = 0;
  gboolean added;

  if (adopted != NULL)
    *adopted = 0;
  namida_version_recognize (database, store, uuid, cancellable);
  known = adopt_list_known (database, uuid, error);
  if (known == NULL)
    return FALSE;
  all = adopt_find (folders, known);
  for (guint i = 0; i < all->len; i++)
    {
      if (g_cancellable_is_cancelled (cancellable))
        {
          g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_CANCELLED, _ ("Canceled"));
          return FALSE;
        }
      if (!adopt_one (database, g_ptr_array_index (all, i), uuid, &added, error))
        return FALSE;
      n_added += added ? 1 : 0;
      if (adopted != NULL)
        *adopted = n_added;
    }
  if (n_added > 0)
    g_message ("%u versions were found in %s", n_added, store);
  return TRUE;
}

void
namida_version_adopt_stores (NamidaDatabase *database, GCancellable *cancellable)
{
  g_autoptr (GPtrArray) stores = namida_store_mark_list (database);

  for (guint i = 0; i < stores->len; i++)
    {
      const char *store = g_ptr_array_index (stores, i);
      g_autoptr (GError) error = NULL;

      if (namida_store_mark_look (database, store) != NAMIDA_STORE_HERE)
        continue;
      namida_trash_find (database, store, FALSE);
      if (!namida_version_adopt (database, store, NULL, cancellable, &error))
        g_message ("%s", error->message);
    }
}

/* ---- from the database to the record ---- */

static void
adopt_record_add_sent (NamidaFolderRecord *record, const NamidaVersionFile *file)
{
  g_autofree char *sent = namida_layout_dup_version_path (file->label, file->below);

  namida_folder_record_add_name (record, file->path, sent);
}

static gboolean
adopt_record_one (NamidaDatabase *database, const NamidaVersionRecord *version, int folder, GError **error)
{
  g_autoptr (GPtrArray) files = namida_version_record_files (database, version, error);
  g_autoptr (NamidaFolderRecord) record = namida_folder_record_new ();

  if (files == NULL)
    return FALSE;
  record->alias = g_strdup (version->alias);
  record->fingerprint = g_strdup (version->fingerprint);
  record->title = g_strdup (version->title);
  record->arrived = version->created_at;
  record->complete = version->complete;
  for (guint i = 0; i < files->len; i++)
    {
      const NamidaVersionFile *file = g_ptr_array_index (files, i);

      if (file->kind == NAMIDA_VERSION_FILE_ZIP && record->zip == NULL)
        record->zip = g_strdup (file->path);
      else if (file->kind == NAMIDA_VERSION_FILE_MANIFEST && record->manifest == NULL)
        record->manifest = g_strdup (file->path);
    }
  for (guint i = 0; i < files->len; i++)
    {
      const NamidaVersionFile *file = g_ptr_array_index (files, i);

      if (file->kind != NAMIDA_VERSION_FILE_FOLDER)
        namida_folder_record_add (record, file->path, file->sha256, file->label, file->size);
      if (file->kind != NAMIDA_VERSION_FILE_MANIFEST)
        adopt_record_add_sent (record, file);
    }
  return namida_folder_record_write (record, folder, error);
}

/* Makes the folder read-only: versions of release 0.1.0, and adopted ones, may have writable folders. */
static void
adopt_protect (int folder)
{
  struct stat st;

  if (fstat (folder, &st) == 0 && (st.st_mode & 0222) != 0)
    namida_tree_set_writable (folder, FALSE);
}

guint
namida_version_write_records (NamidaDatabase *database, gint64 limit_us, GCancellable *cancellable)
{
  g_autoptr (GPtrArray) versions = namida_version_record_list (database, NAMIDA_VERSION_STAYS, NULL);
  gint64 until = namida_clock_monotonic () + limit_us;
  guint n = 0;

  for (guint i = 0; versions != NULL && i < versions->len && namida_clock_monotonic () < until
                    && !g_cancellable_is_cancelled (cancellable);
       i++)
    {
      const NamidaVersionRecord *version = g_ptr_array_index (versions, i);
      int folder = namida_version_record_open (version);
      g_autoptr (GError) error = NULL;

      if (folder < 0)
        continue;
      /* Rows of earlier releases do not contain the store. */
      if (version->store == NULL && !namida_version_record_note_store (database, version->id, &error))
        g_message ("%s", error->message);
      g_clear_error (&error);
      if (namida_folder_record_exists (folder))
        adopt_protect (folder); /* usually the case */
      else if (adopt_record_one (database, version, folder, &error))
        n++;
      else
        g_message ("%s", error->message);
      close (folder);
    }
  return n;
}
