/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Commits a received backup: selects the parts whose hashes match, makes them durable, gives them and the version their
 * final names, and writes the journal. Called by NamidaStoreSink in its worker at the end of a session. A crash at any
 * step leaves the old state or the new one. */
#include "config.h"

#include "namida-commit-private.h"

#include "namida-clock.h"
#include "namida-content.h"
#include "namida-crash-point.h"
#include "namida-error.h"
#include "namida-file-ops.h"
#include "namida-heal.h"
#include "namida-manifest.h"
#include "namida-open.h"
#include "namida-safe-path.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <unistd.h>

#define NUMBER_MOST 1000u
#define MANIFEST_PART "manifest.part"
#define MANIFEST_ID "manifest"

static void
commit_good_clear (gpointer data)
{
  g_free (((NamidaGood *) data)->part);
}

/* The journal contains lower-case digits only. Our hashes are lower case; those of the sender may not be. */
static const char *
commit_lower_case (NamidaWork *work, const char *sha256)
{
  g_autofree char *lower = NULL;

  if (strpbrk (sha256, "ABCDEF") == NULL)
    return sha256;
  lower = g_ascii_strdown (sha256, -1);
  return g_string_chunk_insert (work->texts, lower);
}

/* ---- select good parts ---- */

static void
commit_add_good (NamidaWork *work, guint index, const char *sha256, NamidaCommit *request)
{
  NamidaItem *item = &work->self->items[index];
  const NamidaEntry *entry = namida_store_sink_entry (work->self, index);
  NamidaGood good = { .root = item->root,
                      .relative = item->relative,
                      .part = namida_store_sink_dup_part_name (work->self, index),
                      .sha256 = commit_lower_case (work, sha256),
                      .file_id = entry->id != NULL ? entry->id : "",
                      .size = entry->size,
                      .mtime_ns = entry->mtime_ns,
                      .counts = TRUE,
                      .read = TRUE,
                      .entry = entry,
                      .request = request };

  g_array_append_val (work->good, good);
}

static void
commit_drop_part (NamidaStoreSink *self, guint index)
{
  g_autofree char *part = namida_store_sink_dup_part_name (self, index);

  unlinkat (namida_staging_get_fd (namida_store_sink_root (self, self->items[index].root)->staging), part, 0);
}

static void
commit_decide (NamidaWork *work, NamidaCommit *file)
{
  NamidaStoreSink *self = work->self;

  file->result = NAMIDA_FILE_MISSING;
  if (file->index >= self->n_items)
    return;
  work->requests[file->index] = file;
  if (self->items[file->index].state == NAMIDA_ITEM_DECLINED)
    file->result = NAMIDA_FILE_DECLINED;
  else if (self->items[file->index].state != NAMIDA_ITEM_WANTED)
    file->result = NAMIDA_FILE_KEPT_EXISTING;
  else if (namida_store_sink_entry (self, file->index)->kind == NAMIDA_ENTRY_FOLDER)
    file->result = NAMIDA_FILE_PENDING; /* namida_work_make_folders() */
  else if (file->sent_sha256 == NULL || file->received_sha256 == NULL)
    return;
  else if (g_ascii_strcasecmp (file->sent_sha256, file->received_sha256) != 0)
    {
      commit_drop_part (self, file->index);
      file->result = NAMIDA_FILE_MISMATCH;
    }
  else
    commit_add_good (work, file->index, file->received_sha256, file);
}

static void
commit_decide_all (NamidaWork *work, NamidaCommit *files, guint n_files)
{
  for (guint i = 0; i < n_files; i++)
    commit_decide (work, &files[i]);
  for (guint i = 0; i < work->self->n_items; i++)
    if (work->self->items[i].state == NAMIDA_ITEM_COPIED)
      commit_add_good (work, i, namida_store_sink_entry (work->self, i)->sha256, work->requests[i]);
}

/* ---- the manifest ---- */

static gboolean
commit_has_zip (NamidaWork *work)
{
  for (guint i = 0; i < work->self->n_items; i++)
    {
      g_autofree char *part = NULL;

      if (namida_store_sink_entry (work->self, i)->kind != NAMIDA_ENTRY_BACKUP_ZIP)
        continue;
      part = namida_store_sink_dup_part_name (work->self, i);
      for (guint j = 0; j < work->good->len; j++)
        if (g_str_equal (g_array_index (work->good, NamidaGood, j).part, part))
          return TRUE;
    }
  return FALSE;
}

/* A version always contains its manifest. In a library, the manifest belongs to a zip that is saved beside it. */
static gboolean
commit_add_manifest (NamidaWork *work, GError **error)
{
  NamidaStoreSink *self = work->self;
  g_autofree char *name = NULL;
  g_autofree char *hash = NULL;
  const char *text;
  NamidaGood good = {
    .part = g_strdup (MANIFEST_PART), .file_id = MANIFEST_ID, .mtime_ns = NAMIDA_ENTRY_TIME_UNKNOWN, .read = TRUE
  };
  gboolean fine;

  if (self->manifest == NULL || (self->landing == NAMIDA_LANDING_LIBRARY && !commit_has_zip (work)))
    {
      commit_good_clear (&good);
      return TRUE;
    }
  name = namida_manifest_file_name (self->manifest);
  text = g_bytes_get_data (self->manifest, NULL);
  good.size = g_bytes_get_size (self->manifest);
  hash = namida_digest_bytes (text, good.size);
  good.sha256 = g_string_chunk_insert (work->texts, hash);
  fine = namida_layout_place_manifest (self->layout, name, &good.root, &work->manifest_path, error)
         && namida_staging_write (namida_store_sink_root (self, good.root)->staging, MANIFEST_PART, text, good.size,
                                  error);
  if (fine && namida_store_sink_root (self, good.root)->names != NULL)
    {
      char *path = namida_name_map_path (namida_store_sink_root (self, good.root)->names, work->manifest_path);

      g_free (work->manifest_path);
      work->manifest_path = path;
    }
  good.relative = work->manifest_path;
  if (fine)
    g_array_prepend_val (work->good, good);
  else
    commit_good_clear (&good);
  return fine;
}

/* ---- files that prepare already put into the version ---- */

/* Returns the folder of the item, which the cursor owns, or -1 with errno set. */
static int
commit_open_folder (NamidaWork *work, const NamidaItem *item, const char **basename)
{
  return namida_place_cursor_open (&work->cursor, namida_store_sink_root (work->self, item->root)->fd, item->relative,
                                   FALSE, basename, NULL);
}

/* A file that was not transferred because it was known, but that is missing from the version now. Reports it to both
 * sides. */
static void
commit_lose (NamidaWork *work, guint index, const char *why)
{
  NamidaCommit *request = work->requests[index];

  namida_work_report (work->self, request, work->self->items[index].relative, why);
  if (request != NULL)
    request->result = NAMIDA_FILE_MISSING;
}

static void
commit_add_prepared (NamidaWork *work, guint index)
{
  NamidaStoreSink *self = work->self;
  const NamidaItem *item = &self->items[index];
  const NamidaEntry *entry = namida_store_sink_entry (self, index);
  g_autofree char *hash = NULL;
  const char *basename;
  gboolean unread = FALSE;
  struct stat st;
  int fd = -1, folder = commit_open_folder (work, item, &basename);

  if (folder >= 0)
    fd = namida_open_at (folder, basename, O_RDONLY | O_NONBLOCK, 0);
  if (fd >= 0 && fstat (fd, &st) == 0 && S_ISREG (st.st_mode))
    {
      /* If the change time differs from that of the last link, the file that prepare linked has been changed since. */
      unread = item->state == NAMIDA_ITEM_LINKED && namida_store_sink_is_last_link (work->self, &st);
      hash = unread ? g_ascii_strdown (entry->sha256, -1) : namida_file_hash (fd, NULL);
    }
  if (hash != NULL && entry->sha256 != NULL && g_ascii_strcasecmp (hash, entry->sha256) != 0)
    {
      g_autoptr (GError) error = NULL;

      if (!namida_content_set_damaged (work->self->database, 0, entry->sha256, &st, &error))
        g_message ("%s", error->message);
      unlinkat (folder, basename, 0);
      namida_work_report (work->self, NULL, item->relative, "it was changed while it was linked");
      g_clear_pointer (&hash, g_free);
    }
  else if (hash == NULL)
    namida_work_report (work->self, NULL, item->relative, "it is gone from the new version");
  if (hash != NULL)
    {
      NamidaGood good = { .sha256 = g_string_chunk_insert (work->texts, hash),
                          .file_id = entry->id,
                          .read = !unread || item->read,
                          .entry = entry };

      namida_folder_set_add (work->touched, item->root, item->relative);
      namida_work_add_row (work, &good, item->root, item->relative, &st);
      work->kept++;
    }
  else
    commit_lose (work, index, _ ("It could not be put into the new version. Send it again."));
  if (fd >= 0)
    close (fd);
}

/* Returns (nullable): the hash of a file that prepare found here and that has not changed since. */
static const char *
commit_hash_of_known (NamidaWork *work, const NamidaItem *item, const NamidaEntry *entry, const struct stat *st)
{
  g_autofree char *hash = NULL;

  if (entry->sha256 != NULL && item->seen_inode == (guint64) st->st_ino
      && item->seen_ctime_ns == namida_content_ctime_ns (st) && entry->size == (guint64) st->st_size)
    return commit_lower_case (work, entry->sha256);
  hash = namida_known_content_dup_hash (work->known, st);
  return hash != NULL ? g_string_chunk_insert (work->texts, hash) : NULL;
}

/* Adds what belongs to the version but needs no new file: empty folders, and files of the user that were already here.
 * Files that changed since prepare examined them are left out. */
static gboolean
commit_add_known (NamidaWork *work, guint index)
{
  const NamidaItem *item = &work->self->items[index];
  const NamidaEntry *entry = namida_store_sink_entry (work->self, index);
  gboolean is_folder = entry->kind == NAMIDA_ENTRY_FOLDER;
  NamidaGood good = { .entry = entry, .known = !is_folder, .read = item->read };
  const char *basename;
  struct stat st;
  int folder = commit_open_folder (work, item, &basename);

  if (folder < 0 || fstatat (folder, basename, &st, AT_SYMLINK_NOFOLLOW) != 0
      || (is_folder ? !S_ISDIR (st.st_mode) : !S_ISREG (st.st_mode)))
    return FALSE;
  if (!is_folder)
    good.sha256 = commit_hash_of_known (work, item, entry, &st);
  if (!is_folder && good.sha256 == NULL)
    return FALSE;
  namida_work_add_row (work, &good, item->root, item->relative, &st);
  return TRUE;
}

static void
commit_add_all_prepared (NamidaWork *work)
{
  /* The cursor may remember a missing folder that exists by now. */
  namida_place_cursor_clear (&work->cursor);
  for (guint i = 0; i < work->self->n_items; i++)
    {
      const NamidaItem *item = &work->self->items[i];
      gboolean is_folder = namida_store_sink_entry (work->self, i)->kind == NAMIDA_ENTRY_FOLDER;
      gboolean known = (item->state == NAMIDA_ITEM_KEPT || (is_folder && item->state != NAMIDA_ITEM_DECLINED))
                       && commit_add_known (work, i);

      if (item->state == NAMIDA_ITEM_LINKED || item->state == NAMIDA_ITEM_THERE)
        commit_add_prepared (work, i);
      else if (item->state == NAMIDA_ITEM_MADE)
        namida_folder_set_add (work->touched, item->root, item->relative);
      else if (item->state == NAMIDA_ITEM_KEPT && known)
        work->kept += !is_folder;
      else if (item->state == NAMIDA_ITEM_KEPT && !is_folder)
        commit_lose (work, i, _ ("The file here has changed since it was offered. Send it again."));
    }
}

static gboolean
commit_sync_folders (NamidaWork *work, GError **error)
{
  for (guint i = 0; i < work->self->roots->len; i++)
    if (!namida_folder_set_sync (work->touched, i, namida_store_sink_root (work->self, i)->fd, error))
      return FALSE;
  namida_crash_point ("folders-durable");
  return TRUE;
}

/* ---- the name of the version ---- */

static gboolean
commit_name_version (NamidaStoreSink *self, int holder, const char *holder_path, const char *name, GError **error)
{
  for (guint n = 1; n <= NUMBER_MOST; n++)
    {
      /* Do not use namida_safe_path_numbered(): it would take the seconds in the name for an extension. */
      g_autofree char *numbered = n == 1 ? g_strdup (name) : g_strdup_printf ("%s (%u)", name, n);
      g_autofree char *path = g_build_filename (holder_path, numbered, NULL);
      struct stat st;

      if (fstatat (holder, numbered, &st, AT_SYMLINK_NOFOLLOW) == 0)
        continue;
      /* Record the name before the rename; see prepare_open_version() in namida-prepare.c. */
      if (!namida_journal_set_destination (self->database, self->session->id, path, error))
        return FALSE;
      namida_crash_point ("version-named");
      if (namida_folder_rename (namida_staging_get_fd (self->hidden), "version", holder, numbered))
        {
          self->version = g_steal_pointer (&path);
          return TRUE;
        }
      if (errno != EEXIST)
        return namida_work_fail (error, errno, numbered);
    }
  return namida_work_fail (error, EEXIST, name);
}

static gboolean
commit_finish_version (NamidaStoreSink *self, GError **error)
{
  NamidaRoot *root = namida_store_sink_root (self, 0);
  g_autofree char *alias = namida_store_sink_dup_device_folder (self, 0);
  g_autofree char *inside = g_strconcat (alias, "/x", NULL);
  g_autofree char *path = g_build_filename (root->path, alias, NULL);
  g_autofree char *name = namida_layout_dup_version_name (namida_clock_real ());
  int holder = namida_safe_path_open_parent (root->base_fd, inside, TRUE, NULL, error);
  gboolean fine;

  if (holder < 0)
    return FALSE;
  fine = self->version != NULL || commit_name_version (self, holder, path, name, error);
  if (fine)
    {
      namida_crash_point ("version-renamed");
      namida_tree_set_writable (root->fd, FALSE);
      if (namida_sync_folder (holder) != 0 || namida_sync_folder (root->base_fd) != 0)
        fine = namida_work_fail (error, errno, name);
      namida_crash_point ("version-durable");
    }
  close (holder);
  return fine;
}

/* ---- the journal ---- */

static void
commit_name_folder (NamidaStoreSink *self)
{
  g_autofree char *folder = NULL;
  guint roots = 0;

  /* Choose a folder that the user can open: the version, the only music folder, or the folder of the zip. */
  if (self->version != NULL)
    folder = g_strdup (self->version);
  for (guint i = 0; self->landing == NAMIDA_LANDING_LIBRARY && i < self->n_items; i++)
    {
      const NamidaEntry *entry = namida_store_sink_entry (self, i);

      if (entry->label == NULL || entry->label[0] == '\0')
        continue;
      if (roots++ == 0)
        folder = g_strdup (namida_store_sink_root (self, self->items[i].root)->path);
      else if (g_strcmp0 (folder, namida_store_sink_root (self, self->items[i].root)->path) != 0)
        g_clear_pointer (&folder, g_free);
    }
  if (folder == NULL && self->landing == NAMIDA_LANDING_LIBRARY && roots == 0 && self->roots->len > 0)
    {
      g_autofree char *alias = namida_store_sink_dup_device_folder (self, 0);

      folder = g_build_filename (namida_store_sink_root (self, 0)->path, alias, NULL);
    }
  if (folder == NULL)
    return;
  g_free (self->session->destination);
  self->session->destination = g_strdup (folder);
  g_mutex_lock (&self->lock);
  g_free (self->folder);
  self->folder = g_steal_pointer (&folder);
  g_mutex_unlock (&self->lock);
}

static gboolean
commit_write_journal (NamidaWork *work, GError **error)
{
  NamidaStoreSink *self = work->self;
  NamidaJournalSession *session = self->session;
  const char *version = self->version;
  guint done = work->stored + work->kept;
  guint declined = 0;

  for (guint i = 0; i < self->n_items; i++)
    declined += self->items[i].state == NAMIDA_ITEM_DECLINED
                && namida_store_sink_entry (self, i)->kind != NAMIDA_ENTRY_FOLDER;

  for (guint i = 0; i < work->rows->len; i++)
    {
      NamidaStoredRow *row = &g_array_index (work->rows, NamidaStoredRow, i);
      guint root = g_array_index (work->row_roots, guint, i);

      row->folder = self->version != NULL ? self->version : namida_store_sink_root (self, root)->path;
    }
  commit_name_folder (self);
  if (self->landing == NAMIDA_LANDING_LIBRARY && work->rows->len > 0)
    version = session->destination;
  session->stored_files = work->stored;
  session->kept_files = work->kept;
  session->failed_files = session->total_files - MIN (session->total_files, done);
  session->left_out = namida_backup_count_missed (self->backup);
  session->updated_at = namida_clock_real ();
  g_free (session->state);
  session->state = g_strdup (namida_journal_session_is_complete (session) ? "finished" : "incomplete");
  g_clear_pointer (&session->error, g_free);
  if (!namida_journal_session_is_complete (session))
    session->error = session->failed_files > 0 && session->failed_files == declined
                         ? namida_transfer_dup_part_words (declined, session->total_files)
                         : namida_transfer_dup_incomplete_words (session->failed_files, session->left_out);
  if (!namida_journal_finish (self->database, session, work->rows, version, error))
    return FALSE;
  namida_crash_point ("journaled");
  return TRUE;
}

/* Repairs files that are damaged in other versions with the copies that just arrived. A failure to repair does not make
 * this session fail. */
static void
commit_heal_versions (NamidaWork *work)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  NamidaHealed healed;

  if (!namida_heal_run (work->self->database, &healed, NULL, &error))
    g_message ("%s", error->message);
  g_clear_error (&error);
  work->self->healed = healed;
  if (healed.files > 0
      && !namida_database_exec (work->self->database, &error,
                                "UPDATE sessions SET healed_files = ?, healed_versions = ? WHERE id = ?", "iis",
                                (gint64) healed.files, (gint64) healed.versions, work->self->session->id))
    g_message ("%s", error->message);
  text = namida_heal_describe (&healed);
  if (text != NULL)
    g_message ("%s", text);
}

static gboolean
commit_run (NamidaWork *work, NamidaCommit *files, guint n_files, GError **error)
{
  NamidaStoreSink *self = work->self;

  commit_decide_all (work, files, n_files);
  work->known = namida_known_content_new (self->database, error);
  if (work->known == NULL || !commit_add_manifest (work, error) || !namida_work_make_durable (work, error)
      || !namida_work_place_all (work, error))
    return FALSE;
  /* The rest needs only the rows. Several large sessions may wait here for the database. */
  g_clear_pointer (&work->good, g_array_unref);
  namida_work_make_folders (work, files, n_files);
  commit_add_all_prepared (work);
  if (!commit_sync_folders (work, error))
    return FALSE;
  /* Do not create an empty version. */
  if (self->landing == NAMIDA_LANDING_BACKUP && self->roots->len > 0)
    {
      if (work->stored + work->kept > 0 || work->folders)
        {
          if (!namida_work_write_record (work, error) || !commit_finish_version (self, error))
            return FALSE;
        }
      else
        g_array_set_size (work->rows, 0);
    }
  if (!commit_write_journal (work, error))
    return FALSE;
  commit_heal_versions (work);
  namida_store_sink_remove_staging (self);
  namida_crash_point ("staging-removed");
  return TRUE;
}

/* The order is what the store guarantees: contents are durable first, then names, then folders, and only then does the
 * journal say "stored". */
gboolean
namida_store_sink_do_commit (NamidaStoreSink *self, NamidaCommit *files, guint n_files, GError **error)
{
  NamidaWork work = { .self = self,
                      .requests = g_new0 (NamidaCommit *, self->n_items + 1),
                      .good = g_array_new (FALSE, FALSE, sizeof (NamidaGood)),
                      .rows = g_array_new (FALSE, FALSE, sizeof (NamidaStoredRow)),
                      .row_roots = g_array_new (FALSE, FALSE, sizeof (guint)),
                      .texts = g_string_chunk_new (4096),
                      .cursor = { .fd = -1 },
                      .touched = namida_folder_set_new () };
  gboolean fine;

  g_array_set_clear_func (work.good, commit_good_clear);
  fine = commit_run (&work, files, n_files, error);
  g_clear_pointer (&work.good, g_array_unref);
  g_array_unref (work.rows);
  g_array_unref (work.row_roots);
  g_string_chunk_free (work.texts);
  namida_place_cursor_clear (&work.cursor);
  namida_folder_set_free (work.touched);
  namida_known_content_free (work.known);
  g_free (work.manifest_path);
  g_free (work.requests);
  return fine;
}
