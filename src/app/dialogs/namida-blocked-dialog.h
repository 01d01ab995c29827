/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The list of blocked devices, of which nothing is asked or shown: who blocked the wrong one finds it here and lets it
 * ask again. Shown by the window's main menu; main context. */
#pragma once

#include <gtk/gtk.h>

#include "namida-hub.h"

G_BEGIN_DECLS

/** namida_blocked_dialog_show: shows the list over @parent. It stays up to date while it is open. */
void namida_blocked_dialog_show (GtkWindow *parent, NamidaHub *hub);

G_END_DECLS
