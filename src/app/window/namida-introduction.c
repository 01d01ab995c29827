/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "namida-introduction.h"

#include <glib/gi18n.h>

#include "namida-files.h"
#include "namida-mnemonics.h"

struct _NamidaIntroduction
{
  AdwWindow parent_instance;

  GSettings *settings;
  GtkFileChooserNative *chooser;
  char *default_alias;
  char *folder; /* (nullable): chosen here */

  GtkImage *icon;
  GtkEditable *alias;
  AdwActionRow *folder_row;
};

G_DEFINE_FINAL_TYPE (NamidaIntroduction, namida_introduction, ADW_TYPE_WINDOW)

static void
on_folder_chosen (NamidaIntroduction *self, int response)
{
  g_autoptr (GFile) file = NULL;
  g_autofree char *path = NULL;
  g_autofree char *shown = NULL;

  if (response == GTK_RESPONSE_ACCEPT)
    file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (self->chooser));
  g_clear_object (&self->chooser);
  path = file != NULL ? g_file_get_path (file) : NULL;
  if (path == NULL || !g_utf8_validate (path, -1, NULL))
    return;
  g_free (self->folder);
  self->folder = g_steal_pointer (&path);
  shown = namida_files_short_path (self->folder);
  adw_action_row_set_subtitle (self->folder_row, shown);
}

static void
on_folder (NamidaIntroduction *self)
{
  g_clear_object (&self->chooser);
  self->chooser = gtk_file_chooser_native_new (_ ("Folder for Backups"), GTK_WINDOW (self),
                                               GTK_FILE_CHOOSER_ACTION_SELECT_FOLDER, _ ("_Choose"), _ ("_Cancel"));
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (self->chooser), TRUE);
  g_signal_connect_object (self->chooser, "response", G_CALLBACK (on_folder_chosen), self, G_CONNECT_SWAPPED);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (self->chooser));
}

/* What is left as it is stays a default: it follows the computer's name, and the home folder. */
static void
on_start (NamidaIntroduction *self)
{
  g_autofree char *alias = g_strstrip (g_strdup (gtk_editable_get_text (self->alias)));

  if (*alias != '\0' && g_strcmp0 (alias, self->default_alias) != 0)
    g_settings_set_string (self->settings, "alias", alias);
  if (self->folder != NULL)
    g_settings_set_string (self->settings, "backup-folder", self->folder);
  gtk_window_close (GTK_WINDOW (self));
}

static gboolean
namida_introduction_close_request (GtkWindow *window)
{
  NamidaIntroduction *self = NAMIDA_INTRODUCTION (window);

  /* However it goes away: it is asked once. */
  g_settings_set_boolean (self->settings, "introduced", TRUE);
  return GTK_WINDOW_CLASS (namida_introduction_parent_class)->close_request (window);
}

static void
namida_introduction_dispose (GObject *object)
{
  NamidaIntroduction *self = NAMIDA_INTRODUCTION (object);

  g_clear_object (&self->chooser);
  g_clear_object (&self->settings);
  G_OBJECT_CLASS (namida_introduction_parent_class)->dispose (object);
}

static void
namida_introduction_finalize (GObject *object)
{
  NamidaIntroduction *self = NAMIDA_INTRODUCTION (object);

  g_free (self->default_alias);
  g_free (self->folder);
  G_OBJECT_CLASS (namida_introduction_parent_class)->finalize (object);
}

static void
namida_introduction_class_init (NamidaIntroductionClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = namida_introduction_dispose;
  G_OBJECT_CLASS (klass)->finalize = namida_introduction_finalize;
  GTK_WINDOW_CLASS (klass)->close_request = namida_introduction_close_request;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/namida_sync/Desktop/ui/namida-introduction.ui");
  gtk_widget_class_bind_template_child (widget_class, NamidaIntroduction, icon);
  gtk_widget_class_bind_template_child (widget_class, NamidaIntroduction, alias);
  gtk_widget_class_bind_template_child (widget_class, NamidaIntroduction, folder_row);
  gtk_widget_class_bind_template_callback (widget_class, on_folder);
  gtk_widget_class_bind_template_callback (widget_class, on_start);
}

static void
namida_introduction_init (NamidaIntroduction *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_image_set_from_icon_name (self->icon, NAMIDA_APP_ID);
  namida_mnemonics_unspeak (GTK_WIDGET (self));
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (self->folder_row), FALSE);
}

NamidaIntroduction *
namida_introduction_new (NamidaHub *hub, GSettings *settings)
{
  NamidaIntroduction *self = g_object_new (NAMIDA_TYPE_INTRODUCTION, NULL);
  g_autofree char *folder = namida_files_short_path (namida_store_get_backups (namida_hub_get_store (hub)));

  self->settings = g_object_ref (settings);
  self->default_alias = g_strdup (namida_identity_get_alias (namida_hub_get_identity (hub)));
  gtk_editable_set_text (self->alias, self->default_alias);
  adw_action_row_set_subtitle (self->folder_row, folder);
  return self;
}
