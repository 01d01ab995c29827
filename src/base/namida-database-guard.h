/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** NamidaDatabaseGuard: what the programs that have one database open know of each other, by a lock on a file beside it
 * ("state.db.lock"). Whoever is alone may check the whole file, and move it aside when it is damaged. */
typedef struct
{
  int fd; /* -1: there is no lock, as in a folder that cannot be written to: nobody is ever alone then */
  gboolean alone;
} NamidaDatabaseGuard;

/** namida_database_guard_enter: @path: (nullable): of the database; %NULL: one in memory. Waits while another program
 * checks the file. Blocking: a worker thread, or the start of the program. */
void namida_database_guard_enter (NamidaDatabaseGuard *self, const char *path);
/** namida_database_guard_must_check: whether to read the whole file @path now: nobody else has it open, and the last
 * program did not close it, found damage in it, or it was checked last a month ago. */
gboolean namida_database_guard_must_check (NamidaDatabaseGuard *self, const char *path);
/** namida_database_guard_take: tries to be alone without waiting. Returns: @alone */
gboolean namida_database_guard_take (NamidaDatabaseGuard *self);
/** namida_database_guard_checked: the whole file was read and is good. */
void namida_database_guard_checked (NamidaDatabaseGuard *self);
/** namida_database_guard_suspect: damage was found in use: whoever opens the file next and is alone checks it. Any
 * thread. */
void namida_database_guard_suspect (NamidaDatabaseGuard *self);
/** namida_database_guard_share: others may open the database from now on. */
void namida_database_guard_share (NamidaDatabaseGuard *self);
void namida_database_guard_leave (NamidaDatabaseGuard *self);

G_END_DECLS
