/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Decides which versions may be removed without asking. The decision is one pure function over plain structures, so
 * that a test can try every history; namida-removal.c fills the structures in from the database and the disk. Any
 * thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** NamidaRetention: how many versions of a device are kept. Zero keeps all. */
typedef struct
{
  guint last;       /* each thing stays in this many newest versions; 0: everything stays */
  gboolean monthly; /* and the newest version of each month stays, too */
} NamidaRetention;

/** NamidaRetentionThing: one thing that a version holds: a label, the backup zip or a single file. */
typedef struct
{
  guint64 key; /* the same number for the same thing of the same device, in all versions */
  guint64 files;
  guint64 bytes;
  gboolean unrestorable; /* a zip that Namida could not restore */
} NamidaRetentionThing;

/** NamidaRetentionItem: what the decision has to know of one version. */
typedef struct
{
  gint64 arrival;    /* only grows from one arrival to the next; no clock has a say in it */
  gint64 created_at; /* microseconds since 1970, for @monthly alone: a wrong clock keeps more, never less */
  const NamidaRetentionThing *things;
  guint n_things;
  gboolean pinned;
  gboolean proven_key; /* its device proved its key; without that two devices may look like one */
  gboolean whole;      /* complete, verified, nothing damaged, and its folder is there */
  gboolean present;    /* its folder is there */
  gboolean this_run;   /* it arrived after the rules were last applied */

  gboolean remove; /* (out) */
  /* (out): it stays only because newer versions have less than half of one of its things, which a person has to
   * confirm: that many of its files there, and in the newest whole version of the same thing. */
  gboolean ask;
  guint64 ask_files;
  guint64 left_files;
} NamidaRetentionItem;

/**
 * namida_retention_choose:
 * @policy: how many versions stay
 * @items: (inout) (array length=n_items): all versions of all devices, in any order
 * @n_items: how many
 *
 * Marks the versions that may be removed. A version may be removed only when each of its things is in at least
 * @policy.last newer versions that stay, are whole, are not pinned and have at least half of the files and of the bytes
 * of that thing. A version that is pinned, is not there, holds nothing, arrived in this run, or whose device never
 * proved its key, always stays.
 *
 * Returns: how many versions may be removed
 */
guint namida_retention_choose (NamidaRetention policy, NamidaRetentionItem *items, guint n_items);

G_END_DECLS
