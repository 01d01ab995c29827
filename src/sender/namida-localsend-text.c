/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sends a text message to a LocalSend device: an offer of one text file that contains its text as the preview. Apps
 * that show previews answer 204 and want no file; others request the file. Called by the hub; runs in a worker
 * thread. */
#include "config.h"

#include "namida-localsend-text.h"

#include "namida-error.h"
#include "namida-http-connection.h"
#include "namida-limits.h"
#include "namida-localsend-message.h"
#include "namida-localsend-refusal.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define ANSWER_SECONDS (NAMIDA_LIMIT_OFFER_ANSWER_SECONDS + 15u)
#define UPLOAD_SECONDS 60u
#define QUICK_CONNECT_SECONDS 2u /* if there is another address to try */

typedef struct
{
  NamidaLocalsendText message; /* with its own copies */
  GCancellable *cancellable;
} TextSending;

static void
text_sending_free (gpointer data)
{
  TextSending *self = data;

  g_clear_object (&self->message.identity);
  g_object_unref (self->message.addresses);
  g_free ((char *) self->message.fingerprint);
  g_free ((char *) self->message.alias);
  namida_device_info_unref (self->message.own);
  g_free ((char *) self->message.pin);
  g_free ((char *) self->message.text);
  g_free (self);
}

/* Returns: (transfer full) (nullable): a connection to the first address that answers. */
static NamidaHttpConnection *
text_connect (TextSending *self, GError **error)
{
  guint n = g_list_model_get_n_items (self->message.addresses);

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (GInetSocketAddress) address = g_list_model_get_item (self->message.addresses, i);
      NamidaHttpPeer peer = { .identity = self->message.identity,
                              .address = address,
                              .fingerprint = self->message.fingerprint,
                              .connect_seconds = i + 1 < n ? QUICK_CONNECT_SECONDS : 0 };
      NamidaHttpConnection *connection;

      g_clear_error (error);
      connection = namida_http_connection_new (&peer, self->cancellable, error);
      if (connection != NULL || g_cancellable_is_cancelled (self->cancellable))
        return connection;
    }
  if (n == 0)
    g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_UNREACHABLE,
                 _ ("The address of “%s” is not known. Refresh the device list and try again."), self->message.alias);
  return NULL;
}

/* @answer: the answer to the offer, from a device that wants the text as a file. */
static gboolean
text_upload (TextSending *self, NamidaHttpConnection *connection, const NamidaHttpAnswer *answer, GError **error)
{
  g_autoptr (NamidaOfferAnswer) tokens
      = namida_localsend_answer_parse ((const char *) answer->body->data, answer->body->len, error);
  const NamidaGrant *grant;
  g_autofree char *query = NULL;
  g_autofree char *target = NULL;
  g_auto (NamidaHttpAnswer) stored = { 0 };

  if (tokens == NULL)
    return FALSE;
  grant = g_hash_table_lookup (tokens->files, NAMIDA_LOCALSEND_TEXT_ID);
  if (grant == NULL)
    {
      g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_DECLINED, _ ("“%s” declined the transfer."), self->message.alias);
      return FALSE;
    }
  query = namida_localsend_query_format (tokens->session_id, NAMIDA_LOCALSEND_TEXT_ID, grant->token);
  target = g_strconcat (NAMIDA_LOCALSEND_PREFIX "/upload?", query, NULL);
  if (!namida_http_connection_request (
          connection,
          (NamidaHttpRequest){ .target = target, .type = "text/plain; charset=utf-8", .seconds = UPLOAD_SECONDS },
          self->message.text, strlen (self->message.text), NAMIDA_LIMIT_JSON_BYTES, &stored, error))
    return FALSE;
  if (stored.head.status == 200)
    return TRUE;
  g_propagate_error (error, namida_error_answer_parse ((const char *) stored.body->data, stored.body->len,
                                                       stored.head.status, NULL));
  return FALSE;
}

static gboolean
text_send (TextSending *self, GError **error)
{
  g_autofree char *pin = self->message.pin != NULL ? g_uri_escape_string (self->message.pin, NULL, FALSE) : NULL;
  g_autofree char *target
      = g_strconcat (NAMIDA_LOCALSEND_PREFIX "/prepare-upload", pin != NULL ? "?pin=" : NULL, pin, NULL);
  g_autofree char *body = namida_localsend_text_format (self->message.own, self->message.text);
  g_autoptr (NamidaHttpConnection) connection = text_connect (self, error);
  g_auto (NamidaHttpAnswer) answer = { 0 };

  if (connection == NULL
      || !namida_http_connection_request (
          connection, (NamidaHttpRequest){ .target = target, .type = "application/json", .seconds = ANSWER_SECONDS },
          body, strlen (body), NAMIDA_LIMIT_JSON_BYTES, &answer, error))
    return FALSE;
  switch (answer.head.status)
    {
    case 204:
      return TRUE;
    case 200:
      return text_upload (self, connection, &answer, error);
    case 404:
      g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_NOT_FOUND, _ ("“%s” does not accept messages."),
                   self->message.alias);
      return FALSE;
    default:
      g_propagate_error (error, namida_localsend_refusal_new (self->message.alias, pin != NULL, &answer));
      return FALSE;
    }
}

static void
text_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  TextSending *self = data;
  GError *error = NULL;

  self->cancellable = cancellable;
  if (text_send (self, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

void
namida_localsend_text_async (const NamidaLocalsendText *message,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  TextSending *self;

  g_task_set_source_tag (task, namida_localsend_text_async);
  if (strlen (message->text) > NAMIDA_LOCALSEND_TEXT_BYTES)
    {
      g_task_return_new_error (task, NAMIDA_ERROR, NAMIDA_ERROR_TOO_LARGE,
                               _ ("The message is too long. Send it as a file."));
      return;
    }
  self = g_new0 (TextSending, 1);
  self->message.identity = message->identity != NULL ? g_object_ref (message->identity) : NULL;
  self->message.addresses = g_object_ref (message->addresses);
  self->message.fingerprint = g_strdup (message->fingerprint);
  self->message.alias = g_strdup (message->alias);
  self->message.own = namida_device_info_ref (message->own);
  self->message.pin = g_strdup (message->pin);
  self->message.text = g_strdup (message->text);
  g_task_set_task_data (task, self, text_sending_free);
  g_task_run_in_thread (task, text_thread);
}

gboolean
namida_localsend_text_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}
