/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "namida-hub.h"

G_BEGIN_DECLS

#define NAMIDA_TYPE_FOLDER_BAR (namida_folder_bar_get_type ())
/**
 * NamidaFolderBar: says that the folder of backups or of music cannot be used (its drive is not plugged in, the desktop
 * took its permission back, nothing can be written), and asks for it again. Hidden while all is well.
 */
G_DECLARE_FINAL_TYPE (NamidaFolderBar, namida_folder_bar, NAMIDA, FOLDER_BAR, AdwBin)

/** Looks when the hub runs, and whenever the folders or what @settings say of them change. */
void namida_folder_bar_set_hub (NamidaFolderBar *self, NamidaHub *hub, GSettings *settings);
/** namida_folder_bar_look: looks anew: a person comes back to the window, perhaps from plugging the drive in. */
void namida_folder_bar_look (NamidaFolderBar *self);

G_END_DECLS
