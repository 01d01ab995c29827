/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-database.h"

G_BEGIN_DECLS

/* A device that replaced another one may fetch what that one sent, once the person of the device that keeps the backups
 * has said so. Blocking: worker threads. */

/**
 * namida_succession_add:
 * @successor: the fingerprint of the new device
 * @predecessor: the fingerprint of the old device
 *
 * The successor must be trusted here already; it may fetch backups from then on.
 *
 * Returns: %FALSE with INVALID_REQUEST (they are one device), NO_SUCH_DEVICE (the new one is not trusted) or STORAGE
 */
gboolean
namida_succession_add (NamidaDatabase *database, const char *successor, const char *predecessor, GError **error);

/**
 * namida_succession_find_sender:
 * @text: a device's name, or digits of its fingerprint: 8 of one that is trusted, 16 of others
 * @versions: (out): how many versions it sent
 *
 * Returns: (transfer full) (nullable): the fingerprint of a device whose versions are kept here; %NULL with
 * NO_SUCH_DEVICE (none, or several) or STORAGE
 */
char *namida_succession_find_sender (NamidaDatabase *database, const char *text, guint *versions, GError **error);

/** namida_succession_covers: whether @fingerprint sent @sender's versions itself, or succeeded who did, be it over
 * several devices. */
gboolean namida_succession_covers (NamidaDatabase *database, const char *fingerprint, const char *sender);

G_END_DECLS
