/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Finds files of this device by their SHA-256, so that known content is linked or copied instead of transferred. Used
 * while a session is prepared, previewed and committed, and by restoring and repairing, in worker threads. */
#pragma once

#include "namida-hash-index.h"

G_BEGIN_DECLS

/** NamidaKnownContent: files of this device whose SHA-256 is in the table of contents. To be used by one thread; each
 * query locks the database. */
typedef struct _NamidaKnownContent NamidaKnownContent;

/** namida_known_content_new: Returns: (transfer full) (nullable): %NULL with STORAGE. */
NamidaKnownContent *namida_known_content_new (NamidaDatabase *database, GError **error);
void namida_known_content_free (NamidaKnownContent *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NamidaKnownContent, namida_known_content_free)
/** namida_known_content_hold: lets the queries that follow share one lock and one read transaction, which take more
 * time than the queries themselves. All other users of the database wait until namida_known_content_release(), so make
 * only a few queries in between. */
void namida_known_content_hold (NamidaKnownContent *self);
/** namida_known_content_release: ends what namida_known_content_hold() began. */
void namida_known_content_release (NamidaKnownContent *self);
/** namida_known_content_lookup: Returns: (transfer full) (element-type NamidaHashRow): the places where the content was
 * seen, latest first, at most 16. The files may have changed since; check with namida_hash_row_fits(). */
GPtrArray *namida_known_content_lookup (NamidaKnownContent *self, const char *sha256);
/** namida_hash_row_fits: Returns: whether @st is the file of @row and has not changed. */
gboolean namida_hash_row_fits (const NamidaHashRow *row, const struct stat *st);

/** namida_known_content_has: Returns: whether the file @st is known to have the content @sha256 and has not changed. */
gboolean namida_known_content_has (NamidaKnownContent *self, const char *sha256, const struct stat *st);
/** namida_known_content_is_stored: Returns: whether the session @id stored this file: the one at @path with the
 * attributes in @st. */
gboolean
namida_known_content_is_stored (NamidaKnownContent *self, const char *id, const char *path, const struct stat *st);
/** namida_known_content_dup_hash: Returns: (transfer full) (nullable): the SHA-256 of the file @st if it is known and
 * has not changed. */
char *namida_known_content_dup_hash (NamidaKnownContent *self, const struct stat *st);
/** namida_known_content_was_sent: as namida_sent_content_has(), for many files. */
gboolean namida_known_content_was_sent (NamidaKnownContent *self, const char *fingerprint, const char *sha256);

G_END_DECLS
