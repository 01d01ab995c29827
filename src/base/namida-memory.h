/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keeps the memory of a process small over months. Called by main() of both programs. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * namida_memory_begin:
 *
 * Limits glibc to two heaps. By default each thread gets a heap of its own, up to eight for each core, and memory that
 * was freed in one heap cannot be used by another: as worker threads come and go, each heap grows to the size of the
 * largest offer. Call it first in main(), while there is only one thread.
 */
void namida_memory_begin (void);

G_END_DECLS
