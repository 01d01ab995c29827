/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The window with all files of a transfer and a report to save. Opened by the row of a transfer. Main context; the
 * report is written in a worker thread. */
#include "config.h"

#include "namida-details-dialog.h"

#include <glib/gi18n.h>

#include "namida-file-model.h"
#include "namida-file-row.h"
#include "namida-format.h"
#include "namida-mnemonics.h"
#include "namida-report.h"

struct _NamidaDetailsDialog
{
  AdwWindow parent_instance;

  NamidaTransfer *transfer;
  NamidaFileModel *model;
  GtkFileChooserNative *chooser;

  AdwWindowTitle *heading;
  AdwToastOverlay *toasts;
  GtkWidget *report_button;
  GtkLabel *ended;
  GtkLabel *summary;
  GtkWidget *filter;
  GtkToggleButton *failed_button;
  GtkListView *list;
};

G_DEFINE_FINAL_TYPE (NamidaDetailsDialog, namida_details_dialog, ADW_TYPE_WINDOW)

static void
details_dialog_toast (NamidaDetailsDialog *self, const char *text)
{
  g_autofree char *escaped = g_markup_escape_text (text, -1);

  adw_toast_overlay_add_toast (self->toasts, adw_toast_new (escaped));
}

static void
details_dialog_add_count (GString *text, const char *words)
{
  if (text->len > 0)
    g_string_append (text, " · ");
  g_string_append (text, words);
}

/* Only files that were compared are called verified. */
static char *
details_dialog_dup_stored_words (NamidaTransfer *transfer, guint stored)
{
  if (!namida_transfer_get_unproven (transfer))
    return g_strdup_printf (ngettext ("%'u file verified", "%'u files verified", stored), stored);
  if (namida_transfer_get_direction (transfer) == NAMIDA_DIRECTION_SEND)
    return g_strdup_printf (ngettext ("%'u file sent", "%'u files sent", stored), stored);
  return g_strdup_printf (ngettext ("%'u file received", "%'u files received", stored), stored);
}

/* Returns text such as "2,875 files verified · 38 were already there · 2 are not there · 1 was left out". */
static char *
details_dialog_dup_summary (NamidaTransfer *transfer, guint not_there)
{
  GString *text = g_string_new (NULL);
  NamidaFileCounts counts = namida_transfer_count_files (transfer);
  guint stored = counts.stored, kept = counts.kept;
  NamidaBackup *backup = namida_transfer_get_backup (transfer);
  guint named = backup != NULL ? namida_backup_get_left_out (backup)->len : 0;
  guint left_out = named + (backup != NULL ? namida_backup_count_unnamed (backup) : 0);
  guint failed = not_there - MIN (not_there, named);
  g_autofree char *first = details_dialog_dup_stored_words (transfer, stored);
  g_autofree char *second = g_strdup_printf (ngettext ("%'u already there", "%'u already there", kept), kept);
  g_autofree char *third = g_strdup_printf (ngettext ("%'u missing", "%'u missing", failed), failed);
  g_autofree char *fourth = g_strdup_printf (ngettext ("%'u skipped", "%'u skipped", left_out), left_out);

  details_dialog_add_count (text, first);
  if (kept > 0)
    details_dialog_add_count (text, second);
  if (failed > 0)
    details_dialog_add_count (text, third);
  if (left_out > 0)
    details_dialog_add_count (text, fourth);
  return g_string_free (text, FALSE);
}

static void
details_dialog_show (NamidaDetailsDialog *self)
{
  guint failed = namida_file_model_count_failed (self->transfer);
  g_autofree char *summary = details_dialog_dup_summary (self->transfer, failed);
  g_autofree char *ended
      = namida_transfer_is_final (self->transfer) ? namida_transfer_dup_state_text (self->transfer) : NULL;

  gtk_label_set_label (self->ended, ended != NULL ? ended : "");
  gtk_widget_set_visible (GTK_WIDGET (self->ended), ended != NULL);
  gtk_label_set_label (self->summary, summary);
  gtk_widget_set_visible (self->filter, failed > 0 && failed < namida_file_model_count_files (self->transfer));
  if (gtk_toggle_button_get_active (self->failed_button))
    gtk_widget_set_visible (self->filter, TRUE);
  gtk_widget_set_visible (self->report_button, namida_transfer_is_final (self->transfer));
}

static void
details_dialog_on_filter (NamidaDetailsDialog *self)
{
  namida_file_model_set_only_failed (self->model, gtk_toggle_button_get_active (self->failed_button));
}

/* ---- the report ---- */

typedef struct
{
  NamidaTransfer *transfer; /* owned; the transfer has ended */
  GFile *file;              /* owned */
} Report;

static void
report_free (Report *report)
{
  g_clear_object (&report->transfer);
  g_clear_object (&report->file);
  g_free (report);
}

static void
report_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Report *report = data;
  g_autoptr (GBytes) text = namida_report_new (report->transfer);
  GError *error = NULL;

  if (g_file_replace_contents (report->file, g_bytes_get_data (text, NULL), g_bytes_get_size (text), NULL, FALSE,
                               G_FILE_CREATE_NONE, NULL, cancellable, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
details_dialog_on_report_written (GObject *source, GAsyncResult *result, gpointer user_data)
{
  NamidaDetailsDialog *self = NAMIDA_DETAILS_DIALOG (source);
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  if (self->transfer == NULL)
    return;
  if (g_task_propagate_boolean (G_TASK (result), &error))
    text = g_strdup (_ ("Report saved"));
  else
    text = g_strdup_printf (_ ("Could not save the report: %s"), error->message);
  details_dialog_toast (self, text);
}

static void
details_dialog_on_report_chosen (NamidaDetailsDialog *self, int response)
{
  g_autoptr (GFile) file = NULL;
  g_autoptr (GTask) task = NULL;
  Report *report;

  if (response == GTK_RESPONSE_ACCEPT)
    file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (self->chooser));
  g_clear_object (&self->chooser);
  if (file == NULL)
    return;
  report = g_new0 (Report, 1);
  report->transfer = g_object_ref (self->transfer);
  report->file = g_object_ref (file);
  task = g_task_new (self, NULL, details_dialog_on_report_written, NULL);
  g_task_set_source_tag (task, details_dialog_on_report_chosen);
  g_task_set_task_data (task, report, (GDestroyNotify) report_free);
  g_task_run_in_thread (task, report_thread);
}

static char *
details_dialog_dup_report_name (NamidaTransfer *transfer)
{
  g_autoptr (GDateTime) time
      = g_date_time_new_from_unix_local (namida_transfer_get_started_at (transfer) / G_USEC_PER_SEC);
  g_autofree char *when = time != NULL ? g_date_time_format (time, "%Y-%m-%d %H.%M") : g_strdup ("");
  /* Translators: the name of a file; %s are a device and a time */
  char *name
      = g_strdup_printf (_ ("Namida Sync report - %s - %s.json"), namida_transfer_get_peer_alias (transfer), when);

  return g_strdelimit (name, "/", '-');
}

static void
details_dialog_on_report (NamidaDetailsDialog *self)
{
  g_autofree char *name = details_dialog_dup_report_name (self->transfer);

  g_clear_object (&self->chooser);
  self->chooser = gtk_file_chooser_native_new (_ ("Save Report"), GTK_WINDOW (self), GTK_FILE_CHOOSER_ACTION_SAVE,
                                               _ ("_Save"), _ ("_Cancel"));
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (self->chooser), TRUE);
  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (self->chooser), name);
  g_signal_connect_object (self->chooser, "response", G_CALLBACK (details_dialog_on_report_chosen), self,
                           G_CONNECT_SWAPPED);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (self->chooser));
}

static void
namida_details_dialog_dispose (GObject *object)
{
  NamidaDetailsDialog *self = NAMIDA_DETAILS_DIALOG (object);

  g_clear_object (&self->chooser);
  g_clear_object (&self->model);
  g_clear_object (&self->transfer);
  G_OBJECT_CLASS (namida_details_dialog_parent_class)->dispose (object);
}

static void
namida_details_dialog_class_init (NamidaDetailsDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = namida_details_dialog_dispose;
  g_type_ensure (NAMIDA_TYPE_FILE_ROW);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/namida_sync/Desktop/ui/namida-details-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, NamidaDetailsDialog, heading);
  gtk_widget_class_bind_template_child (widget_class, NamidaDetailsDialog, toasts);
  gtk_widget_class_bind_template_child (widget_class, NamidaDetailsDialog, report_button);
  gtk_widget_class_bind_template_child (widget_class, NamidaDetailsDialog, ended);
  gtk_widget_class_bind_template_child (widget_class, NamidaDetailsDialog, summary);
  gtk_widget_class_bind_template_child (widget_class, NamidaDetailsDialog, filter);
  gtk_widget_class_bind_template_child (widget_class, NamidaDetailsDialog, failed_button);
  gtk_widget_class_bind_template_child (widget_class, NamidaDetailsDialog, list);
  gtk_widget_class_bind_template_callback (widget_class, details_dialog_on_filter);
  gtk_widget_class_bind_template_callback (widget_class, details_dialog_on_report);
}

static void
namida_details_dialog_init (NamidaDetailsDialog *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  namida_mnemonics_unspeak (GTK_WIDGET (self));
}

NamidaDetailsDialog *
namida_details_dialog_new (NamidaTransfer *transfer, const char *words)
{
  NamidaDetailsDialog *self = g_object_new (NAMIDA_TYPE_DETAILS_DIALOG, NULL);
  GtkNoSelection *selection;

  self->transfer = g_object_ref (transfer);
  self->model = namida_file_model_new (transfer);
  selection = gtk_no_selection_new (g_object_ref (G_LIST_MODEL (self->model)));
  gtk_list_view_set_model (self->list, GTK_SELECTION_MODEL (selection));
  g_object_unref (selection);
  adw_window_title_set_title (self->heading, _ ("Details"));
  adw_window_title_set_subtitle (self->heading, words);
  g_signal_connect_object (transfer, "notify::done-files", G_CALLBACK (details_dialog_show), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (transfer, "ended", G_CALLBACK (details_dialog_show), self,
                           G_CONNECT_SWAPPED | G_CONNECT_AFTER);
  details_dialog_show (self);
  /* After a failure, show the failed files first. */
  if (namida_transfer_get_state (transfer) > NAMIDA_TRANSFER_DONE && gtk_widget_get_visible (self->filter))
    gtk_toggle_button_set_active (self->failed_button, TRUE);
  return self;
}
