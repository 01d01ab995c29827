/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The constructor of inspections. Used only by the inspector, in its worker thread. */
#pragma once

#include "namida-inspection.h"

G_BEGIN_DECLS

/**
 * namida_inspection_new: @name: the name of the file, safe to show. Returns: (transfer full): an empty inspection,
 * which the caller fills.
 */
NamidaInspection *namida_inspection_new (const char *name);

G_END_DECLS
