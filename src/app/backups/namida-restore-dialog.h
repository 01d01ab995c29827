/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Restoring a version in the window. Main context. */
#pragma once

#include <adwaita.h>
#include "namida-hub.h"

G_BEGIN_DECLS

/**
 * NamidaRestoreDialog:
 *
 * Restores a version in five steps: the device, the parts, the location of the music, the destinations, and what
 * remains to be done in Namida. A step with only one answer is skipped. Nothing is written before the fourth step is
 * confirmed. Main context.
 */
#define NAMIDA_TYPE_RESTORE_DIALOG (namida_restore_dialog_get_type ())
G_DECLARE_FINAL_TYPE (NamidaRestoreDialog, namida_restore_dialog, NAMIDA, RESTORE_DIALOG, AdwWindow)

/** namida_restore_dialog_new: Returns: (transfer none): a dialog for @version, to be shown over the window. */
NamidaRestoreDialog *namida_restore_dialog_new (NamidaHub *hub, NamidaVersion *version);

/**
 * namida_restore_dialog_new_picked: like namida_restore_dialog_new(), for some songs of @version. @paths: (array
 * zero-terminated=1): as for namida_restore_plan_pick(). Returns: (transfer none)
 */
NamidaRestoreDialog *
namida_restore_dialog_new_picked (NamidaHub *hub, NamidaVersion *version, const char *const *paths);

/** namida_restore_dialog_new_playlist: like namida_restore_dialog_new(), for one playlist of the zip of @version, which
 * becomes a backup of its own. Returns: (transfer none) */
NamidaRestoreDialog *namida_restore_dialog_new_playlist (NamidaHub *hub, NamidaVersion *version, const char *playlist);

G_END_DECLS
