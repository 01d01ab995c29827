/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "namida-version-dialog.h"

#include <glib/gi18n.h>

#include "namida-files.h"
#include "namida-format.h"
#include "namida-inspection.h"
#include "namida-mnemonics.h"

struct _NamidaVersionDialog
{
  AdwWindow parent_instance;

  GCancellable *looking;

  AdwWindowTitle *heading;
  GtkLabel *sentence;
  GtkWidget *spinner;
  AdwPreferencesGroup *zip_group;
  AdwPreferencesGroup *music_group;
  AdwPreferencesGroup *track_group;
  AdwPreferencesGroup *playlist_group;
};

G_DEFINE_FINAL_TYPE (NamidaVersionDialog, namida_version_dialog, ADW_TYPE_WINDOW)

static void
add_row (AdwPreferencesGroup *group, const char *title, const char *figures)
{
  GtkWidget *row = adw_action_row_new ();
  GtkWidget *label = gtk_label_new (figures);
  g_autofree char *escaped = g_markup_escape_text (title, -1);

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), escaped);
  gtk_widget_add_css_class (label, "dim-label");
  gtk_widget_add_css_class (label, "numeric");
  if (figures != NULL)
    adw_action_row_add_suffix (ADW_ACTION_ROW (row), label);
  adw_preferences_group_add (group, row);
  gtk_widget_set_visible (GTK_WIDGET (group), TRUE);
}

static void
add_counts (AdwPreferencesGroup *group, GPtrArray *counts, guint most)
{
  for (guint i = 0; counts != NULL && i < counts->len && i < most; i++)
    {
      const NamidaNamedCount *one = g_ptr_array_index (counts, i);
      g_autofree char *figures = g_strdup_printf ("%'u", (guint) one->count);

      add_row (group, one->name, figures);
    }
}

static void
on_inspected (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (NamidaVersionDialog) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (NamidaInspection) inspection = namida_inspector_inspect_finish (result, &error);
  g_autofree char *sentence = NULL;
  g_auto (GStrv) lines = NULL;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  gtk_widget_set_visible (self->spinner, FALSE);
  if (inspection == NULL)
    {
      gtk_label_set_label (self->sentence, error->message);
      return;
    }
  sentence = namida_inspection_dup_sentence (inspection);
  lines = namida_inspection_dup_lines (inspection);
  gtk_label_set_label (self->sentence, sentence);
  for (char **line = lines; *line != NULL; line++)
    add_row (self->zip_group, *line, NULL);
  add_counts (self->track_group, inspection->top_tracks, 5);
  add_counts (self->playlist_group, inspection->playlists, 100);
}

static void
namida_version_dialog_dispose (GObject *object)
{
  NamidaVersionDialog *self = NAMIDA_VERSION_DIALOG (object);

  if (self->looking != NULL)
    g_cancellable_cancel (self->looking);
  g_clear_object (&self->looking);
  G_OBJECT_CLASS (namida_version_dialog_parent_class)->dispose (object);
}

static void
namida_version_dialog_class_init (NamidaVersionDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = namida_version_dialog_dispose;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/namida_sync/Desktop/ui/namida-version-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, NamidaVersionDialog, heading);
  gtk_widget_class_bind_template_child (widget_class, NamidaVersionDialog, sentence);
  gtk_widget_class_bind_template_child (widget_class, NamidaVersionDialog, spinner);
  gtk_widget_class_bind_template_child (widget_class, NamidaVersionDialog, zip_group);
  gtk_widget_class_bind_template_child (widget_class, NamidaVersionDialog, music_group);
  gtk_widget_class_bind_template_child (widget_class, NamidaVersionDialog, track_group);
  gtk_widget_class_bind_template_child (widget_class, NamidaVersionDialog, playlist_group);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Escape, 0, "window.close", NULL);
}

static void
namida_version_dialog_init (NamidaVersionDialog *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  namida_mnemonics_unspeak (GTK_WIDGET (self));
  self->looking = g_cancellable_new ();
}

static void
show_music (NamidaVersionDialog *self, NamidaVersion *version)
{
  GPtrArray *music = namida_version_get_music (version);

  for (guint i = 0; i < music->len; i++)
    {
      const NamidaVersionMusic *one = g_ptr_array_index (music, i);
      g_autofree char *size = namida_format_size (one->bytes);
      g_autofree char *files
          = g_strdup_printf (ngettext ("%'u file", "%'u files", (gulong) one->files), (guint) one->files);
      g_autofree char *figures = g_strdup_printf ("%s · %s", files, size);

      add_row (self->music_group, *one->label != '\0' ? one->label : _ ("Single files"), figures);
    }
}

NamidaVersionDialog *
namida_version_dialog_new (NamidaVersion *version)
{
  NamidaVersionDialog *self = g_object_new (NAMIDA_TYPE_VERSION_DIALOG, NULL);
  const char *zip = namida_version_get_zip_path (version);
  g_autofree char *when = namida_files_when (namida_version_get_created_at (version));
  g_autoptr (GFile) file = zip != NULL ? g_file_new_for_path (zip) : NULL;

  adw_window_title_set_title (self->heading, namida_version_get_alias (version));
  adw_window_title_set_subtitle (self->heading, when);
  show_music (self, version);
  gtk_widget_set_visible (self->spinner, file != NULL);
  if (file != NULL)
    namida_inspector_inspect_async (file, self->looking, on_inspected, g_object_ref (self));
  else
    gtk_label_set_label (self->sentence, _ ("It came without a backup of Namida: music and files only."));
  return self;
}
