/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The v1 dialect of our own devices: TLS with a certificate on both sides. Lists its routes; the handlers are in the
 * other files of the server. Main context. */
#include "config.h"

#include "namida-server-private.h"

#include "namida-error.h"
#include "namida-format.h"
#include "namida-limits.h"
#include "namida-peer.h"
#include "namida-server-download.h"
#include "namida-server-wanted.h"
#include "namida-version-source.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define N_ALIASES_MAX 256

static void
v1_take_registration (NamidaServer *self, NamidaRequest *request, NamidaDeviceInfo *info)
{
  g_autoptr (GInetSocketAddress) there = namida_address_with_port (G_INET_SOCKET_ADDRESS (request->remote), info->port);

  if (request->connection->fingerprint != NULL)
    {
      if (g_hash_table_size (self->aliases) >= N_ALIASES_MAX)
        g_hash_table_remove_all (self->aliases);
      g_hash_table_replace (self->aliases, g_strdup (request->connection->fingerprint),
                            namida_format_alias (info->alias));
    }
  g_signal_emit_by_name (self, "registered", info, request->connection->fingerprint, there);
}

gpointer
namida_server_parse_register (NamidaRequest *request, GError **error)
{
  gsize length;
  const char *data = g_bytes_get_data (request->body, &length);

  return namida_register_parse (data, length, error);
}

void
namida_server_handle_register (NamidaServer *self, NamidaRequest *request)
{
  g_autoptr (NamidaDeviceInfo) own = namida_server_dup_info (self);
  char *text;

  own->wanted = namida_server_get_wanted (self, request->connection->fingerprint);
  if (!namida_request_is_get (request))
    v1_take_registration (self, request, request->parsed);
  text = namida_register_format (own);
  namida_request_answer (request, SOUP_STATUS_OK, text, strlen (text));
}

static char *
v1_answer (NamidaReceiveSession *session, gsize *length)
{
  g_autoptr (NamidaOfferAnswer) wanted = namida_receive_session_dup_answer (session);

  return namida_offer_answer_format (wanted, length);
}

static gboolean
v1_speaks (const NamidaConnection *connection)
{
  return connection->encrypted;
}

static gboolean
v1_check (NamidaServer *self, const NamidaRoute *route, const NamidaRequest *request, GError **error)
{
  if (request->connection->fingerprint != NULL || (route->open && g_str_equal (request->head.method, "GET")))
    return TRUE;
  g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_CERTIFICATE_REQUIRED,
                       _ ("The request was rejected because it came without a certificate."));
  return FALSE;
}

static const NamidaOfferWording offer = {
  .parse = namida_offer_message_parse,
  .answer = v1_answer,
  .supersedes = TRUE,
};

static const NamidaRoute routes[] = {
  { .name = "register",
    .get = TRUE,
    .post = TRUE,
    .open = TRUE,
    .describes = TRUE,
    .max_body = NAMIDA_LIMIT_JSON_BYTES,
    .parse = namida_server_parse_register,
    .parsed_free = (GDestroyNotify) namida_device_info_unref,
    .handle = namida_server_handle_register },
  { .name = "prepare-upload",
    .post = TRUE,
    .max_body = NAMIDA_LIMIT_OFFER_BYTES,
    .early = namida_server_early_offer,
    .parse = namida_server_parse_offer,
    .parsed_free = namida_server_parsed_offer_free,
    .handle = namida_server_handle_offer,
    .offer = &offer },
  { .name = "preview",
    .post = TRUE,
    .max_body = NAMIDA_LIMIT_OFFER_BYTES,
    .early = namida_server_early_preview,
    .parse = namida_server_parse_offer,
    .parsed_free = namida_server_parsed_offer_free,
    .handle = namida_server_handle_preview,
    .offer = &offer },
  { .name = "upload", .post = TRUE, .take = namida_server_take_upload },
  { .name = "pack", .post = TRUE, .take = namida_server_take_upload },
  { .name = "finish",
    .post = TRUE,
    .max_body = NAMIDA_LIMIT_OFFER_BYTES,
    .early = namida_server_early_session,
    .handle = namida_server_handle_finish },
  { .name = "session", .get = TRUE, .max_body = NAMIDA_LIMIT_SMALL_BODY_BYTES, .handle = namida_server_handle_session },
  { .name = "cancel", .post = TRUE, .max_body = NAMIDA_LIMIT_SMALL_BODY_BYTES, .handle = namida_server_handle_cancel },
  { .name = "pair",
    .post = TRUE,
    .max_body = NAMIDA_LIMIT_SMALL_BODY_BYTES,
    .parse = namida_server_parse_pair,
    .parsed_free = namida_server_parsed_pair_free,
    .handle = namida_server_handle_pair },
  { .name = "backups", .get = TRUE, .max_body = NAMIDA_LIMIT_SMALL_BODY_BYTES, .handle = namida_server_handle_backups },
  { .name = "prepare-download",
    .post = TRUE,
    .max_body = NAMIDA_LIMIT_JSON_BYTES,
    .early = namida_server_early_download,
    .parse = namida_server_parse_download,
    .parsed_free = namida_server_parsed_download_free,
    .handle = namida_server_handle_prepare_download },
  { .name = "download", .get = TRUE, .take = namida_server_take_download },
  { .name = "wanted", .get = TRUE, .max_body = NAMIDA_LIMIT_SMALL_BODY_BYTES, .handle = namida_server_handle_wanted },
  { .name = "heal", .post = TRUE, .take = namida_server_take_heal },
};

const NamidaServerDialect namida_server_v1 = {
  .prefix = NAMIDA_V1_PREFIX,
  .routes = routes,
  .n_routes = G_N_ELEMENTS (routes),
  .speaks = v1_speaks,
  .check = v1_check,
};
