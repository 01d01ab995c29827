/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-versions.h"

G_BEGIN_DECLS

/**
 * namida_version_is_good:
 * @self: a version
 *
 * Whether all of it can be restored as far as is known without reading it: it is here and complete, nothing of it is
 * missing or damaged, its backup zip is a whole zip, and no doubt about what is in it is known. Reads the directory of
 * the zip.
 */
gboolean namida_version_is_good (NamidaVersion *self);

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
