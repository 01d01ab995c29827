/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-finder.h"

G_BEGIN_DECLS

#define NAMIDA_TYPE_AVAHI_FINDER (namida_avahi_finder_get_type ())
/**
 * NamidaAvahiFinder: mDNS and DNS-SD by the Avahi daemon, over D-Bus: publishes and browses `_namidasync._tcp`.
 *
 * Starting never fails: without a system bus or a daemon it finds nothing and says nothing, and begins when a daemon
 * appears. Emits "found" and "greeted" for each address of each service; "lost" when a service is gone, which may mean
 * no more than that the daemon over there stopped. Main context.
 */
/* Also browses Namida's own `_namida-server._tcp`. Signals: "player-found" (NamidaDeviceInfo *info, GInetSocketAddress
 * *address) and "player-lost" (NamidaDeviceInfo *info): the player Namida is open there, as it says; its "fingerprint"
 * is only an id. */
G_DECLARE_FINAL_TYPE (NamidaAvahiFinder, namida_avahi_finder, NAMIDA, AVAHI_FINDER, GObject)

/**
 * namida_avahi_finder_new: @interface: (nullable): a name or an address of one; %NULL for all
 *
 * With a loopback interface it does nothing at all: devices on one machine are not announced to a network.
 */
NamidaAvahiFinder *namida_avahi_finder_new (const char *interface);

G_END_DECLS
