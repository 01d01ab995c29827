/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reads the list of interfaces from the kernel and ranks their addresses; see the header. Quick; any thread. */
#include "config.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>

#include "namida-error.h"
#include "namida-interface.h"

static void
namida_interface_free (NamidaInterface *self)
{
  g_free (self->name);
  g_ptr_array_unref (self->addresses);
  g_free (self);
}

gboolean
namida_interface_is_usual (const char *name, guint flags)
{
  /* The names that are used by Docker, Podman, LXC and Incus, libvirt, VirtualBox and VMware, Kubernetes networks,
   * Waydroid and VPNs. A VPN may not set the point-to-point flag. */
  static const char *const prefixes[]
      = { "docker",  "br-",   "veth", "podman",  "cni",    "lxc",      "lxdbr", "incusbr", "virbr",     "vnet",
          "vboxnet", "vmnet", "cali", "flannel", "cilium", "waydroid", "wg",    "tun",     "tailscale", "ppp" };

  if ((flags & (IFF_LOOPBACK | IFF_POINTOPOINT)) != 0)
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (prefixes); i++)
    if (g_str_has_prefix (name, prefixes[i]))
      return FALSE;
  return TRUE;
}

static NamidaInterface *
interface_find_or_add (GPtrArray *list, const struct ifaddrs *entry)
{
  NamidaInterface *interface;

  for (guint i = 0; i < list->len; i++)
    {
      interface = g_ptr_array_index (list, i);
      if (g_str_equal (interface->name, entry->ifa_name))
        return interface;
    }
  interface = g_new0 (NamidaInterface, 1);
  interface->name = g_strdup (entry->ifa_name);
  interface->index = if_nametoindex (entry->ifa_name);
  interface->loopback = (entry->ifa_flags & IFF_LOOPBACK) != 0;
  interface->usual = namida_interface_is_usual (entry->ifa_name, entry->ifa_flags);
  interface->running = (entry->ifa_flags & IFF_RUNNING) != 0;
  interface->multicast = (entry->ifa_flags & IFF_MULTICAST) != 0;
  interface->addresses = g_ptr_array_new_with_free_func (g_object_unref);
  g_ptr_array_add (list, interface);
  return interface;
}

static void
interface_take_address (NamidaInterface *interface, const struct sockaddr *address)
{
  gsize size = address->sa_family == AF_INET ? sizeof (struct sockaddr_in) : sizeof (struct sockaddr_in6);
  g_autoptr (GSocketAddress) native = g_socket_address_new_from_native ((gpointer) address, size);
  GInetAddress *host;

  if (native == NULL)
    return;
  host = g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (native));
  g_ptr_array_add (interface->addresses, g_object_ref (host));
  if (address->sa_family == AF_INET)
    interface->has_ipv4 = TRUE;
  else
    interface->has_ipv6 = TRUE;
}

static gboolean
interface_is_wanted (NamidaInterface *interface, const char *only)
{
  g_autoptr (GInetAddress) address = NULL;

  if (only == NULL)
    return interface->usual;
  if (g_str_equal (interface->name, only))
    return TRUE;
  address = g_inet_address_new_from_string (only);
  for (guint i = 0; address != NULL && i < interface->addresses->len; i++)
    if (g_inet_address_equal (address, g_ptr_array_index (interface->addresses, i)))
      return TRUE;
  return FALSE;
}

GPtrArray *
namida_interface_list (const char *only, GError **error)
{
  GPtrArray *list = g_ptr_array_new_with_free_func ((GDestroyNotify) namida_interface_free);
  struct ifaddrs *entries;

  if (getifaddrs (&entries) != 0)
    {
      namida_error_set_from_errno (error, errno, _ ("Could not look at this device’s network"));
      return list;
    }
  for (const struct ifaddrs *entry = entries; entry != NULL; entry = entry->ifa_next)
    if ((entry->ifa_flags & IFF_UP) != 0 && entry->ifa_addr != NULL
        && (entry->ifa_addr->sa_family == AF_INET || entry->ifa_addr->sa_family == AF_INET6))
      interface_take_address (interface_find_or_add (list, entry), entry->ifa_addr);
  freeifaddrs (entries);

  for (guint i = list->len; i > 0; i--)
    if (!interface_is_wanted (g_ptr_array_index (list, i - 1), only))
      g_ptr_array_remove_index (list, i - 1);
  if (only != NULL && list->len == 0)
    g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_UNREACHABLE,
                 _ ("There is no network “%s” on this device. Check its name, or leave it out to use every network."),
                 only);
  return list;
}

/* The lower, the better: addresses that are easy to enter on another device come first. */
static guint
interface_rank_address (GInetAddress *address)
{
  gboolean ipv4 = g_inet_address_get_family (address) == G_SOCKET_FAMILY_IPV4;

  if (g_inet_address_get_is_loopback (address))
    return ipv4 ? 4 : 5;
  if (g_inet_address_get_is_link_local (address))
    return ipv4 ? 2 : 3;
  return ipv4 ? 0 : 1;
}

char *
namida_interface_primary_address (const char *only)
{
  g_autoptr (GPtrArray) list = namida_interface_list (only, NULL);
  GInetAddress *best = NULL;

  for (guint i = 0; i < list->len; i++)
    {
      NamidaInterface *interface = g_ptr_array_index (list, i);

      for (guint j = 0; j < interface->addresses->len; j++)
        {
          GInetAddress *address = g_ptr_array_index (interface->addresses, j);

          if (best == NULL || interface_rank_address (address) < interface_rank_address (best))
            best = address;
        }
    }
  return best != NULL ? g_inet_address_to_string (best) : NULL;
}

static int
interface_compare_ranks (gconstpointer a, gconstpointer b)
{
  return (int) interface_rank_address (*(GInetAddress *const *) a)
         - (int) interface_rank_address (*(GInetAddress *const *) b);
}

GPtrArray *
namida_interface_list_addresses (const char *only)
{
  g_autoptr (GPtrArray) list = namida_interface_list (only, NULL);
  GPtrArray *addresses = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < list->len; i++)
    {
      NamidaInterface *interface = g_ptr_array_index (list, i);

      for (guint j = 0; j < interface->addresses->len; j++)
        {
          GInetAddress *address = g_ptr_array_index (interface->addresses, j);

          if (!g_inet_address_get_is_link_local (address)
              || g_inet_address_get_family (address) == G_SOCKET_FAMILY_IPV4)
            g_ptr_array_add (addresses, g_object_ref (address));
        }
    }
  g_ptr_array_sort (addresses, interface_compare_ranks);
  return addresses;
}
