/* SPDX-License-Identifier: GPL-3.0-or-later */
/* NamidaStaleList: keeps the result of namida_stale_list() up to date for rows, and reports each finding once. It
 * checks when the hub starts, every hour, and when a backup is added or removed. The window and the service connect
 * to its signals. Main context; the database is read in a worker thread. */
#pragma once

#include "namida-stale.h"

G_BEGIN_DECLS

#define NAMIDA_TYPE_STALE_LIST (namida_stale_list_get_type ())
/**
 * NamidaStaleList: signal "changed": the words for rows may have changed. Signal "stale" (const char *sentence,
 * gboolean first): a device has had no backup for too long; @first: no user has been notified yet; otherwise, a day has
 * passed since the last report. Signal "shrunk" (const char *sentence): the backup that has just arrived lacks many
 * songs that the previous one had.
 */
G_DECLARE_FINAL_TYPE (NamidaStaleList, namida_stale_list, NAMIDA, STALE_LIST, GObject)

/** namida_stale_list_new: Returns: (transfer full): a list that checks nothing before namida_stale_list_start(). */
NamidaStaleList *namida_stale_list_new (void);
/** namida_stale_list_start: @note: whether this program is the one that notifies users */
void namida_stale_list_start (NamidaStaleList *self, NamidaDatabase *database, gboolean note);
/** namida_stale_list_stop: stops checking and releases the database. */
void namida_stale_list_stop (NamidaStaleList *self);
/** namida_stale_list_refresh: checks now. */
void namida_stale_list_refresh (NamidaStaleList *self);

/** namida_stale_list_dup_words: Returns: (transfer full) (nullable): "No backup for 23 days" (RECEIVE) or "Has not been
 * reached for 9 days" (SEND); %NULL: all is well. Translated. */
char *namida_stale_list_dup_words (NamidaStaleList *self, const char *fingerprint, NamidaStaleDirection direction);

G_END_DECLS
