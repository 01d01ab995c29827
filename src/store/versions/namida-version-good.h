/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Decides whether a version can be restored, and finds the newest good one of a device. Called by the window and the
 * command line in the main context. */
#pragma once

#include "namida-versions.h"

G_BEGIN_DECLS

/**
 * namida_versions_dup_good_words:
 * @self: the list
 * @version: the newest version of its device
 *
 * Returns: (transfer full) (nullable): if @version is not good, a translated sentence with the date of the newest good
 * version of the same device, or saying that there is none
 */
char *namida_versions_dup_good_words (NamidaVersions *self, NamidaVersion *version);

/** namida_version_is_same_device: Returns: whether both versions came from the same device. */
gboolean namida_version_is_same_device (NamidaVersion *self, NamidaVersion *other);

G_END_DECLS
