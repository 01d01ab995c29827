/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-versions.h"

G_BEGIN_DECLS

/**
 * namida_versions_dup_good_words:
 * @self: the list
 * @version: the newest version of its device
 *
 * Returns: (transfer full) (nullable): when @version is not good: a translated sentence that says of when the newest
 * good one of the same device is, or that there is none
 */
char *namida_versions_dup_good_words (NamidaVersions *self, NamidaVersion *version);

/** namida_version_is_same_device: whether both came from the same device. */
gboolean namida_version_is_same_device (NamidaVersion *self, NamidaVersion *other);

G_END_DECLS
