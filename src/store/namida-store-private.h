/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The members of NamidaStore that only the other files of src/store read. The folders and the database are fixed before
 * workers start; the time of the last arrival is atomic. */
#pragma once

#include "namida-store.h"

G_BEGIN_DECLS

/** namida_store_get_data_dir: Returns: (transfer none): the data folder of the program. Any thread. */
const char *namida_store_get_data_dir (NamidaStore *self);
/** namida_store_get_database: Returns: (transfer none): the database of the store. Any thread. */
NamidaDatabase *namida_store_get_database (NamidaStore *self);
/** namida_store_clean_staging: removes the parts that no interrupted session of the journal needs. Blocking. Returns:
 * %FALSE with @error if the journal cannot be read. */
gboolean namida_store_clean_staging (NamidaStore *self, GError **error);
/** namida_store_get_chosen: @which: 0 for backups, 1 for music. Returns: (transfer none) (nullable): the folder,
 * interned, if the user chose it. */
const char *namida_store_get_chosen (NamidaStore *self, guint which);
/** namida_store_get_labels: Returns: (transfer none) (element-type utf8 filename): from labels to their folders. */
GHashTable *namida_store_get_labels (NamidaStore *self);
/** namida_store_get_seen_arrival: Returns: the newest arrival when retention was last applied or when the program
 * started; 0 if unknown. Any thread. */
gint64 namida_store_get_seen_arrival (NamidaStore *self);
/** namida_store_set_seen_arrival: see namida_store_get_seen_arrival(). Any thread. */
void namida_store_set_seen_arrival (NamidaStore *self, gint64 arrival);

G_END_DECLS
