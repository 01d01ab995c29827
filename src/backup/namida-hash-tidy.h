/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-database.h"

G_BEGIN_DECLS

/* A row of the hash index whose file was not there for so long goes; a drive may be in a drawer meanwhile. */
#define NAMIDA_HASH_DAYS 180
/* A row is looked at no more often. */
#define NAMIDA_HASH_LOOK_DAYS 7

/** What one namida_hash_tidy() did. */
typedef struct
{
  guint looked, removed;
} NamidaHashTidied;

/**
 * namida_hash_tidy: looks at the next @most rows that were not looked at for NAMIDA_HASH_LOOK_DAYS, and removes those
 * whose file was not there for NAMIDA_HASH_DAYS. Blocking: worker threads. Returns: %FALSE: STORAGE, NO_SPACE.
 */
gboolean namida_hash_tidy (NamidaDatabase *database, guint most, NamidaHashTidied *tidied, GError **error);

G_END_DECLS
