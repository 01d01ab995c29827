/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Slows down addresses that connect very often while a trusted device is being served. Used only by
 * namida-listener.c. Main context. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * NamidaArrivalPace: counts how often each address connects, and how long an address that connects too often has to
 * wait while a trusted device is being served. Main context; uses namida-clock.
 */
typedef struct _NamidaArrivalPace NamidaArrivalPace;

/** namida_arrival_pace_new: Returns: (transfer full) */
NamidaArrivalPace *namida_arrival_pace_new (void);
/** namida_arrival_pace_free: @self: (transfer full) */
void namida_arrival_pace_free (NamidaArrivalPace *self);
/**
 * namida_arrival_pace_take: Counts a connection. @network: a network whose addresses count together. Returns: how many
 * ms to wait before reading from the connection, at most %NAMIDA_LIMIT_ARRIVAL_WAIT_MS.
 */
guint namida_arrival_pace_take (NamidaArrivalPace *self, const char *network);

G_END_DECLS
