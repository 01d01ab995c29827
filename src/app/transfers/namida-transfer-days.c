/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The days of the Transfers page: groups a list of transfers by the day on which they ended, with a list box for
 * each. A change of the list is compared with what is shown, so that one new item costs one row. Main context. */
#include "config.h"

#include "namida-transfer-days.h"

#include <glib/gi18n.h>

#include "namida-files.h"
#include "namida-spoken.h"

struct _NamidaTransferDays
{
  AdwBin parent_instance;

  GListModel *model; /* (nullable) */
  guint most;        /* maximum number of rows */
  gboolean more;     /* there are more than are shown */
  GtkListBoxCreateWidgetFunc make_row;
  gpointer user_data;
  GPtrArray *days; /* (element-type Day), the newest first */
  GtkBox *box;
};

G_DEFINE_FINAL_TYPE (NamidaTransferDays, namida_transfer_days, ADW_TYPE_BIN)

enum
{
  SIGNAL_ROW_ACTIVATED,
  N_SIGNALS
};
static guint signals[N_SIGNALS];

/* One day with its heading and its list. */
typedef struct
{
  char *heading;
  GtkWidget *widget; /* child of the box */
  GListStore *items;
} Day;

static void
day_free (gpointer data)
{
  Day *day = data;

  g_free (day->heading);
  g_object_unref (day->items);
  g_free (day);
}

static void
transfer_days_on_activated (NamidaTransferDays *self, GtkListBoxRow *row)
{
  g_signal_emit (self, signals[SIGNAL_ROW_ACTIVATED], 0, row);
}

static Day *
transfer_days_make (NamidaTransferDays *self, const char *heading)
{
  Day *day = g_new0 (Day, 1);
  GtkWidget *label = g_object_new (GTK_TYPE_LABEL, "label", heading, "xalign", 0.0, "wrap", TRUE, "accessible-role",
                                   GTK_ACCESSIBLE_ROLE_HEADING, NULL);
  GtkWidget *list = gtk_list_box_new ();
  /* Translators: the name of a list, for screen readers; %s is a day: “Today” */
  g_autofree char *name = g_strdup_printf (_ ("Transfers: %s"), heading);

  day->heading = g_strdup (heading);
  day->items = g_list_store_new (G_TYPE_OBJECT);
  day->widget = gtk_box_new (GTK_ORIENTATION_VERTICAL, 10);
  gtk_widget_add_css_class (label, "heading");
  gtk_list_box_set_selection_mode (GTK_LIST_BOX (list), GTK_SELECTION_NONE);
  gtk_widget_add_css_class (list, "boxed-list");
  namida_spoken_set_name (list, name);
  gtk_list_box_bind_model (GTK_LIST_BOX (list), G_LIST_MODEL (day->items), self->make_row, self->user_data, NULL);
  g_signal_connect_object (list, "row-activated", G_CALLBACK (transfer_days_on_activated), self, G_CONNECT_SWAPPED);
  gtk_box_append (GTK_BOX (day->widget), label);
  gtk_box_append (GTK_BOX (day->widget), list);
  gtk_box_append (self->box, day->widget);
  return day;
}

/* Returns: whether the row of @shown would look the same for @item. */
static gboolean
transfer_days_same (gpointer shown, gpointer item)
{
  GPtrArray *a, *b;

  if (shown == item)
    return TRUE;
  if (!NAMIDA_IS_MERGED_ENTRY (shown) || !NAMIDA_IS_MERGED_ENTRY (item))
    return FALSE;
  a = namida_merged_entry_get_items (shown);
  b = namida_merged_entry_get_items (item);
  if (a->len != b->len)
    return FALSE;
  for (guint i = 0; i < a->len; i++)
    if (g_ptr_array_index (a, i) != g_ptr_array_index (b, i))
      return FALSE;
  return TRUE;
}

/* Replaces only what differs between the common beginning and the common end. */
static void
transfer_days_update (Day *day, GPtrArray *items)
{
  guint old = g_list_model_get_n_items (G_LIST_MODEL (day->items));
  guint begin = 0, end = 0;

  for (; begin < MIN (old, items->len); begin++)
    {
      g_autoptr (GObject) shown = g_list_model_get_item (G_LIST_MODEL (day->items), begin);

      if (!transfer_days_same (shown, g_ptr_array_index (items, begin)))
        break;
    }
  for (; end < MIN (old, items->len) - begin; end++)
    {
      g_autoptr (GObject) shown = g_list_model_get_item (G_LIST_MODEL (day->items), old - 1 - end);

      if (!transfer_days_same (shown, g_ptr_array_index (items, items->len - 1 - end)))
        break;
    }
  if (old - begin - end > 0 || items->len - begin - end > 0)
    g_list_store_splice (day->items, begin, old - begin - end, items->pdata + begin, items->len - begin - end);
}

/* Returns: (transfer full) (element-type GObject): the rows of the day of the item at @position; moves @position past
 * it. */
static GPtrArray *
transfer_days_collect (NamidaTransferDays *self, guint *position, guint most, char **heading)
{
  guint n = g_list_model_get_n_items (self->model);
  GPtrArray *items = g_ptr_array_new_with_free_func (g_object_unref);

  *heading = NULL;
  while (*position < n && items->len < most)
    {
      g_autoptr (GObject) item = g_list_model_get_item (self->model, *position);
      g_autofree char *day = namida_files_day_heading (namida_transfer_entry_get_time (item));
      g_autoptr (GPtrArray) merged = NULL;

      if (*heading == NULL)
        *heading = g_strdup (day);
      else if (!g_str_equal (day, *heading))
        break;
      merged = g_ptr_array_new_with_free_func (g_object_unref);
      g_ptr_array_add (merged, g_object_ref (item));
      while (++*position < n)
        {
          g_autoptr (GObject) older = g_list_model_get_item (self->model, *position);

          if (!namida_merged_entry_can_merge (item, older))
            break;
          g_ptr_array_add (merged, g_steal_pointer (&older));
        }
      g_ptr_array_add (items, merged->len > 1 ? G_OBJECT (namida_merged_entry_new (g_steal_pointer (&merged)))
                                              : g_steal_pointer (&item));
    }
  return items;
}

static void
transfer_days_show (NamidaTransferDays *self)
{
  guint n = self->model != NULL ? g_list_model_get_n_items (self->model) : 0;
  guint shown = 0, rows = 0, position = 0;

  for (; position < n && rows < self->most; shown++)
    {
      g_autofree char *heading = NULL;
      g_autoptr (GPtrArray) items = transfer_days_collect (self, &position, self->most - rows, &heading);
      Day *day;

      rows += items->len;

      /* Remove days that are no longer listed, and create those that are new. */
      while (shown < self->days->len
             && !g_str_equal (((Day *) g_ptr_array_index (self->days, shown))->heading, heading))
        {
          gboolean later = FALSE;

          for (guint i = shown + 1; i < self->days->len; i++)
            later |= g_str_equal (((Day *) g_ptr_array_index (self->days, i))->heading, heading);
          if (!later)
            break;
          gtk_box_remove (self->box, ((Day *) g_ptr_array_index (self->days, shown))->widget);
          g_ptr_array_remove_index (self->days, shown);
        }
      if (shown == self->days->len || !g_str_equal (((Day *) g_ptr_array_index (self->days, shown))->heading, heading))
        {
          day = transfer_days_make (self, heading);
          gtk_box_reorder_child_after (self->box, day->widget,
                                       shown > 0 ? ((Day *) g_ptr_array_index (self->days, shown - 1))->widget : NULL);
          g_ptr_array_insert (self->days, (int) shown, day);
        }
      day = g_ptr_array_index (self->days, shown);
      transfer_days_update (day, items);
    }
  while (self->days->len > shown)
    {
      gtk_box_remove (self->box, ((Day *) g_ptr_array_index (self->days, shown))->widget);
      g_ptr_array_remove_index (self->days, shown);
    }
  self->more = position < n;
}

void
namida_transfer_days_set_most (NamidaTransferDays *self, guint rows)
{
  self->most = rows;
  transfer_days_show (self);
}

gboolean
namida_transfer_days_get_more (NamidaTransferDays *self)
{
  return self->more;
}

void
namida_transfer_days_set_model (NamidaTransferDays *self,
                                GListModel *model,
                                GtkListBoxCreateWidgetFunc make_row,
                                gpointer user_data)
{
  g_set_object (&self->model, model);
  self->make_row = make_row;
  self->user_data = user_data;
  g_signal_connect_object (model, "items-changed", G_CALLBACK (transfer_days_show), self,
                           G_CONNECT_SWAPPED | G_CONNECT_AFTER);
  transfer_days_show (self);
}

static void
namida_transfer_days_dispose (GObject *object)
{
  NamidaTransferDays *self = NAMIDA_TRANSFER_DAYS (object);

  g_clear_object (&self->model);
  g_clear_pointer (&self->days, g_ptr_array_unref);
  G_OBJECT_CLASS (namida_transfer_days_parent_class)->dispose (object);
}

static void
namida_transfer_days_class_init (NamidaTransferDaysClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = namida_transfer_days_dispose;
  signals[SIGNAL_ROW_ACTIVATED] = g_signal_new ("row-activated", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                                NULL, NULL, G_TYPE_NONE, 1, GTK_TYPE_LIST_BOX_ROW);
}

static void
namida_transfer_days_init (NamidaTransferDays *self)
{
  self->days = g_ptr_array_new_with_free_func (day_free);
  self->most = G_MAXUINT;
  self->box = GTK_BOX (gtk_box_new (GTK_ORIENTATION_VERTICAL, 18));
  adw_bin_set_child (ADW_BIN (self), GTK_WIDGET (self->box));
}
