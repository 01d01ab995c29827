/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Creates the version source through which other devices fetch their versions. Called by the hub in the main context;
 * the server calls the version source in worker threads. */
#pragma once

#include "namida-version-source.h"
#include "namida-store.h"
#include "namida-trust-store.h"

G_BEGIN_DECLS

/**
 * namida_store_source_new:
 * @store: the store with the versions
 * @trust: decides which devices may fetch
 *
 * Offers the versions of @store, each to the device that sent it.
 *
 * Returns: (transfer full)
 */
NamidaVersionSource *namida_store_source_new (NamidaStore *store, NamidaTrustStore *trust);

/** namida_store_source_set_open: @open: whether offers of all devices are accepted without asking. If so, every device
 * that sent a file may send it again when it is damaged. Any thread. */
void namida_store_source_set_open (NamidaVersionSource *version_source, gboolean open);

G_END_DECLS
