/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-finder.h"

G_BEGIN_DECLS

#define NAMIDA_SCAN_MAX_ADDRESSES 1024
#define NAMIDA_SCAN_AT_ONCE 64
#define NAMIDA_SCAN_TIMEOUT_MS 500

#define NAMIDA_TYPE_SCAN_FINDER (namida_scan_finder_get_type ())
/**
 * NamidaScanFinder: tries the addresses of the own networks, when it is asked to. Only IPv4
 * networks, whatever their addresses are, of each the own /24 at most, 1,024 addresses in all. Loopback only when it is
 * named: then the ports of this machine. It sees whether the port is open; signal "probe-address" (GInetSocketAddress
 * *) asks the owner to register there. Properties, notified: "scanning", "progress" (0.0 to 1.0). Main context.
 */
G_DECLARE_FINAL_TYPE (NamidaScanFinder, namida_scan_finder, NAMIDA, SCAN_FINDER, GObject)

/** namida_scan_finder_new: @interface: (nullable): as for namida_interface_list(). */
NamidaScanFinder *namida_scan_finder_new (const char *interface);
/** namida_scan_finder_scan: begins; does nothing while one is under way or before start. */
void namida_scan_finder_scan (NamidaScanFinder *self);
/** namida_scan_finder_cancel: ends it at once; nothing is probed after this. */
void namida_scan_finder_cancel (NamidaScanFinder *self);
gboolean namida_scan_finder_get_scanning (NamidaScanFinder *self);
double namida_scan_finder_get_progress (NamidaScanFinder *self);
/** namida_scan_finder_get_answered: Returns: (transfer none) (nullable) (element-type GInetAddress): the hosts that
 * answered the last scan in any way, if only by refusing; %NULL when there was none that came to its end. */
GPtrArray *namida_scan_finder_get_answered (NamidaScanFinder *self);

/** namida_scan_targets: what would be tried for one own address of this prefix. Pure.
 * Returns: (transfer full) (element-type GInetAddress) */
GPtrArray *namida_scan_targets (GInetAddress *own, guint prefix);

G_END_DECLS
