/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-finder.h"
#include "namida-peer.h"

G_BEGIN_DECLS

#define NAMIDA_TYPE_PEER_LIST (namida_peer_list_get_type ())
/**
 * NamidaPeerList: GListModel of NamidaPeer, sorted by alias then fingerprint. One device is one entry (by fingerprint,
 * else uuid, else address and port). At most NAMIDA_LIMIT_PEERS: the oldest unproven goes first. 90 s without a sign:
 * signal "probe" (NamidaPeer *) asks the owner to look whether it is still there; namida_peer_list_probed() tells the
 * outcome. A trusted device that then does not answer stays, "away", at the end of the list, also when it said
 * goodbye; others go. Main context.
 */
G_DECLARE_FINAL_TYPE (NamidaPeerList, namida_peer_list, NAMIDA, PEER_LIST, GObject)

NamidaPeerList *namida_peer_list_new (void);
/** Never lists a device of this fingerprint or uuid: ourselves. */
void namida_peer_list_set_self (NamidaPeerList *self, const char *fingerprint, const char *uuid);
/** Takes what a finder finds ("found", "lost"). The list keeps a reference. */
void namida_peer_list_add_finder (NamidaPeerList *self, NamidaFinder *finder);
/**
 * namida_peer_list_sighting: merges one sign of life.
 * @proven: @fingerprint in @info was shown by a TLS connection with @address: then it replaces what was merely claimed
 * for that address. An unproven claim never takes an address away from a proven peer, nor changes a proven peer's
 * addresses order. Returns: (transfer none) (nullable): the entry; %NULL for ourselves.
 */
NamidaPeer *namida_peer_list_sighting (
    NamidaPeerList *self, NamidaDeviceInfo *info, NamidaDialect dialect, GInetSocketAddress *address, gboolean proven);
/** namida_peer_list_set_watched: %FALSE while nobody looks (%TRUE at first): who is silent is then not probed, and
 * stays listed, until somebody looks again: an idle device stays quiet on the network. */
void namida_peer_list_set_watched (NamidaPeerList *self, gboolean watched);
/** namida_peer_list_add_known: a trusted device as a row that is "away", unless it is listed already. @info: at least
 * fingerprint and alias; @address: (nullable). At most 64, the others are left out. */
void namida_peer_list_add_known (NamidaPeerList *self,
                                 NamidaDeviceInfo *info,
                                 GInetSocketAddress *address,
                                 gint64 last_seen);
/** namida_peer_list_forget_away: removes the devices that are away and not trusted any more. */
void namida_peer_list_forget_away (NamidaPeerList *self);
/** namida_peer_list_get_n_near: how many are not away. */
guint namida_peer_list_get_n_near (NamidaPeerList *self);
void namida_peer_list_probed (NamidaPeerList *self, NamidaPeer *peer, gboolean alive);
void namida_peer_list_goodbye (NamidaPeerList *self, NamidaDeviceInfo *info);
/** Returns: (transfer none) (nullable) */
NamidaPeer *namida_peer_list_find_by_fingerprint (NamidaPeerList *self, const char *fingerprint);

typedef enum
{
  NAMIDA_MATCH_NONE,
  NAMIDA_MATCH_ONE,
  NAMIDA_MATCH_SEVERAL
} NamidaMatch;
/**
 * namida_peer_list_match: @text: what a person typed: an alias (case-insensitive), fingerprint (8 or more digits of its
 * start, spaces allowed) or address[:port]; a device that is away is not found
 * @peer: (out) (transfer none) (optional): the one that fits. Two devices with one alias: SEVERAL, the person has to
 * say the fingerprint.
 */
NamidaMatch namida_peer_list_match (NamidaPeerList *self, const char *text, NamidaPeer **peer);
/** namida_address_parse: "10.0.0.5", "10.0.0.5:1234", "[fe80::1%eth0]:1234", "::1", default port 53317. Returns:
 * (transfer full) (nullable): NULL when it is a name, not a number. */
GInetSocketAddress *namida_address_parse (const char *text);

/** namida_peer_list_mark_players: @hosts: (element-type utf8 GInetAddress): where the player Namida is open. Devices
 * that are nearby at one of them get the property "player", all others lose it; so do those that are seen later, by any
 * of their addresses. The list keeps a reference to @hosts. */
void namida_peer_list_mark_players (NamidaPeerList *self, GHashTable *hosts);

G_END_DECLS
