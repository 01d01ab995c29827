/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A device that replaced another one may fetch what the other one sent, once the user of the device that keeps the
 * backups has allowed it. Blocking: worker threads. */
#pragma once

#include "namida-database.h"

G_BEGIN_DECLS

/**
 * namida_succession_add:
 * @successor: the fingerprint of the new device
 * @predecessor: the fingerprint of the old device
 *
 * Lets the successor fetch the backups of the predecessor. The successor must already be trusted.
 *
 * Returns: %FALSE with INVALID_REQUEST (both are the same device), NO_SUCH_DEVICE (the new one is not trusted) or
 * STORAGE
 */
gboolean
namida_succession_add (NamidaDatabase *database, const char *successor, const char *predecessor, GError **error);

/**
 * namida_succession_find_sender:
 * @text: the name of a device, or the first digits of its fingerprint: 8 for a trusted device, 16 for others
 * @versions: (out): how many versions it sent
 *
 * Returns: (transfer full) (nullable): the fingerprint of a device whose versions are kept here; %NULL with
 * NO_SUCH_DEVICE (none or several match) or STORAGE
 */
char *namida_succession_find_sender (NamidaDatabase *database, const char *text, guint *versions, GError **error);

/** namida_succession_covers: Returns: whether @fingerprint sent the versions of @sender itself, or succeeded that
 * device, possibly through several others. */
gboolean namida_succession_covers (NamidaDatabase *database, const char *fingerprint, const char *sender);

G_END_DECLS
