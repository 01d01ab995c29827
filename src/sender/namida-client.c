/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Implements NamidaClient: the control requests register, offer, cancel and pair, each as one NamidaHttpExchange. Main
 * context; the parsers run in worker threads. */
#include "config.h"

#include "namida-client.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "namida-error.h"
#include "namida-http-exchange.h"
#include "namida-limits.h"

#define SHORT_SECONDS 5
#define CANCEL_SECONDS 3 /* the program waits for it when it exits, at most 5 s (session/namida-hub.c) */
#define SESSION_SECONDS 15
/* The time limits of the receiver expire first and give a reason. This margin is for receivers that have left. */
#define MARGIN_SECONDS 15

struct _NamidaClient
{
  GObject parent_instance;
  NamidaIdentity *identity;
  GInetSocketAddress *address;
  char *pinned;       /* (nullable) */
  char *shown;        /* (nullable): the key that the last exchange proved */
  gboolean timed_out; /* whether the last exchange did */
};

G_DEFINE_FINAL_TYPE (NamidaClient, namida_client, G_TYPE_OBJECT)

static void
namida_client_finalize (GObject *object)
{
  NamidaClient *self = NAMIDA_CLIENT (object);

  g_clear_object (&self->identity);
  g_clear_object (&self->address);
  g_free (self->pinned);
  g_free (self->shown);
  G_OBJECT_CLASS (namida_client_parent_class)->finalize (object);
}

static void
namida_client_class_init (NamidaClientClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = namida_client_finalize;
}

static void
namida_client_init (NamidaClient *self)
{
}

NamidaClient *
namida_client_new (NamidaIdentity *identity, GInetSocketAddress *address, const char *fingerprint)
{
  NamidaClient *self = g_object_new (NAMIDA_TYPE_CLIENT, NULL);

  self->identity = g_object_ref (identity);
  self->address = g_object_ref (address);
  self->pinned = g_strdup (fingerprint);
  return self;
}

const char *
namida_client_get_peer_fingerprint (NamidaClient *self)
{
  return self->shown;
}

gboolean
namida_client_get_timed_out (NamidaClient *self)
{
  return self->timed_out;
}

GInetSocketAddress *
namida_client_get_address (NamidaClient *self)
{
  return self->address;
}

/* ---- the exchange ---- */

/* A request without the members that all requests of a client share. */
typedef struct
{
  const char *method, *path;
  const char *query; /* (nullable), encoded */
  GBytes *body;      /* (nullable) */
  guint seconds;
  gsize limit; /* maximum size of the answer in bytes */
  NamidaHttpExchangeParse parse;
  GDestroyNotify free_result;
} ClientRequest;

static void
client_answered (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  NamidaClient *self = g_task_get_source_object (task);
  GDestroyNotify free_result = g_task_get_task_data (task);
  GError *error = NULL;
  gpointer value;

  g_clear_pointer (&self->shown, g_free);
  value = namida_http_exchange_finish (result, &self->shown, &self->timed_out, &error);
  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, value, free_result);
}

static void
client_call (NamidaClient *self,
             const ClientRequest *request,
             gpointer tag,
             GCancellable *cancellable,
             GAsyncReadyCallback callback,
             gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  g_autofree char *target
      = g_strconcat (NAMIDA_V1_PREFIX "/", request->path, request->query != NULL ? "?" : NULL, request->query, NULL);
  NamidaHttpExchange exchange = { .identity = self->identity,
                                  .address = self->address,
                                  .fingerprint = self->pinned,
                                  .method = request->method,
                                  .target = target,
                                  .body = request->body,
                                  .seconds = request->seconds,
                                  .limit = request->limit,
                                  .parse = request->parse,
                                  .free_result = request->free_result };

  g_task_set_source_tag (task, tag);
  /* A canceled call must return one of our own errors. */
  g_task_set_check_cancellable (task, FALSE);
  g_task_set_task_data (task, (gpointer) request->free_result, NULL);
  namida_http_exchange_async (&exchange, cancellable, client_answered, task);
}

static GBytes *
client_bytes_take (char *text)
{
  return g_bytes_new_take (text, strlen (text));
}

static char *
client_session_query (const char *session_id)
{
  g_autofree char *escaped = g_uri_escape_string (session_id, NULL, FALSE);

  return g_strconcat ("sessionId=", escaped, NULL);
}

static gpointer
client_parse_nothing (const NamidaHttpExchange *exchange,
                      const NamidaHttpAnswer *answer,
                      const char *fingerprint,
                      GError **error)
{
  return NULL;
}

/* ---- register ---- */

static gpointer
client_parse_register (const NamidaHttpExchange *exchange,
                       const NamidaHttpAnswer *answer,
                       const char *fingerprint,
                       GError **error)
{
  const GByteArray *body = answer->body;

  return body->len > 0 ? namida_register_parse ((const char *) body->data, body->len, error) : NULL;
}

void
namida_client_register_async (NamidaClient *self,
                              NamidaDeviceInfo *own,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  g_autoptr (GBytes) body = own != NULL ? client_bytes_take (namida_register_format (own)) : NULL;

  client_call (self,
               &(ClientRequest){ own != NULL ? "POST" : "GET", "register", NULL, body, SHORT_SECONDS,
                                 NAMIDA_LIMIT_JSON_BYTES, client_parse_register,
                                 (GDestroyNotify) namida_device_info_unref },
               namida_client_register_async, cancellable, callback, user_data);
}

NamidaDeviceInfo *
namida_client_register_finish (NamidaClient *self, GAsyncResult *result, GError **error)
{
  NamidaDeviceInfo *info = g_task_propagate_pointer (G_TASK (result), error);

  if (info == NULL && error != NULL && *error == NULL)
    g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_INVALID_REQUEST,
                         _ ("The other device did not say what it is. Update Namida Sync there and try again."));
  return info;
}

/* ---- offer ---- */

/* Status 204: nothing is wanted. */
static gpointer
client_parse_offer (const NamidaHttpExchange *exchange,
                    const NamidaHttpAnswer *answer,
                    const char *fingerprint,
                    GError **error)
{
  return answer->head.status != 204
             ? namida_offer_answer_parse ((const char *) answer->body->data, answer->body->len, error)
             : NULL;
}

void
namida_client_offer_async (NamidaClient *self,
                           GBytes *body,
                           const char *pin,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  g_autoptr (GBytes) owned = body;
  g_autofree char *escaped = pin != NULL ? g_uri_escape_string (pin, NULL, FALSE) : NULL;
  g_autofree char *query = pin != NULL ? g_strconcat ("pin=", escaped, NULL) : NULL;

  client_call (self,
               &(ClientRequest){ "POST", "prepare-upload", query, owned,
                                 NAMIDA_LIMIT_OFFER_ANSWER_SECONDS + MARGIN_SECONDS, NAMIDA_LIMIT_OFFER_BYTES,
                                 client_parse_offer, (GDestroyNotify) namida_offer_answer_free },
               namida_client_offer_async, cancellable, callback, user_data);
}

NamidaOfferAnswer *
namida_client_offer_finish (NamidaClient *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* ---- cancel ---- */

void
namida_client_cancel_async (
    NamidaClient *self, const char *session_id, gboolean keep_parts, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autofree char *session = client_session_query (session_id);
  g_autofree char *query = g_strconcat (session, keep_parts ? "&keep=1" : NULL, NULL);

  client_call (self,
               &(ClientRequest){ "POST", "cancel", query, NULL, CANCEL_SECONDS, NAMIDA_LIMIT_JSON_BYTES,
                                 client_parse_nothing, NULL },
               namida_client_cancel_async, NULL, callback, user_data);
}

gboolean
namida_client_cancel_finish (NamidaClient *self, GAsyncResult *result, GError **error)
{
  gboolean failed = g_task_had_error (G_TASK (result));

  g_task_propagate_pointer (G_TASK (result), error);
  return !failed;
}

/* ---- pair ---- */

static void
client_pair_message_free (gpointer data)
{
  namida_pair_message_clear (data);
  g_free (data);
}

/* The answer to the last step is 200 and may be empty. */
static gpointer
client_parse_pair (const NamidaHttpExchange *exchange,
                   const NamidaHttpAnswer *answer,
                   const char *fingerprint,
                   GError **error)
{
  const GByteArray *body = answer->body;
  NamidaPairMessage *message = g_new0 (NamidaPairMessage, 1);

  if (body->len == 0 || namida_pair_message_parse ((const char *) body->data, body->len, message, error))
    return message;
  client_pair_message_free (message);
  return NULL;
}

void
namida_client_pair_async (NamidaClient *self,
                          const NamidaPairMessage *message,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
  g_autoptr (GBytes) body = client_bytes_take (namida_pair_message_format (message));
  guint seconds = g_strcmp0 (message->step, "confirm") == 0 || g_strcmp0 (message->step, "wait") == 0
                      ? NAMIDA_LIMIT_PAIR_SECONDS + SHORT_SECONDS
                      : SESSION_SECONDS;

  client_call (self,
               &(ClientRequest){ "POST", "pair", NULL, body, seconds, NAMIDA_LIMIT_JSON_BYTES, client_parse_pair,
                                 client_pair_message_free },
               namida_client_pair_async, cancellable, callback, user_data);
}

gboolean
namida_client_pair_finish (NamidaClient *self, GAsyncResult *result, NamidaPairMessage *answer, GError **error)
{
  gboolean failed = g_task_had_error (G_TASK (result));
  NamidaPairMessage *message = g_task_propagate_pointer (G_TASK (result), error);

  *answer = (NamidaPairMessage){ 0 };
  if (message != NULL)
    {
      *answer = *message;
      g_free (message);
    }
  return !failed;
}
