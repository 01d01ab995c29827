/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The fourth step of the restore window: the destinations of the backup and of each music folder, compared with the
 * existing files, and how to handle files that differ. Main context; the plan compares in a thread. */
#include "config.h"

#include "namida-restore-dialog-private.h"

#include <glib/gi18n.h>

#include "namida-files.h"
#include "namida-spoken.h"

static void place_compare (NamidaRestoreDialog *self);

static const char *
place_get_title (NamidaRestoreDialog *self, const NamidaRestoreLabel *label)
{
  return *label->label != '\0' ? label->label : _ ("Backup for Namida");
}

static gboolean
place_is_copied (NamidaRestoreDialog *self, const NamidaRestoreLabel *label)
{
  return *label->label == '\0' && namida_restore_dialog_needs_copy (self);
}

/* @words: (transfer full): the text for the count @n */
static void
place_add_count (GString *text, guint64 n, char *words)
{
  if (n > 0)
    g_string_append_printf (text, "%s%s", text->len > 0 ? ", " : "", words);
  g_free (words);
}

/* Returns text such as "~/Music/Rips · 12 are new, 2,901 are there already". */
static char *
place_dup_subtitle (NamidaRestoreDialog *self, const NamidaRestoreLabel *label)
{
  g_autoptr (GString) counts = g_string_new (NULL);
  g_autofree char *folder = NULL;
  guint n;

  if (label->destination == NULL)
    return g_strdup (label->asked ? _ ("Choose a destination") : _ ("Skipped"));
  folder = namida_files_short_path (label->destination);
  if (place_is_copied (self, label))
    /* Translators: %s is a folder */
    return g_strdup_printf (_ ("%s · a copy with the new places"), folder);
  n = (guint) label->files[NAMIDA_RESTORE_NEW];
  place_add_count (counts, n, g_strdup_printf (ngettext ("%'u new", "%'u new", n), n));
  n = (guint) label->files[NAMIDA_RESTORE_SAME];
  place_add_count (counts, n, g_strdup_printf (ngettext ("%'u already there", "%'u already there", n), n));
  n = (guint) label->files[NAMIDA_RESTORE_DIFFERENT];
  place_add_count (counts, n, g_strdup_printf (ngettext ("%'u different", "%'u different", n), n));
  n = (guint) label->files[NAMIDA_RESTORE_BLOCKED];
  place_add_count (counts, n, g_strdup_printf (ngettext ("%'u cannot be placed", "%'u cannot be placed", n), n));
  return counts->len == 0 ? g_strdup (folder) : g_strdup_printf ("%s · %s", folder, counts->str);
}

static gboolean
place_is_shown (NamidaRestoreDialog *self, const NamidaRestoreLabel *label)
{
  return *label->label == '\0' || namida_parts_list_get_music (self->parts);
}

/* Whether the music is restored and one of its folders has no destination yet. */
static gboolean
place_is_asked (NamidaRestoreDialog *self)
{
  return namida_parts_list_get_music (self->parts) && namida_restore_plan_needs_choice (self->plan) != NULL;
}

static void
place_update (NamidaRestoreDialog *self)
{
  GPtrArray *labels = namida_restore_plan_get_labels (self->plan);
  guint64 different = 0;
  gboolean asked = place_is_asked (self);

  for (guint i = 0; i < labels->len && i < self->rows->len; i++)
    {
      const NamidaRestoreLabel *label = g_ptr_array_index (labels, i);
      g_autofree char *subtitle = place_dup_subtitle (self, label);
      g_autofree char *escaped = g_markup_escape_text (subtitle, -1);

      adw_action_row_set_subtitle (ADW_ACTION_ROW (g_ptr_array_index (self->rows, i)), escaped);
      gtk_widget_set_visible (g_ptr_array_index (self->rows, i), place_is_shown (self, label));
      if (place_is_shown (self, label) && !place_is_copied (self, label))
        different += label->files[NAMIDA_RESTORE_DIFFERENT];
    }
  gtk_widget_set_visible (GTK_WIDGET (self->policy_row), different > 0);
  gtk_widget_set_visible (GTK_WIDGET (self->choices_group),
                          different > 0
                              || (namida_restore_plan_get_zip (self->plan) != NULL && self->playlist == NULL));
  gtk_label_set_label (self->hint, asked        ? _ ("Choose a destination for each folder, or skip it.")
                                   : self->busy ? _ ("Comparing with existing files…")
                                                : "");
  if (self->step == RESTORE_STEP_PLACE)
    gtk_widget_set_sensitive (GTK_WIDGET (self->next_button), !asked && !self->busy);
}

static void
place_on_compared (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (NamidaRestoreDialog) self = user_data;
  g_autoptr (GError) error = NULL;

  self->busy = FALSE;
  if (!namida_restore_plan_preview_finish (NAMIDA_RESTORE_PLAN (source), result, &error))
    {
      if (!namida_restore_dialog_is_over (error))
        namida_restore_dialog_show_problem (self, _ ("Could Not Compare"), error);
      return;
    }
  if (self->again)
    {
      place_compare (self);
      return;
    }
  place_update (self);
  /* While it was insensitive, the button could not take the focus. */
  if (self->entered && self->step == RESTORE_STEP_PLACE)
    gtk_widget_grab_focus (GTK_WIDGET (self->next_button));
  self->entered = FALSE;
}

static void
place_compare (NamidaRestoreDialog *self)
{
  self->again = self->busy;
  if (self->busy)
    return;
  self->busy = TRUE;
  place_update (self);
  namida_restore_plan_preview_async (self->plan, self->cancellable, place_on_compared, g_object_ref (self));
}

static void
place_set_destination (NamidaRestoreDialog *self, const char *label, const char *folder)
{
  g_autoptr (GError) error = NULL;

  if (self->busy)
    return;
  if (namida_restore_plan_set_destination (self->plan, label, folder, &error))
    place_compare (self);
  else
    gtk_label_set_label (self->hint, error->message);
}

static void
place_on_folder_chosen (GtkNativeDialog *chooser, int response, NamidaRestoreDialog *self)
{
  g_autoptr (GFile) file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (chooser));
  g_autofree char *path = file != NULL ? g_file_get_path (file) : NULL;

  if (response == GTK_RESPONSE_ACCEPT && path != NULL)
    place_set_destination (self, self->choosing, path);
  g_clear_object (&self->chooser);
}

static void
place_on_choose (GtkWidget *widget, const char *action, GVariant *parameter)
{
  NamidaRestoreDialog *self = NAMIDA_RESTORE_DIALOG (widget);

  if (self->chooser != NULL)
    return;
  g_free (self->choosing);
  self->choosing = g_variant_dup_string (parameter, NULL);
  self->chooser = gtk_file_chooser_native_new (_ ("Restore into Which Folder?"), GTK_WINDOW (self),
                                               GTK_FILE_CHOOSER_ACTION_SELECT_FOLDER, _ ("_Choose"), _ ("_Cancel"));
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (self->chooser), TRUE);
  g_signal_connect_object (self->chooser, "response", G_CALLBACK (place_on_folder_chosen), self, 0);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (self->chooser));
}

static void
place_on_new_folder (GtkWidget *widget, const char *action, GVariant *parameter)
{
  NamidaRestoreDialog *self = NAMIDA_RESTORE_DIALOG (widget);
  const char *label = g_variant_get_string (parameter, NULL);
  g_autofree char *folder = namida_restore_plan_dup_new_folder (self->plan, label);

  place_set_destination (self, label, folder);
}

static void
place_on_leave_out (GtkWidget *widget, const char *action, GVariant *parameter)
{
  place_set_destination (NAMIDA_RESTORE_DIALOG (widget), g_variant_get_string (parameter, NULL), NULL);
}

void
namida_restore_place_install (GtkWidgetClass *widget_class)
{
  gtk_widget_class_install_action (widget_class, "restore.choose", "s", place_on_choose);
  gtk_widget_class_install_action (widget_class, "restore.new-folder", "s", place_on_new_folder);
  gtk_widget_class_install_action (widget_class, "restore.leave-out", "s", place_on_leave_out);
}

static void
place_add_item (GMenu *menu, const char *words, const char *action, const char *label)
{
  g_autoptr (GMenuItem) item = g_menu_item_new (words, NULL);

  g_menu_item_set_action_and_target (item, action, "s", label);
  g_menu_append_item (menu, item);
}

static GtkWidget *
place_make_row (NamidaRestoreDialog *self, const NamidaRestoreLabel *label)
{
  GtkWidget *row = adw_action_row_new ();
  GtkWidget *button = gtk_menu_button_new ();
  g_autoptr (GMenu) menu = g_menu_new ();
  g_autofree char *escaped = g_markup_escape_text (place_get_title (self, label), -1);
  /* Translators: the accessible name of a button; %s is a music folder */
  g_autofree char *name = g_strdup_printf (_ ("Destination of %s"), place_get_title (self, label));

  place_add_item (menu, _ ("_Choose a Folder…"), "restore.choose", label->label);
  if (*label->label != '\0')
    place_add_item (menu, _ ("_New Folder"), "restore.new-folder", label->label);
  place_add_item (menu, _ ("_Skip"), "restore.leave-out", label->label);
  gtk_menu_button_set_icon_name (GTK_MENU_BUTTON (button), "folder-symbolic");
  gtk_menu_button_set_menu_model (GTK_MENU_BUTTON (button), G_MENU_MODEL (menu));
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_set_tooltip_text (button, _ ("Change"));
  gtk_widget_add_css_class (button, "flat");
  namida_spoken_set_name (button, name);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), escaped);
  adw_action_row_set_icon_name (ADW_ACTION_ROW (row),
                                *label->label != '\0' ? "namida-music-symbolic" : "namida-backup-symbolic");
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), button);
  return row;
}

void
namida_restore_place_set_policy (NamidaRestoreDialog *self)
{
  if (self->plan != NULL && !self->busy)
    namida_restore_plan_set_policy (self->plan, (NamidaRestorePolicy) adw_combo_row_get_selected (self->policy_row));
}

/* For another device, there is nothing to choose, because that device asks its own user. */
static void
place_show_peer (NamidaRestoreDialog *self)
{
  GtkWidget *row = adw_action_row_new ();
  g_autofree char *escaped = g_markup_escape_text (namida_peer_get_alias (self->peer), -1);

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), escaped);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), namida_peer_get_away (self->peer)
                                                         ? _ ("Waits until it is back, and asks there first")
                                                         : _ ("Asks there first"));
  adw_action_row_set_icon_name (ADW_ACTION_ROW (row), "namida-send-symbolic");
  adw_preferences_group_add (self->labels_group, row);
  g_ptr_array_add (self->rows, row);
  gtk_widget_set_visible (GTK_WIDGET (self->automatic_row), FALSE);
  gtk_widget_set_visible (GTK_WIDGET (self->policy_row), FALSE);
  gtk_label_set_label (self->hint, "");
  gtk_widget_set_sensitive (GTK_WIDGET (self->next_button), TRUE);
}

void
namida_restore_place_show (NamidaRestoreDialog *self)
{
  GPtrArray *labels = namida_restore_plan_get_labels (self->plan);
  gboolean has_zip = namida_restore_plan_get_zip (self->plan) != NULL;

  for (guint i = 0; i < self->rows->len; i++)
    adw_preferences_group_remove (self->labels_group, self->rows->pdata[i]);
  g_ptr_array_set_size (self->rows, 0);
  gtk_widget_set_visible (GTK_WIDGET (self->merge_row), has_zip && self->playlist == NULL);
  gtk_widget_set_visible (GTK_WIDGET (self->choices_group), self->peer == NULL || (has_zip && self->playlist == NULL));
  if (self->peer != NULL)
    {
      place_show_peer (self);
      return;
    }
  for (guint i = 0; i < labels->len; i++)
    {
      GtkWidget *row = place_make_row (self, g_ptr_array_index (labels, i));

      g_ptr_array_add (self->rows, row);
      adw_preferences_group_add (self->labels_group, row);
    }
  /* Namida must not choose a backup that has nothing but a playlist. */
  gtk_widget_set_visible (GTK_WIDGET (self->automatic_row), has_zip && self->playlist == NULL);
  self->entered = TRUE;
  place_compare (self);
}
