/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Handles an offer from its head to the answer: parses it, finds or parks older sessions, asks the hub, prepares the
 * sink and starts the session. Shared by all dialects, which differ in NamidaOfferWording. Main context; parsing and
 * preparing run in workers. */
#include "config.h"

#include "namida-error.h"
#include "namida-json-window.h"
#include "namida-limits.h"
#include "namida-server-private.h"

#include <glib/gi18n-lib.h>
#include <malloc.h>
#include <string.h>

#define MANY_FILES 10000u

#define RETRY_SECONDS 10
#define SCOPE_KEY "namida-server-scope" /* set on a session */

/* One prepare-upload request from its head to its answer. */
typedef struct
{
  grefcount refs;
  NamidaServer *server;
  NamidaRequest *request;
  char *owner;
  char *scope;        /* (nullable) until it is parsed: namida_backup_dup_scope() */
  NamidaOffer *offer; /* (nullable) until it is parsed */
  GBytes *manifest;   /* (nullable) */
  NamidaSink *sink;   /* (nullable) until it is accepted */
  guint timer;
} OpenOffer;

static void
open_offer_unref (OpenOffer *self)
{
  if (!g_ref_count_dec (&self->refs))
    return;
  g_clear_handle_id (&self->timer, g_source_remove);
  g_clear_object (&self->server);
  namida_request_unref (self->request);
  g_free (self->owner);
  g_free (self->scope);
  g_clear_object (&self->offer);
  g_clear_pointer (&self->manifest, g_bytes_unref);
  g_clear_object (&self->sink);
  g_free (self);
}

static OpenOffer *
open_offer_ref (OpenOffer *self)
{
  g_ref_count_inc (&self->refs);
  return self;
}

static OpenOffer *
offer_find (NamidaServer *self, NamidaRequest *request)
{
  for (guint i = 0; i < self->offers->len; i++)
    if (((OpenOffer *) g_ptr_array_index (self->offers, i))->request == request)
      return g_ptr_array_index (self->offers, i);
  return NULL;
}

/* Strangers and trusted devices have separate places, so that unanswered offers of strangers never block a trusted
 * device. */
static gboolean
offer_is_of_trusted (NamidaServer *self, guint index)
{
  return ((OpenOffer *) g_ptr_array_index (self->offers, index))->request->connection->trusted;
}

static gboolean
offer_check_single (NamidaServer *self, const NamidaRequest *request, GError **error)
{
  const NamidaOfferWording *wording = request->route->offer;

  for (guint i = 0; wording->single && i < self->offers->len; i++)
    if (((OpenOffer *) g_ptr_array_index (self->offers, i))->request->route->offer == wording
        && offer_is_of_trusted (self, i) == request->connection->trusted)
      {
        g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_BUSY,
                             _ ("This device is being asked by another one. Send again when that is answered."));
        return FALSE;
      }
  return TRUE;
}

static gboolean
offer_check_count (NamidaServer *self, const NamidaRequest *request, guint *retry_after, GError **error)
{
  guint same = 0, all = 0;

  for (guint i = 0; i < self->offers->len; i++)
    {
      OpenOffer *open = g_ptr_array_index (self->offers, i);

      same += g_str_equal (open->owner, request->connection->owner) ? 1 : 0;
      all += offer_is_of_trusted (self, i) == request->connection->trusted ? 1 : 0;
    }
  if (same < NAMIDA_LIMIT_OPEN_OFFERS_PER_DEVICE && all < NAMIDA_LIMIT_OPEN_OFFERS)
    return TRUE;
  *retry_after = RETRY_SECONDS;
  g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_BUSY,
                       _ ("The other device is still asking about another backup. Try again when that is answered."));
  return FALSE;
}

static gboolean
offer_check_place (NamidaServer *self, NamidaRequest *request, guint *retry_after, GError **error)
{
  return offer_check_single (self, request, error) && offer_check_count (self, request, retry_after, error);
}

gboolean
namida_server_early_offer (NamidaServer *self, NamidaRequest *request, guint *retry_after, GError **error)
{
  const char *fingerprint = request->connection->fingerprint;
  g_autofree char *pin = namida_request_get (request, "pin");

  if (self->pin != NULL
      && !namida_pin_guard_check (self->guard, self->pin, pin, request->connection->address, fingerprint, retry_after,
                                  error))
    return FALSE;
  return offer_check_place (self, request, retry_after, error);
}

/* Only offers that were parsed take a place. */
static OpenOffer *
open_offer_new (NamidaServer *self, NamidaRequest *request)
{
  OpenOffer *open = g_new0 (OpenOffer, 1);

  g_ref_count_init (&open->refs);
  open->server = g_object_ref (self);
  open->request = namida_request_ref (request);
  open->owner = g_strdup (request->connection->owner);
  g_ptr_array_add (self->offers, open);
  return open;
}

void
namida_server_release_offer (NamidaServer *self, NamidaRequest *request)
{
  OpenOffer *open = offer_find (self, request);

  if (open == NULL)
    return;
  g_ptr_array_remove (self->offers, open);
  g_clear_handle_id (&open->timer, g_source_remove);
  if (open->offer != NULL)
    namida_offer_close (open->offer, NAMIDA_OFFER_WITHDRAWN);
  open_offer_unref (open);
}

void
namida_server_close_offers (NamidaServer *self)
{
  while (self->offers->len > 0)
    namida_server_release_offer (self, ((OpenOffer *) g_ptr_array_index (self->offers, 0))->request);
}

/* An offer that is being prepared has been accepted and may have lost its connection, so it is in a list of its own. */
void
namida_server_close_offers_of (NamidaServer *self, const char *owner)
{
  for (guint i = self->preparing->len; i > 0; i--)
    {
      OpenOffer *open = g_ptr_array_index (self->preparing, i - 1);

      if (g_str_equal (open->owner, owner))
        namida_transfer_cancel (namida_offer_get_transfer (open->offer));
    }
  for (guint i = self->offers->len; i > 0; i--)
    {
      OpenOffer *open = g_ptr_array_index (self->offers, i - 1);

      if (open->offer != NULL && g_str_equal (open->owner, owner))
        namida_offer_decline (open->offer); /* its sender is notified */
    }
}

/* ---- accepted offers ---- */

typedef struct
{
  NamidaReceiveSession *session;
  char *answer; /* (nullable): set if nothing is wanted */
  gsize length;
} Prepared;

static void
prepared_free (gpointer data)
{
  Prepared *prepared = data;

  g_clear_object (&prepared->session);
  g_free (prepared->answer);
  g_free (prepared);
}

/* Returns memory to the system. Otherwise the small pieces that a large offer leaves behind (bodies, messages, the
 * previous session) would stay with the process. */
static void
offer_give_memory_back (guint n_files)
{
#ifdef __GLIBC__
  if (n_files >= MANY_FILES)
    malloc_trim (0);
#endif
}

static NamidaWant *
offer_wants_new (NamidaOffer *offer, guint n)
{
  NamidaWant *wants = g_new0 (NamidaWant, MAX (n, 1));

  for (guint i = 0; i < n; i++)
    wants[i].declined = !namida_offer_is_taken (offer, i);
  return wants;
}

static void
offer_wants_free (NamidaWant *wants, guint n)
{
  for (guint i = 0; i < n; i++)
    g_free (wants[i].sha256);
  g_free (wants);
}

/* A part may have been completed before the sender was interrupted. Read it once; if it is not the file of the offer,
 * the file is sent again. */
static void
offer_find_whole_part (OpenOffer *open, guint index, const NamidaEntry *entry, NamidaWant *want)
{
  g_autoptr (NamidaDigest) digest = namida_digest_new ();
  g_autofree char *sha256 = NULL;
  int fd;

  if (want->offset == 0 || want->offset != entry->size
      || (entry->sha256 == NULL && entry->mtime_ns == NAMIDA_ENTRY_TIME_UNKNOWN))
    return;
  fd = namida_sink_open_part (open->sink, index, entry->size, digest, NULL);
  if (fd < 0 || !namida_sink_close_part (open->sink, index, fd, entry->size, TRUE, NULL))
    return;
  sha256 = namida_digest_finish (digest);
  if (entry->sha256 == NULL || g_str_equal (entry->sha256, sha256))
    want->sha256 = g_steal_pointer (&sha256);
}

static void
offer_find_whole_parts (OpenOffer *open, NamidaBackup *backup, NamidaWant *wants, GCancellable *cancellable)
{
  GPtrArray *entries = namida_backup_get_entries (backup);

  for (guint i = 0; i < entries->len && !g_cancellable_is_cancelled (cancellable); i++)
    {
      if (!wants[i].wanted)
        continue;
      offer_find_whole_part (open, i, g_ptr_array_index (entries, i), &wants[i]);
      if (wants[i].sha256 == NULL)
        wants[i].offset = 0;
    }
}

/* Whether the answer is that no file is wanted, after which the sender sends no other request. */
static gboolean
offer_ends_at_once (const NamidaOfferWording *wording, NamidaReceiveSession *session)
{
  if (wording->sends_all || namida_receive_session_get_n_wanted (session) > 0)
    return FALSE;
  /* In v1 that would mean that everything is here. */
  return wording->needs_hashes || namida_receive_session_get_n_declined (session) == 0;
}

static void
offer_prepare_worker (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  OpenOffer *open = task_data;
  const NamidaOfferWording *wording = open->request->route->offer;
  NamidaBackup *backup = namida_offer_get_backup (open->offer);
  guint n = namida_backup_get_entries (backup)->len;
  NamidaWant *wants = offer_wants_new (open->offer, n);
  Prepared *prepared;
  GError *error = NULL;

  if (!namida_sink_prepare (open->sink, backup, open->manifest, wants, cancellable, &error))
    {
      offer_wants_free (wants, n);
      g_task_return_error (task, error);
      return;
    }
  if (wording->whole_files)
    offer_find_whole_parts (open, backup, wants, cancellable);
  prepared = g_new0 (Prepared, 1);
  prepared->session = namida_receive_session_new (open->owner, namida_offer_get_key (open->offer), open->sink, backup,
                                                  namida_offer_get_transfer (open->offer), wants);
  offer_wants_free (wants, n);
  g_object_set_data_full (G_OBJECT (prepared->session), SCOPE_KEY, g_strdup (open->scope), g_free);
  if (!offer_ends_at_once (wording, prepared->session))
    prepared->answer = wording->answer (prepared->session, &prepared->length);
  else if (!namida_receive_session_commit_known (prepared->session, &error))
    {
      prepared_free (prepared);
      g_task_return_error (task, error);
      return;
    }
  offer_give_memory_back (namida_backup_get_entries (backup)->len);
  g_task_return_pointer (task, prepared, prepared_free);
}

static void
offer_park_worker (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  namida_sink_park (source);
  g_task_return_boolean (task, TRUE);
}

static void
offer_discard_worker (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  namida_sink_discard (source);
  g_task_return_boolean (task, TRUE);
}

/* Ends a prepared sink for which no session is opened. */
static void
offer_leave_sink (NamidaSink *sink, gboolean keep_parts)
{
  g_autoptr (GTask) task = g_task_new (sink, NULL, NULL, NULL);

  g_task_set_source_tag (task, offer_leave_sink);
  g_task_run_in_thread (task, keep_parts ? offer_park_worker : offer_discard_worker);
}

static void
offer_nothing_wanted (OpenOffer *open)
{
  NamidaTransfer *transfer = namida_offer_get_transfer (open->offer);
  g_autofree char *folder = namida_sink_dup_folder (open->sink);

  namida_transfer_set_folder (transfer, folder);
  namida_transfer_finish (transfer);
  namida_request_answer (open->request, SOUP_STATUS_NO_CONTENT, NULL, 0);
}

/* Whether the sender still waits for the answer to its offer. */
static gboolean
offer_is_wanted (OpenOffer *open)
{
  return !open->request->gone && open->server->running;
}

static gboolean
offer_is_cancelled (OpenOffer *open)
{
  return g_cancellable_is_cancelled (namida_transfer_get_cancellable (namida_offer_get_transfer (open->offer)));
}

/* The local user canceled, or the device is not trusted any more. No session may be opened, and what an earlier attempt
 * left may not be resumed by the next offer without a question. @prepared: whether the sink was prepared; if not, a
 * sink that resumed a session has parked it again. */
static void
offer_end_cancelled (OpenOffer *open, gboolean prepared)
{
  NamidaTransfer *transfer = namida_offer_get_transfer (open->offer);
  g_autoptr (GError) reason
      = g_error_new_literal (NAMIDA_ERROR, NAMIDA_ERROR_CANCELLED, _ ("The transfer was canceled."));
  gboolean keep_parts = namida_transfer_get_keep_parts (transfer);
  const char *id = namida_sink_get_session_id (open->sink);

  if (prepared)
    offer_leave_sink (open->sink, keep_parts);
  namida_server_note_cancelled (open->server, id, open->owner);
  namida_transfer_fail (transfer, reason);
  if (!prepared && !keep_parts)
    g_signal_emit_by_name (open->server, "drop-parked", namida_transfer_get_peer_fingerprint (transfer), id);
  namida_request_fail (open->request, reason, 0);
}

static void
offer_on_prepared (GObject *source, GAsyncResult *result, gpointer user_data)
{
  OpenOffer *open = user_data;
  NamidaTransfer *transfer = namida_offer_get_transfer (open->offer);
  g_autoptr (GError) error = NULL;
  Prepared *prepared = g_task_propagate_pointer (G_TASK (result), &error);

  g_ptr_array_remove_fast (open->server->preparing, open);
  if (prepared != NULL && prepared->answer == NULL)
    offer_nothing_wanted (open);
  else if (offer_is_cancelled (open))
    offer_end_cancelled (open, prepared != NULL);
  else if (prepared == NULL)
    {
      namida_transfer_fail (transfer, error);
      namida_request_fail (open->request, error, 0);
    }
  else if (!offer_is_wanted (open))
    {
      offer_leave_sink (open->sink, TRUE);
      namida_transfer_set_state (transfer, NAMIDA_TRANSFER_INTERRUPTED);
    }
  else
    {
      const NamidaOfferWording *wording = open->request->route->offer;

      /* Only a sender that can resume a session can be paused. */
      namida_transfer_set_pausable (transfer, wording->supersedes);
      namida_server_add_session (open->server, prepared->session);
      if (wording->begun != NULL)
        wording->begun (open->server, open->request, prepared->session);
      if (wording->type != NULL)
        open->request->type = wording->type;
      namida_request_answer (open->request, SOUP_STATUS_OK, g_steal_pointer (&prepared->answer), prepared->length);
    }
  g_clear_pointer (&prepared, prepared_free);
  open_offer_unref (open);
}

static void
offer_start_preparing (OpenOffer *open)
{
  NamidaTransfer *transfer = namida_offer_get_transfer (open->offer);
  g_autoptr (GTask) task = NULL;

  task
      = g_task_new (open->server, namida_transfer_get_cancellable (transfer), offer_on_prepared, open_offer_ref (open));
  g_task_set_source_tag (task, offer_start_preparing);
  /* A sink that was prepared has to be ended, even if the transfer was canceled meanwhile. */
  g_task_set_check_cancellable (task, FALSE);
  g_task_set_task_data (task, open, NULL);
  g_task_run_in_thread (task, offer_prepare_worker);
}

/* Ends a session that its sender has left. @restarts: the sender sends everything again, so the parts are useless. */
static void
offer_let_go (NamidaReceiveSession *session, gboolean restarts)
{
  g_autoptr (GError) reason = NULL;

  if (restarts)
    reason = g_error_new_literal (NAMIDA_ERROR, NAMIDA_ERROR_CANCELLED,
                                  _ ("The other device started the transfer again."));
  namida_receive_session_close (session, restarts ? NAMIDA_SESSION_CANCELLED : NAMIDA_SESSION_PARKED, reason);
}

/* Parks a session of an earlier state of this backup whose sender has left: its data can be used only after it is
 * parked. A sender that is between two connections is given time to return. Returns: whether to wait for the
 * session. */
static gboolean
offer_park_left (OpenOffer *open, NamidaReceiveSession *session)
{
  gboolean for_good;

  if (g_strcmp0 (g_object_get_data (G_OBJECT (session), SCOPE_KEY), open->scope) != 0
      || !namida_receive_session_is_left (session, &for_good))
    return FALSE;
  if (for_good)
    offer_let_go (session, FALSE);
  return TRUE;
}

/* Parks older sessions of the same backup (whose lost connection was not noticed yet), because they must release their
 * parts first; if the sender sends one backup at a time, any older session. Returns: whether there is still one. */
static gboolean
offer_park_older (OpenOffer *open)
{
  gboolean any = !open->request->route->offer->supersedes;
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, open->server->sessions);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      if (!g_str_equal (namida_receive_session_get_fingerprint (value), open->owner))
        continue;
      if (any || g_str_equal (namida_receive_session_get_key (value), namida_offer_get_key (open->offer)))
        {
          offer_let_go (value, any);
          return TRUE;
        }
      if (offer_park_left (open, value))
        return TRUE;
    }
  return FALSE;
}

/* The offer was accepted, but its sender has disconnected, and nothing was prepared yet. */
static void
offer_give_up (OpenOffer *open)
{
  g_ptr_array_remove_fast (open->server->preparing, open);
  if (offer_is_cancelled (open))
    offer_end_cancelled (open, FALSE);
  else
    namida_transfer_set_state (namida_offer_get_transfer (open->offer), NAMIDA_TRANSFER_INTERRUPTED);
}

static gboolean
offer_supersede (gpointer user_data)
{
  OpenOffer *open = user_data;
  gboolean waits = offer_park_older (open);

  if (waits && offer_is_wanted (open) && !offer_is_cancelled (open))
    return G_SOURCE_CONTINUE;
  if (waits)
    offer_give_up (open);
  else
    offer_start_preparing (open);
  open_offer_unref (open);
  return G_SOURCE_REMOVE;
}

static void
offer_on_decided (NamidaOffer *offer, NamidaSink *sink, const GError *reason, gpointer user_data)
{
  OpenOffer *open = user_data;

  g_clear_handle_id (&open->timer, g_source_remove);
  if (sink == NULL)
    {
      namida_request_fail (open->request, reason, 0);
      return;
    }
  open->sink = g_object_ref (sink);
  g_ptr_array_add (open->server->preparing, open);
  open_offer_ref (open);
  if (offer_supersede (open) == G_SOURCE_CONTINUE)
    g_timeout_add (50, offer_supersede, open);
}

/* ---- asking ---- */

static gboolean
offer_on_expired (gpointer user_data)
{
  OpenOffer *open = user_data;

  open->timer = 0;
  namida_offer_close (open->offer, NAMIDA_OFFER_EXPIRED);
  return G_SOURCE_REMOVE;
}

static void
offer_on_gone (NamidaRequest *request, gpointer user_data)
{
  OpenOffer *open = user_data;

  if (open->offer != NULL)
    namida_offer_close (open->offer, NAMIDA_OFFER_WITHDRAWN);
}

typedef struct
{
  NamidaOfferMessage *message;
  char *key, *scope;
} Parsed;

void
namida_server_parsed_offer_free (gpointer data)
{
  Parsed *parsed = data;

  g_clear_pointer (&parsed->message, namida_offer_message_free);
  g_free (parsed->key);
  g_free (parsed->scope);
  g_free (parsed);
}

NamidaBackup *
namida_server_parsed_offer_dup_backup (gpointer parsed)
{
  return g_object_ref (((Parsed *) parsed)->message->backup);
}

/* Runs in a worker of the server, so that offers of strangers do not take threads from other work. */
gpointer
namida_server_parse_offer (NamidaRequest *request, GError **error)
{
  static GMutex one_large;
  gsize length;
  const char *data = g_bytes_get_data (request->body, &length);
  gboolean large = length > NAMIDA_LIMIT_JSON_BYTES;
  NamidaOfferMessage *message;
  Parsed *parsed;

  if (large)
    g_mutex_lock (&one_large);
  if (request->body_in_file)
    namida_json_window_begin (data, length);
  message = request->route->offer->parse (data, length, error);
  namida_json_window_end ();
  if (large)
    g_mutex_unlock (&one_large);
  if (message == NULL)
    return NULL;
  offer_give_memory_back (namida_backup_get_entries (message->backup)->len);
  parsed = g_new0 (Parsed, 1);
  parsed->message = message;
  parsed->key = namida_backup_dup_key (message->backup);
  parsed->scope = namida_backup_dup_scope (message->backup);
  return parsed;
}

static gboolean
offer_announce (gpointer user_data)
{
  OpenOffer *open = user_data;
  const NamidaOfferWording *wording = open->request->route->offer;
  gboolean wanted = offer_is_wanted (open) && namida_offer_get_state (open->offer) == NAMIDA_OFFER_OPEN;

  if (wanted && wording->settle_older != NULL
      && wording->settle_older (open->server, open->owner, namida_offer_get_key (open->offer)))
    return G_SOURCE_CONTINUE;
  if (wanted && wording->supersedes && offer_park_older (open))
    return G_SOURCE_CONTINUE;
  if (wanted)
    g_signal_emit_by_name (open->server, "offer", open->offer);
  open_offer_unref (open);
  return G_SOURCE_REMOVE;
}

static gboolean
offer_has_all_hashes (NamidaBackup *backup)
{
  GPtrArray *entries = namida_backup_get_entries (backup);

  for (guint i = 0; i < entries->len; i++)
    if (((NamidaEntry *) g_ptr_array_index (entries, i))->sha256 == NULL)
      return FALSE;
  return TRUE;
}

static void
offer_ask (OpenOffer *open, Parsed *parsed)
{
  const NamidaOfferWording *wording = open->request->route->offer;
  NamidaDeviceInfo *info = parsed->message->info;
  const char *alias = info != NULL ? info->alias : g_hash_table_lookup (open->server->aliases, open->owner);
  g_autofree char *known = NULL;

  if (alias == NULL)
    g_signal_emit_by_name (open->server, "who-is", open->request->connection->address, &known);
  if (alias == NULL && known == NULL && !open->request->connection->encrypted)
    known = g_strdup (_ ("Namida Sync app"));

  /* The fingerprint of the certificate counts, not the one in the JSON text. */
  open->offer = namida_offer_new (open->request->connection->fingerprint,
                                  alias != NULL   ? alias
                                  : known != NULL ? known
                                                  : "",
                                  info != NULL ? info->device_type : NULL, open->request->connection->address,
                                  open->request->connection->encrypted, parsed->message->backup, parsed->key);
  /* Without encryption, anyone on the way can change a hash together with its content. */
  if (!open->request->connection->encrypted
      || (wording->needs_hashes && !offer_has_all_hashes (parsed->message->backup)))
    namida_transfer_set_unproven (namida_offer_get_transfer (open->offer));
  /* Only our own dialect proves what it sends and supports pairing. */
  namida_offer_set_can_pair (open->offer, !wording->needs_hashes && !wording->invited);
  namida_offer_set_invited (open->offer, wording->invited);
  if (wording->whole_files)
    namida_offer_set_by_time (open->offer);
  open->scope = g_steal_pointer (&parsed->scope);
  namida_offer_set_uuid (open->offer, info != NULL ? info->uuid : NULL);
  if (parsed->message->manifest != NULL)
    open->manifest = g_bytes_ref (parsed->message->manifest);
  namida_offer_set_decided (open->offer, offer_on_decided, open);
  open->timer = g_timeout_add_seconds (open->server->offer_seconds, offer_on_expired, open);
  if (wording->asked != NULL)
    wording->asked (open->request, open->offer);
  /* Do this before anybody is asked, because only a parked session can be found and resumed by this offer. */
  open_offer_ref (open);
  if (offer_announce (open) == G_SOURCE_CONTINUE)
    g_timeout_add (50, offer_announce, open);
}

static gboolean
offer_look (OpenOffer *open, Parsed *parsed, GError **error)
{
  const NamidaOfferWording *wording = open->request->route->offer;

  return wording->look == NULL || wording->look (open->server, open->request, parsed->message, parsed->key, error);
}

void
namida_server_handle_offer (NamidaServer *self, NamidaRequest *request)
{
  g_autoptr (GError) error = NULL;
  Parsed *parsed = request->parsed;
  guint retry_after = 0;
  OpenOffer *open;

  if (!offer_check_place (self, request, &retry_after, &error))
    {
      namida_request_fail (request, error, retry_after);
      return;
    }
  open = open_offer_ref (open_offer_new (self, request));
  namida_request_wait (request, offer_on_gone, open);
  if (request->socket != NULL)
    namida_listener_keep (self->listener, request->socket);
  if (offer_look (open, parsed, &error))
    offer_ask (open, parsed);
  else if (error != NULL)
    namida_request_fail (request, error, 0);
  g_clear_pointer (&request->parsed, namida_server_parsed_offer_free);
  open_offer_unref (open);
}
