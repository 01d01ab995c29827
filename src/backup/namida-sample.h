/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define NAMIDA_SAMPLE_ZIP "Namida Backup - 2026-07-19 18.30.00.zip"

/**
 * namida_sample_write:
 * @dir: made when missing
 * @n_files: how many files "Music" gets
 *
 * Writes a made-up backup, true to form: the zip of zips NAMIDA_SAMPLE_ZIP, and a folder "Music" of @n_files files of 0
 * to 300 KB with names that are hard to handle among them, and an empty folder. The music is the same for the same
 * @seed, byte for byte. Blocking: worker threads.
 *
 * Returns: %FALSE with NAMIDA_ERROR_STORAGE or NAMIDA_ERROR_NO_SPACE
 */
gboolean namida_sample_write (const char *dir, guint n_files, guint seed, GError **error);

/** namida_sample_write_zip: only the zip of zips, at @path; mentions the first @n_tracks of the music. */
gboolean namida_sample_write_zip (const char *path, guint n_tracks, guint seed, GError **error);
/** namida_sample_track: Returns: (transfer full): the path of file @i below "Music". */
char *namida_sample_track (guint i);

G_END_DECLS
