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
 * namida_newest_backup_is_name: Returns: whether @name is that of a zip that Namida made, and not of a copy that was
 * fitted to this computer, which shows what will be restored and may have one playlist alone.
 */
gboolean namida_newest_backup_is_name (const char *name);

G_END_DECLS
