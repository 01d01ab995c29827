/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A part of the restore window. Main context. */
#pragma once

#include <adwaita.h>
#include "namida-music-match.h"

G_BEGIN_DECLS

/**
 * NamidaMusicList:
 *
 * The current location of the music of a backup: one row for each folder that the backup names, with the folder that
 * replaces it and the number of its tracks there, and below them how many tracks were found in total and which are
 * missing. Signal "folder-chosen" (from: string, to: string): the user chose another folder. Main context.
 */
#define NAMIDA_TYPE_MUSIC_LIST (namida_music_list_get_type ())
G_DECLARE_FINAL_TYPE (NamidaMusicList, namida_music_list, NAMIDA, MUSIC_LIST, GtkBox)

/**
 * namida_music_list_set_match: @match: (nullable): %NULL while the music is being searched; @editable: whether
 * folders on this computer can be chosen
 */
void namida_music_list_set_match (NamidaMusicList *self, const NamidaMusicMatch *match, gboolean editable);

G_END_DECLS
