/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The window in which the user chooses what to send to one device, or to several. Opened by namida-send-flow.c; it
 * sends through the same file. Main context. */
#include "config.h"

#include "namida-send-sheet.h"

#include <glib/gi18n.h>

#include "namida-files.h"
#include "namida-handover.h"
#include "namida-format.h"
#include "namida-mnemonics.h"
#include "namida-send-also.h"
#include "namida-send-flow.h"
#include "namida-send-item.h"
#include "namida-send-music.h"

struct _NamidaSendSheet
{
  AdwWindow parent_instance;

  NamidaPeer *peer;
  GCancellable *cancellable;
  GPtrArray *items; /* (element-type NamidaSendItem), borrowed from the list */
  gboolean chosen;  /* the user has added something */
  GtkFileChooserNative *chooser;

  AdwWindowTitle *heading;
  GtkListBox *list;
  GtkWidget *hint;
  GtkLabel *missing;
  GtkLabel *total;
  GtkWidget *send_button;
  GtkCheckButton *reread;
  AdwExpanderRow *also;
};

G_DEFINE_FINAL_TYPE (NamidaSendSheet, namida_send_sheet, ADW_TYPE_WINDOW)

static void
send_sheet_show (NamidaSendSheet *self)
{
  g_autoptr (GListStore) files = g_list_store_new (G_TYPE_FILE);
  guint64 bytes = 0;
  guint wanted = 0, waiting = 0;
  g_autofree char *size = NULL;
  g_autofree char *text = NULL;

  for (guint i = 0; i < self->items->len; i++)
    {
      NamidaSendItem *item = g_ptr_array_index (self->items, i);

      if (!namida_send_item_get_wanted (item))
        continue;
      g_list_store_append (files, namida_send_item_get_file (item));
      wanted++;
      waiting += !namida_send_item_get_ready (item);
      bytes += namida_send_item_get_bytes (item);
    }
  size = namida_format_size (bytes);
  if (wanted == 0)
    text = g_strdup (_ ("Nothing selected"));
  else if (waiting > 0)
    text = g_strdup (_ ("Counting…"));
  else
    /* Translators: a size, as in “12.4 GB in total” */
    text = g_strdup_printf (_ ("%s in total"), size);
  gtk_label_set_label (self->total, text);
  /* Sending does not have to wait for the size, because the transfer scans again. */
  gtk_widget_set_sensitive (self->send_button, wanted > 0);
  gtk_widget_set_visible (GTK_WIDGET (self->list), self->items->len > 0);
  namida_send_music_check (self->missing, G_LIST_MODEL (files));
}

/* Returns: (transfer none) (nullable) */
static NamidaSendItem *
send_sheet_find_listed (NamidaSendSheet *self, GFile *file)
{
  for (guint i = 0; i < self->items->len; i++)
    if (g_file_equal (namida_send_item_get_file (g_ptr_array_index (self->items, i)), file))
      return g_ptr_array_index (self->items, i);
  return NULL;
}

/* Returns: (transfer none): the row of @file, which may be listed already. */
static NamidaSendItem *
send_sheet_add_file (NamidaSendSheet *self, GFile *file)
{
  NamidaSendItem *item = send_sheet_find_listed (self, file);

  if (item != NULL)
    return item;
  item = namida_send_item_new (file);
  g_ptr_array_add (self->items, item);
  g_signal_connect_object (item, "notify::wanted", G_CALLBACK (send_sheet_show), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (item, "notify::ready", G_CALLBACK (send_sheet_show), self, G_CONNECT_SWAPPED);
  gtk_list_box_append (self->list, GTK_WIDGET (item));
  gtk_widget_set_visible (self->hint, FALSE);
  send_sheet_show (self);
  return item;
}

static void
send_sheet_on_music_known (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (NamidaSendSheet) self = user_data;
  g_autoptr (GFileInfo) info = g_file_query_info_finish (G_FILE (source), result, NULL);

  if (g_cancellable_is_cancelled (self->cancellable))
    return;
  if (info != NULL && g_file_info_get_file_type (info) == G_FILE_TYPE_DIRECTORY)
    send_sheet_add_file (self, G_FILE (source));
  gtk_widget_set_visible (self->hint, self->items->len == 0);
}

static void
send_sheet_look_for_music (NamidaSendSheet *self, const char *folder)
{
  g_autoptr (GFile) file = g_file_new_for_path (folder);

  g_file_query_info_async (file, G_FILE_ATTRIBUTE_STANDARD_TYPE, G_FILE_QUERY_INFO_NONE, G_PRIORITY_DEFAULT,
                           self->cancellable, send_sheet_on_music_known, g_object_ref (self));
}

static void
send_sheet_on_backup_found (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (NamidaSendSheet) self = user_data;
  g_autoptr (GFile) file = namida_files_find_backup_finish (result, NULL);
  GStrv music = g_object_get_data (G_OBJECT (self), "music");

  if (g_cancellable_is_cancelled (self->cancellable))
    return;
  if (file != NULL)
    send_sheet_add_file (self, file);
  for (guint i = 0; music != NULL && music[i] != NULL; i++)
    send_sheet_look_for_music (self, music[i]);
  if (music == NULL)
    gtk_widget_set_visible (self->hint, self->items->len == 0);
}

/* Someone who names single files wants these, and not the backup and the music that the window has suggested; these
 * stay in the list and can be selected again. */
static void
send_sheet_drop_suggestions (NamidaSendSheet *self)
{
  if (self->chosen)
    return;
  for (guint i = 0; i < self->items->len; i++)
    namida_send_item_set_wanted (g_ptr_array_index (self->items, i), FALSE);
}

static void
send_sheet_on_chosen (NamidaSendSheet *self, int response)
{
  g_autoptr (GListModel) files = NULL;

  if (response == GTK_RESPONSE_ACCEPT)
    files = gtk_file_chooser_get_files (GTK_FILE_CHOOSER (self->chooser));
  if (files != NULL && g_list_model_get_n_items (files) > 0
      && gtk_file_chooser_get_action (GTK_FILE_CHOOSER (self->chooser)) == GTK_FILE_CHOOSER_ACTION_OPEN)
    send_sheet_drop_suggestions (self);
  for (guint i = 0; files != NULL && i < g_list_model_get_n_items (files); i++)
    {
      g_autoptr (GFile) file = g_list_model_get_item (files, i);

      self->chosen = TRUE;
      namida_send_item_set_wanted (send_sheet_add_file (self, file), TRUE);
    }
  g_clear_object (&self->chooser);
}

static void
send_sheet_open_chooser (NamidaSendSheet *self, const char *title, GtkFileChooserAction action)
{
  GStrv music = g_object_get_data (G_OBJECT (self), "music");
  g_autoptr (GFile) folder = music != NULL && music[0] != NULL ? g_file_new_for_path (music[0]) : NULL;

  g_clear_object (&self->chooser);
  self->chooser = gtk_file_chooser_native_new (title, GTK_WINDOW (self), action, _ ("_Add"), _ ("_Cancel"));
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (self->chooser), TRUE);
  gtk_file_chooser_set_select_multiple (GTK_FILE_CHOOSER (self->chooser), TRUE);
  /* Begin where the music is. */
  if (folder != NULL)
    gtk_file_chooser_set_current_folder (GTK_FILE_CHOOSER (self->chooser), folder, NULL);
  g_signal_connect_object (self->chooser, "response", G_CALLBACK (send_sheet_on_chosen), self, G_CONNECT_SWAPPED);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (self->chooser));
}

static void
send_sheet_on_add_files (NamidaSendSheet *self)
{
  send_sheet_open_chooser (self, _ ("Add Files"), GTK_FILE_CHOOSER_ACTION_OPEN);
}

static void
send_sheet_on_add_folder (NamidaSendSheet *self)
{
  send_sheet_open_chooser (self, _ ("Add a Folder"), GTK_FILE_CHOOSER_ACTION_SELECT_FOLDER);
}

static void
send_sheet_on_send (NamidaSendSheet *self)
{
  g_autoptr (GListStore) files = g_list_store_new (G_TYPE_FILE);
  g_autoptr (GPtrArray) peers = namida_send_also_dup_chosen (self->also);
  GtkWindow *parent = gtk_window_get_transient_for (GTK_WINDOW (self));

  for (guint i = 0; i < self->items->len; i++)
    if (namida_send_item_get_wanted (g_ptr_array_index (self->items, i)))
      g_list_store_append (files, namida_send_item_get_file (g_ptr_array_index (self->items, i)));
  g_ptr_array_insert (peers, 0, g_object_ref (self->peer));
  for (guint i = 0; i < peers->len; i++)
    namida_send_flow_send (GTK_WIDGET (parent), g_ptr_array_index (peers, i), G_LIST_MODEL (files),
                           gtk_check_button_get_active (self->reread));
  gtk_window_close (GTK_WINDOW (self));
}

static void
namida_send_sheet_dispose (GObject *object)
{
  NamidaSendSheet *self = NAMIDA_SEND_SHEET (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->chooser);
  g_clear_object (&self->peer);
  G_OBJECT_CLASS (namida_send_sheet_parent_class)->dispose (object);
}

static void
namida_send_sheet_finalize (GObject *object)
{
  NamidaSendSheet *self = NAMIDA_SEND_SHEET (object);

  g_clear_object (&self->cancellable);
  g_ptr_array_unref (self->items);
  G_OBJECT_CLASS (namida_send_sheet_parent_class)->finalize (object);
}

static void
namida_send_sheet_class_init (NamidaSendSheetClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = namida_send_sheet_dispose;
  G_OBJECT_CLASS (klass)->finalize = namida_send_sheet_finalize;
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/namida_sync/Desktop/ui/namida-send-sheet.ui");
  gtk_widget_class_bind_template_child (widget_class, NamidaSendSheet, heading);
  gtk_widget_class_bind_template_child (widget_class, NamidaSendSheet, list);
  gtk_widget_class_bind_template_child (widget_class, NamidaSendSheet, hint);
  gtk_widget_class_bind_template_child (widget_class, NamidaSendSheet, missing);
  gtk_widget_class_bind_template_child (widget_class, NamidaSendSheet, reread);
  gtk_widget_class_bind_template_child (widget_class, NamidaSendSheet, also);
  gtk_widget_class_bind_template_child (widget_class, NamidaSendSheet, total);
  gtk_widget_class_bind_template_child (widget_class, NamidaSendSheet, send_button);
  gtk_widget_class_bind_template_callback (widget_class, send_sheet_on_add_files);
  gtk_widget_class_bind_template_callback (widget_class, send_sheet_on_add_folder);
  gtk_widget_class_bind_template_callback (widget_class, send_sheet_on_send);
}

static void
namida_send_sheet_init (NamidaSendSheet *self)
{
  self->items = g_ptr_array_new ();
  self->cancellable = g_cancellable_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
  namida_mnemonics_unspeak (GTK_WIDGET (self));
}

NamidaSendSheet *
namida_send_sheet_new (NamidaHub *hub, NamidaPeer *peer)
{
  NamidaSendSheet *self = g_object_new (NAMIDA_TYPE_SEND_SHEET, NULL);
  NamidaStore *store = namida_hub_get_store (hub);
  g_autofree char *title = g_strdup_printf (_ ("Send to %s"), namida_peer_get_alias (peer));

  self->peer = g_object_ref (peer);
  gtk_window_set_title (GTK_WINDOW (self), title);
  adw_window_title_set_title (self->heading, title);
  if (store != NULL)
    {
      const NamidaHandover *handover = namida_handover_of (G_OBJECT (hub));
      gboolean has_music = handover != NULL && handover->music[0] != NULL;
      gboolean has_backups = handover != NULL && handover->backups != NULL;
      const char *own[] = { namida_store_get_music (store), NULL };

      g_object_set_data_full (G_OBJECT (self), "music", g_strdupv (has_music ? handover->music : (GStrv) own),
                              (GDestroyNotify) g_strfreev);
      namida_files_find_backup_async (has_backups ? handover->backups : namida_store_get_backups (store),
                                      self->cancellable, send_sheet_on_backup_found, g_object_ref (self));
    }
  namida_send_also_fill (self->also, hub, peer);
  send_sheet_show (self);
  return self;
}
