/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * NamidaPairGuard: how many pairings may begin. Each one is a guess at six digits, however it ends and from whatever
 * address and key it comes: NAMIDA_LIMIT_PAIR_TRIES that nobody has confirmed in NAMIDA_LIMIT_PAIR_WINDOW_SECONDS, and
 * more only while the person here has opened pairing. Owned by the server. Main context.
 */
typedef struct _NamidaPairGuard NamidaPairGuard;

NamidaPairGuard *namida_pair_guard_new (void);
void namida_pair_guard_free (NamidaPairGuard *self);
/** namida_pair_guard_wait: Returns: seconds until another pairing may begin, rounded up; 0: now. */
guint namida_pair_guard_wait (NamidaPairGuard *self);
/** namida_pair_guard_begun: a pairing begins: it counts from now on. */
void namida_pair_guard_begun (NamidaPairGuard *self);
/** namida_pair_guard_confirmed: the pairing that began last was confirmed by both people: it counts no more. */
void namida_pair_guard_confirmed (NamidaPairGuard *self);
/** namida_pair_guard_open: the person here expects a pairing for @seconds: NAMIDA_LIMIT_PAIR_OPEN_TRIES may begin. */
void namida_pair_guard_open (NamidaPairGuard *self, guint seconds);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NamidaPairGuard, namida_pair_guard_free)

G_END_DECLS
