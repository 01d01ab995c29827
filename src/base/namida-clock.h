/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The clocks of the program and the conversion between its times and ISO 8601 text. Every folder reads the time
 * through these functions, so that unit tests can set it. Any thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** namida_clock_monotonic: Returns: microseconds of a clock that never jumps. Tests may replace it. Any thread. */
gint64 namida_clock_monotonic (void);
/** namida_clock_real: Returns: microseconds since 1970 UTC. Tests may replace it. Any thread. */
gint64 namida_clock_real (void);
/**
 * namida_clock_set_fake: Tests only. @us: the time in microseconds that both clocks return from now on; -1 restores the
 * real clocks.
 */
void namida_clock_set_fake (gint64 us);

/** namida_time_to_iso8601: @ms: milliseconds since 1970. Returns: (transfer full): "2025-01-02T03:04:05.678Z". */
char *namida_time_to_iso8601 (gint64 ms);
/**
 * namida_time_from_iso8601:
 * @text: (nullable): an ISO 8601 time; a text without a time zone is local time
 * @ms: (out): milliseconds since 1970
 *
 * Any thread.
 *
 * Returns: %FALSE if @text is not a valid time
 */
gboolean namida_time_from_iso8601 (const char *text, gint64 *ms);
/**
 * namida_time_to_local_iso8601: @ms: milliseconds since 1970. Returns: (transfer full): local time with microseconds
 * and without a time zone, as the manifest of a cloud backup has it.
 */
char *namida_time_to_local_iso8601 (gint64 ms);

G_END_DECLS
