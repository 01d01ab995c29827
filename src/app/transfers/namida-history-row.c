/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "namida-history-row.h"

#include <glib/gi18n.h>

#include "namida-files.h"
#include "namida-format.h"
#include "namida-send-flow.h"
#include "namida-state-line.h"
#include "namida-steady-label.h"
#include "namida-transfer-row.h"

struct _NamidaHistoryRow
{
  GtkListBoxRow parent_instance;

  char *folder; /* (nullable) */

  GtkImage *icon;
  NamidaSteadyLabel *title;
  NamidaSteadyLabel *state;
  NamidaSteadyLabel *figures;
  GtkWidget *column;
  GtkWidget *button;
};

G_DEFINE_FINAL_TYPE (NamidaHistoryRow, namida_history_row, GTK_TYPE_LIST_BOX_ROW)

char *
namida_history_words (NamidaHistoryItem *item)
{
  const NamidaJournalSession *row = namida_history_item_get_row (item);
  gboolean backup = g_str_has_prefix (row->title, "Namida Backup - ");
  const char *what = backup                ? row->total_files > 1 ? _ ("Backup and music") : _ ("Backup")
                                    : *row->title != '\0' ? row->title
                                           : _ ("Files");

  return namida_transfer_what_to_whom (namida_history_item_get_direction (item), what, row->alias);
}

static void
show_figures (NamidaHistoryRow *self, NamidaHistoryItem *item)
{
  const NamidaJournalSession *row = namida_history_item_get_row (item);
  g_autofree char *size = namida_format_size (row->total_bytes);
  g_autofree char *when = namida_files_when (row->updated_at);
  g_autofree char *both = g_strdup_printf ("%s · %s", size, when);

  namida_steady_label_set_text (self->figures,
                                namida_history_item_get_state (item) == NAMIDA_TRANSFER_DONE ? both : when);
}

static void
show_state (NamidaHistoryRow *self, NamidaHistoryItem *item)
{
  NamidaTransferState state = namida_history_item_get_state (item);
  g_autofree char *text = namida_history_item_dup_state_text (item);

  namida_steady_label_set_text (self->state, text);
  gtk_widget_add_css_class (GTK_WIDGET (self->state), namida_transfer_state_class (state));
  namida_transfer_show_icon (self->icon, namida_history_item_get_direction (item), state);
}

static void
show_button (NamidaHistoryRow *self, NamidaHistoryItem *item, const char *words)
{
  const NamidaJournalSession *row = namida_history_item_get_row (item);
  /* Translators: a button's action and the transfer it is for, for screen readers */
  g_autofree char *name = g_strdup_printf (_ ("%s: %s"), _ ("Open Folder"), words);
  gboolean there
      = namida_history_item_get_direction (item) == NAMIDA_DIRECTION_RECEIVE && row->destination != NULL
        && *row->destination != '\0'
        && (row->stored_files + row->kept_files > 0 || namida_history_item_get_state (item) == NAMIDA_TRANSFER_DONE);

  self->folder = there ? g_strdup (row->destination) : NULL;
  gtk_widget_set_visible (self->button, there);
  gtk_widget_set_margin_end (self->column, there ? 0 : NAMIDA_TRANSFER_BUTTON_ROOM);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->button), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
}

static void
on_open_folder (NamidaHistoryRow *self)
{
  namida_send_flow_open_folder (GTK_WIDGET (self), self->folder);
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
  G_OBJECT_CLASS (klass)->finalize = namida_history_row_finalize;
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/namida_sync/Desktop/ui/namida-history-row.ui");
  gtk_widget_class_bind_template_child (widget_class, NamidaHistoryRow, icon);
  gtk_widget_class_bind_template_child (widget_class, NamidaHistoryRow, title);
  gtk_widget_class_bind_template_child (widget_class, NamidaHistoryRow, state);
  gtk_widget_class_bind_template_child (widget_class, NamidaHistoryRow, figures);
  gtk_widget_class_bind_template_child (widget_class, NamidaHistoryRow, column);
  gtk_widget_class_bind_template_child (widget_class, NamidaHistoryRow, button);
  gtk_widget_class_bind_template_callback (widget_class, on_open_folder);
}

static void
namida_history_row_init (NamidaHistoryRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

NamidaHistoryRow *
namida_history_row_new (NamidaHistoryItem *item)
{
  NamidaHistoryRow *self = g_object_new (NAMIDA_TYPE_HISTORY_ROW, NULL);
  g_autofree char *words = namida_history_words (item);

  namida_steady_label_set_text (self->title, words);
  show_state (self, item);
  show_figures (self, item);
  show_button (self, item, words);
  return self;
}
