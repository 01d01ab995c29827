/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Implements NamidaSpeed, the speed of a transfer over the last three seconds. Called by NamidaTransfer in the main
 * context. */
#include "config.h"

#include "namida-speed.h"

#include <string.h>

void
namida_speed_reset (NamidaSpeed *self)
{
  self->n_samples = 0;
}

void
namida_speed_add (NamidaSpeed *self, gint64 at, guint64 bytes)
{
  if (self->n_samples == G_N_ELEMENTS (self->samples))
    {
      memmove (self->samples, self->samples + 1, sizeof self->samples - sizeof self->samples[0]);
      self->n_samples--;
    }
  self->samples[self->n_samples].at = at;
  self->samples[self->n_samples].bytes = bytes;
  self->n_samples++;
}

guint64
namida_speed_get (const NamidaSpeed *self)
{
  gint64 us;
  guint64 first, last;

  if (self->n_samples < 2)
    return 0;
  us = self->samples[self->n_samples - 1].at - self->samples[0].at;
  first = self->samples[0].bytes;
  last = self->samples[self->n_samples - 1].bytes;
  /* A file that starts over decreases the number of bytes. */
  if (us <= 0 || last <= first)
    return 0;
  return (guint64) ((double) (last - first) * G_USEC_PER_SEC / (double) us);
}
