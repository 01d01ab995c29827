/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Checks before a backup is sent whether its music is sent as well. Used by the command line and by the window, in
 * worker threads. */
#pragma once

#include "namida-music-match.h"

G_BEGIN_DECLS

/**
 * namida_sent_music_match:
 * @files: (element-type GFile): files and folders that are about to be sent; not changed meanwhile
 *
 * Checks whether the music that the first Namida backup among @files mentions (listens, playlists and favorites) is in
 * the folders among @files. Only names and sizes are compared. Blocking: call it in a worker thread.
 *
 * Returns: (transfer full) (nullable): %NULL without an error if there is no backup or no folder; otherwise as for
 * namida_music_match_file()
 */
NamidaMusicMatch *namida_sent_music_match (GListModel *files, GCancellable *cancellable, GError **error);
/**
 * namida_sent_music_dup_sentence: Returns: (transfer full) (nullable): how many songs are missing, without a full stop;
 * %NULL if none is.
 */
char *namida_sent_music_dup_sentence (const NamidaMusicMatch *match);

G_END_DECLS
