/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The trash of the store. Main context. */
#pragma once

#include <gtk/gtk.h>

#include "namida-hub.h"

G_BEGIN_DECLS

/** namida_trash_dialog_show: shows over @parent the versions in the trash and the space that they use. */
void namida_trash_dialog_show (GtkWindow *parent, NamidaHub *hub);

G_END_DECLS
