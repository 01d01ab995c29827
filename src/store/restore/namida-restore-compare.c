/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Compares the files of a version with what is at their destinations, by recorded hashes where possible and by content
 * otherwise. Called by the preview and by apply, in a worker. */
#include "config.h"

#include "namida-restore-private.h"

#include "namida-error.h"
#include "namida-file-ops.h"
#include "namida-hash-index.h"
#include "namida-known-content.h"
#include "namida-version-record.h"
#include "namida-open.h"
#include "namida-safe-path.h"
#include "namida-version-lists.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <string.h>
#include <unistd.h>

/* Returns (transfer full) (nullable): the known hash of a file that has not changed since this program read it. */
static char *
compare_lookup (NamidaDatabase *database, const struct stat *st)
{
  g_autoptr (NamidaKnownContent) known = namida_known_content_new (database, NULL);

  return known != NULL ? namida_known_content_dup_hash (known, st) : NULL;
}

/* Takes the hashes on arrival from the database, for files that have none from the record in the folder. This includes
 * files that have changed since: they are damaged and must not be restored as if they were good. */
gboolean
namida_restore_expect (NamidaRestorePlan *plan, GError **error)
{
  g_autofree char *prefix = g_strconcat (plan->folder, "/", NULL);
  g_autoptr (GHashTable) hashes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autoptr (GPtrArray) files = NULL;
  g_autoptr (GError) reason = NULL;
  g_autoptr (NamidaVersionRecord) version = namida_version_record_find_at (plan->database, plan->folder, &reason);

  if (version != NULL)
    files = namida_version_record_files (plan->database, version, &reason);
  if (files == NULL && !g_error_matches (reason, NAMIDA_ERROR, NAMIDA_ERROR_NOT_FOUND))
    {
      g_propagate_error (error, g_steal_pointer (&reason));
      return FALSE;
    }
  for (guint i = 0; files != NULL && i < files->len; i++)
    {
      const NamidaVersionFile *file = g_ptr_array_index (files, i);

      if (file->content != 0)
        g_hash_table_insert (hashes, g_strdup (file->path), g_strdup (file->sha256));
    }
  for (guint i = 0; i < plan->files->len; i++)
    {
      NamidaRestoreFile *file = plan->files->pdata[i];

      if (!file->folder && file->sha256 == NULL && g_str_has_prefix (file->source, prefix))
        file->sha256 = g_strdup (g_hash_table_lookup (hashes, file->source + strlen (prefix)));
    }
  return TRUE;
}

/* ---- the content ---- */

static char *
compare_hash_of (NamidaRestorePlan *plan, int fd, const struct stat *st, GCancellable *cancellable)
{
  char *sha256 = compare_lookup (plan->database, st);

  return sha256 != NULL ? sha256 : namida_file_hash (fd, cancellable);
}

/* Whether the regular file @name in the open folder has the content of @file. Sets errno to 0, or to the reason why it
 * could not be compared. */
static gboolean
compare_has_content (
    NamidaRestorePlan *plan, NamidaRestoreFile *file, int parent, const char *name, GCancellable *cancellable)
{
  int there = namida_open_at (parent, name, O_RDONLY | O_NONBLOCK, 0);
  int source = -1;
  struct stat st, source_st;
  gboolean same = FALSE;

  if (there < 0)
    return FALSE;
  if (fstat (there, &st) == 0 && S_ISREG (st.st_mode) && (guint64) st.st_size == file->size
      && (source = namida_open_at (AT_FDCWD, file->source, O_RDONLY | O_NONBLOCK, 0)) >= 0
      && fstat (source, &source_st) == 0)
    {
      g_autofree char *mine = NULL;
      g_autofree char *theirs = NULL;

      same = st.st_ino == source_st.st_ino && st.st_dev == source_st.st_dev;
      if (!same)
        {
          theirs = compare_hash_of (plan, there, &st, cancellable);
          mine = file->sha256 != NULL ? g_strdup (file->sha256)
                                      : compare_hash_of (plan, source, &source_st, cancellable);
          same = mine != NULL && theirs != NULL && g_ascii_strcasecmp (mine, theirs) == 0;
          if (file->sha256 == NULL)
            file->sha256 = g_steal_pointer (&mine);
        }
    }
  if (source >= 0)
    close (source);
  close (there);
  return same;
}

/* Like compare_has_content(), but for a file that the version has lost: the same content may be at the destination. */
static gboolean
compare_has_lost_content (
    NamidaRestorePlan *plan, const NamidaRestoreFile *file, int parent, const char *name, GCancellable *cancellable)
{
  int there = namida_open_at (parent, name, O_RDONLY | O_NONBLOCK, 0);
  g_autofree char *hash = NULL;
  struct stat st;

  if (there < 0)
    return FALSE;
  if (fstat (there, &st) == 0 && S_ISREG (st.st_mode))
    hash = compare_hash_of (plan, there, &st, cancellable);
  close (there);
  return hash != NULL && g_ascii_strcasecmp (hash, file->sha256) == 0;
}

/* ---- the place ---- */

static void
compare_block (NamidaRestoreFile *file, const char *reason)
{
  file->state = NAMIDA_RESTORE_BLOCKED;
  g_free (file->reason);
  file->reason = g_strdup (reason);
}

static char *
compare_dup_beside (const char *relative, const char *name)
{
  const char *slash = strrchr (relative, '/');

  return slash != NULL ? g_strdup_printf ("%.*s%s", (int) (slash + 1 - relative), relative, name) : g_strdup (name);
}

/* Finds the first of the names "name (2).ext" and so on that is free or already has the same content. */
static void
compare_find_free (
    NamidaRestorePlan *plan, NamidaRestoreFile *file, int parent, const char *basename, GCancellable *cancellable)
{
  for (guint n = 2; n <= NAMIDA_RESTORE_NUMBER_MOST; n++)
    {
      g_autofree char *name = namida_safe_path_numbered (basename, n);
      g_autofree char *relative = compare_dup_beside (file->relative, name);
      struct stat st;

      if (fstatat (parent, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
        {
          file->place = g_steal_pointer (&relative);
          return;
        }
      if (compare_has_content (plan, file, parent, name, cancellable))
        {
          file->state = NAMIDA_RESTORE_SAME;
          return;
        }
    }
  compare_block (file, _ ("there are too many files of its name"));
}

/* A file system may store times with a resolution of two seconds. */
static int
compare_times (gint64 one, gint64 other)
{
  const gint64 least = 2 * G_GINT64_CONSTANT (1000000000);

  return one - other > least ? 1 : other - one > least ? -1 : 0;
}

static void
compare_at (NamidaRestorePlan *plan,
            NamidaRestoreFile *file,
            int parent,
            const char *basename,
            NamidaRestorePolicy policy,
            GCancellable *cancellable)
{
  struct stat st;

  if (file->missing)
    {
      if (compare_has_lost_content (plan, file, parent, basename, cancellable))
        {
          file->state = NAMIDA_RESTORE_SAME;
          g_clear_pointer (&file->reason, g_free);
        }
    }
  else if (fstatat (parent, basename, &st, AT_SYMLINK_NOFOLLOW) != 0)
    {
      if (errno == ENOENT)
        file->state = NAMIDA_RESTORE_NEW;
      else
        compare_block (file, g_strerror (errno));
    }
  else if (file->folder)
    {
      if (S_ISDIR (st.st_mode))
        file->state = NAMIDA_RESTORE_SAME;
      else
        compare_block (file, _ ("a file is where its folder must be"));
    }
  else if (S_ISDIR (st.st_mode))
    compare_block (file, _ ("a folder has its name"));
  else if (!S_ISREG (st.st_mode))
    compare_block (file, _ ("a link has its name"));
  else if (compare_has_content (plan, file, parent, basename, cancellable))
    file->state = NAMIDA_RESTORE_SAME;
  else
    {
      file->state = NAMIDA_RESTORE_DIFFERENT;
      file->newer = compare_times (file->mtime_ns, namida_stat_mtime_ns (&st));
      if (policy == NAMIDA_RESTORE_KEEP_BOTH)
        compare_find_free (plan, file, parent, basename, cancellable);
    }
}

/* If the folder is missing, all files in it are new. */
static gboolean
compare_is_folder_missing (const char *root, const char *relative)
{
  g_autofree char *path = g_build_filename (root, relative, NULL);
  g_autofree char *folder = g_path_get_dirname (path);
  struct stat st;

  return lstat (folder, &st) != 0 && errno == ENOENT;
}

void
namida_restore_compare (NamidaRestorePlan *plan,
                        NamidaRestoreFile *file,
                        const char *root,
                        NamidaRestorePolicy policy,
                        GCancellable *cancellable)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *basename = NULL;
  int root_fd, parent;

  g_clear_pointer (&file->place, g_free);
  g_clear_pointer (&file->reason, g_free);
  file->state = NAMIDA_RESTORE_NEW;
  file->newer = 0;
  if (file->missing)
    compare_block (file, _ ("it is missing from the backup"));
  if (!namida_safe_path_check (file->relative, &error))
    {
      compare_block (file, error->message);
      return;
    }
  root_fd = open (root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (root_fd < 0)
    {
      if (errno != ENOENT)
        compare_block (file, g_strerror (errno));
      return;
    }
  parent = namida_safe_path_open_parent (root_fd, file->relative, FALSE, &basename, &error);
  if (parent >= 0)
    {
      compare_at (plan, file, parent, basename, policy, cancellable);
      close (parent);
    }
  else if (!compare_is_folder_missing (root, file->relative)
           || g_error_matches (error, NAMIDA_ERROR, NAMIDA_ERROR_UNSAFE_PATH))
    compare_block (file, error->message);
  close (root_fd);
}
