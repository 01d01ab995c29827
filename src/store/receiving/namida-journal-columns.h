/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The columns of the table sessions in one list, from which reading, writing and freeing a row of the history are
 * generated. To add a column, add one line here, a member of the same name in NamidaJournalSession, and a step of the
 * schema (base/namida-database.c). Used by the journal only. */
#pragma once

#include "namida-journal.h"

G_BEGIN_DECLS

/* X (type, name): a TEXT may be NULL; a NAME is a text that must not be NULL in the table, so "" stands for none. */
#define JOURNAL_WRITTEN_COLUMNS(X)                                                                                     \
  X (NAME, id)                                                                                                         \
  X (NAME, direction)                                                                                                  \
  X (TEXT, fingerprint)                                                                                                \
  X (NAME, alias)                                                                                                      \
  X (NAME, title)                                                                                                      \
  X (NAME, offer_key)                                                                                                  \
  X (TEXT, landing)                                                                                                    \
  X (TEXT, destination)                                                                                                \
  X (NAME, state)                                                                                                      \
  X (INT64, started_at)                                                                                                \
  X (INT64, updated_at)                                                                                                \
  X (UINT64, total_bytes)                                                                                              \
  X (UINT, total_files)                                                                                                \
  X (UINT, stored_files)                                                                                               \
  X (UINT, kept_files)                                                                                                 \
  X (UINT, failed_files)                                                                                               \
  X (TEXT, error)                                                                                                      \
  X (NAME, scope)                                                                                                      \
  X (UINT, left_out)                                                                                                   \
  X (UINT, unproven)                                                                                                   \
  X (UINT, healed_files)                                                                                               \
  X (UINT, healed_versions)                                                                                            \
  X (UINT, skipped)                                                                                                    \
  X (BOOLEAN, can_resume)                                                                                              \
  X (TEXT, advice)                                                                                                     \
  X (UINT, agreed_files)                                                                                               \
  X (UINT64, agreed_bytes)                                                                                             \
  X (INT64, agreed_at)                                                                                                 \
  X (TEXT, agreed_by)                                                                                                  \
  X (TEXT, agreed_names)                                                                                               \
  X (TEXT, folder)                                                                                                     \
  X (TEXT, declined)

/* Columns that are read with the row, but written by separate functions. */
#define JOURNAL_READ_COLUMNS(X)                                                                                        \
  X (BOOLEAN, ask)                                                                                                     \
  X (TEXT, wish)                                                                                                       \
  X (BOOLEAN, paused)

#define JOURNAL_COLUMN_NAME(type, name) #name ", "
/* For "SELECT " … " FROM sessions …": all columns, and one more that ends the list without a comma. */
#define JOURNAL_SELECT                                                                                                 \
  "SELECT " JOURNAL_WRITTEN_COLUMNS (JOURNAL_COLUMN_NAME) JOURNAL_READ_COLUMNS (JOURNAL_COLUMN_NAME) "rowid"

/** namida_journal_columns_read: @statement: of JOURNAL_SELECT, positioned at a row. Returns: (transfer full): the
 * session. */
NamidaJournalSession *namida_journal_columns_read (sqlite3_stmt *statement);
/** namida_journal_columns_prepare_write: prepares the statement that writes @session and replaces the row with the same
 * ID. The database must be locked. Returns: (transfer full) (nullable): the statement to step; %NULL with STORAGE. */
sqlite3_stmt *
namida_journal_columns_prepare_write (NamidaDatabase *database, const NamidaJournalSession *session, GError **error);
/** namida_journal_columns_clear: frees the texts of @session. */
void namida_journal_columns_clear (NamidaJournalSession *session);

G_END_DECLS
