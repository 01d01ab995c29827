/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** NamidaSpeed: bytes a second, as they moved in the last three. All zero is a new one. */
typedef struct
{
  struct
  {
    gint64 at;
    guint64 bytes;
  } samples[13]; /* four a second, and the one before */
  guint n_samples;
} NamidaSpeed;

/** namida_speed_reset: what moved before does not count. */
void namida_speed_reset (NamidaSpeed *self);
/** namida_speed_add: @at: monotonic, microseconds; @bytes: moved so far. */
void namida_speed_add (NamidaSpeed *self, gint64 at, guint64 bytes);
/** Returns: bytes a second; 0: not known. */
guint64 namida_speed_get (const NamidaSpeed *self);

G_END_DECLS
