/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/** NamidaDeadline: a GCancellable of its own, which is cancelled when its caller's is, or when it takes too long. Main
 * context; the caller's may be cancelled by any thread. */
typedef struct _NamidaDeadline NamidaDeadline;

/** namida_deadline_new: @milliseconds: from now; 0: no limit. @caller: (nullable). Returns: (transfer full) */
NamidaDeadline *namida_deadline_new (guint milliseconds, GCancellable *caller);
/** namida_deadline_free: what goes on with its cancellable is no longer bounded. */
void namida_deadline_free (NamidaDeadline *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NamidaDeadline, namida_deadline_free)
/** Returns: (transfer none) */
GCancellable *namida_deadline_get_cancellable (NamidaDeadline *self);

G_END_DECLS
