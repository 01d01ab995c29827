/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The finder that tries every address of the local networks. The hub starts a scan when the user asks for one. Main
 * context. */
#pragma once

#include "namida-finder.h"

G_BEGIN_DECLS

#define NAMIDA_SCAN_MAX_ADDRESSES 1024
#define NAMIDA_SCAN_AT_ONCE 64
#define NAMIDA_SCAN_TIMEOUT_MS 500

#define NAMIDA_TYPE_SCAN_FINDER (namida_scan_finder_get_type ())
/**
 * NamidaScanFinder: tries the addresses of the networks that this device is in, on request. It only scans IPv4
 * networks, private or not, at most the device's own /24 of each, and at most 1,024 addresses in total. Loopback is
 * only scanned if it is named: then the ports of this machine are tried. A scan only checks whether the port is open;
 * the signal "probe-address" (GInetSocketAddress *) then asks the owner to register there. Properties, notified:
 * "scanning", "progress" (0.0 to 1.0). Main context.
 */
G_DECLARE_FINAL_TYPE (NamidaScanFinder, namida_scan_finder, NAMIDA, SCAN_FINDER, GObject)

/** namida_scan_finder_new: @interface: (nullable): as for namida_interface_list(). Returns: (transfer full) */
NamidaScanFinder *namida_scan_finder_new (const char *interface);
/** namida_scan_finder_scan: Starts a scan. Does nothing while a scan is running or before the finder is started. */
void namida_scan_finder_scan (NamidaScanFinder *self);
/** namida_scan_finder_cancel: Ends the scan at once. Nothing is probed afterwards. */
void namida_scan_finder_cancel (NamidaScanFinder *self);
/** namida_scan_finder_get_scanning: Returns: whether a scan is running. */
gboolean namida_scan_finder_get_scanning (NamidaScanFinder *self);
/** namida_scan_finder_get_progress: Returns: the progress of the scan, from 0.0 to 1.0. */
double namida_scan_finder_get_progress (NamidaScanFinder *self);
/**
 * namida_scan_finder_get_answered: Returns: (transfer none) (nullable) (element-type GInetAddress): the hosts that
 * answered the last scan in any way, even by refusing the connection; %NULL if no scan has finished.
 */
GPtrArray *namida_scan_finder_get_answered (NamidaScanFinder *self);

/**
 * namida_scan_targets: Returns: (transfer full) (element-type GInetAddress): the addresses to try for one own address
 * with this prefix length. Pure.
 */
GPtrArray *namida_scan_targets (GInetAddress *own, guint prefix);

G_END_DECLS
