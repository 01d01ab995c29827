/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The interface of everything that finds devices. The peer list listens to the finders; the hub starts and stops
 * them. Main context. */
#pragma once

#include "namida-device-info.h"

G_BEGIN_DECLS

/**
 * NamidaFinder: one way to find devices. Implementations: NamidaMulticastFinder, NamidaAvahiFinder, NamidaScanFinder
 * and NamidaManualFinder. Main context.
 *
 * Signals:
 * "found" (NamidaDeviceInfo *info, guint dialect, GInetSocketAddress *address): a device claims to be at @address,
 * which contains its TCP port. Nothing is proven.
 * "greeted" (NamidaDeviceInfo *info, guint dialect, GInetSocketAddress *address): emitted after "found" if the device
 * wants an answer (a POST register).
 * "lost" (NamidaDeviceInfo *info): the device said goodbye.
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

/**
 * namida_finder_start: @own: what to announce about this device, including its real port. If it only sends, publish
 * nothing that would list it; a hidden device says so of itself. Called again when @own has changed. Does not block.
 */
gboolean namida_finder_start (NamidaFinder *self, NamidaDeviceInfo *own, GError **error);
/**
 * namida_finder_refresh: Announces this device again now, in a burst, because the user is looking for devices or the
 * network has changed.
 */
void namida_finder_refresh (NamidaFinder *self);
/**
 * namida_finder_set_looking: @looking: whether the user is looking at the list of devices. A hello is sent every 30 s
 * meanwhile.
 */
void namida_finder_set_looking (NamidaFinder *self, gboolean looking);
/** namida_finder_stop: Stops, and says goodbye if this way of finding devices has a goodbye. */
void namida_finder_stop (NamidaFinder *self);

/** namida_finder_emit_found, namida_finder_emit_greeted, namida_finder_emit_lost: For implementations only: emit the
 * signal of this name. Main context. */
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
