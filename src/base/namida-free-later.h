/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * namida_free_later: frees what has many parts (the files of a library) in a thread of its own, one after the other:
 * 100,000 of them take longer than the main loop may. @data: (transfer full) (nullable): nobody else may use it any
 * more; @free_data must be safe in any thread. What waits at the end of the program is not freed. Any thread.
 */
void namida_free_later (gpointer data, GDestroyNotify free_data);

G_END_DECLS
