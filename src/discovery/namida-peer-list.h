/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The list of devices, merged from all finders. The hub owns it; the window and the command line show it. Main
 * context. */
#pragma once

#include "namida-finder.h"
#include "namida-peer.h"

G_BEGIN_DECLS

#define NAMIDA_TYPE_PEER_LIST (namida_peer_list_get_type ())
/**
 * NamidaPeerList: a GListModel of NamidaPeer, sorted by alias, then by fingerprint. One device is one entry (by
 * fingerprint, otherwise by uuid, otherwise by address and port). There are at most NAMIDA_LIMIT_PEERS entries; the
 * oldest unproven one is dropped first. After 90 s without a sign of life, the signal "probe" (NamidaPeer *) asks the
 * owner to check whether the device is still reachable; namida_peer_list_probed() reports the result. A trusted device
 * that does not answer stays at the end of the list as "away", even if it said goodbye; other devices are removed. Main
 * context.
 */
G_DECLARE_FINAL_TYPE (NamidaPeerList, namida_peer_list, NAMIDA, PEER_LIST, GObject)

/** namida_peer_list_new: Returns: (transfer full): an empty list. */
NamidaPeerList *namida_peer_list_new (void);
/** namida_peer_list_set_self: Sets the identity of this device, which is never listed. */
void namida_peer_list_set_self (NamidaPeerList *self, const char *fingerprint, const char *uuid);
/** namida_peer_list_add_finder: Listens to the signals "found" and "lost" of @finder. The list keeps a reference. */
void namida_peer_list_add_finder (NamidaPeerList *self, NamidaFinder *finder);
/**
 * namida_peer_list_sighting:
 * @info: what the device says about itself
 * @dialect: the dialect in which it was found
 * @address: where it was found
 * @proven: whether a TLS connection with @address has shown the fingerprint in @info. It then replaces what was merely
 *   claimed for that address
 *
 * Merges one sign of life. An unproven claim never takes an address away from a proven peer and never changes the order
 * of its addresses.
 *
 * Returns: (transfer none) (nullable): the entry; %NULL for this device itself and if there is no room
 */
NamidaPeer *namida_peer_list_sighting (
    NamidaPeerList *self, NamidaDeviceInfo *info, NamidaDialect dialect, GInetSocketAddress *address, gboolean proven);
/**
 * namida_peer_list_set_watched: @watched: %FALSE while nobody is looking at the list (initially %TRUE). Silent devices
 * are then not probed and stay in the list, so that an idle device causes no network traffic.
 */
void namida_peer_list_set_watched (NamidaPeerList *self, gboolean watched);
/**
 * namida_peer_list_add_known: Adds a trusted device that is "away", unless it is already in the list. @info: with at
 * least a fingerprint and an alias. @address: (nullable). At most 64 such devices are added; further ones are ignored.
 */
void namida_peer_list_add_known (NamidaPeerList *self,
                                 NamidaDeviceInfo *info,
                                 GInetSocketAddress *address,
                                 gint64 last_seen);
/** namida_peer_list_forget_away: Removes devices that are away and no longer trusted. */
void namida_peer_list_forget_away (NamidaPeerList *self);
/** namida_peer_list_get_n_near: Returns: the number of devices that are not away. */
guint namida_peer_list_get_n_near (NamidaPeerList *self);
/** namida_peer_list_probed: Reports the result of a probe. @alive: whether the device answered. */
void namida_peer_list_probed (NamidaPeerList *self, NamidaPeer *peer, gboolean alive);
/** namida_peer_list_goodbye: Handles the goodbye of a device, or the loss of its service. */
void namida_peer_list_goodbye (NamidaPeerList *self, NamidaDeviceInfo *info);
/** namida_peer_list_find_by_fingerprint: Returns: (transfer none) (nullable) */
NamidaPeer *namida_peer_list_find_by_fingerprint (NamidaPeerList *self, const char *fingerprint);

typedef enum
{
  NAMIDA_MATCH_NONE,
  NAMIDA_MATCH_ONE,
  NAMIDA_MATCH_SEVERAL
} NamidaMatch;
/**
 * namida_peer_list_match:
 * @text: what the user entered: an alias (case-insensitive), the beginning of a fingerprint (as
 *   namida_fingerprint_is_named() accepts it) or address[:port]
 * @peer: (out) (transfer none) (optional): the device that matches
 *
 * Devices that are away do not match.
 *
 * Returns: %NAMIDA_MATCH_SEVERAL if two devices have the same alias; the user then has to give the fingerprint
 */
NamidaMatch namida_peer_list_match (NamidaPeerList *self, const char *text, NamidaPeer **peer);
/**
 * namida_address_parse: Parses "10.0.0.5", "10.0.0.5:1234", "[fe80::1%eth0]:1234" or "::1". The default port is 53317.
 * Returns: (transfer full) (nullable): %NULL if @text is not a numeric address.
 */
GInetSocketAddress *namida_address_parse (const char *text);

/**
 * namida_peer_list_mark_players: @hosts: (element-type utf8 GInetAddress): where the player Namida is running. Sets the
 * property "player" of devices nearby that are at one of these hosts, and clears it for all others; devices that are
 * seen later are handled in the same way. The list keeps a reference to @hosts.
 */
void namida_peer_list_mark_players (NamidaPeerList *self, GHashTable *hosts);

G_END_DECLS
