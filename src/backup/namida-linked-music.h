/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Finds out whether a symbolic link leads to music. The scanner does not follow links, but a user who keeps a part
 * of the library behind a link must learn that this part is not in the backup. Blocking; called in the scanner's
 * thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * namida_linked_music_find:
 * @root: the folder that is scanned, absolute, in file name encoding
 * @source: the link, absolute
 *
 * Examines at most a few thousand names, so that a link to a whole disk costs little.
 *
 * Returns: whether the link leads to a music file, or to a folder that contains one, outside of @root, where it would
 * be scanned anyway. %FALSE if the link is broken or cannot be read
 */
gboolean namida_linked_music_find (const char *root, const char *source);

G_END_DECLS
