/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Notifications. Main context. */
#pragma once

#include <gio/gio.h>
#include "namida-hub.h"

G_BEGIN_DECLS

/**
 * NamidaNotifier: notifies about what needs an answer (while no window is active) and about transfers that ended.
 * Notifications carry opaque ids and never a path, because any program on the bus may read and activate them.
 */
#define NAMIDA_TYPE_NOTIFIER (namida_notifier_get_type ())
G_DECLARE_FINAL_TYPE (NamidaNotifier, namida_notifier, NAMIDA, NOTIFIER, GObject)

/** namida_notifier_new: @application: not owned; it must outlive the object. Returns: (transfer full) */
NamidaNotifier *namida_notifier_new (GApplication *application, NamidaHub *hub);
/**
 * namida_notifier_lookup_folder: Returns: (transfer none) (nullable): the folder for the id of an "Open Folder"
 * button.
 */
const char *namida_notifier_lookup_folder (NamidaNotifier *self, const char *id);

G_END_DECLS
