/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Limits the rate of connections of each address: a number of connections is free at once, and each second allows
 * some more. Further connections of the address wait a little each, which costs this computer nothing, so that a
 * crowd that connects as fast as it can leaves the processors to the transfer of a trusted device. No connection is
 * refused. Called by the listener, in the main context. */

#include "config.h"

#include "namida-arrival-pace.h"

#include "namida-clock.h"
#include "namida-limits.h"

#define MAX_NETWORKS 4096
#define SPACE_US (G_USEC_PER_SEC / NAMIDA_LIMIT_ARRIVALS_PER_SECOND)

struct _NamidaArrivalPace
{
  GHashTable *free_at; /* network → gint64, monotonic µs: when all of its connections are paid off */
};

NamidaArrivalPace *
namida_arrival_pace_new (void)
{
  NamidaArrivalPace *self = g_new0 (NamidaArrivalPace, 1);

  self->free_at = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return self;
}

void
namida_arrival_pace_free (NamidaArrivalPace *self)
{
  g_hash_table_unref (self->free_at);
  g_free (self);
}

/* Returns: (transfer none) */
static gint64 *
pace_find (NamidaArrivalPace *self, const char *network)
{
  gint64 *free_at = g_hash_table_lookup (self->free_at, network);

  if (free_at != NULL)
    return free_at;
  if (g_hash_table_size (self->free_at) >= MAX_NETWORKS)
    g_hash_table_remove_all (self->free_at);
  free_at = g_new0 (gint64, 1);
  g_hash_table_insert (self->free_at, g_strdup (network), free_at);
  return free_at;
}

guint
namida_arrival_pace_take (NamidaArrivalPace *self, const char *network)
{
  const gint64 most = NAMIDA_LIMIT_ARRIVAL_WAIT_MS * G_GINT64_CONSTANT (1000);
  gint64 now = namida_clock_monotonic (), used;
  gint64 *free_at = pace_find (self, network);

  /* Waiting time beyond the maximum is not remembered; it would delay other devices that connect from that address
   * later. */
  used = CLAMP (*free_at - now, 0, NAMIDA_LIMIT_ARRIVALS_AT_ONCE * SPACE_US + most - SPACE_US) + SPACE_US;
  *free_at = now + used;
  return (guint) (CLAMP (used - NAMIDA_LIMIT_ARRIVALS_AT_ONCE * SPACE_US, 0, most) / 1000);
}
