/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-peer-list.h"

G_BEGIN_DECLS

#define NAMIDA_PEER_SILENCE_SECONDS 90
#define NAMIDA_PEER_PROBE_SECONDS 30
#define NAMIDA_PEER_GOODBYE_SECONDS 2 /* after it the device is looked for once more */

/* One file per concern of the list: namida-peer-list.c (its rows, and when they change), -find.c (which of them is
 * meant), -silence.c (who takes leave, and who is not heard of any more). */
struct _NamidaPeerList
{
  GObject parent_instance;
  GPtrArray *peers; /* sorted */
  GPtrArray *finders;
  char *own_fingerprint;
  char *own_uuid;
  guint timer;
  gboolean unwatched;
  GHashTable *player_hosts; /* (nullable) (element-type utf8 GInetAddress): where Namida itself is open */
  GHashTable *goodbyes;     /* (element-type utf8 gint64): fingerprint, when it took leave */
};

/* namida-peer-list.c */
void namida_peer_list_remove (NamidaPeerList *self, NamidaPeer *peer);
/** namida_peer_list_resort: after a device went or came back: told in one go, also where the row stays in its place. */
void namida_peer_list_resort (NamidaPeerList *self, NamidaPeer *peer);
/** namida_peer_list_probe: asks the owner whether @peer is still there. */
void namida_peer_list_probe (NamidaPeerList *self, NamidaPeer *peer);

/* namida-peer-list-find.c */
gboolean namida_peer_list_is_self (NamidaPeerList *self, NamidaDeviceInfo *info);
/** namida_peer_list_find: Returns: (transfer none) (nullable): the entry that a sighting of @info at @address is of. */
NamidaPeer *namida_peer_list_find (NamidaPeerList *self, NamidaDeviceInfo *info, GInetSocketAddress *address);
/** namida_peer_list_find_oldest: Returns: (transfer none) (nullable): of the unproven entries that are near, the one
 * not heard of for the longest. @host: (nullable): only of those there. @n_unproven: (out): how many they are. */
NamidaPeer *namida_peer_list_find_oldest (NamidaPeerList *self, GInetAddress *host, guint *n_unproven);

/* namida-peer-list-silence.c */
/** namida_peer_list_check_silence: what the timer does every few seconds; exported for tests with a fake clock. */
void namida_peer_list_check_silence (NamidaPeerList *self);

G_END_DECLS
