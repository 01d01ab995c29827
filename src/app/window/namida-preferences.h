/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The preferences. Main context. */
#pragma once

#include <adwaita.h>
#include "namida-hub.h"

G_BEGIN_DECLS

/** NamidaPreferences: the settings that the user can change. The owner of the hub watches GSettings. */
#define NAMIDA_TYPE_PREFERENCES (namida_preferences_get_type ())
G_DECLARE_FINAL_TYPE (NamidaPreferences, namida_preferences, NAMIDA, PREFERENCES, AdwPreferencesWindow)

/** namida_preferences_new: Returns: (transfer none) */
NamidaPreferences *namida_preferences_new (NamidaHub *hub, GSettings *settings);
/** namida_preferences_show_versions: begins at “Versions to Keep”. Call it before the window is shown. */
void namida_preferences_show_versions (NamidaPreferences *self);

G_END_DECLS
