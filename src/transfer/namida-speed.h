/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Measures the speed of a transfer. Used by NamidaTransfer in the main context. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** NamidaSpeed: the speed in bytes per second, averaged over the last three seconds. Initialize it with zeros. */
typedef struct
{
  struct
  {
    gint64 at;
    guint64 bytes;
  } samples[13]; /* four per second, and the one before */
  guint n_samples;
} NamidaSpeed;

/** namida_speed_reset: Discards all samples. */
void namida_speed_reset (NamidaSpeed *self);
/** namida_speed_add: @at: monotonic time in microseconds; @bytes: the number of bytes so far. */
void namida_speed_add (NamidaSpeed *self, gint64 at, guint64 bytes);
/** namida_speed_get: Returns: bytes per second; 0 if unknown. */
guint64 namida_speed_get (const NamidaSpeed *self);

G_END_DECLS
