/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/** namida_window_actions_install: installs what rows and pages ask of NamidaWindow (see there) on its class. */
void namida_window_actions_install (GtkWidgetClass *widget_class);

G_END_DECLS
