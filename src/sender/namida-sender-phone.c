/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The phone app dialect of NamidaSender, for the Namida Sync phone app while it is set to receive: the offer, then one
 * file after the other over plain HTTP. Nothing is encrypted or authenticated; the caller has warned the user. The app
 * cannot resume a session: if the connection is lost, the transfer starts over with the offer. Runs in the worker
 * threads of NamidaSender. */
#include "config.h"

#include "namida-sender-private.h"

#include "namida-error.h"
#include "namida-limits.h"
#include "namida-phone-messages.h"

#include <glib/gi18n-lib.h>

#define PATH(name) NAMIDA_V1_PREFIX "/" name

static GBytes *
phone_format_offer (NamidaSender *self, GError **error)
{
  gsize length = 0;
  char *text = namida_phone_offer_format (namida_transfer_get_backup (self->transfer), &length, error);

  return text != NULL ? g_bytes_new_take (text, length) : NULL;
}

static gboolean
phone_says (const NamidaHttpAnswer *answer, const char *word)
{
  return answer->head.status == 200 && answer->body->len > 0
         && g_strstr_len ((const char *) answer->body->data, (gssize) answer->body->len, word) != NULL;
}

/* ---- the offer ---- */

static GError *
phone_explain_refusal (NamidaSender *self, const NamidaHttpAnswer *answer)
{
  const char *alias = namida_transfer_get_peer_alias (self->transfer);

  switch (answer->head.status)
    {
    case 403:
      return g_error_new (NAMIDA_ERROR, NAMIDA_ERROR_DECLINED, _ ("“%s” declined the transfer."), alias);
    case 400:
      return g_error_new (NAMIDA_ERROR, NAMIDA_ERROR_INVALID_REQUEST,
                          _ ("“%s” does not understand what it was offered. Update Namida Sync there."), alias);
    case 404:
    case 503:
      return g_error_new (
          NAMIDA_ERROR, NAMIDA_ERROR_UNREACHABLE,
          _ ("“%s” does not receive at the moment. Open Namida Sync there, choose to receive, then send "
             "again."),
          alias);
    default:
      return g_error_new (NAMIDA_ERROR, NAMIDA_ERROR_INTERNAL,
                          _ ("“%s” answered in a way this program does not understand (%u). Close Namida Sync there, "
                             "open it again, then send again."),
                          alias, answer->head.status);
    }
}

/* The app takes everything that it was offered. */
static NamidaOfferAnswer *
phone_grant_all (NamidaSender *self)
{
  NamidaOfferAnswer *answer = namida_offer_answer_new ("");
  GPtrArray *entries = namida_backup_get_entries (namida_transfer_get_backup (self->transfer));

  for (guint i = 0; i < entries->len; i++)
    namida_offer_answer_grant (answer, ((const NamidaEntry *) g_ptr_array_index (entries, i))->id, "", 0);
  return answer;
}

static gboolean
phone_ask (NamidaSender *self, NamidaHttpConnection **connection, GError **error)
{
  /* The user of the phone may take any time to answer. The local user can cancel, and a phone that leaves is
   * noticed. */
  NamidaHttpRequest request
      = { .target = PATH ("prepare-upload"), .type = "application/json", .seconds = NAMIDA_HTTP_FOREVER };
  g_auto (NamidaHttpAnswer) answer = { 0 };

  /* An earlier attempt may have left the app counting its files. */
  if (self->again || self->n_offers > 1)
    self->dialect->cancel (self, FALSE);
  namida_sender_show_waiting (self);
  if (!namida_sender_request (self, connection, &request, self->offer, NAMIDA_LIMIT_JSON_BYTES, &answer, error))
    {
      /* The user of the phone may still accept an offer that no longer exists. */
      self->is_asked = g_cancellable_is_cancelled (self->inner);
      return FALSE;
    }
  if (!phone_says (&answer, "Ready"))
    {
      g_propagate_error (error, phone_explain_refusal (self, &answer));
      return FALSE;
    }
  g_clear_pointer (&self->answer, namida_offer_answer_free);
  self->answer = phone_grant_all (self);
  self->is_asked = TRUE;
  return TRUE;
}

/* ---- a file ---- */

static char *
phone_format_upload (NamidaUploadJob *job, NamidaUploadItem *item)
{
  g_autofree char *query = namida_phone_upload_format (item->entry);

  return g_strconcat (PATH ("upload"), "?", query, NULL);
}

static NamidaTry
phone_check_upload (
    NamidaUploadJob *job, NamidaUploadItem *item, const char *sha256, const NamidaHttpAnswer *answer, GError **error)
{
  if (phone_says (answer, NAMIDA_PHONE_RECEIVED) && answer->whole)
    return NAMIDA_TRY_SENT;
  if (answer->head.status == 200 && !answer->whole)
    {
      g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_WRONG_SIZE,
                   _ ("The other device said that it has “%s” before all of it was sent. Send it again."),
                   item->entry->name);
      return NAMIDA_TRY_FATAL;
    }
  if (answer->head.status == 500 && answer->whole)
    {
      /* Android's storage refuses some names and is not case-sensitive. The app counts the file nevertheless and
       * continues. */
      g_set_error (
          error, NAMIDA_ERROR, NAMIDA_ERROR_UNSAFE_PATH,
          _ ("The phone could not save “%s”. Rename it if its name has characters such as : ? or *, or differs "
             "from another only in case, then send again."),
          item->entry->name);
      return NAMIDA_TRY_REFUSED;
    }
  g_propagate_error (error, phone_explain_refusal (job->sender, answer));
  return NAMIDA_TRY_FATAL;
}

/* ---- the end ---- */

/* The app counts received files until it gets a cancel, even after everything failed. */
static void
phone_cancel (NamidaSender *self, gboolean keep_parts)
{
  namida_sender_say (self, PATH ("cancel"));
}

const NamidaSenderDialect namida_sender_phone = {
  .on_break = NAMIDA_BREAK_STARTS_OVER,
  .n_connections = 1,
  .n_tries = 1,
  .n_offers = 3,
  .silence_seconds = 45, /* it may be out of reach for a moment */
  .stall_seconds = 300,  /* it cannot resume within a file */
  .unwanted = NAMIDA_FILE_DECLINED,
  .no_folders = N_ ("The phone app cannot receive empty folders. This one was skipped."),
  .advice_at_end = N_ ("To finish, open Settings → Backup & Restore in Namida on the phone and restore this backup."),
  .format_offer = phone_format_offer,
  .ask = phone_ask,
  .format_upload = phone_format_upload,
  .check_upload = phone_check_upload,
  .cancel = phone_cancel,
};
