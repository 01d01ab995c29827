/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** namida_memory_begin: for a program that runs for months; call it first in main(), while there is one thread.
 *
 * glibc gives each thread a heap of its own, up to eight a core, and what was freed in one is of no use to another: as
 * worker threads come and go each of these grows to what the largest offer ever took. From here on there are two. */
void namida_memory_begin (void);

G_END_DECLS
