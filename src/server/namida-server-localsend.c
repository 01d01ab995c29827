/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The LocalSend dialect, over TLS (LocalSend 1.18 presents a certificate, older versions and other apps do not) or
 * plain HTTP. Handlers run in the main context; bodies are parsed and received by workers. */
#include "config.h"

#include "namida-server-private.h"

#include "namida-error.h"
#include "namida-limits.h"
#include "namida-localsend-session.h"
#include "namida-localsend-sessions.h"
#include "namida-message.h"
#include "namida-peer.h"
#include "namida-server-upload-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

static GInetSocketAddress *
localsend_address_of (NamidaRequest *request, guint16 port)
{
  return namida_address_with_port (G_INET_SOCKET_ADDRESS (request->remote), port);
}

static GInetAddress *
localsend_host_of (NamidaRequest *request)
{
  return g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (request->remote));
}

/* Refuses a device that presents one key and claims another. */
static gboolean
localsend_check_claim (const NamidaConnection *connection, const NamidaDeviceInfo *info, GError **error)
{
  if (connection->fingerprint == NULL || info->fingerprint == NULL
      || g_ascii_strcasecmp (connection->fingerprint, info->fingerprint) == 0)
    return TRUE;
  g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_DECLINED,
                       _ ("The certificate is not that of the device that this claims to be."));
  return FALSE;
}

/* ---- info, register ---- */

static void
localsend_answer_info (NamidaServer *self, NamidaRequest *request)
{
  g_autoptr (NamidaDeviceInfo) own = namida_server_dup_info (self);
  char *text = namida_localsend_info_format (own);

  namida_request_answer (request, SOUP_STATUS_OK, text, strlen (text));
}

/* Runs in a worker. */
static gpointer
localsend_parse_register (NamidaRequest *request, GError **error)
{
  gsize length;
  const char *data = g_bytes_get_data (request->body, &length);

  return namida_localsend_info_parse (data, length, error);
}

static void
localsend_handle_register (NamidaServer *self, NamidaRequest *request)
{
  g_autoptr (GError) error = NULL;
  NamidaDeviceInfo *info = request->parsed;
  g_autoptr (GInetSocketAddress) there = NULL;

  if (!localsend_check_claim (request->connection, info, &error))
    {
      namida_request_fail (request, error, 0);
      return;
    }
  there = localsend_address_of (request, info->port);
  g_signal_emit_by_name (self, "localsend-registered", info, request->connection->fingerprint, there);
  localsend_answer_info (self, request);
}

/* ---- prepare-upload ---- */

/* Uses the words that the LocalSend apps look for. */
static void
localsend_reword_pin (GError **error)
{
  const char *words = g_error_matches (*error, NAMIDA_ERROR, NAMIDA_ERROR_PIN_REQUIRED) ? "PIN required"
                      : g_error_matches (*error, NAMIDA_ERROR, NAMIDA_ERROR_PIN_WRONG)  ? "Invalid PIN"
                                                                                        : NULL;
  int code = (*error)->code;

  if (words == NULL)
    return;
  g_clear_error (error);
  g_set_error_literal (error, NAMIDA_ERROR, code, words);
}

static gboolean
localsend_early (NamidaServer *self, NamidaRequest *request, guint *retry_after, GError **error)
{
  GError *local = NULL;

  if (!request->connection->encrypted && !self->unencrypted)
    {
      g_signal_emit_by_name (self, "unencrypted-refused", request->connection->address);
      g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_ENCRYPTION_REQUIRED,
                           _ ("This device takes nothing without encryption. Switch encryption on in LocalSend's "
                              "settings, then send again."));
      return FALSE;
    }
  if (namida_server_early_offer (self, request, retry_after, &local))
    return TRUE;
  localsend_reword_pin (&local);
  g_propagate_error (error, local);
  return FALSE;
}

static NamidaOfferMessage *
localsend_parse (const char *data, gsize length, GError **error)
{
  g_autofree char *text = NULL;
  NamidaOfferMessage *message = namida_localsend_offer_parse (data, length, &text, error);

  if (message != NULL && text != NULL)
    message->text = namida_message_clean (text);
  return message;
}

/* An ended session stays in the table until its last connection is closed, possibly long after its sender got the
 * answer. */
static gboolean
localsend_is_going_on (NamidaReceiveSession *session)
{
  NamidaSessionState state = namida_receive_session_get_state (session);

  return state == NAMIDA_SESSION_OPEN || state == NAMIDA_SESSION_FINISHING;
}

/* Whether the sender has left, or the session is being stored already. The next offer of the sender may then contain
 * the files that did not arrive. */
static gboolean
localsend_is_left (NamidaReceiveSession *session)
{
  gboolean for_good;

  return namida_receive_session_get_state (session) == NAMIDA_SESSION_FINISHING
         || (namida_receive_session_is_left (session, &for_good) && for_good);
}

/* Stores the complete files of a session that its sender left, because their uploads were answered with success. If the
 * same offer comes again, the session is resumed instead. */
static gboolean
localsend_settle_older (NamidaServer *self, const char *owner, const char *key)
{
  GHashTableIter iter;
  gpointer session;

  g_hash_table_iter_init (&iter, self->sessions);
  while (g_hash_table_iter_next (&iter, NULL, &session))
    {
      if (namida_localsend_session_of (session) == NULL
          || !g_str_equal (namida_receive_session_get_fingerprint (session), owner)
          || g_str_equal (namida_receive_session_get_key (session), key))
        continue;
      if (namida_receive_session_get_state (session) == NAMIDA_SESSION_OPEN)
        namida_localsend_session_store (namida_localsend_session_of (session));
      return TRUE;
    }
  return FALSE;
}

/* Allows one session at a time, like LocalSend itself. A sender that starts the same offer again resumes it. */
static gboolean
localsend_check_free (NamidaServer *self, NamidaRequest *request, const char *key, GError **error)
{
  GHashTableIter iter;
  gpointer session;

  g_hash_table_iter_init (&iter, self->sessions);
  while (g_hash_table_iter_next (&iter, NULL, &session))
    if (namida_localsend_session_of (session) != NULL && localsend_is_going_on (session)
        && (!g_str_equal (namida_receive_session_get_fingerprint (session), request->connection->owner)
            || (!g_str_equal (namida_receive_session_get_key (session), key) && !localsend_is_left (session))))
      {
        g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_BUSY,
                             _ ("This device is receiving from another one. Send again when that is done."));
        return FALSE;
      }
  return TRUE;
}

static gboolean
localsend_take_text (NamidaServer *self, NamidaRequest *request, const NamidaOfferMessage *message, GError **error)
{
  g_autoptr (NamidaMessage) text = namida_message_new (message->info->alias, request->connection->fingerprint,
                                                       request->connection->encrypted, message->text);
  gboolean taken = FALSE;

  g_signal_emit_by_name (self, "message", text, &taken);
  if (taken)
    {
      namida_request_answer (request, SOUP_STATUS_NO_CONTENT, NULL, 0);
      return FALSE;
    }
  g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_DECLINED, _ ("Messages are not accepted at the moment."));
  return FALSE;
}

static gboolean
localsend_look (
    NamidaServer *self, NamidaRequest *request, const NamidaOfferMessage *message, const char *key, GError **error)
{
  NamidaDeviceInfo *info = message->info;

  if (!localsend_check_claim (request->connection, info, error))
    return FALSE;
  if (message->text != NULL)
    return localsend_take_text (self, request, message, error);
  request->info = namida_device_info_ref (info);
  return localsend_check_free (self, request, key, error);
}

static char *
localsend_answer (NamidaReceiveSession *session, gsize *length)
{
  g_autoptr (NamidaOfferAnswer) wanted = namida_receive_session_dup_answer (session);

  namida_localsend_session_attach (session);
  return namida_localsend_answer_format (wanted, length);
}

static void
localsend_begun (NamidaServer *self, NamidaRequest *request, NamidaReceiveSession *session)
{
  NamidaTransfer *transfer = namida_receive_session_get_transfer (session);
  const char *fingerprint = request->connection->fingerprint;
  g_autoptr (GInetSocketAddress) sender = localsend_address_of (request, request->info->port);

  namida_transfer_set_pausable (transfer, FALSE); /* the sender cannot resume it */
  namida_localsend_session_begin (namida_localsend_session_of (session), request->connection->address,
                                  request->info->https ? self->identity : NULL, sender,
                                  fingerprint != NULL ? fingerprint : request->info->fingerprint);
}

/* ---- upload ---- */

static gboolean
localsend_is_damaged (NamidaServing *job, const char *sha256)
{
  NamidaTransfer *transfer = namida_receive_session_get_transfer (job->session);
  const NamidaEntry *entry
      = g_ptr_array_index (namida_backup_get_entries (namida_transfer_get_backup (transfer)), job->upload.index);

  return entry->sha256 != NULL && !g_str_equal (entry->sha256, sha256);
}

/* Returns: (transfer full) (nullable): the hash of the whole file. */
static char *
localsend_receive (NamidaServing *job, NamidaHttpReader *reader, GError **error)
{
  guint64 there = 0;
  g_autofree char *sha256 = namida_serving_receive_part (job, reader, &there, error);

  if (sha256 != NULL && localsend_is_damaged (job, sha256))
    {
      g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_CHECKSUM,
                           _ ("What arrived is not what was sent. Send it again."));
      g_clear_pointer (&sha256, g_free);
    }
  else if (sha256 == NULL && error != NULL && g_error_matches (*error, NAMIDA_ERROR, NAMIDA_ERROR_WRONG_SIZE))
    {
      /* Senders understand status 422 as a request to try again. */
      (*error)->code = NAMIDA_ERROR_INVALID_REQUEST;
    }
  namida_receive_session_end_upload (job->session, &job->upload, sha256 != NULL ? there : 0, sha256);
  return g_steal_pointer (&sha256);
}

static gboolean
localsend_answer_stored (NamidaServing *job)
{
  static const char kept[] = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
  static const char closed[] = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
  const char *text = job->head.keep_alive ? kept : closed;

  return g_output_stream_write_all (g_io_stream_get_output_stream (job->stream), text, strlen (text), NULL, NULL, NULL);
}

static gboolean
localsend_serve (NamidaServing *job, NamidaHttpReader *reader)
{
  NamidaLocalsendSession *session = namida_localsend_session_of (job->session);
  NamidaTransfer *transfer = namida_receive_session_get_transfer (job->session);
  const NamidaEntry *entry
      = g_ptr_array_index (namida_backup_get_entries (namida_transfer_get_backup (transfer)), job->upload.index);
  g_autofree char *path = namida_entry_dup_path (entry);
  g_autofree char *sha256 = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) reason = NULL;

  namida_transfer_set_current_file (transfer, path);
  /* A file that is interrupted starts over, so allow a phone that pauses more time than a sender that can resume. */
  g_socket_set_timeout (job->socket, NAMIDA_LIMIT_SESSION_IDLE_SECONDS);
  sha256 = localsend_receive (job, reader, &error);
  if (sha256 == NULL)
    reason = namida_serving_explain (job, error);
  /* The answer to the last file waits until everything is stored, so that a full disk is not reported as success. */
  else if (!namida_localsend_session_note (session, job->upload.index, sha256)
           || namida_localsend_session_finish (session, job->upload.index))
    return localsend_answer_stored (job);
  else
    reason = g_error_new_literal (NAMIDA_ERROR, NAMIDA_ERROR_INTERNAL, _ ("The files could not be stored."));
  if (reason != NULL)
    namida_serving_refuse (job, reason, -1);
  return FALSE;
}

static NamidaReceiveSession *
localsend_find_for_upload (NamidaServer *self, NamidaServing *job, const NamidaConnection *connection, GError **error)
{
  g_auto (NamidaUploadQuery) query = { 0 };
  NamidaReceiveSession *session;
  NamidaLocalsendSession *more;
  gint64 right_offset;

  if (!namida_localsend_query_parse (job->head.query != NULL ? job->head.query : "", &query, error))
    return NULL;
  session = namida_server_find_session (self, query.session_id, connection->owner, error);
  if (session == NULL)
    return NULL;
  more = namida_localsend_session_of (session);
  if (more == NULL || !g_str_equal (namida_localsend_session_get_address (more), connection->address))
    {
      namida_receive_session_refuse_upload (error);
      return NULL;
    }
  if (!namida_receive_session_begin_upload (session, connection->owner, &query, job->head.length, &job->upload,
                                            &right_offset, error))
    {
      if (error != NULL && g_error_matches (*error, NAMIDA_ERROR, NAMIDA_ERROR_WRONG_SIZE))
        (*error)->code = NAMIDA_ERROR_INVALID_REQUEST;
      return NULL;
    }
  return session;
}

static void
localsend_take_upload (NamidaServer *self, NamidaRequest *request)
{
  NamidaServing *job = namida_serving_steal (request);
  GError *error = NULL;
  NamidaReceiveSession *session = localsend_find_for_upload (self, job, request->connection, &error);

  if (session != NULL)
    {
      job->session = g_object_ref (session);
      job->serve = localsend_serve;
      namida_receive_session_enter (session);
    }
  else
    job->refusal = error;
  namida_serving_start (self, job);
}

/* ---- cancel ---- */

static gboolean
localsend_cancel_receiving (NamidaServer *self, NamidaRequest *request, const char *id)
{
  g_autoptr (GError) reason
      = g_error_new_literal (NAMIDA_ERROR, NAMIDA_ERROR_CANCELLED, _ ("The other device canceled the transfer."));
  g_autoptr (GList) sessions = g_hash_table_get_values (self->sessions);
  gboolean found = FALSE;

  for (GList *l = sessions; l != NULL; l = l->next)
    {
      if (namida_localsend_session_of (l->data) == NULL
          || (id != NULL && !g_str_equal (namida_receive_session_get_id (l->data), id))
          || !g_str_equal (namida_receive_session_get_fingerprint (l->data), request->connection->owner))
        continue;
      found = TRUE;
      namida_receive_session_close (l->data, NAMIDA_SESSION_KEPT, reason);
    }
  return found;
}

static void
localsend_handle_cancel (NamidaServer *self, NamidaRequest *request)
{
  g_autofree char *id = namida_request_get (request, "sessionId");
  gboolean found = localsend_cancel_receiving (self, request, id);

  found |= namida_localsend_sessions_stop (id, request->connection->fingerprint, localsend_host_of (request));
  /* Answer 200 even if nothing was canceled, so that a client cannot find out which sessions exist. */
  if (!found)
    g_debug ("LocalSend: nothing to cancel for %s", request->connection->address);
  namida_request_answer (request, SOUP_STATUS_OK, g_strdup ("{}"), 2);
}

/* ---- the table ---- */

static gboolean
localsend_check (NamidaServer *self, const NamidaRoute *route, const NamidaRequest *request, GError **error)
{
  if (self->localsend)
    return TRUE;
  g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_NOT_FOUND,
                       _ ("There is nothing of that name on this device."));
  return FALSE;
}

static const NamidaOfferWording offer = {
  .parse = localsend_parse,
  .look = localsend_look,
  .answer = localsend_answer,
  .begun = localsend_begun,
  .supersedes = TRUE,
  .single = TRUE,
  .needs_hashes = TRUE,
  .whole_files = TRUE,
  .settle_older = localsend_settle_older,
};

static const NamidaRoute routes[] = {
  { .name = "info",
    .get = TRUE,
    .describes = TRUE,
    .max_body = NAMIDA_LIMIT_SMALL_BODY_BYTES,
    .handle = localsend_answer_info },
  { .name = "register",
    .post = TRUE,
    .describes = TRUE,
    .max_body = NAMIDA_LIMIT_JSON_BYTES,
    .parse = localsend_parse_register,
    .parsed_free = (GDestroyNotify) namida_device_info_unref,
    .handle = localsend_handle_register },
  { .name = "prepare-upload",
    .post = TRUE,
    .max_body = NAMIDA_LIMIT_OFFER_BYTES,
    .early = localsend_early,
    .parse = namida_server_parse_offer,
    .parsed_free = namida_server_parsed_offer_free,
    .handle = namida_server_handle_offer,
    .offer = &offer },
  { .name = "upload", .post = TRUE, .take = localsend_take_upload },
  { .name = "cancel", .post = TRUE, .max_body = NAMIDA_LIMIT_SMALL_BODY_BYTES, .handle = localsend_handle_cancel },
};

const NamidaServerDialect namida_server_localsend = {
  .prefix = NAMIDA_LOCALSEND_PREFIX,
  .routes = routes,
  .n_routes = G_N_ELEMENTS (routes),
  .check = localsend_check,
  .keeps = TRUE,
};
