/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Decides whether a request by a link is allowed: the rules that every request of a browser has to meet, apart from the
 * code that answers it. Called by namida-link-routes.c, and by the workers that serve more than one request of a
 * connection. No state; any thread. */

#include "config.h"

#include "namida-link-private.h"

#include "namida-pin-guard.h"

#include <glib/gi18n-lib.h>
#include <string.h>

char *
namida_link_cookie_get (const char *header, const char *name)
{
  g_auto (GStrv) pairs = NULL;
  gsize n = strlen (name);

  if (header == NULL)
    return NULL;
  pairs = g_strsplit (header, ";", -1);
  for (guint i = 0; pairs[i] != NULL; i++)
    {
      const char *pair = g_strstrip (pairs[i]);

      if (strncmp (pair, name, n) == 0 && pair[n] == '=')
        return g_strdup (pair + n + 1);
    }
  return NULL;
}

/* Another port, another name of this computer, or the other scheme is another origin. */
static gboolean
access_origin_is_own (const NamidaHttpHead *head, gboolean encrypted)
{
  g_autofree char *own = g_strconcat (encrypted ? "https://" : "http://", head->host, NULL);

  return g_ascii_strcasecmp (own, head->origin) == 0;
}

gboolean
namida_link_is_same_origin (const NamidaHttpHead *head, gboolean encrypted)
{
  gboolean get = g_str_equal (head->method, "GET");

  if (head->origin != NULL && !access_origin_is_own (head, encrypted))
    return FALSE;
  /* "none" means that the user and not a page made the request, such as a download that is retried. */
  if (head->site != NULL)
    return g_ascii_strcasecmp (head->site, "same-origin") == 0 || (get && g_ascii_strcasecmp (head->site, "none") == 0);
  return get || head->origin != NULL;
}

/* A request with a foreign host name learns nothing about the link. */
static NamidaLinkAccess
access_check_link (NamidaLink *link, const NamidaHttpHead *head, gboolean encrypted)
{
  if (!namida_http_head_has_own_host (head))
    return NAMIDA_LINK_ACCESS_HOST;
  if (link == NULL)
    return NAMIDA_LINK_ACCESS_UNKNOWN;
  if (!encrypted && !link->unencrypted)
    return NAMIDA_LINK_ACCESS_PLAIN;
  if (link->state == NAMIDA_LINK_EXPIRED)
    return NAMIDA_LINK_ACCESS_EXPIRED;
  return namida_link_is_open (link) ? NAMIDA_LINK_ACCESS_FINE : NAMIDA_LINK_ACCESS_CLOSED;
}

static gboolean
access_is_its_browser (NamidaLink *link, const NamidaHttpHead *head)
{
  g_autofree char *secret = namida_link_cookie_get (head->cookie, NAMIDA_LINK_COOKIE);

  return link->secret != NULL && secret != NULL && namida_equal_secret (link->secret, secret);
}

NamidaLinkAccess
namida_link_check_page (NamidaLink *link, const NamidaHttpHead *head, gboolean encrypted)
{
  NamidaLinkAccess access = access_check_link (link, head, encrypted);

  if (access == NAMIDA_LINK_ACCESS_HOST)
    return access;
  /* The request came by a link on another page, from a frame in it, or from its scripts. */
  if (head->origin != NULL
      || (head->site != NULL && g_ascii_strcasecmp (head->site, "none") != 0
          && g_ascii_strcasecmp (head->site, "same-origin") != 0))
    return NAMIDA_LINK_ACCESS_FOREIGN;
  if (access != NAMIDA_LINK_ACCESS_FINE)
    return access;
  return link->secret == NULL || access_is_its_browser (link, head) ? NAMIDA_LINK_ACCESS_FINE : NAMIDA_LINK_ACCESS_USED;
}

NamidaLinkAccess
namida_link_check (NamidaLink *link, const NamidaHttpHead *head, gboolean encrypted, gboolean open)
{
  NamidaLinkAccess access = access_check_link (link, head, encrypted);

  if (access == NAMIDA_LINK_ACCESS_HOST)
    return access;
  if (!namida_link_is_same_origin (head, encrypted))
    return NAMIDA_LINK_ACCESS_FOREIGN;
  if (access != NAMIDA_LINK_ACCESS_FINE)
    return access;
  if (access_is_its_browser (link, head) || (open && link->secret == NULL))
    return NAMIDA_LINK_ACCESS_FINE;
  return NAMIDA_LINK_ACCESS_USED;
}

/* ---- the name of the browser ---- */

typedef struct
{
  const char *mark, *name;
} AgentWord;

/* Returns the first word that is in the text. Many browsers claim to be others, too. */
static const char *
access_agent_find (const char *agent, const AgentWord *words, gsize n)
{
  for (gsize i = 0; i < n; i++)
    if (strstr (agent, words[i].mark) != NULL)
      return words[i].name;
  return NULL;
}

char *
namida_link_browser_name (const char *agent)
{
  static const AgentWord browsers[] = {
    { "FxiOS/", "Firefox" },         { "Firefox/", "Firefox" }, { "EdgA/", "Edge" },
    { "EdgiOS/", "Edge" },           { "Edg/", "Edge" },        { "OPR/", "Opera" },
    { "SamsungBrowser", "Samsung" }, { "Vivaldi/", "Vivaldi" }, { "CriOS/", "Chrome" },
    { "Chrome/", "Chrome" },         { "Epiphany/", "Web" },    { "Safari/", "Safari" },
  };
  static const AgentWord systems[] = {
    { "Android", "Android" }, { "iPhone", "iPhone" }, { "iPad", "iPad" },   { "Windows", "Windows" },
    { "Macintosh", "Mac" },   { "CrOS", "ChromeOS" }, { "Linux", "Linux" },
  };
  const char *browser = access_agent_find (agent != NULL ? agent : "", browsers, G_N_ELEMENTS (browsers));
  const char *system = access_agent_find (agent != NULL ? agent : "", systems, G_N_ELEMENTS (systems));

  if (browser == NULL)
    browser = _ ("Browser");
  /* Translators: a browser and its system, for example "Firefox on Android". */
  return system != NULL ? g_strdup_printf (_ ("%s on %s"), browser, system) : g_strdup (browser);
}
