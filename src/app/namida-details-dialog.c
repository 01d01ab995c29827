/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "namida-details-dialog.h"

#include <glib/gi18n.h>

/* More rows than this help nobody, and a list of 200,000 would freeze the window. */
#define MAX_ROWS 200

struct _NamidaDetailsDialog
{
  AdwWindow parent_instance;

  AdwWindowTitle *heading;
  GtkLabel *summary;
  GtkListBox *list;
};

G_DEFINE_FINAL_TYPE (NamidaDetailsDialog, namida_details_dialog, ADW_TYPE_WINDOW)

static const char *
result_words (NamidaFileResult result)
{
  switch (result)
    {
    case NAMIDA_FILE_MISMATCH:
      return _ ("It changed on the way. Send it again.");
    case NAMIDA_FILE_UNREADABLE:
      return _ ("It could not be read.");
    case NAMIDA_FILE_MISSING:
    default:
      return _ ("It did not arrive.");
    }
}

static void
add_row (NamidaDetailsDialog *self, NamidaTransfer *transfer, NamidaEntry *entry, guint index)
{
  GtkWidget *row = adw_action_row_new ();
  g_autofree char *path = namida_entry_dup_path (entry);
  g_autofree char *detail = namida_transfer_dup_detail (transfer, index);

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), path);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row),
                               detail != NULL ? detail : result_words (namida_transfer_get_result (transfer, index)));
  gtk_list_box_append (self->list, row);
}

static void
fill (NamidaDetailsDialog *self, NamidaTransfer *transfer)
{
  NamidaBackup *backup = namida_transfer_get_backup (transfer);
  GPtrArray *entries = backup != NULL ? namida_backup_get_entries (backup) : NULL;
  guint failed = 0;
  g_autofree char *count = NULL;

  for (guint i = 0; entries != NULL && i < entries->len; i++)
    {
      NamidaFileResult result = namida_transfer_get_result (transfer, i);

      if (result != NAMIDA_FILE_MISMATCH && result != NAMIDA_FILE_MISSING && result != NAMIDA_FILE_UNREADABLE)
        continue;
      if (failed++ < MAX_ROWS)
        add_row (self, transfer, g_ptr_array_index (entries, i), i);
    }
  gtk_widget_set_visible (GTK_WIDGET (self->list), failed > 0);
  count = g_strdup_printf (ngettext ("%u file is not there.", "%u files are not there.", failed), failed);
  if (failed > MAX_ROWS)
    {
      g_autofree char *more = g_strdup_printf (_ ("%s These are the first %d."), count, MAX_ROWS);
      gtk_label_set_label (self->summary, more);
      return;
    }
  gtk_label_set_label (self->summary, count);
}

static void
namida_details_dialog_class_init (NamidaDetailsDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/namida_sync/Desktop/ui/namida-details-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, NamidaDetailsDialog, heading);
  gtk_widget_class_bind_template_child (widget_class, NamidaDetailsDialog, summary);
  gtk_widget_class_bind_template_child (widget_class, NamidaDetailsDialog, list);
}

static void
namida_details_dialog_init (NamidaDetailsDialog *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

NamidaDetailsDialog *
namida_details_dialog_new (NamidaTransfer *transfer)
{
  NamidaDetailsDialog *self = g_object_new (NAMIDA_TYPE_DETAILS_DIALOG, NULL);

  adw_window_title_set_title (self->heading, _ ("Details"));
  adw_window_title_set_subtitle (self->heading, namida_transfer_get_title (transfer));
  fill (self, transfer);
  return self;
}
