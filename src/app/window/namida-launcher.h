/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Progress in the dock. Main context. */
#pragma once

#include "namida-hub.h"

G_BEGIN_DECLS

/**
 * NamidaLauncher: the progress of running transfers on the program's icon in docks and task bars that support it
 * (Unity's LauncherEntry: Dash to Dock, KDE, the panels of Cinnamon and Budgie). At most one signal per second.
 */
#define NAMIDA_TYPE_LAUNCHER (namida_launcher_get_type ())
G_DECLARE_FINAL_TYPE (NamidaLauncher, namida_launcher, NAMIDA, LAUNCHER, GObject)

/** namida_launcher_new: @bus: (nullable): does nothing without one. Returns: (transfer full) */
NamidaLauncher *namida_launcher_new (GDBusConnection *bus, NamidaHub *hub);

G_END_DECLS
