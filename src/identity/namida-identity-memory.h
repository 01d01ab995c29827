/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Remembers the identity between two starts, so that the user learns when it has changed. Called by the hub at the
 * start of the program. Blocking. */
#pragma once

#include "namida-database.h"
#include "namida-identity.h"

G_BEGIN_DECLS

/**
 * namida_identity_remember:
 * @data_dir: the data folder
 * @sentence: (out) (transfer full) (nullable): a translated message for the user
 *
 * Compares the identity of this device with that of the last start, and checks whether there was a database then. A new
 * identity (all other devices have to pair again) and a missing list of trusted devices are reported once, and then
 * recorded. Blocking: call it at the start of the program.
 *
 * Returns: %FALSE with STORAGE or NO_SPACE if the identity could not be recorded
 */
gboolean namida_identity_remember (
    NamidaIdentity *identity, NamidaDatabase *database, const char *data_dir, char **sentence, GError **error);

G_END_DECLS
