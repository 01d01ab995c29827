/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Choosing songs to restore. Main context. */
#pragma once

#include <adwaita.h>
#include "namida-hub.h"

G_BEGIN_DECLS

/**
 * NamidaSongPicker:
 *
 * The songs of one version with a check button each, and a search. The selected songs are restored by the restore
 * window, which replaces this one. Main context.
 */
#define NAMIDA_TYPE_SONG_PICKER (namida_song_picker_get_type ())
G_DECLARE_FINAL_TYPE (NamidaSongPicker, namida_song_picker, NAMIDA, SONG_PICKER, AdwWindow)

/**
 * namida_song_picker_new: Returns: (transfer none): a window for @version, which must contain music, to be shown over
 * the main window.
 */
NamidaSongPicker *namida_song_picker_new (NamidaHub *hub, NamidaVersion *version);

G_END_DECLS
