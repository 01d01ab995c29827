/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Implements namida-phone-register.h as one NamidaHttpExchange. Main context; the answer is parsed in a worker
 * thread. */
#include "config.h"

#include "namida-phone-register.h"

#include "namida-error.h"
#include "namida-http-exchange.h"
#include "namida-limits.h"
#include "namida-messages.h"

#include <glib/gi18n-lib.h>

#define SECONDS 5u

static gpointer
register_parse (const NamidaHttpExchange *exchange,
                const NamidaHttpAnswer *answer,
                const char *fingerprint,
                GError **error)
{
  g_autoptr (NamidaDeviceInfo) info
      = namida_register_parse ((const char *) answer->body->data, answer->body->len, error);

  if (info == NULL)
    return NULL;
  if (info->https || info->fingerprint != NULL)
    {
      g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_NOT_FOUND, _ ("The device there can encrypt."));
      return NULL;
    }
  return g_steal_pointer (&info);
}

void
namida_phone_register_async (GInetSocketAddress *address,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  NamidaHttpExchange exchange = { .address = address,
                                  .method = "GET",
                                  .target = NAMIDA_V1_PREFIX "/register",
                                  .seconds = SECONDS,
                                  .limit = NAMIDA_LIMIT_JSON_BYTES,
                                  .parse = register_parse,
                                  .free_result = (GDestroyNotify) namida_device_info_unref };

  namida_http_exchange_async (&exchange, cancellable, callback, user_data);
}

NamidaDeviceInfo *
namida_phone_register_finish (GAsyncResult *result, GError **error)
{
  return namida_http_exchange_finish (result, NULL, NULL, error);
}
