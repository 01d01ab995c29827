/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Recognizes folders that contain a backup in the layout of the phone app's Google Drive backups. Called by the
 * scanner in its worker thread. Blocking. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * namida_cloud_folder_list:
 * @path: a folder
 * @absent: (element-type filename): gets the paths of the parts that the manifest names and that are not there
 *
 * Lists the parts of a folder with a cloud manifest. Such a folder was either downloaded from Google Drive
 * ("manifest_….json", the zip and one folder for each label) or is a version that is kept here (with the folders below
 * "Music"). If there are several manifests, the newest one whose zip or folders exist counts. Blocking: call it in a
 * worker thread.
 *
 * Returns: (transfer full) (element-type filename) (nullable): the absolute paths of the zip and of the music folder of
 * each label; %NULL if it is an ordinary folder
 */
GPtrArray *namida_cloud_folder_list (const char *path, GPtrArray *absent);

G_END_DECLS
