/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-store.h"

G_BEGIN_DECLS

const char *namida_store_get_data_dir (NamidaStore *self);
NamidaDatabase *namida_store_get_database (NamidaStore *self);
/** (transfer none) (element-type utf8 filename) */
GHashTable *namida_store_get_labels (NamidaStore *self);

G_END_DECLS
