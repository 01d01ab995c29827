/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A part of the restore window. Main context. */
#pragma once

#include <adwaita.h>
#include "namida-contents.h"
#include "namida-inspection.h"

G_BEGIN_DECLS

/**
 * NamidaPartsList:
 *
 * The parts of a backup as rows with check buttons: history, playlists and so on with their counts, the music, and
 * the settings, which are off, with the reason, if the backup goes to a device of another kind. Signal "changed": the
 * choice has changed. Main context.
 */
#define NAMIDA_TYPE_PARTS_LIST (namida_parts_list_get_type ())
G_DECLARE_FINAL_TYPE (NamidaPartsList, namida_parts_list, NAMIDA, PARTS_LIST, AdwPreferencesGroup)

/**
 * namida_parts_list_set:
 * @inspection: (nullable): the contents of the backup; %NULL: there is only music
 * @device: the kind of the destination; UNKNOWN if not known
 * @music: (nullable): the subtitle of “Music”; %NULL: the version has no music
 */
void namida_parts_list_set (NamidaPartsList *self,
                            const NamidaInspection *inspection,
                            NamidaDevice device,
                            const char *music);
/** namida_parts_list_get_parts: Returns: the chosen parts, including all parts without a row of their own. */
NamidaParts namida_parts_list_get_parts (NamidaPartsList *self);
/** namida_parts_list_get_all: Returns: whether every part of the backup is chosen. */
gboolean namida_parts_list_get_all (NamidaPartsList *self);
/** namida_parts_list_get_music: Returns: whether the music is chosen. */
gboolean namida_parts_list_get_music (NamidaPartsList *self);

G_END_DECLS
