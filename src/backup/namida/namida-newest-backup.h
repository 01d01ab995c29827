/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The newest backup that Namida on this computer made: what an automatic backup sends. Only the folder itself is
 * looked at: its subfolders hold the backups of other devices. Worker threads. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/** namida_newest_backup_find: @folder: (nullable): where to look; %NULL: where Namida's settings say that it writes.
 * Returns: (transfer full) (nullable): a path; %NULL: there is none. */
char *namida_newest_backup_find (const char *folder);

G_END_DECLS
