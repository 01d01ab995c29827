/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reads, writes and frees the rows of the table sessions, from the list of columns in namida-journal-columns.h. Used by
 * the journal, with the database locked. */
#include "config.h"

#include "namida-journal-columns.h"

typedef enum
{
  COLUMN_NAME,
  COLUMN_TEXT,
  COLUMN_INT64,
  COLUMN_UINT64,
  COLUMN_UINT,
  COLUMN_BOOLEAN,
} ColumnType;

typedef struct
{
  ColumnType type;
  gsize offset;
} Column;

#define COLUMN(type, name) { COLUMN_##type, G_STRUCT_OFFSET (NamidaJournalSession, name) },

/* In the order of JOURNAL_SELECT. */
static const Column columns[] = { JOURNAL_WRITTEN_COLUMNS (COLUMN) JOURNAL_READ_COLUMNS (COLUMN) };

#define COUNT(type, name) +1
#define N_WRITTEN (0 JOURNAL_WRITTEN_COLUMNS (COUNT))

/* Use an upsert instead of INSERT OR REPLACE: the latter would delete the old row first and, because of ON DELETE
 * CASCADE, what the session has stored. */
#define PLACE(type, name) "?, "
#define EXCLUDED(type, name) #name " = excluded." #name ", "
#define WRITE                                                                                                          \
  "INSERT INTO sessions (" JOURNAL_WRITTEN_COLUMNS (                                                                   \
      JOURNAL_COLUMN_NAME) "ask, paused)"                                                                              \
                           " VALUES (" JOURNAL_WRITTEN_COLUMNS (                                                       \
                               PLACE) "0, 0)"                                                                          \
                                      " ON CONFLICT (id) DO UPDATE SET " JOURNAL_WRITTEN_COLUMNS (                     \
                                          EXCLUDED) "ask = 0, paused = 0"

static gpointer
columns_get_member (const NamidaJournalSession *session, const Column *column)
{
  return G_STRUCT_MEMBER_P (session, column->offset);
}

NamidaJournalSession *
namida_journal_columns_read (sqlite3_stmt *statement)
{
  NamidaJournalSession *session = g_new0 (NamidaJournalSession, 1);

  for (int i = 0; i < (int) G_N_ELEMENTS (columns); i++)
    {
      gpointer member = columns_get_member (session, &columns[i]);

      switch (columns[i].type)
        {
        case COLUMN_NAME:
        case COLUMN_TEXT:
          *(char **) member = g_strdup ((const char *) sqlite3_column_text (statement, i));
          break;
        case COLUMN_INT64:
          *(gint64 *) member = sqlite3_column_int64 (statement, i);
          break;
        case COLUMN_UINT64:
          *(guint64 *) member = (guint64) sqlite3_column_int64 (statement, i);
          break;
        case COLUMN_UINT:
          *(guint *) member = (guint) sqlite3_column_int64 (statement, i);
          break;
        case COLUMN_BOOLEAN:
          *(gboolean *) member = sqlite3_column_int (statement, i) != 0;
          break;
        }
    }
  return session;
}

sqlite3_stmt *
namida_journal_columns_prepare_write (NamidaDatabase *database, const NamidaJournalSession *session, GError **error)
{
  sqlite3_stmt *statement = namida_database_prepare (database, error, WRITE, "");

  for (int i = 0; statement != NULL && i < N_WRITTEN; i++)
    {
      gpointer member = columns_get_member (session, &columns[i]);

      switch (columns[i].type)
        {
        case COLUMN_NAME:
          sqlite3_bind_text (statement, i + 1, *(char **) member != NULL ? *(char **) member : "", -1, SQLITE_STATIC);
          break;
        case COLUMN_TEXT:
          sqlite3_bind_text (statement, i + 1, *(char **) member, -1, SQLITE_STATIC);
          break;
        case COLUMN_INT64:
        case COLUMN_UINT64:
          sqlite3_bind_int64 (statement, i + 1, *(gint64 *) member);
          break;
        case COLUMN_UINT:
          sqlite3_bind_int64 (statement, i + 1, *(guint *) member);
          break;
        case COLUMN_BOOLEAN:
          sqlite3_bind_int (statement, i + 1, *(gboolean *) member);
          break;
        }
    }
  return statement;
}

void
namida_journal_columns_clear (NamidaJournalSession *session)
{
  for (guint i = 0; i < G_N_ELEMENTS (columns); i++)
    if (columns[i].type == COLUMN_NAME || columns[i].type == COLUMN_TEXT)
      g_clear_pointer ((char **) columns_get_member (session, &columns[i]), g_free);
}
