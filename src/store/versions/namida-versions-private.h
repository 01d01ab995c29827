/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-store.h"
#include "namida-version-private.h"
#include "namida-versions.h"

G_BEGIN_DECLS

/* What namida-versions-work.c needs of the list. Main context. */

/** Returns: (transfer none) (nullable) */
NamidaStore *namida_versions_get_store (NamidaVersions *self);
/** namida_versions_take_facts: the list becomes what @list tells. @list: (element-type NamidaVersionFacts): newest
 * first; emptied. */
void namida_versions_take_facts (NamidaVersions *self, GPtrArray *list);
void namida_versions_count_loading (NamidaVersions *self, int by);
void namida_versions_count_verifying (NamidaVersions *self, int by);
void namida_versions_count_looking (NamidaVersions *self, int by);
/** namida_versions_note_looked: what is unknown still, after looking, is not looked into again by itself. */
void namida_versions_note_looked (NamidaVersions *self);
/** namida_versions_wants_look: whether there are zips that nobody has looked into, and somebody should now. */
gboolean namida_versions_wants_look (NamidaVersions *self);

G_END_DECLS
