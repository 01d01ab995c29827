/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-inspection.h"

G_BEGIN_DECLS

/**
 * namida_inspect_details:
 * @path: of the zip
 * @result: of a whole backup: what its databases tell is added
 *
 * Unpacks each database into a temporary file and checks it. Blocking: worker threads; memory does not grow with the
 * backup. What cannot be looked into for another reason than damage (no space, cancelled) changes nothing.
 *
 * Returns: (transfer full) (nullable): the name of the first part that is damaged
 */
char *namida_inspect_details (const char *path, NamidaInspection *result, GCancellable *cancellable);

G_END_DECLS
