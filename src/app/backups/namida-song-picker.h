/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>
#include "namida-hub.h"

G_BEGIN_DECLS

/**
 * NamidaSongPicker:
 *
 * The songs of one version with a check button each, and a search; what is checked is restored by the restore window,
 * which it opens and gives its place to. Main context.
 */
#define NAMIDA_TYPE_SONG_PICKER (namida_song_picker_get_type ())
G_DECLARE_FINAL_TYPE (NamidaSongPicker, namida_song_picker, NAMIDA, SONG_PICKER, AdwWindow)

/** namida_song_picker_new: Returns: (transfer none): for @version, which has music of its own, to be shown over the
 * window of the program. */
NamidaSongPicker *namida_song_picker_new (NamidaHub *hub, NamidaVersion *version);

G_END_DECLS
