/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests what remains after a power failure. This program replaces fsync(), fdatasync() and syncfs(), so it knows what
 * the store and SQLite have made durable: contents, names in a folder and the files they refer to, and the database. At
 * each commit of the database, and in the end, everything that the durable database lists as stored must have durable
 * names and durable contents, and removed files must not return. Then each call is left out in turn: the check must
 * notice every one of them. NAMIDA_DURABLE_ONCE in the environment skips this second part. */
#include "config.h"

#include "store-fixture.h"

#include "durable-database.h"
#include "durable-others.h"
#include "namida-error.h"
#include "namida-file-ops.h"
#include "namida-removal.h"
#include "namida-retention-apply.h"
#include "namida-staging.h"
#include "namida-verify.h"
#include "namida-version-adopt.h"
#include "namida-version-trash.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sqlite3.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* ---- what is durable ---- */

/* Numbers of inodes are given again; the time at which one was made tells them apart. */
typedef struct
{
  guint64 inode;
  gint64 born_s, born_ns;
} Identity;

typedef struct
{
  gint64 size;
  struct timespec time;
} Content;

static struct
{
  gboolean on;
  char *base;          /* everything below it counts, and it is durable itself */
  GHashTable *files;   /* Identity → Content */
  GHashTable *folders; /* Identity → table: name → Identity of what it is the name of */
  DurableDatabase database;
  guint calls;    /* that the check has to notice the lack of */
  guint earlier;  /* those before what is tried here: others try these */
  guint left_out; /* the number of the one that is as if it were not there; 0: none */
  char *left_out_path;
  GArray *folders_called; /* Identity of each call; of a file that of nothing */
  gboolean older;         /* versions may have no record yet */
  char *lacking;          /* (nullable): the path of a file that somebody deleted: it is looked at in the end only */
  char *aside;            /* (nullable): where files wait that others replace */
  char *trouble;          /* (nullable): of the first check that failed */
} cut;
static GMutex cut_lock;
#define EVERYTHING G_MAXUINT64     /* the inode of a call of syncfs() */
static __thread gboolean checking; /* SQLite makes things durable while the check asks it, too */

static guint
identity_hash (gconstpointer data)
{
  const Identity *self = data;

  return (guint) (self->inode ^ (guint64) self->born_ns);
}

static gboolean
identity_equal (gconstpointer a, gconstpointer b)
{
  return memcmp (a, b, sizeof (Identity)) == 0;
}

static gboolean
look_up (int folder, const char *path, int flags, Identity *id, struct stat *st)
{
  struct statx sx;

  memset (id, 0, sizeof *id);
  if (statx (folder, path, flags | AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS | STATX_BTIME, &sx) != 0)
    return FALSE;
  id->inode = sx.stx_ino;
  id->born_s = sx.stx_btime.tv_sec;
  id->born_ns = sx.stx_btime.tv_nsec;
  st->st_mode = sx.stx_mode;
  st->st_size = (off_t) sx.stx_size;
  st->st_mtim = (struct timespec){ sx.stx_mtime.tv_sec, sx.stx_mtime.tv_nsec };
  return TRUE;
}

static void
note_file (const Identity *id, const struct stat *st)
{
  Content content = { .size = st->st_size, .time = st->st_mtim };

  g_hash_table_replace (cut.files, g_memdup2 (id, sizeof *id), g_memdup2 (&content, sizeof content));
}

static void
note_folder (const Identity *id, const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  GHashTable *names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *inside = g_build_filename (path, name, NULL);
      Identity named;
      struct stat st;

      if (look_up (AT_FDCWD, inside, 0, &named, &st))
        g_hash_table_insert (names, g_strdup (name), g_memdup2 (&named, sizeof named));
    }
  g_hash_table_replace (cut.folders, g_memdup2 (id, sizeof *id), names);
}

static void
note_all (const char *path)
{
  Identity id;
  struct stat st;
  g_autoptr (GDir) dir = NULL;
  const char *name;

  if (!look_up (AT_FDCWD, path, 0, &id, &st))
    return;
  if (!S_ISDIR (st.st_mode))
    {
      note_file (&id, &st);
      return;
    }
  note_folder (&id, path);
  dir = g_dir_open (path, 0, NULL);
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *inside = g_build_filename (path, name, NULL);

      note_all (inside);
    }
}

/* Component by component from the base: each name in a folder whose names are durable. (nullable): what is wrong. */
static char *
find_trouble (const char *path)
{
  g_auto (GStrv) names = g_strsplit (path + strlen (cut.base) + 1, "/", -1);
  g_autofree char *folder = g_strdup (cut.base);
  const Content *content;
  Identity id;
  struct stat st;

  for (guint i = 0; names[i] != NULL; i++)
    {
      GHashTable *durable;
      const Identity *named;
      Identity now;
      char *next = g_build_filename (folder, names[i], NULL);

      if (!look_up (AT_FDCWD, folder, 0, &id, &st))
        {
          g_free (next);
          return g_strdup_printf ("%s is not there", folder);
        }
      durable = g_hash_table_lookup (cut.folders, &id);
      g_free (folder);
      folder = next;
      named = durable != NULL ? g_hash_table_lookup (durable, names[i]) : NULL;
      if (named == NULL)
        return g_strdup_printf ("the name of %s is not durable", folder);
      if (look_up (AT_FDCWD, folder, 0, &now, &st) && !identity_equal (named, &now))
        return g_strdup_printf ("the name of %s is still that of another file", folder);
    }
  if (!look_up (AT_FDCWD, path, 0, &id, &st))
    return g_strdup_printf ("%s is not there", path);
  if (S_ISDIR (st.st_mode))
    return NULL;
  content = g_hash_table_lookup (cut.files, &id);
  if (content == NULL || content->size != st.st_size || content->time.tv_sec != st.st_mtim.tv_sec
      || content->time.tv_nsec != st.st_mtim.tv_nsec)
    return g_strdup_printf ("the content of %s is not durable", path);
  return NULL;
}

/* (nullable): what is wrong: a power cut would bring the name @path back. */
static char *
find_left (const char *path)
{
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *name = g_path_get_basename (path);
  GHashTable *durable;
  Identity id;
  struct stat st;

  if (!look_up (AT_FDCWD, folder, 0, &id, &st))
    return NULL;
  durable = g_hash_table_lookup (cut.folders, &id);
  return durable != NULL && g_hash_table_contains (durable, name) ? g_strdup_printf ("%s comes back", path) : NULL;
}

/* ---- what the durable database says ---- */

static int
check_row (void *data, int n, char **values, char **names)
{
  guint *rows = data;
  g_autofree char *path
      = g_path_is_absolute (values[1]) ? g_strdup (values[1]) : g_build_filename (values[0], values[1], NULL);
  char *trouble = g_strcmp0 (path, cut.lacking) != 0 ? find_trouble (path) : NULL;

  (*rows)++;
  if (trouble != NULL && cut.trouble == NULL)
    cut.trouble = g_steal_pointer (&trouble);
  g_free (trouble);
  return 0;
}

/* Returns: how many files the durable database calls stored. */
static guint
check_now (gboolean last)
{
  g_autofree char *folder = g_dir_make_tmp ("namida-cut-XXXXXX", NULL);
  sqlite3 *handle;
  guint rows = 0, records = 0;

  if (cut.database.contents[0] == NULL)
    return 0;
  checking = TRUE;
  handle = durable_database_open (&cut.database, folder);
  sqlite3_exec (handle,
                "SELECT versions.path, version_files.path FROM versions JOIN version_files ON version = versions.id"
                " WHERE removing = 0",
                check_row, &rows, NULL);
  if (last || !cut.older)
    sqlite3_exec (handle,
                  "SELECT path, 'SHA256SUMS' FROM versions WHERE landing = 'backup' AND removing = 0 UNION"
                  " SELECT path, '.namida-sync-version.json' FROM versions WHERE landing = 'backup' AND removing = 0",
                  check_row, &records, NULL);
  /* A store that is written down has its mark: without one its drive would be taken for one that is not mounted. */
  sqlite3_exec (handle, "SELECT path, '.namida-sync-store' FROM stores", check_row, &records, NULL);
  sqlite3_close (handle);
  fixtures_remove (folder);
  checking = FALSE;
  return rows;
}

void
durable_note_all (void)
{
  g_mutex_lock (&cut_lock);
  note_all (cut.base);
  cut.earlier = cut.calls;
  g_mutex_unlock (&cut_lock);
}

/* ---- the calls ---- */

static gboolean
is_staging (const char *path)
{
  return strstr (path, "/staging") != NULL || strstr (path, NAMIDA_STAGING_HIDDEN) != NULL;
}

/* Folders of unfinished files are made durable for a resumption, which has another test; contents there count. */
static gboolean
call_counts (const char *path, gboolean folder)
{
  return g_str_has_prefix (path, cut.base) && strstr (path, "state.db") == NULL
         && !(folder && is_staging (path) && strstr (path, "/version") == NULL) && !g_str_has_suffix (path, "/data");
}

/* Whether the last folder that was made is one of those: then the next folder that is made durable is for its sake. */
static __thread gboolean made_hidden;

int
mkdirat (int fd, const char *name, mode_t mode)
{
  made_hidden = g_str_has_prefix (name, ".namida-sync-");
  return (int) syscall (SYS_mkdirat, fd, name, mode);
}

static gboolean
is_left_out (const char *path, const Identity *folder)
{
  static const Identity nothing;
  gboolean one = folder != NULL && folder->inode != EVERYTHING;
  gboolean hidden = one && made_hidden;

  made_hidden = FALSE;
  if (hidden || !call_counts (path, one))
    return FALSE;
  g_array_append_vals (cut.folders_called, folder != NULL ? folder : &nothing, 1);
  if (++cut.calls != cut.left_out)
    return FALSE;
  g_free (cut.left_out_path);
  cut.left_out_path = g_strdup (path);
  return TRUE;
}

/* What waits in @folder and in the folders below it has to be durable. To be called with the lock. */
static void
check_waiting (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      if (g_file_test (path, G_FILE_TEST_IS_DIR))
        check_waiting (path);
      else if (cut.trouble == NULL)
        cut.trouble = find_trouble (path);
    }
}

/* From here on, the file that has the name may have no other name than the one under which it waits. */
int
renameat (int from, const char *name, int to, const char *new_name)
{
  g_mutex_lock (&cut_lock);
  if (cut.on && cut.aside != NULL && faccessat (to, new_name, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
    check_waiting (cut.aside);
  g_mutex_unlock (&cut_lock);
  return (int) syscall (SYS_renameat2, from, name, to, new_name, 0);
}

static int
sync_one (int fd)
{
  g_autofree char *link = g_strdup_printf ("/proc/self/fd/%d", fd);
  g_autofree char *path = NULL;
  Identity id;
  struct stat st;

  if (checking)
    return 0;
  g_mutex_lock (&cut_lock);
  path = cut.on ? g_file_read_link (link, NULL) : NULL;
  if (path != NULL && g_str_has_prefix (path, cut.base) && look_up (fd, "", AT_EMPTY_PATH, &id, &st))
    {
      if (g_str_has_suffix (path, "/state.db-wal"))
        {
          durable_database_keep (&cut.database, cut.base, fd);
          /* Until the call that is left out all is as it was when none was; one thing that is wrong is enough. */
          if (cut.trouble == NULL && cut.calls >= cut.left_out)
            check_now (FALSE);
        }
      else if (!is_left_out (path, S_ISDIR (st.st_mode) ? &id : NULL))
        {
          if (S_ISDIR (st.st_mode))
            note_folder (&id, path);
          else
            note_file (&id, &st);
        }
    }
  g_mutex_unlock (&cut_lock);
  return 0;
}

int
fsync (int fd)
{
  return sync_one (fd);
}

int
fdatasync (int fd)
{
  return sync_one (fd);
}

int
syncfs (int fd)
{
  static const Identity everything = { .inode = EVERYTHING };
  g_autofree char *link = g_strdup_printf ("/proc/self/fd/%d", fd);
  g_autofree char *path = NULL;

  g_mutex_lock (&cut_lock);
  path = cut.on ? g_file_read_link (link, NULL) : NULL;
  if (path != NULL && g_str_has_prefix (path, cut.base) && !is_left_out (path, &everything))
    note_all (cut.base);
  g_mutex_unlock (&cut_lock);
  return 0;
}

/* ---- what is done ---- */

static void
receive (Fixture *f, NamidaLanding landing, const char *const *labels, guint n_files, const char *text, gboolean hash)
{
  g_autoptr (Shipment) shipment = shipment_new ();
  g_autoptr (NamidaSink) sink = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *key = g_strdup_printf ("%s %u %d", text, n_files, landing);

  for (guint i = 0; i < n_files; i++)
    {
      g_autofree char *name = g_strdup_printf ("album %u/%u.flac", i % 3, i);
      g_autofree char *content = g_strdup_printf ("%s %u", text, i);

      shipment_add (shipment, labels[i % g_strv_length ((char **) labels)], name, content, hash);
    }
  sink = namida_store_sink_new_for (f->store, "AA", "Phone", key, landing, NULL);
  g_assert_true (shipment_send (shipment, sink, NULL, NULL, NULL, &error));
  g_assert_no_error (error);
}

static const char *const music[] = { "Music", NULL };
static const char *const two[] = { "Music", "Rips", NULL };

static void
do_few (Fixture *f)
{
  receive (f, NAMIDA_LANDING_BACKUP, two, 4, "few", FALSE);
}

static void
do_many (Fixture *f)
{
  receive (f, NAMIDA_LANDING_BACKUP, music, 70, "many", FALSE);
}

/* So many folders that all are made durable at once. */
static void
do_wide (Fixture *f)
{
  g_autoptr (Shipment) shipment = shipment_new ();
  g_autoptr (NamidaSink) sink = NULL;
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 66; i++)
    {
      g_autofree char *name = g_strdup_printf ("album %u/song.flac", i);
      g_autofree char *content = g_strdup_printf ("wide %u", i);

      shipment_add (shipment, "Music", name, content, FALSE);
    }
  sink = namida_store_sink_new_for (f->store, "AA", "Phone", "wide", NAMIDA_LANDING_BACKUP, NULL);
  g_assert_true (shipment_send (shipment, sink, NULL, NULL, NULL, &error));
  g_assert_no_error (error);
}

static void
do_library (Fixture *f)
{
  receive (f, NAMIDA_LANDING_LIBRARY, two, 4, "library", FALSE);
}

/* A file of the same content is there, and nobody knows since when: it is called stored, too. */
static void
receive_kept (Fixture *f, gboolean hash)
{
  g_autofree char *folder = g_build_filename (f->music, "Music", "album 0", NULL);
  g_autofree char *path = g_build_filename (folder, "0.flac", NULL);

  g_assert_cmpint (g_mkdir_with_parents (folder, 0755), ==, 0);
  durable_note_all ();
  g_assert_true (g_file_set_contents_full (path, "kept 0", -1, G_FILE_SET_CONTENTS_NONE, 0644, NULL));
  receive (f, NAMIDA_LANDING_LIBRARY, music, 2, "kept", hash);
}

static void
do_kept (Fixture *f)
{
  receive_kept (f, FALSE);
}

/* It is read instead of being sent. */
static void
do_read (Fixture *f)
{
  receive_kept (f, TRUE);
}

static void
do_links (Fixture *f)
{
  receive (f, NAMIDA_LANDING_BACKUP, music, 3, "same", TRUE);
  g_usleep (1000);
  receive (f, NAMIDA_LANDING_BACKUP, two, 3, "same", TRUE);
}

/* From a library into a version: copied, not sent. */
static void
do_copies (Fixture *f)
{
  receive (f, NAMIDA_LANDING_LIBRARY, music, 2, "copied", TRUE);
  receive (f, NAMIDA_LANDING_BACKUP, music, 2, "copied", TRUE);
}

/* ---- what happens to versions later ---- */

/* What has to be durable in the end, and what must not come back, besides what the database says. */
static GPtrArray *expected, *unexpected;

void
durable_expect (char *path)
{
  g_ptr_array_add (expected, path);
}

void
durable_expect_gone (char *path)
{
  g_ptr_array_add (unexpected, path);
}

void
durable_delete (char *path)
{
  fixture_open_up (path);
  g_assert_cmpint (g_unlink (path), ==, 0);
  durable_note_all ();
  g_mutex_lock (&cut_lock);
  cut.lacking = g_strdup (path);
  g_mutex_unlock (&cut_lock);
  durable_expect (path);
}

void
durable_expect_waiting (char *folder)
{
  g_mutex_lock (&cut_lock);
  cut.aside = folder;
  g_mutex_unlock (&cut_lock);
}

char *
durable_receive (Fixture *f, const char *label, guint n, const char *text)
{
  const char *const labels[] = { label, NULL };
  sqlite3_stmt *statement;
  char *path;

  receive (f, NAMIDA_LANDING_BACKUP, labels, n, text, TRUE);
  namida_database_lock (f->database);
  statement = namida_database_prepare (f->database, NULL, "SELECT path FROM versions ORDER BY id DESC LIMIT 1", "");
  g_assert_cmpint (sqlite3_step (statement), ==, SQLITE_ROW);
  path = g_strdup ((const char *) sqlite3_column_text (statement, 0));
  sqlite3_finalize (statement);
  namida_database_unlock (f->database);
  return path;
}

/* (transfer full): the folder of the version */
static char *
receive_one (Fixture *f)
{
  return durable_receive (f, "Music", 2, "one");
}

static NamidaVersionRecord *
find_one (Fixture *f)
{
  NamidaVersionRecord *record = namida_version_record_find (f->database, "1", NULL);

  g_assert_nonnull (record);
  return record;
}

char *
durable_dup_trashed (Fixture *f)
{
  return g_build_filename (f->backups, ".namida-sync-trash", "0000000000000000", "version-1", NULL);
}

static void
do_trash (Fixture *f)
{
  g_autofree char *version = receive_one (f);
  g_autoptr (NamidaVersionRecord) record = find_one (f);

  receive (f, NAMIDA_LANDING_BACKUP, two, 1, "another", FALSE);
  g_assert_true (namida_version_trash_put (f->database, record, NULL));
  durable_expect (durable_dup_trashed (f));
  durable_expect_gone (g_steal_pointer (&version));
}

static void
do_taken_back (Fixture *f)
{
  g_autofree char *version = receive_one (f);
  g_autoptr (NamidaVersionRecord) record = find_one (f);

  g_assert_true (namida_version_trash_put (f->database, record, NULL));
  g_assert_true (namida_version_trash_take_back (f->database, "1", NULL));
  durable_expect (g_steal_pointer (&version));
}

static void
do_removed (Fixture *f)
{
  const char *const ids[] = { "1", NULL };
  g_autofree char *version = receive_one (f);
  g_autoptr (NamidaRemoval) removal = NULL;

  receive (f, NAMIDA_LANDING_BACKUP, two, 1, "another", FALSE);
  removal = namida_removal_run (f->database, ids, FALSE, NULL);

  g_assert_nonnull (removal);
  durable_expect_gone (g_steal_pointer (&version));
}

static void
damage (const char *path)
{
  struct stat st;

  g_assert_cmpint (lstat (path, &st), ==, 0);
  g_assert_cmpint (chmod (path, 0644), ==, 0);
  g_assert_true (g_file_set_contents_full (path, "onf 0", 5, G_FILE_SET_CONTENTS_NONE, 0644, NULL));
  g_assert_cmpint (utimensat (AT_FDCWD, path, (struct timespec[2]){ st.st_mtim, st.st_mtim }, 0), ==, 0);
  g_assert_cmpint (chmod (path, 0444), ==, 0);
  g_mutex_lock (&cut_lock);
  note_all (cut.base); /* it has been so for long */
  g_mutex_unlock (&cut_lock);
}

/* A file that two versions share is damaged, and there is a whole one of the same content. */
static void
do_healed (Fixture *f)
{
  g_autofree char *version = receive_one (f);
  g_autofree char *song = g_build_filename (version, "Music", "Music", "album 0", "0.flac", NULL);
  g_autoptr (NamidaVerifyReport) report = NULL;

  receive (f, NAMIDA_LANDING_BACKUP, two, 1, "one", TRUE);
  receive (f, NAMIDA_LANDING_LIBRARY, music, 1, "one", TRUE);
  damage (song);
  report = namida_verify_run (f->database, NULL, TRUE, NULL, NULL, NULL, NULL);
  g_assert_true (report != NULL && report->repaired > 0);
}

/* A version of 0.1.0 gets its record. */
static void
do_recorded (Fixture *f)
{
  g_autofree char *version = receive_one (f);

  g_assert_cmpint (chmod (version, 0755), ==, 0);
  for (guint i = 0; i < 2; i++)
    {
      g_autofree char *path = g_build_filename (version, i == 0 ? "SHA256SUMS" : ".namida-sync-version.json", NULL);

      g_assert_cmpint (g_unlink (path), ==, 0);
    }
  g_mutex_lock (&cut_lock);
  note_all (cut.base);
  cut.older = TRUE;
  g_mutex_unlock (&cut_lock);
  g_assert_cmpuint (namida_version_write_records (f->database, G_USEC_PER_SEC, NULL), ==, 1);
}

/* Half a file, then the other device goes: what arrived stays. */
static void
do_parked (Fixture *f)
{
  g_autoptr (Shipment) shipment = shipment_new ();
  g_autoptr (NamidaSink) sink = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *staging = NULL;
  g_autoptr (GDir) dir = NULL;
  const char *name;
  NamidaWant want = { 0 };
  int fd;

  shipment_add (shipment, "Music", "1.flac", "half of it", FALSE);
  sink = namida_store_sink_new_for (f->store, "AA", "Phone", "parked", NAMIDA_LANDING_BACKUP, NULL);
  g_assert_true (namida_sink_prepare (sink, shipment->backup, NULL, &want, NULL, &error));
  fd = namida_sink_open_part (sink, 0, 0, NULL, &error);
  g_assert_cmpint (write (fd, "half", 4), ==, 4);
  g_assert_true (namida_sink_close_part (sink, 0, fd, 4, FALSE, &error));
  namida_sink_park (sink);
  staging = g_build_filename (f->data, "staging", namida_sink_get_session_id (sink), NULL);
  dir = g_dir_open (staging, 0, &error);
  g_assert_no_error (error);
  name = g_dir_read_name (dir);
  g_assert_nonnull (name);
  durable_expect (g_build_filename (staging, name, NULL));
}

/* Two mounts of one file system: a rename from one to the other is a copy. */
static void
do_moved (Fixture *f)
{
  g_autofree char *from = g_build_filename (f->base, "from", NULL);
  g_autofree char *to = g_build_filename (f->base, "to", NULL);
  g_autofree char *file = g_build_filename (from, "x.part", NULL);
  int from_fd, to_fd;

  g_assert_cmpint (g_mkdir_with_parents (from, 0755), ==, 0);
  g_assert_cmpint (g_mkdir_with_parents (to, 0755), ==, 0);
  g_assert_true (g_file_set_contents (file, "moved", -1, NULL));
  durable_note_all ();
  from_fd = open (from, O_RDONLY | O_DIRECTORY);
  to_fd = open (to, O_RDONLY | O_DIRECTORY);
  g_assert_true (namida_file_move_copy (from_fd, "x.part", to_fd, "x.flac"));
  g_mutex_lock (&cut_lock);
  {
    Identity id;
    struct stat st;

    /* Its caller makes the name durable. */
    g_assert_true (look_up (to_fd, "", AT_EMPTY_PATH, &id, &st));
    note_folder (&id, to);
  }
  g_mutex_unlock (&cut_lock);
  close (from_fd);
  close (to_fd);
  durable_expect (g_build_filename (to, "x.flac", NULL));
}

typedef struct
{
  const char *name;
  void (*run) (Fixture *f);
  guint n_files; /* that are called stored in the end */
  /* Calls that are not needed as it happens: for the part of a file that is here already, for folders whose names have
   * been durable for long. */
  guint spare;
} Operation;

static const Operation operations[] = {
  { "few", do_few, 4 },
  { "many", do_many, 70 },
  { "wide", do_wide, 66 },
  { "library", do_library, 4 },
  { "kept", do_kept, 2, 2 },
  { "read", do_read, 2, 1 },
  { "links", do_links, 6, 1 },
  { "copies", do_copies, 4 },
  { "trash", do_trash, 0, 1 },
  { "taken-back", do_taken_back, 2, 3 },
  { "removed", do_removed, 0, 1 },
  { "healed", do_healed, 4, 1 },
  { "recorded", do_recorded, 2 },
  { "parked", do_parked, 0 },
  { "moved", do_moved, 0 },
  { "restored", durable_do_restored, 2 },
  { "replaced", durable_do_replaced, 2, 3 },
  { "undone", durable_do_undone, 2, 6 },
  { "identity", durable_do_identity, 0 },
  { "exported", durable_do_exported, 2 },
  { "fitted", durable_do_fitted, 0 },
  { "linked", durable_do_linked, 4, 1 },
  { "found", durable_do_found, 0 },
};

/* (transfer full) (nullable) */
static char *
find_unexpected (void)
{
  char *trouble = NULL;

  for (guint i = 0; i < expected->len && trouble == NULL; i++)
    trouble = find_trouble (g_ptr_array_index (expected, i));
  for (guint i = 0; i < unexpected->len && trouble == NULL; i++)
    trouble = find_left (g_ptr_array_index (unexpected, i));
  return trouble;
}

/* @left_out: the call that is as if it were not there; 0: none. Returns: (transfer full) (nullable): what a power cut
 * would have destroyed. */
static char *
run_operation (const Operation *operation, guint left_out)
{
  Fixture f = { 0 };
  g_autofree char *base = g_dir_make_tmp ("namida-durable-XXXXXX", NULL);
  char *trouble;
  guint rows;

  fixture_open (&f, base);
  expected = g_ptr_array_new_with_free_func (g_free);
  unexpected = g_ptr_array_new_with_free_func (g_free);
  g_mutex_lock (&cut_lock);
  cut.base = realpath (base, NULL);
  cut.files = g_hash_table_new_full (identity_hash, identity_equal, g_free, g_free);
  cut.folders = g_hash_table_new_full (identity_hash, identity_equal, g_free, (GDestroyNotify) g_hash_table_unref);
  g_clear_pointer (&cut.folders_called, g_array_unref);
  cut.folders_called = g_array_new (FALSE, FALSE, sizeof (Identity));
  cut.calls = cut.earlier = 0;
  cut.left_out = left_out;
  cut.older = FALSE;
  cut.on = TRUE;
  g_mutex_unlock (&cut_lock);
  operation->run (&f);
  g_mutex_lock (&cut_lock);
  rows = check_now (TRUE);
  cut.on = FALSE;
  if (rows < operation->n_files && cut.trouble == NULL)
    cut.trouble = g_strdup_printf ("the database calls %u of %u files stored", rows, operation->n_files);
  if (cut.trouble == NULL)
    cut.trouble = find_unexpected ();
  trouble = g_steal_pointer (&cut.trouble);
  g_clear_pointer (&expected, g_ptr_array_unref);
  g_clear_pointer (&unexpected, g_ptr_array_unref);
  g_clear_pointer (&cut.files, g_hash_table_unref);
  g_clear_pointer (&cut.folders, g_hash_table_unref);
  durable_database_clear (&cut.database);
  g_clear_pointer (&cut.base, free);
  g_clear_pointer (&cut.lacking, g_free);
  g_clear_pointer (&cut.aside, g_free);
  g_mutex_unlock (&cut_lock);
  fixture_close (&f);
  fixtures_remove (base);
  return trouble;
}

static void
test_operation (gconstpointer data)
{
  const Operation *operation = data;
  g_autofree char *trouble = run_operation (operation, 0);
  guint calls = cut.calls, earlier = cut.earlier, spare = 0;
  g_autoptr (GArray) again = g_array_new (FALSE, TRUE, sizeof (gboolean));

  /* What has no final name yet may become durable more often than it has to. */
  for (guint i = 0; i < calls; i++)
    {
      const Identity *one = &g_array_index (cut.folders_called, Identity, i);
      gboolean later = FALSE;

      for (guint j = 0; j < i; j++)
        later |= one->inode != 0 && g_array_index (cut.folders_called, Identity, j).inode == EVERYTHING;
      for (guint j = i + 1; j < calls; j++)
        {
          const Identity *other = &g_array_index (cut.folders_called, Identity, j);

          later |= other->inode == EVERYTHING || (one->inode != 0 && identity_equal (one, other));
        }
      g_array_append_val (again, later);
    }

  g_assert_cmpstr (trouble, ==, NULL);
  g_assert_cmpuint (calls, >, earlier);
  /* Enough to see whether a call is missing in the source. */
  if (g_getenv ("NAMIDA_DURABLE_ONCE") != NULL)
    return;
  for (guint i = earlier + 1; i <= calls; i++)
    {
      g_autofree char *noticed = run_operation (operation, i);

      if (noticed == NULL && !g_array_index (again, gboolean, i - 1))
        {
          g_test_message ("nothing notices that call %u of %u, for %s, is missing", i, calls, cut.left_out_path);
          spare++;
        }
    }
  g_assert_cmpuint (spare, <=, operation->spare);
}

int
main (int argc, char **argv)
{
  /* What is durable is told by the calls, whatever the disk does. */
  fixtures_use_memory (256);
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (operations); i++)
    {
      g_autofree char *path = g_strconcat ("/durable/", operations[i].name, NULL);

      g_test_add_data_func (path, &operations[i], test_operation);
    }
  return g_test_run ();
}
