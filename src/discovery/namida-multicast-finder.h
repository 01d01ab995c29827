/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The finder that sends and receives hellos by UDP multicast, as the phone app and LocalSend do. The hub creates it.
 * Main context. */
#pragma once

#include "namida-finder.h"

G_BEGIN_DECLS

#define NAMIDA_TYPE_MULTICAST_FINDER (namida_multicast_finder_get_type ())
G_DECLARE_FINAL_TYPE (NamidaMulticastFinder, namida_multicast_finder, NAMIDA, MULTICAST_FINDER, GObject)

/**
 * namida_multicast_finder_new:
 * @interface: (nullable): the name ("lo") or an address of an interface; %NULL for every usable one (up, multicast, not
 *   loopback)
 *
 * Uses the groups 224.0.0.251, 224.0.0.167 and ff12::fd3a:e420 on UDP port 53317 (with address reuse, TTL 1). Sends
 * bursts at 0, 100, 500 and 2000 ms. Joins the groups again when the network changes. Loopback works if it is named,
 * for several devices on one machine that each have their own TCP port.
 *
 * Signals:
 * "own-seen" (GInetSocketAddress *): a datagram with the identity of this device came from that address. It may be this
 * program's own, or come from another program on this computer or from a device with a copy of the data folder.
 * "player-found" and "player-lost": as for NamidaAvahiFinder. They come from multicast DNS queries in each burst and do
 * not need Avahi.
 *
 * Returns: (transfer full)
 */
NamidaMulticastFinder *namida_multicast_finder_new (const char *interface);

/** namida_multicast_finder_pace: For tests: how many times faster bursts and answers are than they should be. */
extern guint namida_multicast_finder_pace;

/**
 * namida_multicast_finder_answer:
 * @info: the device to answer, from "greeted"
 * @address: its address, from "greeted"
 *
 * For phone apps, to which one cannot register: repeats our hello (with announce false) at 0, 300, 800 and 1400 ms, to
 * UDP port 53317 of @address and to 224.0.0.251. There is one answer per address at a time and at most 32 in total;
 * further ones are dropped. Does nothing before start and after stop. Main context.
 */
void namida_multicast_finder_answer (NamidaMulticastFinder *self, NamidaDeviceInfo *info, GInetSocketAddress *address);
/**
 * namida_multicast_finder_set_silent: @silent: whether to only listen: nothing is announced or answered. A device that
 * becomes silent says goodbye first. The default is %FALSE.
 */
void namida_multicast_finder_set_silent (NamidaMulticastFinder *self, gboolean silent);
/**
 * namida_multicast_finder_set_localsend: @spoken: whether to announce this device to LocalSend's groups (all except
 * 224.0.0.251); %TRUE initially. Announcements of others in these groups are received in any case.
 */
void namida_multicast_finder_set_localsend (NamidaMulticastFinder *self, gboolean spoken);
/** namida_multicast_finder_is_listening: Returns: whether announcements can be received on any network. */
gboolean namida_multicast_finder_is_listening (NamidaMulticastFinder *self);

G_END_DECLS
