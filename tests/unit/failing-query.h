/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Makes one query of a database fail, as a disk that cannot be read for a moment does. */
#pragma once

#include "namida-database.h"

static inline int
failing_query_step (gpointer data)
{
  gboolean *due = data;
  gboolean now = *due;

  *due = FALSE;
  return now;
}

/** failing_query_once: @due: set to %FALSE when the next query of @database has failed; must outlive the database */
static inline void
failing_query_once (NamidaDatabase *database, gboolean *due)
{
  *due = TRUE;
  sqlite3_progress_handler (namida_database_lock (database), 1, failing_query_step, due);
  namida_database_unlock (database);
}
