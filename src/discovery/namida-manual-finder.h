/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-finder.h"

G_BEGIN_DECLS

#define NAMIDA_TYPE_MANUAL_FINDER (namida_manual_finder_get_type ())
/**
 * NamidaManualFinder: addresses that a person typed. It does no network of its own but to look names up: signal
 * "probe-address" (GInetSocketAddress *) asks the owner to register there and to report by namida_peer_list_sighting();
 * emitted when an address is added and for each one on refresh, while started. Main context.
 */
G_DECLARE_FINAL_TYPE (NamidaManualFinder, namida_manual_finder, NAMIDA, MANUAL_FINDER, GObject)

NamidaManualFinder *namida_manual_finder_new (void);
/** namida_manual_finder_add: remembers @address (the 64 newest are kept) and has it probed now, when started. */
void namida_manual_finder_add (NamidaManualFinder *self, GInetSocketAddress *address);
/** namida_manual_finder_add_host: the same for a host by its name, which is looked up each time. */
void namida_manual_finder_add_host (NamidaManualFinder *self, const char *host, guint16 port);
/** namida_manual_finder_remove: what namida_place_parse() makes of a place is not looked at any more. @host:
 * (nullable): then @address is meant. */
void
namida_manual_finder_remove (NamidaManualFinder *self, GInetSocketAddress *address, const char *host, guint16 port);

G_END_DECLS
