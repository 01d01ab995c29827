/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Finds the player Namida by multicast DNS where Avahi does not run. Used only by namida-multicast-finder.c. Main
 * context. */
#pragma once

#include "namida-device-info.h"

G_BEGIN_DECLS

/** NamidaPlayerFound: Called when Namida is running somewhere. @address contains the port of its sync. */
typedef void (*NamidaPlayerFound) (NamidaDeviceInfo *info, GInetSocketAddress *address, gpointer user_data);
/** NamidaPlayerLost: Called when it has not answered for a while. */
typedef void (*NamidaPlayerLost) (NamidaDeviceInfo *info, gpointer user_data);

/**
 * NamidaPlayerFinder: asks by multicast DNS, without Avahi, where Namida's own sync is open. Main context. Private to
 * discovery/.
 */
typedef struct _NamidaPlayerFinder NamidaPlayerFinder;

/**
 * namida_player_finder_new: @interfaces: (element-type NamidaInterface): where to ask; interfaces that cannot be used
 * are skipped. Asks at once. Returns: (transfer full)
 */
NamidaPlayerFinder *
namida_player_finder_new (GPtrArray *interfaces, NamidaPlayerFound found, NamidaPlayerLost lost, gpointer user_data);
/** namida_player_finder_ask: Asks again. A player that left three queries unanswered is lost. */
void namida_player_finder_ask (NamidaPlayerFinder *self);
/** namida_player_finder_free: Reports every player that was found as lost. */
void namida_player_finder_free (NamidaPlayerFinder *self);

G_END_DECLS
