/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reads the trusted and the blocked devices from the database. Used only by namida-trust-store.c. Blocking; any
 * thread. */
#pragma once

#include "namida-database.h"
#include "namida-trusted.h"

G_BEGIN_DECLS

/**
 * namida_trust_rows_read:
 * @version: (inout): SQLite's data_version as this connection last saw it; -1 if never
 *
 * Reads the trusted devices, unless no other connection has written to the file since @version. Blocking; any thread.
 *
 * Returns: (transfer full) (nullable): fingerprint → NamidaTrusted; %NULL without @error if nothing has changed
 */
GHashTable *namida_trust_rows_read (NamidaDatabase *database, gint64 *version, GError **error);
/**
 * namida_trust_rows_read_blocked:
 * @database: the database
 * @error: STORAGE
 *
 * Blocking; any thread.
 *
 * Returns: (transfer full) (nullable): fingerprint → name of the blocked devices
 */
GHashTable *namida_trust_rows_read_blocked (NamidaDatabase *database, GError **error);

G_END_DECLS
