/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reads a zip of zips with libarchive, the inner zips directly from the stream of the outer one, and counts what is
 * in it. Runs in a worker thread; nothing is unpacked to disk except the databases, which are checked one by one. */
#include "config.h"

#include "namida-inspection.h"

#include "namida-error.h"
#include "namida-format.h"
#include "namida-inspect-details-private.h"
#include "namida-inspect-lists-private.h"
#include "namida-inspect-zip-private.h"
#include "namida-inspection-private.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Limits beside those of the directory. The backup of a heavy listener unpacks to about 100 MB. Only zips directly
 * in the outer zip are examined, nothing nested deeper. */
#define BLOCK_BYTES (64u * 1024)
#define LIST_BYTES_MOST (64u * 1024 * 1024) /* one list, unpacked */
/* How many bytes may be unpacked in total, including inner zips: this many for each byte of the zip, plus the free
 * amount. Real backups unpack to ten or twenty times their size; deflate can reach a thousand. */
#define UNPACKED_RATIO 100u
#define UNPACKED_FREE (512u * 1024 * 1024)
#define CHECKED_MOST (128u * 1024 * 1024)        /* of that, bytes that are read only to compare a checksum */
#define ENTRIES_MOST NAMIDA_INSPECT_ENTRIES_MOST /* in all zips together */

typedef enum
{
  FINE,
  BROKEN,
  TOO_BIG,
  SECRET,
  STOPPED, /* cancelled, or the file cannot be read */
} Outcome;

typedef struct
{
  NamidaInspection *result;
  NamidaInspectLists *lists;
  GCancellable *cancellable;
  int fd;
  off_t offset;
  int read_errno;
  guint64 unpacked, unpacked_most, checked, seen;
  gboolean larger; /* the current file is too large to be examined */
  gboolean cut;    /* reading from the front, because there is no directory */
  gboolean parts;  /* it contains inner zips of Namida */
  gboolean strong; /* it contains loose files that only Namida creates */
  Outcome worst;
  guint8 block[BLOCK_BYTES];
} Walk;

/* A zip that is read from the current file of an outer zip. */
typedef struct
{
  Walk *walk;
  struct archive *outer;
  Outcome outcome;
} Inner;

/* Records a problem. @path: (nullable): the file in the zip that has it. */
static void
inspector_note (Walk *walk, Outcome outcome, const char *path)
{
  if (outcome == FINE)
    return;
  if (walk->result->damaged_part == NULL && path != NULL)
    walk->result->damaged_part = namida_format_alias (path);
  walk->worst = MAX (walk->worst, outcome);
}

/* ---- the file ---- */

static la_ssize_t
inspector_on_read (struct archive *archive, void *data, const void **buffer)
{
  Walk *walk = data;
  ssize_t n;

  *buffer = walk->block;
  if (g_cancellable_is_cancelled (walk->cancellable))
    {
      walk->worst = STOPPED;
      archive_set_error (archive, ECANCELED, "cancelled");
      return ARCHIVE_FATAL;
    }
  do
    n = pread (walk->fd, walk->block, sizeof walk->block, walk->offset);
  while (n < 0 && errno == EINTR);
  if (n < 0)
    {
      walk->read_errno = errno;
      walk->worst = STOPPED;
      archive_set_error (archive, errno, "unreadable");
      return ARCHIVE_FATAL;
    }
  walk->offset += n;
  return n;
}

static la_int64_t
inspector_on_skip (struct archive *archive, void *data, la_int64_t request)
{
  Walk *walk = data;

  if (request < 0 || walk->offset > G_MAXOFFSET - request)
    return 0;
  walk->offset += request;
  return request;
}

static la_int64_t
inspector_on_seek (struct archive *archive, void *data, la_int64_t offset, int whence)
{
  Walk *walk = data;
  struct stat st;

  if (whence == SEEK_CUR)
    offset += walk->offset;
  else if (whence == SEEK_END && fstat (walk->fd, &st) == 0)
    offset += st.st_size;
  if (offset < 0)
    return ARCHIVE_FATAL;
  walk->offset = offset;
  return offset;
}

/* ---- one file in a zip ---- */

static Outcome
inspector_next_block (Walk *walk, struct archive *archive, const void **buffer, size_t *length)
{
  la_int64_t offset;
  int result;

  do
    {
      *length = 0;
      result = archive_read_data_block (archive, buffer, length, &offset);
      if (g_cancellable_is_cancelled (walk->cancellable) || walk->worst == STOPPED)
        return STOPPED;
      walk->unpacked += *length;
      if (walk->unpacked > walk->unpacked_most)
        return TOO_BIG;
    }
  while (result == ARCHIVE_OK && *length == 0);
  if (result == ARCHIVE_EOF)
    *length = 0;
  /* ARCHIVE_WARN means a wrong checksum or size. */
  return result == ARCHIVE_OK || result == ARCHIVE_EOF ? FINE : BROKEN;
}

/* Reads a file to its end, which compares its checksum. @feed: whether to pass its bytes to the lists. */
static Outcome
inspector_read_file (Walk *walk, struct archive *archive, gboolean feed, gboolean to_the_end)
{
  guint64 bytes = 0;
  Outcome outcome;

  walk->larger = FALSE;
  for (;;)
    {
      const void *buffer;
      size_t length;

      outcome = inspector_next_block (walk, archive, &buffer, &length);
      if (outcome != FINE || length == 0)
        return outcome;
      bytes += length;
      if (feed && bytes > LIST_BYTES_MOST)
        {
          feed = FALSE;
          walk->result->larger++;
          walk->larger = TRUE;
        }
      if (feed && !namida_inspect_lists_feed (walk->lists, buffer, length))
        {
          feed = FALSE;
          if (!to_the_end)
            return FINE;
        }
    }
}

static const char *
inspector_get_path (struct archive_entry *entry)
{
  const char *path = archive_entry_pathname_utf8 (entry);

  if (path == NULL)
    path = archive_entry_pathname (entry);
  return path != NULL ? path : "";
}

static gboolean
inspector_is_folder (struct archive_entry *entry, const char *path)
{
  return archive_entry_filetype (entry) == AE_IFDIR || g_str_has_suffix (path, "/");
}

/* Returns: whether there is another entry. @end: (out): why there is none. */
static gboolean
inspector_next_entry (Walk *walk, struct archive *archive, struct archive_entry **entry, Outcome *end)
{
  int result = archive_read_next_header (archive, entry);

  *end = FINE;
  if (walk->worst == STOPPED)
    *end = STOPPED;
  else if (result == ARCHIVE_OK || result == ARCHIVE_WARN)
    *end = ++walk->seen > ENTRIES_MOST ? TOO_BIG : FINE;
  else if (result != ARCHIVE_EOF)
    *end = BROKEN;
  return *end == FINE && result != ARCHIVE_EOF;
}

/* ---- the zip in the zip ---- */

static la_ssize_t
inspector_on_inner_read (struct archive *archive, void *data, const void **buffer)
{
  Inner *inner = data;
  size_t length = 0;

  if (inner->outcome == FINE)
    inner->outcome = inspector_next_block (inner->walk, inner->outer, buffer, &length);
  if (inner->outcome == FINE)
    return (la_ssize_t) length;
  archive_set_error (archive, EIO, "the outer zip ends it");
  return ARCHIVE_FATAL;
}

/* Ends the current list. One that is too large to be examined is neither counted nor unreadable. */
static void
inspector_end_list (Walk *walk, Outcome outcome)
{
  guint64 unreadable = walk->result->unreadable;

  namida_inspect_lists_end (walk->lists, outcome == FINE && !walk->larger);
  if (outcome == FINE && walk->larger)
    walk->result->unreadable = unreadable;
  walk->larger = FALSE;
}

/* Always reads to the end: libarchive would skip the rest by unpacking it without a limit. */
static Outcome
inspector_read_inner_file (Walk *walk, struct archive *archive, struct archive_entry *entry, const char *folder)
{
  const char *path = inspector_get_path (entry);
  NamidaListKind kind = namida_inspect_classify (folder, path);
  gboolean wanted = namida_inspect_lists_begin (walk->lists, kind, path);
  Outcome outcome = archive_entry_is_encrypted (entry) > 0 ? SECRET : inspector_read_file (walk, archive, wanted, TRUE);

  inspector_end_list (walk, outcome);
  return outcome;
}

static Outcome
inspector_read_inner_files (Walk *walk, struct archive *archive, const char *folder)
{
  struct archive_entry *entry;
  Outcome outcome = FINE;

  while (outcome == FINE && inspector_next_entry (walk, archive, &entry, &outcome))
    if (!inspector_is_folder (entry, inspector_get_path (entry)))
      outcome = inspector_read_inner_file (walk, archive, entry, folder);
  return outcome;
}

static Outcome
inspector_read_inner (Walk *walk, struct archive *outer, const char *folder)
{
  Inner inner = { .walk = walk, .outer = outer };
  struct archive *archive = archive_read_new ();
  Outcome outcome = BROKEN;

  archive_read_support_format_zip_streamable (archive);
  if (archive_read_open (archive, &inner, NULL, inspector_on_inner_read, NULL) == ARCHIVE_OK)
    outcome = inspector_read_inner_files (walk, archive, folder);
  archive_read_free (archive);
  /* An error of the outer zip is the cause; the inner zip then merely ends too early. */
  if (inner.outcome != FINE)
    return inner.outcome;
  if (outcome == FINE)
    outcome = inspector_read_file (walk, outer, FALSE, TRUE);
  return outcome;
}

/* ---- the outer zip ---- */

/* Skips an entry, but compares its checksum as long as that is quick. */
static Outcome
inspector_pass_over (Walk *walk, struct archive *archive, struct archive_entry *entry)
{
  guint64 size = archive_entry_size_is_set (entry) ? (guint64) MAX (archive_entry_size (entry), 0) : 0;
  guint64 before = walk->unpacked;
  Outcome outcome;

  if (!walk->cut && (size > CHECKED_MOST || walk->checked + size > CHECKED_MOST))
    return FINE; /* with a directory, the next entry is found without reading this one */
  outcome = inspector_read_file (walk, archive, FALSE, TRUE);
  walk->checked += walk->unpacked - before;
  return outcome;
}

static void
inspector_look_at_loose (Walk *walk, struct archive *archive, struct archive_entry *entry, const char *path)
{
  NamidaListKind kind = namida_inspect_classify ("", path);
  gboolean wanted = namida_inspect_lists_begin (walk->lists, kind, path);
  Outcome outcome;

  if (archive_entry_is_encrypted (entry) > 0)
    outcome = SECRET;
  else if (!wanted)
    outcome = inspector_pass_over (walk, archive, entry);
  else
    outcome = inspector_read_file (walk, archive, TRUE, walk->cut || kind != NAMIDA_LIST_LOOSE);
  walk->strong |= kind == NAMIDA_LIST_SETTINGS || kind == NAMIDA_LIST_TOTALS || kind == NAMIDA_LIST_FAVOURITES
                  || kind == NAMIDA_LIST_LIKES || kind == NAMIDA_LIST_SUBSCRIPTIONS;
  inspector_end_list (walk, outcome);
  inspector_note (walk, outcome, path);
}

static void
inspector_look_at_part (
    Walk *walk, struct archive *archive, struct archive_entry *entry, const char *folder, gboolean wanted)
{
  const char *path = inspector_get_path (entry);
  Outcome outcome;

  walk->parts = TRUE;
  walk->result->entries++;
  if (archive_entry_is_encrypted (entry) > 0)
    outcome = SECRET;
  else if (wanted)
    outcome = inspector_read_inner (walk, archive, folder);
  else
    outcome = inspector_pass_over (walk, archive, entry);
  inspector_note (walk, outcome, path);
}

static void
inspector_look_at (Walk *walk, struct archive *archive, struct archive_entry *entry)
{
  g_autofree char *path = g_strdup (inspector_get_path (entry));
  g_autofree char *folder = NULL;
  gboolean wanted;

  if (inspector_is_folder (entry, path))
    return;
  if (namida_inspect_part (path, &folder, &wanted))
    inspector_look_at_part (walk, archive, entry, folder, wanted);
  else
    inspector_look_at_loose (walk, archive, entry, path);
}

/* Without a directory, an entry that could not be read to its end cannot be skipped either. */
static gboolean
inspector_can_go_on (Walk *walk)
{
  return walk->worst == FINE || (!walk->cut && (walk->worst == BROKEN || walk->worst == SECRET));
}

static void
inspector_look_at_all (Walk *walk)
{
  struct archive *archive = archive_read_new ();
  struct archive_entry *entry;
  Outcome end = BROKEN;

  if (walk->cut)
    archive_read_support_format_zip_streamable (archive);
  else
    archive_read_support_format_zip_seekable (archive);
  archive_read_set_read_callback (archive, inspector_on_read);
  archive_read_set_skip_callback (archive, inspector_on_skip);
  archive_read_set_seek_callback (archive, inspector_on_seek);
  archive_read_set_callback_data (archive, walk);
  if (archive_read_open1 (archive) == ARCHIVE_OK)
    while (inspector_can_go_on (walk) && inspector_next_entry (walk, archive, &entry, &end))
      inspector_look_at (walk, archive, entry);
  inspector_note (walk, end, NULL);
  archive_read_free (archive);
}

static NamidaInspectionKind
inspector_decide_kind (Walk *walk)
{
  NamidaInspection *result = walk->result;

  if (walk->worst == TOO_BIG)
    return NAMIDA_INSPECTION_TOO_BIG;
  if (walk->worst == SECRET)
    return NAMIDA_INSPECTION_ENCRYPTED;
  if (walk->cut)
    return NAMIDA_INSPECTION_TRUNCATED;
  if (walk->worst == BROKEN)
    return NAMIDA_INSPECTION_DAMAGED;
  if (walk->parts)
    return NAMIDA_INSPECTION_BACKUP;
  if (walk->strong || result->tracks_heard > 0 || result->n_playlists > 0)
    return NAMIDA_INSPECTION_FLAT;
  return result->entries == 0 ? NAMIDA_INSPECTION_EMPTY : NAMIDA_INSPECTION_NOT_NAMIDA;
}

static void
inspector_look_into (Walk *walk)
{
  walk->lists = namida_inspect_lists_new (walk->result);
  inspector_look_at_all (walk);
  namida_inspect_lists_finish (walk->lists);
  namida_inspect_lists_free (walk->lists);
  walk->result->kind = inspector_decide_kind (walk);
}

static gboolean
inspector_inspect_open (Walk *walk, NamidaInspection *result)
{
  NamidaZipShape shape;

  walk->result = result;
  walk->unpacked_most = UNPACKED_FREE + MIN (result->size, G_MAXUINT64 / (2 * UNPACKED_RATIO)) * UNPACKED_RATIO;
  if (!namida_inspect_probe (walk->fd, result->size, &shape))
    {
      walk->read_errno = errno;
      return FALSE;
    }
  walk->cut = shape == NAMIDA_ZIP_CUT;
  if (shape == NAMIDA_ZIP_WHOLE || shape == NAMIDA_ZIP_CUT)
    inspector_look_into (walk);
  else
    result->kind = shape == NAMIDA_ZIP_NOTHING ? NAMIDA_INSPECTION_EMPTY
                   : shape == NAMIDA_ZIP_HUGE  ? NAMIDA_INSPECTION_TOO_BIG
                                               : NAMIDA_INSPECTION_NOT_A_ZIP;
  return walk->worst != STOPPED;
}

static void
inspector_fail (GError **error, int saved_errno, const char *path)
{
  g_autofree char *shown = g_filename_display_name (path);
  g_autofree char *what = NULL;

  if (saved_errno == ENOENT || saved_errno == ENOTDIR)
    {
      g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_NOT_FOUND, _ ("There is no file “%s”."), shown);
      return;
    }
  what = g_strdup_printf (_ ("The file “%s” could not be read"), shown);
  namida_error_set_from_errno (error, saved_errno, what);
}

/* Namida cannot restore a backup with a broken database, even if the zip is sound. */
static gboolean
inspector_look_at_databases (Walk *walk, const char *path, GError **error)
{
  g_autofree char *damaged = NULL;

  if (!namida_inspect_details (path, walk->result, &damaged, walk->cancellable, error))
    return FALSE;
  if (damaged == NULL)
    return TRUE;
  walk->result->kind = NAMIDA_INSPECTION_DAMAGED;
  if (walk->result->damaged_part == NULL)
    walk->result->damaged_part = g_steal_pointer (&damaged);
  return TRUE;
}

NamidaInspection *
namida_inspector_inspect (GFile *zip, GCancellable *cancellable, GError **error)
{
  g_autofree char *path = g_file_get_path (zip);
  g_autofree char *base = g_file_get_basename (zip);
  g_autofree char *shown = g_filename_display_name (base != NULL ? base : "?");
  g_autofree Walk *walk = g_new0 (Walk, 1);
  g_autoptr (NamidaInspection) result = namida_inspection_new (shown);
  g_autoptr (GError) unknown = NULL;
  struct stat st;
  gboolean fine;

  walk->cancellable = cancellable;
  /* O_NONBLOCK, so that a pipe of that name cannot block this thread. */
  walk->fd = path != NULL ? open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY) : -1;
  if (walk->fd < 0)
    {
      inspector_fail (error, path != NULL ? errno : ENOTSUP, path != NULL ? path : shown);
      return NULL;
    }
  if (fstat (walk->fd, &st) != 0 || !S_ISREG (st.st_mode))
    {
      inspector_fail (error, S_ISDIR (st.st_mode) ? EISDIR : EINVAL, path);
      close (walk->fd);
      return NULL;
    }
  result->size = (guint64) st.st_size;
  fine = inspector_inspect_open (walk, result);
  if (fine && namida_inspection_is_good (result))
    inspector_look_at_databases (walk, path, &unknown);
  close (walk->fd);
  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return NULL;
  if (!fine)
    {
      inspector_fail (error, walk->read_errno != 0 ? walk->read_errno : EIO, path);
      return NULL;
    }
  if (unknown != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&unknown));
      return NULL;
    }
  return g_steal_pointer (&result);
}

static void
inspector_inspect_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  GError *error = NULL;
  NamidaInspection *result = namida_inspector_inspect (data, cancellable, &error);

  if (result != NULL)
    g_task_return_pointer (task, result, (GDestroyNotify) namida_inspection_unref);
  else
    g_task_return_error (task, error);
}

void
namida_inspector_inspect_async (GFile *zip, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);

  g_return_if_fail (G_IS_FILE (zip));
  g_task_set_source_tag (task, namida_inspector_inspect_async);
  g_task_set_task_data (task, g_object_ref (zip), g_object_unref);
  g_task_run_in_thread (task, inspector_inspect_thread);
}

NamidaInspection *
namida_inspector_inspect_finish (GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, namida_inspector_inspect_async), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}
