/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Opens the destinations of a restore and writes files there under temporary names, comparing each with its hash on
 * arrival. Called by namida-restore-apply.c in a worker. */
#include "config.h"

#include "namida-restore-apply-private.h"

#include "namida-content.h"
#include "namida-digest.h"
#include "namida-error.h"
#include "namida-file-ops.h"
#include "namida-mount.h"
#include "namida-open.h"
#include "namida-sparse.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <string.h>
#include <unistd.h>

#define COPY_BYTES (1024u * 1024)

void
namida_restore_root_free (gpointer data)
{
  NamidaRestoreRoot *root = data;

  if (root == NULL)
    return;
  if (root->parts_fd >= 0)
    namida_restore_unlock (root->path, root->parts_fd);
  if (root->fd >= 0)
    close (root->fd);
  namida_folder_set_free (root->touched);
  g_hash_table_unref (root->made);
  g_free (root->path);
  g_free (root);
}

void
namida_restore_staged_free (gpointer data)
{
  NamidaRestoreStaged *staged = data;

  namida_restored_row_free (staged->row);
  g_free (staged->part);
  g_free (staged->relative);
  g_free (staged);
}

void
namida_restore_blocked (NamidaRestoreApply *self, const NamidaRestoreFile *file, const char *why)
{
  g_autofree char *shown = g_utf8_make_valid (file->relative, -1);

  self->result->blocked++;
  if (self->trouble == NULL)
    self->trouble = g_strdup_printf ("“%s”: %s", shown, why);
}

/* ---- the destinations ---- */

/* Records the missing folders of @path, from the top, before they are created. */
void
namida_restore_note_missing (GPtrArray *rows, const char *path)
{
  g_autofree char *parent = g_path_get_dirname (path);
  struct stat st;

  if (lstat (path, &st) == 0 || errno != ENOENT || g_str_equal (parent, path))
    return;
  namida_restore_note_missing (rows, parent);
  g_ptr_array_add (rows, namida_restored_row_new (NAMIDA_RESTORED_FOLDER, path));
}

static NamidaRestoreRoot *
stage_open_root (NamidaRestoreApply *self, const char *path, GError **error)
{
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func ((GDestroyNotify) namida_restored_row_free);
  NamidaRestoreRoot *root = g_new0 (NamidaRestoreRoot, 1);

  root->fd = root->parts_fd = -1;
  root->path = g_strdup (path);
  root->made = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  root->touched = namida_folder_set_new ();
  namida_restore_note_missing (rows, path);
  g_ptr_array_add (rows, namida_restored_row_new (NAMIDA_RESTORED_ROOT, path));
  if (namida_mount_check (self->plan->database, path, error)
      && namida_restore_record_add (self->plan->database, self->id, rows, error)
      && (root->fd = namida_folder_make_root (path, error)) >= 0
      && (root->parts_fd = namida_restore_lock (path, TRUE, error)) >= 0)
    {
      namida_mount_note (self->plan->database, path);
      return root;
    }
  namida_restore_root_free (root);
  return NULL;
}

NamidaRestoreRoot *
namida_restore_get_root (NamidaRestoreApply *self, guint label, guint *index, GError **error)
{
  const char *path = ((NamidaRestoreLabel *) self->plan->labels->pdata[label])->destination;
  NamidaRestoreRoot *root;

  for (*index = 0; *index < self->roots->len; (*index)++)
    if (g_str_equal (((NamidaRestoreRoot *) self->roots->pdata[*index])->path, path))
      return self->roots->pdata[*index];
  root = stage_open_root (self, path, error);
  if (root != NULL)
    g_ptr_array_add (self->roots, root);
  return root;
}

void
namida_restore_note_folders (NamidaRestoreApply *self, NamidaRestoreRoot *root, const char *relative)
{
  for (const char *slash = strchr (relative, '/'); slash != NULL; slash = strchr (slash + 1, '/'))
    {
      g_autofree char *folder = g_strndup (relative, (gsize) (slash - relative));
      struct stat st;

      if (g_hash_table_contains (root->made, folder))
        continue;
      if (fstatat (root->fd, folder, &st, AT_SYMLINK_NOFOLLOW) != 0 && errno == ENOENT)
        {
          g_autofree char *path = g_build_filename (root->path, folder, NULL);

          g_ptr_array_add (self->rows, namida_restored_row_new (NAMIDA_RESTORED_FOLDER, path));
          self->result->folders++;
        }
      g_hash_table_add (root->made, g_steal_pointer (&folder));
    }
}

/* ---- under a temporary name ---- */

gboolean
namida_restore_is_fatal (int saved_errno)
{
  return saved_errno == ENOSPC || saved_errno == EDQUOT || saved_errno == EIO || saved_errno == EROFS;
}

/* @offset: the current length of the copy. Returns FALSE with errno set. */
static gboolean
stage_write (int to, const char *data, gsize length, guint64 offset)
{
  while (length > 0)
    {
      ssize_t n = namida_sparse_pwrite (to, data, length, offset);

      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        return FALSE;
      data += n;
      length -= (gsize) n;
      offset += (guint64) n;
    }
  return TRUE;
}

/* Returns (transfer full) (nullable): the SHA-256 of what was copied; NULL with errno set. */
static char *
stage_copy (NamidaRestoreApply *self, int from, int to, guint64 *bytes)
{
  g_autoptr (NamidaDigest) digest = namida_digest_new ();
  g_autofree char *buffer = g_malloc (COPY_BYTES);

  *bytes = 0;
  for (;;)
    {
      ssize_t n;

      if (g_cancellable_is_cancelled (self->cancellable))
        {
          errno = ECANCELED;
          return NULL;
        }
      n = read (from, buffer, COPY_BYTES);
      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0 || !stage_write (to, buffer, (gsize) n, *bytes))
        return NULL;
      if (n == 0)
        return namida_digest_finish (digest);
      namida_digest_update (digest, buffer, (gsize) n);
      *bytes += (guint64) n;
    }
}

static gboolean
stage_finish_part (NamidaRestoreApply *self, const NamidaRestoreFile *file, int fd, struct stat *st)
{
  const NamidaRestoreLabel *label = self->plan->labels->pdata[file->label];
  gboolean now = self->plan->automatic && *label->label == '\0';
  struct timespec times[2]
      = { { .tv_nsec = UTIME_OMIT },
          { .tv_sec = (time_t) (file->mtime_ns / 1000000000), .tv_nsec = file->mtime_ns % 1000000000 } };

  if (times[1].tv_nsec < 0)
    {
      times[1].tv_nsec += 1000000000;
      times[1].tv_sec--;
    }
  if (now)
    times[1].tv_nsec = UTIME_NOW;
  return fchmod (fd, namida_file_mode ()) == 0 && futimens (fd, times) == 0 && fsync (fd) == 0 && fstat (fd, st) == 0;
}

static NamidaRestoredRow *
stage_make_row (const NamidaRestoreRoot *root, const char *relative, const struct stat *st, const char *sha256)
{
  g_autofree char *path = g_build_filename (root->path, relative, NULL);
  NamidaRestoredRow *row = namida_restored_row_new (NAMIDA_RESTORED_FILE, path);

  row->size = (guint64) st->st_size;
  row->mtime_ns = namida_stat_mtime_ns (st);
  row->inode = (guint64) st->st_ino;
  row->device = (guint64) st->st_dev;
  row->sha256 = g_strdup (sha256);
  return row;
}

/* Records that the file differs from what arrived, so that no offer counts it as "already there" and the next transfer
 * that has it includes it. @from: the open file of the version. */
static void
stage_set_damaged (NamidaRestoreApply *self, const NamidaRestoreFile *file, int from)
{
  g_autoptr (GError) error = NULL;
  struct stat st;

  if (fstat (from, &st) == 0 && !namida_content_set_damaged (self->plan->database, 0, file->sha256, &st, &error))
    g_message ("%s", error->message);
}

/* Returns FALSE with @error if nothing more can be restored, FALSE without @error if only this file failed. */
static gboolean
stage_fill_part (NamidaRestoreApply *self,
                 NamidaRestoreFile *file,
                 NamidaRestoreRoot *root,
                 int from,
                 int to,
                 NamidaRestoreStaged *staged,
                 GError **error)
{
  guint64 bytes;
  struct stat st;
  g_autofree char *sha256 = stage_copy (self, from, to, &bytes);

  if (sha256 == NULL || !stage_finish_part (self, file, to, &st))
    {
      int saved_errno = errno;

      if (g_cancellable_set_error_if_cancelled (self->cancellable, error))
        return FALSE;
      if (namida_restore_is_fatal (saved_errno))
        namida_restore_fail (error, saved_errno, _ ("“%s” could not be restored"), file->relative);
      else
        namida_restore_blocked (self, file, g_strerror (saved_errno));
      return FALSE;
    }
  if (bytes != file->size)
    namida_restore_blocked (self, file, _ ("it changed while it was read"));
  else if (file->sha256 != NULL && g_ascii_strcasecmp (file->sha256, sha256) != 0)
    {
      stage_set_damaged (self, file, from);
      namida_restore_blocked (self, file, _ ("it is damaged: its content is not what arrived"));
    }
  else
    {
      staged->row = stage_make_row (root, staged->relative, &st, sha256);
      return TRUE;
    }
  return FALSE;
}

gboolean
namida_restore_stage (NamidaRestoreApply *self, NamidaRestoreFile *file, const char *relative, GError **error)
{
  NamidaRestoreStaged *staged;
  GError *reason = NULL;
  NamidaRestoreRoot *root;
  guint index;
  gboolean fine = FALSE;
  int from, to;

  root = namida_restore_get_root (self, file->label, &index, error);
  if (root == NULL)
    return FALSE;
  from = namida_open_at (AT_FDCWD, file->source, O_RDONLY | O_NONBLOCK, 0);
  if (from < 0)
    {
      namida_restore_blocked (self, file, g_strerror (errno));
      return TRUE;
    }
  staged = g_new0 (NamidaRestoreStaged, 1);
  staged->file = file;
  staged->root = index;
  staged->part = namida_random_hex (8);
  staged->relative = g_strdup (relative);
  to = namida_open_at (root->parts_fd, staged->part, O_WRONLY | O_CREAT | O_EXCL, 0600);
  if (to < 0)
    namida_restore_fail (&reason, errno, _ ("Nothing can be written into “%s”"), root->path);
  else
    {
      fine = stage_fill_part (self, file, root, from, to, staged, &reason);
      close (to);
      if (!fine)
        unlinkat (root->parts_fd, staged->part, 0);
    }
  close (from);
  if (fine)
    {
      g_hash_table_add (self->taken, g_build_filename (root->path, relative, NULL));
      namida_restore_note_folders (self, root, relative);
      self->staged_bytes += file->size;
      g_ptr_array_add (self->staged, staged);
    }
  else
    namida_restore_staged_free (staged);
  if (reason == NULL)
    return TRUE;
  g_propagate_error (error, reason);
  return FALSE;
}
