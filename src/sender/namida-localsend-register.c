/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Implements namida-localsend-register.h: one request to a LocalSend device, in a worker. */
#include "config.h"

#include "namida-localsend-register.h"

#include "namida-error.h"
#include "namida-limits.h"
#include "namida-http-connection.h"
#include "namida-localsend-message.h"

#include <string.h>

#define SECONDS 5u

typedef struct
{
  NamidaIdentity *identity;
  GInetSocketAddress *address;
  char *fingerprint, *body; /* (nullable) */
} Register;

static void
register_free (gpointer data)
{
  Register *self = data;

  g_clear_object (&self->identity);
  g_object_unref (self->address);
  g_free (self->fingerprint);
  g_free (self->body);
  g_free (self);
}

static NamidaDeviceInfo *
take (Register *self, NamidaHttpConnection *connection, const NamidaHttpAnswer *answer, GError **error)
{
  NamidaDeviceInfo *info;

  if (answer->head.status != 200)
    {
      g_propagate_error (error, namida_error_answer_parse ((const char *) answer->body->data, answer->body->len,
                                                           answer->head.status, NULL));
      return NULL;
    }
  info = namida_localsend_info_parse ((const char *) answer->body->data, answer->body->len, error);
  if (info == NULL)
    return NULL;
  /* The answer contains neither the port nor the protocol. */
  info->port = g_inet_socket_address_get_port (self->address);
  info->https = self->identity != NULL;
  g_free (info->fingerprint);
  info->fingerprint = namida_http_connection_dup_fingerprint (connection);
  return info;
}

static void
register_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Register *self = data;
  NamidaHttpPeer peer = { .identity = self->identity, .address = self->address, .fingerprint = self->fingerprint };
  g_auto (NamidaHttpAnswer) answer = { 0 };
  GError *error = NULL;
  NamidaDeviceInfo *info = NULL;
  NamidaHttpRequest request
      = { .target = NAMIDA_LOCALSEND_PREFIX "/register", .type = "application/json", .seconds = SECONDS };
  g_autoptr (NamidaHttpConnection) connection = namida_http_connection_new (&peer, cancellable, &error);

  if (self->body == NULL)
    request = (NamidaHttpRequest){ .method = "GET", .target = NAMIDA_LOCALSEND_PREFIX "/info", .seconds = SECONDS };
  if (connection != NULL
      && namida_http_connection_request (connection, request, self->body, self->body != NULL ? strlen (self->body) : 0,
                                         NAMIDA_LIMIT_JSON_BYTES, &answer, &error))
    info = take (self, connection, &answer, &error);
  if (info != NULL)
    g_task_return_pointer (task, info, (GDestroyNotify) namida_device_info_unref);
  else
    g_task_return_error (task, error);
}

void
namida_localsend_register_async (NamidaIdentity *identity,
                                 GInetSocketAddress *address,
                                 const char *fingerprint,
                                 NamidaDeviceInfo *own,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  Register *self = g_new0 (Register, 1);

  self->identity = identity != NULL ? g_object_ref (identity) : NULL;
  self->address = g_object_ref (address);
  self->fingerprint = g_strdup (fingerprint);
  self->body = own != NULL ? namida_localsend_info_format (own) : NULL;
  g_task_set_source_tag (task, namida_localsend_register_async);
  g_task_set_task_data (task, self, register_free);
  g_task_run_in_thread (task, register_thread);
}

NamidaDeviceInfo *
namida_localsend_register_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
