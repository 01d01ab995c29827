/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Finds the dialect and the route of a request, and refuses requests of web pages. Called by namida-server-requests.c
 * in the main context. */
#include "config.h"

#include "namida-server-private.h"

#include "namida-error.h"
#include "namida-http.h"
#include "namida-limits.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* The first dialect is used whose prefix and kind of connection match. */
static const NamidaServerDialect *const dialects[] = {
  &namida_server_v1,
  &namida_server_phone,
  &namida_server_localsend,
  &namida_server_link,
};

static const NamidaServerDialect *
routes_find_dialect (const char *path, const NamidaConnection *connection)
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
routes_find_route (const NamidaServerDialect *dialect, const char *name, const char *method, GError **error)
{
  for (gsize i = 0; i < dialect->n_routes; i++)
    {
      const NamidaRoute *route = &dialect->routes[i];

      if (!g_str_equal (name, route->name))
        continue;
      if ((route->get && g_str_equal (method, "GET")) || (route->post && g_str_equal (method, "POST")))
        return route;
      g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_METHOD,
                           _ ("This device does not understand the request."));
      return NULL;
    }
  g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_NOT_FOUND,
                       _ ("There is nothing of that name on this device."));
  return NULL;
}

static gboolean
routes_check_length (const NamidaRoute *route, const NamidaHttpHead *head, GError **error)
{
  if (route->take != NULL || head->length <= 0 || (guint64) head->length <= route->max_body)
    return TRUE;
  g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_TOO_LARGE, _ ("The request is too large."));
  return FALSE;
}

/* Otherwise a web page in a browser on this network could send requests with the rights of the browser's user or, with
 * its own host name resolving to this device (DNS rebinding), also read the answers. */
static gboolean
routes_check_no_web_page (const NamidaHttpHead *head, GError **error)
{
  if (!namida_http_head_is_of_web_page (head))
    return TRUE;
  g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_DECLINED,
                       _ ("This device does not answer the requests of web pages."));
  return FALSE;
}

/* Whether @route is refused because this device is hidden. The connection recorded whether its key is trusted when it
 * began; that may have changed since. */
static gboolean
routes_is_kept_hidden (NamidaServer *self, const NamidaRoute *route, const NamidaConnection *connection)
{
  gboolean trusted = FALSE;

  if (!self->hidden || !route->describes)
    return FALSE;
  if (connection->fingerprint != NULL)
    g_signal_emit_by_name (self, "is-trusted", connection->fingerprint, &trusted);
  return !trusted;
}

const NamidaRoute *
namida_server_find_route (NamidaServer *self, NamidaRequest *request, GError **error)
{
  const NamidaHttpHead *head = &request->head;
  const NamidaServerDialect *dialect = routes_find_dialect (head->path, request->connection);
  const NamidaRoute *route;
  const char *name;

  if ((dialect == NULL || !dialect->of_page) && !routes_check_no_web_page (head, error))
    return NULL;
  if (dialect == NULL)
    {
      g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_NOT_FOUND,
                           _ ("There is nothing of that name on this device."));
      return NULL;
    }
  name = head->path + strlen (dialect->prefix) + 1;
  route = dialect->find != NULL ? dialect->find (self, request, name, error)
                                : routes_find_route (dialect, name, head->method, error);
  if (route == NULL || !dialect->check (self, route, request, error) || !routes_check_length (route, head, error))
    return NULL;
  if (routes_is_kept_hidden (self, route, request->connection))
    {
      g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_NOT_FOUND,
                           _ ("There is nothing of that name on this device."));
      return NULL;
    }
  request->keeps = dialect->keeps;
  return route;
}
