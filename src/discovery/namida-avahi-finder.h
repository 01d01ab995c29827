/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The finder that uses the Avahi daemon. The hub creates it together with the other finders. Main context. */
#pragma once

#include "namida-finder.h"

G_BEGIN_DECLS

#define NAMIDA_TYPE_AVAHI_FINDER (namida_avahi_finder_get_type ())
/**
 * NamidaAvahiFinder: publishes and browses `_namidasync._tcp` with mDNS and DNS-SD through the Avahi daemon, over
 * D-Bus.
 *
 * Starting never fails: without a system bus or a daemon it silently finds nothing, and it begins when a daemon
 * appears. Emits "found" and "greeted" for each address of each service. Emits "lost" when a service disappears, which
 * may only mean that the daemon on the other device stopped. Main context.
 *
 * Also browses Namida's own `_namida-server._tcp`. The signals "player-found" (NamidaDeviceInfo *info,
 * GInetSocketAddress *address) and "player-lost" (NamidaDeviceInfo *info) report where the player Namida claims to be
 * running; the "fingerprint" of @info is only an id then.
 */
G_DECLARE_FINAL_TYPE (NamidaAvahiFinder, namida_avahi_finder, NAMIDA, AVAHI_FINDER, GObject)

/**
 * namida_avahi_finder_new: @interface: (nullable): the name or an address of an interface; %NULL for all
 *
 * With a loopback interface the finder does nothing: programs on one machine are not announced to a network.
 *
 * Returns: (transfer full)
 */
NamidaAvahiFinder *namida_avahi_finder_new (const char *interface);

G_END_DECLS
