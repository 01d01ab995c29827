/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The answers of a link: the fields that restrict the page to its own content, the page itself, and refusals: a page
 * for the window of a browser, JSON for the page's own requests. Called by the routes in the main context. */

#include "config.h"

#include "namida-link-private.h"

#include "namida-digest.h"
#include "namida-error.h"
#include "namida-json-cursor.h"
#include "namida-link-resources.h"

#include <string.h>

#define PAGE "/io/github/namida_sync/link/page.html"
#define NONCE_BYTES 16

char *
namida_link_fields (const char *nonce)
{
  GString *text = g_string_new ("X-Content-Type-Options: nosniff\r\nReferrer-Policy: no-referrer\r\n"
                                "Cache-Control: no-store\r\nX-Frame-Options: DENY\r\n"
                                "Cross-Origin-Opener-Policy: same-origin\r\n"
                                "Cross-Origin-Resource-Policy: same-origin\r\n"
                                "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'; "
                                "base-uri 'none'; form-action 'none'");

  if (nonce != NULL)
    g_string_append_printf (text, "; connect-src 'self'; script-src 'nonce-%s'; style-src 'nonce-%s'", nonce, nonce);
  g_string_append (text, "\r\n");
  return g_string_free (text, FALSE);
}

static void
answer_set_fields (NamidaRequest *request, char *fields)
{
  g_free (request->fields);
  request->fields = fields;
}

void
namida_link_answer (NamidaRequest *request, guint status, char *json)
{
  if (request->fields == NULL)
    answer_set_fields (request, namida_link_fields (NULL));
  request->type = "application/json";
  namida_request_answer (request, status, json, json != NULL ? strlen (json) : 0);
}

guint
namida_link_access_status (NamidaLinkAccess access)
{
  switch (access)
    {
    case NAMIDA_LINK_ACCESS_FINE:
      return SOUP_STATUS_OK;
    case NAMIDA_LINK_ACCESS_UNKNOWN:
      return SOUP_STATUS_NOT_FOUND;
    case NAMIDA_LINK_ACCESS_EXPIRED:
    case NAMIDA_LINK_ACCESS_CLOSED:
      return SOUP_STATUS_GONE;
    default:
      return SOUP_STATUS_FORBIDDEN;
    }
}

const char *
namida_link_access_code (NamidaLinkAccess access)
{
  static const char *const codes[]
      = { "", "host", "foreign", "not-found", "encryption-required", "used", "expired", "closed" };

  return codes[access];
}

static char *
link_answer_format_code (const char *code)
{
  g_autoptr (GString) text = g_string_new ("{");

  namida_json_append_member (text, "code", code);
  g_string_append_c (text, '}');
  return g_string_free (g_steal_pointer (&text), FALSE);
}

void
namida_link_answer_error (NamidaRequest *request, const GError *error)
{
  namida_link_answer (request, namida_error_http_status (error), namida_error_answer_format (error, -1));
}

void
namida_link_answer_access (NamidaRequest *request, NamidaLinkAccess access, gboolean as_page)
{
  guint status = namida_link_access_status (access);

  if (as_page && access != NAMIDA_LINK_ACCESS_HOST)
    namida_link_answer_page (request, status, access);
  else
    namida_link_answer (request, status, link_answer_format_code (namida_link_access_code (access)));
}

/* ---- the page ---- */

/* Returns the first of the user's languages that the page supports. Weights are ignored, because browsers send the best
 * language first. */
static const char *
link_answer_page_language (const char *accepted)
{
  static const char *const languages[] = { "de", "en", "fr" };
  g_auto (GStrv) ranges = g_strsplit (accepted != NULL ? accepted : "", ",", 16);

  for (guint i = 0; ranges[i] != NULL; i++)
    for (guint j = 0; j < G_N_ELEMENTS (languages); j++)
      {
        const char *range = g_strstrip (ranges[i]);

        if (g_ascii_strncasecmp (range, languages[j], 2) == 0 && !g_ascii_isalpha (range[2]))
          return languages[j];
      }
  return "en";
}

void
namida_link_answer_page (NamidaRequest *request, guint status, NamidaLinkAccess why)
{
  g_autoptr (GBytes) bytes
      = g_resource_lookup_data (namida_link_get_resource (), PAGE, G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
  g_autofree char *nonce = namida_random_hex (NONCE_BYTES);
  GString *page = g_string_new_len (g_bytes_get_data (bytes, NULL), (gssize) g_bytes_get_size (bytes));
  gsize length;

  g_string_replace (page, "@NONCE@", nonce, 0);
  g_string_replace (page, "@LANGUAGE@", link_answer_page_language (request->head.language), 0);
  g_string_replace (page, "@WHY@", namida_link_access_code (why), 0);
  answer_set_fields (request, namida_link_fields (nonce));
  request->type = "text/html; charset=utf-8";
  length = page->len;
  namida_request_answer (request, status, g_string_free (page, FALSE), length);
}
