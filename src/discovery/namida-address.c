/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Parses, formats and compares socket addresses. Used by all of discovery, and through namida-peer.h by the sender
 * and the server. Pure functions. */
#include "config.h"

#include <net/if.h>
#include <string.h>

#include "namida-limits.h"
#include "namida-peer-list.h"
#include "namida-peer-private.h"

guint32
namida_address_scope (GInetSocketAddress *address)
{
  /* GLib treats the call for an IPv4 address as a programming error. */
  if (g_socket_address_get_family (G_SOCKET_ADDRESS (address)) != G_SOCKET_FAMILY_IPV6)
    return 0;
  return g_inet_socket_address_get_scope_id (address);
}

gboolean
namida_address_equal (GInetSocketAddress *a, GInetSocketAddress *b)
{
  return g_inet_socket_address_get_port (a) == g_inet_socket_address_get_port (b)
         && g_inet_address_equal (g_inet_socket_address_get_address (a), g_inet_socket_address_get_address (b))
         && namida_address_scope (a) == namida_address_scope (b);
}

GInetSocketAddress *
namida_address_unmapped (GInetSocketAddress *address)
{
  /* RFC 4291, 2.5.5.2: the form in which a dual-stack listener reports an IPv4 address. */
  static const guint8 prefix[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };
  GInetAddress *host = g_inet_socket_address_get_address (address);
  const guint8 *bytes = g_inet_address_to_bytes (host);
  g_autoptr (GInetAddress) plain = NULL;

  if (g_inet_address_get_family (host) != G_SOCKET_FAMILY_IPV6 || memcmp (bytes, prefix, sizeof prefix) != 0)
    return g_object_ref (address);
  plain = g_inet_address_new_from_bytes (bytes + sizeof prefix, G_SOCKET_FAMILY_IPV4);
  return G_INET_SOCKET_ADDRESS (g_inet_socket_address_new (plain, g_inet_socket_address_get_port (address)));
}

GInetSocketAddress *
namida_address_with_port (GInetSocketAddress *address, guint16 port)
{
  return g_object_new (G_TYPE_INET_SOCKET_ADDRESS, "address", g_inet_socket_address_get_address (address), "port",
                       (guint) port, "scope-id", (guint) namida_address_scope (address), NULL);
}

char *
namida_address_dup_host (GInetSocketAddress *address)
{
  g_autofree char *host = NULL;
  guint32 scope;
  char name[IF_NAMESIZE];

  g_return_val_if_fail (G_IS_INET_SOCKET_ADDRESS (address), NULL);

  host = g_inet_address_to_string (g_inet_socket_address_get_address (address));
  scope = namida_address_scope (address);
  /* RFC 4007, 11.2: the zone of a link-local address. */
  if (scope == 0 || strchr (host, '%') != NULL)
    return g_steal_pointer (&host);
  if (if_indextoname (scope, name) != NULL)
    return g_strdup_printf ("%s%%%s", host, name);
  return g_strdup_printf ("%s%%%u", host, scope);
}

char *
namida_address_to_text (GInetSocketAddress *address)
{
  g_autofree char *host = namida_address_dup_host (address);
  guint16 port = g_inet_socket_address_get_port (address);

  if (g_socket_address_get_family (G_SOCKET_ADDRESS (address)) == G_SOCKET_FAMILY_IPV4)
    return g_strdup_printf ("%s:%u", host, port);
  return g_strdup_printf ("[%s]:%u", host, port);
}

static gboolean
address_parse_port (const char *text, guint *port)
{
  guint64 value;

  if (!g_ascii_string_to_unsigned (text, 10, 1, G_MAXUINT16, &value, NULL))
    return FALSE;
  *port = (guint) value;
  return TRUE;
}

GInetSocketAddress *
namida_address_parse (const char *text)
{
  g_autofree char *host = NULL;
  const char *colon;
  const char *port_text = NULL;
  guint port = NAMIDA_PORT_FIRST;
  GSocketAddress *address;

  g_return_val_if_fail (text != NULL, NULL);

  /* Longer than the longest IPv6 address with interface and port. */
  if (strnlen (text, 101) > 100)
    return NULL;
  colon = strchr (text, ':');
  if (text[0] == '[')
    {
      const char *end = strchr (text, ']');

      if (end == NULL || (end[1] != '\0' && end[1] != ':'))
        return NULL;
      host = g_strndup (text + 1, end - text - 1);
      port_text = end[1] == ':' ? end + 2 : NULL;
      if (strchr (host, ':') == NULL)
        return NULL;
    }
  else if (colon != NULL && strchr (colon + 1, ':') == NULL)
    {
      host = g_strndup (text, colon - text);
      port_text = colon + 1;
    }
  else
    host = g_strdup (text);
  if (port_text != NULL && !address_parse_port (port_text, &port))
    return NULL;
  address = g_inet_socket_address_new_from_string (host, port);
  return address != NULL ? G_INET_SOCKET_ADDRESS (address) : NULL;
}
