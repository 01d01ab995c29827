/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Limits the speed of transfers. Shared by the connections of a sender, and by the server for everything that is
 * received or fetched. Any thread. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/** NamidaRateLimit: a token bucket that all connections of one transfer share. Reference-counted; any thread. */
typedef struct _NamidaRateLimit NamidaRateLimit;

/** namida_rate_limit_new: @bytes_per_second: 0 for unlimited. Returns: (transfer full) */
NamidaRateLimit *namida_rate_limit_new (guint64 bytes_per_second);
/** namida_rate_limit_ref: Returns: (transfer full): @self. Any thread. */
NamidaRateLimit *namida_rate_limit_ref (NamidaRateLimit *self);
/** namida_rate_limit_unref: @self: (transfer full). Any thread. */
void namida_rate_limit_unref (NamidaRateLimit *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NamidaRateLimit, namida_rate_limit_unref)

/**
 * namida_rate_limit_get_piece: Returns: the number of bytes to send at once: what a tenth of a second allows, from 4
 * KiB to 1 MiB.
 */
gsize namida_rate_limit_get_piece (NamidaRateLimit *self);
/**
 * namida_rate_limit_take: Takes @bytes at once, possibly going into debt. Returns: microseconds until the debt is paid.
 */
gint64 namida_rate_limit_take (NamidaRateLimit *self, guint64 bytes);
/**
 * namida_rate_limit_wait: Takes @bytes and sleeps until the debt is paid. Returns early if @cancellable is cancelled.
 * Blocking: call it in a worker thread. Returns: %FALSE if cancelled (no error is set).
 */
gboolean namida_rate_limit_wait (NamidaRateLimit *self, guint64 bytes, GCancellable *cancellable);

G_END_DECLS
