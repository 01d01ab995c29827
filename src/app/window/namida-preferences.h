/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>
#include "namida-hub.h"

G_BEGIN_DECLS

/** NamidaPreferences: the settings a person changes; whoever holds the hub watches GSettings. */
#define NAMIDA_TYPE_PREFERENCES (namida_preferences_get_type ())
G_DECLARE_FINAL_TYPE (NamidaPreferences, namida_preferences, NAMIDA, PREFERENCES, AdwPreferencesWindow)

NamidaPreferences *namida_preferences_new (NamidaHub *hub, GSettings *settings);

G_END_DECLS
