/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writes a made-up backup for demonstrations and tests. Called by the command "demo". Blocking: worker threads. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define NAMIDA_SAMPLE_ZIP "Namida Backup - 2026-07-19 18.30.00.zip"

/**
 * namida_sample_write:
 * @dir: created if it is missing
 * @n_files: the number of files in "Music"
 * @seed: determines the contents
 *
 * Writes a realistic made-up backup: the zip of zips NAMIDA_SAMPLE_ZIP, and a folder "Music" with @n_files files of 0
 * to 300 KB, some with names that are hard to handle, and an empty folder. The same @seed gives the same music, byte by
 * byte. Blocking: call it in a worker thread.
 *
 * Returns: %FALSE with NAMIDA_ERROR_STORAGE or NAMIDA_ERROR_NO_SPACE
 */
gboolean namida_sample_write (const char *dir, guint n_files, guint seed, GError **error);

/**
 * namida_sample_write_zip: Only writes the zip of zips, at @path. It mentions the first @n_tracks tracks of the music.
 * Blocking. Returns: %FALSE with STORAGE or NO_SPACE.
 */
gboolean namida_sample_write_zip (const char *path, guint n_tracks, guint seed, GError **error);
/** namida_sample_track: Returns: (transfer full): the path of file @i below "Music". */
char *namida_sample_track (guint i);

G_END_DECLS
