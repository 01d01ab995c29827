/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rate-limits the requests of devices that were declined, so that a stranger cannot ask until the user accepts by
 * mistake. namida-inbox-ask.c uses it for offers. Main context. */
#include "config.h"

#include "namida-decline-guard.h"

#include "namida-clock.h"

#define FIRST_SECONDS 10u
#define MOST_SECONDS 3600u
#define FORGET_US (G_GINT64_CONSTANT (24) * 3600 * G_USEC_PER_SEC)
#define MOST_KEYS 1024u
#define WITHDRAWN_FREE 2u /* withdrawn requests of one key without consequences */
/* Requests of strangers, of all keys together, that were not accepted within STRANGERS_SECONDS. */
#define STRANGERS_MOST 10u
#define STRANGERS_SECONDS 60u

typedef struct
{
  guint declined;
  gint64 until, last; /* monotonic µs */
} Record;

struct _NamidaDeclineGuard
{
  GHashTable *records; /* key → Record */
  GQueue strangers;    /* gint64 *: monotonic µs of each stranger's request that was not accepted, the oldest first */
};

NamidaDeclineGuard *
namida_decline_guard_new (void)
{
  NamidaDeclineGuard *self = g_new0 (NamidaDeclineGuard, 1);

  self->records = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_queue_init (&self->strangers);
  return self;
}

void
namida_decline_guard_free (NamidaDeclineGuard *self)
{
  g_hash_table_unref (self->records);
  g_queue_clear_full (&self->strangers, g_free);
  g_free (self);
}

guint
namida_decline_guard_wait (NamidaDeclineGuard *self, const char *key)
{
  Record *record = key != NULL ? g_hash_table_lookup (self->records, key) : NULL;
  gint64 left = record != NULL ? record->until - namida_clock_monotonic () : 0;

  return left > 0 ? (guint) ((left + G_USEC_PER_SEC - 1) / G_USEC_PER_SEC) : 0;
}

/* Makes room by removing the record that was declined longest ago. */
static void
decline_guard_forget_one (NamidaDeclineGuard *self)
{
  gint64 oldest_at = G_MAXINT64;
  gpointer key, value, oldest = NULL;
  GHashTableIter iter;

  g_hash_table_iter_init (&iter, self->records);
  while (g_hash_table_iter_next (&iter, &key, &value))
    if (((Record *) value)->last < oldest_at)
      {
        oldest_at = ((Record *) value)->last;
        oldest = key;
      }
  if (oldest != NULL)
    g_hash_table_remove (self->records, oldest);
}

void
namida_decline_guard_declined (NamidaDeclineGuard *self, const char *key, guint free)
{
  gint64 now = namida_clock_monotonic ();
  guint seconds = FIRST_SECONDS;
  Record *record;

  if (key == NULL)
    return;
  record = g_hash_table_lookup (self->records, key);
  if (record == NULL)
    {
      if (g_hash_table_size (self->records) >= MOST_KEYS)
        decline_guard_forget_one (self);
      record = g_new0 (Record, 1);
      g_hash_table_insert (self->records, g_strdup (key), record);
    }
  if (now - record->last > FORGET_US)
    record->declined = 0;
  record->last = now;
  record->declined++;
  if (record->declined <= free)
    return;
  for (guint i = free + 1; i < record->declined && seconds < MOST_SECONDS; i++)
    seconds *= 2;
  record->until = now + MIN (seconds, MOST_SECONDS) * G_USEC_PER_SEC;
}

void
namida_decline_guard_count_stranger (NamidaDeclineGuard *self)
{
  gint64 *now = g_new (gint64, 1);

  *now = namida_clock_monotonic ();
  g_queue_push_tail (&self->strangers, now);
  if (self->strangers.length > STRANGERS_MOST)
    g_free (g_queue_pop_head (&self->strangers));
}

void
namida_decline_guard_withdrawn (NamidaDeclineGuard *self, const char *key)
{
  namida_decline_guard_count_stranger (self);
  namida_decline_guard_declined (self, key, WITHDRAWN_FREE);
}

guint
namida_decline_guard_wait_all (NamidaDeclineGuard *self)
{
  gint64 *first = g_queue_peek_head (&self->strangers);
  gint64 left = first != NULL ? *first + STRANGERS_SECONDS * G_USEC_PER_SEC - namida_clock_monotonic () : 0;

  return self->strangers.length < STRANGERS_MOST || left <= 0 ? 0
                                                              : (guint) ((left + G_USEC_PER_SEC - 1) / G_USEC_PER_SEC);
}

void
namida_decline_guard_accepted (NamidaDeclineGuard *self, const char *key)
{
  if (key != NULL)
    g_hash_table_remove (self->records, key);
}
