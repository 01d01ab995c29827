/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Removes rows of the hash index whose files no longer exist. Called by the hub from time to time. Blocking: worker
 * threads. */
#pragma once

#include "namida-database.h"

G_BEGIN_DECLS

/* A row of the hash index is removed when its file has been missing for this many days. A drive may have been
 * disconnected meanwhile. */
#define NAMIDA_HASH_DAYS 180
/* A row is checked at most once in this many days. */
#define NAMIDA_HASH_LOOK_DAYS 7

/** NamidaHashTidied: the result of one namida_hash_tidy(). */
typedef struct
{
  guint looked, removed;
} NamidaHashTidied;

/**
 * namida_hash_tidy:
 * @most: how many rows to check
 * @tidied: (out): how many rows were checked and removed
 *
 * Checks rows that have not been checked for NAMIDA_HASH_LOOK_DAYS, and removes those whose file has been missing for
 * NAMIDA_HASH_DAYS. Blocking: call it in a worker thread.
 *
 * Returns: %FALSE with STORAGE or NO_SPACE
 */
gboolean namida_hash_tidy (NamidaDatabase *database, guint most, NamidaHashTidied *tidied, GError **error);

G_END_DECLS
