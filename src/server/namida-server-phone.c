/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The dialect of the Namida Sync phone app: the same paths over plain HTTP, without sessions and without any proof of
 * identity. Uploads are matched only by address, place, size and time, and only after the local user accepted the
 * offer. The app does not read an answer before its body is sent, so unexpected uploads are refused by closing the
 * connection. Handlers run in the main context; files are received by workers. */
#include "config.h"

#include "namida-server-private.h"

#include "namida-error.h"
#include "namida-limits.h"
#include "namida-phone-messages.h"
#include "namida-phone-session.h"
#include "namida-server-upload-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* ---- uploads ---- */

static void
phone_answer_received (NamidaServing *job)
{
  static const char answer[] = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 13\r\n"
                               "Connection: close\r\n\r\n" NAMIDA_PHONE_RECEIVED;

  g_output_stream_write_all (g_io_stream_get_output_stream (job->stream), answer, strlen (answer), NULL, NULL, NULL);
}

/* Reads and discards the bytes of a file that is already here. Returns: whether the body has the announced length. */
static gboolean
phone_drain (NamidaServing *job, NamidaHttpReader *reader)
{
  g_autofree char *buffer = g_malloc (64 * 1024);
  NamidaHttpBody body;
  guint64 came = 0;
  gssize n;

  namida_http_body_init (&body, reader, job->head.length);
  while ((n = namida_http_body_read (&body, buffer, 64 * 1024, namida_receive_session_get_cancellable (job->session),
                                     NULL))
         > 0)
    {
      came += (guint64) n;
      namida_receive_session_touch (job->session);
      if (came > job->upload.size)
        return FALSE;
    }
  return n == 0 && came == job->upload.size;
}

/* Returns: (transfer full) (nullable): the hash of the file, "" if it is discarded, or NULL if it is incomplete. */
static char *
phone_receive (NamidaServing *job, NamidaHttpReader *reader, guint64 *there)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) told = NULL;
  char *sha256;

  *there = 0;
  if (job->nowhere)
    return phone_drain (job, reader) ? g_strdup ("") : NULL;
  sha256 = namida_serving_receive_part (job, reader, there, &error);
  if (sha256 == NULL)
    {
      /* Tells the local user about problems that only this device knows. */
      told = namida_serving_explain (job, error);
      g_debug ("An upload of the phone app ended early: %s", error->message);
    }
  return sha256;
}

/* Serves one upload. The app opens a connection for each file. */
static gboolean
phone_serve (NamidaServing *job, NamidaHttpReader *reader)
{
  NamidaTransfer *transfer = namida_receive_session_get_transfer (job->session);
  NamidaEntry *entry
      = g_ptr_array_index (namida_backup_get_entries (namida_transfer_get_backup (transfer)), job->upload.index);
  NamidaPhoneSession *phone = namida_phone_session_of (job->session);
  g_autofree char *path = namida_entry_dup_path (entry);
  g_autofree char *sha256 = NULL;
  guint64 there;
  gboolean last;

  namida_transfer_set_current_file (transfer, path);
  /* A file that is interrupted starts over, so allow a phone that pauses more time than a sender that can resume. */
  g_socket_set_timeout (job->socket, NAMIDA_LIMIT_SESSION_IDLE_SECONDS);
  sha256 = phone_receive (job, reader, &there);
  namida_phone_session_give (phone, &job->upload, there, sha256, &last);
  /* After the last file the app reports success, so everything must be stored before it gets the answer. */
  if (sha256 != NULL && (!last || namida_phone_session_finish (phone)))
    phone_answer_received (job);
  return FALSE;
}

static NamidaReceiveSession *
phone_find_session (NamidaServer *self, const NamidaConnection *connection)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->sessions);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (g_str_equal (namida_receive_session_get_fingerprint (value), connection->owner)
        && namida_phone_session_of (value) != NULL)
      return value;
  return NULL;
}

static gboolean
phone_begin (NamidaServer *self, const NamidaConnection *connection, NamidaServing *job, GError **error)
{
  NamidaReceiveSession *session = phone_find_session (self, connection);
  const char *query = job->head.query;
  g_auto (NamidaPhoneUpload) claim = { 0 };
  gboolean wanted;

  if (session == NULL)
    return namida_receive_session_refuse_upload (error);
  if (!namida_phone_upload_parse (query != NULL ? query : "", &claim, error)
      || !namida_phone_session_take (namida_phone_session_of (session), &claim, job->head.length, &job->upload, &wanted,
                                     error))
    return FALSE;
  job->nowhere = !wanted;
  job->session = g_object_ref (session);
  job->serve = phone_serve;
  return TRUE;
}

static void
phone_take_upload (NamidaServer *self, NamidaRequest *request)
{
  g_autoptr (GError) error = NULL;
  NamidaServing *job = namida_serving_steal (request);

  if (!phone_begin (self, request->connection, job, &error))
    {
      g_debug ("An upload in plain HTTP is refused: %s", error->message);
      namida_serving_free (job);
      return;
    }
  namida_receive_session_enter (job->session);
  namida_serving_start (self, job);
}

/* ---- the offer ---- */

static char *
phone_answer (NamidaReceiveSession *session, gsize *length)
{
  namida_phone_session_attach (session);
  *length = strlen (NAMIDA_PHONE_READY);
  return g_strdup (NAMIDA_PHONE_READY);
}

static void
phone_begun (NamidaServer *self, NamidaRequest *request, NamidaReceiveSession *session)
{
  namida_phone_session_begin (namida_phone_session_of (session));
}

static gboolean
phone_early_offer (NamidaServer *self, NamidaRequest *request, guint *retry_after, GError **error)
{
  if (self->unencrypted)
    return namida_server_early_offer (self, request, retry_after, error);
  g_signal_emit_by_name (self, "unencrypted-refused", request->connection->address);
  g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_ENCRYPTION_REQUIRED,
                       _ ("This device takes nothing that is not encrypted: its settings say so. Change them there, "
                          "or send from a device that can encrypt."));
  return FALSE;
}

static const NamidaOfferWording offer = {
  .parse = namida_phone_offer_parse,
  .answer = phone_answer,
  .begun = phone_begun,
  .type = "text/plain",
  .sends_all = TRUE,
  .needs_hashes = TRUE,
};

/* ---- routes ---- */

static gboolean
phone_speaks (const NamidaConnection *connection)
{
  return !connection->encrypted;
}

static gboolean
phone_has_session (const char *query)
{
  g_autofree char *id = query != NULL ? namida_query_get (query, "sessionId") : NULL;
  g_autofree char *token = query != NULL ? namida_query_get (query, "token") : NULL;

  return id != NULL || token != NULL;
}

/* Routes without a handler here belong to v1, and so do requests that name a session, which need a key on both
 * sides. */
static gboolean
phone_check (NamidaServer *self, const NamidaRoute *route, const NamidaRequest *request, GError **error)
{
  if (route->handle == namida_server_handle_register
      || ((route->handle != NULL || route->take != NULL) && !phone_has_session (request->head.query)))
    return TRUE;
  g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_ENCRYPTION_REQUIRED,
                       _ ("This device takes that only over an encrypted connection."));
  return FALSE;
}

static const NamidaRoute routes[] = {
  /* Devices without TLS announce themselves with a POST. It proves nothing, and the signal says so. */
  { .name = "register",
    .get = TRUE,
    .post = TRUE,
    .describes = TRUE,
    .max_body = NAMIDA_LIMIT_JSON_BYTES,
    .parse = namida_server_parse_register,
    .parsed_free = (GDestroyNotify) namida_device_info_unref,
    .handle = namida_server_handle_register },
  { .name = "prepare-upload",
    .post = TRUE,
    .max_body = NAMIDA_LIMIT_OFFER_BYTES,
    .early = phone_early_offer,
    .parse = namida_server_parse_offer,
    .parsed_free = namida_server_parsed_offer_free,
    .handle = namida_server_handle_offer,
    .offer = &offer },
  { .name = "upload", .post = TRUE, .take = phone_take_upload },
  { .name = "pack", .post = TRUE },
  { .name = "finish", .post = TRUE },
  { .name = "session", .get = TRUE },
  { .name = "cancel", .post = TRUE },
  { .name = "pair", .post = TRUE },
};

const NamidaServerDialect namida_server_phone = {
  .prefix = NAMIDA_V1_PREFIX,
  .routes = routes,
  .n_routes = G_N_ELEMENTS (routes),
  .speaks = phone_speaks,
  .check = phone_check,
};
