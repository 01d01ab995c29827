/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whether the last run of the receiving program ended in the middle of a transfer, and why, as far as this can be
 * known. namida-hub.c asks at its start, in its worker thread. */
#pragma once

#include "namida-database.h"

G_BEGIN_DECLS

/**
 * namida_last_run_dup_trouble:
 * @data_dir: the data folder, which exists
 * @database: the database of this run, before namida_journal_park_open()
 *
 * Blocking. Also keeps what the next run has to know of this one, in the file "last-run" of @data_dir.
 *
 * Returns: (transfer full) (nullable): a sentence for the user, if the program was ended while it received; %NULL
 *   otherwise, and if another program may be receiving right now
 */
char *namida_last_run_dup_trouble (const char *data_dir, NamidaDatabase *database);

/** namida_last_run_proc: the folder of the kernel's figures, which tests replace. */
extern const char *namida_last_run_proc;

G_END_DECLS
