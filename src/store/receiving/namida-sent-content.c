/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The tables senders and sent_contents. Written by the journal when a session ends; read by prepare and by the code
 * that lets devices fetch backups. Only half of the digits of each hash are stored, because 128 bits are enough to
 * exclude collisions by chance or by brute force. */
#include "config.h"

#include "namida-sent-content.h"

#include "namida-error.h"

#include <glib/gi18n-lib.h>

gboolean
namida_sent_content_has (NamidaDatabase *database, const char *fingerprint, const char *sha256)
{
  g_autofree char *lower = sha256 != NULL ? g_ascii_strdown (sha256, -1) : NULL;
  sqlite3_stmt *statement;
  gboolean found;

  if (fingerprint == NULL || lower == NULL)
    return FALSE;
  namida_database_lock (database);
  statement = namida_database_prepare (database, NULL, NAMIDA_SENT_CONTENT_QUERY, "ss", fingerprint, lower);
  found = statement != NULL && sqlite3_step (statement) == SQLITE_ROW;
  sqlite3_finalize (statement);
  namida_database_unlock (database);
  return found;
}

static gboolean
sent_add (NamidaDatabase *database, const char *fingerprint, GPtrArray *hashes, GError **error)
{
  sqlite3_stmt *statement;
  int result = SQLITE_DONE;

  if (fingerprint == NULL || hashes->len == 0)
    return TRUE;
  if (!namida_database_exec (database, error, "INSERT OR IGNORE INTO senders (fingerprint) VALUES (?)", "s",
                             fingerprint))
    return FALSE;
  statement = namida_database_prepare (database, error,
                                       "INSERT OR IGNORE INTO sent_contents (sender, content) SELECT id,"
                                       " substr (?2, 1, 32) FROM senders WHERE fingerprint = ?1",
                                       "s", fingerprint);
  if (statement == NULL)
    return FALSE;
  for (guint i = 0; i < hashes->len && result == SQLITE_DONE; i++)
    {
      sqlite3_reset (statement);
      sqlite3_bind_text (statement, 2, hashes->pdata[i], -1, SQLITE_STATIC);
      result = sqlite3_step (statement);
    }
  sqlite3_finalize (statement);
  if (result == SQLITE_DONE)
    return TRUE;
  g_set_error (error, NAMIDA_ERROR, (result & 0xff) == SQLITE_FULL ? NAMIDA_ERROR_NO_SPACE : NAMIDA_ERROR_STORAGE,
               _ ("What “%s” has sent could not be recorded (%s). Check the disk and try again."), fingerprint,
               sqlite3_errstr (result));
  return FALSE;
}

gboolean
namida_sent_content_add (NamidaDatabase *database, const char *fingerprint, GArray *rows, GError **error)
{
  g_autoptr (GPtrArray) hashes = g_ptr_array_new ();

  for (guint i = 0; i < rows->len; i++)
    {
      const NamidaStoredRow *row = &g_array_index (rows, NamidaStoredRow, i);

      if (!row->kept && row->kind != NAMIDA_VERSION_FILE_MANIFEST && row->sha256 != NULL && *row->sha256 != '\0')
        g_ptr_array_add (hashes, (gpointer) row->sha256);
    }
  return sent_add (database, fingerprint, hashes, error);
}
