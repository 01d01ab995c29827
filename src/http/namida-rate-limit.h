/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/** NamidaRateLimit: a token bucket that all connections of one sending share. Reference-counted; any thread. */
typedef struct _NamidaRateLimit NamidaRateLimit;

/** namida_rate_limit_new: @bytes_per_second: 0 = unlimited. */
NamidaRateLimit *namida_rate_limit_new (guint64 bytes_per_second);
NamidaRateLimit *namida_rate_limit_ref (NamidaRateLimit *self);
void namida_rate_limit_unref (NamidaRateLimit *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NamidaRateLimit, namida_rate_limit_unref)

/** namida_rate_limit_get_piece: Returns: how many bytes to send at once: a tenth of a second's, from 4 KiB to 1 MiB. */
gsize namida_rate_limit_get_piece (NamidaRateLimit *self);
/** namida_rate_limit_take: takes @bytes at once, running into debt. Returns: microseconds until the debt is paid. */
gint64 namida_rate_limit_take (NamidaRateLimit *self, guint64 bytes);
/**
 * namida_rate_limit_wait: takes @bytes and sleeps off the debt; returns early when @cancellable is cancelled. Blocking:
 * worker threads. Returns: %FALSE when cancelled (no error is set).
 */
gboolean namida_rate_limit_wait (NamidaRateLimit *self, guint64 bytes, GCancellable *cancellable);

G_END_DECLS
