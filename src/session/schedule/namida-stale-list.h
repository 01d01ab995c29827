/* SPDX-License-Identifier: GPL-3.0-or-later */
/* NamidaStaleList: what namida_stale_list() knows, kept up to date for rows and told once: it looks when the hub
 * starts, each hour, and when a backup has come or gone. The window and the service listen. Main context; the database
 * is read in a worker thread. */
#pragma once

#include "namida-stale.h"

G_BEGIN_DECLS

#define NAMIDA_TYPE_STALE_LIST (namida_stale_list_get_type ())
/**
 * NamidaStaleList: signal "changed": words for rows may be others now. Signal "stale" (const char *sentence, gboolean
 * first): a device has had no backup for too long; @first: nobody was told yet, else a day has passed since the last
 * time. Signal "shrunk" (const char *sentence): the backup that has just arrived lost much of what the one before had.
 */
G_DECLARE_FINAL_TYPE (NamidaStaleList, namida_stale_list, NAMIDA, STALE_LIST, GObject)

NamidaStaleList *namida_stale_list_new (void);
/** namida_stale_list_start: @note: whether this program is the one that tells people. */
void namida_stale_list_start (NamidaStaleList *self, NamidaDatabase *database, gboolean note);
void namida_stale_list_stop (NamidaStaleList *self);
/** namida_stale_list_refresh: looks now. */
void namida_stale_list_refresh (NamidaStaleList *self);

/** namida_stale_list_dup_words: Returns: (transfer full) (nullable): "No backup for 23 days" (RECEIVE) or "Has not been
 * reached for 9 days" (SEND); %NULL: all is well. Translated. */
char *namida_stale_list_dup_words (NamidaStaleList *self, const char *fingerprint, NamidaStaleDirection direction);

G_END_DECLS
