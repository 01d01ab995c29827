/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Defines the finder interface and its signals; see the header. Main context. */
#include "config.h"

#include "namida-finder.h"

G_DEFINE_INTERFACE (NamidaFinder, namida_finder, G_TYPE_OBJECT)

enum
{
  FOUND,
  GREETED,
  LOST,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
namida_finder_default_init (NamidaFinderInterface *iface)
{
  signals[FOUND] = g_signal_new ("found", NAMIDA_TYPE_FINDER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 3,
                                 NAMIDA_TYPE_DEVICE_INFO, G_TYPE_UINT, G_TYPE_INET_SOCKET_ADDRESS);
  signals[GREETED] = g_signal_new ("greeted", NAMIDA_TYPE_FINDER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                                   3, NAMIDA_TYPE_DEVICE_INFO, G_TYPE_UINT, G_TYPE_INET_SOCKET_ADDRESS);
  signals[LOST] = g_signal_new ("lost", NAMIDA_TYPE_FINDER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1,
                                NAMIDA_TYPE_DEVICE_INFO);
}

gboolean
namida_finder_start (NamidaFinder *self, NamidaDeviceInfo *own, GError **error)
{
  g_return_val_if_fail (NAMIDA_IS_FINDER (self) && own != NULL, FALSE);

  return NAMIDA_FINDER_GET_IFACE (self)->start (self, own, error);
}

void
namida_finder_refresh (NamidaFinder *self)
{
  g_return_if_fail (NAMIDA_IS_FINDER (self));

  NAMIDA_FINDER_GET_IFACE (self)->refresh (self);
}

void
namida_finder_set_looking (NamidaFinder *self, gboolean looking)
{
  g_return_if_fail (NAMIDA_IS_FINDER (self));

  NAMIDA_FINDER_GET_IFACE (self)->set_looking (self, looking);
}

void
namida_finder_stop (NamidaFinder *self)
{
  g_return_if_fail (NAMIDA_IS_FINDER (self));

  NAMIDA_FINDER_GET_IFACE (self)->stop (self);
}

void
namida_finder_emit_found (NamidaFinder *self,
                          NamidaDeviceInfo *info,
                          NamidaDialect dialect,
                          GInetSocketAddress *address)
{
  g_return_if_fail (NAMIDA_IS_FINDER (self) && info != NULL && G_IS_INET_SOCKET_ADDRESS (address));

  g_signal_emit (self, signals[FOUND], 0, info, (guint) dialect, address);
}

void
namida_finder_emit_greeted (NamidaFinder *self,
                            NamidaDeviceInfo *info,
                            NamidaDialect dialect,
                            GInetSocketAddress *address)
{
  g_return_if_fail (NAMIDA_IS_FINDER (self) && info != NULL && G_IS_INET_SOCKET_ADDRESS (address));

  g_signal_emit (self, signals[GREETED], 0, info, (guint) dialect, address);
}

void
namida_finder_emit_lost (NamidaFinder *self, NamidaDeviceInfo *info)
{
  g_return_if_fail (NAMIDA_IS_FINDER (self) && info != NULL);

  g_signal_emit (self, signals[LOST], 0, info);
}
