/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The bar about a folder that cannot be used: see the header. The folders are checked in a worker thread. Main
 * context. */
#include "config.h"

#include "namida-folder-bar.h"

#include <glib/gi18n.h>

#include "namida-files.h"
#include "namida-folder-check.h"
#include "namida-mnemonics.h"

struct _NamidaFolderBar
{
  AdwBin parent_instance;

  NamidaHub *hub;
  GSettings *settings;
  GCancellable *cancellable;
  gboolean looking; /* a worker accesses the disk, which may be slow */
  gboolean again;   /* something has changed since the check began */
  const char *key;  /* (nullable): the setting of the folder that is shown as unavailable */
  GtkFileChooserNative *chooser;

  GtkRevealer *revealer;
  GtkLabel *words;
};

G_DEFINE_FINAL_TYPE (NamidaFolderBar, namida_folder_bar, ADW_TYPE_BIN)

static char *
folder_bar_dup_words (gboolean music, NamidaFolderState state, const char *path)
{
  g_autofree char *shown = namida_files_short_path (path);

  if (namida_files_below_portal (path) != NULL)
    return g_strdup (music ? _ ("Namida Sync no longer has access to your music folder. Choose it again.")
                           : _ ("Namida Sync no longer has access to your backup folder. Choose it again."));
  if (state == NAMIDA_FOLDER_GONE)
    return g_strdup_printf (
        music ? _ ("The music folder “%s” was not found. Connect its drive or choose another folder.")
              : _ ("The backup folder “%s” was not found. Connect its drive or choose another folder."),
        shown);
  return g_strdup_printf (music ? _ ("Namida Sync cannot write to the music folder “%s”. Choose another folder.")
                                : _ ("Namida Sync cannot write to the backup folder “%s”. Choose another folder."),
                          shown);
}

static void
folder_bar_show (NamidaFolderBar *self, NamidaFolderState backups, NamidaFolderState music)
{
  NamidaStore *store = namida_hub_get_store (self->hub);
  gboolean of_music = backups == NAMIDA_FOLDER_FINE;
  g_autofree char *words = NULL;

  if (backups == NAMIDA_FOLDER_FINE && music == NAMIDA_FOLDER_FINE)
    {
      self->key = NULL;
      gtk_revealer_set_reveal_child (self->revealer, FALSE);
      gtk_widget_set_visible (GTK_WIDGET (self), FALSE);
      return;
    }
  self->key = of_music ? "music-folder" : "backup-folder";
  words = folder_bar_dup_words (of_music, of_music ? music : backups,
                                of_music ? namida_store_get_music (store) : namida_store_get_backups (store));
  gtk_label_set_text (self->words, words);
  gtk_widget_set_visible (GTK_WIDGET (self), TRUE);
  gtk_revealer_set_reveal_child (self->revealer, TRUE);
}

static void
folder_bar_on_checked (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (NamidaFolderBar) self = user_data;
  NamidaFolderState backups, music;

  self->looking = FALSE;
  if (!namida_store_check_folders_finish (NAMIDA_STORE (source), result, &backups, &music, NULL) || self->hub == NULL)
    return;
  folder_bar_show (self, backups, music);
  if (self->again)
    namida_folder_bar_look (self);
}

void
namida_folder_bar_look (NamidaFolderBar *self)
{
  NamidaStore *store = self->hub != NULL ? namida_hub_get_store (self->hub) : NULL;

  if (store == NULL)
    return;
  self->again = self->looking;
  if (self->looking)
    return;
  self->looking = TRUE;
  namida_store_check_folders_async (store, self->cancellable, folder_bar_on_checked, g_object_ref (self));
}

static void
folder_bar_on_chosen (NamidaFolderBar *self, int response)
{
  g_autoptr (GFile) file = NULL;
  g_autofree char *path = NULL;

  if (response == GTK_RESPONSE_ACCEPT)
    file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (self->chooser));
  g_clear_object (&self->chooser);
  path = file != NULL ? g_file_get_path (file) : NULL;
  if (path != NULL && self->key != NULL && g_utf8_validate (path, -1, NULL))
    g_settings_set_string (self->settings, self->key, path);
  /* Check even if the same folder was chosen, because it may be available by now. */
  namida_folder_bar_look (self);
}

static void
folder_bar_on_choose (NamidaFolderBar *self)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));

  if (self->key == NULL)
    return;
  g_clear_object (&self->chooser);
  self->chooser = gtk_file_chooser_native_new (g_str_equal (self->key, "music-folder") ? _ ("Choose Music Folder")
                                                                                       : _ ("Folder for Backups"),
                                               GTK_IS_WINDOW (root) ? GTK_WINDOW (root) : NULL,
                                               GTK_FILE_CHOOSER_ACTION_SELECT_FOLDER, _ ("_Choose"), _ ("_Cancel"));
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (self->chooser), TRUE);
  g_signal_connect_object (self->chooser, "response", G_CALLBACK (folder_bar_on_chosen), self, G_CONNECT_SWAPPED);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (self->chooser));
}

static void
namida_folder_bar_dispose (GObject *object)
{
  NamidaFolderBar *self = NAMIDA_FOLDER_BAR (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->chooser);
  g_clear_object (&self->settings);
  g_clear_object (&self->hub);
  G_OBJECT_CLASS (namida_folder_bar_parent_class)->dispose (object);
}

static void
namida_folder_bar_finalize (GObject *object)
{
  g_object_unref (NAMIDA_FOLDER_BAR (object)->cancellable);
  G_OBJECT_CLASS (namida_folder_bar_parent_class)->finalize (object);
}

static void
namida_folder_bar_class_init (NamidaFolderBarClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = namida_folder_bar_dispose;
  G_OBJECT_CLASS (klass)->finalize = namida_folder_bar_finalize;
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/namida_sync/Desktop/ui/namida-folder-bar.ui");
  gtk_widget_class_bind_template_child (widget_class, NamidaFolderBar, revealer);
  gtk_widget_class_bind_template_child (widget_class, NamidaFolderBar, words);
  gtk_widget_class_bind_template_callback (widget_class, folder_bar_on_choose);
}

static void
namida_folder_bar_init (NamidaFolderBar *self)
{
  self->cancellable = g_cancellable_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
  namida_mnemonics_unspeak (GTK_WIDGET (self));
}

void
namida_folder_bar_set_hub (NamidaFolderBar *self, NamidaHub *hub, GSettings *settings)
{
  self->hub = g_object_ref (hub);
  self->settings = g_object_ref (settings);
  g_signal_connect_object (hub, "notify::running", G_CALLBACK (namida_folder_bar_look), self, G_CONNECT_SWAPPED);
  /* Connect “after”, so that the hub handles the change first. */
  g_signal_connect_object (settings, "changed::backup-folder", G_CALLBACK (namida_folder_bar_look), self,
                           G_CONNECT_SWAPPED | G_CONNECT_AFTER);
  g_signal_connect_object (settings, "changed::music-folder", G_CALLBACK (namida_folder_bar_look), self,
                           G_CONNECT_SWAPPED | G_CONNECT_AFTER);
  namida_folder_bar_look (self);
}
