/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A token bucket behind a lock; see the header. Any thread. */
#include "config.h"

#include "namida-rate-limit.h"

#include "namida-clock.h"

#define PIECE_MIN 4096u
#define PIECE_MAX (1024u * 1024)
/* The longest time by which a sleep may delay a cancellation. */
#define SLICE_US (50 * 1000)

struct _NamidaRateLimit
{
  guint64 rate; /* bytes per second, 0 = unlimited; constant */
  GMutex lock;
  gint64 tokens; /* bytes that may be sent now; negative: debt */
  gint64 filled_at;
};

/* Unused time counts for at most a tenth of a second, so that there is no burst after a pause. */
static gint64
rate_limit_burst (NamidaRateLimit *self)
{
  return (gint64) MIN (self->rate / 10, (guint64) G_MAXINT64 / 2);
}

NamidaRateLimit *
namida_rate_limit_new (guint64 bytes_per_second)
{
  NamidaRateLimit *self = g_atomic_rc_box_new0 (NamidaRateLimit);

  self->rate = bytes_per_second;
  self->filled_at = namida_clock_monotonic ();
  self->tokens = rate_limit_burst (self);
  g_mutex_init (&self->lock);
  return self;
}

NamidaRateLimit *
namida_rate_limit_ref (NamidaRateLimit *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
rate_limit_clear (gpointer data)
{
  NamidaRateLimit *self = data;

  g_mutex_clear (&self->lock);
}

void
namida_rate_limit_unref (NamidaRateLimit *self)
{
  g_atomic_rc_box_release_full (self, rate_limit_clear);
}

gsize
namida_rate_limit_get_piece (NamidaRateLimit *self)
{
  return self->rate == 0 ? PIECE_MAX : (gsize) CLAMP (self->rate / 10, PIECE_MIN, PIECE_MAX);
}

static void
rate_limit_refill (NamidaRateLimit *self)
{
  gint64 now = namida_clock_monotonic ();
  gint64 elapsed = MAX (now - self->filled_at, 0);
  double earned = (double) elapsed * (double) self->rate / G_USEC_PER_SEC;

  if ((double) self->tokens + earned >= (double) rate_limit_burst (self))
    {
      self->tokens = (gint64) rate_limit_burst (self);
      self->filled_at = now;
      return;
    }
  /* Only count complete bytes and keep the time of the remainder; otherwise slow rates would earn nothing or too
   * much. */
  self->tokens += (gint64) earned;
  self->filled_at += (gint64) ((double) (gint64) earned * G_USEC_PER_SEC / (double) self->rate);
}

gint64
namida_rate_limit_take (NamidaRateLimit *self, guint64 bytes)
{
  gint64 wait = 0;

  if (self->rate == 0)
    return 0;
  g_mutex_lock (&self->lock);
  rate_limit_refill (self);
  self->tokens -= (gint64) MIN (bytes, (guint64) G_MAXINT64 / 4);
  if (self->tokens < 0)
    wait = (gint64) ((double) -self->tokens * G_USEC_PER_SEC / (double) self->rate);
  g_mutex_unlock (&self->lock);
  return wait;
}

gboolean
namida_rate_limit_wait (NamidaRateLimit *self, guint64 bytes, GCancellable *cancellable)
{
  gint64 wait = namida_rate_limit_take (self, bytes);

  while (wait > 0)
    {
      gint64 slice = MIN (wait, SLICE_US);

      if (g_cancellable_is_cancelled (cancellable))
        return FALSE;
      g_usleep ((gulong) slice);
      wait -= slice;
    }
  return !g_cancellable_is_cancelled (cancellable);
}
