/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "namida-receive-session.h"

#include "namida-clock.h"
#include "namida-error.h"
#include "namida-free-later.h"
#include "namida-limits.h"
#include "namida-pin-guard.h"

#include <glib/gi18n-lib.h>

#define TOKEN_BYTES 16
#define LOST_SECONDS 3 /* without any connection: so long a sender may take to connect again */

typedef struct
{
  guint index;
  guint64 there; /* bytes in the part */
  char *token;
  char *sha256; /* (nullable) of all of it, once whole */
  gboolean busy, counted;
} File;

struct _NamidaReceiveSession
{
  GObject parent_instance;
  char *fingerprint, *key;
  NamidaSink *sink;
  NamidaBackup *backup;
  NamidaTransfer *transfer;
  GCancellable *cancellable;
  GMainContext *context;
  gint64 last_activity; /* __atomic, monotonic µs */

  GMutex lock;       /* the five below */
  GHashTable *files; /* id (the entry's) → File */
  NamidaSessionState state;
  guint n_uploads, n_connections;
  gint64 connection_lost_at; /* 0: never had one, or has one */

  NamidaSessionOver over, idle; /* @idle: (nullable) */
  gpointer over_data, idle_data;
  GSource *timer;
  gboolean closing, ended, over_told, left_parts;
};

G_DEFINE_FINAL_TYPE (NamidaReceiveSession, namida_receive_session, G_TYPE_OBJECT)

static void
file_free (gpointer data)
{
  File *file = data;

  g_free (file->token);
  g_free (file->sha256);
  g_free (file);
}

static void
namida_receive_session_finalize (GObject *object)
{
  NamidaReceiveSession *self = NAMIDA_RECEIVE_SESSION (object);

  namida_free_later (self->files, (GDestroyNotify) g_hash_table_unref);
  g_free (self->fingerprint);
  g_free (self->key);
  g_clear_object (&self->sink);
  g_clear_object (&self->backup);
  g_clear_object (&self->transfer);
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->context, g_main_context_unref);
  g_mutex_clear (&self->lock);
  G_OBJECT_CLASS (namida_receive_session_parent_class)->finalize (object);
}

static void
namida_receive_session_class_init (NamidaReceiveSessionClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = namida_receive_session_finalize;
}

static void
namida_receive_session_init (NamidaReceiveSession *self)
{
  g_mutex_init (&self->lock);
  self->files = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, file_free);
  self->cancellable = g_cancellable_new ();
}

static void
add_entry (NamidaReceiveSession *self, guint index, const NamidaEntry *entry, const NamidaWant *want)
{
  File *file;

  if (!want->wanted)
    {
      namida_transfer_set_result (self->transfer, index, NAMIDA_FILE_KEPT_EXISTING, NULL);
      namida_transfer_add_bytes (self->transfer, (gint64) entry->size);
      namida_transfer_add_files (self->transfer, entry->kind != NAMIDA_ENTRY_FOLDER);
      return;
    }
  file = g_new0 (File, 1);
  file->index = index;
  file->there = MIN (want->offset, entry->size);
  file->token = namida_random_hex (TOKEN_BYTES);
  namida_transfer_add_bytes (self->transfer, (gint64) file->there);
  g_hash_table_insert (self->files, entry->id, file);
}

NamidaReceiveSession *
namida_receive_session_new (const char *fingerprint,
                            const char *key,
                            NamidaSink *sink,
                            NamidaBackup *backup,
                            NamidaTransfer *transfer,
                            const NamidaWant *wants)
{
  NamidaReceiveSession *self = g_object_new (NAMIDA_TYPE_RECEIVE_SESSION, NULL);
  GPtrArray *entries = namida_backup_get_entries (backup);

  self->fingerprint = g_strdup (fingerprint);
  self->key = g_strdup (key);
  self->sink = g_object_ref (sink);
  self->backup = g_object_ref (backup);
  self->transfer = g_object_ref (transfer);
  for (guint i = 0; i < entries->len; i++)
    add_entry (self, i, g_ptr_array_index (entries, i), &wants[i]);
  namida_transfer_add_moved (transfer, 0, namida_sink_get_hashed (sink));
  namida_receive_session_touch (self);
  return self;
}

const char *
namida_receive_session_get_id (NamidaReceiveSession *self)
{
  return namida_sink_get_session_id (self->sink);
}

const char *
namida_receive_session_get_fingerprint (NamidaReceiveSession *self)
{
  return self->fingerprint;
}

const char *
namida_receive_session_get_key (NamidaReceiveSession *self)
{
  return self->key;
}

NamidaTransfer *
namida_receive_session_get_transfer (NamidaReceiveSession *self)
{
  return self->transfer;
}

NamidaSink *
namida_receive_session_get_sink (NamidaReceiveSession *self)
{
  return self->sink;
}

GCancellable *
namida_receive_session_get_cancellable (NamidaReceiveSession *self)
{
  return self->cancellable;
}

guint
namida_receive_session_get_n_wanted (NamidaReceiveSession *self)
{
  return g_hash_table_size (self->files);
}

NamidaSessionState
namida_receive_session_get_state (NamidaReceiveSession *self)
{
  NamidaSessionState state;

  g_mutex_lock (&self->lock);
  state = self->state;
  g_mutex_unlock (&self->lock);
  return state;
}

void
namida_receive_session_touch (NamidaReceiveSession *self)
{
  __atomic_store_n (&self->last_activity, namida_clock_monotonic (), __ATOMIC_RELAXED);
}

void
namida_receive_session_add_bytes (NamidaReceiveSession *self, gsize n)
{
  namida_transfer_add_bytes (self->transfer, (gint64) n);
  namida_receive_session_touch (self);
}

NamidaOfferAnswer *
namida_receive_session_dup_answer (NamidaReceiveSession *self)
{
  NamidaOfferAnswer *answer = namida_offer_answer_new (namida_receive_session_get_id (self));
  GHashTableIter iter;
  gpointer id, value;

  g_mutex_lock (&self->lock);
  g_hash_table_iter_init (&iter, self->files);
  while (g_hash_table_iter_next (&iter, &id, &value))
    namida_offer_answer_grant (answer, id, ((File *) value)->token, ((File *) value)->there);
  g_mutex_unlock (&self->lock);
  return answer;
}

GHashTable *
namida_receive_session_dup_offsets (NamidaReceiveSession *self)
{
  GHashTable *offsets = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  GHashTableIter iter;
  gpointer id, value;

  g_mutex_lock (&self->lock);
  g_hash_table_iter_init (&iter, self->files);
  while (g_hash_table_iter_next (&iter, &id, &value))
    g_hash_table_insert (offsets, g_strdup (id), g_memdup2 (&((File *) value)->there, sizeof (guint64)));
  g_mutex_unlock (&self->lock);
  return offsets;
}

GError *
namida_receive_session_new_paused_error (void)
{
  return g_error_new_literal (NAMIDA_ERROR, NAMIDA_ERROR_PAUSED,
                              _ ("It is paused on the receiving device, and goes on when it is resumed there."));
}

static GError *
refusal (NamidaReceiveSession *self)
{
  switch (self->state)
    {
    case NAMIDA_SESSION_CANCELLED:
    case NAMIDA_SESSION_KEPT:
      return g_error_new_literal (NAMIDA_ERROR, NAMIDA_ERROR_CANCELLED, _ ("The transfer was cancelled."));
    case NAMIDA_SESSION_OPEN:
      return NULL;
    case NAMIDA_SESSION_PAUSED:
      return namida_receive_session_new_paused_error ();
    case NAMIDA_SESSION_FINISHING:
      return g_error_new_literal (NAMIDA_ERROR, NAMIDA_ERROR_BUSY, _ ("The received files are being stored."));
    default:
      return g_error_new_literal (NAMIDA_ERROR, NAMIDA_ERROR_EXPIRED,
                                  _ ("This transfer is over. Send again; what arrived is not sent twice."));
    }
}

GError *
namida_receive_session_dup_refusal (NamidaReceiveSession *self)
{
  GError *error;

  g_mutex_lock (&self->lock);
  error = refusal (self);
  g_mutex_unlock (&self->lock);
  return error;
}

/* ---- uploads, any thread ---- */

static gboolean
check_upload (NamidaReceiveSession *self,
              File *file,
              const NamidaUploadQuery *query,
              gint64 length,
              guint64 size,
              gint64 *right_offset,
              GError **error)
{
  if (file->busy)
    g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_BUSY, _ ("This file is being received already."));
  else if (query->offset > file->there)
    {
      *right_offset = (gint64) file->there;
      g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_WRONG_OFFSET,
                           _ ("Less of this file is here than the other device believes."));
    }
  else if (length >= 0 && (guint64) length != size - query->offset)
    g_set_error_literal (
        error, NAMIDA_ERROR, NAMIDA_ERROR_WRONG_SIZE,
        _ ("A file does not have the size that was announced. It may have changed since; send it again."));
  else
    return TRUE;
  return FALSE;
}

/* The file starts over from @offset: what came after it does not count any more. */
static void
take_back (NamidaReceiveSession *self, File *file, guint64 offset)
{
  namida_transfer_add_bytes (self->transfer, (gint64) offset - (gint64) file->there);
  file->there = offset;
  g_clear_pointer (&file->sha256, g_free);
  if (file->counted)
    namida_transfer_add_files (self->transfer, -1);
  file->counted = FALSE;
}

static gboolean
begin_locked (NamidaReceiveSession *self,
              const char *fingerprint,
              const NamidaUploadQuery *query,
              gint64 length,
              NamidaUpload *upload,
              gint64 *right_offset,
              GError **error)
{
  File *file = g_hash_table_lookup (self->files, query->file_id);
  GError *refused;
  guint64 size;

  if (g_strcmp0 (fingerprint, self->fingerprint) != 0 || file == NULL
      || !namida_equal_secret (file->token, query->token))
    {
      g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_BAD_TOKEN, _ ("This upload was not agreed on."));
      return FALSE;
    }
  refused = refusal (self);
  if (refused != NULL)
    {
      g_propagate_error (error, refused);
      return FALSE;
    }
  size = ((NamidaEntry *) g_ptr_array_index (namida_backup_get_entries (self->backup), file->index))->size;
  if (!check_upload (self, file, query, length, size, right_offset, error))
    return FALSE;
  take_back (self, file, query->offset);
  file->busy = TRUE;
  self->n_uploads++;
  *upload = (NamidaUpload){ .index = file->index, .offset = query->offset, .size = size };
  return TRUE;
}

gboolean
namida_receive_session_begin_upload (NamidaReceiveSession *self,
                                     const char *fingerprint,
                                     const NamidaUploadQuery *query,
                                     gint64 length,
                                     NamidaUpload *upload,
                                     gint64 *right_offset,
                                     GError **error)
{
  gboolean ok;

  *right_offset = -1;
  g_mutex_lock (&self->lock);
  ok = begin_locked (self, fingerprint, query, length, upload, right_offset, error);
  g_mutex_unlock (&self->lock);
  if (ok)
    namida_receive_session_touch (self);
  return ok;
}

void
namida_receive_session_end_upload (NamidaReceiveSession *self,
                                   const NamidaUpload *upload,
                                   guint64 there,
                                   const char *sha256)
{
  NamidaEntry *entry = g_ptr_array_index (namida_backup_get_entries (self->backup), upload->index);
  File *file;
  gboolean counted;

  g_mutex_lock (&self->lock);
  file = g_hash_table_lookup (self->files, entry->id);
  file->there = there;
  file->sha256 = g_strdup (sha256);
  counted = file->counted = sha256 != NULL && entry->kind != NAMIDA_ENTRY_FOLDER;
  file->busy = FALSE;
  self->n_uploads--;
  g_mutex_unlock (&self->lock);
  if (counted)
    {
      namida_transfer_add_files (self->transfer, 1);
      namida_transfer_add_moved (self->transfer, 1, 1);
    }
  namida_receive_session_touch (self);
}

/* ---- connections and the end ---- */

static void check_over (NamidaReceiveSession *self);

static gboolean
on_left (gpointer user_data)
{
  check_over (user_data);
  return G_SOURCE_REMOVE;
}

void
namida_receive_session_enter (NamidaReceiveSession *self)
{
  g_mutex_lock (&self->lock);
  self->n_connections++;
  self->connection_lost_at = 0;
  g_mutex_unlock (&self->lock);
  if (namida_transfer_get_state (self->transfer) == NAMIDA_TRANSFER_INTERRUPTED && !self->closing)
    namida_transfer_set_state (self->transfer, NAMIDA_TRANSFER_RUNNING);
}

void
namida_receive_session_leave (NamidaReceiveSession *self)
{
  g_mutex_lock (&self->lock);
  if (--self->n_connections == 0)
    self->connection_lost_at = namida_clock_monotonic ();
  g_mutex_unlock (&self->lock);
  g_main_context_invoke_full (self->context, G_PRIORITY_DEFAULT, on_left, g_object_ref (self), g_object_unref);
}

/* Returns whether the parts were left. */
static void
end_worker (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  NamidaReceiveSession *self = source;
  NamidaSessionState state = namida_receive_session_get_state (self);

  if (state == NAMIDA_SESSION_FINISHED)
    namida_sink_settle (self->sink);
  else if (state == NAMIDA_SESSION_CANCELLED)
    namida_sink_discard (self->sink);
  else
    namida_sink_park (self->sink);
  g_task_return_boolean (task, state != NAMIDA_SESSION_CANCELLED && state != NAMIDA_SESSION_FINISHED);
}

static void
on_ended (GObject *source, GAsyncResult *result, gpointer user_data)
{
  NamidaReceiveSession *self = NAMIDA_RECEIVE_SESSION (source);

  self->over_told = TRUE;
  self->left_parts = g_task_propagate_boolean (G_TASK (result), NULL);
  if (self->over != NULL)
    self->over (self, self->over_data);
}

gboolean
namida_receive_session_get_left_parts (NamidaReceiveSession *self)
{
  return self->left_parts;
}

/* The sink is told only when no worker can touch it any more. */
static void
check_over (NamidaReceiveSession *self)
{
  g_autoptr (GTask) task = NULL;
  gboolean quiet;

  g_mutex_lock (&self->lock);
  quiet = self->n_connections == 0;
  g_mutex_unlock (&self->lock);
  if (!quiet || !self->closing || self->ended)
    return;
  self->ended = TRUE;
  task = g_task_new (self, NULL, on_ended, NULL);
  g_task_set_source_tag (task, check_over);
  g_task_run_in_thread (task, end_worker);
}

static gboolean
on_tick (gpointer user_data)
{
  g_autoptr (NamidaReceiveSession) self = g_object_ref (user_data);
  gint64 now = namida_clock_monotonic ();
  gint64 idle = now - __atomic_load_n (&self->last_activity, __ATOMIC_RELAXED);
  gint64 lost;
  gboolean open;

  g_mutex_lock (&self->lock);
  lost = self->connection_lost_at;
  open = self->state == NAMIDA_SESSION_OPEN;
  g_mutex_unlock (&self->lock);
  if (!open)
    return G_SOURCE_CONTINUE;
  if (lost != 0 && now - lost >= LOST_SECONDS * G_USEC_PER_SEC && idle >= LOST_SECONDS * G_USEC_PER_SEC
      && namida_transfer_get_state (self->transfer) == NAMIDA_TRANSFER_RUNNING)
    namida_transfer_set_state (self->transfer, NAMIDA_TRANSFER_INTERRUPTED);
  if (idle < (gint64) NAMIDA_LIMIT_SESSION_IDLE_SECONDS * G_USEC_PER_SEC)
    return G_SOURCE_CONTINUE;
  if (self->idle != NULL)
    {
      namida_receive_session_touch (self);
      self->idle (self, self->idle_data);
      return G_SOURCE_CONTINUE;
    }
  namida_receive_session_close (self, NAMIDA_SESSION_PARKED, NULL);
  return G_SOURCE_REMOVE;
}

void
namida_receive_session_set_idle (NamidaReceiveSession *self, NamidaSessionOver idle, gpointer user_data)
{
  self->idle = idle;
  self->idle_data = user_data;
}

void
namida_receive_session_open (NamidaReceiveSession *self, NamidaSessionOver over, gpointer user_data)
{
  self->over = over;
  self->over_data = user_data;
  self->context = g_main_context_ref_thread_default ();
  self->timer = g_timeout_source_new_seconds (1);
  g_source_set_callback (self->timer, on_tick, self, NULL);
  g_source_attach (self->timer, self->context);
  namida_receive_session_touch (self);
  namida_transfer_set_state (self->transfer, NAMIDA_TRANSFER_RUNNING);
}

static void
begin_end (NamidaReceiveSession *self, NamidaSessionState state)
{
  g_mutex_lock (&self->lock);
  self->state = state;
  g_mutex_unlock (&self->lock);
  self->closing = TRUE;
  if (self->timer != NULL)
    g_source_destroy (self->timer);
  g_clear_pointer (&self->timer, g_source_unref);
  g_cancellable_cancel (self->cancellable);
}

/* Its parts are being parked to go on later, and now it is cancelled: nobody waits for the one to say the other. */
static void
cancel_while_closing (NamidaReceiveSession *self, NamidaSessionState state, const GError *reason)
{
  g_mutex_lock (&self->lock);
  self->state = state;
  g_mutex_unlock (&self->lock);
  namida_transfer_end (self->transfer, reason);
}

static gboolean
is_cancelled (NamidaSessionState state)
{
  return state == NAMIDA_SESSION_CANCELLED || state == NAMIDA_SESSION_KEPT;
}

void
namida_receive_session_close (NamidaReceiveSession *self, NamidaSessionState state, const GError *reason)
{
  g_autoptr (NamidaReceiveSession) alive = g_object_ref (self);
  NamidaSessionState now = namida_receive_session_get_state (self);

  if (self->closing && !self->over_told && is_cancelled (state)
      && (now == NAMIDA_SESSION_PARKED || now == NAMIDA_SESSION_PAUSED))
    cancel_while_closing (self, state, reason);
  /* Storing is not stopped half-way: it ends by itself. */
  if (self->closing || now == NAMIDA_SESSION_FINISHING)
    return;
  begin_end (self, state);
  if (reason != NULL)
    namida_transfer_end (self->transfer, reason);
  else if (state == NAMIDA_SESSION_PAUSED)
    namida_transfer_set_paused (self->transfer);
  else
    namida_transfer_set_state (self->transfer, NAMIDA_TRANSFER_INTERRUPTED);
  check_over (alive);
}

/* ---- finish ---- */

gboolean
namida_receive_session_begin_finish (NamidaReceiveSession *self, GError **error)
{
  GError *refused;

  g_mutex_lock (&self->lock);
  refused = refusal (self);
  if (refused == NULL && self->n_uploads > 0)
    refused = g_error_new_literal (NAMIDA_ERROR, NAMIDA_ERROR_BUSY, _ ("Files of this transfer are still arriving."));
  if (refused == NULL)
    self->state = NAMIDA_SESSION_FINISHING;
  g_mutex_unlock (&self->lock);
  if (refused != NULL)
    {
      g_propagate_error (error, refused);
      return FALSE;
    }
  namida_transfer_set_state (self->transfer, NAMIDA_TRANSFER_FINISHING);
  return TRUE;
}

static NamidaCommit *
make_commits (NamidaReceiveSession *self, GHashTable *hashes, guint *n)
{
  GPtrArray *entries = namida_backup_get_entries (self->backup);
  NamidaCommit *commits = g_new0 (NamidaCommit, MAX (g_hash_table_size (self->files), 1));

  *n = 0;
  for (guint i = 0; i < entries->len; i++)
    {
      const char *id = ((NamidaEntry *) g_ptr_array_index (entries, i))->id;
      File *file = g_hash_table_lookup (self->files, id);

      if (file != NULL)
        commits[(*n)++] = (NamidaCommit){ .index = i,
                                          .sent_sha256 = g_hash_table_lookup (hashes, id),
                                          .received_sha256 = file->sha256,
                                          .result = NAMIDA_FILE_MISSING };
    }
  return commits;
}

static const char *
detail_of (NamidaFileResult result)
{
  if (result == NAMIDA_FILE_MISMATCH)
    return _ ("What arrived is not what was sent, so it was not stored. Send it again.");
  if (result == NAMIDA_FILE_MISSING)
    return _ ("It did not arrive whole. Send it again.");
  return NULL;
}

gboolean
namida_receive_session_commit (
    NamidaReceiveSession *self, GHashTable *hashes, char **answer, gsize *length, GError **error)
{
  g_autoptr (GHashTable) results = g_hash_table_new (g_str_hash, g_str_equal);
  GPtrArray *entries = namida_backup_get_entries (self->backup);
  guint n;
  g_autofree NamidaCommit *commits = make_commits (self, hashes, &n);
  gboolean ok = namida_sink_commit (self->sink, commits, n, error);

  for (guint i = 0; i < n; i++)
    {
      const char *detail = commits[i].reason != NULL ? commits[i].reason : detail_of (commits[i].result);

      if (ok)
        namida_transfer_set_result (self->transfer, commits[i].index, commits[i].result, detail);
      g_free (commits[i].reason);
    }
  if (!ok)
    return FALSE;
  for (guint i = 0; i < entries->len; i++)
    {
      NamidaEntry *entry = g_ptr_array_index (entries, i);

      if (g_hash_table_contains (self->files, entry->id) || g_hash_table_contains (hashes, entry->id))
        g_hash_table_insert (results, entry->id, GUINT_TO_POINTER (namida_transfer_get_result (self->transfer, i)));
    }
  *answer = namida_finish_answer_format (results, length);
  return TRUE;
}

static void
end_transfer (NamidaReceiveSession *self)
{
  guint bad = 0;
  g_autofree char *folder = namida_sink_dup_folder (self->sink);
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < namida_backup_get_entries (self->backup)->len; i++)
    {
      NamidaFileResult result = namida_transfer_get_result (self->transfer, i);
      bad += result != NAMIDA_FILE_STORED && result != NAMIDA_FILE_KEPT_EXISTING;
    }
  namida_transfer_set_folder (self->transfer, folder);
  if (bad > 0)
    error = g_error_new (
        NAMIDA_ERROR, NAMIDA_ERROR_INCOMPLETE,
        ngettext ("%u file was not stored. Ask for it to be sent again: only what is missing travels.",
                  "%u files were not stored. Ask for them to be sent again: only what is missing travels.", bad),
        bad);
  namida_transfer_end (self->transfer, error);
}

void
namida_receive_session_end_finish (NamidaReceiveSession *self, const GError *error)
{
  g_autoptr (NamidaReceiveSession) alive = g_object_ref (self);

  namida_receive_session_touch (self);
  if (error != NULL)
    {
      g_mutex_lock (&self->lock);
      self->state = NAMIDA_SESSION_OPEN;
      g_mutex_unlock (&self->lock);
      namida_transfer_set_state (self->transfer, NAMIDA_TRANSFER_RUNNING);
      return;
    }
  begin_end (self, NAMIDA_SESSION_FINISHED);
  end_transfer (self);
  check_over (alive);
}
