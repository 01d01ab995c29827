/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Counts connections and handshakes by address. Used by the connection limit and the handshake turns. The owner
 * provides the locking. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** NamidaTally: counts things by a text (an address) and in total. It has no lock of its own. */
typedef struct _NamidaTally NamidaTally;

/** namida_tally_new: Returns: (transfer full): without counts. */
NamidaTally *namida_tally_new (void);
/** namida_tally_free: @self: (transfer full) */
void namida_tally_free (NamidaTally *self);
/** namida_tally_up: Adds one to the count of @key. */
void namida_tally_up (NamidaTally *self, const char *key);
/** namida_tally_down: Reverts one namida_tally_up() of @key. */
void namida_tally_down (NamidaTally *self, const char *key);
/** namida_tally_get: Returns: the count of @key. */
guint namida_tally_get (NamidaTally *self, const char *key);
/** namida_tally_get_total: Returns: the sum of all counts. */
guint namida_tally_get_total (NamidaTally *self);

G_END_DECLS
