/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A time limit for an asynchronous operation that takes a GCancellable. Used by NamidaHttpExchange for all of its work,
 * and by the hub while it asks a LocalSend device at an entered address. Main context. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * NamidaDeadline: owns a GCancellable that is cancelled when the caller's cancellable is cancelled or when the time is
 * up. Main context; the caller's cancellable may be cancelled in any thread.
 */
typedef struct _NamidaDeadline NamidaDeadline;

/** namida_deadline_new: @milliseconds: from now; 0 for no limit. @caller: (nullable). Returns: (transfer full) */
NamidaDeadline *namida_deadline_new (guint milliseconds, GCancellable *caller);
/**
 * namida_deadline_free: Removes the time limit. Operations that still use the cancellable are not bounded any longer.
 */
void namida_deadline_free (NamidaDeadline *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NamidaDeadline, namida_deadline_free)
/** namida_deadline_get_cancellable: Returns: (transfer none) */
GCancellable *namida_deadline_get_cancellable (NamidaDeadline *self);

G_END_DECLS
