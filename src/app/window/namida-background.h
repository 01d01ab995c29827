/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lets this program run in the background, as far as the desktop allows it, and keeps the computer awake during
 * transfers. Main context. */
#pragma once

#include <adwaita.h>
#include "namida-hub.h"

G_BEGIN_DECLS

/**
 * NamidaBackground: requests permission to receive while the window is closed and to start at login (with the
 * background portal; outside a sandbox with a file in the user's autostart folder), sets the background status, and
 * inhibits suspend while data moves. If the permission is refused, the setting is reverted and the signal "refused"
 * (const char *sentence) is emitted. Main context.
 */
#define NAMIDA_TYPE_BACKGROUND (namida_background_get_type ())
G_DECLARE_FINAL_TYPE (NamidaBackground, namida_background, NAMIDA, BACKGROUND, GObject)

/** namida_background_new: @application: not owned; it must outlive the object. Returns: (transfer full) */
NamidaBackground *namida_background_new (GtkApplication *application, NamidaHub *hub, GSettings *settings);

G_END_DECLS
