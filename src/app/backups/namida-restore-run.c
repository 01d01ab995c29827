/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The end of the restore window: restores everything here or sends it, makes the copy of the backup that fits, and
 * shows what remains to be done in Namida. Main context; the plan and the hub do the work in threads. */
#include "config.h"

#include "namida-restore-dialog-private.h"

#include "namida-format.h"
#include "namida-send-flow.h"

#include <glib/gi18n.h>

#include "namida-unencrypted.h"
#include "namida-shell.h"

/* ---- the last step ---- */

/* A decorative number; the order is that of the rows. */
static GtkWidget *
run_make_number (guint n)
{
  g_autofree char *text = g_strdup_printf ("%u", n);
  GtkWidget *label = gtk_label_new (text);

  gtk_widget_add_css_class (label, "step");
  gtk_widget_set_valign (label, GTK_ALIGN_CENTER);
  return label;
}

static void
run_add_step (NamidaRestoreDialog *self, guint n, const NamidaStep *step)
{
  GtkWidget *row = adw_action_row_new ();
  g_autofree char *title = g_markup_escape_text (step->title, -1);
  g_autofree char *detail = g_markup_escape_text (step->detail, -1);

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), detail);
  adw_action_row_add_prefix (ADW_ACTION_ROW (row), run_make_number (n));
  adw_preferences_group_add (self->steps_group, row);
}

static void
run_show_steps (NamidaRestoreDialog *self, GPtrArray *steps)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < steps->len; i++)
    {
      const NamidaStep *step = steps->pdata[i];

      run_add_step (self, i + 1, step);
      g_string_append_printf (text, "%u. %s: %s\n", i + 1, step->title, step->detail);
    }
  self->steps_text = g_strdup (text->str);
  gtk_widget_set_visible (GTK_WIDGET (self->steps_group), steps->len > 0);
  gtk_widget_set_visible (self->copy_button, steps->len > 0);
}

static char *
run_dup_title (guint steps)
{
  if (steps == 0)
    return g_strdup (_ ("Restored"));
  return g_strdup_printf (ngettext ("%u Step Is Left in Namida", "%u Steps Are Left in Namida", steps), steps);
}

/* Returns text such as "“Road” is in a backup of its own, which finds 17 of 20 tracks". */
static char *
run_dup_playlist_summary (NamidaRestoreDialog *self, const NamidaFittedBackup *fitted)
{
  const NamidaMusicMatch *match = fitted->fit->match;
  g_autofree char *name = namida_format_title (self->playlist);

  if (match == NULL || match->tracks == 0)
    /* Translators: %s is the name of a playlist */
    return g_strdup_printf (_ ("“%s” is in a backup of its own"), name);
  /* Translators: %s is the name of a playlist */
  return g_strdup_printf (ngettext ("“%s” is in a backup of its own, which finds %'u of %'u track",
                                    "“%s” is in a backup of its own, which finds %'u of %'u tracks",
                                    (gulong) match->tracks),
                          name, (guint) match->found, (guint) match->tracks);
}

/* Returns text such as "17 files were restored". */
static char *
run_dup_summary (NamidaRestoreDialog *self, const NamidaRestoreResult *result, const NamidaFittedBackup *fitted)
{
  guint n = (guint) (result->added + result->replaced);
  g_autofree char *files = g_strdup_printf (ngettext ("%'u file was restored", "%'u files were restored", n), n);
  const NamidaMusicMatch *match = fitted != NULL ? fitted->fit->match : NULL;

  if (self->playlist != NULL && fitted != NULL)
    return run_dup_playlist_summary (self, fitted);
  if (match != NULL && match->tracks > 0)
    /* Translators: the first %s is “17 files were restored” */
    return g_strdup_printf (ngettext ("%s. The copy of the backup finds %'u of %'u track",
                                      "%s. The copy of the backup finds %'u of %'u tracks", (gulong) match->tracks),
                            files, (guint) match->found, (guint) match->tracks);
  return g_steal_pointer (&files);
}

/* Returns (transfer full) (nullable): the folder of the first restored music, or of the zip. */
static char *
run_dup_folder (NamidaRestoreDialog *self)
{
  GPtrArray *labels = namida_restore_plan_get_labels (self->plan);

  for (guint i = labels->len; i > 0; i--)
    {
      const NamidaRestoreLabel *label = labels->pdata[i - 1];

      if (label->destination != NULL)
        return g_strdup (label->destination);
    }
  return NULL;
}

/* Returns (transfer full) (nullable): how many files of the version were not restored, and why; %NULL for a restore of
 * a chosen part, whose user has left out the rest. */
static char *
run_dup_left_out (NamidaRestoreDialog *self)
{
  guint n = namida_restore_plan_get_singles (self->plan);

  if (n == 0 || self->playlist != NULL || namida_restore_dialog_is_part (self))
    return NULL;
  return g_strdup_printf (ngettext ("%'u single file was not restored, because it is in no music folder. It is in the "
                                    "folder of the version.",
                                    "%'u single files were not restored, because they are in no music folder. They "
                                    "are in the folder of the version.",
                                    n),
                          n);
}

/* Returns (transfer full) (nullable): what must be known beside the summary. @fitted: (nullable) */
static char *
run_dup_note (NamidaRestoreDialog *self, const NamidaFittedBackup *fitted)
{
  g_autofree char *note = fitted != NULL ? namida_fitted_backup_dup_note (fitted) : NULL;
  g_autofree char *left_out = run_dup_left_out (self);

  if (note != NULL && left_out != NULL)
    return g_strdup_printf ("%s\n%s", left_out, note);
  return left_out != NULL ? g_steal_pointer (&left_out) : g_steal_pointer (&note);
}

/* @fitted: (nullable); @error: (nullable): what went wrong on the way. */
static void
run_show_done (NamidaRestoreDialog *self,
               const NamidaRestoreResult *result,
               const NamidaFittedBackup *fitted,
               const GError *error)
{
  g_autoptr (GPtrArray) steps
      = fitted != NULL ? namida_fitted_backup_dup_steps (fitted) : namida_restore_plan_dup_steps (self->plan);
  g_autofree char *title = run_dup_title (error != NULL ? 0 : steps->len);
  g_autofree char *summary = run_dup_summary (self, result, fitted);
  g_autofree char *note = run_dup_note (self, fitted);

  gtk_label_set_label (self->done_title, error != NULL ? _ ("Not Everything Was Restored") : title);
  gtk_label_set_label (self->done_sub, error != NULL ? error->message : summary);
  gtk_image_set_from_icon_name (GTK_IMAGE (self->done_icon),
                                error != NULL ? "dialog-warning-symbolic" : "emblem-ok-symbolic");
  gtk_label_set_label (self->note, note != NULL ? note : "");
  gtk_widget_set_visible (GTK_WIDGET (self->note), note != NULL);
  run_show_steps (self, steps);
  if (fitted != NULL)
    self->shown_file = g_strdup (fitted->path);
  else
    self->shown_folder = run_dup_folder (self);
  if (self->shown_folder != NULL)
    adw_button_content_set_label (self->show_content, _ ("Open _Folder"));
  gtk_widget_set_visible (self->show_button, self->shown_file != NULL || self->shown_folder != NULL);
  gtk_widget_set_visible (GTK_WIDGET (self->undo_button), result->added + result->replaced > 0 || fitted != NULL);
  namida_restore_dialog_go_to (self, RESTORE_STEP_DONE);
}

/* ---- this computer ---- */

static void
run_on_fitted (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (NamidaRestoreDialog) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (NamidaFittedBackup) fitted = namida_restore_plan_fit_finish (NAMIDA_RESTORE_PLAN (source), result, &error);

  self->applying = FALSE;
  if (self->hub != NULL) /* otherwise the window was closed */
    run_show_done (self, &self->applied, fitted, error != NULL ? error : self->apply_error);
}

static void
run_on_applied (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (NamidaRestoreDialog) self = user_data;
  g_autoptr (GError) error = NULL;
  NamidaRestoreResult applied = { 0 };
  NamidaRestoreFitOptions options;

  self->applying = FALSE;
  namida_restore_plan_apply_finish (NAMIDA_RESTORE_PLAN (source), result, &applied, &error);
  if (self->hub == NULL)
    return; /* the window was closed */
  if (error != NULL && applied.added + applied.replaced == 0 && !namida_restore_dialog_is_over (error))
    {
      namida_restore_dialog_show_problem (self, _ ("Could Not Restore"), error);
      return;
    }
  if (!self->copies || namida_restore_dialog_is_over (error))
    {
      run_show_done (self, &applied, NULL, error);
      return;
    }
  self->applying = TRUE;
  self->applied = applied;
  g_clear_error (&self->apply_error);
  self->apply_error = g_steal_pointer (&error);
  options = namida_restore_dialog_get_options (self);
  namida_restore_plan_fit_async (self->plan, &options, FALSE, self->cancellable, run_on_fitted, g_object_ref (self));
}

static void
run_on_progress (guint64 done, guint64 total, gpointer user_data)
{
  NamidaRestoreDialog *self = user_data;

  if (total > 0)
    gtk_progress_bar_set_fraction (self->bar, MIN (1.0, (double) done / (double) total));
}

static void
run_here (NamidaRestoreDialog *self)
{
  GPtrArray *labels = namida_restore_plan_get_labels (self->plan);

  self->copies = namida_restore_dialog_needs_copy (self);
  namida_restore_plan_set_automatic (self->plan, self->playlist == NULL && gtk_switch_get_active (self->automatic));
  namida_restore_place_set_policy (self);
  for (guint i = 0; i < labels->len; i++)
    {
      const NamidaRestoreLabel *label = labels->pdata[i];
      /* The copy is restored in place of the zip. */
      gboolean skip = *label->label == '\0' ? self->copies : !namida_parts_list_get_music (self->parts);

      if (skip)
        namida_restore_plan_set_destination (self->plan, label->label, NULL, NULL);
    }
  self->applying = TRUE;
  gtk_stack_set_visible_child_name (self->stack, "working");
  namida_restore_plan_apply_async (self->plan, run_on_progress, self, self->cancellable, run_on_applied,
                                   g_object_ref (self));
}

/* ---- another device ---- */

typedef struct
{
  NamidaRestoreDialog *self;
  NamidaFittedBackup *fitted; /* (nullable) */
} Sending;

static void
run_sending_free (gpointer data)
{
  Sending *sending = data;

  g_object_unref (sending->self);
  namida_fitted_backup_free (sending->fitted);
  g_free (sending);
}

/* @fitted: (transfer full) (nullable). Returns: (transfer none) */
static NamidaTransfer *
run_start_sending (NamidaRestoreDialog *self, NamidaFittedBackup *fitted)
{
  static const char *const none[] = { NULL };

  if (namida_restore_dialog_is_part (self))
    return namida_hub_restore_picked_to (self->hub, self->version, self->peer,
                                         self->picked != NULL ? (const char *const *) self->picked : none, NULL,
                                         fitted);
  return namida_hub_restore_fitted_to (self->hub, self->version, self->peer,
                                       namida_parts_list_get_music (self->parts) ? NULL : none, NULL, fitted);
}

static void
run_send_now (gboolean unencrypted, gpointer user_data)
{
  Sending *sending = user_data;
  NamidaRestoreDialog *self = sending->self;
  GtkWindow *parent = gtk_window_get_transient_for (GTK_WINDOW (self));
  g_autofree char *text = g_strdup_printf (_ ("Sending to %s"), namida_peer_get_alias (self->peer));
  g_autoptr (GPtrArray) steps = NULL;
  NamidaTransfer *transfer;

  if (sending->fitted != NULL)
    steps = namida_fitted_backup_dup_steps (sending->fitted);
  transfer = run_start_sending (self, g_steal_pointer (&sending->fitted));
  if (transfer != NULL && unencrypted)
    namida_sending_allow_unencrypted (transfer);
  if (transfer != NULL && NAMIDA_IS_SHELL (parent))
    namida_send_flow_watch (NAMIDA_SHELL (parent), transfer);
  if (NAMIDA_IS_SHELL (parent))
    namida_shell_show_page (NAMIDA_SHELL (parent), "transfers");
  gtk_label_set_label (self->done_title, text);
  gtk_label_set_label (self->done_sub, _ ("When it has arrived, the rest is done there"));
  if (steps == NULL)
    steps = g_ptr_array_new ();
  run_show_steps (self, steps);
  gtk_widget_set_visible (self->show_button, FALSE);
  gtk_widget_set_visible (GTK_WIDGET (self->note), FALSE);
  namida_restore_dialog_go_to (self, RESTORE_STEP_DONE);
}

/* @fitted: (transfer full) (nullable) */
static void
run_send (NamidaRestoreDialog *self, NamidaFittedBackup *fitted)
{
  GtkWindow *parent = gtk_window_get_transient_for (GTK_WINDOW (self));
  Sending *sending = g_new0 (Sending, 1);

  sending->self = g_object_ref (self);
  sending->fitted = fitted;
  gtk_stack_set_visible_child_name (self->stack, "flow");
  namida_unencrypted_ask (NAMIDA_SHELL (parent), self->peer, run_send_now, sending, run_sending_free);
}

static void
run_on_fitted_for (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (NamidaRestoreDialog) self = user_data;
  g_autoptr (GError) error = NULL;
  NamidaFittedBackup *fitted = namida_hub_fit_for_finish (NAMIDA_HUB (source), result, &error);

  self->applying = FALSE;
  if (self->hub == NULL)
    namida_fitted_backup_free (fitted); /* the window was closed */
  else if (fitted != NULL)
    run_send (self, fitted);
  else if (!namida_restore_dialog_is_over (error))
    namida_restore_dialog_show_problem (self, _ ("Could Not Adapt the Backup"), error);
}

static void
run_to_peer (NamidaRestoreDialog *self)
{
  NamidaRestoreFitOptions options = namida_restore_dialog_get_options (self);

  if (!namida_restore_dialog_needs_copy (self))
    {
      run_send (self, NULL);
      return;
    }
  self->applying = TRUE;
  gtk_stack_set_visible_child_name (self->stack, "working");
  namida_hub_fit_for_async (self->hub, self->version, self->peer, &options, FALSE, self->cancellable, run_on_fitted_for,
                            g_object_ref (self));
}

void
namida_restore_run (NamidaRestoreDialog *self)
{
  if (self->busy || self->applying)
    return;
  if (self->peer != NULL)
    run_to_peer (self);
  else
    run_here (self);
}

/* ---- undo ---- */

/* Returns: (transfer full) */
static char *
run_dup_undone_words (const NamidaRestoreResult *undone)
{
  GString *words = g_string_new (NULL);

  g_string_append_printf (words,
                          ngettext ("%'u file was removed.", "%'u files were removed.", (gulong) undone->removed),
                          (guint) undone->removed);
  if (undone->put_back > 0)
    {
      g_string_append_c (words, ' ');
      g_string_append_printf (words,
                              ngettext ("%'u replaced file was put back.", "%'u replaced files were put back.",
                                        (gulong) undone->put_back),
                              (guint) undone->put_back);
    }
  if (undone->left > 0)
    {
      g_string_append_c (words, ' ');
      g_string_append_printf (words,
                              ngettext ("%'u file has changed since, so it was left as it is.",
                                        "%'u files have changed since, so they were left as they are.",
                                        (gulong) undone->left),
                              (guint) undone->left);
    }
  return g_string_free (words, FALSE);
}

static void
run_on_undone (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (NamidaRestoreDialog) self = user_data;
  g_autoptr (GError) error = NULL;
  NamidaRestoreResult undone = { 0 };
  g_autofree char *text = NULL;

  if (!namida_hub_undo_restore_finish (NAMIDA_HUB (source), result, &undone, &error))
    {
      namida_restore_dialog_show_problem (self, _ ("Could Not Undo"), error);
      gtk_widget_set_visible (GTK_WIDGET (self->undo_button), TRUE); /* for another attempt when the problem is fixed */
      return;
    }
  text = run_dup_undone_words (&undone);
  gtk_label_set_label (self->done_title, _ ("Restore Undone"));
  gtk_label_set_label (self->done_sub, text);
  gtk_widget_set_visible (GTK_WIDGET (self->steps_group), FALSE);
  gtk_widget_set_visible (GTK_WIDGET (self->note), FALSE);
  gtk_widget_set_visible (self->copy_button, FALSE);
  gtk_widget_set_visible (self->show_button, FALSE);
}

void
namida_restore_run_undo (NamidaRestoreDialog *self)
{
  gtk_widget_set_visible (GTK_WIDGET (self->undo_button), FALSE);
  /* Name the restore, because another program may have restored something since. */
  namida_hub_undo_restore_async (self->hub, namida_restore_plan_get_record (self->plan), NULL, run_on_undone,
                                 g_object_ref (self));
}
