/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Finds the devices nearby: creates and runs the finders, scans when nothing is found, announces this device again
 * after sleep, and determines why no device is nearby. Used by the hub's files. Main context. */
#pragma once

#include "namida-avahi-finder.h"
#include "namida-manual-finder.h"
#include "namida-multicast-finder.h"
#include "namida-peer-list.h"
#include "namida-scan-finder.h"

G_BEGIN_DECLS

#define NAMIDA_TYPE_NEIGHBORHOOD (namida_neighborhood_get_type ())
/**
 * NamidaNeighborhood: signals, besides those of its finders, which are forwarded:
 * "greeted" (NamidaDeviceInfo *, dialect, GInetSocketAddress *, by-multicast), "probe-address" (GInetSocketAddress *),
 * "own-seen" (GInetSocketAddress *); "trouble" (sentence): a finder could not start; "settled": the network has
 * changed and is stable again; "woke": after sleep, the finders have announced this device again.
 * Properties "scanning" and "scan-progress" are those of the scan.
 */
G_DECLARE_FINAL_TYPE (NamidaNeighborhood, namida_neighborhood, NAMIDA, NEIGHBORHOOD, GObject)

/** NamidaNeighborhoodOwn: Returns: (transfer full): what this device says about itself now. */
typedef NamidaDeviceInfo *(*NamidaNeighborhoodOwn) (gpointer data);

/**
 * namida_neighborhood_new: Returns: (transfer full): without finders.
 * @peers: the list that the finders fill
 * @interface: (nullable): the only network interface to use
 */
NamidaNeighborhood *namida_neighborhood_new (NamidaPeerList *peers, const char *interface);
/** namida_neighborhood_set_own: @own: called in the main context with @data while the neighborhood is open. */
void namida_neighborhood_set_own (NamidaNeighborhood *self, NamidaNeighborhoodOwn own, gpointer data);
/** namida_neighborhood_set_silent: @silent: whether to announce nothing from the next start or refresh on. */
void namida_neighborhood_set_silent (NamidaNeighborhood *self, gboolean silent);
/** namida_neighborhood_open: creates the finders, so that they can be used. @localsend: whether to speak LocalSend. */
void namida_neighborhood_open (NamidaNeighborhood *self, gboolean localsend);
/**
 * namida_neighborhood_start: starts or restarts all enabled finders. @announcing_only: only those that announce this
 * device's name. Returns: %FALSE with the first error of a finder that is needed.
 */
gboolean namida_neighborhood_start (NamidaNeighborhood *self, gboolean announcing_only, GError **error);
/** namida_neighborhood_close: stops and frees the finders. The list of devices stays. */
void namida_neighborhood_close (NamidaNeighborhood *self);
/**
 * namida_neighborhood_refresh: announces this device again and lets all finders search; scans if nothing is found in a
 * few seconds.
 */
void namida_neighborhood_refresh (NamidaNeighborhood *self);
/** namida_neighborhood_set_looking: @looking: whether the list of devices is visible. */
void namida_neighborhood_set_looking (NamidaNeighborhood *self, gboolean looking);
/** namida_neighborhood_get_looking: Returns: whether the list of devices is visible. */
gboolean namida_neighborhood_get_looking (NamidaNeighborhood *self);
/**
 * namida_neighborhood_get_multicast, namida_neighborhood_get_manual, namida_neighborhood_get_avahi,
 * namida_neighborhood_get_scan: Returns: (transfer none) (nullable): the finder; %NULL while the neighborhood is
 * closed.
 */
NamidaMulticastFinder *namida_neighborhood_get_multicast (NamidaNeighborhood *self);
NamidaManualFinder *namida_neighborhood_get_manual (NamidaNeighborhood *self);
NamidaAvahiFinder *namida_neighborhood_get_avahi (NamidaNeighborhood *self);
NamidaScanFinder *namida_neighborhood_get_scan (NamidaNeighborhood *self);
/** namida_neighborhood_get_hints: Returns: (transfer none) (element-type NamidaHint): why no device is nearby. */
GListModel *namida_neighborhood_get_hints (NamidaNeighborhood *self);
/** namida_neighborhood_check_hints_async: determines the hints now. No effect while a device is nearby. */
void namida_neighborhood_check_hints_async (NamidaNeighborhood *self,
                                            GCancellable *cancellable,
                                            GAsyncReadyCallback callback,
                                            gpointer user_data);
/** namida_neighborhood_check_hints_finish: Returns: %FALSE with @error if nothing could be determined. */
gboolean namida_neighborhood_check_hints_finish (NamidaNeighborhood *self, GAsyncResult *result, GError **error);

G_END_DECLS
