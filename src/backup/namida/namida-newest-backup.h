/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Finds the newest backup that Namida on this computer has made, which is what an automatic backup sends. Only the
 * folder itself is searched, because its subfolders contain the backups of other devices. Worker threads. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * namida_newest_backup_find: @folder: (nullable): where to look; %NULL for the folder in Namida's settings. Returns:
 * (transfer full) (nullable): a path; %NULL if there is no backup.
 */
char *namida_newest_backup_find (const char *folder);
/**
 * namida_newest_backup_is_name: Returns: whether @name is the name of a zip that Namida made. The names of copies that
 * were fitted to this computer do not count, because such a copy may contain only one playlist.
 */
gboolean namida_newest_backup_is_name (const char *name);

G_END_DECLS
