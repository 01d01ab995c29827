/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-inspection.h"

G_BEGIN_DECLS

/** namida_inspection_new: (transfer full): to be filled by its maker; @name: as shown. */
NamidaInspection *namida_inspection_new (const char *name);

G_END_DECLS
