/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-database.h"
#include "namida-identity.h"

G_BEGIN_DECLS

/**
 * namida_identity_remember:
 * @data_dir: the device's folder
 * @sentence: (out) (transfer full) (nullable): what a person must be told
 *
 * Compares who this device is with who it was at the last start, and whether there was a database then: a new identity
 * (all others have to pair again) and a list of trusted devices that is gone are told, once, and then remembered.
 * Blocking: the start of the program.
 *
 * Returns: %FALSE with STORAGE or NO_SPACE when it could not be written down
 */
gboolean namida_identity_remember (
    NamidaIdentity *identity, NamidaDatabase *database, const char *data_dir, char **sentence, GError **error);

G_END_DECLS
