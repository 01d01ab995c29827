/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Binds the listening sockets and sets their receive buffers; see the header. Main context; does not block. */
#include "config.h"

#include "namida-listener-sockets.h"

#include "namida-error.h"
#include "namida-interface.h"
#include "namida-limits.h"

#include <glib/gi18n-lib.h>
#include <netinet/in.h>
#include <sys/socket.h>

#define RUN_AHEAD_BYTES (1024 * 1024)
#define RUN_AHEAD_LEAST (8 * 1024)
/* If this device limits its rate: the buffer holds what arrives in this fraction of a second. */
#define RUN_AHEAD_SHARE 4

/* If a connection breaks, data that was received but not written yet is lost. By default, the system lets a fast
 * sender run ahead by up to net.ipv4.tcp_rmem, which may be 32 MB. If the system allows so little
 * (net.core.rmem_max) that a wireless network would be slowed down, the default is kept: 0. */
static gint
listener_sockets_run_ahead (void)
{
  g_autofree char *text = NULL;

  if (g_file_get_contents ("/proc/sys/net/core/rmem_max", &text, NULL, NULL)
      && g_ascii_strtoll (text, NULL, 10) >= RUN_AHEAD_BYTES)
    return RUN_AHEAD_BYTES;
  return 0;
}

void
namida_listener_sockets_bound (GPtrArray *sockets, guint64 rate)
{
  gint bytes = listener_sockets_run_ahead ();

  /* A closed window opens again when a good part of the buffer is free (in Linux a sixteenth, and more for large
   * packets), so a large buffer that is read slowly would look dead to a sender. */
  if (rate > 0 && rate / RUN_AHEAD_SHARE < RUN_AHEAD_BYTES)
    bytes = MAX ((gint) (rate / RUN_AHEAD_SHARE), RUN_AHEAD_LEAST);
  for (guint i = 0; bytes > 0 && i < sockets->len; i++)
    g_socket_set_option (g_ptr_array_index (sockets, i), SOL_SOCKET, SO_RCVBUF, bytes, NULL);
}

static GSocket *
listener_sockets_listen_on (GInetAddress *address, guint scope, guint16 port, GError **error)
{
  GSocketFamily family = g_inet_address_get_family (address);
  g_autoptr (GSocketAddress) where
      = g_object_new (G_TYPE_INET_SOCKET_ADDRESS, "address", address, "port", port, "scope-id", scope, NULL);
  g_autoptr (GSocket) socket = g_socket_new (family, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, error);

  if (socket == NULL)
    return NULL;
  /* IPv4 has its own socket. */
  if (family == G_SOCKET_FAMILY_IPV6 && !g_socket_set_option (socket, IPPROTO_IPV6, IPV6_V6ONLY, 1, error))
    return NULL;
  g_socket_set_listen_backlog (socket, 128);
  g_socket_set_blocking (socket, FALSE);
  if (!g_socket_bind (socket, where, TRUE, error) || !g_socket_listen (socket, error))
    return NULL;
  return g_steal_pointer (&socket);
}

/* Returns: (transfer full): the addresses to listen on. @scope: (out): the scope of a link-local address, otherwise
 * 0. */
static GPtrArray *
listener_sockets_addresses_of (const char *interface, guint *scope, GError **error)
{
  GPtrArray *addresses = g_ptr_array_new_with_free_func (g_object_unref);
  GInetAddress *only = interface != NULL ? g_inet_address_new_from_string (interface) : NULL;
  g_autoptr (GPtrArray) list = NULL;

  *scope = 0;
  if (only != NULL)
    {
      g_ptr_array_add (addresses, only);
      return addresses;
    }
  if (interface == NULL)
    {
      g_ptr_array_add (addresses, g_inet_address_new_any (G_SOCKET_FAMILY_IPV4));
      g_ptr_array_add (addresses, g_inet_address_new_any (G_SOCKET_FAMILY_IPV6));
      return addresses;
    }
  list = namida_interface_list (interface, error);
  for (guint i = 0; list != NULL && i < list->len; i++)
    {
      NamidaInterface *found = g_ptr_array_index (list, i);

      *scope = found->index;
      for (guint j = 0; j < found->addresses->len; j++)
        g_ptr_array_add (addresses, g_object_ref (g_ptr_array_index (found->addresses, j)));
    }
  if (addresses->len > 0)
    return addresses;
  if (error != NULL && *error == NULL)
    g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_UNREACHABLE,
                 _ ("“%s” has no address to listen on. Check that it is connected."), interface);
  g_ptr_array_unref (addresses);
  return NULL;
}

/* Listens on all addresses with one port, or on none. An address family that this machine does not have is ignored. */
static GPtrArray *
listener_sockets_listen_on_all (GPtrArray *addresses, guint scope, guint16 port, GError **error)
{
  g_autoptr (GPtrArray) sockets = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < addresses->len; i++)
    {
      GInetAddress *address = g_ptr_array_index (addresses, i);
      gboolean local = g_inet_address_get_is_link_local (address);
      g_autoptr (GError) reason = NULL;
      GSocket *socket = listener_sockets_listen_on (address, local ? scope : 0, port, &reason);

      if (socket != NULL)
        {
          g_ptr_array_add (sockets, socket);
          continue;
        }
      if (addresses->len > 1 && g_inet_address_get_family (address) == G_SOCKET_FAMILY_IPV6
          && !g_error_matches (reason, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE))
        continue;
      g_propagate_error (error, g_steal_pointer (&reason));
      return NULL;
    }
  if (sockets->len > 0)
    return g_steal_pointer (&sockets);
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, _ ("there is no address to listen on"));
  return NULL;
}

static void
listener_sockets_explain (const GError *reason, const char *interface, guint first, guint last, GError **error)
{
  gboolean taken = g_error_matches (reason, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE);
  g_autoptr (GError) missing = NULL;

  if (!taken && interface != NULL)
    g_ptr_array_unref (namida_interface_list (interface, &missing));
  /* The address does not belong to this device, or no longer does. */
  if (missing != NULL)
    g_propagate_error (error, g_steal_pointer (&missing));
  else if (taken && first == last)
    g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_INTERNAL,
                 _ ("Port %u is taken by another program. Close it, or choose another port."), first);
  else if (taken)
    g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_INTERNAL,
                 _ ("All ports from %u to %u are taken by other programs. Close one of them, or choose a port of your "
                    "own."),
                 first, last);
  else
    g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_UNREACHABLE, _ ("Could not listen on port %u: %s."), last,
                 reason->message);
}

GPtrArray *
namida_listener_sockets_open (const char *interface, guint16 *port, GError **error)
{
  guint first = *port != 0 ? *port : NAMIDA_PORT_FIRST, last = *port != 0 ? *port : NAMIDA_PORT_LAST;
  guint scope;
  g_autoptr (GPtrArray) addresses = listener_sockets_addresses_of (interface, &scope, error);
  g_autoptr (GError) reason = NULL;

  if (addresses == NULL)
    return NULL;
  for (guint one = first; one <= last; one++)
    {
      GPtrArray *sockets;

      g_clear_error (&reason);
      sockets = listener_sockets_listen_on_all (addresses, scope, (guint16) one, &reason);
      if (sockets == NULL)
        continue;
      *port = (guint16) one;
      return sockets;
    }
  listener_sockets_explain (reason, interface, first, last, error);
  return NULL;
}
