/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A file or folder in the send sheet. It is scanned in a worker thread when it is added, to show its size and number
 * of files. Main context. */
#include "config.h"

#include "namida-send-item.h"

#include <glib/gi18n.h>

#include "namida-error.h"
#include "namida-files.h"
#include "namida-format.h"

struct _NamidaSendItem
{
  AdwActionRow parent_instance;

  GFile *file;
  GCancellable *cancellable;
  gboolean ready;
  guint64 bytes;

  GtkCheckButton *check;
  GtkWidget *spinner;
  GtkLabel *size;
};

G_DEFINE_FINAL_TYPE (NamidaSendItem, namida_send_item, ADW_TYPE_ACTION_ROW)

enum
{
  PROP_WANTED = 1,
  PROP_READY,
  N_PROPS
};
static GParamSpec *properties[N_PROPS];

GFile *
namida_send_item_get_file (NamidaSendItem *self)
{
  return self->file;
}

gboolean
namida_send_item_get_wanted (NamidaSendItem *self)
{
  return gtk_check_button_get_active (self->check);
}

void
namida_send_item_set_wanted (NamidaSendItem *self, gboolean wanted)
{
  if (gtk_widget_get_sensitive (GTK_WIDGET (self)))
    gtk_check_button_set_active (self->check, wanted);
}

gboolean
namida_send_item_get_ready (NamidaSendItem *self)
{
  return self->ready;
}

guint64
namida_send_item_get_bytes (NamidaSendItem *self)
{
  return self->bytes;
}

/* Shows "19 July 2026" for "Namida Backup - 2026-07-19 18.30.00.zip", which says more than the file name. */
static void
send_item_show_what (NamidaSendItem *self, NamidaBackup *backup)
{
  g_autofree char *name = g_file_get_parse_name (self->file);
  g_autofree char *base = g_path_get_basename (name);
  g_autofree char *files = namida_format_files (namida_backup_get_files (backup));
  g_autofree char *size = namida_format_size (namida_backup_get_bytes (backup));
  int year, month, day, hour, minute;

  if (sscanf (base, "Namida Backup - %4d-%2d-%2d %2d.%2d", &year, &month, &day, &hour, &minute) == 5)
    {
      g_autoptr (GDateTime) time = g_date_time_new_local (year, month, day, hour, minute, 0);
      g_autofree char *when = time != NULL ? namida_files_when (g_date_time_to_unix (time) * G_USEC_PER_SEC) : NULL;

      adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self), _ ("Namida backup"));
      adw_action_row_set_subtitle (ADW_ACTION_ROW (self), when != NULL ? when : base);
    }
  else
    adw_action_row_set_subtitle (ADW_ACTION_ROW (self), files);
  gtk_label_set_label (self->size, size);
  gtk_widget_set_visible (GTK_WIDGET (self->size), TRUE);
}

/* Shows the most frequent error, an empty folder, in a few words, because the whole sentence contains the path, which
 * a narrow row would cut off. */
static void
send_item_show_why_not (NamidaSendItem *self, const GError *error)
{
  gboolean nothing = g_error_matches (error, NAMIDA_ERROR, NAMIDA_ERROR_INVALID_REQUEST);

  adw_action_row_set_subtitle (ADW_ACTION_ROW (self),
                               nothing ? _ ("Contains nothing that can be sent") : error->message);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self), error->message);
}

static void
send_item_on_scanned (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (NamidaSendItem) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (NamidaBackup) backup = namida_scanner_scan_finish (result, &error);

  if (g_cancellable_is_cancelled (self->cancellable))
    return;
  gtk_widget_set_visible (self->spinner, FALSE);
  if (backup != NULL)
    {
      self->bytes = namida_backup_get_bytes (backup);
      send_item_show_what (self, backup);
    }
  else
    {
      send_item_show_why_not (self, error);
      gtk_check_button_set_active (self->check, FALSE);
      gtk_widget_set_sensitive (GTK_WIDGET (self), FALSE);
    }
  self->ready = backup != NULL;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_READY]);
}

static void
send_item_on_toggled (NamidaSendItem *self)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_WANTED]);
}

static void
namida_send_item_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  NamidaSendItem *self = NAMIDA_SEND_ITEM (object);

  g_value_set_boolean (value, id == PROP_READY ? self->ready : namida_send_item_get_wanted (self));
}

static void
namida_send_item_dispose (GObject *object)
{
  NamidaSendItem *self = NAMIDA_SEND_ITEM (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->file);
  G_OBJECT_CLASS (namida_send_item_parent_class)->dispose (object);
}

static void
namida_send_item_finalize (GObject *object)
{
  g_clear_object (&NAMIDA_SEND_ITEM (object)->cancellable);
  G_OBJECT_CLASS (namida_send_item_parent_class)->finalize (object);
}

static void
namida_send_item_class_init (NamidaSendItemClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = namida_send_item_dispose;
  object_class->finalize = namida_send_item_finalize;
  object_class->get_property = namida_send_item_get_property;
  properties[PROP_WANTED]
      = g_param_spec_boolean ("wanted", NULL, NULL, TRUE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  properties[PROP_READY] = g_param_spec_boolean ("ready", NULL, NULL, FALSE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/namida_sync/Desktop/ui/namida-send-item.ui");
  gtk_widget_class_bind_template_child (widget_class, NamidaSendItem, check);
  gtk_widget_class_bind_template_child (widget_class, NamidaSendItem, spinner);
  gtk_widget_class_bind_template_child (widget_class, NamidaSendItem, size);
}

static void
namida_send_item_init (NamidaSendItem *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (self), FALSE);
  self->cancellable = g_cancellable_new ();
  g_signal_connect_object (self->check, "toggled", G_CALLBACK (send_item_on_toggled), self, G_CONNECT_SWAPPED);
}

NamidaSendItem *
namida_send_item_new (GFile *file)
{
  NamidaSendItem *self = g_object_new (NAMIDA_TYPE_SEND_ITEM, NULL);
  g_autoptr (GListStore) one = g_list_store_new (G_TYPE_FILE);
  g_autofree char *path = g_file_get_parse_name (file);
  g_autofree char *name = g_path_get_basename (path);

  self->file = g_object_ref (file);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self), name);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self), _ ("Checking…"));
  g_list_store_append (one, file);
  namida_scanner_scan_async (G_LIST_MODEL (one), NULL, self->cancellable, send_item_on_scanned, g_object_ref (self));
  return self;
}
