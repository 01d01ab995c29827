/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Queries which damaged files are wanted from which device. There is no table for this: the list follows from the
 * damaged contents of versions and from the devices that sent them, so it is always up to date. Blocking: worker
 * threads. */
#include "config.h"

#include "namida-wanted.h"

#include "namida-content.h"
#include "namida-error.h"
#include "namida-limits.h"
#include "namida-wanted-message.h"

#include <glib/gi18n-lib.h>

/* Damaged contents of versions that are not being removed. Nothing is repaired in the user's own folders. */
#define WANTED_FROM                                                                                                    \
  " FROM contents c JOIN sent_contents s ON s.content = substr (lower (hex (c.sha256)), 1, 32)"                        \
  " JOIN senders d ON d.id = s.sender WHERE c.damaged <> 0 AND EXISTS (SELECT 1 FROM list_items i"                     \
  " JOIN version_lists l ON l.list = i.list JOIN versions v ON v.id = l.version JOIN names n ON n.id = i.name"         \
  " WHERE i.content = c.id AND v.removing = 0 AND v.landing = 'backup' AND n.kind <> 3)"                               \
  " AND NOT EXISTS (SELECT 1 FROM blocked b WHERE b.fingerprint = d.fingerprint)"

GPtrArray *
namida_wanted_list (NamidaDatabase *database, const char *fingerprint, GError **error)
{
  g_autoptr (GPtrArray) list = namida_wanted_list_new ();
  sqlite3_stmt *statement;
  gboolean fine;
  int result;

  namida_database_lock (database);
  statement = namida_database_prepare (database, error,
                                       "SELECT DISTINCT lower (hex (c.sha256)), c.size" WANTED_FROM
                                       " AND d.fingerprint = ? ORDER BY c.size LIMIT ?",
                                       "si", fingerprint, (gint64) NAMIDA_LIMIT_WANTED_FILES);
  while (namida_database_next (statement, &result))
    namida_wanted_list_add (list, (const char *) sqlite3_column_text (statement, 0),
                            (guint64) sqlite3_column_int64 (statement, 1));
  fine = namida_database_end (database, statement, result, error);
  namida_database_unlock (database);
  return fine ? g_steal_pointer (&list) : NULL;
}

gboolean
namida_wanted_has (NamidaDatabase *database, const char *fingerprint, const char *sha256)
{
  guint8 hash[NAMIDA_SHA256_BYTES];
  sqlite3_stmt *statement;
  gboolean found;

  if (fingerprint == NULL || !namida_content_pack_hash (sha256, hash))
    return FALSE;
  namida_database_lock (database);
  statement = namida_database_prepare (database, NULL,
                                       "SELECT 1" WANTED_FROM " AND d.fingerprint = ?1 AND c.sha256 = ?2 LIMIT 1", "s",
                                       fingerprint);
  if (statement != NULL)
    sqlite3_bind_blob (statement, 2, hash, sizeof hash, SQLITE_STATIC);
  found = statement != NULL && sqlite3_step (statement) == SQLITE_ROW;
  sqlite3_finalize (statement);
  namida_database_unlock (database);
  return found;
}

GHashTable *
namida_wanted_count (NamidaDatabase *database, GError **error)
{
  g_autoptr (GHashTable) counts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  sqlite3_stmt *statement;
  gboolean fine;
  int result;

  namida_database_lock (database);
  statement = namida_database_prepare (
      database, error, "SELECT d.fingerprint, count (DISTINCT c.sha256)" WANTED_FROM " GROUP BY d.fingerprint", "");
  while (namida_database_next (statement, &result))
    g_hash_table_insert (counts, g_strdup ((const char *) sqlite3_column_text (statement, 0)),
                         GUINT_TO_POINTER ((guint) sqlite3_column_int (statement, 1)));
  fine = namida_database_end (database, statement, result, error);
  namida_database_unlock (database);
  return fine ? g_steal_pointer (&counts) : NULL;
}
