/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-shelf.h"
#include "namida-store.h"

G_BEGIN_DECLS

/** namida_version_shelf_new: the versions of @store, each for the device that it came from. (transfer full) */
NamidaShelf *namida_version_shelf_new (NamidaStore *store);

G_END_DECLS
