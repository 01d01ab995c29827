/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Implements namida-localsend-register.h as one NamidaHttpExchange. Main context; the answer is parsed in a worker
 * thread. */
#include "config.h"

#include "namida-localsend-register.h"

#include "namida-http-exchange.h"
#include "namida-limits.h"
#include "namida-localsend-message.h"

#include <string.h>

#define SECONDS 5u

static gpointer
register_parse (const NamidaHttpExchange *exchange,
                const NamidaHttpAnswer *answer,
                const char *fingerprint,
                GError **error)
{
  NamidaDeviceInfo *info = namida_localsend_info_parse ((const char *) answer->body->data, answer->body->len, error);

  if (info == NULL)
    return NULL;
  /* The answer contains neither the port nor the protocol. */
  info->port = g_inet_socket_address_get_port (exchange->address);
  info->https = exchange->identity != NULL;
  g_free (info->fingerprint);
  info->fingerprint = g_strdup (fingerprint);
  return info;
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
  g_autofree char *text = own != NULL ? namida_localsend_info_format (own) : NULL;
  g_autoptr (GBytes) body = text != NULL ? g_bytes_new (text, strlen (text)) : NULL;
  NamidaHttpExchange exchange
      = { .identity = identity,
          .address = address,
          .fingerprint = fingerprint,
          .method = body != NULL ? "POST" : "GET",
          .target = body != NULL ? NAMIDA_LOCALSEND_PREFIX "/register" : NAMIDA_LOCALSEND_PREFIX "/info",
          .body = body,
          .seconds = SECONDS,
          .limit = NAMIDA_LIMIT_JSON_BYTES,
          .parse = register_parse,
          .free_result = (GDestroyNotify) namida_device_info_unref };

  namida_http_exchange_async (&exchange, cancellable, callback, user_data);
}

NamidaDeviceInfo *
namida_localsend_register_finish (GAsyncResult *result, GError **error)
{
  return namida_http_exchange_finish (result, NULL, NULL, error);
}
