/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whether this device runs on battery (from UPower; in a sandbox, whether the desktop's power saver is on) and
 * whether its network is metered (from GNetworkMonitor, which asks the portal in a sandbox). Automatic backups check
 * both before they run. Main context. Nothing waits for an answer: without information, mains power and an unmetered
 * network are assumed. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define NAMIDA_TYPE_RUN_CONDITIONS (namida_run_conditions_get_type ())
/** NamidaRunConditions: signal "changed": one of the two conditions has changed. */
G_DECLARE_FINAL_TYPE (NamidaRunConditions, namida_run_conditions, NAMIDA, RUN_CONDITIONS, GObject)

/** namida_run_conditions_new: Returns: (transfer full): an object that starts to watch both conditions. */
NamidaRunConditions *namida_run_conditions_new (void);
/** namida_run_conditions_get_on_battery: Returns: whether the device runs on battery, or in a sandbox saves power. */
gboolean namida_run_conditions_get_on_battery (NamidaRunConditions *self);
/** namida_run_conditions_get_metered: Returns: whether the network is metered. */
gboolean namida_run_conditions_get_metered (NamidaRunConditions *self);
/**
 * namida_run_conditions_is_known: Returns: whether UPower has answered or is known to be missing. Before that, do not
 * conclude that there is mains power.
 */
gboolean namida_run_conditions_is_known (NamidaRunConditions *self);

G_END_DECLS
