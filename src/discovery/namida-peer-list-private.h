/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The fields of the peer list and the functions that its files share. Private to discovery/. Main context. */
#pragma once

#include "namida-peer-list.h"

G_BEGIN_DECLS

#define NAMIDA_PEER_SILENCE_SECONDS 90
#define NAMIDA_PEER_PROBE_SECONDS 30
#define NAMIDA_PEER_GOODBYE_SECONDS 2 /* how long after a goodbye the device is probed once more */

/* The list has one file for each concern: namida-peer-list.c (its rows and their changes), -find.c (which row is
 * meant), -silence.c (goodbyes and devices that fell silent). */
struct _NamidaPeerList
{
  GObject parent_instance;
  GPtrArray *peers; /* sorted */
  GPtrArray *finders;
  char *own_fingerprint;
  char *own_uuid;
  guint timer;
  gboolean unwatched;
  GHashTable *player_hosts; /* (nullable) (element-type utf8 GInetAddress): where Namida itself is running */
  GHashTable *goodbyes;     /* (element-type utf8 gint64): fingerprint → when the device said goodbye */
};

/* namida-peer-list.c */
void namida_peer_list_remove (NamidaPeerList *self, NamidaPeer *peer);
/**
 * namida_peer_list_resort: Moves a device to its place after it went away or came back. Emits one change, even if the
 * row stays in its place.
 */
void namida_peer_list_resort (NamidaPeerList *self, NamidaPeer *peer);
/** namida_peer_list_probe: Asks the owner whether @peer is still reachable. */
void namida_peer_list_probe (NamidaPeerList *self, NamidaPeer *peer);

/* namida-peer-list-find.c */
gboolean namida_peer_list_is_self (NamidaPeerList *self, NamidaDeviceInfo *info);
/**
 * namida_peer_list_find: Returns: (transfer none) (nullable): the entry that a sighting of @info at @address belongs
 * to.
 */
NamidaPeer *namida_peer_list_find (NamidaPeerList *self, NamidaDeviceInfo *info, GInetSocketAddress *address);
/**
 * namida_peer_list_find_oldest: @host: (nullable): only consider entries at this host. @n_unproven: (out): the number
 * of unproven entries nearby. Returns: (transfer none) (nullable): the one of them that has been silent for the longest
 * time.
 */
NamidaPeer *namida_peer_list_find_oldest (NamidaPeerList *self, GInetAddress *host, guint *n_unproven);

/* namida-peer-list-silence.c */
/** namida_peer_list_check_silence: Handles silent devices; called by the timer every few seconds. Exported for tests
 * with a fake clock. */
void namida_peer_list_check_silence (NamidaPeerList *self);

G_END_DECLS
