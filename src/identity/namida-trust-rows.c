/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The queries for trusted and blocked devices; see the header. Blocking; any thread. */
#include "config.h"

#include "namida-trust-rows-private.h"

#include "namida-error.h"
#include "namida-fingerprint.h"

#include <glib/gi18n-lib.h>

static char *
trust_rows_column_text (sqlite3_stmt *statement, int column)
{
  return g_strdup ((const char *) sqlite3_column_text (statement, column));
}

static void
trust_rows_take_row (GHashTable *rows, sqlite3_stmt *statement)
{
  NamidaTrusted *row = g_new0 (NamidaTrusted, 1);

  row->fingerprint = trust_rows_column_text (statement, 0);
  row->uuid = trust_rows_column_text (statement, 1);
  row->alias = trust_rows_column_text (statement, 2);
  row->trusted_at = sqlite3_column_int64 (statement, 3);
  row->last_seen = sqlite3_column_int64 (statement, 4);
  row->last_address = trust_rows_column_text (statement, 5);
  row->auto_accept = sqlite3_column_int (statement, 6) != 0;
  row->may_restore = sqlite3_column_int (statement, 7) != 0;
  row->landing = trust_rows_column_text (statement, 8);
  if (namida_fingerprint_is_valid (row->fingerprint))
    g_hash_table_replace (rows, row->fingerprint, row);
  else
    namida_trusted_free (row);
}

/* Returns: (transfer full): an empty table of them. */
static GHashTable *
trust_rows_new (void)
{
  return g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) namida_trusted_free);
}

static GHashTable *
trust_rows_read (NamidaDatabase *database, GError **error)
{
  g_autoptr (GHashTable) rows = trust_rows_new ();
  sqlite3_stmt *statement
      = namida_database_prepare (database, error,
                                 "SELECT fingerprint, uuid, alias, trusted_at, last_seen, last_address, auto_accept,"
                                 " may_restore, landing FROM trusted",
                                 "");
  int result;

  while (namida_database_next (statement, &result))
    trust_rows_take_row (rows, statement);
  return namida_database_end (database, statement, result, error) ? g_steal_pointer (&rows) : NULL;
}

/* The version changes only when other connections write (sqlite.org/pragma.html#pragma_data_version). */
static gboolean
trust_rows_read_version (NamidaDatabase *database, gint64 *version, GError **error)
{
  sqlite3_stmt *statement = namida_database_prepare (database, error, "PRAGMA data_version", "");
  int result;

  if (namida_database_next (statement, &result))
    *version = sqlite3_column_int64 (statement, 0);
  return namida_database_end (database, statement, result, error);
}

GHashTable *
namida_trust_rows_read (NamidaDatabase *database, gint64 *version, GError **error)
{
  GHashTable *rows = NULL;
  gint64 now = 0;

  namida_database_lock (database);
  /* Read the version before the rows, so that the next call finds what is written in between. */
  if (trust_rows_read_version (database, &now, error) && now != *version)
    rows = trust_rows_read (database, error);
  if (rows != NULL)
    *version = now;
  namida_database_unlock (database);
  return rows;
}

GHashTable *
namida_trust_rows_read_blocked (NamidaDatabase *database, GError **error)
{
  g_autoptr (GHashTable) rows = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  sqlite3_stmt *statement;
  gboolean fine;
  int result;

  namida_database_lock (database);
  statement = namida_database_prepare (database, error, "SELECT fingerprint, alias FROM blocked", "");
  while (namida_database_next (statement, &result))
    g_hash_table_replace (rows, trust_rows_column_text (statement, 0), trust_rows_column_text (statement, 1));
  fine = namida_database_end (database, statement, result, error);
  namida_database_unlock (database);
  return fine ? g_steal_pointer (&rows) : NULL;
}
