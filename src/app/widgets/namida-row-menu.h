/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Context menus of rows. Main context. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/** NamidaRowMenuMake: Returns: (transfer full) (nullable): the current menu of @row; %NULL: none. */
typedef GMenuModel *(*NamidaRowMenuMake) (GtkWidget *row);

/**
 * namida_row_menu_attach: gives @row a context menu, which opens with a right click, a long press, the Menu key and
 * Shift+F10. The menu is created when it opens and freed when it closes. Main context.
 */
void namida_row_menu_attach (GtkWidget *row, NamidaRowMenuMake make);
/** namida_row_menu_add: adds an item for @action with a string target (nullable: none) to @menu. */
void namida_row_menu_add (GMenu *menu, const char *label, const char *action, const char *target);

G_END_DECLS
