/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reads and writes the tables receivers and given_contents; see the header. Only half of each hash is stored: 128
 * bits cannot be matched by chance or by trying. Blocking; worker threads. */
#include "config.h"

#include "namida-given-content.h"

#include "namida-content.h"
#include "namida-error.h"

#include <glib/gi18n-lib.h>

#define KEPT_BYTES 16
#define MOST_PLACES "8"

/* The caller has locked the database and begun a transaction. */
static gboolean
given_insert (NamidaDatabase *database, const char *fingerprint, GPtrArray *hashes, GError **error)
{
  guint8 hash[NAMIDA_SHA256_BYTES];
  sqlite3_stmt *statement;
  int result = SQLITE_DONE;

  if (!namida_database_exec (database, error, "INSERT OR IGNORE INTO receivers (fingerprint) VALUES (?)", "s",
                             fingerprint))
    return FALSE;
  statement = namida_database_prepare (database, error,
                                       "INSERT OR IGNORE INTO given_contents (receiver, content) SELECT id, ?2"
                                       " FROM receivers WHERE fingerprint = ?1",
                                       "s", fingerprint);
  if (statement == NULL)
    return FALSE;
  for (guint i = 0; i < hashes->len && result == SQLITE_DONE; i++)
    {
      if (!namida_content_pack_hash (hashes->pdata[i], hash))
        continue;
      sqlite3_reset (statement);
      sqlite3_bind_blob (statement, 2, hash, KEPT_BYTES, SQLITE_STATIC);
      result = sqlite3_step (statement);
    }
  sqlite3_finalize (statement);
  if (result == SQLITE_DONE)
    return TRUE;
  g_set_error (error, NAMIDA_ERROR, (result & 0xff) == SQLITE_FULL ? NAMIDA_ERROR_NO_SPACE : NAMIDA_ERROR_STORAGE,
               _ ("What was sent could not be recorded: %s"), sqlite3_errstr (result));
  return FALSE;
}

gboolean
namida_given_content_add (NamidaDatabase *database, const char *fingerprint, GPtrArray *hashes, GError **error)
{
  sqlite3 *handle;
  gboolean fine;

  g_return_val_if_fail (fingerprint != NULL, FALSE);

  if (hashes->len == 0)
    return TRUE;
  handle = namida_database_lock (database);
  fine = namida_database_exec (database, error, "BEGIN IMMEDIATE", "")
         && given_insert (database, fingerprint, hashes, error) && namida_database_exec (database, error, "COMMIT", "");
  if (!fine && !sqlite3_get_autocommit (handle))
    sqlite3_exec (handle, "ROLLBACK", NULL, NULL, NULL);
  namida_database_unlock (database);
  return fine;
}

gboolean
namida_given_content_any (NamidaDatabase *database, const char *fingerprint)
{
  sqlite3_stmt *statement;
  gboolean any;

  namida_database_lock (database);
  statement
      = namida_database_prepare (database, NULL, "SELECT 1 FROM receivers WHERE fingerprint = ?", "s", fingerprint);
  any = statement != NULL && sqlite3_step (statement) == SQLITE_ROW;
  sqlite3_finalize (statement);
  namida_database_unlock (database);
  return any;
}

/* Selects files outside of the versions first, then files of versions. */
#define GIVEN_PLACES                                                                                                   \
  "WITH c AS (SELECT id, path FROM contents WHERE substr (sha256, 1, 8) = substr (?2, 1, 8) AND +sha256 = ?2"          \
  " AND damaged = 0 AND EXISTS (SELECT 1 FROM given_contents g JOIN receivers r ON r.id = g.receiver"                  \
  " WHERE r.fingerprint = ?1 AND g.content = substr (?2, 1, 16)))"                                                     \
  " SELECT path FROM c WHERE path IS NOT NULL UNION ALL SELECT * FROM (SELECT CASE v.landing WHEN 'backup'"            \
  " THEN v.path || '/' || n.path ELSE n.path END FROM c JOIN list_items i ON i.content = c.id"                         \
  " JOIN version_lists l ON l.list = i.list JOIN versions v ON v.id = l.version JOIN names n ON n.id = i.name"         \
  " WHERE v.removing = 0 LIMIT " MOST_PLACES ") LIMIT 2 * " MOST_PLACES

GPtrArray *
namida_given_content_find (NamidaDatabase *database, const char *fingerprint, const char *sha256)
{
  GPtrArray *places = g_ptr_array_new_with_free_func (g_free);
  guint8 hash[NAMIDA_SHA256_BYTES];
  g_autoptr (GError) error = NULL;
  sqlite3_stmt *statement;
  int result;

  if (!namida_content_pack_hash (sha256, hash))
    return places;
  namida_database_lock (database);
  statement = namida_database_prepare (database, &error, GIVEN_PLACES, "s", fingerprint);
  if (statement != NULL)
    sqlite3_bind_blob (statement, 2, hash, sizeof hash, SQLITE_STATIC);
  while (namida_database_next (statement, &result))
    g_ptr_array_add (places, g_strdup ((const char *) sqlite3_column_text (statement, 0)));
  /* An incomplete list is harmless: files that are not found are not sent this time. */
  if (!namida_database_end (database, statement, result, &error))
    g_message ("%s", error->message);
  namida_database_unlock (database);
  return places;
}

void
namida_given_content_mark (NamidaDatabase *database, const char *fingerprint, GPtrArray *entries, gboolean *found)
{
  guint8 hash[NAMIDA_SHA256_BYTES];
  sqlite3_stmt *statement;

  namida_database_lock (database);
  statement = namida_database_prepare (database, NULL,
                                       "SELECT 1 FROM given_contents g JOIN receivers r ON r.id = g.receiver"
                                       " WHERE r.fingerprint = ?1 AND g.content = ?2",
                                       "s", fingerprint);
  for (guint i = 0; statement != NULL && i < entries->len; i++)
    {
      const NamidaEntry *entry = entries->pdata[i];

      if (entry->sha256 == NULL || !namida_content_pack_hash (entry->sha256, hash))
        continue;
      sqlite3_reset (statement);
      sqlite3_bind_blob (statement, 2, hash, KEPT_BYTES, SQLITE_STATIC);
      found[i] = sqlite3_step (statement) == SQLITE_ROW;
    }
  sqlite3_finalize (statement);
  namida_database_unlock (database);
}
