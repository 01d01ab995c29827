/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Prepares the receiving of a backup: opens the folders, checks the free space, decides for each file whether it is
 * already here, can be linked or copied, or must be sent, and finds parts of an interrupted session. Called by
 * NamidaStoreSink in its worker, while the sender waits for the answer to its offer. */
#include "config.h"

#include "namida-store-sink-private.h"

#include "namida-clock.h"
#include "namida-content.h"
#include "namida-crash-point.h"
#include "namida-error.h"
#include "namida-file-ops.h"
#include "namida-folder-check.h"
#include "namida-folder-record.h"
#include "namida-format.h"
#include "namida-known-content.h"
#include "namida-mount.h"
#include "namida-open.h"
#include "namida-place-cursor.h"
#include "namida-safe-path.h"
#include "namida-store-mark.h"
#include "namida-store-owner.h"
#include "namida-version-trash.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <sys/statvfs.h>
#include <unistd.h>

/* Time limit for copying, because the sender is waiting for the answer. Files that are not copied in time are received
 * instead. */
#define COPY_LIMIT_US (30 * G_USEC_PER_SEC)
/* Time limit for reading files again that were last read long ago. Files that are not read in time are linked without
 * reading. */
#define REREAD_LIMIT_US (15 * G_USEC_PER_SEC)
/* The number of files to decide on while the database is locked: small enough for slow disks, too. */
#define AT_ONCE 32u

static gboolean
prepare_place_items (NamidaStoreSink *self, GError **error)
{
  GPtrArray *entries = namida_backup_get_entries (self->backup);
  g_autoptr (GHashTable) places = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  self->items = g_new0 (NamidaItem, entries->len);
  self->n_items = entries->len;
  self->places = g_string_chunk_new (64 * 1024);
  for (guint i = 0; i < entries->len; i++)
    {
      NamidaItem *item = &self->items[i];
      NamidaEntry *entry = g_ptr_array_index (entries, i);
      g_autofree char *relative = NULL;
      char *place;

      if (!namida_layout_place (self->layout, entry, &item->root, &relative, error))
        return FALSE;
      item->sent = item->relative = g_string_chunk_insert (self->places, relative);
      place = namida_entry_dup_place (entry);
      item->twin = GPOINTER_TO_UINT (g_hash_table_lookup (places, place));
      g_hash_table_replace (places, place, GUINT_TO_POINTER (item->twin + 1));
    }
  return TRUE;
}

static gboolean
prepare_write_session (NamidaStoreSink *self, GError **error)
{
  NamidaJournalSession *session = self->session;

  session->title = namida_backup_dup_title (self->backup);
  session->scope = namida_backup_dup_scope (self->backup);
  session->total_bytes = namida_backup_get_bytes (self->backup);
  session->total_files = namida_backup_get_files (self->backup);
  session->state = g_strdup ("open");
  session->updated_at = namida_clock_real ();
  if (!namida_journal_write_session (self->database, session, error))
    return FALSE;
  namida_crash_point ("session-written");
  return TRUE;
}

/* Whether the version in the open folder @fd was made from the offer of this session. */
static gboolean
prepare_is_own_version (NamidaStoreSink *self, int fd)
{
  g_autofree char *offer_key = namida_folder_record_dup_offer_key (fd);

  return offer_key == NULL || *offer_key == '\0' || g_strcmp0 (offer_key, self->session->offer_key) == 0;
}

/* A version is assembled in a hidden folder. If an earlier commit crashed after it gave the version its final name, the
 * journal has that name, because it was recorded before the rename. */
static gboolean
prepare_open_version (NamidaStoreSink *self, NamidaRoot *root, GError **error)
{
  /* <store>/<device>/<version>, with the device's name as the drive accepts it */
  g_autofree char *holder = g_path_get_dirname (self->session->destination);
  g_autofree char *store = g_path_get_dirname (holder);
  g_autofree char *relative = NULL;
  gsize prefix = strlen (root->path) + 1;
  int fd;

  self->hidden = namida_staging_open_hidden (root->path, root->base_fd, self->owner, self->session->id, error);
  if (self->hidden == NULL)
    return FALSE;
  /* Files that an earlier attempt linked into the version may not belong to the changed backup. */
  if (self->resumed && !self->same_offer)
    namida_tree_remove (namida_staging_get_fd (self->hidden), "version");
  root->fd = namida_folder_open (namida_staging_get_fd (self->hidden), "version", FALSE);
  if (root->fd >= 0)
    return TRUE;
  if (self->same_offer && g_str_equal (store, root->path))
    {
      relative = g_strconcat (self->session->destination + prefix, "/x", NULL);
      fd = namida_safe_path_open_parent (root->base_fd, relative, FALSE, NULL, NULL);
      /* On another drive at the same path it may be another version. */
      if (fd >= 0 && !prepare_is_own_version (self, fd))
        {
          close (fd);
          fd = -1;
        }
      if (fd >= 0)
        {
          root->fd = fd;
          namida_tree_set_writable (fd, TRUE); /* until the commit is done */
          self->version = g_strdup (self->session->destination);
          return TRUE;
        }
    }
  root->fd = namida_folder_open (namida_staging_get_fd (self->hidden), "version", TRUE);
  if (root->fd >= 0)
    return TRUE;
  namida_error_set_from_write (error, errno, root->base_fd, _ ("The folder for the new version could not be made"));
  return FALSE;
}

/* If a folder that the user chose is missing, its drive is not connected or access was revoked. Creating the folder
 * would put the backup in a place where the user does not look for it. */
static gboolean
prepare_check_chosen (NamidaStoreSink *self, const char *path, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (self->chosen); i++)
    {
      const char *chosen = self->chosen[i];
      gsize length = chosen != NULL ? strlen (chosen) : 0;
      g_autofree char *shown = NULL;

      if (chosen == NULL || strncmp (path, chosen, length) != 0 || (path[length] != '/' && path[length] != '\0')
          || namida_folder_check (chosen, TRUE) != NAMIDA_FOLDER_GONE)
        continue;
      shown = g_filename_display_name (chosen);
      g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_NO_DRIVE,
                   _ ("The destination folder “%s” was not found. Connect its drive, or choose another folder on the "
                      "receiving device."),
                   shown);
      return FALSE;
    }
  return TRUE;
}

/* The folder for backups is a store: it is created only where no store was before, and gets a mark. Of a path that the
 * user chose, only the last component is ever created. */
static int
prepare_open_root (NamidaStoreSink *self, const char *path, GError **error)
{
  gboolean is_store = g_strcmp0 (path, self->backups) == 0;
  int fd;

  if ((is_store && !namida_store_mark_check (self->database, path, error))
      || !namida_mount_check (self->database, path, error))
    return -1;
  fd = namida_folder_make_root (path, error);
  if (fd >= 0 && is_store && !namida_store_mark_ensure (self->database, path, fd, error))
    {
      close (fd);
      return -1;
    }
  if (fd >= 0)
    namida_mount_note (self->database, path);
  return fd;
}

/* Uses other names on drives that refuse the names that were sent. */
static void
prepare_map_names (NamidaStoreSink *self)
{
  for (guint i = 0; i < self->roots->len; i++)
    {
      NamidaRoot *root = namida_store_sink_root (self, i);

      root->names = namida_name_map_new_for (root->base_fd, root->path, self->owner);
    }
  for (guint i = 0; i < self->n_items; i++)
    {
      NamidaItem *item = &self->items[i];
      NamidaNameMap *names = namida_store_sink_root (self, item->root)->names;
      g_autofree char *path = names != NULL ? namida_name_map_path (names, item->sent) : NULL;

      if (path != NULL && !g_str_equal (path, item->sent))
        item->relative = g_string_chunk_insert (self->places, path);
    }
}

static gboolean
prepare_open_roots (NamidaStoreSink *self, GError **error)
{
  if (self->owner == NULL)
    self->owner = namida_store_dup_owner (self->database);
  for (guint i = 0; i < namida_layout_get_n_roots (self->layout); i++)
    {
      NamidaRoot *root = g_new0 (NamidaRoot, 1);

      g_ptr_array_add (self->roots, root);
      root->path = g_strdup (namida_layout_get_root (self->layout, i));
      root->base_fd = root->fd = -1;
      if (!prepare_check_chosen (self, root->path, error))
        return FALSE;
      root->base_fd = root->fd = prepare_open_root (self, root->path, error);
      if (root->base_fd < 0)
        return FALSE;
      root->staging
          = namida_staging_open (self->data_dir, root->path, root->base_fd, self->owner, self->session->id, error);
      if (root->staging == NULL
          || (self->landing == NAMIDA_LANDING_BACKUP && !prepare_open_version (self, root, error)))
        return FALSE;
    }
  namida_crash_point ("staging-made");
  return TRUE;
}

/* The state that is kept from one file to the next while deciding. */
typedef struct
{
  NamidaStoreSink *self;
  NamidaKnownContent *known;
  NamidaPlaceCursor cursor;
  GString *path; /* rewritten for each file */
} Decision;

/* Opens the folder of the item, which the cursor owns, and reads the attributes of what is at its place. Returns -1 if
 * the folder does not exist or a link is in the way. */
static int
prepare_look_at_place (
    Decision *decision, const NamidaItem *item, gboolean create, const char **basename, struct stat *st)
{
  int fd = namida_place_cursor_open (&decision->cursor, namida_store_sink_root (decision->self, item->root)->fd,
                                     item->relative, create, basename, NULL);

  if (fd < 0 || fstatat (fd, *basename, st, AT_SYMLINK_NOFOLLOW) != 0)
    memset (st, 0, sizeof *st);
  return fd;
}

static gboolean
prepare_is_known_here (Decision *decision, NamidaItem *item, const NamidaEntry *entry, const struct stat *st)
{
  NamidaStoreSink *self = decision->self;

  namida_store_sink_write_final_path (self, item->root, item->relative, decision->path);
  if (entry->sha256 != NULL && namida_known_content_has (decision->known, entry->sha256, st))
    {
      item->seen_inode = (guint64) st->st_ino;
      item->seen_ctime_ns = namida_content_ctime_ns (st);
      return TRUE;
    }
  return self->same_offer
         && namida_known_content_is_stored (decision->known, self->session->id, decision->path->str, st);
}

/* Whether a file of a sender that sends no hashes is the one that it sent before, unchanged since it was received. */
static gboolean
prepare_is_same_by_time (Decision *decision, const NamidaEntry *entry, const struct stat *st)
{
  g_autofree char *hash = NULL;

  if (!decision->self->by_time || entry->sha256 != NULL || entry->mtime_ns == NAMIDA_ENTRY_TIME_UNKNOWN
      || !namida_store_sink_has_attributes (decision->self, entry->mtime_ns, st))
    return FALSE;
  hash = namida_known_content_dup_hash (decision->known, st);
  return hash != NULL;
}

static void
prepare_decide_library (Decision *decision, NamidaItem *item, const NamidaEntry *entry)
{
  const char *basename;
  struct stat st;

  if (item->state != NAMIDA_ITEM_WANTED)
    return;
  if (prepare_look_at_place (decision, item, FALSE, &basename, &st) < 0)
    return;
  if (entry->kind == NAMIDA_ENTRY_FOLDER)
    {
      if (S_ISDIR (st.st_mode))
        item->state = NAMIDA_ITEM_KEPT;
    }
  else if (S_ISREG (st.st_mode) && (guint64) st.st_size == entry->size
           && (prepare_is_known_here (decision, item, entry, &st) || prepare_is_same_by_time (decision, entry, &st)))
    item->state = NAMIDA_ITEM_KEPT;
}

/* An interrupted commit has already placed this file in the version. Turn it back into a part, which will be hashed
 * again. A link to an older version is only removed, because it is created again. */
static void
prepare_take_back (NamidaStoreSink *self, guint index, int folder, const char *basename, const struct stat *st)
{
  NamidaStaging *staging = namida_store_sink_root (self, self->items[index].root)->staging;
  g_autofree char *part = namida_store_sink_dup_part_name (self, index);

  if (st->st_nlink == 1 && namida_file_rename (folder, basename, namida_staging_get_fd (staging), part))
    fchmodat (namida_staging_get_fd (staging), part, 0600, 0);
  else
    unlinkat (folder, basename, 0);
}

static void
prepare_decide_version (Decision *decision, guint index)
{
  NamidaStoreSink *self = decision->self;
  NamidaItem *item = &self->items[index];
  const NamidaEntry *entry = namida_store_sink_entry (self, index);
  NamidaLinkRequest request = {
    .root = namida_store_sink_root (self, item->root), .sink = self, .size = entry->size, .mtime_ns = entry->mtime_ns
  };
  g_autoptr (GPtrArray) rows = NULL;
  const char *basename;
  struct stat st;
  int fd = item->state == NAMIDA_ITEM_WANTED ? prepare_look_at_place (decision, item, TRUE, &basename, &st) : -1;

  if (fd < 0)
    return;
  if (entry->kind == NAMIDA_ENTRY_FOLDER)
    {
      if (S_ISDIR (st.st_mode) || (st.st_mode == 0 && mkdirat (fd, basename, 0777) == 0))
        item->state = NAMIDA_ITEM_MADE;
    }
  else if (self->version != NULL)
    {
      if (S_ISREG (st.st_mode) && (guint64) st.st_size == entry->size)
        item->state = NAMIDA_ITEM_THERE;
    }
  else if (item->twin == 0)
    {
      if (S_ISREG (st.st_mode))
        prepare_take_back (self, index, fd, basename, &st);
      if (namida_known_content_was_sent (decision->known, self->session->fingerprint, entry->sha256))
        rows = namida_known_content_lookup (decision->known, entry->sha256);
      for (guint i = 0; rows != NULL && i < rows->len && item->state == NAMIDA_ITEM_WANTED; i++)
        if (namida_link_known (&request, g_ptr_array_index (rows, i), fd, basename))
          {
            item->state = NAMIDA_ITEM_LINKED;
            item->read = request.read;
          }
      if (item->state == NAMIDA_ITEM_LINKED)
        namida_crash_point ("known-linked");
    }
}

/* Decides on the items from @from to @to that are saved in the user's folders, which takes only one look at each. */
static void
prepare_decide_some_of_library (Decision *decision, guint from, guint to)
{
  NamidaStoreSink *self = decision->self;

  namida_known_content_hold (decision->known);
  for (guint i = from; i < to; i++)
    prepare_decide_library (decision, &self->items[i], namida_store_sink_entry (self, i));
  namida_known_content_release (decision->known);
}

static gboolean
prepare_is_single (NamidaStoreSink *self, guint index)
{
  const NamidaEntry *entry = namida_store_sink_entry (self, index);

  return entry->label == NULL || entry->label[0] == '\0';
}

static gboolean
prepare_decide (NamidaStoreSink *self, NamidaKnownContent *known, GCancellable *cancellable, GError **error)
{
  Decision decision = { .self = self, .known = known, .cursor = { .fd = -1 }, .path = g_string_new (NULL) };
  guint step = self->landing == NAMIDA_LANDING_BACKUP ? 1 : AT_ONCE;
  gboolean fine = TRUE;

  for (guint i = 0; i < self->n_items && fine; i += step)
    if (g_cancellable_set_error_if_cancelled (cancellable, error))
      fine = FALSE;
    else if (self->landing != NAMIDA_LANDING_BACKUP)
      prepare_decide_some_of_library (&decision, i, MIN (i + step, self->n_items));
    else if (!prepare_is_single (self, i))
      prepare_decide_version (&decision, i);
  /* If a single file has the name of a folder, such as “Music”, the folder keeps the name and the file gets a
   * number. */
  for (guint i = 0; self->landing == NAMIDA_LANDING_BACKUP && i < self->n_items && fine; i++)
    if (prepare_is_single (self, i))
      prepare_decide_version (&decision, i);
  namida_place_cursor_clear (&decision.cursor);
  g_string_free (decision.path, TRUE);
  return fine;
}

/* Returns how much of the item has arrived: the length of its part, if that is a valid beginning. A new session has no
 * parts. */
static guint64
prepare_get_offset (NamidaStoreSink *self, guint index)
{
  g_autofree char *name = NULL;
  guint64 size;

  if (!self->resumed)
    return 0;
  name = namida_store_sink_dup_part_name (self, index);
  size = namida_staging_part_size (namida_store_sink_root (self, self->items[index].root)->staging, name);
  return size <= namida_store_sink_entry (self, index)->size ? size : 0;
}

/* Parts of files that have changed since are useless. */
static void
prepare_remove_stale_parts (NamidaStoreSink *self)
{
  g_autoptr (GHashTable) names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  if (!self->resumed || self->same_offer)
    return;
  for (guint i = 0; i < self->n_items; i++)
    g_hash_table_add (names, namida_store_sink_dup_part_name (self, i));
  for (guint i = 0; i < self->roots->len; i++)
    namida_staging_remove_parts (namida_store_sink_root (self, i)->staging, names);
}

/* Deletes versions in the trash to free space. @missing: the number of bytes by which the free space falls short. */
static gboolean
prepare_empty_trash (NamidaStoreSink *self, int fd, guint64 missing)
{
  struct statvfs vfs;
  guint64 need;

  if (fstatvfs (fd, &vfs) != 0)
    return FALSE;
  need = (guint64) vfs.f_bavail * vfs.f_frsize;
  need = missing > G_MAXUINT64 - need ? G_MAXUINT64 : need + missing;
  return namida_version_trash_make_room (self->database, fd, need, 0);
}

/* File systems that create inodes on demand report a total of 0. */
static gboolean
prepare_has_inodes (int fd, guint64 files)
{
  struct statvfs vfs;

  return fstatvfs (fd, &vfs) != 0 || vfs.f_files == 0 || files <= vfs.f_favail;
}

/* Many small files and folders can use up all inodes of a disk that still has free space. */
static gboolean
prepare_check_inodes (NamidaStoreSink *self, NamidaRoot *root, guint64 files, GError **error)
{
  int fd = namida_staging_get_fd (root->staging);
  g_autofree char *shown = NULL;

  files += namida_backup_count_folders (self->backup, NULL);
  if (prepare_has_inodes (fd, files)
      || (namida_version_trash_make_room (self->database, fd, 0, files) && prepare_has_inodes (fd, files)))
    return TRUE;
  shown = g_filename_display_name (root->path);
  g_set_error (
      error, NAMIDA_ERROR, NAMIDA_ERROR_NO_INODES,
      _ ("The backup has more files and folders than fit on the disk of “%s”: make room there, then send again."),
      shown);
  return FALSE;
}

static gboolean
prepare_check_device (NamidaStoreSink *self, guint first, GError **error)
{
  NamidaRoot *root = namida_store_sink_root (self, first);
  dev_t device = namida_staging_get_device (root->staging);
  guint64 need = 0, files = 0, short_of;
  g_autofree char *missing = NULL;
  g_autofree char *shown = NULL;

  for (guint i = 0; i < self->n_items; i++)
    if (self->items[i].state == NAMIDA_ITEM_WANTED
        && namida_staging_get_device (namida_store_sink_root (self, self->items[i].root)->staging) == device)
      {
        guint64 size = namida_store_sink_entry (self, i)->size;
        guint64 more = size - prepare_get_offset (self, i);

        files++;
        /* Sizes come from the network: make sure that the sum does not wrap around. */
        need = more > G_MAXUINT64 - need ? G_MAXUINT64 : need + more;
      }
  if (!prepare_check_inodes (self, root, files, error))
    return FALSE;
  if (namida_store_sink_has_room (self, namida_staging_get_fd (root->staging), need, &short_of)
      || (prepare_empty_trash (self, namida_staging_get_fd (root->staging), short_of)
          && namida_store_sink_has_room (self, namida_staging_get_fd (root->staging), need, &short_of)))
    return TRUE;
  missing = namida_format_size (short_of);
  shown = g_filename_display_name (root->path);
  g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_NO_SPACE,
               _ ("The backup needs %s more free space on the disk that holds “%s”."), missing, shown);
  return FALSE;
}

static gboolean
prepare_check_room (NamidaStoreSink *self, GError **error)
{
  for (guint i = 0; i < self->roots->len; i++)
    {
      dev_t device = namida_staging_get_device (namida_store_sink_root (self, i)->staging);
      gboolean seen = FALSE;

      for (guint j = 0; j < i && !seen; j++)
        seen = namida_staging_get_device (namida_store_sink_root (self, j)->staging) == device;
      if (!seen && !prepare_check_device (self, i, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
prepare_copy_known (NamidaStoreSink *self, guint index, const NamidaHashRow *row, GCancellable *cancellable)
{
  NamidaStaging *staging = namida_store_sink_root (self, self->items[index].root)->staging;
  g_autofree char *name = namida_store_sink_dup_part_name (self, index);
  g_autofree char *hash = NULL;
  struct stat st;
  int to = -1, from = namida_open_at (AT_FDCWD, row->path, O_RDONLY | O_NONBLOCK, 0);

  if (from >= 0 && fstat (from, &st) == 0 && namida_hash_row_fits (row, &st)
      && row->size == namida_store_sink_entry (self, index)->size)
    to = namida_staging_open_part (staging, name, name, 0, row->size, NULL, NULL);
  if (to >= 0)
    {
      /* Hash the written copy, because the table knows only the former content of the source. */
      if (namida_file_copy (from, to, cancellable))
        {
          hash = namida_file_hash (to, cancellable);
          self->hashed++;
        }
      if (g_strcmp0 (hash, row->sha256) != 0)
        {
          g_clear_pointer (&hash, g_free);
          unlinkat (namida_staging_get_fd (staging), name, 0);
        }
      close (to);
    }
  if (from >= 0)
    close (from);
  return hash != NULL;
}

/* Reads a file of the user that has the right place and size but is not in the table, for example because of a new data
 * folder, a reconnected drive or a tag editor. This takes less time than receiving it. */
static void
prepare_read_at_place (NamidaStoreSink *self, NamidaPlaceCursor *cursor, guint index, GCancellable *cancellable)
{
  NamidaItem *item = &self->items[index];
  const NamidaEntry *entry = namida_store_sink_entry (self, index);
  g_autofree char *hash = NULL;
  const char *basename;
  struct stat st;
  int fd = -1, folder = namida_place_cursor_open (cursor, namida_store_sink_root (self, item->root)->fd, item->relative,
                                                  FALSE, &basename, NULL);

  if (folder >= 0)
    fd = namida_open_at (folder, basename, O_RDONLY | O_NONBLOCK, 0);
  if (fd < 0)
    return;
  if (fstat (fd, &st) == 0 && S_ISREG (st.st_mode) && (guint64) st.st_size == entry->size)
    {
      hash = namida_file_hash (fd, cancellable);
      self->hashed++;
    }
  /* The user may have copied it a moment ago: what counts as stored must survive a power failure. */
  if (hash != NULL && g_ascii_strcasecmp (hash, entry->sha256) == 0 && fsync (fd) == 0
      && namida_sync_folder (folder) == 0)
    {
      item->state = NAMIDA_ITEM_KEPT;
      item->read = TRUE;
      item->seen_inode = (guint64) st.st_ino;
      item->seen_ctime_ns = namida_content_ctime_ns (&st);
    }
  close (fd);
}

/* Content that this sender has sent before, and that exists elsewhere on this device, does not have to be transferred.
 * A hash alone does not prove that the sender has the content, so files that others sent or that the user has elsewhere
 * are neither used nor revealed. */
static void
prepare_copy_from_here (NamidaStoreSink *self, NamidaKnownContent *known, GCancellable *cancellable)
{
  gint64 until = namida_clock_monotonic () + COPY_LIMIT_US;
  g_auto (NamidaPlaceCursor) cursor = { .fd = -1 };

  for (guint i = 0; i < self->n_items && namida_clock_monotonic () <= until; i++)
    {
      const NamidaEntry *entry = namida_store_sink_entry (self, i);
      g_autoptr (GPtrArray) rows = NULL;

      if (self->items[i].state != NAMIDA_ITEM_WANTED || entry->sha256 == NULL || entry->kind == NAMIDA_ENTRY_FOLDER)
        continue;
      if (self->landing == NAMIDA_LANDING_LIBRARY)
        prepare_read_at_place (self, &cursor, i, cancellable);
      if (self->items[i].state != NAMIDA_ITEM_WANTED
          || !namida_known_content_was_sent (known, self->session->fingerprint, entry->sha256))
        continue;
      rows = namida_known_content_lookup (known, entry->sha256);
      for (guint j = 0; j < rows->len && self->items[i].state == NAMIDA_ITEM_WANTED; j++)
        if (prepare_copy_known (self, i, g_ptr_array_index (rows, j), cancellable))
          self->items[i].state = NAMIDA_ITEM_COPIED;
      if (self->items[i].state == NAMIDA_ITEM_COPIED)
        namida_crash_point ("known-copied");
    }
}

static void
prepare_answer (NamidaStoreSink *self, NamidaWant *wants)
{
  for (guint i = 0; i < self->n_items; i++)
    {
      wants[i].wanted = self->items[i].state == NAMIDA_ITEM_WANTED;
      wants[i].offset = wants[i].wanted ? prepare_get_offset (self, i) : 0;
    }
  namida_crash_point ("prepared");
}

/* Errors: an invalid name, the database, a root that cannot be created or opened, not enough space, or cancellation. A
 * problem with a single place (such as a link in the way) is reported at commit, for that file alone. */
gboolean
namida_store_sink_do_prepare (NamidaStoreSink *self, NamidaWant *wants, GCancellable *cancellable, GError **error)
{
  g_autoptr (NamidaKnownContent) known = NULL;

  self->reread_until = namida_clock_monotonic () + REREAD_LIMIT_US;
  if (!prepare_place_items (self, error))
    return FALSE;
  for (guint i = 0; i < self->n_items; i++)
    if (wants[i].declined)
      self->items[i].state = NAMIDA_ITEM_DECLINED;
  if (!prepare_write_session (self, error) || !prepare_open_roots (self, error))
    return FALSE;
  prepare_map_names (self);
  known = namida_known_content_new (self->database, error);
  prepare_remove_stale_parts (self);
  if (known == NULL || !prepare_decide (self, known, cancellable, error) || !prepare_check_room (self, error))
    return FALSE;
  prepare_copy_from_here (self, known, cancellable);
  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;
  prepare_answer (self, wants);
  return TRUE;
}
