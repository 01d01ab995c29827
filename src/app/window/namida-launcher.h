/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-hub.h"

G_BEGIN_DECLS

/**
 * NamidaLauncher: the progress of what moves, on the program's icon in the dock or task bar of desktops that show it
 * (Unity's LauncherEntry: Dash to Dock, KDE, Cinnamon's and Budgie's panels). One signal a second at most.
 */
#define NAMIDA_TYPE_LAUNCHER (namida_launcher_get_type ())
G_DECLARE_FINAL_TYPE (NamidaLauncher, namida_launcher, NAMIDA, LAUNCHER, GObject)

/** namida_launcher_new: @bus: (nullable): without one it does nothing. */
NamidaLauncher *namida_launcher_new (GDBusConnection *bus, NamidaHub *hub);

G_END_DECLS
