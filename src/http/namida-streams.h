/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Counts the bodies that this process sends and receives at the same time, and compares them with the processor's
 * cores. The body receiver, the packs and the file reader use the result to decide whether a body is worth more than
 * one thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** namida_streams_enter: Counts a body whose transfer begins. Any thread. */
void namida_streams_enter (void);
/** namida_streams_leave: Ends the counting of a body; once for each namida_streams_enter(). Any thread. */
void namida_streams_leave (void);
/**
 * namida_streams_are_crowded: Returns: whether there are several bodies, and at least one for each core. Their threads
 * then keep all cores busy, so that a further thread would only move data from one cache to another. The result may
 * change while a body is transferred. Any thread.
 */
gboolean namida_streams_are_crowded (void);
/** namida_streams_set_cores_for_tests: @n_cores: the number of cores to assume; 0 for the real one. */
void namida_streams_set_cores_for_tests (guint n_cores);

G_END_DECLS
