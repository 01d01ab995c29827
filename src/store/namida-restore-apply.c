/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "namida-restore-private.h"

#include "namida-clock.h"
#include "namida-digest.h"
#include "namida-error.h"
#include "namida-file-ops.h"
#include "namida-folder-set.h"
#include "namida-safe-path.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define COPY_BYTES (1024u * 1024)
/* So many are written before their names are given: one transaction and a few fsyncs for all of them. */
#define BATCH_FILES 64u
#define BATCH_BYTES (256u * 1024 * 1024)

/* A destination; opened when the first file for it is found. */
typedef struct
{
  char *path;
  int fd;
  int parts_fd;
  GHashTable *made; /* relative folders that are known to be there, or recorded */
  NamidaFolderSet *touched;
} Root;

/* A file that is written under a temporary name. */
typedef struct
{
  NamidaRestoreFile *file;
  guint root;
  char *part;
  char *relative; /* where it goes */
  NamidaRestoredRow *row;
} Staged;

typedef struct
{
  NamidaRestorePlan *plan;
  NamidaRestoreCount *count;
  NamidaRestoreResult *result;
  GCancellable *cancellable;
  char *id;
  GPtrArray *roots;  /* Root, one for each label; (nullable) items */
  GPtrArray *staged; /* Staged */
  GPtrArray *rows;   /* NamidaRestoredRow of folders, for the next transaction */
  GHashTable *taken; /* paths that the staged ones will have */
  guint64 staged_bytes;
  char *trouble; /* (nullable): the first file that could not be restored, and why */
} Apply;

static void
root_free (gpointer data)
{
  Root *root = data;

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

static void
staged_free (gpointer data)
{
  Staged *staged = data;

  namida_restored_row_free (staged->row);
  g_free (staged->part);
  g_free (staged->relative);
  g_free (staged);
}

static void
blocked (Apply *self, const NamidaRestoreFile *file, const char *why)
{
  self->result->blocked++;
  if (self->trouble == NULL)
    self->trouble = g_strdup_printf ("“%s”: %s", file->relative, why);
}

/* ---- the destinations ---- */

/* Writes down the folders of @path that are missing, from the top, before they are made. */
static void
note_missing (GPtrArray *rows, const char *path)
{
  g_autofree char *parent = g_path_get_dirname (path);
  struct stat st;

  if (lstat (path, &st) == 0 || errno != ENOENT || g_str_equal (parent, path))
    return;
  note_missing (rows, parent);
  g_ptr_array_add (rows, namida_restored_row_new (NAMIDA_RESTORED_FOLDER, path));
}

static Root *
open_root (Apply *self, const char *path, GError **error)
{
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func ((GDestroyNotify) namida_restored_row_free);
  Root *root = g_new0 (Root, 1);

  root->fd = root->parts_fd = -1;
  root->path = g_strdup (path);
  root->made = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  root->touched = namida_folder_set_new ();
  note_missing (rows, path);
  g_ptr_array_add (rows, namida_restored_row_new (NAMIDA_RESTORED_ROOT, path));
  if (namida_restore_record_add (self->plan->database, self->id, rows, error)
      && (root->fd = namida_folder_make_root (path, error)) >= 0
      && (root->parts_fd = namida_restore_lock (path, TRUE, error)) >= 0)
    return root;
  root_free (root);
  return NULL;
}

/* Two labels may have one destination: they share it. */
static Root *
get_root (Apply *self, guint label, guint *index, GError **error)
{
  const char *path = ((NamidaRestoreLabel *) self->plan->labels->pdata[label])->destination;
  Root *root;

  for (*index = 0; *index < self->roots->len; (*index)++)
    if (g_str_equal (((Root *) self->roots->pdata[*index])->path, path))
      return self->roots->pdata[*index];
  root = open_root (self, path, error);
  if (root != NULL)
    g_ptr_array_add (self->roots, root);
  return root;
}

/* Writes down the folders above @relative that are missing below @root. */
static void
note_folders (Apply *self, Root *root, const char *relative)
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

static gboolean
is_fatal (int saved_errno)
{
  return saved_errno == ENOSPC || saved_errno == EDQUOT || saved_errno == EIO || saved_errno == EROFS;
}

static gboolean
write_all (int fd, const char *data, gsize length)
{
  while (length > 0)
    {
      ssize_t n = write (fd, data, length);

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        return FALSE;
      data += n;
      length -= (gsize) n;
    }
  return TRUE;
}

/* (transfer full) (nullable): the SHA-256 of what was copied; NULL with errno. */
static char *
copy (Apply *self, int from, int to, guint64 *bytes)
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
      if (n < 0 || (n > 0 && !write_all (to, buffer, (gsize) n)))
        return NULL;
      if (n == 0)
        return namida_digest_finish (digest);
      namida_digest_update (digest, buffer, (gsize) n);
      *bytes += (guint64) n;
    }
}

static gboolean
finish_part (Apply *self, const NamidaRestoreFile *file, int fd, struct stat *st)
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
make_row (const Root *root, const char *relative, const struct stat *st, const char *sha256)
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

/* FALSE with @error: nothing more can be restored; FALSE without: only this file cannot. */
static gboolean
fill_part (Apply *self, NamidaRestoreFile *file, Root *root, int from, int to, Staged *staged, GError **error)
{
  guint64 bytes;
  struct stat st;
  g_autofree char *sha256 = copy (self, from, to, &bytes);

  if (sha256 == NULL || !finish_part (self, file, to, &st))
    {
      int saved_errno = errno;

      if (g_cancellable_set_error_if_cancelled (self->cancellable, error))
        return FALSE;
      if (is_fatal (saved_errno))
        namida_restore_fail (error, saved_errno, _ ("“%s” could not be restored"), file->relative);
      else
        blocked (self, file, g_strerror (saved_errno));
      return FALSE;
    }
  if (bytes != file->size)
    blocked (self, file, _ ("it changed while it was read"));
  else if (file->sha256 != NULL && g_ascii_strcasecmp (file->sha256, sha256) != 0)
    blocked (self, file, _ ("it is damaged: its content is not what arrived"));
  else
    {
      staged->row = make_row (root, staged->relative, &st, sha256);
      return TRUE;
    }
  return FALSE;
}

static gboolean
stage (Apply *self, NamidaRestoreFile *file, const char *relative, GError **error)
{
  Staged *staged;
  GError *reason = NULL;
  Root *root;
  guint index;
  gboolean fine = FALSE;
  int from, to;

  root = get_root (self, file->label, &index, error);
  if (root == NULL)
    return FALSE;
  from = open (file->source, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  if (from < 0)
    {
      blocked (self, file, g_strerror (errno));
      return TRUE;
    }
  staged = g_new0 (Staged, 1);
  staged->file = file;
  staged->root = index;
  staged->part = namida_random_hex (8);
  staged->relative = g_strdup (relative);
  to = openat (root->parts_fd, staged->part, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (to < 0)
    namida_restore_fail (&reason, errno, _ ("Nothing can be written into “%s”"), root->path);
  else
    {
      fine = fill_part (self, file, root, from, to, staged, &reason);
      close (to);
      if (!fine)
        unlinkat (root->parts_fd, staged->part, 0);
    }
  close (from);
  if (fine)
    {
      g_hash_table_add (self->taken, g_build_filename (root->path, relative, NULL));
      note_folders (self, root, relative);
      self->staged_bytes += file->size;
      g_ptr_array_add (self->staged, staged);
    }
  else
    staged_free (staged);
  if (reason == NULL)
    return TRUE;
  g_propagate_error (error, reason);
  return FALSE;
}

/* ---- under their names ---- */

/* The old file goes to its waiting place, of which the row tells, before the new one has its name. */
static gboolean
set_aside (const char *kept, int folder, const char *name)
{
  if (linkat (folder, name, AT_FDCWD, kept, 0) == 0)
    return TRUE;
  /* A file system without hard links: for an instant there is neither, and undo or the next try put it right. */
  return errno != EEXIST && namida_file_rename (folder, name, AT_FDCWD, kept);
}

/* The old file back under its name, and errno as it was. */
static void
put_back (const char *kept, int folder, const char *name)
{
  int saved_errno = errno;

  if (!namida_file_rename (AT_FDCWD, kept, folder, name))
    unlink (kept); /* it never lost its name */
  errno = saved_errno;
}

static gboolean
replace_at (const Root *root, const Staged *staged, int folder, const char *name)
{
  if (!set_aside (staged->row->kept, folder, name))
    return FALSE;
  if (renameat (root->parts_fd, staged->part, folder, name) == 0)
    return TRUE;
  put_back (staged->row->kept, folder, name);
  return FALSE;
}

static gboolean
place_at (Apply *self, const Root *root, const Staged *staged, int folder, const char *name)
{
  if (staged->row->kept != NULL)
    return replace_at (root, staged, folder, name);
  /* Two mounts of one file system are two. */
  return namida_file_rename (root->parts_fd, staged->part, folder, name)
         || (errno == EXDEV && namida_file_move_copy (root->parts_fd, staged->part, folder, name));
}

static gboolean
place (Apply *self, const Staged *staged, GError **error)
{
  Root *root = self->roots->pdata[staged->root];
  g_autoptr (GError) reason = NULL;
  g_autofree char *name = NULL;
  int folder = namida_safe_path_open_parent (root->fd, staged->relative, TRUE, &name, &reason);
  int saved_errno = 0;

  if (folder < 0)
    {
      blocked (self, staged->file, reason->message);
      return namida_restore_record_drop (self->plan->database, self->id, staged->row, error);
    }
  if (!place_at (self, root, staged, folder, name))
    saved_errno = errno;
  close (folder);
  if (saved_errno == 0)
    {
      namida_folder_set_add (root->touched, 0, staged->relative);
      self->result->added += staged->row->kept == NULL;
      self->result->replaced += staged->row->kept != NULL;
      self->result->bytes += staged->file->size;
      return TRUE;
    }
  unlinkat (root->parts_fd, staged->part, 0);
  /* Undo must not take for ours what somebody else put there. */
  if (!namida_restore_record_drop (self->plan->database, self->id, staged->row, error))
    return FALSE;
  if (is_fatal (saved_errno))
    return namida_restore_fail (error, saved_errno, _ ("“%s” could not be restored"), staged->relative);
  if (saved_errno == EEXIST)
    self->result->skipped++; /* somebody put a file there just now: it is left alone */
  else
    blocked (self, staged->file, g_strerror (saved_errno));
  return TRUE;
}

static gboolean
make_waiting (Apply *self, Staged *staged, GError **error)
{
  const Root *root = self->roots->pdata[staged->root];
  g_autofree char *folder = g_build_filename (root->path, NAMIDA_RESTORE_REPLACED, self->id, NULL);
  g_autofree char *name = namida_random_hex (8);

  if (g_mkdir_with_parents (folder, 0700) != 0)
    return namida_restore_fail (error, errno, _ ("Nothing can be written into “%s”"), root->path);
  staged->row->kept = g_build_filename (folder, name, NULL);
  return TRUE;
}

static gboolean
record_batch (Apply *self, GError **error)
{
  g_autoptr (GPtrArray) rows = g_ptr_array_new ();

  for (guint i = 0; i < self->rows->len; i++)
    g_ptr_array_add (rows, self->rows->pdata[i]);
  for (guint i = 0; i < self->staged->len; i++)
    {
      Staged *staged = self->staged->pdata[i];

      if (staged->file->state == NAMIDA_RESTORE_DIFFERENT && self->plan->policy == NAMIDA_RESTORE_REPLACE
          && !make_waiting (self, staged, error))
        return FALSE;
      g_ptr_array_add (rows, staged->row);
    }
  return namida_restore_record_add (self->plan->database, self->id, rows, error);
}

/* Recorded first, so that whatever appears can be undone. */
static gboolean
commit (Apply *self, GError **error)
{
  gboolean fine = record_batch (self, error);

  for (guint i = 0; fine && i < self->staged->len; i++)
    fine = place (self, self->staged->pdata[i], error);
  for (guint i = 0; i < self->roots->len; i++)
    {
      Root *root = self->roots->pdata[i];

      fine = namida_folder_set_sync (root->touched, 0, root->fd, fine ? error : NULL) && fine;
      namida_folder_set_free (root->touched);
      root->touched = namida_folder_set_new ();
    }
  g_ptr_array_set_size (self->staged, 0);
  g_ptr_array_set_size (self->rows, 0);
  g_hash_table_remove_all (self->taken);
  self->staged_bytes = 0;
  return fine;
}

/* ---- one file after the other ---- */

static gboolean
make_folder (Apply *self, NamidaRestoreFile *file, GError **error)
{
  g_autofree char *inside = g_strconcat (file->relative, "/x", NULL);
  g_autofree char *name = NULL;
  guint index;
  Root *root = get_root (self, file->label, &index, error);
  int fd;

  if (root == NULL)
    return FALSE;
  note_folders (self, root, inside);
  if (!namida_restore_record_add (self->plan->database, self->id, self->rows, error))
    return FALSE;
  g_ptr_array_set_size (self->rows, 0);
  fd = namida_safe_path_open_parent (root->fd, inside, TRUE, &name, NULL);
  if (fd < 0)
    blocked (self, file, g_strerror (errno));
  else
    close (fd);
  namida_folder_set_add (root->touched, 0, inside);
  return TRUE;
}

static gboolean
restore_file (Apply *self, NamidaRestoreFile *file, GError **error)
{
  switch (file->state)
    {
    case NAMIDA_RESTORE_SAME:
      self->result->same += !file->folder;
      return TRUE;
    case NAMIDA_RESTORE_BLOCKED:
      blocked (self, file, file->reason);
      return TRUE;
    case NAMIDA_RESTORE_DIFFERENT:
      if (self->plan->policy == NAMIDA_RESTORE_SKIP_DIFFERENT)
        {
          self->result->skipped++;
          return TRUE;
        }
      return stage (self, file, file->place != NULL ? file->place : file->relative, error);
    default:
      return file->folder ? make_folder (self, file, error) : stage (self, file, file->relative, error);
    }
}

static void
add_done (Apply *self, guint64 bytes)
{
  g_mutex_lock (&self->count->lock);
  self->count->done += bytes;
  g_mutex_unlock (&self->count->lock);
}

static gboolean
is_taken (Apply *self, const char *folder, const char *relative)
{
  g_autofree char *path = g_build_filename (folder, relative, NULL);

  return g_hash_table_contains (self->taken, path);
}

/* Two folders may be restored into one: what is only staged must be seen, too. */
static gboolean
compare (Apply *self, NamidaRestoreFile *file, const char *folder, GError **error)
{
  if (is_taken (self, folder, file->relative) && !commit (self, error))
    return FALSE;
  namida_restore_compare (self->plan, file, folder, self->plan->policy, self->cancellable);
  if (file->place == NULL || !is_taken (self, folder, file->place))
    return TRUE;
  if (!commit (self, error))
    return FALSE;
  namida_restore_compare (self->plan, file, folder, self->plan->policy, self->cancellable);
  return TRUE;
}

static gboolean
restore_all (Apply *self, GError **error)
{
  for (guint i = 0; i < self->plan->files->len; i++)
    {
      NamidaRestoreFile *file = self->plan->files->pdata[i];
      const NamidaRestoreLabel *label = self->plan->labels->pdata[file->label];

      if (label->destination == NULL)
        continue;
      if (!compare (self, file, label->destination, error))
        return FALSE;
      if (g_cancellable_set_error_if_cancelled (self->cancellable, error) || !restore_file (self, file, error))
        return FALSE;
      add_done (self, file->size);
      if ((self->staged->len >= BATCH_FILES || self->staged_bytes >= BATCH_BYTES) && !commit (self, error))
        return FALSE;
    }
  return commit (self, error);
}

static void
sum_up (Apply *self)
{
  guint64 total = 0;

  for (guint i = 0; i < self->plan->files->len; i++)
    {
      const NamidaRestoreFile *file = self->plan->files->pdata[i];

      if (((NamidaRestoreLabel *) self->plan->labels->pdata[file->label])->destination != NULL)
        total += file->size;
    }
  g_mutex_lock (&self->count->lock);
  self->count->total = total;
  g_mutex_unlock (&self->count->lock);
}

/* What a crash left behind goes, also when nothing is left to add. */
static gboolean
sweep (Apply *self, GError **error)
{
  for (guint i = 0; i < self->plan->labels->len; i++)
    {
      const NamidaRestoreLabel *label = self->plan->labels->pdata[i];
      g_autoptr (GError) reason = NULL;
      int fd = label->destination != NULL ? namida_restore_lock (label->destination, FALSE, &reason) : -1;

      if (fd >= 0)
        namida_restore_unlock (label->destination, fd);
      if (reason == NULL || !g_error_matches (reason, NAMIDA_ERROR, NAMIDA_ERROR_BUSY))
        continue;
      g_propagate_error (error, g_steal_pointer (&reason));
      return FALSE;
    }
  return TRUE;
}

static gboolean
run (Apply *self, GError **error)
{
  if (!sweep (self, error))
    return FALSE;
  self->id = namida_restore_record_begin (self->plan->database, self->plan->folder, error);
  if (self->id == NULL || !restore_all (self, error)
      || !namida_restore_record_end (self->plan->database, self->id, error))
    return FALSE;
  if (self->trouble == NULL)
    return TRUE;
  g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_INCOMPLETE,
               ngettext ("%" G_GUINT64_FORMAT " file could not be restored. The first: %s",
                         "%" G_GUINT64_FORMAT " files could not be restored. The first: %s",
                         (gulong) self->result->blocked),
               self->result->blocked, self->trouble);
  return FALSE;
}

gboolean
namida_restore_apply (NamidaRestorePlan *plan,
                      NamidaRestoreCount *count,
                      NamidaRestoreResult *result,
                      GCancellable *cancellable,
                      GError **error)
{
  Apply self = { .plan = plan, .count = count, .result = result, .cancellable = cancellable };
  gboolean fine;

  self.roots = g_ptr_array_new_with_free_func (root_free);
  self.staged = g_ptr_array_new_with_free_func (staged_free);
  self.rows = g_ptr_array_new_with_free_func ((GDestroyNotify) namida_restored_row_free);
  sum_up (&self);
  namida_restore_expire (plan->database);
  namida_restore_expect (plan);
  self.taken = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  fine = run (&self, error);
  g_ptr_array_unref (self.staged);
  g_ptr_array_unref (self.rows);
  g_ptr_array_unref (self.roots);
  g_hash_table_unref (self.taken);
  if (!fine && self.id != NULL)
    namida_restore_record_drop_empty (plan->database, self.id, NULL);
  g_free (self.id);
  g_free (self.trouble);
  return fine;
}
