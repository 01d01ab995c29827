/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-device-info.h"

G_BEGIN_DECLS

/**
 * NamidaFinder: one way to find devices. Implementations: NamidaMulticastFinder, NamidaManualFinder (Avahi and scan
 * later). Main context. Signals: "found" (NamidaDeviceInfo *info, guint dialect, GInetSocketAddress *address): a device
 * said it is there; @address carries its TCP port. Not proven. "greeted" (NamidaDeviceInfo *info, guint dialect,
 * GInetSocketAddress *address): the same, and it wants an answer (a POST register): emitted after "found". "lost"
 * (NamidaDeviceInfo *info): it said goodbye.
 */
#define NAMIDA_TYPE_FINDER (namida_finder_get_type ())
G_DECLARE_INTERFACE (NamidaFinder, namida_finder, NAMIDA, FINDER, GObject)

struct _NamidaFinderInterface
{
  GTypeInterface g_iface;
  gboolean (*start) (NamidaFinder *self, NamidaDeviceInfo *own, GError **error);
  void (*refresh) (NamidaFinder *self);
  void (*set_looking) (NamidaFinder *self, gboolean looking);
  void (*stop) (NamidaFinder *self);
};

/** namida_finder_start: @own: what to say of this device (its real port in it). Does not block. */
gboolean namida_finder_start (NamidaFinder *self, NamidaDeviceInfo *own, GError **error);
/** namida_finder_refresh: announce again now (a burst), for a person who looks or a network that changed. */
void namida_finder_refresh (NamidaFinder *self);
/** namida_finder_set_looking: a person looks at the picker: a hello every 30 s meanwhile. */
void namida_finder_set_looking (NamidaFinder *self, gboolean looking);
/** namida_finder_stop: says goodbye where the way has one. */
void namida_finder_stop (NamidaFinder *self);

/* For implementations. */
void namida_finder_emit_found (NamidaFinder *self,
                               NamidaDeviceInfo *info,
                               NamidaDialect dialect,
                               GInetSocketAddress *address);
void namida_finder_emit_greeted (NamidaFinder *self,
                                 NamidaDeviceInfo *info,
                                 NamidaDialect dialect,
                                 GInetSocketAddress *address);
void namida_finder_emit_lost (NamidaFinder *self, NamidaDeviceInfo *info);

G_END_DECLS
