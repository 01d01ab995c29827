/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Backups that do not happen: for each device the usual time from one backup to the next is known, from its schedule or
 * from its history, and after twice that time it is stale. Both sides know: the receiver from the versions that it
 * keeps, the sender from what it has sent. The functions here read the database and block: worker threads; NamidaStale
 * (namida-stale-list.h) calls them for the window and the service. */
#pragma once

#include "namida-database.h"

G_BEGIN_DECLS

typedef enum
{
  NAMIDA_STALE_RECEIVE, /* the device sends its backups here */
  NAMIDA_STALE_SEND,    /* this device sends its backups there */
} NamidaStaleDirection;

/** NamidaStaleDevice: what is known of one device in one direction. Times: microseconds since 1970; 0: unknown. */
typedef struct
{
  char *fingerprint;
  char *alias;
  NamidaStaleDirection direction;
  gint64 last_at;    /* the newest backup that arrived whole, or the beginning of the schedule that never ran */
  gint64 interval;   /* the usual time between two, in microseconds; 0: not enough is known */
  gboolean never;    /* there was none yet */
  gboolean is_stale; /* nothing for twice the usual time */
  gboolean is_first; /* nobody was told of this yet */
  gboolean is_daily; /* a day has passed since it was logged last */
  guint n_lost;      /* songs that the newest backup has less than the one before, when that is much */
} NamidaStaleDevice;

void namida_stale_device_free (NamidaStaleDevice *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NamidaStaleDevice, namida_stale_device_free)

/**
 * namida_stale_interval:
 * @times: (array length=n): when backups were made, microseconds since 1970, ascending
 * @n: how many
 *
 * Several within a few hours count as one. Pure.
 *
 * Returns: the usual time between two, at least a day; 0: there are too few to say
 */
gint64 namida_stale_interval (const gint64 *times, guint n);
/** namida_stale_days: Returns: whole days since @last_at at @now when that is longer than twice @interval; else 0.
 * Pure.
 */
guint namida_stale_days (gint64 last_at, gint64 interval, gint64 now);

/**
 * namida_stale_list:
 * @database: the database
 * @now: microseconds since 1970
 * @note: whether what is_first and is_daily say is noted as said
 *
 * Blocking.
 *
 * Returns: (transfer full) (nullable) (element-type NamidaStaleDevice): all devices of which anything is known
 */
GPtrArray *namida_stale_list (NamidaDatabase *database, gint64 now, gboolean note, GError **error);

/** namida_stale_device_dup_words: Returns: (transfer full) (nullable): "No backup for 23 days" or "Has not been reached
 * for 9 days"; %NULL: it is not stale. Translated. */
char *namida_stale_device_dup_words (const NamidaStaleDevice *self, gint64 now);
/** namida_stale_device_dup_sentence: Returns: (transfer full) (nullable): the same with the name of the device, for a
 * notification or a log. Translated. */
char *namida_stale_device_dup_sentence (const NamidaStaleDevice *self, gint64 now);
/** namida_stale_device_dup_lost_words: Returns: (transfer full) (nullable): "The newest backup has 199 songs fewer than
 * the one before"; %NULL: it has not. Translated. */
char *namida_stale_device_dup_lost_words (const NamidaStaleDevice *self);

G_END_DECLS
