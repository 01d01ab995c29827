/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** NamidaRetention: how many versions of a device are kept. Zero keeps all. */
typedef struct
{
  guint last;       /* the newest so many; 0: all */
  gboolean monthly; /* and the newest of each month before */
} NamidaRetention;

/** What the choice looks at. */
typedef struct
{
  gint64 created_at; /* microseconds since 1970 */
  gboolean pinned;
  gboolean proven; /* its contents were compared with what was sent: at arrival, and found whole since */
  gboolean remove; /* (out) */
} NamidaRetentionItem;

/**
 * namida_retention_choose: marks what may go of one device's @items, newest first. Pinned ones stay and do not count;
 * nothing goes unless a newer version is proven, and only proven ones count as kept. Months are local ones. Pure, any
 * thread. Returns: how many.
 */
guint namida_retention_choose (NamidaRetention policy, NamidaRetentionItem *items, guint n_items);

G_END_DECLS
