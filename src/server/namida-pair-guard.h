/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Limits how many pairings can be started. Owned by the server and used by namida-server-pair.c in the main context. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** NamidaPairGuard: limits how many pairings may begin. Each pairing is a guess at six digits, however it ends and from
 * whatever address and key it comes. NAMIDA_LIMIT_PAIR_TRIES unconfirmed pairings are allowed within
 * NAMIDA_LIMIT_PAIR_WINDOW_SECONDS, and more only while the local user has opened pairing. Owned by the server. Main
 * context. */
typedef struct _NamidaPairGuard NamidaPairGuard;

/** namida_pair_guard_new: Returns: (transfer full): a guard that has not counted any pairing. */
NamidaPairGuard *namida_pair_guard_new (void);
void namida_pair_guard_free (NamidaPairGuard *self);
/** namida_pair_guard_wait: Returns: the seconds until another pairing may begin, rounded up; 0 if it may begin now. */
guint namida_pair_guard_wait (NamidaPairGuard *self);
/** namida_pair_guard_begun: Counts a pairing that begins. */
void namida_pair_guard_begun (NamidaPairGuard *self);
/** namida_pair_guard_confirmed: both users confirmed the pairing that began last, so it no longer counts. */
void namida_pair_guard_confirmed (NamidaPairGuard *self);
/** namida_pair_guard_open: the local user expects a pairing for @seconds: NAMIDA_LIMIT_PAIR_OPEN_TRIES may begin. */
void namida_pair_guard_open (NamidaPairGuard *self, guint seconds);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NamidaPairGuard, namida_pair_guard_free)

G_END_DECLS
