/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Opens, checks, migrates and locks "state.db"; see the header. All tables are created by the schema steps here.
 * Blocking; worker threads, and the start of the program. */
#include "config.h"

#include "namida-database.h"

#include "namida-clock.h"
#include "namida-database-guard.h"
#include "namida-error.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <unistd.h>

#define BUSY_TIMEOUT_MS 5000
#define BUSY_STEP_MS 20

/* Step n brings a file from user_version n to n + 1. Only append steps: existing files may be at any of them. Times
 * are microseconds since 1970 unless the column's name says otherwise. */
static const char *const schema_steps[] = {
  /* 0 → 1 */
  "CREATE TABLE trusted ("
  " fingerprint TEXT PRIMARY KEY, uuid TEXT, alias TEXT NOT NULL, trusted_at INTEGER NOT NULL,"
  " last_seen INTEGER NOT NULL DEFAULT 0, last_address TEXT, auto_accept INTEGER NOT NULL DEFAULT 1);"

  "CREATE TABLE hash_index ("
  " path TEXT PRIMARY KEY, size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL, inode INTEGER NOT NULL,"
  " device INTEGER NOT NULL, sha256 TEXT NOT NULL) WITHOUT ROWID;"
  "CREATE INDEX hash_index_sha256 ON hash_index (sha256);"

  "CREATE TABLE sessions ("
  " id TEXT PRIMARY KEY, direction TEXT NOT NULL, fingerprint TEXT, alias TEXT NOT NULL, title TEXT NOT NULL,"
  " offer_key TEXT NOT NULL, landing TEXT, destination TEXT, state TEXT NOT NULL, started_at INTEGER NOT NULL,"
  " updated_at INTEGER NOT NULL, total_bytes INTEGER NOT NULL, total_files INTEGER NOT NULL,"
  " stored_files INTEGER NOT NULL DEFAULT 0, kept_files INTEGER NOT NULL DEFAULT 0,"
  " failed_files INTEGER NOT NULL DEFAULT 0, error TEXT);"
  "CREATE INDEX sessions_offer ON sessions (fingerprint, offer_key, state);"
  "CREATE INDEX sessions_started_at ON sessions (started_at);"

  "CREATE TABLE stored ("
  " id INTEGER PRIMARY KEY, session TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE, file_id TEXT NOT NULL,"
  " path TEXT NOT NULL, size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL, inode INTEGER NOT NULL,"
  " device INTEGER NOT NULL, sha256 TEXT NOT NULL, stored_at INTEGER NOT NULL);"
  "CREATE INDEX stored_session ON stored (session);" /* without it, each ON DELETE CASCADE would read the whole table */
  "CREATE INDEX stored_path ON stored (path);"
  "CREATE INDEX stored_sha256 ON stored (sha256);"

  "CREATE TABLE versions ("
  " id INTEGER PRIMARY KEY, session TEXT NOT NULL, fingerprint TEXT, alias TEXT NOT NULL, path TEXT NOT NULL UNIQUE,"
  " created_at INTEGER NOT NULL, pinned INTEGER NOT NULL DEFAULT 0, verified_at INTEGER);",

  /* 1 → 2 */
  /* The permissions of a trusted device besides storing backups, and where its backups are saved. NULL: the program's
   * default. */
  "ALTER TABLE trusted ADD COLUMN may_restore INTEGER NOT NULL DEFAULT 0;"
  "ALTER TABLE trusted ADD COLUMN landing TEXT;"

  /* Addresses that the user entered and that answered: "192.168.1.20", "nas.local:53318", "[fe80::1%eth0]:53317". */
  "CREATE TABLE manual_addresses (place TEXT PRIMARY KEY, added_at INTEGER NOT NULL) WITHOUT ROWID;"

  /* Clearing the history only hides sessions that stored files: they still show which files are already there. */
  "ALTER TABLE sessions ADD COLUMN hidden INTEGER NOT NULL DEFAULT 0;"

  /* @ask: the user stopped the session and kept its parts, so it has to be accepted again. @scope: identifies what
   * is backed up, even if its files change (namida_backup_dup_scope()). @wish: the paths and options of an
   * outgoing transfer, so that it can resume after the program ends. */
  "ALTER TABLE sessions ADD COLUMN ask INTEGER NOT NULL DEFAULT 0;"
  "ALTER TABLE sessions ADD COLUMN scope TEXT NOT NULL DEFAULT '';"
  "ALTER TABLE sessions ADD COLUMN wish TEXT;"

  /* The local user paused this incoming transfer. It stays paused after the program ends. */
  "ALTER TABLE sessions ADD COLUMN paused INTEGER NOT NULL DEFAULT 0;"

  /* A renamed file is still the same file: it is found by its inode. */
  "CREATE INDEX hash_index_inode ON hash_index (inode, device);"

  /* When the file of a row was last seen, and when namida_hash_tidy() last looked for it; 0: not since the row was
   * added. */
  "ALTER TABLE hash_index ADD COLUMN seen_at INTEGER NOT NULL DEFAULT 0;"
  "ALTER TABLE hash_index ADD COLUMN looked_at INTEGER NOT NULL DEFAULT 0;"

  /* Versions of both landings are in this table. Several versions of landing "library" may have the same path, so
   * the table is created again. An id is never reused (AUTOINCREMENT), because people type them. @damaged: -1: never
   * verified. @removing: the folder is being deleted; a crash does not stop that. */
  "CREATE TABLE versions_2 ("
  " id INTEGER PRIMARY KEY AUTOINCREMENT, session TEXT NOT NULL, fingerprint TEXT, alias TEXT NOT NULL,"
  " path TEXT NOT NULL, created_at INTEGER NOT NULL, pinned INTEGER NOT NULL DEFAULT 0, verified_at INTEGER,"
  " landing TEXT NOT NULL, title TEXT NOT NULL, offer_key TEXT NOT NULL, complete INTEGER NOT NULL,"
  " damaged INTEGER NOT NULL DEFAULT -1, removing INTEGER NOT NULL DEFAULT 0);"
  "INSERT INTO versions_2 (id, session, fingerprint, alias, path, created_at, pinned, verified_at, landing, title,"
  " offer_key, complete) SELECT v.id, v.session, v.fingerprint, v.alias, v.path, v.created_at, v.pinned, v.verified_at,"
  " 'backup', coalesce (s.title, ''), coalesce (s.offer_key, ''), coalesce (s.state, 'finished') = 'finished'"
  " FROM versions v LEFT JOIN sessions s ON s.id = v.session;"
  "DROP TABLE versions;"
  "ALTER TABLE versions_2 RENAME TO versions;"
  "CREATE INDEX versions_session ON versions (session);"

  /* The files of a version as they were on arrival. @path: relative to the version's folder, absolute for "library".
   * @kind: 0 backup zip, 1 file, 2 empty folder, 3 manifest. @relative: the path below the label, or the name. */
  "CREATE TABLE version_files ("
  " version INTEGER NOT NULL REFERENCES versions (id) ON DELETE CASCADE, path TEXT NOT NULL, kind INTEGER NOT NULL,"
  " label TEXT NOT NULL, relative TEXT NOT NULL, size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL,"
  " inode INTEGER NOT NULL, device INTEGER NOT NULL, sha256 TEXT NOT NULL, PRIMARY KEY (version, path)) WITHOUT ROWID;"
  "CREATE INDEX version_files_sha256 ON version_files (sha256);"
  "INSERT OR IGNORE INTO version_files (version, path, kind, label, relative, size, mtime_ns, inode, device, sha256)"
  " SELECT version, path, CASE WHEN file_id = 'manifest' THEN 3 WHEN path LIKE 'Namida Backup - %.zip' THEN 0 ELSE 1"
  " END, CASE WHEN path LIKE 'Music/%/%' THEN substr (path, 7, instr (substr (path, 7), '/') - 1) ELSE '' END,"
  " CASE WHEN path LIKE 'Music/%/%' THEN substr (path, 7 + instr (substr (path, 7), '/')) ELSE path END, size,"
  " mtime_ns, inode, device, sha256 FROM (SELECT v.id AS version, substr (s.path, length (v.path) + 2) AS path,"
  " s.file_id, s.size, s.mtime_ns, s.inode, s.device, s.sha256 FROM versions v JOIN stored s ON s.session = v.session"
  " WHERE substr (s.path, 1, length (v.path) + 1) = v.path || '/');"

  /* The files that a restore added to this computer, so that it can be undone. @state: open (running or interrupted)
   * or done. @kind: 0 file, 1 folder, 2 the folder that contains temporary files. @kept: where the replaced file is
   * kept. */
  "CREATE TABLE restores ("
  " id TEXT PRIMARY KEY, source TEXT NOT NULL, started_at INTEGER NOT NULL, state TEXT NOT NULL);"
  "CREATE TABLE restored ("
  " id INTEGER PRIMARY KEY, restore TEXT NOT NULL REFERENCES restores (id) ON DELETE CASCADE, kind INTEGER NOT NULL,"
  " path TEXT NOT NULL, size INTEGER NOT NULL DEFAULT 0, mtime_ns INTEGER NOT NULL DEFAULT 0,"
  " inode INTEGER NOT NULL DEFAULT 0, device INTEGER NOT NULL DEFAULT 0, sha256 TEXT, kept TEXT);"
  "CREATE INDEX restored_restore ON restored (restore);"

  /* The identity of this device at its last start, in one row, so that a new identity is reported. */
  "CREATE TABLE device (id INTEGER PRIMARY KEY CHECK (id = 1), fingerprint TEXT NOT NULL);",

  /* 2 → 3 */
  /* @arrival: the order in which versions arrived, independent of any clock; it only grows. @removing: 2: the
   * version has been in the trash of its store since @trashed_at. */
  "ALTER TABLE versions ADD COLUMN arrival INTEGER NOT NULL DEFAULT 0;"
  "ALTER TABLE versions ADD COLUMN trashed_at INTEGER NOT NULL DEFAULT 0;"
  "UPDATE versions SET arrival = id;",

  /* 3 → 4 */
  /* @left_out: files and folders that the sender skipped. The backup is incomplete, even if everything else
   * arrived.
   * @unproven: a NamidaUnproven: files that no hash verified (LocalSend, the phone app). */
  "ALTER TABLE sessions ADD COLUMN left_out INTEGER NOT NULL DEFAULT 0;"
  "ALTER TABLE sessions ADD COLUMN unproven INTEGER NOT NULL DEFAULT 0;",

  /* 4 → 5 */
  /* A content is a file on a disk: its inode and its state when it was read. @ctime_ns: 0: unknown, so that the file
   * is read before it is trusted. @read_at: when its bytes were last read and matched @sha256 (32 bytes). @damaged:
   * 1: a read found different bytes. @path: where the file is, if it is outside of all versions. */
  "CREATE TABLE contents ("
  " id INTEGER PRIMARY KEY, inode INTEGER NOT NULL, device INTEGER NOT NULL, size INTEGER NOT NULL,"
  " mtime_ns INTEGER NOT NULL, ctime_ns INTEGER NOT NULL, sha256 BLOB NOT NULL, read_at INTEGER NOT NULL,"
  " damaged INTEGER NOT NULL DEFAULT 0, path TEXT, seen_at INTEGER NOT NULL DEFAULT 0,"
  " looked_at INTEGER NOT NULL DEFAULT 0);"
  "CREATE INDEX contents_inode ON contents (inode);"
  "CREATE INDEX contents_sha256 ON contents (substr (sha256, 1, 8));"
  "CREATE INDEX contents_damaged ON contents (damaged) WHERE damaged <> 0;"

  /* One row for each path that any version contains. @path and @kind as in step 1 → 2. @relative: NULL stands for
   * the last @tail bytes of @path. */
  "CREATE TABLE names ("
  " id INTEGER PRIMARY KEY, path TEXT NOT NULL, kind INTEGER NOT NULL, label TEXT NOT NULL, tail INTEGER NOT NULL,"
  " relative TEXT);"
  "CREATE INDEX names_path ON names (path);"

  /* A list contains the files of one folder, or a part of a large folder. Versions in which none of these files
   * changed share the list. @digest: the digest of its rows. @kept: 1: the file was already there and was not sent. */
  "CREATE TABLE lists (id INTEGER PRIMARY KEY, digest BLOB NOT NULL UNIQUE);"
  "CREATE TABLE list_items ("
  " list INTEGER NOT NULL REFERENCES lists (id) ON DELETE CASCADE, name INTEGER NOT NULL, content INTEGER,"
  " kept INTEGER NOT NULL DEFAULT 0,"
  " PRIMARY KEY (list, name)) WITHOUT ROWID;"
  "CREATE INDEX list_items_content ON list_items (content);"
  "CREATE TABLE version_lists ("
  " version INTEGER NOT NULL REFERENCES versions (id) ON DELETE CASCADE, list INTEGER NOT NULL,"
  " PRIMARY KEY (version, list)) WITHOUT ROWID;"
  "CREATE INDEX version_lists_list ON version_lists (list);"

  /* The data for the list of versions, so that showing it reads no files. @labels: [{"label", "files", "bytes"}], with
   * single files under "". @zip: the path of the backup zip in the version. @read_at: the oldest date at which one
   * of its contents was read. @migrated: 0: its files are still in old_version_files (namida_version_migrate()). */
  "ALTER TABLE versions ADD COLUMN files INTEGER NOT NULL DEFAULT 0;"
  "ALTER TABLE versions ADD COLUMN bytes INTEGER NOT NULL DEFAULT 0;"
  "ALTER TABLE versions ADD COLUMN labels TEXT NOT NULL DEFAULT '[]';"
  "ALTER TABLE versions ADD COLUMN zip TEXT;"
  "ALTER TABLE versions ADD COLUMN left_out INTEGER NOT NULL DEFAULT 0;"
  "ALTER TABLE versions ADD COLUMN read_at INTEGER NOT NULL DEFAULT 0;"
  "ALTER TABLE versions ADD COLUMN migrated INTEGER NOT NULL DEFAULT 1;"
  "UPDATE versions SET migrated = 0;"
  "ALTER TABLE version_files RENAME TO old_version_files;"
  "ALTER TABLE stored RENAME TO old_stored;"
  "ALTER TABLE hash_index RENAME TO old_hash_index;"

  /* Read-only. Select by @version. */
  "CREATE VIEW version_files AS SELECT l.version AS version, n.path AS path, n.kind AS kind, n.label AS label,"
  " CASE WHEN n.relative IS NULL THEN CAST (substr (CAST (n.path AS BLOB), -n.tail) AS TEXT) ELSE n.relative END"
  " AS relative, coalesce (c.size, 0) AS size, coalesce (c.mtime_ns, 0) AS mtime_ns, coalesce (c.inode, 0) AS inode,"
  " coalesce (c.device, 0) AS device, coalesce (lower (hex (c.sha256)), '') AS sha256, i.content AS content,"
  " coalesce (c.ctime_ns, 0) AS ctime_ns, coalesce (c.read_at, 0) AS read_at, coalesce (c.damaged, 0) AS damaged,"
  " i.kept AS kept"
  " FROM version_lists l JOIN list_items i ON i.list = l.list JOIN names n ON n.id = i.name"
  " LEFT JOIN contents c ON c.id = i.content;",

  /* 5 → 6 */
  /* @stores: the stores that this program has written to, with the uuid of their mark (namida-store-mark.h). If the
   * folder of a store has no mark, its drive is not mounted. @succession: the device @fingerprint may fetch what
   * @predecessor sent. */
  "CREATE TABLE stores (path TEXT PRIMARY KEY, uuid TEXT NOT NULL, recorded_at INTEGER NOT NULL) WITHOUT ROWID;"
  "CREATE TABLE succession (fingerprint TEXT NOT NULL, predecessor TEXT NOT NULL, agreed_at INTEGER NOT NULL,"
  " PRIMARY KEY (fingerprint, predecessor)) WITHOUT ROWID;",

  /* 6 → 7 */
  /* The limits to which the user or a policy agreed when an incoming session was accepted. The sender can never raise
   * them. @agreed_by: "person", "trusted" or "all"; NULL: no one, or a program that did not record it. */
  "ALTER TABLE sessions ADD COLUMN agreed_files INTEGER NOT NULL DEFAULT 0;"
  "ALTER TABLE sessions ADD COLUMN agreed_bytes INTEGER NOT NULL DEFAULT 0;"
  "ALTER TABLE sessions ADD COLUMN agreed_at INTEGER NOT NULL DEFAULT 0;"
  "ALTER TABLE sessions ADD COLUMN agreed_by TEXT;"
  "ALTER TABLE sessions ADD COLUMN agreed_names TEXT;",

  /* 7 → 8 */
  /* Which device has sent which content; see namida_sent_content_has(). @content: the first half of the hash. */
  "CREATE TABLE senders (id INTEGER PRIMARY KEY, fingerprint TEXT NOT NULL UNIQUE);"
  "CREATE TABLE sent_contents ("
  " sender INTEGER NOT NULL REFERENCES senders (id), content TEXT NOT NULL, PRIMARY KEY (sender, content))"
  " WITHOUT ROWID;"
  /* From databases that listed all stored files (before step 4 → 5), and from the versions of those that did not. */
  "CREATE TABLE IF NOT EXISTS old_stored (session TEXT, sha256 TEXT);"
  "INSERT OR IGNORE INTO senders (fingerprint) SELECT DISTINCT fingerprint FROM sessions"
  " WHERE direction = 'receive' AND fingerprint IS NOT NULL UNION SELECT fingerprint FROM versions"
  " WHERE fingerprint IS NOT NULL;"
  "INSERT OR IGNORE INTO sent_contents (sender, content) SELECT d.id, substr (lower (t.sha256), 1, 32)"
  " FROM old_stored t JOIN sessions s ON s.id = t.session JOIN senders d ON d.fingerprint = s.fingerprint"
  " WHERE s.direction = 'receive' AND t.sha256 <> '';"
  "DROP TABLE old_stored;"
  "INSERT OR IGNORE INTO sent_contents (sender, content) SELECT d.id, substr (f.sha256, 1, 32)"
  " FROM versions v JOIN senders d ON d.fingerprint = v.fingerprint JOIN version_files f ON f.version = v.id"
  " WHERE f.kept = 0 AND f.kind <> 3 AND f.sha256 <> '';",

  /* 8 → 9 */
  /* Devices that the user has blocked. */
  "CREATE TABLE blocked (fingerprint TEXT PRIMARY KEY, alias TEXT NOT NULL, blocked_at INTEGER NOT NULL);",
  /* 9 → 10 */
  /* Automatic backups (namida-schedule-row.h). @folders: one URI per line. @rate: bytes per second. @slot_at: the
   * due time that was served last. @asked: the user wants a run now. */
  "CREATE TABLE schedules ("
  " id INTEGER PRIMARY KEY AUTOINCREMENT, fingerprint TEXT NOT NULL, alias TEXT NOT NULL, every INTEGER NOT NULL,"
  " hours INTEGER NOT NULL, at INTEGER NOT NULL, weekday INTEGER NOT NULL, anchor INTEGER NOT NULL,"
  " backup INTEGER NOT NULL, folders TEXT NOT NULL, rate INTEGER NOT NULL, battery INTEGER NOT NULL,"
  " metered INTEGER NOT NULL, enabled INTEGER NOT NULL, created_at INTEGER NOT NULL,"
  " slot_at INTEGER NOT NULL DEFAULT 0, started_at INTEGER NOT NULL DEFAULT 0, ended_at INTEGER NOT NULL DEFAULT 0,"
  " done_at INTEGER NOT NULL DEFAULT 0, outcome TEXT NOT NULL DEFAULT '', message TEXT,"
  " tries INTEGER NOT NULL DEFAULT 0, retry_at INTEGER NOT NULL DEFAULT 0, asked INTEGER NOT NULL DEFAULT 0);"
  "CREATE TABLE schedule_runs ("
  " id INTEGER PRIMARY KEY, schedule INTEGER NOT NULL REFERENCES schedules (id) ON DELETE CASCADE,"
  " started_at INTEGER NOT NULL, ended_at INTEGER NOT NULL, outcome TEXT NOT NULL, message TEXT);"
  "CREATE INDEX schedule_runs_schedule ON schedule_runs (schedule);"

  /* Which devices without a recent backup have been reported, so that each is reported once. @direction: "send" or
   * "receive". @last_at: the date of the last backup. @logged_at: when it was last written to the log. */
  "CREATE TABLE stale_notices ("
  " fingerprint TEXT NOT NULL, direction TEXT NOT NULL, last_at INTEGER NOT NULL, logged_at INTEGER NOT NULL,"
  " PRIMARY KEY (fingerprint, direction)) WITHOUT ROWID;",

  /* 10 → 11 */
  /* For an incoming transfer that was accepted in part, or into another folder. @folder: NULL: the default.
   * @declined: the escaped paths that were not accepted, one per line; NULL: none. */
  "ALTER TABLE sessions ADD COLUMN folder TEXT;"
  "ALTER TABLE sessions ADD COLUMN declined TEXT;",

  /* 11 → 12 */
  /* Which content this device has sent to which receiver; see namida_given_content_find(). @content: the first half
   * of the hash. @healed_files, @healed_versions: how many damaged files a session repaired, and in how many
   * versions. */
  "CREATE TABLE receivers (id INTEGER PRIMARY KEY, fingerprint TEXT NOT NULL UNIQUE);"
  "CREATE TABLE given_contents ("
  " receiver INTEGER NOT NULL REFERENCES receivers (id), content BLOB NOT NULL, PRIMARY KEY (receiver, content))"
  " WITHOUT ROWID;"
  "ALTER TABLE sessions ADD COLUMN healed_files INTEGER NOT NULL DEFAULT 0;"
  "ALTER TABLE sessions ADD COLUMN healed_versions INTEGER NOT NULL DEFAULT 0;",

  /* 12 → 13 */
  /* Other values that the text for an ended transfer depends on: links and special files that were skipped, whether
   * the received data of a canceled transfer is kept, and what the user has to do on the other device. */
  "ALTER TABLE sessions ADD COLUMN skipped INTEGER NOT NULL DEFAULT 0;"
  "ALTER TABLE sessions ADD COLUMN can_resume INTEGER NOT NULL DEFAULT 0;"
  "ALTER TABLE sessions ADD COLUMN advice TEXT;",

  /* 13 → 14 */
  /* The result of the inspection of the backup zip of a version (namida-zip-doubt.h). @zip: as in versions.
   * @sha256: of the zip, 64 hex digits. @part: which part is damaged. @rules: the version of the inspection rules. */
  "CREATE TABLE inspected_zips ("
  " version INTEGER PRIMARY KEY REFERENCES versions (id) ON DELETE CASCADE, zip TEXT NOT NULL, sha256 TEXT NOT NULL,"
  " kind TEXT NOT NULL, part TEXT, restorable INTEGER NOT NULL, rules INTEGER NOT NULL);"
  "CREATE INDEX inspected_zips_sha256 ON inspected_zips (sha256);",

  /* 14 → 15 */
  /* @store: the UUID of the store that has the folder of the version, or its zip; NULL: not known yet. Several drives
   * may take turns at one path. @mounts: which folders of the user were on a file system of their own, and where that
   * was mounted, so that an empty mount point is not taken for the folder (namida-mount.h). */
  "ALTER TABLE versions ADD COLUMN store TEXT;"
  "CREATE TABLE mounts (folder TEXT PRIMARY KEY, mount TEXT NOT NULL) WITHOUT ROWID;",
};

struct _NamidaDatabase
{
  GObject parent_instance;

  GRecMutex mutex; /* guards @handle */
  sqlite3 *handle;
  NamidaDatabaseGuard guard;
  char *path; /* (nullable) */
  char *damaged_path;
  char *copy_reason; /* (nullable) */
  gboolean was_alone;
};

G_DEFINE_FINAL_TYPE (NamidaDatabase, namida_database, G_TYPE_OBJECT)

static void
database_set_error (NamidaDatabase *self, GError **error, int result, const char *message)
{
  int primary = result & 0xff;

  if (primary == SQLITE_FULL)
    g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_NO_SPACE,
                 _ ("The database “%s” could not be written: the disk is full. Free some space and try again."),
                 self->path != NULL ? self->path : ":memory:");
  else if (primary == SQLITE_BUSY || primary == SQLITE_LOCKED)
    g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_STORAGE,
                 _ ("The database “%s” is in use by another program. Close it and try again."),
                 self->path != NULL ? self->path : ":memory:");
  else
    g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_STORAGE,
                 _ ("The database “%s” could not be used (%s). Check the disk and try again."),
                 self->path != NULL ? self->path : ":memory:", message);
}

/* Whether the file is damaged, as opposed to locked, unreadable or newer than this program. Those must never be
 * moved aside. */
static gboolean
database_is_damage (int result)
{
  int primary = result & 0xff;

  return primary == SQLITE_CORRUPT || primary == SQLITE_NOTADB;
}

static gboolean
database_check (NamidaDatabase *self, int result, GError **error)
{
  if (result == SQLITE_OK || result == SQLITE_DONE || result == SQLITE_ROW)
    return TRUE;
  if (database_is_damage (result))
    namida_database_guard_suspect (&self->guard);
  database_set_error (self, error, result,
                      self->handle != NULL ? sqlite3_errmsg (self->handle) : sqlite3_errstr (result));
  return FALSE;
}

static gboolean
database_run (NamidaDatabase *self, const char *sql, int *result, GError **error)
{
  *result = sqlite3_exec (self->handle, sql, NULL, NULL, NULL);
  return database_check (self, *result, error);
}

static gboolean
database_query_int (NamidaDatabase *self, const char *sql, int *value, int *result, GError **error)
{
  sqlite3_stmt *statement = NULL;

  *result = sqlite3_prepare_v2 (self->handle, sql, -1, &statement, NULL);
  if (*result == SQLITE_OK)
    *result = sqlite3_step (statement);
  if (*result == SQLITE_ROW)
    *value = sqlite3_column_int (statement, 0);
  /* Check before sqlite3_finalize(), which discards the message. */
  if (!database_check (self, *result, error))
    {
      sqlite3_finalize (statement);
      return FALSE;
    }
  sqlite3_finalize (statement);
  return TRUE;
}

/* Each step is one transaction, including its version number. BEGIN IMMEDIATE and a second look at the version
 * prevent two programs that start at the same time from taking the same step. */
static gboolean
database_take_step (NamidaDatabase *self, int *version, int *result, GError **error)
{
  g_autofree char *number = NULL;

  if (!database_run (self, "BEGIN IMMEDIATE", result, error))
    return FALSE;
  if (!database_query_int (self, "PRAGMA user_version", version, result, error))
    goto roll_back;
  if (*version < (int) G_N_ELEMENTS (schema_steps))
    {
      number = g_strdup_printf ("PRAGMA user_version = %d", *version + 1);
      if (!database_run (self, schema_steps[*version], result, error) || !database_run (self, number, result, error))
        goto roll_back;
      (*version)++;
    }
  if (database_run (self, "COMMIT", result, error))
    return TRUE;

roll_back:
  sqlite3_exec (self->handle, "ROLLBACK", NULL, NULL, NULL);
  return FALSE;
}

static gboolean
database_migrate (NamidaDatabase *self, int *result, GError **error)
{
  const int newest = (int) G_N_ELEMENTS (schema_steps);
  int version = 0;

  if (!database_query_int (self, "PRAGMA user_version", &version, result, error))
    return FALSE;
  while (version >= 0 && version < newest)
    {
      if (!database_take_step (self, &version, result, error))
        return FALSE;
    }
  if (version == newest)
    return TRUE;
  *result = SQLITE_ERROR;
  g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_STORAGE,
               _ ("The database “%s” was made by a newer Namida Sync. Update this one to use it."), self->path);
  return FALSE;
}

/* quick_check reads every page once, so that damage is found now and not in the middle of a backup. It does not run
 * at every start, because the file may be large. */
static gboolean
database_check_pages (NamidaDatabase *self, int *result, GError **error)
{
  sqlite3_stmt *statement = NULL;
  gboolean good = FALSE;

  if (!namida_database_guard_must_check (&self->guard, self->path))
    return TRUE;
  *result = sqlite3_prepare_v2 (self->handle, "PRAGMA quick_check (1)", -1, &statement, NULL);
  if (*result == SQLITE_OK)
    *result = sqlite3_step (statement);
  if (*result == SQLITE_ROW)
    {
      good = g_strcmp0 ((const char *) sqlite3_column_text (statement, 0), "ok") == 0;
      if (!good)
        {
          *result = SQLITE_CORRUPT;
          database_set_error (self, error, *result, sqlite3_errstr (*result));
        }
    }
  else
    database_check (self, *result, error);
  sqlite3_finalize (statement);
  if (good)
    namida_database_guard_checked (&self->guard);
  return good;
}

/* SQLite would create the file with the mode of the umask, but it contains the list of trusted devices. An existing
 * file is not opened: closing it would release the locks of every other connection of this process (fcntl(2)), and
 * the next program that ends would remove the log of a database in use. */
static gboolean
database_make_private (const char *path, GError **error)
{
  struct stat st;
  int fd, saved_errno;

  if (stat (path, &st) == 0)
    return TRUE;
  fd = open (path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOCTTY, 0600);
  saved_errno = errno;
  if (fd >= 0)
    close (fd);
  if (fd >= 0 || saved_errno == EEXIST)
    return TRUE;
  {
    g_autofree char *what = g_strdup_printf (_ ("The database “%s” could not be opened"), path);

    namida_error_set_from_write (error, saved_errno, -1, what);
  }
  return FALSE;
}

static void
database_close_handle (NamidaDatabase *self)
{
  sqlite3_close_v2 (g_steal_pointer (&self->handle));
}

/* Two programs may open a new database at the same time. The change to WAL mode does not honor the busy timeout
 * where waiting could end in a deadlock (sqlite.org/c3ref/busy_handler.html). */
static gboolean
database_use_log (NamidaDatabase *self, int *result, GError **error)
{
  for (guint waited = 0; waited < BUSY_TIMEOUT_MS; waited += BUSY_STEP_MS)
    {
      if (database_run (self, "PRAGMA journal_mode = WAL", result, NULL) || (*result & 0xff) != SQLITE_BUSY)
        break;
      g_usleep (BUSY_STEP_MS * 1000);
    }
  return database_check (self, *result, error);
}

static gboolean
database_open_once (NamidaDatabase *self, int *result, GError **error)
{
  *result = SQLITE_OK;
  if (self->path != NULL && !database_make_private (self->path, error))
    {
      *result = SQLITE_CANTOPEN;
      return FALSE;
    }
  /* NOMUTEX, because @mutex guards the handle. SQLite's own mutex would be taken dozens of times for each row. */
  *result
      = sqlite3_open_v2 (self->path != NULL ? self->path : ":memory:", &self->handle,
                         SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | (self->path == NULL ? SQLITE_OPEN_CREATE : 0),
                         NULL);
  if (!database_check (self, *result, error))
    return FALSE;
  sqlite3_extended_result_codes (self->handle, 1);
  sqlite3_busy_timeout (self->handle, BUSY_TIMEOUT_MS);
  return database_use_log (self, result, error) && database_run (self, "PRAGMA synchronous = FULL", result, error)
         && database_run (self, "PRAGMA foreign_keys = ON", result, error) && database_check_pages (self, result, error)
         && database_migrate (self, result, error);
}

/* Move the write-ahead log first: if a crash left it behind, SQLite would replay it into the new file. */
static gboolean
database_move_aside (NamidaDatabase *self, GError **error)
{
  static const char *const suffixes[] = { "-wal", "-shm", "" };
  g_autofree char *target = g_strdup_printf ("%s.damaged-%" G_GINT64_FORMAT, self->path, namida_clock_real ());

  for (guint i = 0; i < G_N_ELEMENTS (suffixes); i++)
    {
      g_autofree char *from = g_strconcat (self->path, suffixes[i], NULL);
      g_autofree char *to = g_strconcat (target, suffixes[i], NULL);

      if (rename (from, to) != 0 && !(errno == ENOENT && *suffixes[i] != '\0'))
        {
          int saved_errno = errno;
          g_autofree char *what = g_strdup_printf (_ ("The damaged database “%s” could not be moved aside"), from);

          namida_error_set_from_errno (error, saved_errno, what);
          return FALSE;
        }
    }
  self->damaged_path = g_steal_pointer (&target);
  g_warning ("the database %s is damaged; it was moved to %s", self->path, self->damaged_path);
  return TRUE;
}

/* @result: (out): the SQLite result if opening fails. */
static NamidaDatabase *
database_open (const char *path, int *result, GError **error)
{
  g_autoptr (NamidaDatabase) self = g_object_new (NAMIDA_TYPE_DATABASE, NULL);
  g_autoptr (GError) first_error = NULL;

  self->path = g_strdup (path);
  namida_database_guard_enter (&self->guard, path);
  if (!database_open_once (self, result, &first_error))
    {
      database_close_handle (self);
      if (path == NULL || !database_is_damage (*result))
        {
          g_propagate_error (error, g_steal_pointer (&first_error));
          return NULL;
        }
      if (!self->guard.alone && !namida_database_guard_take (&self->guard))
        {
          g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_STORAGE,
                       _ ("The database “%s” is damaged, and another program uses it. Close that program and try "
                          "again."),
                       path);
          return NULL;
        }
      if (!database_move_aside (self, error) || !database_open_once (self, result, error))
        return NULL;
    }
  self->was_alone = self->guard.alone;
  namida_database_guard_share (&self->guard);
  return g_steal_pointer (&self);
}

gboolean
namida_database_was_alone (NamidaDatabase *self)
{
  return self->was_alone;
}

NamidaDatabase *
namida_database_open (const char *path, GError **error)
{
  int result;

  return database_open (path, &result, error);
}

/* Returns %FALSE for damage, for a file that another program uses, and for one that is newer than this program. */
static gboolean
database_cannot_be_written (const char *path, int result, const GError *error)
{
  int primary = result & 0xff;

  if (primary == SQLITE_FULL || primary == SQLITE_READONLY || primary == SQLITE_IOERR)
    return TRUE;
  /* The file exists, but its log cannot be created. */
  return primary == SQLITE_CANTOPEN
         && (access (path, R_OK) == 0 || namida_error_is_full (error)
             || g_error_matches (error, NAMIDA_ERROR, NAMIDA_ERROR_NO_PERMISSION));
}

/* Copies the whole file into @memory. The log of a program that was killed can only be read with exclusive access to
 * the file; without that, an older state is read. */
static gboolean
database_read_into (sqlite3 *memory, const char *path)
{
  g_autofree char *escaped = g_uri_escape_string (path, "/", TRUE);
  g_autofree char *fixed = g_strconcat ("file:", escaped, "?mode=ro&immutable=1", NULL);
  g_autofree char *alone = g_strconcat ("file:", escaped, "?mode=rw", NULL);
  const char *const names[] = { alone, fixed };
  int result = SQLITE_ERROR;

  for (guint i = 0; i < G_N_ELEMENTS (names) && result != SQLITE_OK; i++)
    {
      sqlite3 *file = NULL;
      sqlite3_backup *backup = NULL;

      result = sqlite3_open_v2 (names[i], &file, SQLITE_OPEN_READWRITE | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX, NULL);
      /* Exclusive mode avoids the creation of a shared memory file. */
      if (result == SQLITE_OK)
        result = sqlite3_exec (file, "PRAGMA locking_mode = EXCLUSIVE", NULL, NULL, NULL);
      if (result == SQLITE_OK && (backup = sqlite3_backup_init (memory, "main", file, "main")) != NULL)
        {
          sqlite3_backup_step (backup, -1);
          result = sqlite3_backup_finish (backup);
        }
      else
        result = result == SQLITE_OK ? SQLITE_ERROR : result;
      sqlite3_close (file);
    }
  return result == SQLITE_OK;
}

/* @reason: why the file cannot be used. Returns: (nullable): %NULL if the file cannot be read either. */
static NamidaDatabase *
database_open_copy (const char *path, const GError *reason)
{
  g_autoptr (NamidaDatabase) self = g_object_new (NAMIDA_TYPE_DATABASE, NULL);
  int result;

  namida_database_guard_enter (&self->guard, NULL);
  result = sqlite3_open_v2 (":memory:", &self->handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_CREATE,
                            NULL);
  if (result != SQLITE_OK)
    return NULL;
  sqlite3_extended_result_codes (self->handle, 1);
  if (access (path, F_OK) == 0 && !database_read_into (self->handle, path))
    return NULL;
  if (!database_run (self, "PRAGMA foreign_keys = ON", &result, NULL) || !database_migrate (self, &result, NULL))
    return NULL;
  self->copy_reason
      = g_strdup_printf (_ ("The history and what is known of files cannot be written, but can be used until the "
                            "program ends: %s"),
                         reason->message);
  return g_steal_pointer (&self);
}

NamidaDatabase *
namida_database_open_or_copy (const char *path, GError **error)
{
  g_autoptr (GError) reason = NULL;
  int result = SQLITE_OK;
  NamidaDatabase *self = database_open (path, &result, &reason);

  if (self == NULL && path != NULL && database_cannot_be_written (path, result, reason))
    self = database_open_copy (path, reason);
  if (self == NULL)
    g_propagate_error (error, g_steal_pointer (&reason));
  return self;
}

const char *
namida_database_get_copy_reason (NamidaDatabase *self)
{
  g_return_val_if_fail (NAMIDA_IS_DATABASE (self), NULL);
  return self->copy_reason;
}

char *
namida_database_dup_folder (NamidaDatabase *self)
{
  return self->path != NULL ? g_path_get_dirname (self->path) : NULL;
}

const char *
namida_database_was_damaged (NamidaDatabase *self)
{
  g_return_val_if_fail (NAMIDA_IS_DATABASE (self), NULL);
  return self->damaged_path;
}

sqlite3 *
namida_database_lock (NamidaDatabase *self)
{
  g_return_val_if_fail (NAMIDA_IS_DATABASE (self), NULL);
  g_rec_mutex_lock (&self->mutex);
  return self->handle;
}

void
namida_database_unlock (NamidaDatabase *self)
{
  g_return_if_fail (NAMIDA_IS_DATABASE (self));
  g_rec_mutex_unlock (&self->mutex);
}

void
namida_database_set_roomy (NamidaDatabase *self, gboolean roomy)
{
  g_return_if_fail (NAMIDA_IS_DATABASE (self));
  /* In KiB. If it fails, everything still works, but slowly. */
  sqlite3_exec (self->handle, roomy ? "PRAGMA cache_size = -32000" : "PRAGMA cache_size = -2000", NULL, NULL, NULL);
  if (!roomy)
    sqlite3_db_release_memory (self->handle);
}

static int
database_bind (sqlite3_stmt *statement, const char *format, va_list arguments)
{
  int result = SQLITE_OK;

  for (int i = 0; format != NULL && format[i] != '\0' && result == SQLITE_OK; i++)
    {
      if (format[i] == 's')
        result = sqlite3_bind_text (statement, i + 1, va_arg (arguments, const char *), -1, SQLITE_TRANSIENT);
      else if (format[i] == 'i')
        result = sqlite3_bind_int64 (statement, i + 1, va_arg (arguments, gint64));
      else
        g_error ("namida_database_prepare: no type '%c'", format[i]);
    }
  return result;
}

static sqlite3_stmt *
database_prepare_va (NamidaDatabase *self, GError **error, const char *sql, const char *format, va_list arguments)
{
  sqlite3_stmt *statement = NULL;
  int result = sqlite3_prepare_v2 (self->handle, sql, -1, &statement, NULL);

  if (result == SQLITE_OK)
    result = database_bind (statement, format, arguments);
  if (database_check (self, result, error))
    return statement;
  sqlite3_finalize (statement);
  return NULL;
}

sqlite3_stmt *
namida_database_prepare (NamidaDatabase *self, GError **error, const char *sql, const char *format, ...)
{
  sqlite3_stmt *statement;
  va_list arguments;

  g_return_val_if_fail (NAMIDA_IS_DATABASE (self), NULL);
  g_return_val_if_fail (sql != NULL, NULL);

  va_start (arguments, format);
  statement = database_prepare_va (self, error, sql, format, arguments);
  va_end (arguments);
  return statement;
}

gboolean
namida_database_next (sqlite3_stmt *statement, int *result)
{
  *result = statement != NULL ? sqlite3_step (statement) : SQLITE_ERROR;
  return *result == SQLITE_ROW;
}

gboolean
namida_database_end (NamidaDatabase *self, sqlite3_stmt *statement, int result, GError **error)
{
  gboolean whole = statement != NULL && database_check (self, result, error);

  sqlite3_finalize (statement);
  return whole;
}

gboolean
namida_database_exec (NamidaDatabase *self, GError **error, const char *sql, const char *format, ...)
{
  sqlite3_stmt *statement;
  va_list arguments;
  gboolean done = FALSE;

  g_return_val_if_fail (NAMIDA_IS_DATABASE (self), FALSE);
  g_return_val_if_fail (sql != NULL, FALSE);

  namida_database_lock (self);
  va_start (arguments, format);
  statement = database_prepare_va (self, error, sql, format, arguments);
  va_end (arguments);
  if (statement != NULL)
    {
      int result;

      do
        result = sqlite3_step (statement);
      while (result == SQLITE_ROW);
      done = database_check (self, result, error);
      sqlite3_finalize (statement);
    }
  namida_database_unlock (self);
  return done;
}

static void
namida_database_finalize (GObject *object)
{
  NamidaDatabase *self = NAMIDA_DATABASE (object);

  database_close_handle (self);
  namida_database_guard_leave (&self->guard);
  g_rec_mutex_clear (&self->mutex);
  g_free (self->path);
  g_free (self->damaged_path);
  g_free (self->copy_reason);
  G_OBJECT_CLASS (namida_database_parent_class)->finalize (object);
}

static void
namida_database_class_init (NamidaDatabaseClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = namida_database_finalize;
}

static void
namida_database_init (NamidaDatabase *self)
{
  g_rec_mutex_init (&self->mutex);
  self->guard.fd = -1;
}
