/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The row of one file in the details window. It updates itself while the transfer runs. Main context. */
#include "config.h"

#include "namida-file-row.h"

#include <glib/gi18n.h>

#include "namida-file-drag.h"
#include "namida-file-item.h"
#include "namida-file-model.h"
#include "namida-format.h"
#include "namida-spoken.h"
#include "namida-steady-label.h"

struct _NamidaFileRow
{
  AdwBin parent_instance;

  NamidaFileItem *item; /* (nullable) */
  NamidaFileResult shown;
  gboolean shown_failed;

  GtkImage *icon;
  GtkLabel *title;
  NamidaSteadyLabel *subtitle;
  NamidaSteadyLabel *size;
};

G_DEFINE_FINAL_TYPE (NamidaFileRow, namida_file_row, ADW_TYPE_BIN)

enum
{
  PROP_ITEM = 1,
  N_PROPS
};
static GParamSpec *properties[N_PROPS];

static const char *
file_row_result_icon (NamidaFileResult result, gboolean failed)
{
  if (failed)
    return "dialog-warning-symbolic";
  if (result == NAMIDA_FILE_PENDING)
    return "content-loading-symbolic";
  return "object-select-symbolic";
}

/* A file that is still pending when the transfer has ended never arrived. */
static const char *
file_row_result_words (NamidaFileRow *self)
{
  NamidaTransfer *transfer = namida_file_item_get_transfer (self->item);

  if (self->shown == NAMIDA_FILE_PENDING && self->shown_failed)
    return namida_file_result_get_words (NAMIDA_FILE_MISSING);
  /* Only files that were compared are called verified. */
  if (self->shown == NAMIDA_FILE_STORED && namida_transfer_get_unproven (transfer))
    return namida_transfer_get_direction (transfer) == NAMIDA_DIRECTION_SEND ? _ ("Sent") : _ ("Received");
  return namida_file_result_get_words (self->shown);
}

static void
file_row_show_words (
    NamidaFileRow *self, const char *path, const char *name, const char *words, const char *icon, gboolean bad)
{
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *subtitle = g_str_equal (folder, ".") ? g_strdup (words) : g_strdup_printf ("%s · %s", words, folder);
  g_autofree char *spoken = g_strdup_printf ("%s: %s", name, subtitle);
  GtkWidget *parent = gtk_widget_get_parent (GTK_WIDGET (self));

  namida_steady_label_set_text (self->subtitle, subtitle);
  gtk_image_set_from_icon_name (self->icon, icon);
  gtk_widget_remove_css_class (GTK_WIDGET (self->subtitle), bad ? "dim-label" : "error");
  gtk_widget_add_css_class (GTK_WIDGET (self->subtitle), bad ? "error" : "dim-label");
  /* The focus is on the list's own widget around the row, which has no accessible name otherwise. */
  if (parent != NULL)
    namida_spoken_set_name (parent, spoken);
}

static void
file_row_show_entry (NamidaFileRow *self, const NamidaEntry *entry)
{
  g_autofree char *path = namida_entry_dup_path (entry);
  g_autofree char *shown = g_utf8_make_valid (entry->name, -1);
  g_autofree char *size = namida_format_size (entry->size);
  g_autofree char *detail = namida_transfer_dup_detail (namida_file_item_get_transfer (self->item),
                                                        namida_file_item_get_index (self->item));
  const char *words = self->shown_failed && detail != NULL ? detail : file_row_result_words (self);

  gtk_label_set_label (self->title, shown);
  namida_steady_label_set_text (self->size, size);
  file_row_show_words (self, path, shown, words, file_row_result_icon (self->shown, self->shown_failed),
                       self->shown_failed);
}

static void
file_row_show_left_out (NamidaFileRow *self, const NamidaLeftOut *left_out)
{
  g_autofree char *name = g_path_get_basename (left_out->path);

  gtk_label_set_label (self->title, name);
  namida_steady_label_set_text (self->size, "");
  file_row_show_words (self, left_out->path, name, left_out->reason,
                       left_out->missed ? "dialog-warning-symbolic" : "dialog-information-symbolic", left_out->missed);
}

static void
file_row_show (NamidaFileRow *self)
{
  NamidaTransfer *transfer = namida_file_item_get_transfer (self->item);
  guint index = namida_file_item_get_index (self->item);
  GPtrArray *entries = namida_backup_get_entries (namida_transfer_get_backup (transfer));
  const NamidaLeftOut *left_out = namida_file_model_get_left_out (transfer, index);

  self->shown = namida_transfer_get_result (transfer, index);
  self->shown_failed = namida_file_model_is_failed (transfer, index);
  /* A transfer that waited may have scanned its files again, and there may be fewer before the list is notified. */
  if (index < entries->len)
    file_row_show_entry (self, g_ptr_array_index (entries, index));
  else if (left_out != NULL)
    file_row_show_left_out (self, left_out);
}

static void
file_row_on_progress (NamidaFileRow *self)
{
  NamidaTransfer *transfer = namida_file_item_get_transfer (self->item);
  guint index = namida_file_item_get_index (self->item);

  if (namida_transfer_get_result (transfer, index) != self->shown
      || namida_file_model_is_failed (transfer, index) != self->shown_failed)
    file_row_show (self);
}

static void
file_row_set_item (NamidaFileRow *self, NamidaFileItem *item)
{
  if (item == self->item)
    return;
  if (self->item != NULL)
    g_signal_handlers_disconnect_by_func (namida_file_item_get_transfer (self->item), file_row_on_progress, self);
  g_set_object (&self->item, item);
  if (item == NULL)
    return;
  g_signal_connect_object (namida_file_item_get_transfer (item), "notify::done-files",
                           G_CALLBACK (file_row_on_progress), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (namida_file_item_get_transfer (item), "ended", G_CALLBACK (file_row_on_progress), self,
                           G_CONNECT_SWAPPED);
  file_row_show (self);
  /* Rows are reused, and the previous file may have needed more lines. */
  namida_steady_label_settle (self->subtitle);
  namida_steady_label_settle (self->size);
}

static void
namida_file_row_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  file_row_set_item (NAMIDA_FILE_ROW (object), g_value_get_object (value));
}

static void
namida_file_row_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  g_value_set_object (value, NAMIDA_FILE_ROW (object)->item);
}

static void
namida_file_row_root (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (namida_file_row_parent_class)->root (widget);
  if (NAMIDA_FILE_ROW (widget)->item != NULL)
    file_row_show (NAMIDA_FILE_ROW (widget));
}

static void
namida_file_row_dispose (GObject *object)
{
  file_row_set_item (NAMIDA_FILE_ROW (object), NULL);
  G_OBJECT_CLASS (namida_file_row_parent_class)->dispose (object);
}

static void
namida_file_row_class_init (NamidaFileRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  g_type_ensure (NAMIDA_TYPE_STEADY_LABEL);
  G_OBJECT_CLASS (klass)->set_property = namida_file_row_set_property;
  G_OBJECT_CLASS (klass)->get_property = namida_file_row_get_property;
  G_OBJECT_CLASS (klass)->dispose = namida_file_row_dispose;
  widget_class->root = namida_file_row_root;
  properties[PROP_ITEM]
      = g_param_spec_object ("item", NULL, NULL, NAMIDA_TYPE_FILE_ITEM, G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (G_OBJECT_CLASS (klass), N_PROPS, properties);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/namida_sync/Desktop/ui/namida-file-row.ui");
  gtk_widget_class_bind_template_child (widget_class, NamidaFileRow, icon);
  gtk_widget_class_bind_template_child (widget_class, NamidaFileRow, title);
  gtk_widget_class_bind_template_child (widget_class, NamidaFileRow, subtitle);
  gtk_widget_class_bind_template_child (widget_class, NamidaFileRow, size);
}

static NamidaFileItem *
file_row_get_item (GtkWidget *row)
{
  return NAMIDA_FILE_ROW (row)->item;
}

static void
namida_file_row_init (NamidaFileRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  namida_file_drag_attach (GTK_WIDGET (self), file_row_get_item);
}
