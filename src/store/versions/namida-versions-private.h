/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The interface between the list of versions (namida-versions.c) and its asynchronous calls (namida-versions-work.c).
 * Main context. */
#pragma once

#include "namida-store.h"
#include "namida-version-private.h"
#include "namida-versions.h"

G_BEGIN_DECLS

/** namida_versions_get_store: Returns: (transfer none) (nullable): the store. */
NamidaStore *namida_versions_get_store (NamidaVersions *self);
/** namida_versions_take_facts: updates the list from @list. @list: (element-type NamidaVersionFacts): newest first; it
 * is emptied. */
void namida_versions_take_facts (NamidaVersions *self, GPtrArray *list);
/** namida_versions_count_loading: changes the number of running loads by @by, and notifies "loading". The two functions
 * below do the same for "verifying" and "looking". */
void namida_versions_count_loading (NamidaVersions *self, int by);
void namida_versions_count_verifying (NamidaVersions *self, int by);
void namida_versions_count_looking (NamidaVersions *self, int by);
/** namida_versions_note_looked: zips that are still unknown after an inspection are not inspected again
 * automatically. */
void namida_versions_note_looked (NamidaVersions *self);
/** namida_versions_wants_look: Returns: whether there are zips that were not inspected yet and should be inspected
 * now. */
gboolean namida_versions_wants_look (NamidaVersions *self);

G_END_DECLS
