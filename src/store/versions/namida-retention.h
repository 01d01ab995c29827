/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Decides which versions may be removed automatically. The decision is one pure function over plain structures, so that
 * a test can try every history; namida-retention-apply.c fills the structures from the database and the disk. Any
 * thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** NamidaRetention: how many versions of a device to keep. Zero keeps all. */
typedef struct
{
  guint last;       /* keep each thing in this many of the newest versions; 0: keep all */
  gboolean monthly; /* also keep the newest version of each month */
} NamidaRetention;

/** NamidaRetentionThing: one thing in a version: a label, the backup zip or a single file. */
typedef struct
{
  guint64 key; /* the same number for the same thing of the same device in all versions */
  guint64 files;
  guint64 bytes;
  gboolean unrestorable; /* a zip that Namida cannot restore */
} NamidaRetentionThing;

/** NamidaRetentionItem: what the decision needs to know about one version. */
typedef struct
{
  gint64 arrival;    /* increases with each arrival, independently of the clock */
  gint64 created_at; /* µs since 1970, for @monthly only: a wrong clock keeps more, never less */
  const NamidaRetentionThing *things;
  guint n_things;
  gboolean pinned;
  gboolean proven_key; /* its device proved its key; otherwise two devices may look like one */
  gboolean whole;      /* complete, verified, undamaged, and its folder exists */
  gboolean present;    /* its folder exists */
  gboolean this_run;   /* it arrived after the rules were last applied */

  gboolean remove; /* (out) */
  /* (out): it stays only because newer versions have less than half of one of its things, which the user has to
   * confirm. @ask_files and @left_files are the numbers of files of that thing in this version and in its newest intact
   * version. */
  gboolean ask;
  guint64 ask_files;
  guint64 left_files;
} NamidaRetentionItem;

/**
 * namida_retention_choose:
 * @policy: how many versions to keep
 * @items: (inout) (array length=n_items): all versions of all devices, in any order
 * @n_items: the number of versions
 *
 * Marks the versions that may be removed. A version may be removed only if each of its things is in at least
 * @policy.last newer versions that stay, are intact, are not pinned and have at least half of the files and of the
 * bytes of that thing. A version always stays if it is pinned, is not there, contains nothing, arrived in this run, or
 * if its device never proved its key.
 *
 * Returns: how many versions may be removed
 */
guint namida_retention_choose (NamidaRetention policy, NamidaRetentionItem *items, guint n_items);

G_END_DECLS
