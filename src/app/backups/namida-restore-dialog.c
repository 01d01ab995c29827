/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "namida-restore-dialog.h"
#include "namida-restore-fit.h"

#include <glib/gi18n.h>

#include "namida-error.h"
#include "namida-files.h"
#include "namida-mnemonics.h"
#include "namida-hub-restore.h"

struct _NamidaRestoreDialog
{
  AdwWindow parent_instance;

  NamidaHub *hub;
  NamidaRestorePlan *plan; /* (nullable) until it is loaded */
  GCancellable *cancellable;
  GPtrArray *rows;               /* of the labels */
  GtkFileChooserNative *chooser; /* (nullable) while it is open */
  char *choosing;                /* the label it is open for */
  gboolean busy;                 /* the plan does one thing at a time */
  gboolean again;                /* something was chosen meanwhile: look again */
  gboolean applying;

  GtkStack *stack;
  AdwStatusPage *problem;
  AdwPreferencesGroup *labels_group;
  AdwComboRow *policy_row;
  AdwActionRow *fit_row;
  GtkSwitch *fit;
  AdwActionRow *automatic_row;
  GtkSwitch *automatic;
  NamidaRestoreResult applied; /* before the zip was adapted */
  GError *apply_error;         /* (nullable): likewise */
  GtkLabel *hint;
  GtkWidget *restore_button;
  GtkProgressBar *bar;
  AdwStatusPage *done;
  AdwPreferencesGroup *steps_group;
  GtkWidget *undo_button;
};

G_DEFINE_FINAL_TYPE (NamidaRestoreDialog, namida_restore_dialog, ADW_TYPE_WINDOW)

#define LABEL_KEY "namida-restore-label"

static void look (NamidaRestoreDialog *self);

static void
show_problem (NamidaRestoreDialog *self, const char *title, const GError *error)
{
  g_autofree char *text = g_markup_escape_text (error->message, -1);

  adw_status_page_set_title (self->problem, title);
  adw_status_page_set_description (self->problem, text);
  gtk_stack_set_visible_child_name (self->stack, "problem");
}

static gboolean
is_over (const GError *error)
{
  return g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED)
         || g_error_matches (error, NAMIDA_ERROR, NAMIDA_ERROR_CANCELLED);
}

/* ---- what goes where ---- */

static const char *
label_title (const NamidaRestoreLabel *label)
{
  return *label->label != '\0' ? label->label : _ ("The backup itself");
}

/* @words: (transfer full): of a count of @n. */
static void
add_count (GString *text, guint64 n, char *words)
{
  if (n > 0)
    g_string_append_printf (text, "%s%s", text->len > 0 ? ", " : "", words);
  g_free (words);
}

/* "to ~/Music/Rips · 12 new, 2,901 are there already" */
static char *
dup_label_subtitle (const NamidaRestoreLabel *label)
{
  g_autoptr (GString) counts = g_string_new (NULL);
  g_autofree char *folder = NULL;
  guint n;

  if (label->destination == NULL)
    return g_strdup (label->asked ? _ ("Choose where it goes") : _ ("It is left out"));
  folder = namida_files_short_path (label->destination);
  n = (guint) label->files[NAMIDA_RESTORE_NEW];
  add_count (counts, n, g_strdup_printf (ngettext ("%'u is new", "%'u are new", n), n));
  n = (guint) label->files[NAMIDA_RESTORE_SAME];
  add_count (counts, n, g_strdup_printf (ngettext ("%'u is there already", "%'u are there already", n), n));
  n = (guint) label->files[NAMIDA_RESTORE_DIFFERENT];
  add_count (counts, n, g_strdup_printf (ngettext ("%'u is different", "%'u are different", n), n));
  n = (guint) label->files[NAMIDA_RESTORE_BLOCKED];
  add_count (counts, n, g_strdup_printf (ngettext ("%'u cannot be placed", "%'u cannot be placed", n), n));
  if (counts->len == 0)
    return g_strdup (folder);
  return g_strdup_printf ("%s · %s", folder, counts->str);
}

static void
show_labels (NamidaRestoreDialog *self)
{
  GPtrArray *labels = namida_restore_plan_get_labels (self->plan);
  guint64 news = 0, different = 0;
  const char *asked = namida_restore_plan_needs_choice (self->plan);

  for (guint i = 0; i < labels->len && i < self->rows->len; i++)
    {
      const NamidaRestoreLabel *label = g_ptr_array_index (labels, i);
      g_autofree char *subtitle = dup_label_subtitle (label);
      g_autofree char *escaped = g_markup_escape_text (subtitle, -1);

      adw_action_row_set_subtitle (ADW_ACTION_ROW (g_ptr_array_index (self->rows, i)), escaped);
      news += label->files[NAMIDA_RESTORE_NEW];
      different += label->files[NAMIDA_RESTORE_DIFFERENT];
    }
  gtk_widget_set_visible (GTK_WIDGET (self->policy_row), different > 0);
  gtk_label_set_label (self->hint, asked != NULL           ? _ ("Choose a folder for each part, or leave it out.")
                                   : self->busy            ? _ ("Comparing with what is there…")
                                   : news + different == 0 ? _ ("All of it is there already.")
                                                           : _ ("Nothing is overwritten unless you say so."));
  gtk_widget_set_sensitive (self->restore_button, asked == NULL && !self->busy && news + different > 0);
}

static void
on_looked (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (NamidaRestoreDialog) self = user_data;
  g_autoptr (GError) error = NULL;

  self->busy = FALSE;
  if (!namida_restore_plan_preview_finish (NAMIDA_RESTORE_PLAN (source), result, &error))
    {
      if (!is_over (error))
        show_problem (self, _ ("It could not be compared"), error);
      return;
    }
  if (self->again)
    look (self);
  else
    show_labels (self);
}

static void
look (NamidaRestoreDialog *self)
{
  self->again = self->busy;
  if (self->busy)
    return;
  self->busy = TRUE;
  show_labels (self);
  namida_restore_plan_preview_async (self->plan, self->cancellable, on_looked, g_object_ref (self));
}

static void
set_destination (NamidaRestoreDialog *self, const char *label, const char *folder)
{
  g_autoptr (GError) error = NULL;

  if (namida_restore_plan_set_destination (self->plan, label, folder, &error))
    look (self);
  else
    gtk_label_set_label (self->hint, error->message);
}

static void
on_folder_chosen (GtkNativeDialog *chooser, int response, NamidaRestoreDialog *self)
{
  g_autoptr (GFile) file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (chooser));
  g_autofree char *path = file != NULL ? g_file_get_path (file) : NULL;

  if (response == GTK_RESPONSE_ACCEPT && path != NULL)
    set_destination (self, self->choosing, path);
  g_clear_object (&self->chooser);
}

static void
on_choose (GtkWidget *widget, const char *action, GVariant *parameter)
{
  NamidaRestoreDialog *self = NAMIDA_RESTORE_DIALOG (widget);

  if (self->chooser != NULL)
    return;
  g_free (self->choosing);
  self->choosing = g_variant_dup_string (parameter, NULL);
  self->chooser = gtk_file_chooser_native_new (_ ("Restore into Which Folder?"), GTK_WINDOW (self),
                                               GTK_FILE_CHOOSER_ACTION_SELECT_FOLDER, _ ("_Choose"), _ ("_Cancel"));
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (self->chooser), TRUE);
  g_signal_connect_object (self->chooser, "response", G_CALLBACK (on_folder_chosen), self, 0);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (self->chooser));
}

static void
on_new_folder (GtkWidget *widget, const char *action, GVariant *parameter)
{
  NamidaRestoreDialog *self = NAMIDA_RESTORE_DIALOG (widget);
  const char *label = g_variant_get_string (parameter, NULL);
  g_autofree char *folder = namida_restore_plan_dup_new_folder (self->plan, label);

  set_destination (self, label, folder);
}

static void
on_leave_out (GtkWidget *widget, const char *action, GVariant *parameter)
{
  set_destination (NAMIDA_RESTORE_DIALOG (widget), g_variant_get_string (parameter, NULL), NULL);
}

static void
add_item (GMenu *menu, const char *words, const char *action, const char *label)
{
  g_autoptr (GMenuItem) item = g_menu_item_new (words, NULL);

  g_menu_item_set_action_and_target (item, action, "s", label);
  g_menu_append_item (menu, item);
}

static GtkWidget *
make_label_row (const NamidaRestoreLabel *label)
{
  GtkWidget *row = adw_action_row_new ();
  GtkWidget *button = gtk_menu_button_new ();
  g_autoptr (GMenu) menu = g_menu_new ();
  g_autofree char *escaped = g_markup_escape_text (label_title (label), -1);
  /* Translators: a button's name for screen readers; the music folder of this name */
  g_autofree char *name = g_strdup_printf (_ ("Where %s goes"), label_title (label));

  add_item (menu, _ ("_Choose a Folder…"), "restore.choose", label->label);
  if (*label->label != '\0')
    add_item (menu, _ ("_New Folder"), "restore.new-folder", label->label);
  add_item (menu, _ ("_Leave Out"), "restore.leave-out", label->label);
  gtk_menu_button_set_icon_name (GTK_MENU_BUTTON (button), "folder-symbolic");
  gtk_menu_button_set_menu_model (GTK_MENU_BUTTON (button), G_MENU_MODEL (menu));
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_set_tooltip_text (button, _ ("Change"));
  gtk_widget_add_css_class (button, "flat");
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), escaped);
  adw_action_row_set_icon_name (ADW_ACTION_ROW (row),
                                *label->label != '\0' ? "namida-music-symbolic" : "namida-backup-symbolic");
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), button);
  return row;
}

static void
on_policy (NamidaRestoreDialog *self)
{
  if (self->plan != NULL)
    namida_restore_plan_set_policy (self->plan, (NamidaRestorePolicy) adw_combo_row_get_selected (self->policy_row));
}

static void
on_loaded (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (NamidaRestoreDialog) self = user_data;
  g_autoptr (GError) error = NULL;
  GPtrArray *labels;

  self->plan = namida_hub_plan_restore_finish (NAMIDA_HUB (source), result, &error);
  if (self->plan == NULL)
    {
      if (!is_over (error))
        show_problem (self, _ ("It cannot be restored"), error);
      return;
    }
  labels = namida_restore_plan_get_labels (self->plan);
  for (guint i = 0; i < labels->len; i++)
    {
      GtkWidget *row = make_label_row (g_ptr_array_index (labels, i));

      g_ptr_array_add (self->rows, row);
      adw_preferences_group_add (self->labels_group, row);
    }
  gtk_widget_set_visible (GTK_WIDGET (self->fit_row), namida_restore_plan_get_zip (self->plan) != NULL);
  gtk_widget_set_visible (GTK_WIDGET (self->automatic_row), namida_restore_plan_get_zip (self->plan) != NULL);
  gtk_stack_set_visible_child_name (self->stack, "choose");
  look (self);
}

/* ---- doing it ---- */

static void
on_progress (guint64 done, guint64 total, gpointer user_data)
{
  NamidaRestoreDialog *self = user_data;

  if (total > 0)
    gtk_progress_bar_set_fraction (self->bar, MIN (1.0, (double) done / (double) total));
}

static void
add_step (NamidaRestoreDialog *self, const char *line)
{
  GtkWidget *row = adw_action_row_new ();
  g_autofree char *escaped = g_markup_escape_text (line, -1);

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), escaped);
  adw_preferences_group_add (self->steps_group, row);
}

static void
show_done (NamidaRestoreDialog *self, const NamidaRestoreResult *result, GStrv fitted, const GError *error)
{
  guint64 written = result->added + result->replaced;
  g_autofree char *title
      = g_strdup_printf (ngettext ("%'u file was restored", "%'u files were restored", (gulong) written),
                         (guint) written);
  g_autofree char *text = error != NULL ? g_markup_escape_text (error->message, -1) : NULL;
  g_auto (GStrv) steps = namida_restore_plan_dup_next_steps (self->plan);

  adw_status_page_set_title (self->done, title);
  adw_status_page_set_description (self->done, text);
  adw_status_page_set_icon_name (self->done, error != NULL ? "dialog-warning-symbolic" : "emblem-ok-symbolic");
  for (char **line = fitted != NULL ? fitted : steps; *line != NULL; line++)
    add_step (self, *line);
  gtk_widget_set_visible (GTK_WIDGET (self->steps_group), (fitted != NULL ? fitted : steps)[0] != NULL);
  gtk_widget_set_visible (self->undo_button, written > 0);
  gtk_stack_set_visible_child_name (self->stack, "done");
}

/* What was done with the backup, then what is left to do in Namida. */
static void
on_fitted (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (NamidaRestoreDialog) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (NamidaFittedBackup) fitted = namida_restore_plan_fit_finish (NAMIDA_RESTORE_PLAN (source), result, &error);
  g_autoptr (GStrvBuilder) lines = g_strv_builder_new ();
  g_auto (GStrv) all = NULL;

  self->applying = FALSE;
  if (self->hub == NULL)
    return; /* the window is closed */
  if (fitted != NULL)
    {
      g_auto (GStrv) done = namida_fitted_backup_dup_lines (fitted);
      g_auto (GStrv) steps = namida_fitted_backup_dup_step_lines (fitted);

      g_strv_builder_addv (lines, (const char **) done);
      g_strv_builder_addv (lines, (const char **) steps);
    }
  all = g_strv_builder_end (lines);
  show_done (self, &self->applied, all, error != NULL ? error : self->apply_error);
}

static void
on_applied (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (NamidaRestoreDialog) self = user_data;
  g_autoptr (GError) error = NULL;
  NamidaRestoreResult applied = { 0 };

  self->applying = FALSE;
  namida_restore_plan_apply_finish (NAMIDA_RESTORE_PLAN (source), result, &applied, &error);
  if (self->hub == NULL)
    return; /* the window is closed */
  if (error != NULL && applied.added + applied.replaced == 0 && !is_over (error))
    {
      show_problem (self, _ ("It was not restored"), error);
      return;
    }
  if (!gtk_switch_get_active (self->fit) || is_over (error))
    {
      show_done (self, &applied, NULL, error);
      return;
    }
  self->applying = TRUE;
  self->applied = applied;
  g_clear_error (&self->apply_error);
  self->apply_error = g_steal_pointer (&error);
  namida_restore_plan_fit_async (self->plan, NULL, self->cancellable, on_fitted, g_object_ref (self));
}

static void
on_restore (NamidaRestoreDialog *self)
{
  namida_restore_plan_set_automatic (self->plan, gtk_switch_get_active (self->automatic));
  /* The copy takes the place of the zip. */
  if (gtk_switch_get_active (self->fit) && namida_restore_plan_get_zip (self->plan) != NULL)
    namida_restore_plan_set_destination (self->plan, "", NULL, NULL);
  on_policy (self);
  self->applying = TRUE;
  gtk_stack_set_visible_child_name (self->stack, "working");
  namida_restore_plan_apply_async (self->plan, on_progress, self, self->cancellable, on_applied, g_object_ref (self));
}

static void
on_undone (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (NamidaRestoreDialog) self = user_data;
  g_autoptr (GError) error = NULL;
  NamidaRestoreResult undone = { 0 };
  g_autofree char *text = NULL;

  if (!namida_hub_undo_restore_finish (NAMIDA_HUB (source), result, &undone, &error))
    {
      show_problem (self, _ ("It was not undone"), error);
      return;
    }
  adw_status_page_set_title (self->done, _ ("Undone"));
  text = g_strdup_printf (ngettext ("%'u file was taken back.", "%'u files were taken back.", (gulong) undone.removed),
                          (guint) undone.removed);
  adw_status_page_set_description (self->done, text);
  gtk_widget_set_visible (GTK_WIDGET (self->steps_group), FALSE);
  gtk_stack_set_visible_child_name (self->stack, "done");
}

static void
on_undo (NamidaRestoreDialog *self)
{
  gtk_widget_set_visible (self->undo_button, FALSE);
  namida_hub_undo_restore_async (self->hub, NULL, NULL, on_undone, g_object_ref (self));
}

/* What runs is stopped with whole files only, and the next time goes on. */
static gboolean
on_close (GtkWindow *window)
{
  NamidaRestoreDialog *self = NAMIDA_RESTORE_DIALOG (window);

  g_cancellable_cancel (self->cancellable);
  return FALSE;
}

/* ---- life ---- */

static void
namida_restore_dialog_dispose (GObject *object)
{
  NamidaRestoreDialog *self = NAMIDA_RESTORE_DIALOG (object);

  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->chooser);
  g_clear_object (&self->plan);
  g_clear_object (&self->hub);
  G_OBJECT_CLASS (namida_restore_dialog_parent_class)->dispose (object);
}

static void
namida_restore_dialog_finalize (GObject *object)
{
  NamidaRestoreDialog *self = NAMIDA_RESTORE_DIALOG (object);

  g_clear_object (&self->cancellable);
  g_clear_error (&self->apply_error);
  g_ptr_array_unref (self->rows);
  g_free (self->choosing);
  G_OBJECT_CLASS (namida_restore_dialog_parent_class)->finalize (object);
}

static void
bind_template (GtkWidgetClass *widget_class)
{
  gtk_widget_class_bind_template_child (widget_class, NamidaRestoreDialog, stack);
  gtk_widget_class_bind_template_child (widget_class, NamidaRestoreDialog, problem);
  gtk_widget_class_bind_template_child (widget_class, NamidaRestoreDialog, labels_group);
  gtk_widget_class_bind_template_child (widget_class, NamidaRestoreDialog, policy_row);
  gtk_widget_class_bind_template_child (widget_class, NamidaRestoreDialog, fit_row);
  gtk_widget_class_bind_template_child (widget_class, NamidaRestoreDialog, fit);
  gtk_widget_class_bind_template_child (widget_class, NamidaRestoreDialog, automatic_row);
  gtk_widget_class_bind_template_child (widget_class, NamidaRestoreDialog, automatic);
  gtk_widget_class_bind_template_child (widget_class, NamidaRestoreDialog, hint);
  gtk_widget_class_bind_template_child (widget_class, NamidaRestoreDialog, restore_button);
  gtk_widget_class_bind_template_child (widget_class, NamidaRestoreDialog, bar);
  gtk_widget_class_bind_template_child (widget_class, NamidaRestoreDialog, done);
  gtk_widget_class_bind_template_child (widget_class, NamidaRestoreDialog, steps_group);
  gtk_widget_class_bind_template_child (widget_class, NamidaRestoreDialog, undo_button);
  gtk_widget_class_bind_template_callback (widget_class, on_restore);
  gtk_widget_class_bind_template_callback (widget_class, on_undo);
  gtk_widget_class_bind_template_callback (widget_class, on_policy);
}

static void
namida_restore_dialog_class_init (NamidaRestoreDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = namida_restore_dialog_dispose;
  G_OBJECT_CLASS (klass)->finalize = namida_restore_dialog_finalize;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/namida_sync/Desktop/ui/namida-restore-dialog.ui");
  bind_template (widget_class);
  gtk_widget_class_install_action (widget_class, "restore.choose", "s", on_choose);
  gtk_widget_class_install_action (widget_class, "restore.new-folder", "s", on_new_folder);
  gtk_widget_class_install_action (widget_class, "restore.leave-out", "s", on_leave_out);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Escape, 0, "window.close", NULL);
}

static void
namida_restore_dialog_init (NamidaRestoreDialog *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  namida_mnemonics_unspeak (GTK_WIDGET (self));
  self->cancellable = g_cancellable_new ();
  self->rows = g_ptr_array_new ();
  g_signal_connect (self, "close-request", G_CALLBACK (on_close), NULL);
}

NamidaRestoreDialog *
namida_restore_dialog_new (NamidaHub *hub, NamidaVersion *version)
{
  NamidaRestoreDialog *self = g_object_new (NAMIDA_TYPE_RESTORE_DIALOG, NULL);

  self->hub = g_object_ref (hub);
  namida_hub_plan_restore_async (hub, version, self->cancellable, on_loaded, g_object_ref (self));
  return self;
}
