/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The actions of the window. Main context. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/** namida_window_actions_install: installs the actions that NamidaWindow documents on its class. */
void namida_window_actions_install (GtkWidgetClass *widget_class);

G_END_DECLS
