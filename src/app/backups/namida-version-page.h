/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The page of one version. Main context. */
#pragma once

#include <adwaita.h>
#include "namida-hub.h"

G_BEGIN_DECLS

/**
 * NamidaVersionPage:
 *
 * The contents of one version: counts, listens by month, most listened tracks, playlists, changes since the previous
 * version, and whether the music is on this computer. Pushed over the pages of the window (namida_shell_push()). Main
 * context.
 */
#define NAMIDA_TYPE_VERSION_PAGE (namida_version_page_get_type ())
G_DECLARE_FINAL_TYPE (NamidaVersionPage, namida_version_page, NAMIDA, VERSION_PAGE, AdwBin)

/** namida_version_page_new: Returns: (transfer none) */
NamidaVersionPage *namida_version_page_new (NamidaHub *hub, NamidaVersion *version);

G_END_DECLS
