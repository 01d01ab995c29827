/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The bar for alarms above the pages of the window: a device claims to be a trusted one, but has another key. It
 * stays until the user closes it, however long reading takes. Used by the window. Main context. */
#pragma once

#include <adwaita.h>

#include "namida-hub.h"

G_BEGIN_DECLS

#define NAMIDA_TYPE_ALARM_BAR (namida_alarm_bar_get_type ())
/** NamidaAlarmBar: the alarms of a hub, one below the other, and a button to close them. Hidden without alarms. */
G_DECLARE_FINAL_TYPE (NamidaAlarmBar, namida_alarm_bar, NAMIDA, ALARM_BAR, AdwBin)

/** namida_alarm_bar_set_hub: shows the alarms of @hub from now on, including earlier ones that were not dismissed. */
void namida_alarm_bar_set_hub (NamidaAlarmBar *self, NamidaHub *hub);

G_END_DECLS
