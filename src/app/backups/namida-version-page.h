/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>
#include "namida-hub.h"

G_BEGIN_DECLS

/**
 * NamidaVersionPage:
 *
 * What is in one version: figures, listens by month, most listened, playlists, what changed since the version before,
 * and whether the music is on this computer. Pushed over the pages of the window (namida_shell_push()). Main context.
 */
#define NAMIDA_TYPE_VERSION_PAGE (namida_version_page_get_type ())
G_DECLARE_FINAL_TYPE (NamidaVersionPage, namida_version_page, NAMIDA, VERSION_PAGE, AdwBin)

NamidaVersionPage *namida_version_page_new (NamidaHub *hub, NamidaVersion *version);

G_END_DECLS
