/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A hash table of counters; see the header. The owner provides the locking. */
#include "config.h"

#include "namida-tally.h"

struct _NamidaTally
{
  GHashTable *counts; /* text → guint, never 0 */
  guint total;
};

NamidaTally *
namida_tally_new (void)
{
  NamidaTally *self = g_new0 (NamidaTally, 1);

  self->counts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  return self;
}

void
namida_tally_free (NamidaTally *self)
{
  g_hash_table_unref (self->counts);
  g_free (self);
}

guint
namida_tally_get (NamidaTally *self, const char *key)
{
  return GPOINTER_TO_UINT (g_hash_table_lookup (self->counts, key));
}

guint
namida_tally_get_total (NamidaTally *self)
{
  return self->total;
}

void
namida_tally_up (NamidaTally *self, const char *key)
{
  g_hash_table_replace (self->counts, g_strdup (key), GUINT_TO_POINTER (namida_tally_get (self, key) + 1));
  self->total++;
}

void
namida_tally_down (NamidaTally *self, const char *key)
{
  guint n = namida_tally_get (self, key);

  g_return_if_fail (n > 0);
  if (n > 1)
    g_hash_table_replace (self->counts, g_strdup (key), GUINT_TO_POINTER (n - 1));
  else
    g_hash_table_remove (self->counts, key);
  self->total--;
}
