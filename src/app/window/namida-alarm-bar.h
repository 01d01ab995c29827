/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The bar above the pages of the window in which alarms stand: somebody says that it is a device that is trusted here,
 * but has another key. It stays until a person closes it, however long reading takes. Used by the window; main context.
 */
#pragma once

#include <adwaita.h>

#include "namida-hub.h"

G_BEGIN_DECLS

#define NAMIDA_TYPE_ALARM_BAR (namida_alarm_bar_get_type ())
/** NamidaAlarmBar: the alarms of a hub, one below the other, and a button to close them. Hidden without an alarm. */
G_DECLARE_FINAL_TYPE (NamidaAlarmBar, namida_alarm_bar, NAMIDA, ALARM_BAR, AdwBin)

/** namida_alarm_bar_set_hub: shows the alarms of @hub from now on, those that came earlier and were not closed
 * included.
 */
void namida_alarm_bar_set_hub (NamidaAlarmBar *self, NamidaHub *hub);

G_END_DECLS
