/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "namida-server-private.h"

#include "namida-error.h"
#include "namida-limits.h"

#include <glib/gi18n-lib.h>

/* The dialect of the Namida Sync phone app: the same paths in plain HTTP, no sessions, no proof of anything. */

static gboolean
speaks (const NamidaConnection *connection)
{
  return !connection->encrypted;
}

/* What has no handler here is v1's, and needs a key on both sides. */
static gboolean
check (NamidaServer *self,
       const NamidaRoute *route,
       SoupServerMessage *msg,
       const NamidaConnection *connection,
       GError **error)
{
  if (route->handle != NULL || route->take != NULL)
    return TRUE;
  g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_ENCRYPTION_REQUIRED,
                       _ ("This device takes that only over an encrypted connection."));
  return FALSE;
}

/* A plain POST register is how devices without TLS make themselves known; it proves nothing, and the signal says so. */
static const NamidaRoute routes[] = {
  { .name = "register",
    .get = TRUE,
    .post = TRUE,
    .max_body = NAMIDA_LIMIT_JSON_BYTES,
    .handle = namida_server_handle_register },
  { .name = "prepare-upload", .post = TRUE },
  { .name = "upload", .post = TRUE },
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
  .speaks = speaks,
  .check = check,
};
