/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A setting that needs a confirmation. Main context. */
#pragma once

#include "namida-hub.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * namida_versions_to_keep_bind: binds the number of versions to keep to @adjustment. A number that would move
 * versions to the trash is set only after the user has seen how many and confirmed it. Main context.
 * @window: the parent of that question
 */
void namida_versions_to_keep_bind (GtkWindow *window, NamidaHub *hub, GSettings *settings, GtkAdjustment *adjustment);
/**
 * namida_spin_buttons_ignore_wheel: makes spin buttons below @root ignore the scroll wheel, so that scrolling past
 * one never changes its value. Main context.
 */
void namida_spin_buttons_ignore_wheel (GtkWidget *root);

G_END_DECLS
