/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The window “Merge Two Backups”. namida-merge-versions.c writes the merged backup to a temporary file, so that the
 * counts are exact before it is saved. Opened from the menu of a version. Main context. */
#include "config.h"

#include "namida-merge-dialog.h"

#include <glib/gi18n.h>

#include "namida-device-avatar.h"
#include "namida-files.h"
#include "namida-gradual.h"
#include "namida-hub-restore.h"
#include "namida-mnemonics.h"
#include "namida-music-here.h"
#include "namida-share-bar.h"
#include "namida-spoken.h"

#define VERSION_KEY "namida-merge-version"
#define TARGET_KEY "namida-merge-target"
#define OTHERS_MOST 50u
#define FIRST_OTHERS 8u /* how many a window shows */
#define MORE_OTHERS 4u

static const char *const merge_colors[] = { "blue_3", "purple_2", "orange_3" };

struct _NamidaMergeDialog
{
  AdwWindow parent_instance;

  NamidaHub *hub;
  NamidaVersion *versions[2]; /* the second is (nullable) */
  GCancellable *cancellable;
  NamidaMergedVersions *merged;  /* (nullable) */
  GPtrArray *rows;               /* rows with the counts */
  GPtrArray *others;             /* (element-type NamidaVersion): versions to merge with */
  char *target;                  /* path of the new file */
  GtkFileChooserNative *chooser; /* (nullable) while it is open */
  gboolean settled;              /* the choice for the settings is complete */

  GtkStack *stack;
  AdwStatusPage *problem;
  AdwPreferencesGroup *others_group;
  AdwBin *first_head;
  AdwBin *second_head;
  AdwPreferencesGroup *counts_group;
  GtkLabel *both_legend;
  AdwComboRow *settings_row;
  AdwActionRow *target_row;
  GtkButton *target_button;
  GtkLabel *hint;
  GtkWidget *merge_button;
};

G_DEFINE_FINAL_TYPE (NamidaMergeDialog, namida_merge_dialog, ADW_TYPE_WINDOW)

static void
merge_show_problem (NamidaMergeDialog *self, const char *title, const GError *error)
{
  g_autofree char *text = g_markup_escape_text (error->message, -1);

  adw_status_page_set_title (self->problem, title);
  adw_status_page_set_description (self->problem, text);
  gtk_stack_set_visible_child_name (self->stack, "problem");
}

/* ---- headings and counts ---- */

/* Returns “● Only in it”: the dot has the color of the bar, and the words explain it. */
static char *
merge_dup_legend (const char *words, const char *color)
{
  g_autofree char *escaped = g_markup_escape_text (words, -1);

  return g_strdup_printf ("<span foreground=\"%s\">●</span> %s", color, escaped);
}

static GtkWidget *
merge_make_head (NamidaVersion *version, const char *color)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 3);
  NamidaDeviceAvatar *avatar
      = g_object_new (NAMIDA_TYPE_DEVICE_AVATAR, "size", 48, "halign", GTK_ALIGN_CENTER, "margin-bottom", 6, NULL);
  g_autofree char *when = namida_files_when (namida_version_get_created_at (version));
  g_autofree char *markup = merge_dup_legend (_ ("Only in it"), color);
  GtkWidget *name = gtk_label_new (namida_version_get_alias (version));
  GtkWidget *time = gtk_label_new (when);
  GtkWidget *legend = gtk_label_new (NULL);

  namida_device_avatar_set (avatar, namida_version_get_alias (version), namida_device_kind_icon (NULL), FALSE);
  gtk_label_set_wrap (GTK_LABEL (name), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (name), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_justify (GTK_LABEL (name), GTK_JUSTIFY_CENTER);
  gtk_widget_add_css_class (name, "heading");
  gtk_widget_add_css_class (time, "caption");
  gtk_widget_add_css_class (time, "dim-label");
  gtk_widget_add_css_class (legend, "caption");
  gtk_label_set_markup (GTK_LABEL (legend), markup);
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (avatar));
  gtk_box_append (GTK_BOX (box), name);
  gtk_box_append (GTK_BOX (box), time);
  gtk_box_append (GTK_BOX (box), legend);
  return box;
}

static GtkWidget *
merge_make_figure (guint64 n, const char *css)
{
  g_autofree char *text = g_strdup_printf ("%'u", (guint) n);
  GtkWidget *label = gtk_label_new (text);

  gtk_widget_add_css_class (label, css);
  gtk_widget_add_css_class (label, "numeric");
  return label;
}

static GtkWidget *
merge_make_bar (const NamidaMergeCount *count, const char *title)
{
  GtkWidget *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 9);
  NamidaShareBar *bar = g_object_new (NAMIDA_TYPE_SHARE_BAR, "hexpand", TRUE, "valign", GTK_ALIGN_CENTER, NULL);
  guint64 values[] = { count->first - count->both, count->both, count->second - count->both };
  g_autofree char *words
      /* Translators: for screen readers: “Listens: 312 only in the first, 963 in both, 48 only in the second” */
      = g_strdup_printf (_ ("%s: %u only in the first, %u in both, %u only in the second"), title, (guint) values[0],
                         (guint) values[1], (guint) values[2]);

  namida_share_bar_set (bar, values, merge_colors, G_N_ELEMENTS (values), words);
  gtk_box_append (GTK_BOX (line), merge_make_figure (count->first, "dim-label"));
  gtk_box_append (GTK_BOX (line), GTK_WIDGET (bar));
  gtk_box_append (GTK_BOX (line), merge_make_figure (count->second, "dim-label"));
  return line;
}

static void
merge_add_count (NamidaMergeDialog *self, const char *title, const char *rule, const NamidaMergeCount *count)
{
  GtkWidget *row, *box, *line, *words, *name, *how;
  g_autofree char *spoken = NULL;

  if (count->first + count->second == 0)
    return;
  row = g_object_new (ADW_TYPE_PREFERENCES_ROW, "activatable", FALSE, NULL);
  box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  words = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  name = gtk_label_new (title);
  how = gtk_label_new (rule);
  gtk_label_set_xalign (GTK_LABEL (name), 0);
  gtk_label_set_xalign (GTK_LABEL (how), 0);
  gtk_label_set_wrap (GTK_LABEL (how), TRUE);
  gtk_widget_add_css_class (how, "caption");
  gtk_widget_add_css_class (how, "dim-label");
  gtk_widget_set_hexpand (words, TRUE);
  gtk_box_append (GTK_BOX (words), name);
  gtk_box_append (GTK_BOX (words), how);
  gtk_box_append (GTK_BOX (line), words);
  gtk_box_append (GTK_BOX (line), merge_make_figure (count->result, "title-3"));
  gtk_box_append (GTK_BOX (box), line);
  gtk_box_append (GTK_BOX (box), merge_make_bar (count, title));
  gtk_widget_set_margin_start (box, 12);
  gtk_widget_set_margin_end (box, 12);
  gtk_widget_set_margin_top (box, 9);
  gtk_widget_set_margin_bottom (box, 12);
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), box);
  /* Screen readers read only the label of a row, not its contents. */
  spoken = g_strdup_printf ("%s: %'u. %s", title, (guint) count->result, rule);
  namida_spoken_set_name (row, spoken);
  adw_preferences_group_add (self->counts_group, row);
  g_ptr_array_add (self->rows, row);
}

static char *
merge_dup_playlist_rule (const NamidaMergedVersions *merged)
{
  guint n = merged->report->conflicts->len;

  if (n == 0)
    return g_strdup (_ ("Those with the same name are the same"));
  return g_strdup_printf (ngettext ("Of %u with the same name, both versions are kept",
                                    "Of %u with the same name, both versions are kept", n),
                          n);
}

/* Returns (transfer full): a text about the result; "" if there is nothing to say. */
static char *
merge_dup_hint (const NamidaMergedVersions *merged)
{
  const GPtrArray *damaged = merged->report->damaged;

  if (damaged->len > 0)
    return g_strdup_printf (_ ("“%s” is damaged in one of the backups. What the other ones have of it is kept."),
                            (const char *) damaged->pdata[0]);
  return g_strdup (merged->adds ? "" : _ ("The second backup adds nothing"));
}

static void
merge_show (NamidaMergeDialog *self)
{
  const NamidaMergedVersions *merged = self->merged;
  g_autofree char *listens = g_strdup_printf (
      ngettext ("%'u is in both and counts once", "%'u are in both and count once", (gulong) merged->listens.both),
      (guint) merged->listens.both);
  g_autofree char *favorites
      = g_strdup_printf (ngettext ("%'u is in both", "%'u are in both", (gulong) merged->favorites.both),
                         (guint) merged->favorites.both);
  g_autofree char *playlists = merge_dup_playlist_rule (merged);
  g_autofree char *hint = merge_dup_hint (merged);

  for (guint i = 0; i < self->rows->len; i++)
    adw_preferences_group_remove (self->counts_group, self->rows->pdata[i]);
  g_ptr_array_set_size (self->rows, 0);
  merge_add_count (self, _ ("Listens"), listens, &merged->listens);
  merge_add_count (self, _ ("Playlists"), playlists, &merged->playlists);
  merge_add_count (self, _ ("Favorites"), favorites, &merged->favorites);
  merge_add_count (self, _ ("Ratings and Moods"), _ ("Where both rated a track, the later rating counts"),
                   &merged->ratings);
  gtk_label_set_label (self->hint, hint);
  gtk_widget_set_visible (GTK_WIDGET (self->hint), *hint != '\0');
  gtk_widget_set_sensitive (self->merge_button, merged->adds);
  gtk_stack_set_visible_child_name (self->stack, "result");
  gtk_widget_grab_focus (self->merge_button);
}

/* ---- merging ---- */

static void
merge_on_merged (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (NamidaMergeDialog) self = user_data;
  g_autoptr (GError) error = NULL;
  NamidaMergedVersions *merged = namida_merge_versions_finish (result, &error);

  if (self->hub == NULL || g_cancellable_is_cancelled (self->cancellable))
    {
      namida_merged_versions_free (merged);
      return;
    }
  g_clear_pointer (&self->merged, namida_merged_versions_free);
  self->merged = merged;
  if (merged != NULL)
    merge_show (self);
  else
    merge_show_problem (self, _ ("Could Not Merge"), error);
}

static void
merge_start (NamidaMergeDialog *self)
{
  gtk_stack_set_visible_child_name (self->stack, "loading");
  namida_hub_merge_async (self->hub, self->versions[0], self->versions[1],
                          adw_combo_row_get_selected (self->settings_row) == 1, self->cancellable, merge_on_merged,
                          g_object_ref (self));
}

static void
merge_on_settings (NamidaMergeDialog *self)
{
  if (self->settled)
    merge_start (self);
}

static void
merge_show_target (NamidaMergeDialog *self)
{
  g_autofree char *shown = namida_files_short_path (self->target);
  g_autofree char *escaped = g_markup_escape_text (shown, -1);

  adw_action_row_set_subtitle (self->target_row, escaped);
}

/* @folder: (transfer none) */
static void
merge_set_folder (NamidaMergeDialog *self, const char *folder)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  g_autofree char *stem = g_date_time_format (now, "Namida Backup - %Y-%m-%d %H.%M.%S - merged");
  g_autofree char *name = g_strconcat (stem, ".zip", NULL);

  g_free (self->target);
  self->target = g_build_filename (folder, name, NULL);
  merge_show_target (self);
}

static void
merge_on_folder_chosen (GtkNativeDialog *chooser, int response, NamidaMergeDialog *self)
{
  g_autoptr (GFile) file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (chooser));
  g_autofree char *path = file != NULL ? g_file_get_path (file) : NULL;

  if (response == GTK_RESPONSE_ACCEPT && path != NULL)
    merge_set_folder (self, path);
  g_clear_object (&self->chooser);
}

static void
merge_on_target (NamidaMergeDialog *self)
{
  if (self->chooser != NULL)
    return;
  self->chooser = gtk_file_chooser_native_new (_ ("Keep It in Which Folder?"), GTK_WINDOW (self),
                                               GTK_FILE_CHOOSER_ACTION_SELECT_FOLDER, _ ("_Choose"), _ ("_Cancel"));
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (self->chooser), TRUE);
  g_signal_connect_object (self->chooser, "response", G_CALLBACK (merge_on_folder_chosen), self, 0);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (self->chooser));
}

static void
merge_save_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  GError *error = NULL;
  NamidaMergedVersions *merged = data;

  if (namida_merged_versions_save (merged, g_object_get_data (G_OBJECT (task), TARGET_KEY), &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
merge_on_saved (GObject *source, GAsyncResult *result, gpointer user_data)
{
  NamidaMergeDialog *self = NAMIDA_MERGE_DIALOG (source);
  GtkWindow *parent = gtk_window_get_transient_for (GTK_WINDOW (self));
  g_autoptr (GError) error = NULL;
  gboolean saved = g_task_propagate_boolean (G_TASK (result), &error);
  g_autofree char *name = NULL;
  g_autofree char *text = NULL;

  if (self->hub == NULL)
    return; /* the window was closed */
  if (!saved)
    {
      merge_show_problem (self, _ ("Could Not Save"), error);
      return;
    }
  name = namida_files_short_path (self->target);
  /* Translators: %s is a file */
  text = g_strdup_printf (_ ("Merged into %s"), name);
  if (parent != NULL)
    {
      g_autofree char *folder = g_path_get_dirname (self->target);

      gtk_widget_activate_action (GTK_WIDGET (parent), "win.toast-folder", "(s^ay)", text, folder);
    }
  gtk_window_close (GTK_WINDOW (self));
}

/* A thread, because saving on another file system than that of temporary files copies the whole backup. */
static void
merge_on_merge (NamidaMergeDialog *self)
{
  g_autoptr (GTask) task = NULL;

  if (self->merged == NULL)
    return;
  task = g_task_new (self, NULL, merge_on_saved, NULL);
  g_task_set_source_tag (task, merge_on_merge);
  g_task_set_task_data (task, g_steal_pointer (&self->merged), (GDestroyNotify) namida_merged_versions_free);
  g_object_set_data_full (G_OBJECT (task), TARGET_KEY, g_strdup (self->target), g_free);
  gtk_stack_set_visible_child_name (self->stack, "loading");
  g_task_run_in_thread (task, merge_save_thread);
}

/* ---- the versions ---- */

static void
merge_set_second (NamidaMergeDialog *self, NamidaVersion *second)
{
  const char *names[] = { namida_version_get_alias (self->versions[0]), namida_version_get_alias (second), NULL };
  g_autoptr (GtkStringList) list = gtk_string_list_new (names);
  g_autofree char *both = merge_dup_legend (_ ("In both"), "#c061cb");

  g_set_object (&self->versions[1], second);
  adw_bin_set_child (self->first_head, merge_make_head (self->versions[0], "#3584e4"));
  adw_bin_set_child (self->second_head, merge_make_head (second, "#ff7800"));
  gtk_label_set_markup (self->both_legend, both);
  self->settled = FALSE;
  adw_combo_row_set_model (self->settings_row, G_LIST_MODEL (list));
  self->settled = TRUE;
  merge_start (self);
}

static void
merge_on_other (NamidaMergeDialog *self, AdwActionRow *row)
{
  merge_set_second (self, g_object_get_data (G_OBJECT (row), VERSION_KEY));
}

static void
merge_add_other (guint index, gpointer user_data)
{
  NamidaMergeDialog *self = user_data;
  NamidaVersion *version = g_ptr_array_index (self->others, index);
  GtkWidget *row = adw_action_row_new ();
  g_autofree char *when = namida_files_when (namida_version_get_created_at (version));
  g_autofree char *escaped = g_markup_escape_text (namida_version_get_alias (version), -1);
  NamidaDeviceAvatar *avatar = g_object_new (NAMIDA_TYPE_DEVICE_AVATAR, "size", 40, "margin-top", 6, "margin-bottom", 6,
                                             "valign", GTK_ALIGN_CENTER, NULL);

  namida_device_avatar_set (avatar, namida_version_get_alias (version), namida_device_kind_icon (NULL), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), escaped);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), when);
  adw_action_row_add_prefix (ADW_ACTION_ROW (row), GTK_WIDGET (avatar));
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), TRUE);
  g_object_set_data_full (G_OBJECT (row), VERSION_KEY, g_object_ref (version), g_object_unref);
  g_signal_connect_object (row, "activated", G_CALLBACK (merge_on_other), self, G_CONNECT_SWAPPED);
  adw_preferences_group_add (self->others_group, row);
}

/* Adds the newest version of each other device first, because merging with these is most likely. */
static void
merge_add_others (NamidaMergeDialog *self)
{
  GListModel *versions = G_LIST_MODEL (namida_hub_get_versions (self->hub));

  for (guint i = 0; i < g_list_model_get_n_items (versions) && self->others->len < OTHERS_MOST; i++)
    {
      g_autoptr (NamidaVersion) version = g_list_model_get_item (versions, i);

      if (version == self->versions[0] || namida_version_get_zip_path (version) == NULL
          || !namida_version_get_present (version))
        continue;
      g_ptr_array_add (self->others, g_steal_pointer (&version));
    }
  namida_gradual_run (GTK_WIDGET (self), self->others->len, FIRST_OTHERS, MORE_OTHERS, merge_add_other, self);
  if (self->others->len > 0)
    {
      gtk_stack_set_visible_child_name (self->stack, "choose");
      return;
    }
  adw_status_page_set_title (self->problem, _ ("No Other Backup"));
  adw_status_page_set_description (self->problem, _ ("There is no other Namida backup here to merge with."));
  gtk_stack_set_visible_child_name (self->stack, "problem");
}

/* ---- the object ---- */

static void
namida_merge_dialog_dispose (GObject *object)
{
  NamidaMergeDialog *self = NAMIDA_MERGE_DIALOG (object);

  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  namida_gradual_stop (GTK_WIDGET (self));
  g_clear_object (&self->chooser);
  g_clear_object (&self->versions[0]);
  g_clear_object (&self->versions[1]);
  g_clear_object (&self->hub);
  G_OBJECT_CLASS (namida_merge_dialog_parent_class)->dispose (object);
}

static void
namida_merge_dialog_finalize (GObject *object)
{
  NamidaMergeDialog *self = NAMIDA_MERGE_DIALOG (object);

  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->merged, namida_merged_versions_free);
  g_ptr_array_unref (self->rows);
  g_ptr_array_unref (self->others);
  g_free (self->target);
  G_OBJECT_CLASS (namida_merge_dialog_parent_class)->finalize (object);
}

#define BIND(name) gtk_widget_class_bind_template_child (widget_class, NamidaMergeDialog, name)

static void
namida_merge_dialog_class_init (NamidaMergeDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = namida_merge_dialog_dispose;
  G_OBJECT_CLASS (klass)->finalize = namida_merge_dialog_finalize;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/namida_sync/Desktop/ui/namida-merge-dialog.ui");
  BIND (stack);
  BIND (problem);
  BIND (others_group);
  BIND (first_head);
  BIND (second_head);
  BIND (counts_group);
  BIND (both_legend);
  BIND (settings_row);
  BIND (target_row);
  BIND (target_button);
  BIND (hint);
  BIND (merge_button);
  gtk_widget_class_bind_template_callback_full (widget_class, "on_settings", G_CALLBACK (merge_on_settings));
  gtk_widget_class_bind_template_callback_full (widget_class, "on_target", G_CALLBACK (merge_on_target));
  gtk_widget_class_bind_template_callback_full (widget_class, "on_merge", G_CALLBACK (merge_on_merge));
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Escape, 0, "window.close", NULL);
}

static void
namida_merge_dialog_init (NamidaMergeDialog *self)
{
  g_autofree char *folder = namida_here_dup_backup_folder ();

  self->cancellable = g_cancellable_new ();
  self->rows = g_ptr_array_new ();
  self->others = g_ptr_array_new_with_free_func (g_object_unref);
  gtk_widget_init_template (GTK_WIDGET (self));
  namida_mnemonics_unspeak (GTK_WIDGET (self));
  namida_spoken_set_name (self->target_button, _ ("Choose Another Folder"));
  merge_set_folder (self, folder);
}

NamidaMergeDialog *
namida_merge_dialog_new (NamidaHub *hub, NamidaVersion *first, NamidaVersion *second)
{
  NamidaMergeDialog *self = g_object_new (NAMIDA_TYPE_MERGE_DIALOG, NULL);

  self->hub = g_object_ref (hub);
  self->versions[0] = g_object_ref (first);
  if (second != NULL)
    merge_set_second (self, second);
  else
    merge_add_others (self);
  return self;
}
