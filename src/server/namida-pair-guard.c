/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An attacker in the middle has a chance of one in a million with each pairing that begins. Addresses and keys cost
 * nothing, so there is one limit for all of them: docs/security.md says what it achieves, and
 * tests/unit/transfer/test-pair-guard.c tests it. Called by namida-server-pair.c. */
#include "config.h"

#include "namida-pair-guard.h"

#include "namida-clock.h"
#include "namida-limits.h"

struct _NamidaPairGuard
{
  GQueue begun;      /* gint64 *: monotonic µs, oldest first */
  gint64 open_until; /* monotonic µs */
};

NamidaPairGuard *
namida_pair_guard_new (void)
{
  NamidaPairGuard *self = g_new0 (NamidaPairGuard, 1);

  g_queue_init (&self->begun);
  return self;
}

void
namida_pair_guard_free (NamidaPairGuard *self)
{
  g_queue_clear_full (&self->begun, g_free);
  g_free (self);
}

guint
namida_pair_guard_wait (NamidaPairGuard *self)
{
  gint64 now = namida_clock_monotonic ();
  guint most = now < self->open_until ? NAMIDA_LIMIT_PAIR_OPEN_TRIES : NAMIDA_LIMIT_PAIR_TRIES;
  gint64 window = NAMIDA_LIMIT_PAIR_WINDOW_SECONDS * G_USEC_PER_SEC;
  gint64 *first;

  while ((first = g_queue_peek_head (&self->begun)) != NULL && *first + window <= now)
    g_free (g_queue_pop_head (&self->begun));
  if (self->begun.length < most)
    return 0;
  first = g_queue_peek_nth (&self->begun, self->begun.length - most);
  return (guint) ((*first + window - now + G_USEC_PER_SEC - 1) / G_USEC_PER_SEC);
}

void
namida_pair_guard_begun (NamidaPairGuard *self)
{
  gint64 *now = g_new (gint64, 1);

  *now = namida_clock_monotonic ();
  g_queue_push_tail (&self->begun, now);
}

void
namida_pair_guard_confirmed (NamidaPairGuard *self)
{
  g_free (g_queue_pop_tail (&self->begun));
}

void
namida_pair_guard_open (NamidaPairGuard *self, guint seconds)
{
  self->open_until = namida_clock_monotonic () + seconds * G_USEC_PER_SEC;
}
