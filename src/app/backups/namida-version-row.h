/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A row in the card of a device. Main context. */
#pragma once

#include <adwaita.h>
#include "namida-hub.h"

G_BEGIN_DECLS

/** NamidaVersionRow: one version: its date, contents and state, and a menu of operations. */
#define NAMIDA_TYPE_VERSION_ROW (namida_version_row_get_type ())
G_DECLARE_FINAL_TYPE (NamidaVersionRow, namida_version_row, NAMIDA, VERSION_ROW, GtkListBoxRow)

/** namida_version_row_new: Returns: (transfer none) */
NamidaVersionRow *namida_version_row_new (NamidaHub *hub, NamidaVersion *version);
/**
 * namida_version_row_open: shows the contents of the version. For "row-activated" of the list, swapped; @unused is
 * ignored.
 */
void namida_version_row_open (gpointer unused, GtkListBoxRow *row);

/** namida_version_row_get_version: Returns: (transfer none) */
NamidaVersion *namida_version_row_get_version (NamidaVersionRow *self);

G_END_DECLS
