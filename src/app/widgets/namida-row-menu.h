/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/** NamidaRowMenuMake: Returns: (transfer full) (nullable): the menu of @row as it is now; %NULL: none. */
typedef GMenuModel *(*NamidaRowMenuMake) (GtkWidget *row);

/**
 * namida_row_menu_attach: gives @row a context menu: right click, a long press, the menu key and Shift+F10. The menu is
 * made when it opens and is gone when it closes. Main context.
 */
void namida_row_menu_attach (GtkWidget *row, NamidaRowMenuMake make);
/** namida_row_menu_add: adds an item for @action with a string target (nullable: none) to @menu. */
void namida_row_menu_add (GMenu *menu, const char *label, const char *action, const char *target);

G_END_DECLS
