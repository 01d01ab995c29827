/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * namida_version_folders_list:
 * @folder: a version, the folder of a device, or a store
 *
 * Finds versions by the record in them, whoever put them there. The hidden folders of a store are not looked into.
 * Blocking: worker threads.
 *
 * Returns: (transfer full) (element-type filename): absolute paths, sorted by name
 */
GPtrArray *namida_version_folders_list (const char *folder);

/** namida_version_folders_has: whether the version @folder has its record. Blocking. */
gboolean namida_version_folders_has (const char *folder);

G_END_DECLS
