/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The finder for addresses that the user entered. The hub fills it from the address book. Main context. */
#pragma once

#include "namida-finder.h"

G_BEGIN_DECLS

#define NAMIDA_TYPE_MANUAL_FINDER (namida_manual_finder_get_type ())
/**
 * NamidaManualFinder: addresses that the user entered. It does no network I/O except looking up names. The signal
 * "probe-address" (GInetSocketAddress *) asks the owner to register at an address and to report the result with
 * namida_peer_list_sighting(). It is emitted when an address is added and, for each address, on refresh, while the
 * finder is started. Main context.
 */
G_DECLARE_FINAL_TYPE (NamidaManualFinder, namida_manual_finder, NAMIDA, MANUAL_FINDER, GObject)

/** namida_manual_finder_new: Returns: (transfer full): without addresses. */
NamidaManualFinder *namida_manual_finder_new (void);
/**
 * namida_manual_finder_add: Remembers @address (only the 64 newest are kept). If the finder is started, the address is
 * probed now.
 */
void namida_manual_finder_add (NamidaManualFinder *self, GInetSocketAddress *address);
/** namida_manual_finder_add_host: Like namida_manual_finder_add(), for a host name, which is looked up each time. */
void namida_manual_finder_add_host (NamidaManualFinder *self, const char *host, guint16 port);
/**
 * namida_manual_finder_remove: Forgets what namida_place_parse() returned for an entered address. @host: (nullable):
 * %NULL to remove @address.
 */
void
namida_manual_finder_remove (NamidaManualFinder *self, GInetSocketAddress *address, const char *host, guint16 port);

G_END_DECLS
