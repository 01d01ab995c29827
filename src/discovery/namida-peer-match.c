/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Finds the device that the user means by an alias, a fingerprint or an address. Called by the hub for the command
 * line. Main context. */
#include "config.h"

#include <string.h>

#include "namida-identity.h"
#include "namida-peer-list.h"
#include "namida-peer-private.h"
#include "namida-format.h"

typedef gboolean (*Fits) (NamidaPeer *peer, gconstpointer wanted);

static NamidaMatch
match_by (NamidaPeerList *list, Fits fits, gconstpointer wanted, NamidaPeer **found)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (list));
  NamidaMatch match = NAMIDA_MATCH_NONE;

  for (guint i = 0; i < n; i++)
    {
      /* (transfer none) from here on, because the list keeps its own reference. */
      g_autoptr (NamidaPeer) peer = g_list_model_get_item (G_LIST_MODEL (list), i);

      if (namida_peer_get_away (peer) || !fits (peer, wanted))
        continue;
      if (match == NAMIDA_MATCH_ONE)
        return NAMIDA_MATCH_SEVERAL;
      match = NAMIDA_MATCH_ONE;
      *found = peer;
    }
  return match;
}

static gboolean
peer_match_fits_address (NamidaPeer *peer, gconstpointer wanted)
{
  return namida_peer_has_address (peer, (GInetSocketAddress *) wanted);
}

static gboolean
peer_match_fits_host (NamidaPeer *peer, gconstpointer wanted)
{
  return namida_peer_has_host (peer, (GInetAddress *) wanted);
}

static gboolean
peer_match_fits_fingerprint (NamidaPeer *peer, gconstpointer wanted)
{
  const char *fingerprint = namida_peer_get_fingerprint (peer);

  return namida_fingerprint_is_named (fingerprint, wanted, namida_peer_get_trusted (peer));
}

static gboolean
peer_match_fits_alias (NamidaPeer *peer, gconstpointer wanted)
{
  g_autofree char *folded = namida_format_fold (namida_peer_get_alias (peer));

  return g_str_equal (folded, wanted);
}

/* Returns: (transfer full) (nullable): the digits in upper case, if @text is nothing but the beginning of a
 * fingerprint. */
static char *
peer_match_fingerprint_digits (const char *text)
{
  g_autoptr (GString) digits = g_string_new (NULL);

  for (; *text != '\0'; text++)
    {
      if (g_ascii_isxdigit (*text))
        g_string_append_c (digits, g_ascii_toupper (*text));
      else if (*text != ' ' && *text != ':')
        return NULL;
    }
  if (digits->len < NAMIDA_FINGERPRINT_DIGITS_TRUSTED || digits->len > 64)
    return NULL;
  return g_strdup (digits->str);
}

static gboolean
peer_match_has_port (const char *text)
{
  const char *bracket = strchr (text, ']');
  const char *colon = strchr (text, ':');

  if (bracket != NULL)
    return bracket[1] == ':';
  return colon != NULL && strchr (colon + 1, ':') == NULL;
}

static NamidaMatch
match_address (NamidaPeerList *self, const char *text, NamidaPeer **found)
{
  g_autoptr (GInetSocketAddress) address = namida_address_parse (text);

  if (address == NULL)
    return NAMIDA_MATCH_NONE;
  if (peer_match_has_port (text))
    return match_by (self, peer_match_fits_address, address, found);
  return match_by (self, peer_match_fits_host, g_inet_socket_address_get_address (address), found);
}

NamidaMatch
namida_peer_list_match (NamidaPeerList *self, const char *text, NamidaPeer **peer)
{
  g_autofree char *stripped = NULL;
  g_autofree char *digits = NULL;
  NamidaPeer *found = NULL;
  NamidaMatch match;

  g_return_val_if_fail (NAMIDA_IS_PEER_LIST (self) && text != NULL, NAMIDA_MATCH_NONE);

  if (peer != NULL)
    *peer = NULL;
  stripped = g_strstrip (g_strdup (text));
  if (*stripped == '\0' || !g_utf8_validate (stripped, -1, NULL))
    return NAMIDA_MATCH_NONE;
  /* Numbers take precedence over names, so that nobody can impersonate an address or a fingerprint by naming a
   * device like it. */
  match = match_address (self, stripped, &found);
  digits = peer_match_fingerprint_digits (stripped);
  if (match == NAMIDA_MATCH_NONE && digits != NULL)
    match = match_by (self, peer_match_fits_fingerprint, digits, &found);
  if (match == NAMIDA_MATCH_NONE)
    {
      g_autofree char *folded = namida_format_fold (stripped);

      match = match_by (self, peer_match_fits_alias, folded, &found);
    }
  if (match == NAMIDA_MATCH_ONE && peer != NULL)
    *peer = found;
  return match;
}
