/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * namida_cloud_folder_list: what a folder with a cloud manifest stands for: one that was downloaded from Google Drive
 * ("manifest_….json", the zip and one folder a label), or a version that is kept here (the folders below "Music"). Of
 * several manifests the newest whose zip or folders are there counts. Blocking: worker threads.
 *
 * Returns: (transfer full) (element-type filename) (nullable): the zip and the music folders by label, absolute; NULL:
 * an ordinary folder.
 */
GPtrArray *namida_cloud_folder_list (const char *path);

G_END_DECLS
