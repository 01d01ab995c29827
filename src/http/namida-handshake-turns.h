/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Decides in which order TLS handshakes run. Used only by namida-listener.c. Main context. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * NamidaHandshakeTurns: decides whose TLS handshake is next, and which one has lasted long enough when others wait.
 * Items are borrowed; each is in the object once, from add to remove. Main context; uses namida-clock.
 */
typedef struct _NamidaHandshakeTurns NamidaHandshakeTurns;

/** namida_handshake_turns_new: Returns: (transfer full): without items. */
NamidaHandshakeTurns *namida_handshake_turns_new (void);
/** namida_handshake_turns_free: @self: (transfer full) */
void namida_handshake_turns_free (NamidaHandshakeTurns *self);
/** namida_handshake_turns_add: @preferred: whether a trusted device has connected from @address before. */
void namida_handshake_turns_add (
    NamidaHandshakeTurns *self, gpointer item, const char *address, const char *network, gboolean preferred);
/**
 * namida_handshake_turns_done: The handshake of @item succeeded: removes it and forgets that its address was slow
 * before.
 */
void namida_handshake_turns_done (NamidaHandshakeTurns *self, gpointer item);
/** namida_handshake_turns_remove: Removes an item that waits, or that runs and failed. Unknown items are ignored. */
void namida_handshake_turns_remove (NamidaHandshakeTurns *self, gpointer item);
/**
 * namida_handshake_turns_next: Returns: (transfer none) (nullable): the item whose turn it is. It counts as running
 * from now on.
 */
gpointer namida_handshake_turns_next (NamidaHandshakeTurns *self);
/**
 * namida_handshake_turns_victim: Returns: (transfer none) (nullable): a running item that has to make room now. Each is
 * returned once, and stays until it is removed.
 */
gpointer namida_handshake_turns_victim (NamidaHandshakeTurns *self);
/**
 * NamidaHandshakeWaited: @running: how long the handshake of @item has run, in µs. Returns: how long the other side has
 * kept this one waiting, in µs.
 */
typedef gint64 (*NamidaHandshakeWaited) (gpointer item, gint64 running);
/**
 * namida_handshake_turns_set_waited: Without such a function, the whole time of a handshake counts against the other
 * side.
 */
void namida_handshake_turns_set_waited (NamidaHandshakeTurns *self, NamidaHandshakeWaited waited);
/**
 * namida_handshake_turns_set_space: @ms: the minimum interval between the beginnings of strangers' handshakes; 0 for
 * none.
 */
void namida_handshake_turns_set_space (NamidaHandshakeTurns *self, guint ms);
/** namida_handshake_turns_is_waiting: Returns: whether an item is waiting. */
gboolean namida_handshake_turns_is_waiting (NamidaHandshakeTurns *self);

G_END_DECLS
