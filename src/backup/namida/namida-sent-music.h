/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-music-match.h"

G_BEGIN_DECLS

/**
 * namida_sent_music_match:
 * @files: (element-type GFile): files and folders that are about to be sent; not changed meanwhile
 *
 * Looks whether the music that the first Namida backup among them names (listens, playlists and favorites) is in the
 * folders among them. Only names and sizes are looked at. Blocking: worker threads.
 *
 * Returns: (transfer full) (nullable): %NULL without an error when there is no backup or no folder; else as of
 * namida_music_match_file()
 */
NamidaMusicMatch *namida_sent_music_match (GListModel *files, GCancellable *cancellable, GError **error);
/** namida_sent_music_dup_sentence: (transfer full) (nullable): how many songs are missing, without a full stop; %NULL
 * when none is. */
char *namida_sent_music_dup_sentence (const NamidaMusicMatch *match);

G_END_DECLS
