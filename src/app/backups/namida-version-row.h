/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>
#include "namida-hub.h"

G_BEGIN_DECLS

/** NamidaVersionRow: one version: when it came, what is in it in words, how sure it is; and all that can be done with
 * it. */
#define NAMIDA_TYPE_VERSION_ROW (namida_version_row_get_type ())
G_DECLARE_FINAL_TYPE (NamidaVersionRow, namida_version_row, NAMIDA, VERSION_ROW, GtkListBoxRow)

NamidaVersionRow *namida_version_row_new (NamidaHub *hub, NamidaVersion *version);
/** namida_version_row_open: for "row-activated" of its list, swapped: shows the contents. @unused: anything. */
void namida_version_row_open (gpointer unused, GtkListBoxRow *row);

/** namida_version_row_get_version: Returns: (transfer none) */
NamidaVersion *namida_version_row_get_version (NamidaVersionRow *self);

G_END_DECLS
