/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A row of the Transfers page for a transfer of an earlier run of the program, or for files that one device sent
 * within an hour in this run or an earlier one. It never changes. Main context. */
#include "config.h"

#include "namida-history-row.h"

#include <glib/gi18n.h>

#include "namida-files.h"
#include "namida-format.h"
#include "namida-history-flow.h"
#include "namida-row-menu.h"
#include "namida-spoken.h"
#include "namida-state-line.h"
#include "namida-steady-label.h"
#include "namida-transfer-row.h"
#include "namida-what.h"

struct _NamidaHistoryRow
{
  GtkListBoxRow parent_instance;

  char *folder; /* (nullable) */

  NamidaWhat *what;
  GtkImage *icon;
  NamidaSteadyLabel *title;
  NamidaStateLine *line;
  NamidaSteadyLabel *state;
  NamidaSteadyLabel *figures;
  GtkLabel *time;
  GtkLabel *size;
  GtkButton *button;
  GtkWidget *chevron;
};

G_DEFINE_FINAL_TYPE (NamidaHistoryRow, namida_history_row, GTK_TYPE_LIST_BOX_ROW)

char *
namida_history_words (NamidaHistoryItem *item)
{
  const NamidaJournalSession *row = namida_history_item_get_row (item);
  gboolean backup = namida_transfer_entry_has_backup (item);
  const char *what = backup                ? row->total_files > 1 ? _ ("Backup and music") : _ ("Backup")
                                    : *row->title != '\0' ? row->title
                                           : _ ("Files");

  /* Repaired from a local copy. */
  if (*row->alias == '\0')
    return g_strdup (what);
  return namida_transfer_what_to_whom (namida_history_item_get_direction (item), what, row->alias);
}

static void
history_row_show_end (NamidaHistoryRow *self, const char *words, const char *state, gint64 time, guint64 bytes)
{
  g_autofree char *clock = namida_files_clock (time);
  g_autofree char *size = namida_format_size (bytes);
  /* Translators: for screen readers: a time, a size and how a transfer ended: “14:20, 6.6 GB. Verified” */
  g_autofree char *spoken = g_strdup_printf (_ ("%s, %s. %s"), clock, size, state);
  /* Translators: a button's action and the transfer it is for, for screen readers */
  g_autofree char *name = g_strdup_printf (_ ("%s: %s"), _ ("Open Folder"), words);

  namida_steady_label_set_text (self->title, words);
  namida_steady_label_set_text (self->state, state);
  gtk_label_set_label (self->time, clock);
  gtk_label_set_label (self->size, size);
  gtk_widget_set_visible (GTK_WIDGET (self->button), self->folder != NULL);
  gtk_widget_set_visible (self->chevron, FALSE);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (self), self->folder != NULL);
  if (self->folder != NULL)
    {
      gtk_actionable_set_action_target (GTK_ACTIONABLE (self), "^ay", self->folder);
      gtk_actionable_set_action_name (GTK_ACTIONABLE (self), "win.show-received");
    }
  namida_spoken_set_name (self->button, name);
  namida_spoken_set_name (self, words);
  namida_spoken_set_description (self, spoken);
}

static void
history_row_show_item (NamidaHistoryRow *self, NamidaHistoryItem *item)
{
  const NamidaJournalSession *row = namida_history_item_get_row (item);
  NamidaDirection direction = namida_history_item_get_direction (item);
  NamidaTransferState state = namida_history_item_get_state (item);
  gboolean there = direction == NAMIDA_DIRECTION_RECEIVE
                   && (row->stored_files + row->kept_files > 0 || state == NAMIDA_TRANSFER_DONE);
  g_autofree char *words = namida_history_words (item);
  g_autofree char *text = namida_history_item_dup_state_text (item);

  self->folder = there ? g_strdup (namida_transfer_entry_get_folder (item)) : NULL;
  history_row_show_end (self, words, text, row->updated_at, row->total_bytes);
  gtk_widget_add_css_class (GTK_WIDGET (self->state), namida_transfer_state_class (state));
  if (namida_history_item_is_transfer (item))
    {
      namida_transfer_show_icon (self->icon, direction, state);
      namida_transfer_show_what (self->what, direction, state, namida_transfer_entry_has_backup (item), row->title);
      return;
    }
  /* It was neither sent nor received. */
  gtk_widget_set_visible (GTK_WIDGET (self->icon), FALSE);
  gtk_widget_set_visible (GTK_WIDGET (self->size), row->total_bytes > 0);
  namida_what_set (self->what, NAMIDA_WHAT_BACKUP, NAMIDA_WHAT_STAYS, FALSE);
}

static void
history_row_show_merged (NamidaHistoryRow *self, NamidaMergedEntry *merged)
{
  GPtrArray *items = namida_merged_entry_get_items (merged);
  gpointer newest = g_ptr_array_index (items, 0);
  gpointer oldest = g_ptr_array_index (items, items->len - 1);
  g_autofree char *first = namida_files_clock (namida_transfer_entry_get_time (oldest));
  g_autofree char *last = namida_files_clock (namida_transfer_entry_get_time (newest));
  guint files = 0;
  guint64 bytes = 0;
  g_autofree char *words = NULL;
  g_autofree char *state = NULL;

  for (guint i = 0; i < items->len; i++)
    {
      files += namida_transfer_entry_get_files (g_ptr_array_index (items, i));
      bytes += namida_transfer_entry_get_bytes (g_ptr_array_index (items, i));
    }
  words = g_strdup_printf (ngettext ("%'u file from %s", "%'u files from %s", files), files,
                           namida_transfer_entry_get_alias (newest));
  /* Translators: when the first and the last of several files arrived: two times of day */
  state = g_strdup_printf (namida_transfer_entry_get_unproven (newest) ? _ ("Received, not verified · %s to %s")
                                                                       : _ ("Verified · between %s and %s"),
                           first, last);
  self->folder = g_strdup (namida_transfer_entry_get_folder (newest));
  history_row_show_end (self, words, state, namida_transfer_entry_get_time (newest), bytes);
  gtk_widget_add_css_class (GTK_WIDGET (self->state), namida_transfer_state_class (NAMIDA_TRANSFER_DONE));
  namida_transfer_show_icon (self->icon, NAMIDA_DIRECTION_RECEIVE, NAMIDA_TRANSFER_DONE);
  namida_what_set (self->what, NAMIDA_WHAT_MUSIC, NAMIDA_WHAT_IN, FALSE);
}

static void
history_row_on_button (NamidaHistoryRow *self)
{
  gtk_widget_activate_action (GTK_WIDGET (self), "win.open-folder", "^ay", self->folder);
}

static GMenuModel *
history_row_make_menu (GtkWidget *row)
{
  NamidaHistoryRow *self = NAMIDA_HISTORY_ROW (row);
  g_autoptr (GMenu) menu = g_menu_new ();
  g_autoptr (GMenuItem) item = NULL;

  if (self->folder != NULL)
    {
      item = g_menu_item_new (_ ("_Open Folder"), NULL);
      g_menu_item_set_action_and_target (item, "win.open-folder", "^ay", self->folder);
      g_menu_append_item (menu, item);
    }
  namida_history_flow_add (menu, row);
  return g_menu_model_get_n_items (G_MENU_MODEL (menu)) > 0 ? G_MENU_MODEL (g_steal_pointer (&menu)) : NULL;
}

static void
namida_history_row_finalize (GObject *object)
{
  g_free (NAMIDA_HISTORY_ROW (object)->folder);
  G_OBJECT_CLASS (namida_history_row_parent_class)->finalize (object);
}

static void
namida_history_row_class_init (NamidaHistoryRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  g_type_ensure (NAMIDA_TYPE_STEADY_LABEL);
  g_type_ensure (NAMIDA_TYPE_STATE_LINE);
  g_type_ensure (NAMIDA_TYPE_WHAT);
  G_OBJECT_CLASS (klass)->finalize = namida_history_row_finalize;
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/namida_sync/Desktop/ui/namida-history-row.ui");
  gtk_widget_class_bind_template_child (widget_class, NamidaHistoryRow, what);
  gtk_widget_class_bind_template_child (widget_class, NamidaHistoryRow, icon);
  gtk_widget_class_bind_template_child (widget_class, NamidaHistoryRow, title);
  gtk_widget_class_bind_template_child (widget_class, NamidaHistoryRow, line);
  gtk_widget_class_bind_template_child (widget_class, NamidaHistoryRow, state);
  gtk_widget_class_bind_template_child (widget_class, NamidaHistoryRow, figures);
  gtk_widget_class_bind_template_child (widget_class, NamidaHistoryRow, time);
  gtk_widget_class_bind_template_child (widget_class, NamidaHistoryRow, size);
  gtk_widget_class_bind_template_child (widget_class, NamidaHistoryRow, button);
  gtk_widget_class_bind_template_child (widget_class, NamidaHistoryRow, chevron);
  gtk_widget_class_bind_template_callback (widget_class, history_row_on_button);
  namida_history_flow_install (widget_class);
}

static void
namida_history_row_init (NamidaHistoryRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_button_set_icon_name (self->button, "folder-open-symbolic");
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->button), _ ("Open Folder"));
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (self), FALSE);
  namida_row_menu_attach (GTK_WIDGET (self), history_row_make_menu);
}

NamidaHistoryRow *
namida_history_row_new (GObject *item)
{
  NamidaHistoryRow *self = g_object_new (NAMIDA_TYPE_HISTORY_ROW, NULL);

  namida_history_flow_attach (GTK_WIDGET (self), item);
  if (NAMIDA_IS_MERGED_ENTRY (item))
    history_row_show_merged (self, NAMIDA_MERGED_ENTRY (item));
  else
    history_row_show_item (self, NAMIDA_HISTORY_ITEM (item));
  return self;
}
