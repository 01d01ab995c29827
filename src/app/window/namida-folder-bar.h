/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A bar above the pages of the window. Main context. */
#pragma once

#include <adwaita.h>

#include "namida-hub.h"

G_BEGIN_DECLS

#define NAMIDA_TYPE_FOLDER_BAR (namida_folder_bar_get_type ())
/**
 * NamidaFolderBar: reports that the backup folder or the music folder cannot be used (its drive is not connected, the
 * desktop revoked the permission, it is not writable), and lets the user choose it again. Hidden otherwise.
 */
G_DECLARE_FINAL_TYPE (NamidaFolderBar, namida_folder_bar, NAMIDA, FOLDER_BAR, AdwBin)

/** namida_folder_bar_set_hub: checks when the hub runs, and whenever the folders or their @settings change. */
void namida_folder_bar_set_hub (NamidaFolderBar *self, NamidaHub *hub, GSettings *settings);
/**
 * namida_folder_bar_look: checks again, for example when the user returns to the window, perhaps after connecting the
 * drive.
 */
void namida_folder_bar_look (NamidaFolderBar *self);

G_END_DECLS
