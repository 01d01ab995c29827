/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "namida-retention.h"

static int
month_of (gint64 created_at)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_local (created_at / G_USEC_PER_SEC);

  return time != NULL ? g_date_time_get_year (time) * 12 + g_date_time_get_month (time) : 0;
}

guint
namida_retention_choose (NamidaRetention policy, NamidaRetentionItem *items, guint n_items)
{
  guint proven = 0, removed = 0;
  int month = G_MAXINT;

  for (guint i = 0; i < n_items; i++)
    {
      NamidaRetentionItem *item = &items[i];
      gboolean enough = policy.last > 0 && proven >= policy.last;
      gboolean first_of_month = month_of (item->created_at) < month;

      item->remove = enough && !item->pinned && !(policy.monthly && item->proven && first_of_month);
      removed += item->remove;
      if (!item->proven)
        continue;
      month = MIN (month, month_of (item->created_at));
      proven += !item->pinned;
    }
  return removed;
}
