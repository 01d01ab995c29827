/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Frees large data structures without blocking the main loop. Used where an offer or a backup with many files ends. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * namida_free_later:
 * @data: (transfer full) (nullable): must not be used by anybody else any more
 * @free_data: must be safe to call in any thread
 *
 * Frees data with many parts (the files of a library) in one background thread, one item after the other: freeing
 * 100,000 files would block the main loop for too long. Items that still wait at the end of the program are not freed.
 * Any thread.
 */
void namida_free_later (gpointer data, GDestroyNotify free_data);

G_END_DECLS
