/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-store.h"

G_BEGIN_DECLS

const char *namida_store_get_data_dir (NamidaStore *self);
NamidaDatabase *namida_store_get_database (NamidaStore *self);
/** namida_store_clean_staging: removes the parts that no interrupted session of the journal needs. Blocking. */
gboolean namida_store_clean_staging (NamidaStore *self, GError **error);
/** (transfer none) (nullable): the folder of backups (0) or of music (1) when a person chose it; interned. */
const char *namida_store_get_chosen (NamidaStore *self, guint which);
/** (transfer none) (element-type utf8 filename) */
GHashTable *namida_store_get_labels (NamidaStore *self);
/** The newest arrival when retention was last applied, or at start; 0: unknown. Any thread. */
gint64 namida_store_get_seen_arrival (NamidaStore *self);
void namida_store_set_seen_arrival (NamidaStore *self, gint64 arrival);

G_END_DECLS
