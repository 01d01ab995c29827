/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>
#include "namida-music-match.h"

G_BEGIN_DECLS

/**
 * NamidaMusicList:
 *
 * Where the music of a backup is now: one row for each folder that the backup expects, with the folder that it becomes
 * and how many of its tracks are there, and below them how many are found in all, and which are missing. Signal
 * "folder-chosen" (from: string, to: string): the user named another folder for one. Main context.
 */
#define NAMIDA_TYPE_MUSIC_LIST (namida_music_list_get_type ())
G_DECLARE_FINAL_TYPE (NamidaMusicList, namida_music_list, NAMIDA, MUSIC_LIST, GtkBox)

/** namida_music_list_set_match: @match: (nullable): %NULL: it is being looked for; @editable: folders can be chosen on
 * this computer. */
void namida_music_list_set_match (NamidaMusicList *self, const NamidaMusicMatch *match, gboolean editable);

G_END_DECLS
