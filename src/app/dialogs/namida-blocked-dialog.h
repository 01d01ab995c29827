/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The list of blocked devices, whose requests are ignored. A user who blocked the wrong device can unblock it here.
 * Opened from the window's main menu. Main context. */
#pragma once

#include <gtk/gtk.h>

#include "namida-hub.h"

G_BEGIN_DECLS

/** namida_blocked_dialog_show: shows the list over @parent. It is updated while it is open. */
void namida_blocked_dialog_show (GtkWindow *parent, NamidaHub *hub);

G_END_DECLS
