/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whether a symbolic link that a scan met leads to music. Links are not followed, but a person who keeps a part of the
 * library behind one must hear that this part is not in the backup. Blocking; called by the scanner's thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * namida_linked_music_find:
 * @root: the folder that is scanned, absolute, in the encoding of file names
 * @source: the link, absolute
 *
 * Looks at most at a few thousand names, so that a link to a whole disk costs little.
 *
 * Returns: whether the link leads to a music file, or to a folder with one in it, that does not lie below @root, where
 * it would be scanned anyway. %FALSE when it leads nowhere or cannot be read.
 */
gboolean namida_linked_music_find (const char *root, const char *source);

G_END_DECLS
