/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-hash-index.h"

G_BEGIN_DECLS

/** NamidaKnownContent: files of this device whose SHA-256 the table of contents knows. One thread; takes the database's
 * lock for each question. */
typedef struct _NamidaKnownContent NamidaKnownContent;

NamidaKnownContent *namida_known_content_new (NamidaDatabase *database, GError **error);
void namida_known_content_free (NamidaKnownContent *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NamidaKnownContent, namida_known_content_free)
/** namida_known_content_hold: a few questions follow at once: they share one lock and one read transaction, which cost
 * more than the answers. Everybody else who needs the database waits until namida_known_content_release(). */
void namida_known_content_hold (NamidaKnownContent *self);
void namida_known_content_release (NamidaKnownContent *self);
/** namida_known_content_lookup: (transfer full) (element-type NamidaHashRow): where it was seen, latest first; 16 at
 * most. They may have changed since: namida_hash_row_fits(). */
GPtrArray *namida_known_content_lookup (NamidaKnownContent *self, const char *sha256);
/** namida_hash_row_fits: whether @st is the unchanged file of @row. */
gboolean namida_hash_row_fits (const NamidaHashRow *row, const struct stat *st);

/** namida_known_content_has: whether the unchanged file @st is known to be @sha256. */
gboolean namida_known_content_has (NamidaKnownContent *self, const char *sha256, const struct stat *st);
/** namida_known_content_is_stored: whether session @id has stored this very file (@path, and the rest by @st). */
gboolean
namida_known_content_is_stored (NamidaKnownContent *self, const char *id, const char *path, const struct stat *st);
/** namida_known_content_dup_hash: (transfer full) (nullable): the content of the unchanged file @st. */
char *namida_known_content_dup_hash (NamidaKnownContent *self, const struct stat *st);

G_END_DECLS
