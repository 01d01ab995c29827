/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-shelf.h"
#include "namida-store.h"
#include "namida-trust-store.h"

G_BEGIN_DECLS

/**
 * namida_version_shelf_new:
 * @store: whose versions
 * @trust: says who may fetch
 *
 * The versions of @store, each for the device that sent it.
 *
 * Returns: (transfer full)
 */
NamidaShelf *namida_version_shelf_new (NamidaStore *store, NamidaTrustStore *trust);

G_END_DECLS
