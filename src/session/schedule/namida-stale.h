/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Detects missing backups: for each device, the usual interval between two backups is known from its schedule or its
 * history, and after twice that interval the device is stale. Both sides know: the receiver from the versions that it
 * keeps, the sender from what it has sent. The functions read the database and block, so call them in worker threads.
 * NamidaStaleList (namida-stale-list.h) calls them for the window and the service. */
#pragma once

#include "namida-database.h"

G_BEGIN_DECLS

typedef enum
{
  NAMIDA_STALE_RECEIVE, /* the device sends its backups here */
  NAMIDA_STALE_SEND,    /* this device sends its backups there */
} NamidaStaleDirection;

/**
 * NamidaStaleDevice: what is known about one device in one direction. Times are microseconds since 1970; 0: unknown.
 */
typedef struct
{
  char *fingerprint;
  char *alias;
  NamidaStaleDirection direction;
  gint64 last_at;    /* the newest complete backup, or the creation of a schedule that has never run */
  gint64 interval;   /* the usual interval in microseconds; 0: not enough backups to know */
  gboolean never;    /* there was no backup yet */
  gboolean is_stale; /* no backup for twice the usual interval */
  gboolean is_first; /* no user has been notified of this yet */
  gboolean is_daily; /* a day has passed since it was last logged */
  guint n_lost;      /* songs that the newest backup lacks in comparison with the previous one, if they are many */
} NamidaStaleDevice;

/** namida_stale_device_free: frees @self. */
void namida_stale_device_free (NamidaStaleDevice *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NamidaStaleDevice, namida_stale_device_free)

/**
 * namida_stale_interval:
 * @times: (array length=n): when backups were made, in microseconds since 1970, ascending
 * @n: how many
 *
 * Several backups within a few hours count as one. Pure.
 *
 * Returns: the usual interval, at least a day; 0 if there are too few backups
 */
gint64 namida_stale_interval (const gint64 *times, guint n);
/**
 * namida_stale_days: Returns: whole days from @last_at to @now if that is longer than twice @interval; otherwise 0.
 * Pure.
 */
guint namida_stale_days (gint64 last_at, gint64 interval, gint64 now);

/**
 * namida_stale_list:
 * @database: the database
 * @now: microseconds since 1970
 * @note: whether to record that is_first and is_daily were reported
 *
 * Blocking.
 *
 * Returns: (transfer full) (nullable) (element-type NamidaStaleDevice): all devices about which something is known;
 * %NULL with STORAGE or NO_SPACE
 */
GPtrArray *namida_stale_list (NamidaDatabase *database, gint64 now, gboolean note, GError **error);

/**
 * namida_stale_device_dup_words: Returns: (transfer full) (nullable): "No backup for 23 days" or "Has not been
 * reached for 9 days"; %NULL if the device is not stale. Translated.
 */
char *namida_stale_device_dup_words (const NamidaStaleDevice *self, gint64 now);
/**
 * namida_stale_device_dup_sentence: Returns: (transfer full) (nullable): the same with the name of the device, for a
 * notification or a log. Translated.
 */
char *namida_stale_device_dup_sentence (const NamidaStaleDevice *self, gint64 now);
/**
 * namida_stale_device_dup_lost_words: Returns: (transfer full) (nullable): "The newest backup has 199 songs fewer
 * than the one before"; %NULL if it does not. Translated.
 */
char *namida_stale_device_dup_lost_words (const NamidaStaleDevice *self);

G_END_DECLS
