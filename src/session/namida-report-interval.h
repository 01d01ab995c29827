/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Limits how often the rooms of the hub report what any device can cause any number of times. Main context. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * namida_report_is_due: Returns: whether the same kind of event may be reported now; the next report is due after a
 * minute. @reported_at: (inout): monotonic µs of the last report; 0: never
 */
gboolean namida_report_is_due (gint64 *reported_at);

G_END_DECLS
