/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Replacing an old device by a new one. Main context. */
#pragma once

#include <gtk/gtk.h>

#include "namida-hub.h"

G_BEGIN_DECLS

/**
 * namida_succession_dialog_show: asks over @parent which device replaced which, so that the new one may restore what
 * the old one sent.
 */
void namida_succession_dialog_show (GtkWindow *parent, NamidaHub *hub);

G_END_DECLS
