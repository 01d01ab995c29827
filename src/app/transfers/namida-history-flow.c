/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Removes rows from the history: see the header. Stored files stay; only the row is removed, and the toast can
 * restore it. Main context. */
#include "config.h"

#include "namida-history-flow.h"

#include <glib/gi18n.h>

#include "namida-row-menu.h"
#include "namida-shell.h"
#include "namida-transfer-entry.h"

#define ITEM_KEY "namida-history-flow-item"
#define ACTION "history.remove"

/* The data for the “Undo” button of a toast. */
typedef struct
{
  NamidaHubHistory *history; /* owned */
  GPtrArray *items;          /* (element-type GObject), owned */
} HistoryRemoved;

static void
history_removed_free (HistoryRemoved *removed)
{
  g_object_unref (removed->history);
  g_ptr_array_unref (removed->items);
  g_free (removed);
}

static void
history_removed_set_hidden (HistoryRemoved *removed, gboolean hidden)
{
  for (guint i = 0; i < removed->items->len; i++)
    namida_hub_history_set_hidden (removed->history, removed->items->pdata[i], hidden);
}

static void
history_removed_undo (HistoryRemoved *removed)
{
  history_removed_set_hidden (removed, FALSE);
}

/* A transfer that has not ended can be canceled but not removed. */
static gboolean
history_flow_has_ended (gpointer item)
{
  if (NAMIDA_IS_MERGED_ENTRY (item))
    return TRUE;
  if (NAMIDA_IS_HISTORY_ITEM (item))
    return namida_history_item_get_state (item) != NAMIDA_TRANSFER_INTERRUPTED;
  return NAMIDA_IS_TRANSFER (item) && namida_transfer_is_final (item);
}

static void
history_flow_on_remove (GtkWidget *row, const char *action, GVariant *parameter)
{
  gpointer item = g_object_get_data (G_OBJECT (row), ITEM_KEY);
  GtkRoot *root = gtk_widget_get_root (row);
  NamidaShell *shell = NAMIDA_IS_SHELL (root) ? NAMIDA_SHELL (root) : NULL;
  HistoryRemoved *removed;

  if (shell == NULL || !history_flow_has_ended (item))
    return;
  removed = g_new0 (HistoryRemoved, 1);
  removed->history = g_object_ref (namida_shell_get_history (shell));
  removed->items = g_ptr_array_new_with_free_func (g_object_unref);
  if (NAMIDA_IS_MERGED_ENTRY (item))
    g_ptr_array_extend (removed->items, namida_merged_entry_get_items (item), (GCopyFunc) g_object_ref, NULL);
  else
    g_ptr_array_add (removed->items, g_object_ref (item));
  history_removed_set_hidden (removed, TRUE); /* this may destroy @row */
  namida_shell_toast_action (shell, _ ("Removed from the history"), _ ("Undo"), G_CALLBACK (history_removed_undo),
                             removed, (GDestroyNotify) history_removed_free);
}

void
namida_history_flow_install (GtkWidgetClass *row_class)
{
  gtk_widget_class_install_action (row_class, ACTION, NULL, history_flow_on_remove);
  gtk_widget_class_add_binding_action (row_class, GDK_KEY_Delete, 0, ACTION, NULL);
}

void
namida_history_flow_attach (GtkWidget *row, GObject *item)
{
  g_object_set_data_full (G_OBJECT (row), ITEM_KEY, g_object_ref (item), g_object_unref);
}

void
namida_history_flow_add (GMenu *menu, GtkWidget *row)
{
  if (history_flow_has_ended (g_object_get_data (G_OBJECT (row), ITEM_KEY)))
    namida_row_menu_add (menu, _ ("_Remove From History"), ACTION, NULL);
}
