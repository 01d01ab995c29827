/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a power cut would leave. This program defines fsync(), fdatasync() and syncfs() itself, and so sees what the
 * store and SQLite make durable: contents, the names in a folder, the database. At each commit of the database, and in
 * the end, everything that the durable database calls stored must be reachable through durable names and have durable
 * contents. Then each single call is taken out in turn: the check has to notice every one of them. */
#include "config.h"

#include "store-fixture.h"

#include "namida-error.h"
#include "namida-removal.h"
#include "namida-retention-apply.h"
#include "namida-staging.h"
#include "namida-verify.h"
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
  GHashTable *folders; /* Identity → set of names */
  char *database[2];   /* contents of state.db and its log, as of the last time that the log was made durable */
  gsize database_size[2];
  guint calls;    /* that the check has to notice the lack of */
  guint left_out; /* the number of the one that is as if it were not there; 0: none */
  char *left_out_path;
  GArray *folders_called; /* Identity of each call; of a file that of nothing */
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
  GHashTable *names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    g_hash_table_add (names, g_strdup (name));
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
      char *next = g_build_filename (folder, names[i], NULL);

      if (!look_up (AT_FDCWD, folder, 0, &id, &st))
        {
          g_free (next);
          return g_strdup_printf ("%s is not there", folder);
        }
      durable = g_hash_table_lookup (cut.folders, &id);
      g_free (folder);
      folder = next;
      if (durable == NULL || !g_hash_table_contains (durable, names[i]))
        return g_strdup_printf ("the name of %s is not durable", folder);
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

/* ---- what the durable database says ---- */

/* @fd: the log, whose folder has the database; both are read by descriptors that are open anyway: closing another one
 * would give up SQLite's locks. */
static void
keep_database (int log_fd)
{
  int fds[2] = { -1, log_fd };

  for (int fd = 3; fd < 200 && fds[0] < 0; fd++)
    {
      g_autofree char *link = g_strdup_printf ("/proc/self/fd/%d", fd);
      g_autofree char *path = g_file_read_link (link, NULL);

      if (path != NULL && g_str_has_suffix (path, "/state.db") && g_str_has_prefix (path, cut.base))
        fds[0] = fd;
    }
  for (guint i = 0; i < 2; i++)
    {
      struct stat st;

      g_assert_cmpint (fstat (fds[i], &st), ==, 0);
      g_free (cut.database[i]);
      cut.database[i] = g_malloc ((gsize) st.st_size + 1);
      cut.database_size[i] = (gsize) st.st_size;
      g_assert_cmpint (pread (fds[i], cut.database[i], (gsize) st.st_size, 0), ==, (gssize) st.st_size);
    }
}

/* Opens what a power cut would leave of the database. */
static sqlite3 *
open_database (const char *folder)
{
  g_autofree char *path = g_build_filename (folder, "state.db", NULL);
  g_autofree char *log = g_build_filename (folder, "state.db-wal", NULL);
  sqlite3 *handle = NULL;

  g_assert_true (g_file_set_contents_full (path, cut.database[0], (gssize) cut.database_size[0],
                                           G_FILE_SET_CONTENTS_NONE, 0600, NULL));
  g_assert_true (g_file_set_contents_full (log, cut.database[1], (gssize) cut.database_size[1],
                                           G_FILE_SET_CONTENTS_NONE, 0600, NULL));
  g_assert_cmpint (sqlite3_open (path, &handle), ==, SQLITE_OK);
  return handle;
}

static int
check_row (void *data, int n, char **values, char **names)
{
  guint *rows = data;
  g_autofree char *path
      = g_path_is_absolute (values[1]) ? g_strdup (values[1]) : g_build_filename (values[0], values[1], NULL);
  char *trouble = find_trouble (path);

  (*rows)++;
  if (trouble != NULL && cut.trouble == NULL)
    cut.trouble = g_steal_pointer (&trouble);
  g_free (trouble);
  return 0;
}

/* Returns: how many files the durable database calls stored. */
static guint
check_now (void)
{
  g_autofree char *folder = g_dir_make_tmp ("namida-cut-XXXXXX", NULL);
  sqlite3 *handle;
  guint rows = 0, records = 0;

  if (cut.database[0] == NULL)
    return 0;
  checking = TRUE;
  handle = open_database (folder);
  sqlite3_exec (handle,
                "SELECT versions.path, version_files.path FROM versions JOIN version_files ON version = versions.id"
                " WHERE removing = 0",
                check_row, &rows, NULL);
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
          keep_database (fd);
          check_now ();
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

static void
do_library (Fixture *f)
{
  receive (f, NAMIDA_LANDING_LIBRARY, two, 4, "library", FALSE);
}

/* A file of the same content is there, and nobody knows since when: it is called stored, too. */
static void
do_kept (Fixture *f)
{
  g_autofree char *folder = g_build_filename (f->music, "Music", "album 0", NULL);
  g_autofree char *path = g_build_filename (folder, "0.flac", NULL);

  g_assert_cmpint (g_mkdir_with_parents (folder, 0755), ==, 0);
  g_mutex_lock (&cut_lock);
  note_all (cut.base);
  g_mutex_unlock (&cut_lock);
  g_assert_true (g_file_set_contents_full (path, "kept 0", -1, G_FILE_SET_CONTENTS_NONE, 0644, NULL));
  receive (f, NAMIDA_LANDING_LIBRARY, music, 2, "kept", FALSE);
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
  { "few", do_few, 4 },      { "many", do_many, 70 },     { "library", do_library, 4 },
  { "kept", do_kept, 2, 2 }, { "links", do_links, 6, 1 }, { "copies", do_copies, 4 },
};

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
  g_mutex_lock (&cut_lock);
  cut.base = realpath (base, NULL);
  cut.files = g_hash_table_new_full (identity_hash, identity_equal, g_free, g_free);
  cut.folders = g_hash_table_new_full (identity_hash, identity_equal, g_free, (GDestroyNotify) g_hash_table_unref);
  g_clear_pointer (&cut.folders_called, g_array_unref);
  cut.folders_called = g_array_new (FALSE, FALSE, sizeof (Identity));
  cut.calls = 0;
  cut.left_out = left_out;
  cut.on = TRUE;
  g_mutex_unlock (&cut_lock);
  operation->run (&f);
  g_mutex_lock (&cut_lock);
  rows = check_now ();
  cut.on = FALSE;
  if (rows < operation->n_files && cut.trouble == NULL)
    cut.trouble = g_strdup_printf ("the database calls %u of %u files stored", rows, operation->n_files);
  trouble = g_steal_pointer (&cut.trouble);
  g_clear_pointer (&cut.files, g_hash_table_unref);
  g_clear_pointer (&cut.folders, g_hash_table_unref);
  g_clear_pointer (&cut.database[0], g_free);
  g_clear_pointer (&cut.database[1], g_free);
  g_clear_pointer (&cut.base, free);
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
  guint calls = cut.calls, spare = 0;
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
  g_assert_cmpuint (calls, >, 0);
  for (guint i = 1; i <= calls; i++)
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
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (operations); i++)
    {
      g_autofree char *path = g_strconcat ("/durable/", operations[i].name, NULL);

      g_test_add_data_func (path, &operations[i], test_operation);
    }
  return g_test_run ();
}
