/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The paths below "/link": the page of a link, and the requests of that page. They are one of the dialects of the
 * server, and the only one that accepts requests of a browser, so namida-link-access.c checks each request before
 * anything else. Main context. */

#include "config.h"

#include "namida-link-private.h"

#include "namida-error.h"
#include "namida-limits.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* Splits "/link/TOKEN" or "/link/TOKEN/NAME". Returns: (transfer full): TOKEN. */
static char *
routes_path_split (const char *path, const char **name)
{
  const char *token = path + strlen (NAMIDA_LINK_PREFIX) + 1;
  const char *slash = strchr (token, '/');

  *name = slash != NULL ? slash + 1 : NULL;
  return slash != NULL ? g_strndup (token, (gsize) (slash - token)) : g_strdup (token);
}

NamidaLink *
namida_link_of (NamidaServer *self, const NamidaHttpHead *head)
{
  const char *name;
  g_autofree char *token = routes_path_split (head->path, &name);

  return namida_server_find_link (self, token);
}

static void
link_report_refused (NamidaLink *link, NamidaRequest *request, NamidaLinkAccess access)
{
  if (link != NULL && access == NAMIDA_LINK_ACCESS_USED)
    g_signal_emit_by_name (link, "refused", request->connection->address);
}

/* Returns: (transfer none) (nullable): the link if the request is allowed; otherwise the request was answered. */
static NamidaLink *
routes_admit (NamidaServer *self, NamidaRequest *request, gboolean open)
{
  NamidaLink *link = namida_link_of (self, &request->head);
  NamidaLinkAccess access = namida_link_check (link, &request->head, request->connection->encrypted, open);

  if (access == NAMIDA_LINK_ACCESS_FINE)
    return link;
  link_report_refused (link, request, access);
  namida_link_answer_access (request, access, FALSE);
  return NULL;
}

static void
routes_handle_page (NamidaServer *self, NamidaRequest *request)
{
  NamidaLink *link = namida_link_of (self, &request->head);
  NamidaLinkAccess access = namida_link_check_page (link, &request->head, request->connection->encrypted);

  link_report_refused (link, request, access);
  if (access == NAMIDA_LINK_ACCESS_FINE)
    namida_link_answer_page (request, SOUP_STATUS_OK, access);
  else
    namida_link_answer_access (request, access, TRUE);
}

/* Opens the link. Programs that only show a preview of an address never get here, because a script of the page sends
 * this request. */
static void
routes_handle_open (NamidaServer *self, NamidaRequest *request)
{
  NamidaLink *link = routes_admit (self, request, TRUE);
  g_autofree char *fields = NULL;

  if (link == NULL)
    return;
  if (link->secret == NULL)
    {
      namida_link_bind (link, request);
      fields = namida_link_fields (NULL);
      request->fields
          = g_strdup_printf ("%sSet-Cookie: " NAMIDA_LINK_COOKIE "=%s; Path=" NAMIDA_LINK_PREFIX
                             "/%s; HttpOnly; SameSite=Strict%s\r\n",
                             fields, link->secret, link->token, request->connection->encrypted ? "; Secure" : "");
    }
  namida_link_seen (link);
  namida_link_answer (request, SOUP_STATUS_OK, namida_link_dup_state (link, request->connection->encrypted));
}

static void
routes_handle_state (NamidaServer *self, NamidaRequest *request)
{
  NamidaLink *link = routes_admit (self, request, FALSE);

  if (link == NULL)
    return;
  namida_link_seen (link);
  namida_link_answer (request, SOUP_STATUS_OK, namida_link_dup_state (link, request->connection->encrypted));
}

static void
routes_handle_nothing (NamidaServer *self, NamidaRequest *request)
{
  if (routes_admit (self, request, FALSE) != NULL)
    namida_link_answer_access (request, NAMIDA_LINK_ACCESS_UNKNOWN, FALSE);
}

/* Refuses a request before any byte of its body is accepted. */
static void
routes_take_refused (NamidaServer *self, NamidaRequest *request)
{
  NamidaLink *link = namida_link_of (self, &request->head);
  NamidaLinkAccess access = namida_link_check (link, &request->head, request->connection->encrypted, FALSE);

  link_report_refused (link, request, access);
  namida_link_refuse_body (self, request, access);
}

static void
routes_handle_admitted (NamidaServer *self, NamidaRequest *request, void (*handle) (NamidaServer *, NamidaRequest *))
{
  NamidaLink *link = routes_admit (self, request, FALSE);

  if (link == NULL)
    return;
  namida_link_seen (link);
  handle (self, request);
}

static void
routes_handle_offer (NamidaServer *self, NamidaRequest *request)
{
  routes_handle_admitted (self, request, namida_link_handle_offer);
}

static void
routes_handle_wanted (NamidaServer *self, NamidaRequest *request)
{
  routes_handle_admitted (self, request, namida_link_handle_wanted);
}

static void
routes_handle_finish (NamidaServer *self, NamidaRequest *request)
{
  routes_handle_admitted (self, request, namida_link_handle_finish);
}

static void
routes_handle_cancel (NamidaServer *self, NamidaRequest *request)
{
  routes_handle_admitted (self, request, namida_link_handle_cancel);
}

/* ---- the table ---- */

static const NamidaRoute page = { .name = "", .get = TRUE, .handle = routes_handle_page };
static const NamidaRoute refused = { .name = "", .post = TRUE, .take = routes_take_refused };
static const NamidaRoute nothing = { .name = "", .get = TRUE, .post = TRUE, .handle = routes_handle_nothing };

static const NamidaRoute routes[] = {
  { .name = "open", .post = TRUE, .handle = routes_handle_open },
  { .name = "state", .get = TRUE, .handle = routes_handle_state },
  { .name = "offer",
    .post = TRUE,
    .max_body = NAMIDA_LIMIT_OFFER_BYTES,
    .parse = namida_server_parse_offer,
    .parsed_free = namida_server_parsed_offer_free,
    .handle = routes_handle_offer,
    .offer = &namida_link_offer_proven },
  { .name = "offer-unproven",
    .post = TRUE,
    .max_body = NAMIDA_LIMIT_OFFER_BYTES,
    .parse = namida_server_parse_offer,
    .parsed_free = namida_server_parsed_offer_free,
    .handle = routes_handle_offer,
    .offer = &namida_link_offer_unproven },
  { .name = "wanted", .get = TRUE, .handle = routes_handle_wanted },
  { .name = "upload", .post = TRUE, .take = namida_link_take_upload },
  { .name = "finish",
    .post = TRUE,
    .max_body = NAMIDA_LIMIT_OFFER_BYTES,
    .parse = namida_link_parse_finish,
    .parsed_free = namida_link_finish_free,
    .handle = routes_handle_finish },
  { .name = "cancel", .post = TRUE, .max_body = NAMIDA_LIMIT_SMALL_BODY_BYTES, .handle = routes_handle_cancel },
  { .name = "list", .get = TRUE, .handle = namida_link_handle_list },
  { .name = "file", .get = TRUE, .take = namida_link_take_file },
  { .name = "zip", .get = TRUE, .take = namida_link_take_zip },
};

/* Refuses requests without access before their body is read, with the codes that the page understands. */
static const NamidaRoute *
route_for (NamidaServer *self, const NamidaRequest *request, const NamidaRoute *route)
{
  NamidaLink *link = namida_link_of (self, &request->head);

  if (route->max_body > 0
      && namida_link_check (link, &request->head, request->connection->encrypted, FALSE) != NAMIDA_LINK_ACCESS_FINE)
    return &refused;
  return route;
}

static const NamidaRoute *
routes_find (NamidaServer *self, const NamidaRequest *request, const char *rest, GError **error)
{
  const char *method = request->head.method;
  const char *slash = strchr (rest, '/'), *name = slash != NULL ? slash + 1 : NULL;

  if (name == NULL && g_str_equal (method, "GET"))
    return &page;
  for (gsize i = 0; name != NULL && i < G_N_ELEMENTS (routes); i++)
    if (g_str_equal (name, routes[i].name)
        && ((routes[i].get && g_str_equal (method, "GET")) || (routes[i].post && g_str_equal (method, "POST"))))
      return route_for (self, request, &routes[i]);
  if (g_str_equal (method, "GET") || g_str_equal (method, "POST"))
    return &nothing;
  g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_METHOD, _ ("This device does not understand the request."));
  return NULL;
}

static gboolean
routes_check (NamidaServer *self, const NamidaRoute *route, const NamidaRequest *request, GError **error)
{
  return TRUE;
}

const NamidaServerDialect namida_server_link = {
  .prefix = NAMIDA_LINK_PREFIX,
  .find = routes_find,
  .of_page = TRUE,
  .check = routes_check,
};
