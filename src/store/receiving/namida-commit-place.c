/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The last steps of a commit: makes parts durable under their temporary names, gives them their final names without
 * replacing anything, and makes the folders durable. Called by namida-commit.c in a worker. */
#include "config.h"

#include "namida-commit-private.h"

#include "namida-clock.h"
#include "namida-content.h"
#include "namida-crash-point.h"
#include "namida-error.h"
#include "namida-file-ops.h"
#include "namida-format.h"
#include "namida-open.h"
#include "namida-safe-path.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <unistd.h>

/* Above this number of files, one syncfs(2) is cheaper than an fsync(2) for each file. Below it, syncfs(2) would mostly
 * write data of other programs. */
#define FSYNC_MOST 64u
#define NUMBER_MOST 1000u

void
namida_work_report (NamidaStoreSink *self, NamidaCommit *request, const char *relative, const char *why)
{
  g_autofree char *shown = namida_format_alias (relative);

  g_message ("“%s” of session %s is not stored: %s", shown, self->session->id, why);
  if (request != NULL && request->reason == NULL)
    request->reason = g_strdup (why);
}

static void
commit_place_report_errno (NamidaStoreSink *self, const NamidaGood *good, int saved_errno)
{
  g_autoptr (GError) why = NULL;

  namida_error_set_from_write (&why, saved_errno, namida_store_sink_root (self, good->root)->fd,
                               _ ("It could not be stored"));
  if (good->request != NULL)
    good->request->code = (NamidaError) why->code;
  namida_work_report (self, good->request, good->relative, why->message);
}

/* Without space, or with a failing or read-only disk, nothing more can be stored. Any other error concerns only this
 * file. */
static gboolean
commit_place_is_fatal (int saved_errno)
{
  return saved_errno == ENOSPC || saved_errno == EDQUOT || saved_errno == EIO || saved_errno == EROFS;
}

gboolean
namida_work_fail (GError **error, int saved_errno, const char *relative)
{
  g_autofree char *shown = namida_format_alias (relative);
  g_autofree char *what = g_strdup_printf (_ ("Could not store “%s”"), shown);

  namida_error_set_from_write (error, saved_errno, -1, what);
  return FALSE;
}

static gboolean
commit_place_is_labelled (const NamidaEntry *entry)
{
  return entry != NULL && entry->label != NULL && entry->label[0] != '\0';
}

void
namida_work_add_row (NamidaWork *work, const NamidaGood *good, guint root, const char *relative, const struct stat *st)
{
  NamidaStoredRow row
      = { .kind = good->entry != NULL ? (NamidaVersionFileKind) good->entry->kind : NAMIDA_VERSION_FILE_MANIFEST,
          .relative = relative,
          .label = good->entry != NULL ? good->entry->label : NULL,
          .size = (guint64) st->st_size,
          .mtime_ns = namida_stat_mtime_ns (st),
          .inode = (guint64) st->st_ino,
          .device = (guint64) st->st_dev,
          .ctime_ns = namida_content_ctime_ns (st),
          .read_at = good->read ? namida_clock_real () : 0,
          .first_at = namida_clock_real (),
          .kept = good->known,
          .sha256 = good->sha256 };
  const char *slash = strrchr (relative, '/');

  row.below = commit_place_is_labelled (good->entry) ? good->entry->relative_path
              : good->entry != NULL                  ? good->entry->name
              : slash != NULL                        ? slash + 1
                                                     : relative;
  g_array_append_val (work->rows, row);
  g_array_append_val (work->row_roots, root);
}

/* ---- make parts durable under their temporary names ---- */

static gboolean
commit_place_has_size (const NamidaGood *good, const struct stat *st)
{
  return S_ISREG (st->st_mode) && (guint64) st->st_size == good->size;
}

static gboolean
commit_place_note_ready (NamidaGood *good, const struct stat *st)
{
  good->inode = (guint64) st->st_ino;
  good->device = (guint64) st->st_dev;
  good->ready_mtime_ns = namida_stat_mtime_ns (st);
  return commit_place_has_size (good, st);
}

/* Without @sync, a part that has its attributes already is not opened again; they are usually set when the part is
 * closed. Returns FALSE with errno 0 if the part does not have the expected size. */
static gboolean
commit_place_ready_part (NamidaStoreSink *self, NamidaGood *good, gboolean sync)
{
  int staging = namida_staging_get_fd (namida_store_sink_root (self, good->root)->staging);
  gboolean fine;
  struct stat st;
  int saved_errno, fd;

  if (fstatat (staging, good->part, &st, AT_SYMLINK_NOFOLLOW) != 0)
    return FALSE;
  errno = 0;
  if (!commit_place_has_size (good, &st))
    return FALSE;
  if (!sync && namida_store_sink_has_attributes (self, good->mtime_ns, &st))
    return commit_place_note_ready (good, &st);
  fd = namida_open_at (staging, good->part, O_RDONLY, 0);
  if (fd < 0)
    return FALSE;
  errno = 0;
  fine = namida_store_sink_set_attributes (self, good->mtime_ns, fd) && (!sync || fsync (fd) == 0)
         && fstat (fd, &st) == 0 && commit_place_note_ready (good, &st);
  saved_errno = errno;
  close (fd);
  errno = saved_errno;
  return fine;
}

static gboolean
commit_place_ready_all (NamidaWork *work, gboolean sync, GError **error)
{
  guint i = 0;

  while (i < work->good->len)
    {
      NamidaGood *good = &g_array_index (work->good, NamidaGood, i);

      if (commit_place_ready_part (work->self, good, sync))
        {
          i++;
          continue;
        }
      if (commit_place_is_fatal (errno))
        return namida_work_fail (error, errno, good->relative);
      if (errno != 0)
        commit_place_report_errno (work->self, good, errno);
      else
        namida_work_report (work->self, NULL, good->relative, "its part has another size");
      if (good->request != NULL)
        good->request->result = NAMIDA_FILE_MISSING;
      g_array_remove_index (work->good, i);
    }
  return TRUE;
}

gboolean
namida_work_make_durable (NamidaWork *work, GError **error)
{
  gboolean each = work->good->len <= FSYNC_MOST;

  if (!commit_place_ready_all (work, each, error))
    return FALSE;
  namida_crash_point ("parts-ready");
  for (guint i = 0; !each && i < work->self->roots->len; i++)
    {
      NamidaRoot *root = namida_store_sink_root (work->self, i);

      if (syncfs (namida_staging_get_fd (root->staging)) != 0)
        return namida_work_fail (error, errno, root->path);
    }
  namida_crash_point ("parts-durable");
  return TRUE;
}

/* ---- give files their final names ---- */

/* Whether @name is a file with the content of @good. @st: (out). */
static gboolean
commit_place_is_same (int folder, const char *name, const NamidaGood *good, struct stat *st)
{
  g_autofree char *hash = NULL;
  int fd = namida_open_at (folder, name, O_RDONLY | O_NONBLOCK, 0);

  if (fd < 0)
    return FALSE;
  if (fstat (fd, st) == 0 && S_ISREG (st->st_mode) && (guint64) st->st_size == good->size)
    hash = namida_file_hash (fd, NULL);
  /* The file may be a copy that the user made a second ago. Make it durable before it is reported as safe. */
  if (hash != NULL && fsync (fd) != 0)
    g_clear_pointer (&hash, g_free);
  close (fd);
  return hash != NULL && g_ascii_strcasecmp (hash, good->sha256) == 0;
}

/* @st: (out): read after the rename, because renaming changes the change time, too. */
static gboolean
commit_place_move_part (int staging, const NamidaGood *good, int folder, const char *name, struct stat *st)
{
  /* Two mounts of one file system have the same device number, but renaming between them fails with EXDEV. */
  return (namida_file_rename (staging, good->part, folder, name)
          || (errno == EXDEV && namida_file_move_copy (staging, good->part, folder, name)))
         && fstatat (folder, name, st, AT_SYMLINK_NOFOLLOW) == 0;
}

/* If another version, of any device, has the same content, one copy on the disk is enough. Read the existing file
 * completely before linking to it, because the part that just arrived is known to be good. */
static gboolean
commit_place_link_same (NamidaWork *work, const NamidaGood *good, int folder, const char *name, struct stat *st)
{
  g_autoptr (GPtrArray) rows = NULL;
  NamidaLinkRequest request = { .root = namida_store_sink_root (work->self, good->root),
                                .sink = work->self,
                                .sha256 = good->sha256,
                                .size = good->size,
                                .mtime_ns = good->mtime_ns };

  if (work->self->landing != NAMIDA_LANDING_BACKUP || good->size == 0)
    return FALSE;
  rows = namida_known_content_lookup (work->known, good->sha256);
  for (guint i = 0; i < rows->len; i++)
    if (namida_link_known (&request, g_ptr_array_index (rows, i), folder, name))
      return fstatat (folder, name, st, AT_SYMLINK_NOFOLLOW) == 0;
  return FALSE;
}

/* Returns NAMIDA_FILE_MISSING with errno set if the file cannot be stored. */
static NamidaFileResult
place_in (
    NamidaWork *work, const NamidaGood *good, int folder, const char *basename, char **final_name, struct stat *st)
{
  int staging = namida_staging_get_fd (namida_store_sink_root (work->self, good->root)->staging);

  for (guint n = 1; n <= NUMBER_MOST; n++)
    {
      g_autofree char *name = n == 1 ? g_strdup (basename) : namida_safe_path_numbered (basename, n);
      NamidaFileResult result = NAMIDA_FILE_PENDING;

      if (commit_place_link_same (work, good, folder, name, st))
        {
          unlinkat (staging, good->part, 0);
          result = NAMIDA_FILE_STORED;
        }
      else if (commit_place_move_part (staging, good, folder, name, st))
        result = NAMIDA_FILE_STORED;
      else if (errno != EEXIST)
        result = NAMIDA_FILE_MISSING;
      else if (commit_place_is_same (folder, name, good, st))
        {
          unlinkat (staging, good->part, 0);
          result = NAMIDA_FILE_KEPT_EXISTING;
        }
      if (result == NAMIDA_FILE_PENDING)
        continue;
      *final_name = g_steal_pointer (&name);
      return result;
    }
  errno = EEXIST;
  return NAMIDA_FILE_MISSING;
}

static const char *
commit_place_replace_basename (NamidaWork *work, const char *relative, const char *name)
{
  const char *slash = strrchr (relative, '/');
  g_autofree char *path = g_strdup_printf ("%.*s%s", slash != NULL ? (int) (slash + 1 - relative) : 0, relative, name);

  return g_string_chunk_insert (work->texts, path);
}

static gboolean
place (NamidaWork *work, NamidaGood *good, NamidaFileResult *result, GError **error)
{
  g_autoptr (GError) reason = NULL;
  g_autofree char *name = NULL;
  const char *basename, *relative = good->relative;
  struct stat st;
  int folder = namida_place_cursor_open (&work->cursor, namida_store_sink_root (work->self, good->root)->fd,
                                         good->relative, TRUE, &basename, &reason);

  *result = NAMIDA_FILE_MISSING;
  if (folder < 0)
    {
      if (namida_error_is_full (reason))
        {
          g_propagate_error (error, g_steal_pointer (&reason));
          return FALSE;
        }
      namida_work_report (work->self, good->request, good->relative, reason->message);
      return TRUE;
    }
  *result = place_in (work, good, folder, basename, &name, &st);
  if (*result == NAMIDA_FILE_MISSING)
    {
      int saved_errno = errno;

      commit_place_report_errno (work->self, good, saved_errno);
      return !commit_place_is_fatal (saved_errno) || namida_work_fail (error, saved_errno, good->relative);
    }
  if (!g_str_equal (name, basename))
    relative = commit_place_replace_basename (work, good->relative, name);
  namida_folder_set_add (work->touched, good->root, relative);
  namida_work_add_row (work, good, good->root, relative, &st);
  namida_crash_point ("renamed");
  return TRUE;
}

gboolean
namida_work_place_all (NamidaWork *work, GError **error)
{
  for (guint i = 0; i < work->good->len; i++)
    {
      NamidaGood *good = &g_array_index (work->good, NamidaGood, i);
      NamidaFileResult result;

      if (!place (work, good, &result, error))
        return FALSE;
      /* A file that was copied locally was not transferred: report it as already there. */
      if (result == NAMIDA_FILE_STORED && good->request != NULL
          && work->self->items[good->request->index].state == NAMIDA_ITEM_COPIED)
        result = NAMIDA_FILE_KEPT_EXISTING;
      if (good->request != NULL)
        good->request->result = result;
      work->stored += good->counts && result == NAMIDA_FILE_STORED;
      work->kept += good->counts && result == NAMIDA_FILE_KEPT_EXISTING;
    }
  return TRUE;
}

static NamidaFileResult
commit_place_make_folder (NamidaWork *work, const NamidaItem *item)
{
  g_autofree char *basename = NULL;
  struct stat st;
  int fd = namida_safe_path_open_parent (namida_store_sink_root (work->self, item->root)->fd, item->relative, TRUE,
                                         &basename, NULL);
  NamidaFileResult result = NAMIDA_FILE_MISSING;

  if (fd < 0)
    return result;
  if (mkdirat (fd, basename, 0777) == 0)
    result = NAMIDA_FILE_STORED;
  else if (errno == EEXIST && fstatat (fd, basename, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR (st.st_mode))
    result = NAMIDA_FILE_KEPT_EXISTING;
  close (fd);
  if (result == NAMIDA_FILE_STORED)
    namida_folder_set_add (work->touched, item->root, item->relative);
  return result;
}

/* Creates the folders that the sender named, or all of them. Folders have no content that could be missing. */
void
namida_work_make_folders (NamidaWork *work, NamidaCommit *files, guint n_files)
{
  g_autofree NamidaFileResult *results = g_new0 (NamidaFileResult, work->self->n_items);

  for (guint i = 0; i < work->self->n_items; i++)
    {
      const NamidaItem *item = &work->self->items[i];

      if (namida_store_sink_entry (work->self, i)->kind != NAMIDA_ENTRY_FOLDER)
        continue;
      if (item->state == NAMIDA_ITEM_WANTED)
        results[i] = commit_place_make_folder (work, item);
      work->folders |= item->state == NAMIDA_ITEM_MADE || results[i] == NAMIDA_FILE_STORED;
    }
  for (guint i = 0; i < n_files; i++)
    if (files[i].result == NAMIDA_FILE_PENDING && files[i].index < work->self->n_items)
      files[i].result = results[files[i].index];
}
