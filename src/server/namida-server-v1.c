/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "namida-server-private.h"

#include "namida-error.h"
#include "namida-format.h"
#include "namida-limits.h"
#include "namida-peer.h"
#include "namida-server-download.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* The dialect of our own devices: TLS, and a certificate on both sides. */

#define N_ALIASES_MAX 256

static void
take_registration (NamidaServer *self, NamidaRequest *request, NamidaDeviceInfo *info)
{
  GSocketAddress *remote = soup_server_message_get_remote_address (request->msg);
  g_autoptr (GInetSocketAddress) there = namida_address_with_port (G_INET_SOCKET_ADDRESS (remote), info->port);

  if (request->connection->fingerprint != NULL)
    {
      if (g_hash_table_size (self->aliases) >= N_ALIASES_MAX)
        g_hash_table_remove_all (self->aliases);
      g_hash_table_replace (self->aliases, g_strdup (request->connection->fingerprint),
                            namida_format_alias (info->alias));
    }
  g_signal_emit_by_name (self, "registered", info, request->connection->fingerprint, there);
}

void
namida_server_handle_register (NamidaServer *self, NamidaRequest *request)
{
  g_autoptr (NamidaDeviceInfo) own = namida_server_dup_info (self);
  char *text;

  if (soup_server_message_get_method (request->msg) == SOUP_METHOD_POST)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (NamidaDeviceInfo) info
          = namida_register_parse ((const char *) request->body->data, request->body->len, &error);

      if (info == NULL)
        {
          namida_request_fail (request, error, 0);
          return;
        }
      take_registration (self, request, info);
    }
  text = namida_register_format (own);
  namida_request_answer (request, SOUP_STATUS_OK, text, strlen (text));
}

static char *
answer (NamidaReceiveSession *session, gsize *length)
{
  g_autoptr (NamidaOfferAnswer) wanted = namida_receive_session_dup_answer (session);

  return namida_offer_answer_format (wanted, length);
}

static gboolean
speaks (const NamidaConnection *connection)
{
  return connection->encrypted;
}

static gboolean
check (NamidaServer *self,
       const NamidaRoute *route,
       SoupServerMessage *msg,
       const NamidaConnection *connection,
       GError **error)
{
  if (connection->fingerprint != NULL || (route->open && soup_server_message_get_method (msg) == SOUP_METHOD_GET))
    return TRUE;
  g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_CERTIFICATE_REQUIRED,
                       _ ("This device has to know who asks: connect with a certificate."));
  return FALSE;
}

static const NamidaOfferWording offer = {
  .parse = namida_offer_message_parse,
  .answer = answer,
  .supersedes = TRUE,
};

static const NamidaRoute routes[] = {
  { .name = "register",
    .get = TRUE,
    .post = TRUE,
    .open = TRUE,
    .max_body = NAMIDA_LIMIT_JSON_BYTES,
    .handle = namida_server_handle_register },
  { .name = "prepare-upload",
    .post = TRUE,
    .max_body = NAMIDA_LIMIT_OFFER_BYTES,
    .early = namida_server_early_offer,
    .handle = namida_server_handle_offer,
    .offer = &offer },
  { .name = "upload", .post = TRUE, .take = namida_server_take_upload },
  { .name = "pack", .post = TRUE, .take = namida_server_take_upload },
  { .name = "finish", .post = TRUE, .max_body = NAMIDA_LIMIT_OFFER_BYTES, .handle = namida_server_handle_finish },
  { .name = "session", .get = TRUE, .max_body = NAMIDA_LIMIT_JSON_BYTES, .handle = namida_server_handle_session },
  { .name = "cancel", .post = TRUE, .max_body = NAMIDA_LIMIT_JSON_BYTES, .handle = namida_server_handle_cancel },
  { .name = "pair", .post = TRUE, .max_body = NAMIDA_LIMIT_JSON_BYTES, .handle = namida_server_handle_pair },
  { .name = "backups", .get = TRUE, .max_body = NAMIDA_LIMIT_JSON_BYTES, .handle = namida_server_handle_backups },
  { .name = "prepare-download",
    .post = TRUE,
    .max_body = NAMIDA_LIMIT_JSON_BYTES,
    .handle = namida_server_handle_prepare_download },
  { .name = "download", .get = TRUE, .take = namida_server_take_download },
};

const NamidaServerDialect namida_server_v1 = {
  .prefix = NAMIDA_V1_PREFIX,
  .routes = routes,
  .n_routes = G_N_ELEMENTS (routes),
  .speaks = speaks,
  .check = check,
};
