/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "namida-server-private.h"

#include "namida-error.h"
#include "namida-http.h"
#include "namida-limits.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* Which dialect a request is, and which of its routes. The first whose prefix and kind of connection fit. */
static const NamidaServerDialect *const dialects[] = {
  &namida_server_v1,
  &namida_server_phone,
  &namida_server_localsend,
};

static const NamidaServerDialect *
find_dialect (const char *path, const NamidaConnection *connection)
{
  for (gsize i = 0; i < G_N_ELEMENTS (dialects); i++)
    {
      gsize prefix = strlen (dialects[i]->prefix);

      if (strncmp (path, dialects[i]->prefix, prefix) == 0 && path[prefix] == '/'
          && (dialects[i]->speaks == NULL || dialects[i]->speaks (connection)))
        return dialects[i];
    }
  return NULL;
}

static const NamidaRoute *
find_route (const NamidaServerDialect *dialect, const char *name, const char *method, GError **error)
{
  for (gsize i = 0; i < dialect->n_routes; i++)
    {
      const NamidaRoute *route = &dialect->routes[i];

      if (!g_str_equal (name, route->name))
        continue;
      if ((route->get && method == SOUP_METHOD_GET) || (route->post && method == SOUP_METHOD_POST))
        return route;
      g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_METHOD,
                           _ ("This device does not understand the request."));
      return NULL;
    }
  g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_NOT_FOUND,
                       _ ("There is nothing of that name on this device."));
  return NULL;
}

/* Before anything else is looked at: what is too much is refused as that, wherever it goes. */
static gboolean
check_size (SoupServerMessage *msg, GError **error)
{
  g_autofree char *uri = g_uri_to_string (soup_server_message_get_uri (msg));
  gsize line = strlen (uri);

  if (line > NAMIDA_LIMIT_HEAD_BYTES)
    {
      g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_TOO_LONG, _ ("The address of the request is too long."));
      return FALSE;
    }
  if (namida_http_head_count (soup_server_message_get_request_headers (msg)) + line > NAMIDA_LIMIT_HEAD_BYTES)
    {
      g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_TOO_LARGE, _ ("The request is too large."));
      return FALSE;
    }
  return TRUE;
}

static gboolean
check_head (const NamidaRoute *route, SoupServerMessage *msg, GError **error)
{
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (msg);
  g_auto (NamidaHttpHead) head = { 0 };

  if (!namida_http_head_set_headers (&head, headers, soup_server_message_get_http_version (msg), error))
    return FALSE;
  if (route->take == NULL && head.length > 0 && (guint64) head.length > route->max_body)
    {
      g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_TOO_LARGE, _ ("The request is too large."));
      return FALSE;
    }
  return TRUE;
}

const NamidaRoute *
namida_server_find_route (
    NamidaServer *self, SoupServerMessage *msg, const char *path, const NamidaConnection *connection, GError **error)
{
  const char *method = soup_server_message_get_method (msg);
  const NamidaServerDialect *dialect;
  const NamidaRoute *route;

  if (!check_size (msg, error))
    return NULL;
  dialect = find_dialect (path, connection);
  if (dialect == NULL)
    {
      g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_NOT_FOUND,
                           _ ("There is nothing of that name on this device."));
      return NULL;
    }
  route = find_route (dialect, path + strlen (dialect->prefix) + 1, method, error);
  if (route == NULL || !dialect->check (self, route, msg, connection, error) || !check_head (route, msg, error))
    return NULL;
  return route;
}
