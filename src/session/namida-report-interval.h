/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Limits how often the rooms of the hub report events that any device can cause any number of times. Main context. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * namida_report_is_due: Returns: whether the same kind of event may be reported now; the next report is due after a
 * minute. @reported_at: (inout): monotonic µs of the last report; 0: never
 */
gboolean namida_report_is_due (gint64 *reported_at);
/**
 * namida_report_history: emits "trouble" on @emitter if @result, of a task that returns a boolean, says that a row of
 * the history could not be written, and such a report is due.
 * @reported_at: (inout): as for namida_report_is_due()
 *
 * Returns: whether it was written
 */
gboolean namida_report_history (GObject *emitter, GAsyncResult *result, gint64 *reported_at);

G_END_DECLS
