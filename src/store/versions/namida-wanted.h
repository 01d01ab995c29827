/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The wanted list: damaged and missing files of versions, each for the devices that sent it. A device is asked only for
 * what it sent; namida_heal_from_file() processes what it brings. Called by the version source for other devices, and
 * by the hub for the numbers that "register" reports. Blocking: worker threads. */
#pragma once

#include "namida-database.h"

G_BEGIN_DECLS

/** namida_wanted_list: Returns: (transfer full) (nullable) (element-type NamidaWantedFile): the files that the device
 * @fingerprint is asked for, at most NAMIDA_LIMIT_WANTED_FILES; %NULL with STORAGE. */
GPtrArray *namida_wanted_list (NamidaDatabase *database, const char *fingerprint, GError **error);
/** namida_wanted_has: Returns: whether the content with the hash @sha256 is wanted from @fingerprint. */
gboolean namida_wanted_has (NamidaDatabase *database, const char *fingerprint, const char *sha256);
/** namida_wanted_count: Returns: (transfer full) (nullable) (element-type utf8 uint): fingerprint → the number of files
 * that are wanted from that device; devices without wanted files are not included. %NULL with STORAGE. */
GHashTable *namida_wanted_count (NamidaDatabase *database, GError **error);

G_END_DECLS
