/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>
#include "namida-hub.h"

G_BEGIN_DECLS

/**
 * NamidaRestoreDialog:
 *
 * Restores a version in five steps: to which device, which parts, where the music is, where it goes, and what is left
 * to do in Namida. A step with only one answer is skipped. Nothing is written before the fourth is confirmed. Main
 * context.
 */
#define NAMIDA_TYPE_RESTORE_DIALOG (namida_restore_dialog_get_type ())
G_DECLARE_FINAL_TYPE (NamidaRestoreDialog, namida_restore_dialog, NAMIDA, RESTORE_DIALOG, AdwWindow)

/** namida_restore_dialog_new: Returns: (transfer none): for @version, to be shown over the window of the program. */
NamidaRestoreDialog *namida_restore_dialog_new (NamidaHub *hub, NamidaVersion *version);

/** namida_restore_dialog_new_picked: the same for a part of it: @paths: (array zero-terminated=1): as
 * namida_restore_plan_pick() takes them. They go to this computer. */
NamidaRestoreDialog *
namida_restore_dialog_new_picked (NamidaHub *hub, NamidaVersion *version, const char *const *paths);

G_END_DECLS
