/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-finder.h"

G_BEGIN_DECLS

#define NAMIDA_TYPE_MULTICAST_FINDER (namida_multicast_finder_get_type ())
G_DECLARE_FINAL_TYPE (NamidaMulticastFinder, namida_multicast_finder, NAMIDA, MULTICAST_FINDER, GObject)

/**
 * namida_multicast_finder_new:
 * @interface: (nullable): a name ("lo") or an address of one; %NULL for every usable one (up, multicast, no loopback)
 *
 * Groups 224.0.0.251, 224.0.0.167 and ff12::fd3a:e420 on UDP 53317 (reusable bind, TTL 1), the burst 0, 100, 500 and
 * 2000 ms, rejoin when the network changes (GNetworkMonitor). Loopback works when it is named: several devices on one
 * machine, each with its own TCP port. Signal "own-seen" (GInetSocketAddress *): a datagram with the identity of this
 * device, from there: its own, from another program of this computer, or from a device with a copy of the data folder.
 * Signals "player-found" and "player-lost" as of NamidaAvahiFinder: Namida itself is open there. That is asked by
 * multicast DNS at each burst and needs no Avahi.
 */
NamidaMulticastFinder *namida_multicast_finder_new (const char *interface);

/**
 * namida_multicast_finder_answer:
 * @info: whom to answer: what "greeted" brought
 * @address: where it is: what "greeted" brought
 *
 * For phone apps, which register nowhere: repeats our hello (announce false) at 0, 300, 800 and 1400 ms, to UDP 53317
 * of
 * @address and to 224.0.0.251. One answer an address at a time, and at most 32 in all; more are left out. Does nothing
 * before start and after stop. Main context.
 */
void namida_multicast_finder_answer (NamidaMulticastFinder *self, NamidaDeviceInfo *info, GInetSocketAddress *address);
/** namida_multicast_finder_set_localsend: whether LocalSend's groups (all but 224.0.0.251) hear of this device; TRUE at
 * first. Heard is what others say there in any case. */
void namida_multicast_finder_set_localsend (NamidaMulticastFinder *self, gboolean spoken);
/** namida_multicast_finder_is_listening: whether announcements can be heard on any network. */
gboolean namida_multicast_finder_is_listening (NamidaMulticastFinder *self);

G_END_DECLS
