/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>
#include "namida-hub.h"

G_BEGIN_DECLS

/**
 * NamidaNotifier: tells by notifications what needs an answer (while no window has the person's attention) and what
 * ended. They carry opaque ids, never a path: anyone on the bus may read and press them.
 */
#define NAMIDA_TYPE_NOTIFIER (namida_notifier_get_type ())
G_DECLARE_FINAL_TYPE (NamidaNotifier, namida_notifier, NAMIDA, NOTIFIER, GObject)

/** @application: not owned, outlives it. */
NamidaNotifier *namida_notifier_new (GApplication *application, NamidaHub *hub);
/** Returns: (transfer none) (nullable): the folder behind the id of an "Open Folder" button. */
const char *namida_notifier_lookup_folder (NamidaNotifier *self, const char *id);

G_END_DECLS
