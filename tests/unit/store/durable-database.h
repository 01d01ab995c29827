/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The database as it would be after a power failure: its file and its log, as they were when the log was last made
 * durable. For test-durable.c. */
#pragma once

#include <glib.h>
#include <sqlite3.h>

typedef struct
{
  char *contents[2]; /* (nullable): of state.db and its log */
  gsize sizes[2];
} DurableDatabase;

/** durable_database_keep: @log_fd: the log, which was just made durable; its database lies below @base. */
void durable_database_keep (DurableDatabase *self, const char *base, int log_fd);
/** durable_database_open: writes what was kept into @folder. Returns: (transfer full): opened. */
sqlite3 *durable_database_open (DurableDatabase *self, const char *folder);
void durable_database_clear (DurableDatabase *self);
