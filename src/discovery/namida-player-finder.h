/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-device-info.h"

G_BEGIN_DECLS

/** Where Namida itself is open. Returns: nothing; @address carries the port of its sync. */
typedef void (*NamidaPlayerFound) (NamidaDeviceInfo *info, GInetSocketAddress *address, gpointer user_data);
/** It has not answered for a while. */
typedef void (*NamidaPlayerLost) (NamidaDeviceInfo *info, gpointer user_data);

/** NamidaPlayerFinder: asks by multicast DNS, without Avahi, where Namida's own sync is open. Main context. Private to
 * discovery/. */
typedef struct _NamidaPlayerFinder NamidaPlayerFinder;

/** namida_player_finder_new: (transfer full): @interfaces: (element-type NamidaInterface): where to ask; one that does
 * not let itself be asked is passed over. Asks at once. */
NamidaPlayerFinder *
namida_player_finder_new (GPtrArray *interfaces, NamidaPlayerFound found, NamidaPlayerLost lost, gpointer user_data);
/** namida_player_finder_ask: asks again; who has left three questions unanswered is lost. */
void namida_player_finder_ask (NamidaPlayerFinder *self);
/** namida_player_finder_free: all that were found are lost. */
void namida_player_finder_free (NamidaPlayerFinder *self);

G_END_DECLS
