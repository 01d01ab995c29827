/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The LocalSend dialect of NamidaSender (LocalSend 1.15 and later), over TLS with both certificates or plain HTTP.
 * LocalSend confirms that it has a file, but not its content. It has a single session slot and no idle timeout, so a
 * cancel is always sent when the session ends without all files. Runs in the worker threads of NamidaSender. */
#include "config.h"

#include "namida-sender-private.h"

#include "namida-error.h"
#include "namida-given-content.h"
#include "namida-hash-index.h"
#include "namida-limits.h"
#include "namida-localsend-message.h"
#include "namida-localsend-refusal.h"
#include "namida-read-unknown.h"

#include <glib/gi18n-lib.h>

/* Allow the remote user our own answer timeout plus one round trip. */
#define ANSWER_SECONDS (NAMIDA_LIMIT_OFFER_ANSWER_SECONDS + 15u)

static GBytes *
localsend_format_offer (NamidaSender *self, GError **error)
{
  NamidaBackup *backup = namida_transfer_get_backup (self->transfer);
  gsize length = 0;
  char *text;

  if (namida_backup_get_files (backup) == 0)
    {
      g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_INVALID_REQUEST,
                           _ ("There is nothing that LocalSend can take: empty folders alone cannot be sent to "
                              "it."));
      return NULL;
    }
  if (self->database != NULL && self->settled == NULL)
    {
      namida_hash_index_fill (self->database, backup);
      namida_transfer_add_moved (self->transfer, 0, namida_sender_read_quickly (self, self->inner));
    }
  text = namida_localsend_offer_format (self->own, backup, self->settled, &length);
  return g_bytes_new_take (text, length);
}

/* ---- the offer ---- */

/* The answer contains none of the files (204, or an empty list of tokens): the user there deselected all of them, or
 * the app treated the offer as a message. LocalSend does not compare contents, so this never means that the files are
 * already there. */
static gboolean
localsend_decline_all (NamidaSender *self, GError **error)
{
  guint n = namida_backup_get_entries (namida_transfer_get_backup (self->transfer))->len;

  for (guint i = 0; i < n; i++)
    if (self->settled == NULL || self->settled[i] == NAMIDA_FILE_PENDING)
      namida_transfer_set_result (self->transfer, i, NAMIDA_FILE_DECLINED,
                                  namida_file_result_get_detail (NAMIDA_FILE_DECLINED));
  g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_DECLINED, _ ("“%s” did not accept any of the files."),
               namida_transfer_get_peer_alias (self->transfer));
  return FALSE;
}

static gboolean
localsend_ask (NamidaSender *self, NamidaHttpConnection **connection, GError **error)
{
  g_autofree char *pin = self->pin != NULL ? g_uri_escape_string (self->pin, NULL, FALSE) : NULL;
  g_autofree char *target
      = g_strconcat (NAMIDA_LOCALSEND_PREFIX "/prepare-upload", pin != NULL ? "?pin=" : NULL, pin, NULL);
  NamidaHttpRequest request = { .target = target, .type = "application/json", .seconds = ANSWER_SECONDS };
  g_auto (NamidaHttpAnswer) answer = { 0 };

  namida_sender_show_waiting (self);
  if (!namida_sender_request (self, connection, &request, self->offer, NAMIDA_LIMIT_OFFER_BYTES, &answer, error))
    return FALSE;
  if (answer.head.status == 204)
    return localsend_decline_all (self, error);
  if (answer.head.status != 200)
    {
      self->retry_after = answer.head.retry_after;
      g_propagate_error (error, namida_localsend_refusal_new (namida_transfer_get_peer_alias (self->transfer),
                                                              pin != NULL, &answer));
      return FALSE;
    }
  self->answer = namida_localsend_answer_parse ((const char *) answer.body->data, answer.body->len, error);
  self->is_asked = self->answer != NULL;
  if (self->answer != NULL && g_hash_table_size (self->answer->files) == 0)
    return localsend_decline_all (self, error);
  return self->answer != NULL;
}

/* ---- a file ---- */

static char *
localsend_format_upload (NamidaUploadJob *job, NamidaUploadItem *item)
{
  g_autofree char *query = namida_localsend_query_format (job->session_id, item->entry->id, item->token);

  return g_strconcat (NAMIDA_LOCALSEND_PREFIX "/upload?", query, NULL);
}

static NamidaTry
localsend_check_upload (
    NamidaUploadJob *job, NamidaUploadItem *item, const char *sha256, const NamidaHttpAnswer *answer, GError **error)
{
  if (answer->head.status == 200 && answer->whole)
    return NAMIDA_TRY_SENT;
  if (answer->head.status == 200)
    {
      g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_WRONG_SIZE,
                   _ ("The other device said that it has “%s” before all of it was sent. Send it again."),
                   item->entry->name);
      return NAMIDA_TRY_REFUSED;
    }
  g_propagate_error (error, namida_error_answer_parse ((const char *) answer->body->data, answer->body->len,
                                                       answer->head.status, NULL));
  switch (answer->head.status)
    {
    case 422: /* its checksum differs */
      g_clear_error (error);
      g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_CHECKSUM,
                   _ ("“%s” was damaged on the way: what arrived is not what was sent."), item->entry->name);
      return NAMIDA_TRY_MISMATCH;
    case 403: /* the session has ended, or the user there declined */
    case 409:
    case 410:
      return NAMIDA_TRY_FATAL;
    default:
      return NAMIDA_TRY_REFUSED;
    }
}

/* ---- the end ---- */

/* Records what arrived, so that the next transfer of the same files can leave them out (namida-sent-before.h). */
static void
localsend_note_sent (NamidaSender *self)
{
  g_autoptr (GPtrArray) hashes = g_ptr_array_new ();
  g_autoptr (GError) error = NULL;

  if (self->database == NULL || self->plain || self->fingerprint == NULL)
    return;
  for (guint i = 0; i < self->job->items->len; i++)
    {
      const NamidaUploadItem *item = &g_array_index (self->job->items, NamidaUploadItem, i);

      if (item->sha256 != NULL)
        g_ptr_array_add (hashes, item->sha256);
    }
  if (!namida_given_content_add (self->database, self->fingerprint, hashes, &error))
    g_message ("%s", error->message);
}

static void
localsend_cancel (NamidaSender *self, gboolean keep_parts)
{
  g_autofree char *id = g_uri_escape_string (self->answer->session_id, NULL, FALSE);
  g_autofree char *target = g_strconcat (NAMIDA_LOCALSEND_PREFIX "/cancel?sessionId=", id, NULL);

  namida_sender_say (self, target);
}

const NamidaSenderDialect namida_sender_localsend = {
  .on_break = NAMIDA_BREAK_LOSES_FILE,
  .n_connections = 2, /* like LocalSend itself */
  .n_tries = 4,
  .n_offers = 3,
  .offers_rest = TRUE,
  .silence_seconds = 45, /* the Wi-Fi of a phone may sleep */
  .stall_seconds = 300,  /* it cannot resume within a file, and its disk may be busy */
  .unwanted = NAMIDA_FILE_DECLINED,
  .no_folders = N_ ("LocalSend cannot receive empty folders. This one was skipped."),
  .format_offer = localsend_format_offer,
  .ask = localsend_ask,
  .format_upload = localsend_format_upload,
  .check_upload = localsend_check_upload,
  .uploaded = localsend_note_sent,
  .cancel = localsend_cancel,
};
