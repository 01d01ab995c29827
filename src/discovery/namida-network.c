/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reads the addresses and prefixes of the interfaces; see the header. Quick; the cache of namida_network_is_near()
 * belongs to the main context. */
#include "config.h"

#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>

#include "namida-clock.h"
#include "namida-interface.h"
#include "namida-multicast-link.h"
#include "namida-network.h"

#define NETWORKS_US (5 * G_USEC_PER_SEC)
#define NETWORK_MIN_BITS 8

static void
namida_network_free (NamidaNetwork *self)
{
  g_object_unref (self->address);
  g_object_unref (self->mask);
  g_free (self);
}

static guint
network_count_bits (const guint8 *bytes, gsize n)
{
  guint bits = 0;

  while (bits < n * 8 && (bytes[bits / 8] & (0x80 >> bits % 8)) != 0)
    bits++;
  return bits;
}

/* Returns: (transfer full) (nullable) */
static NamidaNetwork *
network_new (const struct ifaddrs *entry)
{
  g_autoptr (GInetAddress) address = NULL;
  g_autoptr (GInetAddressMask) mask = NULL;
  NamidaNetwork *self;
  guint bits;

  if (entry->ifa_addr->sa_family == AF_INET)
    {
      const struct sockaddr_in *host = (const void *) entry->ifa_addr;
      const struct sockaddr_in *net = (const void *) entry->ifa_netmask;

      address = g_inet_address_new_from_bytes ((const guint8 *) &host->sin_addr, G_SOCKET_FAMILY_IPV4);
      bits = network_count_bits ((const guint8 *) &net->sin_addr, 4);
    }
  else
    {
      const struct sockaddr_in6 *host = (const void *) entry->ifa_addr;
      const struct sockaddr_in6 *net = (const void *) entry->ifa_netmask;

      address = g_inet_address_new_from_bytes ((const guint8 *) &host->sin6_addr, G_SOCKET_FAMILY_IPV6);
      bits = network_count_bits ((const guint8 *) &net->sin6_addr, 16);
    }
  {
    g_autofree guint8 *bytes = g_memdup2 (g_inet_address_to_bytes (address), g_inet_address_get_native_size (address));
    g_autoptr (GInetAddress) base = NULL;

    /* GInetAddressMask refuses an address that has bits beyond its prefix. */
    for (gsize i = bits; i < g_inet_address_get_native_size (address) * 8; i++)
      bytes[i / 8] &= (guint8) ~(0x80 >> i % 8);
    base = g_inet_address_new_from_bytes (bytes, g_inet_address_get_family (address));
    mask = g_inet_address_mask_new (base, bits, NULL);
  }
  if (mask == NULL)
    return NULL;
  self = g_new0 (NamidaNetwork, 1);
  self->index = if_nametoindex (entry->ifa_name);
  self->loopback = (entry->ifa_flags & IFF_LOOPBACK) != 0;
  self->address = g_steal_pointer (&address);
  self->mask = g_steal_pointer (&mask);
  return self;
}

static gboolean
network_has_index (GPtrArray *interfaces, guint index)
{
  for (guint i = 0; i < interfaces->len; i++)
    if (((NamidaInterface *) g_ptr_array_index (interfaces, i))->index == index)
      return TRUE;
  return FALSE;
}

/* @interfaces: (nullable): limits the list to these. */
static GPtrArray *
network_list_networks (GPtrArray *interfaces)
{
  GPtrArray *list = g_ptr_array_new_with_free_func ((GDestroyNotify) namida_network_free);
  struct ifaddrs *entries;

  if (getifaddrs (&entries) != 0)
    return list;
  for (const struct ifaddrs *entry = entries; entry != NULL; entry = entry->ifa_next)
    {
      NamidaNetwork *network;

      if ((entry->ifa_flags & IFF_UP) == 0 || entry->ifa_addr == NULL || entry->ifa_netmask == NULL
          || (entry->ifa_addr->sa_family != AF_INET && entry->ifa_addr->sa_family != AF_INET6))
        continue;
      network = network_new (entry);
      if (network != NULL && (interfaces == NULL || network_has_index (interfaces, network->index)))
        g_ptr_array_add (list, network);
      else if (network != NULL)
        namida_network_free (network);
    }
  freeifaddrs (entries);
  return list;
}

GPtrArray *
namida_network_list (const char *only)
{
  g_autoptr (GPtrArray) interfaces = namida_interface_list (only, NULL);

  return network_list_networks (interfaces);
}

GPtrArray *
namida_network_list_all (void)
{
  return network_list_networks (NULL);
}

gboolean
namida_networks_have (GPtrArray *networks, GInetAddress *address)
{
  for (guint i = 0; i < networks->len; i++)
    if (g_inet_address_equal (((NamidaNetwork *) g_ptr_array_index (networks, i))->address, address))
      return TRUE;
  return FALSE;
}

gboolean
namida_networks_reach (GPtrArray *networks, GInetAddress *address)
{
  for (guint i = 0; i < networks->len; i++)
    if (g_inet_address_mask_matches (((NamidaNetwork *) g_ptr_array_index (networks, i))->mask, address))
      return TRUE;
  return FALSE;
}

gboolean
namida_network_is_on_link (GInetAddress *address, guint index)
{
  g_autoptr (GPtrArray) networks = NULL;

  if (g_inet_address_get_is_loopback (address) || g_inet_address_get_is_any (address)
      || g_inet_address_get_is_multicast (address))
    return FALSE;
  if (namida_address_is_near (address))
    return TRUE;
  networks = network_list_networks (NULL);
  for (guint i = 0; i < networks->len; i++)
    {
      NamidaNetwork *network = g_ptr_array_index (networks, i);

      if (network->index == index && g_inet_address_mask_matches (network->mask, address))
        return TRUE;
    }
  return FALSE;
}

gboolean
namida_network_is_near (GInetAddress *address)
{
  static GPtrArray *networks;
  static gint64 read_at;
  gint64 now = namida_clock_monotonic ();

  if (namida_address_is_near (address))
    return TRUE;
  if (networks == NULL || now - read_at >= NETWORKS_US || now < read_at)
    {
      g_clear_pointer (&networks, g_ptr_array_unref);
      networks = network_list_networks (NULL);
      read_at = now;
    }
  for (guint i = 0; i < networks->len; i++)
    {
      NamidaNetwork *network = g_ptr_array_index (networks, i);

      /* A tunnel that carries all traffic is not a network of neighbors. */
      if (!network->loopback && g_inet_address_mask_get_length (network->mask) >= NETWORK_MIN_BITS
          && g_inet_address_mask_matches (network->mask, address))
        return TRUE;
    }
  return FALSE;
}
