/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Implements NamidaTransfer: the state of one transfer as the user sees it. Workers add bytes and results without
 * blocking; a timer in the main context notifies properties four times per second. */
#include "config.h"

#include "namida-transfer-private.h"

#include "namida-clock.h"
#include "namida-error.h"
#include "namida-speed.h"

#include <glib/gi18n-lib.h>

#define SAMPLE_MS 250

struct _NamidaTransfer
{
  GObject parent_instance;
  NamidaDirection direction;
  char *peer_alias, *peer_fingerprint;
  gboolean encrypted;
  NamidaBackup *backup;
  char *title, *folder;
  char *advice;     /* (nullable) */
  char *session_id; /* (nullable) */
  char *offer_key;  /* (nullable) */
  gpointer work;    /* (nullable) */
  GDestroyNotify work_free;
  guint sent_before;
  NamidaTransferState state;
  GError *error;
  GCancellable *cancellable;
  gint64 started_at, ended_at;
  gboolean pausable, pausing, keep_parts, unproven, fetched;
  guint timer;

  /* Written by any thread. */
  gint64 bytes;                       /* __atomic */
  gint files;                         /* g_atomic */
  gint moved, hashed;                 /* g_atomic */
  gint healed_files, healed_versions; /* g_atomic */
  NamidaFileResults *results;
  GMutex lock; /* guards the following members */
  char *current_file;
  gboolean current_file_changed;
  char *trouble; /* (nullable) */

  /* The values of the last notification; main context. */
  guint64 done_bytes, total_bytes, speed;
  guint64 safe_bytes; /* from before a restart; 0 while bytes are transferred */
  guint done_files, total_files;
  gint64 seconds_left;
  NamidaSpeed recent;
};

G_DEFINE_FINAL_TYPE (NamidaTransfer, namida_transfer, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_STATE,
  PROP_DONE_BYTES,
  PROP_TOTAL_BYTES,
  PROP_DONE_FILES,
  PROP_TOTAL_FILES,
  PROP_SPEED,
  PROP_SECONDS_LEFT,
  PROP_CURRENT_FILE,
  PROP_ERROR,
  N_PROPS
};
static GParamSpec *properties[N_PROPS];
static guint ended_signal;

static void
transfer_set_uint64 (NamidaTransfer *self, guint64 *field, guint64 value, int property)
{
  if (*field == value)
    return;
  *field = value;
  g_object_notify_by_pspec (G_OBJECT (self), properties[property]);
}

static void
transfer_set_uint (NamidaTransfer *self, guint *field, guint value, int property)
{
  if (*field == value)
    return;
  *field = value;
  g_object_notify_by_pspec (G_OBJECT (self), properties[property]);
}

static void
transfer_update_seconds_left (NamidaTransfer *self)
{
  gint64 left = -1;

  if (self->speed > 0 && self->total_bytes >= self->done_bytes)
    left = (gint64) ((self->total_bytes - self->done_bytes + self->speed - 1) / self->speed);
  if (left == self->seconds_left)
    return;
  self->seconds_left = left;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SECONDS_LEFT]);
}

static void
transfer_report_current_file (NamidaTransfer *self)
{
  gboolean changed;

  g_mutex_lock (&self->lock);
  changed = self->current_file_changed;
  self->current_file_changed = FALSE;
  g_mutex_unlock (&self->lock);
  if (changed)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CURRENT_FILE]);
}

void
namida_transfer_sample (NamidaTransfer *self)
{
  gint64 bytes = MAX (__atomic_load_n (&self->bytes, __ATOMIC_RELAXED), 0);
  gint files = MAX (g_atomic_int_get (&self->files), 0);

  g_object_freeze_notify (G_OBJECT (self));
  transfer_set_uint64 (self, &self->done_bytes, (guint64) bytes, PROP_DONE_BYTES);
  transfer_set_uint (self, &self->done_files, (guint) files, PROP_DONE_FILES);
  if (self->state == NAMIDA_TRANSFER_RUNNING)
    namida_speed_add (&self->recent, namida_clock_monotonic (), (guint64) bytes);
  else
    namida_speed_reset (&self->recent);
  transfer_set_uint64 (self, &self->speed, namida_speed_get (&self->recent), PROP_SPEED);
  transfer_update_seconds_left (self);
  transfer_report_current_file (self);
  g_object_thaw_notify (G_OBJECT (self));
}

static gboolean
transfer_on_timer (gpointer user_data)
{
  namida_transfer_sample (user_data);
  return G_SOURCE_CONTINUE;
}

static void
namida_transfer_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  NamidaTransfer *self = NAMIDA_TRANSFER (object);

  switch (id)
    {
    case PROP_STATE:
      g_value_set_int (value, self->state);
      break;
    case PROP_DONE_BYTES:
      g_value_set_uint64 (value, self->done_bytes);
      break;
    case PROP_TOTAL_BYTES:
      g_value_set_uint64 (value, self->total_bytes);
      break;
    case PROP_DONE_FILES:
      g_value_set_uint (value, self->done_files);
      break;
    case PROP_TOTAL_FILES:
      g_value_set_uint (value, self->total_files);
      break;
    case PROP_SPEED:
      g_value_set_uint64 (value, self->speed);
      break;
    case PROP_SECONDS_LEFT:
      g_value_set_int64 (value, self->seconds_left);
      break;
    case PROP_CURRENT_FILE:
      g_value_take_string (value, namida_transfer_dup_current_file (self));
      break;
    case PROP_ERROR:
      g_value_set_boxed (value, self->error);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
namida_transfer_dispose (GObject *object)
{
  g_clear_handle_id (&NAMIDA_TRANSFER (object)->timer, g_source_remove);
  G_OBJECT_CLASS (namida_transfer_parent_class)->dispose (object);
}

static void
namida_transfer_finalize (GObject *object)
{
  NamidaTransfer *self = NAMIDA_TRANSFER (object);

  g_free (self->peer_alias);
  g_free (self->peer_fingerprint);
  g_clear_object (&self->backup);
  g_free (self->title);
  g_free (self->folder);
  g_clear_error (&self->error);
  g_clear_object (&self->cancellable);
  g_free (self->current_file);
  g_free (self->trouble);
  g_free (self->advice);
  g_free (self->session_id);
  g_free (self->offer_key);
  if (self->work_free != NULL)
    self->work_free (self->work);
  namida_file_results_free (self->results);
  g_mutex_clear (&self->lock);
  G_OBJECT_CLASS (namida_transfer_parent_class)->finalize (object);
}

static void
namida_transfer_class_init (NamidaTransferClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->get_property = namida_transfer_get_property;
  object_class->dispose = namida_transfer_dispose;
  object_class->finalize = namida_transfer_finalize;
  properties[PROP_STATE] = g_param_spec_int ("state", NULL, NULL, 0, NAMIDA_TRANSFER_FAILED, 0, flags);
  properties[PROP_DONE_BYTES] = g_param_spec_uint64 ("done-bytes", NULL, NULL, 0, G_MAXUINT64, 0, flags);
  properties[PROP_TOTAL_BYTES] = g_param_spec_uint64 ("total-bytes", NULL, NULL, 0, G_MAXUINT64, 0, flags);
  properties[PROP_DONE_FILES] = g_param_spec_uint ("done-files", NULL, NULL, 0, G_MAXUINT, 0, flags);
  properties[PROP_TOTAL_FILES] = g_param_spec_uint ("total-files", NULL, NULL, 0, G_MAXUINT, 0, flags);
  properties[PROP_SPEED] = g_param_spec_uint64 ("speed", NULL, NULL, 0, G_MAXUINT64, 0, flags);
  properties[PROP_SECONDS_LEFT] = g_param_spec_int64 ("seconds-left", NULL, NULL, -1, G_MAXINT64, -1, flags);
  properties[PROP_CURRENT_FILE] = g_param_spec_string ("current-file", NULL, NULL, NULL, flags);
  properties[PROP_ERROR] = g_param_spec_boxed ("error", NULL, NULL, G_TYPE_ERROR, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  ended_signal
      = g_signal_new ("ended", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
namida_transfer_init (NamidaTransfer *self)
{
  g_mutex_init (&self->lock);
  self->cancellable = g_cancellable_new ();
  self->results = namida_file_results_new ();
  self->seconds_left = -1;
  self->started_at = namida_clock_real ();
}

NamidaTransfer *
namida_transfer_new (NamidaDirection direction,
                     const char *peer_alias,
                     const char *peer_fingerprint,
                     gboolean encrypted)
{
  NamidaTransfer *self = g_object_new (NAMIDA_TYPE_TRANSFER, NULL);

  self->direction = direction;
  self->peer_alias = g_strdup (peer_alias);
  self->peer_fingerprint = g_strdup (peer_fingerprint);
  self->encrypted = encrypted;
  return self;
}

void
namida_transfer_set_backup (NamidaTransfer *self, NamidaBackup *backup)
{
  g_set_object (&self->backup, backup);
  g_free (self->title);
  self->title = namida_backup_dup_title (backup);
  namida_file_results_set_backup (self->results, backup);
  transfer_set_uint64 (self, &self->total_bytes, namida_backup_get_bytes (backup), PROP_TOTAL_BYTES);
  transfer_set_uint (self, &self->total_files, namida_backup_get_files (backup), PROP_TOTAL_FILES);
}

void
namida_transfer_set_summary (NamidaTransfer *self, const char *title, guint64 bytes, guint files)
{
  g_free (self->title);
  self->title = g_strdup (title);
  transfer_set_uint64 (self, &self->total_bytes, bytes, PROP_TOTAL_BYTES);
  transfer_set_uint (self, &self->total_files, files, PROP_TOTAL_FILES);
}

NamidaBackup *
namida_transfer_get_backup (NamidaTransfer *self)
{
  return self->backup;
}

NamidaDirection
namida_transfer_get_direction (NamidaTransfer *self)
{
  return self->direction;
}

const char *
namida_transfer_get_peer_alias (NamidaTransfer *self)
{
  return self->peer_alias;
}

const char *
namida_transfer_get_peer_fingerprint (NamidaTransfer *self)
{
  return self->peer_fingerprint;
}

gboolean
namida_transfer_get_encrypted (NamidaTransfer *self)
{
  return self->encrypted;
}

const char *
namida_transfer_get_title (NamidaTransfer *self)
{
  return self->title != NULL ? self->title : "";
}

NamidaTransferState
namida_transfer_get_state (NamidaTransfer *self)
{
  return self->state;
}

gboolean
namida_transfer_is_final (NamidaTransfer *self)
{
  return self->state >= NAMIDA_TRANSFER_DONE;
}

guint64
namida_transfer_get_done_bytes (NamidaTransfer *self)
{
  return self->done_bytes;
}

guint64
namida_transfer_get_safe_bytes (NamidaTransfer *self)
{
  return MAX (self->safe_bytes, self->done_bytes);
}

guint64
namida_transfer_get_total_bytes (NamidaTransfer *self)
{
  return self->total_bytes;
}

guint
namida_transfer_get_done_files (NamidaTransfer *self)
{
  return self->done_files;
}

guint
namida_transfer_get_total_files (NamidaTransfer *self)
{
  return self->total_files;
}

guint64
namida_transfer_get_speed (NamidaTransfer *self)
{
  return self->speed;
}

gint64
namida_transfer_get_seconds_left (NamidaTransfer *self)
{
  return self->seconds_left;
}

char *
namida_transfer_dup_current_file (NamidaTransfer *self)
{
  char *path;

  g_mutex_lock (&self->lock);
  path = g_strdup (self->current_file);
  g_mutex_unlock (&self->lock);
  return path;
}

const GError *
namida_transfer_get_error (NamidaTransfer *self)
{
  return self->error;
}

NamidaFileCounts
namida_transfer_count_files (NamidaTransfer *self)
{
  return namida_file_results_count (self->results);
}

guint
namida_transfer_count_missed (NamidaTransfer *self)
{
  return self->backup != NULL ? namida_backup_count_missed (self->backup) : 0;
}

char *
namida_transfer_dup_failed (NamidaTransfer *self, gboolean folders, guint most, char **detail)
{
  return namida_file_results_dup_failed (self->results, folders, most, detail);
}

void
namida_transfer_set_result (NamidaTransfer *self, guint index, NamidaFileResult result, const char *detail)
{
  namida_file_results_set (self->results, index, result, detail);
}

NamidaFileResult
namida_transfer_get_result (NamidaTransfer *self, guint index)
{
  return namida_file_results_get (self->results, index);
}

char *
namida_transfer_dup_detail (NamidaTransfer *self, guint index)
{
  return namida_file_results_dup_detail (self->results, index);
}

const char *
namida_transfer_get_folder (NamidaTransfer *self)
{
  return self->folder;
}

void
namida_transfer_set_folder (NamidaTransfer *self, const char *folder)
{
  char *copy = g_strdup (folder);

  g_free (self->folder);
  self->folder = copy;
}

gint64
namida_transfer_get_started_at (NamidaTransfer *self)
{
  return self->started_at;
}

gint64
namida_transfer_get_ended_at (NamidaTransfer *self)
{
  return self->ended_at;
}

void
namida_transfer_cancel (NamidaTransfer *self)
{
  if (namida_transfer_is_final (self))
    return;
  /* If the transfer is just stopping for a pause, it is canceled instead. */
  self->pausing = FALSE;
  g_cancellable_cancel (self->cancellable);
}

void
namida_transfer_cancel_keeping (NamidaTransfer *self)
{
  self->keep_parts = TRUE;
  namida_transfer_cancel (self);
}

gboolean
namida_transfer_get_keep_parts (NamidaTransfer *self)
{
  return self->keep_parts;
}

gboolean
namida_transfer_keeps_parts (NamidaTransfer *self)
{
  /* Received data stays on this device, whatever dialect the sender uses. The other device keeps it only with a dialect
   * that can be paused. */
  return self->direction == NAMIDA_DIRECTION_RECEIVE || self->pausable;
}

gboolean
namida_transfer_can_resume (NamidaTransfer *self)
{
  return self->state == NAMIDA_TRANSFER_CANCELLED && self->keep_parts && namida_transfer_keeps_parts (self);
}

void
namida_transfer_set_pausable (NamidaTransfer *self, gboolean pausable)
{
  self->pausable = pausable;
}

gboolean
namida_transfer_can_pause (NamidaTransfer *self)
{
  return self->pausable && !self->pausing
         && (self->state == NAMIDA_TRANSFER_RUNNING || self->state == NAMIDA_TRANSFER_INTERRUPTED);
}

void
namida_transfer_pause (NamidaTransfer *self)
{
  if (namida_transfer_is_final (self) || self->pausing)
    return;
  self->pausing = TRUE;
  g_cancellable_cancel (self->cancellable);
}

gboolean
namida_transfer_is_pausing (NamidaTransfer *self)
{
  return self->pausing;
}

void
namida_transfer_set_paused (NamidaTransfer *self)
{
  /* The cancellable is not in use any more, because the thread that moved the bytes has just reported that it
   * stopped. */
  if (self->pausing)
    g_cancellable_reset (self->cancellable);
  self->pausing = FALSE;
  namida_transfer_set_state (self, NAMIDA_TRANSFER_PAUSED);
}

GCancellable *
namida_transfer_get_cancellable (NamidaTransfer *self)
{
  return self->cancellable;
}

void
namida_transfer_add_bytes (NamidaTransfer *self, gint64 delta)
{
  __atomic_fetch_add (&self->bytes, delta, __ATOMIC_RELAXED);
}

void
namida_transfer_add_files (NamidaTransfer *self, int delta)
{
  g_atomic_int_add (&self->files, delta);
}

void
namida_transfer_add_moved (NamidaTransfer *self, guint moved, guint hashed)
{
  g_atomic_int_add (&self->moved, (gint) moved);
  g_atomic_int_add (&self->hashed, (gint) hashed);
}

guint
namida_transfer_get_moved (NamidaTransfer *self)
{
  return (guint) g_atomic_int_get (&self->moved);
}

guint
namida_transfer_get_hashed (NamidaTransfer *self)
{
  return (guint) g_atomic_int_get (&self->hashed);
}

void
namida_transfer_set_healed (NamidaTransfer *self, guint files, guint versions)
{
  g_atomic_int_set (&self->healed_versions, (gint) versions);
  g_atomic_int_set (&self->healed_files, (gint) files);
}

guint
namida_transfer_get_healed (NamidaTransfer *self, guint *versions)
{
  if (versions != NULL)
    *versions = (guint) g_atomic_int_get (&self->healed_versions);
  return (guint) g_atomic_int_get (&self->healed_files);
}

void
namida_transfer_restart (NamidaTransfer *self)
{
  /* A transfer that can be paused has its parts on the other side, where they are safe until more is known. */
  if (self->pausable)
    self->safe_bytes = MAX (self->safe_bytes, (guint64) MAX (__atomic_load_n (&self->bytes, __ATOMIC_RELAXED), 0));
  __atomic_store_n (&self->bytes, 0, __ATOMIC_RELAXED);
  g_atomic_int_set (&self->files, 0);
  namida_file_results_forget (self->results);
}

void
namida_transfer_set_current_file (NamidaTransfer *self, const char *path)
{
  g_mutex_lock (&self->lock);
  if (g_strcmp0 (self->current_file, path) != 0)
    {
      g_free (self->current_file);
      self->current_file = g_strdup (path);
      self->current_file_changed = TRUE;
    }
  g_mutex_unlock (&self->lock);
}

void
namida_transfer_set_state (NamidaTransfer *self, NamidaTransferState state)
{
  if (self->state == state || namida_transfer_is_final (self))
    return;
  self->state = state;
  if (state == NAMIDA_TRANSFER_RUNNING)
    self->safe_bytes = 0;
  /* Measure the speed from here, because bytes that were already there were not transferred. */
  namida_speed_reset (&self->recent);
  if (self->timer == 0 && (state == NAMIDA_TRANSFER_RUNNING || state == NAMIDA_TRANSFER_FINISHING))
    self->timer = g_timeout_add (SAMPLE_MS, transfer_on_timer, self);
  if (state >= NAMIDA_TRANSFER_DONE)
    {
      g_clear_handle_id (&self->timer, g_source_remove);
      self->ended_at = namida_clock_real ();
    }
  namida_transfer_sample (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATE]);
  if (state >= NAMIDA_TRANSFER_DONE)
    g_signal_emit (self, ended_signal, 0);
}

static void
transfer_end (NamidaTransfer *self, NamidaTransferState state, const GError *error)
{
  g_autoptr (NamidaTransfer) alive = g_object_ref (self);

  if (error != NULL)
    {
      self->error = g_error_copy (error);
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ERROR]);
    }
  namida_transfer_set_state (alive, state);
}

void
namida_transfer_finish (NamidaTransfer *self)
{
  g_autoptr (GError) error = NULL;

  if (namida_transfer_is_final (self))
    return;
  if (self->backup == NULL)
    error = g_error_new_literal (NAMIDA_ERROR, NAMIDA_ERROR_INTERNAL,
                                 _ ("The transfer ended before its files were known."));
  else
    error = namida_transfer_dup_incomplete (self);
  if (error == NULL)
    transfer_end (self, NAMIDA_TRANSFER_DONE, NULL);
  else
    transfer_end (self, self->backup != NULL ? NAMIDA_TRANSFER_INCOMPLETE : NAMIDA_TRANSFER_FAILED, error);
}

static NamidaTransferState
transfer_state_of (const GError *error)
{
  if (g_error_matches (error, NAMIDA_ERROR, NAMIDA_ERROR_DECLINED))
    return NAMIDA_TRANSFER_DECLINED;
  if (g_error_matches (error, NAMIDA_ERROR, NAMIDA_ERROR_CANCELLED)
      || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return NAMIDA_TRANSFER_CANCELLED;
  return NAMIDA_TRANSFER_FAILED;
}

void
namida_transfer_fail (NamidaTransfer *self, const GError *error)
{
  g_autoptr (GError) unknown = NULL;

  if (namida_transfer_is_final (self))
    return;
  if (error == NULL)
    {
      /* This is a mistake of the caller, but the transfer must neither run forever nor look successful. */
      g_critical ("A transfer failed without an error");
      unknown = g_error_new_literal (NAMIDA_ERROR, NAMIDA_ERROR_INTERNAL, _ ("The transfer failed."));
      error = unknown;
    }
  transfer_end (self, transfer_state_of (error), error);
}

void
namida_transfer_set_session_id (NamidaTransfer *self, const char *id)
{
  char *copy = g_strdup (id);

  g_free (self->session_id);
  self->session_id = copy;
}

const char *
namida_transfer_get_session_id (NamidaTransfer *self)
{
  return self->session_id;
}

void
namida_transfer_set_offer_key (NamidaTransfer *self, const char *key)
{
  char *copy = g_strdup (key);

  g_free (self->offer_key);
  self->offer_key = copy;
}

const char *
namida_transfer_get_offer_key (NamidaTransfer *self)
{
  return self->offer_key;
}

void
namida_transfer_set_work (NamidaTransfer *self, gpointer work, GDestroyNotify work_free)
{
  g_return_if_fail (NAMIDA_IS_TRANSFER (self) && self->work == NULL);

  self->work = work;
  self->work_free = work_free;
}

gpointer
namida_transfer_get_work (NamidaTransfer *self)
{
  return self->work;
}

void
namida_transfer_set_fetched (NamidaTransfer *self)
{
  self->fetched = TRUE;
}

gboolean
namida_transfer_get_fetched (NamidaTransfer *self)
{
  return self->fetched;
}

void
namida_transfer_set_advice (NamidaTransfer *self, const char *advice)
{
  g_free (self->advice);
  self->advice = g_strdup (advice);
}

const char *
namida_transfer_get_advice (NamidaTransfer *self)
{
  return self->state == NAMIDA_TRANSFER_DONE ? self->advice : NULL;
}

void
namida_transfer_set_sent_before (NamidaTransfer *self, guint files)
{
  self->sent_before = files;
}

guint
namida_transfer_get_sent_before (NamidaTransfer *self)
{
  return self->sent_before;
}

void
namida_transfer_set_unproven (NamidaTransfer *self)
{
  self->unproven = TRUE;
}

gboolean
namida_transfer_get_unproven (NamidaTransfer *self)
{
  return self->unproven;
}

NamidaUnproven
namida_transfer_get_why_unproven (NamidaTransfer *self)
{
  if (!self->unproven)
    return NAMIDA_UNPROVEN_NOT;
  return self->direction == NAMIDA_DIRECTION_RECEIVE && !self->encrypted ? NAMIDA_UNPROVEN_PLAIN
                                                                         : NAMIDA_UNPROVEN_NO_HASHES;
}

void
namida_transfer_set_trouble (NamidaTransfer *self, const char *sentence)
{
  g_mutex_lock (&self->lock);
  g_free (self->trouble);
  self->trouble = g_strdup (sentence);
  g_mutex_unlock (&self->lock);
}

char *
namida_transfer_dup_trouble (NamidaTransfer *self)
{
  char *sentence;

  g_mutex_lock (&self->lock);
  sentence = g_strdup (self->trouble);
  g_mutex_unlock (&self->lock);
  return sentence;
}
