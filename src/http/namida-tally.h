/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** NamidaTally: how many of something there are, by a text (an address) and in all. No lock of its own. */
typedef struct _NamidaTally NamidaTally;

NamidaTally *namida_tally_new (void);
void namida_tally_free (NamidaTally *self);
void namida_tally_up (NamidaTally *self, const char *key);
/** namida_tally_down: takes back one namida_tally_up() of @key. */
void namida_tally_down (NamidaTally *self, const char *key);
guint namida_tally_get (NamidaTally *self, const char *key);
guint namida_tally_get_total (NamidaTally *self);

G_END_DECLS
