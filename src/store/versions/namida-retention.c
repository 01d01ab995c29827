/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Implements the rules of namida-retention.h. Versions are examined from the newest to the oldest, so that everything
 * that allows a version to be removed is already known to stay. Pure functions; any thread. */
#include "config.h"

#include "namida-retention.h"

#include <stdlib.h>

/* RetentionKept: for each thing, the NamidaRetentionThing of the newer versions that stay, newest first. */
typedef GHashTable RetentionKept;

static int
retention_compare_arrival (gconstpointer a, gconstpointer b)
{
  const NamidaRetentionItem *one = *(NamidaRetentionItem *const *) a, *other = *(NamidaRetentionItem *const *) b;

  return one->arrival < other->arrival ? 1 : one->arrival > other->arrival ? -1 : 0;
}

static int
retention_month_of (gint64 created_at)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_local (created_at / G_USEC_PER_SEC);

  return time != NULL ? g_date_time_get_year (time) * 12 + g_date_time_get_month (time) : 0;
}

static gboolean
retention_has_half (const NamidaRetentionThing *newer, const NamidaRetentionThing *thing)
{
  /* Halve and round up instead of doubling, because a size may be any number. */
  return newer->files >= thing->files / 2 + thing->files % 2 && newer->bytes >= thing->bytes / 2 + thing->bytes % 2;
}

/* Whether newer versions contain enough of @thing. @shrunk: (out): whether only their reduced contents prevent that. */
static gboolean
retention_is_covered (RetentionKept *kept, const NamidaRetentionThing *thing, guint last, gboolean *shrunk)
{
  GArray *newer = g_hash_table_lookup (kept, &thing->key);
  guint enough = 0;

  for (guint i = 0; newer != NULL && i < newer->len && enough < last; i++)
    enough += retention_has_half (&g_array_index (newer, NamidaRetentionThing, i), thing);
  *shrunk = enough < last && newer != NULL && newer->len >= last;
  return enough >= last;
}

static gboolean
retention_may_remove (RetentionKept *kept, NamidaRetentionItem *item, guint last)
{
  gboolean may = TRUE, ask = FALSE;

  for (guint i = 0; i < item->n_things; i++)
    {
      const NamidaRetentionThing *thing = &item->things[i];
      gboolean shrunk;

      if (retention_is_covered (kept, thing, last, &shrunk))
        continue;
      may = FALSE;
      if (!shrunk)
        return FALSE;
      if (!ask)
        {
          const GArray *newer = g_hash_table_lookup (kept, &thing->key);

          ask = TRUE;
          item->ask_files = thing->files;
          item->left_files = g_array_index (newer, NamidaRetentionThing, 0).files;
        }
    }
  item->ask = ask;
  return may;
}

static gboolean
retention_is_exempt (const NamidaRetentionItem *item)
{
  return item->pinned || !item->present || item->this_run || !item->proven_key || item->n_things == 0;
}

static void
retention_keep (RetentionKept *kept, const NamidaRetentionItem *item)
{
  for (guint i = 0; i < item->n_things; i++)
    {
      const NamidaRetentionThing *thing = &item->things[i];
      GArray *newer = g_hash_table_lookup (kept, &thing->key);

      if (thing->unrestorable)
        continue;
      if (newer == NULL)
        {
          newer = g_array_new (FALSE, FALSE, sizeof (NamidaRetentionThing));
          g_hash_table_insert (kept, (gpointer) &thing->key, newer);
        }
      g_array_append_val (newer, *thing);
    }
}

static gboolean
retention_is_first_of_month (GHashTable *months, const NamidaRetentionItem *item)
{
  return item->whole && g_hash_table_add (months, GINT_TO_POINTER (retention_month_of (item->created_at)));
}

guint
namida_retention_choose (NamidaRetention policy, NamidaRetentionItem *items, guint n_items)
{
  g_autoptr (GHashTable) kept = NULL;
  g_autoptr (GHashTable) months = NULL;
  g_autofree NamidaRetentionItem **order = g_new (NamidaRetentionItem *, n_items);
  guint removed = 0;

  for (guint i = 0; i < n_items; i++)
    {
      order[i] = &items[i];
      items[i].remove = items[i].ask = FALSE;
      items[i].ask_files = items[i].left_files = 0;
    }
  if (policy.last == 0 || n_items == 0)
    return 0;
  kept = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, (GDestroyNotify) g_array_unref);
  months = policy.monthly ? g_hash_table_new (NULL, NULL) : NULL;
  qsort (order, n_items, sizeof *order, retention_compare_arrival);
  for (guint i = 0; i < n_items; i++)
    {
      NamidaRetentionItem *item = order[i];
      gboolean first = months != NULL && retention_is_first_of_month (months, item);

      item->remove = !retention_is_exempt (item) && !first && retention_may_remove (kept, item, policy.last);
      removed += item->remove;
      if (!item->remove && item->whole && !item->pinned && item->proven_key)
        retention_keep (kept, item);
    }
  return removed;
}
