/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Finds playlists of a backup by their names, so that they can be restored without everything else. Used by fit and
 * the restore, in worker threads. Blocking. */
#pragma once

#include "namida-contents.h"

G_BEGIN_DECLS

/**
 * namida_playlists_find:
 * @names: (array zero-terminated=1): names of playlists as Namida shows them, UTF-8. A name in another case matches if
 *   no playlist has exactly this name
 * @missing: (out) (optional) (nullable) (transfer full): the first name without a playlist
 *
 * Blocking: call it in a worker thread.
 *
 * Returns: (transfer full) (nullable) (element-type NamidaItem): the files of the playlists, a set whose elements are
 * owned by @contents; %NULL with CHECKSUM (a list is damaged; the message names it), STORAGE or CANCELLED
 */
GHashTable *namida_playlists_find (
    NamidaContents *contents, const char *const *names, char **missing, GCancellable *cancellable, GError **error);

/**
 * namida_playlists_check_file:
 * @zip: path of a backup
 * @names: as in namida_playlists_find()
 * @found: (out) (optional): the number of playlists that were found
 *
 * Blocking: call it in a worker thread.
 *
 * Returns: whether @zip has a playlist for each name; otherwise %FALSE with NOT_FOUND, which names the one that it does
 * not have, or with the errors of namida_contents_open()
 */
gboolean namida_playlists_check_file (
    const char *zip, const char *const *names, guint *found, GCancellable *cancellable, GError **error);

G_END_DECLS
