/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Opens, joins and reads the multicast sockets of one interface; see the header. Main context; the sockets never
 * block. */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "namida-clock.h"
#include "namida-error.h"
#include "namida-limits.h"
#include "namida-multicast-link.h"
#include "namida-network.h"

/* Since Linux 4.20, but missing in the user-space headers of Debian 12's glibc. */
#ifndef IPV6_MULTICAST_ALL
#define IPV6_MULTICAST_ALL 29
#endif

#define MAX_PER_DISPATCH 64

static const char *const groups_ipv4[] = { "224.0.0.251", "224.0.0.167" };
static const char *const groups_ipv6[] = { "ff12::fd3a:e420" };

struct _NamidaMulticastLink
{
  guint index;
  GSocket *ipv4;
  GSocket *ipv6;
  GSource *source_ipv4;
  GSource *source_ipv6;
  NamidaMulticastReceived received;
  gpointer user_data;
  NamidaRate rate;
  guint refs; /* a handler may free the link while it reads */
  gboolean closed;
};

gboolean
namida_address_is_near (GInetAddress *address)
{
  const guint8 *bytes = g_inet_address_to_bytes (address);

  if (g_inet_address_get_is_loopback (address) || g_inet_address_get_is_link_local (address)
      || g_inet_address_get_is_site_local (address))
    return TRUE;
  /* RFC 4193: fc00::/7, which GLib does not know as site-local. */
  return g_inet_address_get_family (address) == G_SOCKET_FAMILY_IPV6 && (bytes[0] & 0xfe) == 0xfc;
}

gboolean
namida_rate_allow (NamidaRate *self, guint per_second)
{
  gint64 now = namida_clock_monotonic ();

  if (self->n == 0 || now - self->second_began >= G_USEC_PER_SEC)
    {
      self->second_began = now;
      self->n = 0;
    }
  if (self->n >= per_second)
    return FALSE;
  self->n++;
  return TRUE;
}

static void
link_unref (NamidaMulticastLink *self)
{
  if (--self->refs == 0)
    g_free (self);
}

static gboolean
multicast_link_on_readable (GSocket *socket, GIOCondition condition, gpointer data)
{
  NamidaMulticastLink *self = data;
  /* One byte more than allowed, so that a longer datagram is recognized as too long instead of being truncated to
   * fit. */
  char buffer[NAMIDA_LIMIT_HELLO_BYTES + 1];

  self->refs++;
  for (guint i = 0; i < MAX_PER_DISPATCH && !self->closed; i++)
    {
      g_autoptr (GSocketAddress) from = NULL;
      gssize n = g_socket_receive_from (socket, &from, buffer, sizeof buffer, NULL, NULL);

      if (n < 0)
        break;
      /* Check before parsing anything. Nothing is logged, so that a flood of datagrams does not become a flood of
       * log lines. */
      if (!namida_rate_allow (&self->rate, NAMIDA_MULTICAST_PER_SECOND) || n == 0
          || (gsize) n > NAMIDA_LIMIT_HELLO_BYTES || !G_IS_INET_SOCKET_ADDRESS (from)
          || !namida_network_is_near (g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (from))))
        continue;
      self->received (buffer, (gsize) n, G_INET_SOCKET_ADDRESS (from), self->user_data);
    }
  link_unref (self);
  return G_SOURCE_CONTINUE;
}

static gboolean
multicast_link_set_option (GSocket *socket, int level, int option, int value)
{
  return g_socket_set_option (socket, level, option, value, NULL);
}

/* Returns: (transfer full) (nullable): a bound socket that has not joined a group yet. */
static GSocket *
multicast_link_open_bound (GSocketFamily family, GError **error)
{
  g_autoptr (GInetAddress) any = g_inet_address_new_any (family);
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new (any, NAMIDA_MULTICAST_PORT);
  g_autoptr (GSocket) socket = g_socket_new (family, G_SOCKET_TYPE_DATAGRAM, G_SOCKET_PROTOCOL_UDP, error);

  if (socket == NULL)
    return NULL;
  g_socket_set_blocking (socket, FALSE);
  multicast_link_set_option (socket, SOL_SOCKET, SO_REUSEADDR, 1);
  multicast_link_set_option (socket, SOL_SOCKET, SO_REUSEPORT, 1);
  if (family == G_SOCKET_FAMILY_IPV6)
    multicast_link_set_option (socket, IPPROTO_IPV6, IPV6_V6ONLY, 1);
  if (!g_socket_bind (socket, address, TRUE, error))
    return NULL;
  return g_steal_pointer (&socket);
}

static gboolean
multicast_link_join_ipv4 (GSocket *socket, const char *group, guint index)
{
  struct ip_mreqn request = { .imr_ifindex = (int) index };
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (group);

  memcpy (&request.imr_multiaddr, g_inet_address_to_bytes (address), sizeof request.imr_multiaddr);
  return setsockopt (g_socket_get_fd (socket), IPPROTO_IP, IP_ADD_MEMBERSHIP, &request, sizeof request) == 0;
}

static gboolean
multicast_link_join_ipv6 (GSocket *socket, const char *group, guint index)
{
  struct ipv6_mreq request = { .ipv6mr_interface = index };
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (group);

  memcpy (&request.ipv6mr_multiaddr, g_inet_address_to_bytes (address), sizeof request.ipv6mr_multiaddr);
  return setsockopt (g_socket_get_fd (socket), IPPROTO_IPV6, IPV6_ADD_MEMBERSHIP, &request, sizeof request) == 0;
}

/* Returns the source address to send from. On loopback, the kernel would choose an address of another interface,
 * because 127.0.0.1 has host scope and is not a candidate for a multicast group (Linux, inet_select_addr() with
 * RT_SCOPE_LINK). */
static struct in_addr
multicast_link_source_address (NamidaInterface *interface)
{
  struct in_addr source = { 0 };

  for (guint i = 0; i < interface->addresses->len; i++)
    {
      GInetAddress *address = g_ptr_array_index (interface->addresses, i);

      if (g_inet_address_get_family (address) != G_SOCKET_FAMILY_IPV4)
        continue;
      memcpy (&source, g_inet_address_to_bytes (address), sizeof source);
      break;
    }
  return source;
}

static GSocket *
multicast_link_open_ipv4 (NamidaInterface *interface, GError **error)
{
  g_autoptr (GSocket) socket = multicast_link_open_bound (G_SOCKET_FAMILY_IPV4, error);
  struct ip_mreqn out
      = { .imr_ifindex = (int) interface->index, .imr_address = multicast_link_source_address (interface) };
  guint n_joined = 0;

  if (socket == NULL)
    return NULL;
  /* Without this option, a socket also receives what other sockets joined on other interfaces (ip(7),
   * IP_MULTICAST_ALL). */
  multicast_link_set_option (socket, IPPROTO_IP, IP_MULTICAST_ALL, 0);
  multicast_link_set_option (socket, IPPROTO_IP, IP_MULTICAST_TTL, 1);
  multicast_link_set_option (socket, IPPROTO_IP, IP_MULTICAST_LOOP, 1);
  if (setsockopt (g_socket_get_fd (socket), IPPROTO_IP, IP_MULTICAST_IF, &out, sizeof out) != 0)
    return NULL;
  for (guint i = 0; i < G_N_ELEMENTS (groups_ipv4); i++)
    n_joined += multicast_link_join_ipv4 (socket, groups_ipv4[i], interface->index) ? 1 : 0;
  return n_joined > 0 ? g_steal_pointer (&socket) : NULL;
}

static GSocket *
multicast_link_open_ipv6 (guint index)
{
  g_autoptr (GSocket) socket = multicast_link_open_bound (G_SOCKET_FAMILY_IPV6, NULL);
  guint n_joined = 0;

  if (socket == NULL)
    return NULL;
  multicast_link_set_option (socket, IPPROTO_IPV6, IPV6_MULTICAST_ALL, 0);
  multicast_link_set_option (socket, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, 1);
  multicast_link_set_option (socket, IPPROTO_IPV6, IPV6_MULTICAST_LOOP, 1);
  if (!multicast_link_set_option (socket, IPPROTO_IPV6, IPV6_MULTICAST_IF, (int) index))
    return NULL;
  for (guint i = 0; i < G_N_ELEMENTS (groups_ipv6); i++)
    n_joined += multicast_link_join_ipv6 (socket, groups_ipv6[i], index) ? 1 : 0;
  return n_joined > 0 ? g_steal_pointer (&socket) : NULL;
}

static GSource *
multicast_link_watch (NamidaMulticastLink *self, GSocket *socket)
{
  GSource *source;

  if (socket == NULL)
    return NULL;
  source = g_socket_create_source (socket, G_IO_IN, NULL);
  g_source_set_callback (source, G_SOURCE_FUNC (multicast_link_on_readable), self, NULL);
  g_source_attach (source, g_main_context_get_thread_default ());
  return source;
}

NamidaMulticastLink *
namida_multicast_link_open (NamidaInterface *interface,
                            NamidaMulticastReceived received,
                            gpointer user_data,
                            GError **error)
{
  g_autoptr (GError) reason = NULL;
  NamidaMulticastLink *self = g_new0 (NamidaMulticastLink, 1);

  self->refs = 1;
  self->index = interface->index;
  self->received = received;
  self->user_data = user_data;
  if (interface->has_ipv4)
    self->ipv4 = multicast_link_open_ipv4 (interface, &reason);
  if (interface->has_ipv6)
    self->ipv6 = multicast_link_open_ipv6 (interface->index);
  if (self->ipv4 == NULL && self->ipv6 == NULL)
    {
      g_set_error (
          error, NAMIDA_ERROR, NAMIDA_ERROR_UNREACHABLE,
          _ ("Devices cannot be looked for on the network “%s” (%s). Type the other device’s address instead."),
          interface->name, reason != NULL ? reason->message : _ ("multicast is refused"));
      namida_multicast_link_free (self);
      return NULL;
    }
  self->source_ipv4 = multicast_link_watch (self, self->ipv4);
  self->source_ipv6 = multicast_link_watch (self, self->ipv6);
  return self;
}

static gboolean
multicast_link_send_text (GSocket *socket, GInetAddress *host, guint scope, const char *text)
{
  g_autoptr (GSocketAddress) address = g_object_new (G_TYPE_INET_SOCKET_ADDRESS, "address", host, "port",
                                                     NAMIDA_MULTICAST_PORT, "scope-id", scope, NULL);

  return g_socket_send_to (socket, address, text, strlen (text), NULL, NULL) >= 0;
}

static void
multicast_link_send_to_group (GSocket *socket, const char *group, guint scope, const char *text)
{
  g_autoptr (GInetAddress) host = g_inet_address_new_from_string (group);

  multicast_link_send_text (socket, host, scope, text);
}

void
namida_multicast_link_send_to_localsend (NamidaMulticastLink *self, const char *text)
{
  for (guint i = 1; self->ipv4 != NULL && i < G_N_ELEMENTS (groups_ipv4); i++)
    multicast_link_send_to_group (self->ipv4, groups_ipv4[i], 0, text);
  for (guint i = 0; self->ipv6 != NULL && i < G_N_ELEMENTS (groups_ipv6); i++)
    multicast_link_send_to_group (self->ipv6, groups_ipv6[i], self->index, text);
}

void
namida_multicast_link_send_to_phones (NamidaMulticastLink *self, const char *text)
{
  if (self->ipv4 != NULL)
    multicast_link_send_to_group (self->ipv4, groups_ipv4[0], 0, text);
}

gboolean
namida_multicast_link_send_to (NamidaMulticastLink *self, GInetSocketAddress *host, const char *text)
{
  GInetAddress *address = g_inet_socket_address_get_address (host);
  guint scope = 0;
  GSocket *socket = self->ipv4;

  if (g_inet_address_get_family (address) == G_SOCKET_FAMILY_IPV6)
    {
      socket = self->ipv6;
      scope = g_inet_socket_address_get_scope_id (host);
      if (scope != 0 && scope != self->index)
        return FALSE;
    }
  return socket != NULL && multicast_link_send_text (socket, address, scope, text);
}

static void
multicast_link_close_socket (GSource *source, GSocket *socket)
{
  if (source != NULL)
    {
      g_source_destroy (source);
      g_source_unref (source);
    }
  if (socket != NULL)
    {
      g_socket_close (socket, NULL);
      g_object_unref (socket);
    }
}

void
namida_multicast_link_free (NamidaMulticastLink *self)
{
  self->closed = TRUE;
  multicast_link_close_socket (self->source_ipv4, self->ipv4);
  multicast_link_close_socket (self->source_ipv6, self->ipv6);
  link_unref (self);
}
