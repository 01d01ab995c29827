/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copies a version to another drive; see namida-version-export.h. Called by the command line. Blocking. */
#include "config.h"

#include "namida-version-export.h"

#include "namida-digest.h"
#include "namida-error.h"
#include "namida-file-ops.h"
#include "namida-folder-set.h"
#include "namida-open.h"
#include "namida-sums.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define BLOCK (1024 * 1024)

typedef struct
{
  char *root; /* (nullable): the folder of the version, if it has its own */
  char *alias;
  gint64 created_at;
  GPtrArray *sources; /* absolute paths */
  GPtrArray *targets; /* paths below the new folder */
  GPtrArray *hashes;  /* "" if unknown */
  GArray *mtimes;     /* gint64, in nanoseconds */
} ExportPlan;

static void
export_plan_clear (ExportPlan *plan)
{
  g_free (plan->root);
  g_free (plan->alias);
  g_clear_pointer (&plan->sources, g_ptr_array_unref);
  g_clear_pointer (&plan->targets, g_ptr_array_unref);
  g_clear_pointer (&plan->hashes, g_ptr_array_unref);
  g_clear_pointer (&plan->mtimes, g_array_unref);
}

void
namida_export_free (NamidaExport *self)
{
  if (self == NULL)
    return;
  g_free (self->folder);
  g_free (self);
}

static const char *
export_text (sqlite3_stmt *statement, int column)
{
  const char *text = (const char *) sqlite3_column_text (statement, column);

  return text != NULL ? text : "";
}

/* ---- what to copy ---- */

static gboolean
export_find (NamidaDatabase *database, gint64 id, ExportPlan *plan, GError **error)
{
  sqlite3_stmt *statement;
  gboolean found;
  int result = SQLITE_DONE;

  namida_database_lock (database);
  statement = namida_database_prepare (
      database, error, "SELECT path, alias, created_at, landing FROM versions WHERE id = ? AND removing = 0", "i", id);
  found = namida_database_next (statement, &result);
  if (found)
    {
      plan->alias = g_strdup (export_text (statement, 1));
      plan->created_at = sqlite3_column_int64 (statement, 2);
      plan->root = g_str_equal (export_text (statement, 3), "backup") ? g_strdup (export_text (statement, 0)) : NULL;
    }
  if (namida_database_end (database, statement, result, error) && !found)
    g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_NOT_FOUND, _ ("This version is not kept here any more."));
  namida_database_unlock (database);
  return found;
}

/* Returns the place of a file in the copy: as in the folder of the version; for a library below its music folder. */
static char *
export_dup_target (const ExportPlan *plan, const char *path, const char *label, const char *relative)
{
  if (plan->root != NULL)
    return g_strdup (path);
  return *label != '\0' ? g_build_filename ("Music", label, relative, NULL) : g_strdup (relative);
}

static gboolean
export_list (NamidaDatabase *database, gint64 id, ExportPlan *plan, GError **error)
{
  sqlite3_stmt *statement;
  gboolean whole;
  int step;

  namida_database_lock (database);
  statement = namida_database_prepare (
      database, error,
      "SELECT path, label, relative, sha256, mtime_ns FROM version_files WHERE version = ? AND kind <> 2", "i", id);
  while (namida_database_next (statement, &step))
    {
      const char *path = export_text (statement, 0);
      gint64 mtime = sqlite3_column_int64 (statement, 4);

      g_ptr_array_add (plan->sources, plan->root != NULL ? g_build_filename (plan->root, path, NULL) : g_strdup (path));
      g_ptr_array_add (plan->targets,
                       export_dup_target (plan, path, export_text (statement, 1), export_text (statement, 2)));
      g_ptr_array_add (plan->hashes, g_strdup (export_text (statement, 3)));
      g_array_append_val (plan->mtimes, mtime);
    }
  whole = namida_database_end (database, statement, step, error);
  namida_database_unlock (database);
  return whole;
}

/* ---- copying ---- */

static gboolean
export_fail (GError **error, int saved_errno, const char *path)
{
  g_autofree char *shown = g_filename_display_name (path);
  g_autofree char *what = g_strdup_printf (_ ("Could not copy “%s”"), shown);

  namida_error_set_from_errno (error, saved_errno, what);
  return FALSE;
}

/* Copies the whole file and its time, and makes it durable. Returns: (transfer full) (nullable): the hash of what was
 * copied. */
static char *
export_copy_bytes (int from,
                   int to,
                   gint64 mtime_ns,
                   NamidaExport *result,
                   GCancellable *cancellable,
                   GError **error,
                   const char *path)
{
  struct timespec times[2] = { { .tv_nsec = UTIME_OMIT },
                               { .tv_sec = mtime_ns / G_GINT64_CONSTANT (1000000000),
                                 .tv_nsec = mtime_ns % G_GINT64_CONSTANT (1000000000) } };
  g_autoptr (NamidaDigest) digest = namida_digest_new ();
  g_autofree char *block = g_malloc (BLOCK);
  gssize n;

  while ((n = read (from, block, BLOCK)) > 0)
    {
      namida_digest_update (digest, block, (gsize) n);
      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return NULL;
      if (!namida_write_all (to, block, (gsize) n))
        {
          export_fail (error, errno, path);
          return NULL;
        }
      result->bytes += (guint64) n;
    }
  if (n == 0)
    futimens (to, times); /* the drive may not support such times */
  if (n < 0 || fsync (to) != 0)
    {
      export_fail (error, errno, path);
      return NULL;
    }
  return namida_digest_finish (digest);
}

static gboolean
export_copy (const ExportPlan *plan,
             guint i,
             const char *folder,
             NamidaExport *result,
             GString *sums,
             GCancellable *cancellable,
             GError **error)
{
  const char *source = plan->sources->pdata[i], *expected = plan->hashes->pdata[i];
  g_autofree char *target = g_build_filename (folder, plan->targets->pdata[i], NULL);
  g_autofree char *parent = g_path_get_dirname (target);
  g_autofree char *hash = NULL;
  int from = open (source, O_RDONLY | O_CLOEXEC | O_NOFOLLOW), to = -1;
  int saved_errno = errno;

  if (from >= 0 && g_mkdir_with_parents (parent, 0777) == 0)
    to = open (target, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  saved_errno = from >= 0 && to < 0 ? errno : saved_errno;
  if (to >= 0)
    hash = export_copy_bytes (from, to, g_array_index (plan->mtimes, gint64, i), result, cancellable, error, source);
  else
    export_fail (error, saved_errno, source);
  if (from >= 0)
    close (from);
  if (to >= 0)
    close (to);
  if (hash == NULL)
    return FALSE;
  if (*expected != '\0' && !g_str_equal (expected, hash))
    {
      g_autofree char *shown = g_filename_display_name (source);

      g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_CHECKSUM,
                   _ ("“%s” is damaged. Run “backups verify” to repair it, then export again."), shown);
      return FALSE;
    }
  namida_sums_append (sums, plan->targets->pdata[i], hash);
  result->files++;
  return TRUE;
}

static gboolean
export_write_sums (const char *folder, const GString *sums, GError **error)
{
  g_autofree char *path = g_build_filename (folder, NAMIDA_SUMS_NAME, NULL);
  g_autoptr (GError) local = NULL;

  if (g_file_set_contents_full (path, sums->str, (gssize) sums->len, G_FILE_SET_CONTENTS_DURABLE, 0666, &local))
    return TRUE;
  g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_STORAGE, local->message);
  return FALSE;
}

/* Returns (transfer full): a name such as "Pixel 8a 2026-05-03 18.30.00". */
static char *
export_dup_name (const ExportPlan *plan)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_local (plan->created_at / G_USEC_PER_SEC);
  g_autofree char *when = time != NULL ? g_date_time_format (time, "%Y-%m-%d %H.%M.%S") : g_strdup ("");
  g_autofree char *name = g_strdup_printf ("%s %s", plan->alias, when);

  return g_strdelimit (g_steal_pointer (&name), "/\\:*?\"<>|", '-');
}

/* Makes the names in all folders of the copy durable: otherwise a power failure could lose files whose contents are
 * durable. */
static gboolean
export_sync_folders (const ExportPlan *plan, const char *folder, GError **error)
{
  NamidaFolderSet *folders = namida_folder_set_new ();
  int fd = open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  gboolean fine = fd >= 0 || export_fail (error, errno, folder);

  for (guint i = 0; i < plan->targets->len; i++)
    namida_folder_set_add (folders, 0, plan->targets->pdata[i]);
  fine = fine && namida_folder_set_sync (folders, 0, fd, error);
  if (fd >= 0)
    close (fd);
  namida_folder_set_free (folders);
  return fine;
}

static gboolean
export_run (const ExportPlan *plan, const char *folder, NamidaExport *result, GCancellable *cancellable, GError **error)
{
  g_autofree char *name = export_dup_name (plan);
  g_autofree char *hidden = g_strconcat (".namida-sync-export-", name, NULL);
  g_autofree char *temporary = g_build_filename (folder, hidden, NULL);
  g_autoptr (GString) sums = g_string_new (NULL);
  int root = open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  gboolean done;

  if (root < 0)
    {
      int saved_errno = errno;
      g_autofree char *shown = g_filename_display_name (folder);
      g_autofree char *what = g_strdup_printf (_ ("Could not open the folder “%s”"), shown);

      namida_error_set_from_errno (error, saved_errno, what);
      return FALSE;
    }
  /* Two exports of one version would write into the same hidden folder, and one of them would finish with half a copy.
   * File systems without locks cannot prevent that. */
  if (flock (root, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
    {
      g_autofree char *shown = g_filename_display_name (folder);

      close (root);
      g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_BUSY,
                   _ ("Another copy is being written to “%s”. Wait until it is done, then try again."), shown);
      return FALSE;
    }
  namida_tree_remove (root, hidden); /* left by a program that was killed */
  done = g_mkdir (temporary, 0777) == 0 || export_fail (error, errno, temporary);
  for (guint i = 0; done && i < plan->sources->len; i++)
    done = export_copy (plan, i, temporary, result, sums, cancellable, error);
  done = done && export_write_sums (temporary, sums, error) && export_sync_folders (plan, temporary, error);
  if (done && !namida_folder_rename (root, hidden, root, name))
    done = export_fail (error, errno, name);
  if (!done)
    namida_tree_remove (root, hidden);
  else if (namida_sync_folder (root) != 0)
    {
      done = export_fail (error, errno, name);
      namida_tree_remove (root, name);
    }
  close (root);
  result->folder = g_build_filename (folder, name, NULL);
  return done;
}

NamidaExport *
namida_version_export (
    NamidaDatabase *database, gint64 version, const char *folder, GCancellable *cancellable, GError **error)
{
  g_autoptr (NamidaExport) result = g_new0 (NamidaExport, 1);
  ExportPlan plan = { .sources = g_ptr_array_new_with_free_func (g_free),
                      .targets = g_ptr_array_new_with_free_func (g_free),
                      .hashes = g_ptr_array_new_with_free_func (g_free),
                      .mtimes = g_array_new (FALSE, FALSE, sizeof (gint64)) };
  gboolean done = export_find (database, version, &plan, error) && export_list (database, version, &plan, error)
                  && export_run (&plan, folder, result, cancellable, error);

  export_plan_clear (&plan);
  return done ? g_steal_pointer (&result) : NULL;
}
