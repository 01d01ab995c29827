/* SPDX-License-Identifier: GPL-3.0-or-later */
/* NamidaRunConditions: whether this device runs on battery (UPower; in a sandbox the power saver of the desktop), and
 * whether its network is metered (GNetworkMonitor, which asks the portal in a sandbox). Automatic backups ask before
 * they run. Main context; nothing waits for an answer: a device of which nothing is known has mains and a free network.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define NAMIDA_TYPE_RUN_CONDITIONS (namida_run_conditions_get_type ())
/** NamidaRunConditions: signal "changed": one of the two is another now. */
G_DECLARE_FINAL_TYPE (NamidaRunConditions, namida_run_conditions, NAMIDA, RUN_CONDITIONS, GObject)

NamidaRunConditions *namida_run_conditions_new (void);
gboolean namida_run_conditions_get_on_battery (NamidaRunConditions *self);
gboolean namida_run_conditions_get_metered (NamidaRunConditions *self);
/** namida_run_conditions_is_known: whether UPower has answered, or is known not to be there. Until then, nobody should
 * conclude that there is mains power. */
gboolean namida_run_conditions_is_known (NamidaRunConditions *self);

G_END_DECLS
