/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * NamidaArrivalPace: how often each address connects, and how long one that comes too often has to wait while a trusted
 * device is served. Main context; times by namida-clock.
 */
typedef struct _NamidaArrivalPace NamidaArrivalPace;

NamidaArrivalPace *namida_arrival_pace_new (void);
void namida_arrival_pace_free (NamidaArrivalPace *self);
/** namida_arrival_pace_take: counts a connection. @network: whose addresses count together. Returns: ms that it should
 * wait before anything of it is read, %NAMIDA_LIMIT_ARRIVAL_WAIT_MS at most. */
guint namida_arrival_pace_take (NamidaArrivalPace *self, const char *network);

G_END_DECLS
