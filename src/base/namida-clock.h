/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** namida_clock_monotonic: Returns: microseconds that never jump; tests may replace it. Any thread. */
gint64 namida_clock_monotonic (void);
/** namida_clock_real: Returns: microseconds since 1970 UTC; tests may replace it. Any thread. */
gint64 namida_clock_real (void);
/** namida_clock_set_fake: @us: microseconds both clocks show from now on, or -1 for the real ones. Tests only. */
void namida_clock_set_fake (gint64 us);

/** namida_time_to_iso8601: @ms: milliseconds since 1970. Returns: (transfer full): "2025-01-02T03:04:05.678Z". */
char *namida_time_to_iso8601 (gint64 ms);
/** namida_time_from_iso8601: a text without a zone is local time. Returns: %FALSE when @text is no time. */
gboolean namida_time_from_iso8601 (const char *text, gint64 *ms);
/** namida_time_to_local_iso8601: Returns: (transfer full): local time without a zone, microseconds (cloud manifest). */
char *namida_time_to_local_iso8601 (gint64 ms);

G_END_DECLS
