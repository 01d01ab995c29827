/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>
#include "namida-hub.h"

G_BEGIN_DECLS

/**
 * NamidaBackupCard:
 *
 * All that is kept of one device, as one card: whose, how old, how sound, how much room, and its versions by months.
 * Main context.
 */
#define NAMIDA_TYPE_BACKUP_CARD (namida_backup_card_get_type ())
G_DECLARE_FINAL_TYPE (NamidaBackupCard, namida_backup_card, NAMIDA, BACKUP_CARD, AdwBin)

/** namida_backup_card_new: @device: as namida_backup_card_dup_device() says of its versions. */
NamidaBackupCard *namida_backup_card_new (NamidaHub *hub, const char *device);
const char *namida_backup_card_get_device (NamidaBackupCard *self);
/** namida_backup_card_show: its versions have changed. */
void namida_backup_card_show (NamidaBackupCard *self);
/** namida_backup_card_set_open: whether its versions are listed. */
void namida_backup_card_set_open (NamidaBackupCard *self, gboolean open);
/** namida_backup_card_dup_device: Returns: (transfer full): the device that @version is of: its fingerprint, else its
 * name: a name alone is no device, and two that are called alike have a card each. */
char *namida_backup_card_dup_device (NamidaVersion *version);

G_END_DECLS
