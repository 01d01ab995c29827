/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A row of the list of files. Main context. */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/** NamidaFileRow: shows a NamidaFileItem (property "item", nullable; rows are reused for other files). */
#define NAMIDA_TYPE_FILE_ROW (namida_file_row_get_type ())
G_DECLARE_FINAL_TYPE (NamidaFileRow, namida_file_row, NAMIDA, FILE_ROW, AdwBin)

G_END_DECLS
