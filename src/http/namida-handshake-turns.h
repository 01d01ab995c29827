/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * NamidaHandshakeTurns: whose TLS handshake is next, and whose has lasted long enough when others wait. Items are
 * borrowed, and each is in here once, from add to remove. Main context; times by namida-clock.
 */
typedef struct _NamidaHandshakeTurns NamidaHandshakeTurns;

NamidaHandshakeTurns *namida_handshake_turns_new (void);
void namida_handshake_turns_free (NamidaHandshakeTurns *self);
/** @preferred: a trusted device came from @address before. */
void namida_handshake_turns_add (
    NamidaHandshakeTurns *self, gpointer item, const char *address, const char *network, gboolean preferred);
/** namida_handshake_turns_done: the handshake of @item succeeded: removes it, and its address is well thought of. */
void namida_handshake_turns_done (NamidaHandshakeTurns *self, gpointer item);
/** Waiting or running, and came to nothing; one that is not in here is ignored. */
void namida_handshake_turns_remove (NamidaHandshakeTurns *self, gpointer item);
/** Returns: (transfer none) (nullable): the item whose turn it is: it runs from now on. */
gpointer namida_handshake_turns_next (NamidaHandshakeTurns *self);
/** Returns: (transfer none) (nullable): an item that runs and has to make room now; it is returned once, and leaves by
 * remove. */
gpointer namida_handshake_turns_victim (NamidaHandshakeTurns *self);
/** NamidaHandshakeWaited: Returns: for how long the other side of the handshake of @item has kept this one waiting, in
 * µs; @running is for how long the handshake has run. */
typedef gint64 (*NamidaHandshakeWaited) (gpointer item, gint64 running);
/** namida_handshake_turns_set_waited: without one, a handshake's whole time counts against the other side. */
void namida_handshake_turns_set_waited (NamidaHandshakeTurns *self, NamidaHandshakeWaited waited);
/** namida_handshake_turns_set_space: strangers' handshakes begin @ms apart from now on; 0: as soon as there is room. */
void namida_handshake_turns_set_space (NamidaHandshakeTurns *self, guint ms);
/** Returns: whether any item waits. */
gboolean namida_handshake_turns_is_waiting (NamidaHandshakeTurns *self);

G_END_DECLS
