/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "namida-v1-sender.h"

#include <glib/gi18n-lib.h>

#include "namida-clock.h"
#include "namida-deadline.h"
#include "namida-error.h"
#include "namida-hash-index.h"
#include "namida-manifest.h"
#include "namida-read-unknown.h"
#include "namida-upload-job.h"

/* An address that does not answer must not hold back the next one. */
#define QUICK_CHECK_MS 2000
/* finish: what a slow disk there needs to make everything durable. */
#define FINISH_SECONDS 60u
#define FINISH_BYTES_PER_SECOND (20u * 1000 * 1000)
#define FINISH_FILES_PER_SECOND 100u
/* It has not noticed yet that a connection that broke is gone, and takes the file on it for one that still arrives. */
#define BUSY_MS 200
#define BUSY_TRIES 50u
/* An answer that takes longer than this comes from a person. */
#define ASKED_MS 2000
#define PLATFORM "linux"

struct _NamidaV1Sender
{
  NamidaSender base;

  /* While it runs. */
  guint next_address;
  GError *address_error; /* the most telling of those tried */
  GError *cancelled;     /* (nullable): how it ends once the receiver was told */
  NamidaDeadline *quick; /* (nullable): while an address is asked */
  guint asked_timer, busy_tries;
  GHashTable *hashes; /* (nullable): of what was uploaded */
  GBytes *offer;
  NamidaClient *client;
  NamidaUploadJob *job;
  gboolean pack; /* the receiver takes packs */
};

G_DEFINE_FINAL_TYPE (NamidaV1Sender, namida_v1_sender, NAMIDA_TYPE_SENDER)

static void namida_v1_sender_start (NamidaSender *base);

static void
namida_v1_sender_finalize (GObject *object)
{
  NamidaV1Sender *self = NAMIDA_V1_SENDER (object);

  g_clear_handle_id (&self->asked_timer, g_source_remove);
  g_clear_pointer (&self->quick, namida_deadline_free);
  g_clear_object (&self->client);
  g_clear_object (&self->job);
  g_clear_pointer (&self->hashes, g_hash_table_unref);
  g_clear_pointer (&self->offer, g_bytes_unref);
  g_clear_error (&self->address_error);
  g_clear_error (&self->cancelled);
  G_OBJECT_CLASS (namida_v1_sender_parent_class)->finalize (object);
}

static void
namida_v1_sender_class_init (NamidaV1SenderClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = namida_v1_sender_finalize;
  NAMIDA_SENDER_CLASS (klass)->start = namida_v1_sender_start;
}

static void
namida_v1_sender_init (NamidaV1Sender *self)
{
}

/* ---- the end ---- */

static void
on_cancel_told (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (NamidaV1Sender) self = user_data;
  g_autoptr (GError) error = NULL;

  /* Who did not hear it parks the session by itself. */
  if (!namida_client_cancel_finish (NAMIDA_CLIENT (source), result, &error))
    g_debug ("The receiver did not hear of the cancel: %s", error->message);
  namida_sender_give_back (&self->base, g_steal_pointer (&self->cancelled));
}

/* A program that ends waits for its sendings, or the receiver would never hear. @error: (transfer full) */
static void
tell_cancelled (NamidaV1Sender *self, GError *error)
{
  NamidaTransfer *transfer = self->base.transfer;
  gboolean keep_parts = namida_transfer_is_pausing (transfer) || namida_transfer_get_keep_parts (transfer);

  self->cancelled = error;
  namida_sender_settle (&self->base, error, FALSE);
  namida_client_cancel_async (self->client, self->base.session_id, keep_parts, on_cancel_told, g_object_ref (self));
}

/* The other device is away, or has started anew and does not know the session: an offer takes it up again. */
static gboolean
can_go_on (NamidaV1Sender *self, const GError *error)
{
  if (!self->base.patient || !self->base.accepted || error->domain != NAMIDA_ERROR)
    return FALSE;
  switch (error->code)
    {
    case NAMIDA_ERROR_UNREACHABLE:
    case NAMIDA_ERROR_BUSY:
    case NAMIDA_ERROR_PAUSED:
    case NAMIDA_ERROR_NO_SPACE: /* somebody may make room there */
    case NAMIDA_ERROR_NO_INODES:
    case NAMIDA_ERROR_QUOTA:
    case NAMIDA_ERROR_READ_ONLY:
      return TRUE;
    case NAMIDA_ERROR_NOT_FOUND:
    case NAMIDA_ERROR_EXPIRED:
      return self->base.session_id != NULL;
    case NAMIDA_ERROR_IDENTITY_CHANGED: /* somebody else has its address by now: nothing was sent there */
      return self->base.again && self->base.session_id == NULL;
    default:
      return FALSE;
    }
}

/* What a person reads while it waits; NULL: that the device is away. @error: (nullable) */
static const char *
trouble_of (const GError *error)
{
  if (g_error_matches (error, NAMIDA_ERROR, NAMIDA_ERROR_PAUSED))
    return _ ("Paused on the other device");
  if (g_error_matches (error, NAMIDA_ERROR, NAMIDA_ERROR_NO_SPACE))
    return _ ("Waiting for room on the other device: its disk is full");
  if (namida_error_is_full (error))
    return namida_error_storage_words_there ((NamidaError) error->code);
  return NULL;
}

/* @error: (transfer full) (nullable) */
static void
end (NamidaV1Sender *self, GError *error)
{
  NamidaTransfer *transfer = self->base.transfer;
  gboolean own_wish = g_cancellable_is_cancelled (namida_transfer_get_cancellable (transfer));

  if (error != NULL && own_wish && !g_error_matches (error, NAMIDA_ERROR, NAMIDA_ERROR_CANCELLED))
    {
      g_clear_error (&error);
      error = g_error_new_literal (NAMIDA_ERROR, NAMIDA_ERROR_CANCELLED, _ ("Cancelled"));
    }
  namida_transfer_set_trouble (transfer, trouble_of (error));
  if (error != NULL && own_wish && self->base.session_id != NULL)
    tell_cancelled (self, error);
  else
    namida_sender_return (&self->base, error, error != NULL && !own_wish && can_go_on (self, error));
}

/* Every step's worker: the sender lives until it is back. */
static void
run_step (
    NamidaV1Sender *self, GTaskThreadFunc thread, GAsyncReadyCallback done, gpointer data, GDestroyNotify free_data)
{
  g_autoptr (GTask) step = g_task_new (self, namida_transfer_get_cancellable (self->base.transfer), done, NULL);

  g_task_set_source_tag (step, run_step);
  g_task_set_return_on_cancel (step, TRUE);
  g_task_set_task_data (step, data, free_data);
  g_task_run_in_thread (step, thread);
}

/* @error: (transfer full): of a step. */
static GError *
step_error (GError *error)
{
  if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return error;
  g_error_free (error);
  return g_error_new_literal (NAMIDA_ERROR, NAMIDA_ERROR_CANCELLED, _ ("Cancelled"));
}

/* ---- 5. what became of it ---- */

/* All of it went there: only that device knows why it did not keep it. */
static const char *
detail_of (gconstpointer value)
{
  NamidaFileResult result = namida_finish_value_get_result (value);
  const char *words = namida_error_storage_words_there (namida_finish_value_get_code (value));

  if (result == NAMIDA_FILE_MISSING && words != NULL)
    return words;
  if (result == NAMIDA_FILE_MISSING)
    return _ ("The other device could not store it, and says there why.");
  return namida_file_result_get_detail (result);
}

static void
apply_results (NamidaV1Sender *self, GHashTable *results)
{
  GPtrArray *entries = namida_backup_get_entries (namida_transfer_get_backup (self->base.transfer));

  for (guint i = 0; i < entries->len; i++)
    {
      const NamidaEntry *entry = g_ptr_array_index (entries, i);
      NamidaFileResult before = namida_transfer_get_result (self->base.transfer, i);
      gpointer value = NULL;
      gboolean named = results != NULL && g_hash_table_lookup_extended (results, entry->id, NULL, &value);
      NamidaFileResult told = named ? namida_finish_value_get_result (value) : NAMIDA_FILE_MISSING;

      /* One that was there when the offer was answered may have been lost before all was stored. */
      if (before == NAMIDA_FILE_PENDING
          || (before == NAMIDA_FILE_KEPT_EXISTING && named && !namida_file_result_is_success (told)))
        namida_transfer_set_result (self->base.transfer, i, told, named ? detail_of (value) : NULL);
    }
}

static void
conclude_thread (GTask *step, gpointer source, gpointer data, GCancellable *cancellable)
{
  apply_results (source, data);
  g_task_return_boolean (step, TRUE);
}

static void
on_concluded (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GError *error = NULL;

  g_task_propagate_boolean (G_TASK (result), &error);
  end (NAMIDA_V1_SENDER (source), error != NULL ? step_error (error) : NULL);
}

/* ---- 4. finish ---- */

static void finish (NamidaV1Sender *self);

static gboolean
on_busy_over (gpointer user_data)
{
  finish (user_data);
  return G_SOURCE_REMOVE;
}

static void
on_finished (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (NamidaV1Sender) self = user_data;
  GError *error = NULL;
  GHashTable *results = namida_client_finish_finish (NAMIDA_CLIENT (source), result, &error);

  if (g_error_matches (error, NAMIDA_ERROR, NAMIDA_ERROR_BUSY) && self->busy_tries++ < BUSY_TRIES)
    {
      g_error_free (error);
      g_timeout_add_full (G_PRIORITY_DEFAULT, BUSY_MS, on_busy_over, g_object_ref (self), g_object_unref);
    }
  else if (error != NULL)
    end (self, error);
  else
    run_step (self, conclude_thread, on_concluded, results,
              results != NULL ? (GDestroyNotify) g_hash_table_unref : NULL);
}

static void
finish (NamidaV1Sender *self)
{
  guint64 seconds = FINISH_SECONDS + namida_upload_job_get_bytes (self->job) / FINISH_BYTES_PER_SECOND
                    + namida_upload_job_get_files (self->job) / FINISH_FILES_PER_SECOND;

  namida_client_finish_async (self->client, self->base.session_id, self->hashes,
                              namida_transfer_count_missed (self->base.transfer), (guint) MIN (seconds, 24 * 60 * 60),
                              namida_transfer_get_cancellable (self->base.transfer), on_finished, g_object_ref (self));
}

static void
on_uploaded (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (NamidaV1Sender) self = user_data;
  GError *error = NULL;

  self->hashes = namida_upload_job_run_finish (NAMIDA_UPLOAD_JOB (source), result, &error);
  if (error != NULL)
    {
      end (self, error);
      return;
    }
  namida_transfer_set_state (self->base.transfer, NAMIDA_TRANSFER_FINISHING);
  finish (self);
}

/* ---- 3. offer and upload ---- */

static void
plan_thread (GTask *step, gpointer source, gpointer data, GCancellable *cancellable)
{
  NamidaV1Sender *self = source;
  g_autoptr (NamidaRateLimit) limit = namida_rate_limit_new (self->base.limit);
  NamidaOfferAnswer *answer = g_atomic_pointer_exchange ((gpointer *) data, NULL);

  g_task_return_pointer (step,
                         namida_upload_job_new (self->base.identity, namida_client_get_address (self->client),
                                                self->base.fingerprint, answer, self->base.database, limit,
                                                self->base.transfer),
                         g_object_unref);
}

static void
on_planned (GObject *source, GAsyncResult *result, gpointer user_data)
{
  NamidaV1Sender *self = NAMIDA_V1_SENDER (source);
  GError *error = NULL;

  self->job = g_task_propagate_pointer (G_TASK (result), &error);
  if (error != NULL)
    {
      end (self, step_error (error));
      return;
    }
  namida_transfer_set_state (self->base.transfer, NAMIDA_TRANSFER_RUNNING);
  namida_upload_job_set_pack (self->job, self->pack);
  namida_upload_job_run_async (self->job, on_uploaded, g_object_ref (self));
}

static void
answer_box_free (gpointer data)
{
  gpointer *box = data;

  if (*box != NULL)
    namida_offer_answer_free (*box);
  g_free (box);
}

/* Nothing is wanted, and there is no session in which a file could be asked for. */
static void
all_kept_thread (GTask *step, gpointer source, gpointer data, GCancellable *cancellable)
{
  NamidaTransfer *transfer = NAMIDA_SENDER (source)->transfer;
  GPtrArray *entries = namida_backup_get_entries (namida_transfer_get_backup (transfer));

  for (guint i = 0; i < entries->len; i++)
    {
      const NamidaEntry *entry = g_ptr_array_index (entries, i);
      gboolean proven = namida_upload_job_is_proven (entry);

      namida_transfer_set_result (transfer, i, proven ? NAMIDA_FILE_KEPT_EXISTING : NAMIDA_FILE_CLAIMED,
                                  proven ? NULL : namida_file_result_get_detail (NAMIDA_FILE_CLAIMED));
      if (!proven)
        continue;
      namida_transfer_add_bytes (transfer, (gint64) entry->size);
      namida_transfer_add_files (transfer, entry->kind != NAMIDA_ENTRY_FOLDER);
    }
  g_task_return_boolean (step, TRUE);
}

static void keep_address_error (NamidaV1Sender *self, GError *error);
static void try_next_address (NamidaV1Sender *self);

/* A command that only sends has the key of the device it runs on, and a port of its own: what receives there may be at
 * the next address. */
static gboolean
may_be_elsewhere (NamidaV1Sender *self, const GError *error)
{
  return g_error_matches (error, NAMIDA_ERROR, NAMIDA_ERROR_BUSY)
         && self->next_address < g_list_model_get_n_items (self->base.addresses);
}

static void
on_offered (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (NamidaV1Sender) self = user_data;
  GError *error = NULL;
  NamidaOfferAnswer *answer = namida_client_offer_finish (NAMIDA_CLIENT (source), result, &error);
  gpointer *box;

  g_clear_handle_id (&self->asked_timer, g_source_remove);
  if (may_be_elsewhere (self, error))
    {
      keep_address_error (self, error);
      try_next_address (self);
      return;
    }
  g_clear_pointer (&self->offer, g_bytes_unref);
  if (error != NULL)
    {
      end (self, error);
      return;
    }
  self->base.accepted = self->base.reached = TRUE;
  namida_transfer_set_pausable (self->base.transfer, TRUE);
  if (self->base.again)
    namida_transfer_restart (self->base.transfer);
  if (answer == NULL)
    {
      run_step (self, all_kept_thread, on_concluded, NULL, NULL);
      return;
    }
  self->base.session_id = g_strdup (answer->session_id);
  box = g_new0 (gpointer, 1);
  *box = answer;
  run_step (self, plan_thread, on_planned, box, answer_box_free);
}

/* ---- 2. which address ---- */

/* Somebody else at an address says more than nobody at another. @error: (transfer full) */
static void
keep_address_error (NamidaV1Sender *self, GError *error)
{
  if (self->address_error == NULL || error->code == NAMIDA_ERROR_IDENTITY_CHANGED
      || (error->code == NAMIDA_ERROR_BUSY && self->address_error->code == NAMIDA_ERROR_UNREACHABLE))
    {
      g_clear_error (&self->address_error);
      self->address_error = g_steal_pointer (&error);
    }
  g_clear_error (&error);
}

static gboolean
on_asked (gpointer user_data)
{
  NamidaV1Sender *self = user_data;

  self->asked_timer = 0;
  namida_transfer_set_state (self->base.transfer, NAMIDA_TRANSFER_WAITING);
  return G_SOURCE_REMOVE;
}

static void
make_offer (NamidaV1Sender *self)
{
  if (self->base.fingerprint == NULL)
    {
      /* Typed by hand: who answered is held to it, from here on. */
      GInetSocketAddress *address = namida_client_get_address (self->client);
      g_autoptr (NamidaClient) unpinned = self->client;

      self->base.fingerprint = g_strdup (namida_client_get_peer_fingerprint (unpinned));
      self->client = namida_client_new (self->base.identity, address, self->base.fingerprint);
    }
  /* Who was accepted before goes on without a question, or is told to wait: its state does not flicker for that. */
  if (self->base.again)
    self->asked_timer = g_timeout_add (ASKED_MS, on_asked, self);
  else
    namida_transfer_set_state (self->base.transfer, NAMIDA_TRANSFER_WAITING);
  namida_client_offer_async (self->client, g_bytes_ref (self->offer), self->base.pin,
                             namida_transfer_get_cancellable (self->base.transfer), on_offered, g_object_ref (self));
}

/* Whoever does not know it any more is simply offered it again. */
static void
on_looked (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (NamidaV1Sender) self = user_data;
  g_autofree char *state = NULL;
  g_autoptr (GHashTable) offsets = namida_client_session_finish (NAMIDA_CLIENT (source), result, &state, NULL);

  if (offsets != NULL && g_strcmp0 (state, "cancelled") == 0)
    end (self,
         g_error_new_literal (NAMIDA_ERROR, NAMIDA_ERROR_CANCELLED, _ ("The other device cancelled the transfer.")));
  else
    make_offer (self);
}

static void
on_checked (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (NamidaV1Sender) self = user_data;
  GError *error = NULL;
  g_autoptr (NamidaDeviceInfo) info = namida_client_register_finish (NAMIDA_CLIENT (source), result, &error);

  g_clear_pointer (&self->quick, namida_deadline_free);
  if (info != NULL)
    {
      self->pack = namida_device_info_has_feature (info, "pack");
      if (self->base.again && self->base.session_before != NULL)
        namida_client_session_async (self->client, self->base.session_before,
                                     namida_transfer_get_cancellable (self->base.transfer), on_looked,
                                     g_object_ref (self));
      else
        make_offer (self);
      return;
    }
  if (g_error_matches (error, NAMIDA_ERROR, NAMIDA_ERROR_CANCELLED)
      && !g_cancellable_is_cancelled (namida_transfer_get_cancellable (self->base.transfer)))
    {
      g_autofree char *alias = g_strdup (namida_transfer_get_peer_alias (self->base.transfer));

      g_clear_error (&error);
      error = g_error_new (NAMIDA_ERROR, NAMIDA_ERROR_UNREACHABLE,
                           _ ("“%s” did not answer: check that it is on, in the same network, and that Namida Sync is "
                              "open there"),
                           alias);
    }
  keep_address_error (self, error);
  try_next_address (self);
}

static void
try_next_address (NamidaV1Sender *self)
{
  GCancellable *wish = namida_transfer_get_cancellable (self->base.transfer);
  g_autoptr (GInetSocketAddress) address = g_list_model_get_item (self->base.addresses, self->next_address++);

  if (address == NULL || g_cancellable_is_cancelled (wish))
    {
      end (self, self->address_error != NULL
                     ? g_steal_pointer (&self->address_error)
                     : g_error_new (NAMIDA_ERROR, NAMIDA_ERROR_UNREACHABLE,
                                    _ ("No address of “%s” is known: refresh the list of devices, then send again"),
                                    namida_transfer_get_peer_alias (self->base.transfer)));
      return;
    }
  g_clear_object (&self->client);
  self->client = namida_client_new (self->base.identity, address, self->base.fingerprint);
  /* The last one gets the client's own, longer limit. */
  self->quick
      = namida_deadline_new (self->next_address < g_list_model_get_n_items (self->base.addresses) ? QUICK_CHECK_MS : 0,
                             wish);
  namida_client_register_async (self->client, NULL, namida_deadline_get_cancellable (self->quick), on_checked,
                                g_object_ref (self));
}

/* ---- 1. prepare ---- */

static void
prepare_thread (GTask *step, gpointer source, gpointer data, GCancellable *cancellable)
{
  NamidaV1Sender *self = source;
  NamidaBackup *backup = namida_transfer_get_backup (self->base.transfer);
  g_autoptr (GBytes) manifest = NULL;
  gsize length = 0;
  char *text;

  if (self->base.database != NULL)
    {
      namida_hash_index_fill (self->base.database, backup);
      namida_sender_read_unknown (&self->base, cancellable);
    }
  manifest = namida_manifest_build (backup, namida_identity_get_uuid (self->base.identity), PLATFORM,
                                    namida_clock_real () / 1000);
  text = namida_offer_message_format (self->base.own, manifest, backup, &length);
  g_task_return_pointer (step, g_bytes_new_take (text, length), (GDestroyNotify) g_bytes_unref);
}

static void
on_prepared (GObject *source, GAsyncResult *result, gpointer user_data)
{
  NamidaV1Sender *self = NAMIDA_V1_SENDER (source);
  GError *error = NULL;

  self->offer = g_task_propagate_pointer (G_TASK (result), &error);
  if (error != NULL)
    end (self, step_error (error));
  else
    try_next_address (self);
}

static void
namida_v1_sender_start (NamidaSender *base)
{
  run_step (NAMIDA_V1_SENDER (base), prepare_thread, on_prepared, NULL, NULL);
}
