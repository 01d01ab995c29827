/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Implements NamidaPuller: lists the versions on another device, and fetches one: asks for it, lets the owner create a
 * sink, fetches the files and commits them. Main context; the steps run in workers. */
#include "config.h"

#include "namida-puller.h"

#include "namida-error.h"
#include "namida-limits.h"
#include "namida-pull-worker.h"

#include <glib/gi18n-lib.h>

struct _NamidaPuller
{
  GObject parent_instance;

  NamidaIdentity *identity;
  GPtrArray *addresses;
  char *fingerprint;
  NamidaTransfer *transfer;
  NamidaPullerCreateSink create_sink;
  gpointer create_data;
  GDestroyNotify create_free;

  /* Used by one worker at a time. */
  char *backup_id;
  char **labels;
  char *session_id;
  NamidaOfferMessage *offer; /* what can be fetched */
  NamidaSink *sink;
  gboolean prepared;
  NamidaWant *wants;
  char **hashes;
};

G_DEFINE_FINAL_TYPE (NamidaPuller, namida_puller, G_TYPE_OBJECT)

static void
namida_puller_finalize (GObject *object)
{
  NamidaPuller *self = NAMIDA_PULLER (object);
  guint n = self->offer != NULL ? namida_backup_get_entries (self->offer->backup)->len : 0;

  for (guint i = 0; self->hashes != NULL && i < n; i++)
    g_free (self->hashes[i]);
  g_free (self->hashes);
  g_free (self->wants);
  g_clear_pointer (&self->offer, namida_offer_message_free);
  g_clear_object (&self->sink);
  g_clear_object (&self->identity);
  g_clear_object (&self->transfer);
  g_ptr_array_unref (self->addresses);
  if (self->create_free != NULL)
    self->create_free (self->create_data);
  g_free (self->fingerprint);
  g_free (self->backup_id);
  g_strfreev (self->labels);
  g_free (self->session_id);
  G_OBJECT_CLASS (namida_puller_parent_class)->finalize (object);
}

static void
namida_puller_class_init (NamidaPullerClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = namida_puller_finalize;
}

static void
namida_puller_init (NamidaPuller *self)
{
}

static GPtrArray *
puller_copy_addresses (GListModel *addresses)
{
  GPtrArray *copy = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < g_list_model_get_n_items (addresses); i++)
    g_ptr_array_add (copy, g_list_model_get_item (addresses, i));
  return copy;
}

/* ---- the list ---- */

typedef struct
{
  NamidaIdentity *identity;
  GPtrArray *addresses;
  char *fingerprint;
} Question;

static void
question_free (gpointer data)
{
  Question *question = data;

  g_object_unref (question->identity);
  g_ptr_array_unref (question->addresses);
  g_free (question->fingerprint);
  g_free (question);
}

static void
puller_list_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Question *question = data;
  GError *error = NULL;
  g_autoptr (GByteArray) body = namida_pull_ask_any (question->identity, question->addresses, question->fingerprint,
                                                     "backups", NULL, NAMIDA_LIMIT_JSON_BYTES, cancellable, &error);
  GPtrArray *list = NULL;

  if (body != NULL)
    list = namida_backups_parse ((const char *) body->data, body->len, &error);
  if (list != NULL)
    g_task_return_pointer (task, list, (GDestroyNotify) g_ptr_array_unref);
  else
    g_task_return_error (task, error);
}

void
namida_puller_list_async (NamidaIdentity *identity,
                          GListModel *addresses,
                          const char *fingerprint,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (identity, cancellable, callback, user_data);
  Question *question = g_new0 (Question, 1);

  question->identity = g_object_ref (identity);
  question->addresses = puller_copy_addresses (addresses);
  question->fingerprint = g_strdup (fingerprint);
  g_task_set_source_tag (task, namida_puller_list_async);
  g_task_set_task_data (task, question, question_free);
  g_task_run_in_thread (task, puller_list_thread);
}

GPtrArray *
namida_puller_list_finish (GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (G_IS_TASK (result), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/* ---- one backup ---- */

NamidaPuller *
namida_puller_new (NamidaIdentity *identity,
                   GListModel *addresses,
                   const char *fingerprint,
                   NamidaTransfer *transfer,
                   NamidaPullerCreateSink create_sink,
                   gpointer create_data,
                   GDestroyNotify create_free)
{
  NamidaPuller *self = g_object_new (NAMIDA_TYPE_PULLER, NULL);

  self->identity = g_object_ref (identity);
  self->addresses = puller_copy_addresses (addresses);
  self->fingerprint = g_strdup (fingerprint);
  self->transfer = g_object_ref (transfer);
  self->create_sink = create_sink;
  self->create_data = create_data;
  self->create_free = create_free;
  return self;
}

/* Asks what can be fetched, and creates the sink for it. */
static gboolean
puller_ask (NamidaPuller *self, GCancellable *cancellable, GError **error)
{
  g_autofree char *question
      = namida_download_request_format (self->backup_id, (const char *const *) self->labels, NULL);
  g_autoptr (GByteArray) body
      = namida_pull_ask_any (self->identity, self->addresses, self->fingerprint, "prepare-download", question,
                             NAMIDA_LIMIT_OFFER_BYTES, cancellable, error);
  g_autofree char *key = NULL;

  if (body == NULL)
    return FALSE;
  self->session_id = namida_download_answer_dup_session ((const char *) body->data, body->len, error);
  if (self->session_id != NULL)
    self->offer = namida_offer_message_parse ((const char *) body->data, body->len, error);
  if (self->offer == NULL)
    return FALSE;
  key = namida_backup_dup_key (self->offer->backup);
  self->sink = self->create_sink (self->offer->backup, key, self->create_data, error);
  return self->sink != NULL;
}

static void
puller_ask_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  GError *error = NULL;

  if (puller_ask (source, cancellable, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
puller_count_known (NamidaPuller *self)
{
  GPtrArray *entries = namida_backup_get_entries (self->offer->backup);

  for (guint i = 0; i < entries->len; i++)
    {
      const NamidaEntry *entry = g_ptr_array_index (entries, i);

      namida_transfer_add_bytes (self->transfer,
                                 (gint64) (self->wants[i].wanted ? self->wants[i].offset : entry->size));
      if (self->wants[i].wanted)
        continue;
      namida_transfer_set_result (self->transfer, i, NAMIDA_FILE_KEPT_EXISTING, NULL);
      if (entry->kind != NAMIDA_ENTRY_FOLDER)
        namida_transfer_add_files (self->transfer, 1);
    }
}

static void
puller_fetch_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  NamidaPuller *self = source;
  guint n = namida_backup_get_entries (self->offer->backup)->len;
  GError *error = NULL;
  NamidaPull pull = { .identity = self->identity,
                      .addresses = self->addresses,
                      .fingerprint = self->fingerprint,
                      .session_id = self->session_id,
                      .backup = self->offer->backup,
                      .sink = self->sink,
                      .transfer = self->transfer,
                      .cancellable = cancellable };

  self->wants = g_new0 (NamidaWant, n + 1);
  self->hashes = g_new0 (char *, n + 1);
  pull.wants = self->wants;
  pull.hashes = self->hashes;
  self->prepared
      = namida_sink_prepare (self->sink, self->offer->backup, self->offer->manifest, self->wants, cancellable, &error);
  if (self->prepared)
    puller_count_known (self);
  if (self->prepared && namida_pull_run (&pull, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

/* Compares the files with the hashes that the other side recorded when they arrived there. */
static gboolean
puller_commit (NamidaPuller *self, GError **error)
{
  GPtrArray *entries = namida_backup_get_entries (self->offer->backup);
  g_autofree NamidaCommit *files = g_new0 (NamidaCommit, entries->len + 1);
  guint n = 0;
  gboolean ok;

  for (guint i = 0; i < entries->len; i++)
    {
      const NamidaEntry *entry = g_ptr_array_index (entries, i);

      if (self->wants[i].wanted && (self->hashes[i] != NULL || entry->kind == NAMIDA_ENTRY_FOLDER))
        files[n++] = (NamidaCommit){ .index = i, .sent_sha256 = entry->sha256, .received_sha256 = self->hashes[i] };
      else if (!self->wants[i].wanted)
        files[n++] = (NamidaCommit){ .index = i, .result = NAMIDA_FILE_KEPT_EXISTING };
    }
  ok = namida_sink_commit (self->sink, files, n, error);
  for (guint i = 0; i < n; i++)
    {
      if (ok)
        namida_transfer_set_result (self->transfer, files[i].index, files[i].result, files[i].reason);
      g_free (files[i].reason);
    }
  return ok;
}

static void
puller_commit_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  GError *error = NULL;

  if (puller_commit (source, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

/* Called after a failure: keeps the parts for the next time, unless the user does not want them any more. */
static void
puller_leave_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  NamidaPuller *self = source;

  if (g_cancellable_is_cancelled (namida_transfer_get_cancellable (self->transfer))
      && !namida_transfer_get_keep_parts (self->transfer))
    namida_sink_discard (self->sink);
  else
    namida_sink_park (self->sink);
  g_task_return_boolean (task, TRUE);
}

/* @error: (transfer full) (nullable) */
static void
puller_end (NamidaPuller *self, GTask *outer, GError *error)
{
  if (error != NULL)
    namida_transfer_fail (self->transfer, error);
  else
    namida_transfer_finish (self->transfer);
  if (error == NULL && namida_transfer_get_error (self->transfer) != NULL)
    error = g_error_copy (namida_transfer_get_error (self->transfer));
  if (error != NULL)
    g_task_return_error (outer, error);
  else
    g_task_return_boolean (outer, TRUE);
}

static void
puller_left (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) outer = user_data;

  puller_end (NAMIDA_PULLER (source), outer, g_error_copy (g_task_get_task_data (outer)));
}

/* @error: (transfer full) */
static void
puller_fail (NamidaPuller *self, GTask *outer, GError *error)
{
  g_autoptr (GTask) task = NULL;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      g_clear_error (&error);
      error = g_error_new_literal (NAMIDA_ERROR, NAMIDA_ERROR_CANCELLED, _ ("Canceled"));
    }
  if (!self->prepared)
    {
      puller_end (self, outer, error);
      return;
    }
  g_task_set_task_data (outer, error, (GDestroyNotify) g_error_free);
  task = g_task_new (self, NULL, puller_left, g_object_ref (outer));
  g_task_run_in_thread (task, puller_leave_thread);
}

static void
puller_committed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  NamidaPuller *self = NAMIDA_PULLER (source);
  g_autoptr (GTask) outer = user_data;
  g_autofree char *folder = NULL;
  GError *error = NULL;

  if (!g_task_propagate_boolean (G_TASK (result), &error))
    {
      puller_end (self, outer, error); /* the sink has already parked itself */
      return;
    }
  folder = namida_sink_dup_folder (self->sink);
  if (folder != NULL)
    namida_transfer_set_folder (self->transfer, folder);
  puller_end (self, outer, NULL);
}

static void
puller_fetched (GObject *source, GAsyncResult *result, gpointer user_data)
{
  NamidaPuller *self = NAMIDA_PULLER (source);
  g_autoptr (GTask) outer = user_data;
  g_autoptr (GTask) task = NULL;
  GError *error = NULL;

  if (!g_task_propagate_boolean (G_TASK (result), &error))
    {
      puller_fail (self, outer, error);
      return;
    }
  namida_transfer_set_state (self->transfer, NAMIDA_TRANSFER_FINISHING);
  task = g_task_new (self, NULL, puller_committed, g_steal_pointer (&outer));
  g_task_run_in_thread (task, puller_commit_thread);
}

static void
puller_asked (GObject *source, GAsyncResult *result, gpointer user_data)
{
  NamidaPuller *self = NAMIDA_PULLER (source);
  GCancellable *cancellable = namida_transfer_get_cancellable (self->transfer);
  g_autoptr (GTask) outer = user_data;
  g_autoptr (GTask) task = NULL;
  GError *error = NULL;

  if (!g_task_propagate_boolean (G_TASK (result), &error))
    {
      puller_fail (self, outer, error);
      return;
    }
  namida_transfer_set_fetched (self->transfer);
  namida_transfer_set_backup (self->transfer, self->offer->backup);
  namida_transfer_set_state (self->transfer, NAMIDA_TRANSFER_RUNNING);
  task = g_task_new (self, cancellable, puller_fetched, g_steal_pointer (&outer));
  g_task_set_check_cancellable (task, FALSE); /* the thread itself reports how far it got */
  g_task_run_in_thread (task, puller_fetch_thread);
}

void
namida_puller_fetch_async (NamidaPuller *self,
                           const char *backup_id,
                           const char *const *labels,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  g_autoptr (GTask) outer = g_task_new (self, NULL, callback, user_data);
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (NAMIDA_IS_PULLER (self));
  g_return_if_fail (self->backup_id == NULL);

  self->backup_id = g_strdup (backup_id);
  self->labels = g_strdupv ((char **) labels);
  g_task_set_source_tag (outer, namida_puller_fetch_async);
  task = g_task_new (self, namida_transfer_get_cancellable (self->transfer), puller_asked, g_steal_pointer (&outer));
  g_task_set_check_cancellable (task, FALSE);
  g_task_run_in_thread (task, puller_ask_thread);
}

gboolean
namida_puller_fetch_finish (NamidaPuller *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
