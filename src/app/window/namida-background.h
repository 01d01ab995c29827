/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>
#include "namida-hub.h"

G_BEGIN_DECLS

/**
 * NamidaBackground: what the desktop has to know of a program that works unseen: asks for the permission to receive
 * with the window closed and for a start at login (background portal; outside a sandbox a file of the user's own
 * autostart folder), says in a word what it does, and keeps the computer awake while bytes move. A refusal takes the
 * setting back and is told by the signal "refused" (const char *sentence). Main context.
 */
#define NAMIDA_TYPE_BACKGROUND (namida_background_get_type ())
G_DECLARE_FINAL_TYPE (NamidaBackground, namida_background, NAMIDA, BACKGROUND, GObject)

NamidaBackground *namida_background_new (GtkApplication *application, NamidaHub *hub, GSettings *settings);

G_END_DECLS
