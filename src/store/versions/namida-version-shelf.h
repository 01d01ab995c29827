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

/** namida_version_shelf_set_open: @open: offers of all devices are accepted without a question: then every device that
 * sent a file may bring it again when it is damaged. Any thread. */
void namida_version_shelf_set_open (NamidaShelf *shelf, gboolean open);

G_END_DECLS
