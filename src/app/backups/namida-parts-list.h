/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>
#include "namida-contents.h"
#include "namida-inspection.h"

G_BEGIN_DECLS

/**
 * NamidaPartsList:
 *
 * The parts of a backup as rows with check marks: history, playlists and so on with their figures, the music, and the
 * settings, which are off with the reason when the backup goes to a device of another kind. Signal "changed": another
 * choice. Main context.
 */
#define NAMIDA_TYPE_PARTS_LIST (namida_parts_list_get_type ())
G_DECLARE_FINAL_TYPE (NamidaPartsList, namida_parts_list, NAMIDA, PARTS_LIST, AdwPreferencesGroup)

/**
 * namida_parts_list_set:
 * @inspection: (nullable): what the backup has; %NULL: there is none, only music
 * @device: of what kind the device is that it goes to; UNKNOWN: not known
 * @music: (nullable): the line below "Music"; %NULL: the version has no music
 */
void namida_parts_list_set (NamidaPartsList *self,
                            const NamidaInspection *inspection,
                            NamidaDevice device,
                            const char *music);
/** namida_parts_list_get_parts: Returns: the parts that are chosen; those without a row of their own are always. */
NamidaParts namida_parts_list_get_parts (NamidaPartsList *self);
/** namida_parts_list_get_all: whether every part that the backup has is chosen. */
gboolean namida_parts_list_get_all (NamidaPartsList *self);
/** namida_parts_list_get_music: whether the music is chosen. */
gboolean namida_parts_list_get_music (NamidaPartsList *self);

G_END_DECLS
