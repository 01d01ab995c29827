/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Creates stores and backups for the tests of src/store; see the header. */
#include "config.h"

#include "store-fixture.h"

#include "namida-folder-record.h"
#include "namida-store-sink-private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sched.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* A database as it is at its first start. To make one takes all steps of all schemas, and that is most of what a short
 * test does: once for each program is enough. */
static void
write_database (const char *path)
{
  static char *content;
  static gsize length;
  g_autoptr (GError) error = NULL;

  if (content == NULL)
    {
      g_autofree char *first = g_strconcat (path, "-first", NULL);
      g_autoptr (NamidaDatabase) database = namida_database_open (first, &error);

      g_assert_no_error (error);
      g_clear_object (&database);
      g_assert_true (g_file_get_contents (first, &content, &length, NULL));
      g_assert_cmpint (g_unlink (first), ==, 0);
    }
  g_assert_true (g_file_set_contents_full (path, content, (gssize) length, G_FILE_SET_CONTENTS_NONE, 0600, &error));
  g_assert_no_error (error);
}

void
fixture_open (Fixture *self, const char *base)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = NULL;

  self->base = g_strdup (base);
  self->data = g_build_filename (base, "data", NULL);
  self->backups = g_build_filename (base, "backups", NULL);
  self->music = g_build_filename (base, "music", NULL);
  g_assert_cmpint (g_mkdir_with_parents (self->data, 0700), ==, 0);
  path = g_build_filename (self->data, "state.db", NULL);
  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    write_database (path);
  self->database = namida_database_open (path, &error);
  g_assert_no_error (error);
  self->store = namida_store_new (self->data, self->database);
  namida_store_set_folders (self->store, self->backups, self->music);
}

void
fixture_close (Fixture *self)
{
  g_clear_object (&self->store);
  g_clear_object (&self->database);
  g_clear_pointer (&self->base, g_free);
  g_clear_pointer (&self->data, g_free);
  g_clear_pointer (&self->backups, g_free);
  g_clear_pointer (&self->music, g_free);
}

void
fixture_set_up (Fixture *self, gconstpointer data)
{
  g_autofree char *base = g_dir_make_tmp ("namida-store-XXXXXX", NULL);

  fixture_open (self, base);
}

void
fixture_tear_down (Fixture *self, gconstpointer data)
{
  g_autofree char *base = g_strdup (self->base);

  fixture_close (self);
  fixtures_remove (base);
}

char *
fixture_sha256 (const char *text)
{
  return namida_digest_bytes (text, strlen (text));
}

static void
count_files (const char *folder, gboolean top, guint *n)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      if (g_file_test (path, G_FILE_TEST_IS_DIR))
        count_files (path, FALSE, n);
      else if (!top || !namida_folder_record_is_own_name (name))
        (*n)++;
    }
}

void
fixture_check_sums (const char *version)
{
  const char *argv[] = { "sha256sum", "--check", "--strict", "--quiet", NAMIDA_SUMS_NAME, NULL };
  g_autofree char *sums = g_build_filename (version, NAMIDA_SUMS_NAME, NULL);
  g_autofree char *record = g_build_filename (version, NAMIDA_FOLDER_RECORD_NAME, NULL);
  g_autofree char *text = NULL;
  g_autofree char *output = NULL;
  g_autofree char *complaint = NULL;
  g_autoptr (GError) error = NULL;
  guint files = 0, lines = 0;
  int status = -1;

  g_assert_true (g_file_test (record, G_FILE_TEST_IS_REGULAR));
  g_file_get_contents (sums, &text, NULL, &error);
  g_assert_no_error (error);
  for (const char *c = text; *c != '\0'; c++)
    lines += *c == '\n';
  count_files (version, TRUE, &files);
  g_assert_cmpuint (lines, ==, files);
  if (lines == 0)
    return; /* sha256sum complains about an empty list: a version of empty folders */
  g_spawn_sync (version, (char **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &output, &complaint, &status, &error);
  g_assert_no_error (error);
  if (status != 0)
    g_error ("sha256sum in %s: %s%s", version, output, complaint);
}

/* Nobody may write to a version's folders, nor to what is in them. */
static void
check_read_only (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;
  struct stat st;

  g_assert_cmpint (lstat (path, &st), ==, 0);
  if ((st.st_mode & 0222) != 0)
    g_error ("%s can be written to: mode %o", path, st.st_mode);
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      check_read_only (child);
    }
}

void
fixture_open_up (const char *path)
{
  g_autofree char *folder = g_path_get_dirname (path);

  if (g_file_test (path, G_FILE_TEST_IS_DIR))
    g_assert_cmpint (chmod (path, 0755), ==, 0);
  g_assert_cmpint (chmod (folder, 0755), ==, 0);
}

/* The moment at which a version is as good as it will ever be: whatever a test does to it comes later. */
static void
check_version (NamidaSink *sink)
{
  NamidaStoreSink *self = NAMIDA_STORE_SINK (sink);

  if (self->version != NULL)
    {
      fixture_check_sums (self->version);
      check_read_only (self->version);
    }
}

Shipment *
shipment_new (void)
{
  Shipment *self = g_new0 (Shipment, 1);

  self->backup = namida_backup_new ();
  self->contents = g_ptr_array_new_with_free_func (g_free);
  return self;
}

void
shipment_free (Shipment *self)
{
  g_object_unref (self->backup);
  g_ptr_array_unref (self->contents);
  g_free (self);
}

/* @content: NULL: an empty folder */
NamidaEntry *
shipment_add (Shipment *self, const char *label, const char *path, const char *content, gboolean hash)
{
  NamidaEntry *entry = namida_entry_new ();

  entry->kind = content == NULL                   ? NAMIDA_ENTRY_FOLDER
                : g_str_has_suffix (path, ".zip") ? NAMIDA_ENTRY_BACKUP_ZIP
                                                  : NAMIDA_ENTRY_FILE;
  entry->id = g_strdup_printf ("f%u", self->contents->len + 1);
  entry->name = g_path_get_basename (path);
  entry->label = g_strdup (label);
  entry->relative_path = g_strdup (*label != '\0' ? path : "");
  entry->size = content != NULL ? strlen (content) : 0;
  entry->mtime_ns = G_GINT64_CONSTANT (1735783445678000000);
  entry->sha256 = hash ? fixture_sha256 (content) : NULL;
  namida_backup_add (self->backup, entry);
  g_ptr_array_add (self->contents, g_strdup (content != NULL ? content : ""));
  return entry;
}

static char *
send_one (Shipment *self, NamidaSink *sink, guint index, guint64 offset, GError **error)
{
  const char *content = g_ptr_array_index (self->contents, index);
  g_autoptr (NamidaDigest) digest = namida_digest_new ();
  gsize length = strlen (content);
  int fd = namida_sink_open_part (sink, index, offset, digest, error);

  if (fd < 0)
    return NULL;
  if (write (fd, content + offset, length - offset) != (gssize) (length - offset))
    {
      g_set_error_literal (error, G_FILE_ERROR, g_file_error_from_errno (errno), "a part could not be written");
      namida_sink_close_part (sink, index, fd, offset, FALSE, NULL);
      return NULL;
    }
  namida_digest_update (digest, content + offset, length - offset);
  if (!namida_sink_close_part (sink, index, fd, length, TRUE, error))
    return NULL;
  return namida_digest_finish (digest);
}

gboolean
shipment_send (
    Shipment *self, NamidaSink *sink, GBytes *manifest, NamidaFileResult *results, guint *wanted, GError **error)
{
  guint n = self->contents->len, n_files = 0, n_wanted = 0;
  g_autofree NamidaWant *wants = g_new0 (NamidaWant, n);
  g_autofree NamidaCommit *files = g_new0 (NamidaCommit, n);
  g_autoptr (GPtrArray) hashes = g_ptr_array_new_with_free_func (g_free);
  gboolean fine;

  if (!namida_sink_prepare (sink, self->backup, manifest, wants, NULL, error))
    return FALSE;
  for (guint i = 0; i < n; i++)
    {
      char *received, *sent;

      if (!wants[i].wanted)
        {
          files[n_files++] = (NamidaCommit){ .index = i, .result = NAMIDA_FILE_KEPT_EXISTING };
          continue;
        }
      n_wanted++;
      received = send_one (self, sink, i, wants[i].offset, error);
      if (received == NULL)
        return FALSE;
      sent = fixture_sha256 (g_ptr_array_index (self->contents, i));
      g_ptr_array_add (hashes, received);
      g_ptr_array_add (hashes, sent);
      files[n_files++] = (NamidaCommit){ .index = i, .sent_sha256 = sent, .received_sha256 = received };
    }
  if (wanted != NULL)
    *wanted = n_wanted;
  fine = namida_sink_commit (sink, files, n_files, error);
  for (guint i = 0; results != NULL && i < n; i++)
    results[i] = wants[i].wanted ? NAMIDA_FILE_PENDING : NAMIDA_FILE_KEPT_EXISTING;
  for (guint i = 0; results != NULL && i < n_files; i++)
    results[files[i].index] = files[i].result;
  for (guint i = 0; i < n_files; i++)
    g_free (files[i].reason);
  if (fine && !self->unchecked)
    check_version (sink);
  return fine;
}

char *
fixture_read (const char *folder, ...)
{
  g_autofree char *path = NULL;
  char *text = NULL;
  va_list arguments;

  va_start (arguments, folder);
  path = g_build_filename_valist ((char *) folder, &arguments);
  va_end (arguments);
  if (!g_file_get_contents (path, &text, NULL, NULL))
    return NULL;
  return text;
}

gint64
fixture_query_int (Fixture *self, const char *sql)
{
  sqlite3_stmt *statement;
  gint64 value;

  namida_database_lock (self->database);
  statement = namida_database_prepare (self->database, NULL, sql, "");
  g_assert_nonnull (statement);
  g_assert_cmpint (sqlite3_step (statement), ==, SQLITE_ROW);
  value = sqlite3_column_int64 (statement, 0);
  sqlite3_finalize (statement);
  namida_database_unlock (self->database);
  return value;
}

/* ---- other file systems, in a namespace of their own ---- */

static gboolean
write_text (const char *path, const char *text)
{
  int fd = open (path, O_WRONLY | O_CLOEXEC);
  gboolean fine = fd >= 0 && write (fd, text, strlen (text)) == (gssize) strlen (text);

  if (fd >= 0)
    close (fd);
  return fine;
}

/* Single-threaded until here: a fresh child. */
static gboolean
enter_namespace (void)
{
  g_autofree char *uids = g_strdup_printf ("0 %u 1", (guint) getuid ());
  g_autofree char *gids = g_strdup_printf ("0 %u 1", (guint) getgid ());

  if (unshare (CLONE_NEWUSER | CLONE_NEWNS) != 0)
    return FALSE;
  return write_text ("/proc/self/setgroups", "deny") && write_text ("/proc/self/uid_map", uids)
         && write_text ("/proc/self/gid_map", gids) && mount ("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0;
}

void
fixture_mount_small (const char *path)
{
  g_assert_cmpint (g_mkdir_with_parents (path, 0755), ==, 0);
  g_assert_cmpint (mount ("tmpfs", path, "tmpfs", 0, "size=2m"), ==, 0);
}

void
fixture_in_namespace (Fixture *f, void (*body) (Fixture *f))
{
  pid_t child;
  int status;
  g_autofree char *base = g_strdup (f->base);

  fixture_close (f);
  child = fork ();
  g_assert_cmpint (child, >=, 0);
  if (child == 0)
    {
      if (!enter_namespace ())
        _exit (77);
      fixture_open (f, base);
      body (f);
      _exit (0);
    }
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  fixture_open (f, base);
  if (WIFEXITED (status) && WEXITSTATUS (status) == 77)
    g_test_skip ("user namespaces are off");
  else
    g_assert_cmpint (status, ==, 0);
}
