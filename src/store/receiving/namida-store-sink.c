/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Implements the NamidaSink interface for the store: one object for each session, which stages parts, checks the free
 * space and leads the session through prepare, commit, park and discard. The server and the puller call it through the
 * interface, mostly in worker threads. */
#include "config.h"

#include "namida-store-sink.h"
#include "namida-store-sink-private.h"
#include "namida-store-private.h"

#include "namida-clock.h"
#include "namida-error.h"
#include "namida-file-ops.h"
#include "namida-format.h"
#include "namida-open.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define RESERVE_BYTES (64u * 1024 * 1024)
#define RESERVE_FROM_BYTES (1024u * 1024 * 1024)
#define SMALL_BYTES (256u * 1024)
#define PLENTY_BYTES (512u * 1024 * 1024)
#define AGREED_NAMES_BYTES 4096u
#define ROOMY_US (G_USEC_PER_SEC / 4)

static void sink_iface_init (NamidaSinkInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (NamidaStoreSink,
                               namida_store_sink,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (NAMIDA_TYPE_SINK, sink_iface_init))

static void
sink_root_free (gpointer data)
{
  NamidaRoot *root = data;

  if (root->fd >= 0 && root->fd != root->base_fd)
    close (root->fd);
  if (root->base_fd >= 0)
    close (root->base_fd);
  g_clear_pointer (&root->staging, namida_staging_free);
  g_clear_pointer (&root->names, namida_name_map_free);
  g_free (root->path);
  g_free (root);
}

static void
namida_store_sink_finalize (GObject *object)
{
  NamidaStoreSink *self = NAMIDA_STORE_SINK (object);

  g_clear_pointer (&self->places, g_string_chunk_free);
  g_free (self->items);
  g_ptr_array_unref (self->roots);
  g_clear_pointer (&self->hidden, namida_staging_free);
  g_clear_pointer (&self->layout, namida_layout_free);
  g_clear_pointer (&self->links, g_hash_table_unref);
  g_clear_pointer (&self->session, namida_journal_session_free);
  g_clear_pointer (&self->manifest, g_bytes_unref);
  g_clear_object (&self->backup);
  g_clear_object (&self->database);
  g_free (self->data_dir);
  g_free (self->owner);
  g_free (self->uuid);
  g_free (self->agreed_by);
  g_free (self->version);
  g_free (self->folder);
  g_mutex_clear (&self->lock);
  G_OBJECT_CLASS (namida_store_sink_parent_class)->finalize (object);
}

static void
namida_store_sink_class_init (NamidaStoreSinkClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = namida_store_sink_finalize;
}

static void
namida_store_sink_init (NamidaStoreSink *self)
{
  g_mutex_init (&self->lock);
  self->roots = g_ptr_array_new_with_free_func (sink_root_free);
}

NamidaSink *
namida_store_sink_new_for (NamidaStore *store,
                           const char *fingerprint,
                           const char *alias,
                           const char *offer_key,
                           NamidaLanding landing,
                           NamidaJournalSession *resume)
{
  NamidaStoreSink *self = g_object_new (NAMIDA_TYPE_STORE_SINK, NULL);
  NamidaJournalSession *session = g_new0 (NamidaJournalSession, 1);

  self->database = g_object_ref (namida_store_get_database (store));
  self->data_dir = g_strdup (namida_store_get_data_dir (store));
  self->landing = landing;
  /* A resumed session keeps its folder even if the device has been renamed since. */
  self->layout = namida_layout_new (landing, namida_store_get_backups (store), namida_store_get_music (store),
                                    namida_store_get_labels (store), resume != NULL ? resume->alias : alias);
  if (resume != NULL && resume->folder != NULL && landing == NAMIDA_LANDING_LIBRARY)
    {
      namida_layout_free (self->layout);
      self->layout = namida_layout_new_for_folder (resume->folder, resume->alias);
    }
  self->reserve = namida_store_get_reserve (store);
  self->reread_days = namida_store_get_reread_days (store);
  self->backups = namida_store_get_backups (store);
  for (guint i = 0; i < G_N_ELEMENTS (self->chosen); i++)
    self->chosen[i] = namida_store_get_chosen (store, i);
  self->resumed = resume != NULL;
  self->same_offer = resume != NULL && g_strcmp0 (resume->offer_key, offer_key) == 0;
  self->session = session;
  session->id = resume != NULL ? g_strdup (resume->id) : namida_random_hex (16);
  session->direction = g_strdup ("receive");
  session->fingerprint = g_strdup (fingerprint);
  session->alias = g_strdup (resume != NULL ? resume->alias : alias);
  session->offer_key = g_strdup (offer_key);
  session->landing = g_strdup (landing == NAMIDA_LANDING_BACKUP ? "backup" : "library");
  session->destination = resume != NULL && resume->destination != NULL
                             ? g_strdup (resume->destination)
                             : namida_store_dup_destination (store, landing, session->alias);
  session->started_at = resume != NULL ? resume->started_at : namida_clock_real ();
  if (resume != NULL)
    {
      session->agreed_by = g_strdup (resume->agreed_by);
      session->agreed_names = g_strdup (resume->agreed_names);
      session->agreed_files = resume->agreed_files;
      session->agreed_bytes = resume->agreed_bytes;
      session->agreed_at = resume->agreed_at;
      session->folder = landing == NAMIDA_LANDING_LIBRARY ? g_strdup (resume->folder) : NULL;
      session->declined = g_strdup (resume->declined);
    }
  return NAMIDA_SINK (self);
}

void
namida_store_sink_set_source (NamidaSink *sink, const char *uuid, const char *agreed_by, guint left_out)
{
  NamidaStoreSink *self = NAMIDA_STORE_SINK (sink);

  g_return_if_fail (self->backup == NULL);

  g_free (self->uuid);
  self->uuid = g_strdup (uuid);
  g_free (self->agreed_by);
  self->agreed_by = g_strdup (agreed_by);
  self->left_out = left_out;
}

void
namida_store_sink_set_by_time (NamidaStoreSink *self, gboolean by_time)
{
  self->by_time = by_time;
}

void
namida_store_sink_set_folder (NamidaStoreSink *self, const char *folder)
{
  NamidaJournalSession *session = self->session;

  g_return_if_fail (self->landing == NAMIDA_LANDING_LIBRARY && self->backup == NULL);

  namida_layout_free (self->layout);
  self->layout = namida_layout_new_for_folder (folder, session->alias);
  g_free (session->folder);
  session->folder = g_strdup (folder);
  g_free (session->destination);
  session->destination = g_strdup (folder);
}

void
namida_store_sink_set_unproven (NamidaStoreSink *self, NamidaUnproven unproven)
{
  self->session->unproven = unproven;
}

/* The names that the user was shown: music folders, and files that are in none, one per line. */
static char *
sink_dup_names (NamidaBackup *backup)
{
  g_autoptr (GPtrArray) contents = namida_backup_dup_contents (backup);
  g_autoptr (GString) names = g_string_new (NULL);

  for (guint i = 0; i < contents->len && names->len < AGREED_NAMES_BYTES; i++)
    {
      const NamidaContent *content = contents->pdata[i];
      const char *name = content->label != NULL && *content->label != '\0' ? content->label : content->name;

      if (name != NULL)
        g_string_append_printf (names, "%s%s", names->len > 0 ? "\n" : "", name);
    }
  return g_string_free (g_steal_pointer (&names), FALSE);
}

void
namida_store_sink_agree (NamidaSink *sink, const char *by, NamidaOffer *offer)
{
  NamidaBackup *backup = namida_offer_get_backup (offer);

  NamidaJournalSession *session;

  g_return_if_fail (NAMIDA_IS_STORE_SINK (sink));
  g_return_if_fail (by != NULL);

  session = NAMIDA_STORE_SINK (sink)->session;
  g_free (session->agreed_by);
  g_free (session->agreed_names);
  session->agreed_by = g_strdup (by);
  session->agreed_names = sink_dup_names (backup);
  session->agreed_files = namida_offer_count_taken (offer, &session->agreed_bytes);
  g_free (session->declined);
  session->declined = namida_offer_format_declined (offer);
  session->agreed_at = namida_clock_real ();
}

NamidaEntry *
namida_store_sink_entry (NamidaStoreSink *self, guint index)
{
  return g_ptr_array_index (namida_backup_get_entries (self->backup), index);
}

NamidaRoot *
namida_store_sink_root (NamidaStoreSink *self, guint index)
{
  return g_ptr_array_index (self->roots, index);
}

char *
namida_store_sink_dup_part_name (NamidaStoreSink *self, guint index)
{
  NamidaEntry *entry = namida_store_sink_entry (self, index);
  g_autofree char *path = namida_entry_dup_place (entry);
  g_autofree char *place = g_strdup_printf ("%s\n%" G_GUINT64_FORMAT "\n%" G_GINT64_FORMAT, path, entry->size,
                                            namida_entry_get_mtime_ms (entry));
  g_autofree char *hash = namida_digest_bytes (place, strlen (place));

  return g_strdup_printf ("%.32s-%u.part", hash, self->items[index].twin);
}

char *
namida_store_sink_dup_device_folder (NamidaStoreSink *self, guint root)
{
  const NamidaNameMap *names = namida_store_sink_root (self, root)->names;
  const char *alias = namida_layout_get_alias (self->layout);

  return names != NULL ? namida_name_map_name (names, alias) : g_strdup (alias);
}

static const char *
sink_final_folder (NamidaStoreSink *self, guint root)
{
  return self->version != NULL ? self->version : namida_store_sink_root (self, root)->path;
}

void
namida_store_sink_write_final_path (NamidaStoreSink *self, guint root, const char *relative, GString *path)
{
  g_string_assign (path, sink_final_folder (self, root));
  g_string_append_c (path, '/');
  g_string_append (path, relative);
}

void
namida_store_sink_remove_staging (NamidaStoreSink *self)
{
  for (guint i = 0; i < self->roots->len; i++)
    {
      NamidaRoot *root = g_ptr_array_index (self->roots, i);

      if (root->staging != NULL && !namida_staging_remove (root->staging))
        g_message ("the parts of session %s could not all be removed", self->session->id);
    }
  if (self->hidden != NULL && !namida_staging_remove (self->hidden))
    g_message ("the unfinished version of session %s could not be removed", self->session->id);
}

gboolean
namida_store_sink_has_room (NamidaStoreSink *self, int fd, guint64 need, guint64 *missing)
{
  struct statvfs vfs;
  guint64 room, reserve;

  /* A file system that does not report its size returns an error when it is full. */
  if (fstatvfs (fd, &vfs) != 0 || vfs.f_blocks == 0)
    return TRUE;
  room = (guint64) vfs.f_bavail * vfs.f_frsize;
  reserve = self->reserve;
  if (reserve == 0 && (guint64) vfs.f_blocks * vfs.f_frsize > RESERVE_FROM_BYTES)
    reserve = RESERVE_BYTES;
  room -= MIN (room, reserve);
  if (missing != NULL)
    *missing = need - MIN (need, room);
  return need <= room;
}

/* A small file does not need a check if another one found plenty of free space a moment ago. */
static gboolean
sink_is_roomy (NamidaStoreSink *self, NamidaRoot *root, guint64 total)
{
  gint64 now = namida_clock_monotonic ();

  if (total > SMALL_BYTES)
    return FALSE;
  if (now < __atomic_load_n (&root->roomy_until, __ATOMIC_RELAXED))
    return TRUE;
  if (!namida_store_sink_has_room (self, namida_staging_get_fd (root->staging), PLENTY_BYTES, NULL))
    return FALSE;
  __atomic_store_n (&root->roomy_until, now + ROOMY_US, __ATOMIC_RELAXED);
  return TRUE;
}

/* Check the free space again, because other programs may have used it since the offer was accepted. */
static gboolean
sink_check_room (
    NamidaStoreSink *self, NamidaRoot *root, const char *name, const char *shown, guint64 total, GError **error)
{
  NamidaStaging *staging = root->staging;
  g_autofree char *size = NULL;
  guint64 missing, allocated;

  if (sink_is_roomy (self, root, total))
    return TRUE;
  allocated = namida_staging_part_allocated (staging, name);
  if (namida_store_sink_has_room (self, namida_staging_get_fd (staging), total - MIN (allocated, total), &missing))
    return TRUE;
  size = namida_format_size (missing);
  g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_NO_SPACE, _ ("Not enough free space for “%s”: %s more is needed."),
               shown, size);
  return FALSE;
}

static const char *
sink_get_session_id (NamidaSink *sink)
{
  return NAMIDA_STORE_SINK (sink)->session->id;
}

static void
sink_set_state (NamidaStoreSink *self, const char *state, const char *error_text)
{
  g_autoptr (GError) error = NULL;

  if (!namida_journal_set_state (self->database, self->session->id, state, error_text, &error))
    g_message ("%s", error->message);
}

static void
sink_ask_again (NamidaStoreSink *self)
{
  g_autoptr (GError) error = NULL;

  if (!namida_journal_ask_again (self->database, self->session->id, &error))
    g_message ("%s", error->message);
}

static gboolean
sink_has_ended (NamidaStoreSink *self, gboolean end)
{
  gboolean ended;

  g_mutex_lock (&self->lock);
  ended = self->ended;
  self->ended |= end;
  g_mutex_unlock (&self->lock);
  return ended;
}

static gboolean
sink_prepare (NamidaSink *sink,
              NamidaBackup *backup,
              GBytes *manifest,
              NamidaWant *wants,
              GCancellable *cancellable,
              GError **error)
{
  NamidaStoreSink *self = NAMIDA_STORE_SINK (sink);
  g_autoptr (GError) reason = NULL;

  g_return_val_if_fail (self->backup == NULL, FALSE);

  self->backup = g_object_ref (backup);
  self->manifest = manifest != NULL ? g_bytes_ref (manifest) : NULL;
  if (namida_store_sink_do_prepare (self, wants, cancellable, &reason))
    return TRUE;
  /* Keep what an earlier attempt received for the next one, which must be confirmed by the user if this one was
   * canceled. */
  if (self->resumed)
    {
      if (g_cancellable_is_cancelled (cancellable))
        sink_ask_again (self);
      sink_set_state (self, "parked", reason->message);
    }
  else
    {
      gboolean cancelled = g_cancellable_is_cancelled (cancellable);

      namida_store_sink_remove_staging (self);
      sink_set_state (self, cancelled ? "cancelled" : "failed", cancelled ? NULL : reason->message);
      sink_has_ended (self, TRUE);
    }
  g_propagate_error (error, g_steal_pointer (&reason));
  return FALSE;
}

static int
sink_open_part (NamidaSink *sink, guint index, guint64 offset, NamidaDigest *digest, GError **error)
{
  NamidaStoreSink *self = NAMIDA_STORE_SINK (sink);
  g_autofree char *shown = NULL;
  g_autofree char *name = NULL;
  NamidaRoot *root;
  NamidaEntry *entry;

  if (index >= self->n_items || self->items[index].state != NAMIDA_ITEM_WANTED || sink_has_ended (self, FALSE))
    {
      g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_NOT_FOUND, _ ("The file is no longer needed here."));
      return -1;
    }
  entry = namida_store_sink_entry (self, index);
  shown = namida_entry_dup_path (entry);
  name = namida_store_sink_dup_part_name (self, index);
  root = namida_store_sink_root (self, self->items[index].root);
  if (!sink_check_room (self, root, name, shown, entry->size, error))
    return -1;
  return namida_staging_open_part (root->staging, name, shown, offset, entry->size, digest, error);
}

static mode_t
sink_mode_of_files (NamidaStoreSink *self)
{
  return self->landing == NAMIDA_LANDING_BACKUP ? 0444 : namida_file_mode ();
}

gboolean
namida_store_sink_set_attributes (NamidaStoreSink *self, gint64 mtime_ns, int fd)
{
  struct timespec times[2] = { { .tv_nsec = UTIME_OMIT }, { .tv_nsec = UTIME_OMIT } };

  if (mtime_ns != NAMIDA_ENTRY_TIME_UNKNOWN)
    {
      gint64 ns = mtime_ns % G_GINT64_CONSTANT (1000000000);

      times[1].tv_sec = (time_t) (mtime_ns / G_GINT64_CONSTANT (1000000000) - (ns < 0));
      times[1].tv_nsec = (long) (ns < 0 ? ns + G_GINT64_CONSTANT (1000000000) : ns);
    }
  return (mtime_ns == NAMIDA_ENTRY_TIME_UNKNOWN || futimens (fd, times) == 0)
         && fchmod (fd, sink_mode_of_files (self)) == 0;
}

gboolean
namida_store_sink_has_attributes (NamidaStoreSink *self, gint64 mtime_ns, const struct stat *st)
{
  return (mtime_ns == NAMIDA_ENTRY_TIME_UNKNOWN || namida_stat_mtime_ns (st) == mtime_ns)
         && (st->st_mode & 07777) == sink_mode_of_files (self);
}

static gboolean
sink_close_part (NamidaSink *sink, guint index, int fd, guint64 size, gboolean complete, GError **error)
{
  NamidaStoreSink *self = NAMIDA_STORE_SINK (sink);
  NamidaEntry *entry = namida_store_sink_entry (self, index);
  g_autofree char *shown = namida_entry_dup_path (entry);

  /* If this fails, the commit checks the attributes, tries again and reports the error. */
  if (complete && !namida_store_sink_set_attributes (self, entry->mtime_ns, fd))
    g_debug ("“%s”: its time and mode could not be set yet", shown);
  return namida_staging_close_part (fd, shown, complete ? entry->size : size, complete, error);
}

static gboolean
sink_commit (NamidaSink *sink, NamidaCommit *files, guint n_files, GError **error)
{
  NamidaStoreSink *self = NAMIDA_STORE_SINK (sink);
  g_autoptr (GError) reason = NULL;

  g_return_val_if_fail (self->items != NULL || self->n_items == 0, FALSE);

  if (sink_has_ended (self, TRUE))
    {
      g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_EXPIRED, _ ("This transfer is over. Send again."));
      return FALSE;
    }
  if (namida_store_sink_do_commit (self, files, n_files, &reason))
    return TRUE;
  /* The next attempt finds the stored files and the parts again. */
  sink_set_state (self, "parked", reason->message);
  g_propagate_error (error, g_steal_pointer (&reason));
  return FALSE;
}

/* The contents of the parts are durable; make their names durable, too. */
static void
sink_sync_parts (NamidaStoreSink *self)
{
  for (guint i = 0; i < self->roots->len; i++)
    {
      const NamidaRoot *root = g_ptr_array_index (self->roots, i);

      if (root->staging != NULL && namida_sync_folder (namida_staging_get_fd (root->staging)) != 0)
        g_message ("the parts of session %s are not durable: %s", self->session->id, g_strerror (errno));
    }
}

static void
sink_park (NamidaSink *sink)
{
  NamidaStoreSink *self = NAMIDA_STORE_SINK (sink);

  if (self->backup == NULL || sink_has_ended (self, TRUE))
    return;
  sink_sync_parts (self);
  sink_set_state (self, "parked", NULL);
}

static void
sink_discard (NamidaSink *sink)
{
  NamidaStoreSink *self = NAMIDA_STORE_SINK (sink);

  if (self->backup == NULL || sink_has_ended (self, TRUE))
    return;
  sink_set_state (self, "cancelled", NULL);
  namida_store_sink_remove_staging (self);
}

static char *
sink_dup_folder (NamidaSink *sink)
{
  NamidaStoreSink *self = NAMIDA_STORE_SINK (sink);
  char *folder;

  g_mutex_lock (&self->lock);
  folder = g_strdup (self->folder != NULL ? self->folder : self->session->destination);
  g_mutex_unlock (&self->lock);
  return folder;
}

static guint
sink_get_hashed (NamidaSink *sink)
{
  return NAMIDA_STORE_SINK (sink)->hashed;
}

static guint
sink_get_healed (NamidaSink *sink, guint *versions)
{
  const NamidaHealed *healed = &NAMIDA_STORE_SINK (sink)->healed;

  *versions = healed->versions;
  return healed->files;
}

static void
sink_iface_init (NamidaSinkInterface *iface)
{
  iface->get_session_id = sink_get_session_id;
  iface->preview = namida_store_sink_preview;
  iface->prepare = sink_prepare;
  iface->open_part = sink_open_part;
  iface->close_part = sink_close_part;
  iface->commit = sink_commit;
  iface->park = sink_park;
  iface->discard = sink_discard;
  iface->dup_folder = sink_dup_folder;
  iface->get_hashed = sink_get_hashed;
  iface->get_healed = sink_get_healed;
}
