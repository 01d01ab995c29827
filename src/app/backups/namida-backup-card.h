/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A card of the Backups page. Main context. */
#pragma once

#include <adwaita.h>
#include "namida-hub.h"

G_BEGIN_DECLS

/**
 * NamidaBackupCard:
 *
 * All versions of one device as one card: the device, the age and state of its backups, the space that they use, and
 * the versions by month. Main context.
 */
#define NAMIDA_TYPE_BACKUP_CARD (namida_backup_card_get_type ())
G_DECLARE_FINAL_TYPE (NamidaBackupCard, namida_backup_card, NAMIDA, BACKUP_CARD, AdwBin)

/**
 * namida_backup_card_new: @device: as returned by namida_backup_card_dup_device() for its versions. Returns:
 * (transfer none)
 */
NamidaBackupCard *namida_backup_card_new (NamidaHub *hub, const char *device);
/**
 * namida_backup_card_get_device: Returns: (transfer none): the device that was passed to namida_backup_card_new().
 */
const char *namida_backup_card_get_device (NamidaBackupCard *self);
/** namida_backup_card_show: updates the card after its versions have changed. */
void namida_backup_card_show (NamidaBackupCard *self);
/** namida_backup_card_set_open: sets whether its versions are listed. */
void namida_backup_card_set_open (NamidaBackupCard *self, gboolean open);
/**
 * namida_backup_card_dup_device: Returns: (transfer full): the device of @version: its fingerprint, else its name. A
 * name alone does not identify a device: two devices with the same name have a card each.
 */
char *namida_backup_card_dup_device (NamidaVersion *version);

G_END_DECLS
