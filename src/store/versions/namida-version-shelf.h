/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Creates the shelf through which other devices fetch their versions. Called by the hub in the main context; the server
 * calls the shelf in worker threads. */
#pragma once

#include "namida-shelf.h"
#include "namida-store.h"
#include "namida-trust-store.h"

G_BEGIN_DECLS

/**
 * namida_version_shelf_new:
 * @store: the store with the versions
 * @trust: decides which devices may fetch
 *
 * Offers the versions of @store, each to the device that sent it.
 *
 * Returns: (transfer full)
 */
NamidaShelf *namida_version_shelf_new (NamidaStore *store, NamidaTrustStore *trust);

/** namida_version_shelf_set_open: @open: whether offers of all devices are accepted without asking. If so, every device
 * that sent a file may send it again when it is damaged. Any thread. */
void namida_version_shelf_set_open (NamidaShelf *shelf, gboolean open);

G_END_DECLS
