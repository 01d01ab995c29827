/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Creates an instance of each template. A child name or a property that does not exist causes a warning, and warnings
 * are fatal in this test. */
#include "config.h"

#include <adwaita.h>
#include <locale.h>

#include "namida-accept-dialog.h"
#include "namida-accept-files.h"
#include "namida-address-dialog.h"
#include "namida-backups-page.h"
#include "namida-details-dialog.h"
#include "namida-device-page.h"
#include "namida-device-row.h"
#include "namida-devices-page.h"
#include "namida-file-row.h"
#include "namida-files.h"
#include "namida-folder-bar.h"
#include "namida-history-row.h"
#include "namida-introduction.h"
#include "namida-link-dialog.h"
#include "namida-message-dialog.h"
#include "namida-pair-dialog.h"
#include "namida-preferences.h"
#include "namida-merge-dialog.h"
#include "namida-restore-dialog.h"
#include "namida-song-picker.h"
#include "namida-send-item.h"
#include "namida-send-sheet.h"
#include "namida-tag.h"
#include "namida-transfer-row.h"
#include "namida-transfers-page.h"
#include "namida-version-page.h"
#include "namida-version-row.h"
#include "namida-window.h"

static void
test_template (gconstpointer data)
{
  GType (*get_type) (void) = (GType (*) (void)) data;
  GObject *object = g_object_new (get_type (), NULL);

  g_object_ref_sink (object);
  g_assert_true (GTK_IS_WIDGET (object));
  g_assert_nonnull (gtk_widget_get_first_child (GTK_WIDGET (object)));
  if (GTK_IS_WINDOW (object))
    gtk_window_destroy (GTK_WINDOW (object));
  g_object_unref (object);
}

/* The widest thing below @widget that must be as wide as @width. */
static void
test_tell_wide (GtkWidget *widget, int width, int depth)
{
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      int least;

      gtk_widget_measure (child, GTK_ORIENTATION_HORIZONTAL, -1, &least, NULL, NULL, NULL);
      if (!gtk_widget_get_visible (child) || least < width - 60)
        continue;
      g_test_message ("%*s%s: %d px%s%s", depth * 2, "", G_OBJECT_TYPE_NAME (child), least,
                      GTK_IS_LABEL (child) ? ": " : "",
                      GTK_IS_LABEL (child) ? gtk_label_get_label (GTK_LABEL (child)) : "");
      test_tell_wide (child, least, depth + 1);
    }
}

/* In a window of 360 px with the text one and a half times as large. */
static void
test_large_text (gconstpointer data)
{
  GType (*get_type) (void) = (GType (*) (void)) data;
  GtkSettings *settings = gtk_settings_get_default ();
  GtkWidget *widget, *narrow = NULL;
  int least, dpi;

  g_object_get (settings, "gtk-xft-dpi", &dpi, NULL);
  g_object_set (settings, "gtk-xft-dpi", 144 * 1024, NULL);
  widget = g_object_new (get_type (), NULL);
  g_object_ref_sink (widget);
  if (!GTK_IS_WINDOW (widget))
    {
      narrow = gtk_window_new ();
      gtk_widget_add_css_class (narrow, "narrow");
      gtk_window_set_child (GTK_WINDOW (narrow), widget);
    }
  gtk_widget_measure (GTK_IS_WINDOW (widget) ? gtk_widget_get_first_child (widget) : widget, GTK_ORIENTATION_HORIZONTAL,
                      -1, &least, NULL, NULL, NULL);
  if (least > 360)
    {
      test_tell_wide (widget, least, 0);
      g_test_fail_printf ("%d px wide", least);
    }
  gtk_window_destroy (GTK_WINDOW (narrow != NULL ? narrow : widget));
  g_object_unref (widget);
  g_object_set (settings, "gtk-xft-dpi", dpi, NULL);
}

static void
test_shortcuts (void)
{
  g_autoptr (GtkBuilder) builder = gtk_builder_new_from_resource ("/io/github/namida_sync/Desktop/gtk/help-overlay.ui");
  GObject *window = gtk_builder_get_object (builder, "help_overlay");

  g_assert_true (GTK_IS_SHORTCUTS_WINDOW (window));
  gtk_window_destroy (GTK_WINDOW (window));
}

static void
test_icons (void)
{
  static const char *const names[] = { "namida-backup-symbolic",
                                       "namida-cancel-symbolic",
                                       "namida-devices-symbolic",
                                       "namida-down-symbolic",
                                       "namida-laptop-symbolic",
                                       "namida-locked-symbolic",
                                       "namida-send-symbolic",
                                       "namida-up-symbolic",
                                       "namida-transfers-symbolic",
                                       "namida-unlocked-symbolic",
                                       NAMIDA_APP_ID };
  GtkIconTheme *theme = gtk_icon_theme_get_for_display (gdk_display_get_default ());

  gtk_icon_theme_add_resource_path (theme, "/io/github/namida_sync/Desktop/icons");
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (!gtk_icon_theme_has_icon (theme, names[i]))
      g_error ("the icon %s is missing", names[i]);
}

static void
test_words (void)
{
  g_autofree char *one = namida_files_words (1, 0, 0);
  g_autofree char *two = namida_files_words (1, 2, 0);
  g_autofree char *three = namida_files_words (1, 2, 3);

  g_assert_cmpstr (one, ==, "1 backup");
  g_assert_cmpstr (two, ==, "1 backup and 2 folders");
  g_assert_cmpstr (three, ==, "1 backup, 2 folders and 3 files");
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *name;
    GType (*get_type) (void);
  } templates[] = {
    { "accept-dialog", namida_accept_dialog_get_type },
    { "accept-files", namida_accept_files_get_type },
    { "address-dialog", namida_address_dialog_get_type },
    { "backups-page", namida_backups_page_get_type },
    { "message-dialog", namida_message_dialog_get_type },
    { "details-dialog", namida_details_dialog_get_type },
    { "device-page", namida_device_page_get_type },
    { "device-row", namida_device_row_get_type },
    { "devices-page", namida_devices_page_get_type },
    { "file-row", namida_file_row_get_type },
    { "folder-bar", namida_folder_bar_get_type },
    { "history-row", namida_history_row_get_type },
    { "introduction", namida_introduction_get_type },
    { "link-dialog", namida_link_dialog_get_type },
    { "pair-dialog", namida_pair_dialog_get_type },
    { "preferences", namida_preferences_get_type },
    { "merge-dialog", namida_merge_dialog_get_type },
    { "restore-dialog", namida_restore_dialog_get_type },
    { "song-picker", namida_song_picker_get_type },
    { "send-item", namida_send_item_get_type },
    { "send-sheet", namida_send_sheet_get_type },
    { "tag", namida_tag_get_type },
    { "transfer-row", namida_transfer_row_get_type },
    { "transfers-page", namida_transfers_page_get_type },
    { "version-page", namida_version_page_get_type },
    { "version-row", namida_version_row_get_type },
    { "window", namida_window_get_type },
  };

  setlocale (LC_ALL, "C.UTF-8");
  g_test_init (&argc, &argv, NULL);
  adw_init ();
  for (guint i = 0; i < G_N_ELEMENTS (templates); i++)
    {
      g_autofree char *path = g_strdup_printf ("/app/template/%s", templates[i].name);
      g_autofree char *large = g_strdup_printf ("/app/large-text/%s", templates[i].name);

      g_test_add_data_func (path, (gconstpointer) templates[i].get_type, test_template);
      g_test_add_data_func (large, (gconstpointer) templates[i].get_type, test_large_text);
    }
  g_test_add_func ("/app/shortcuts", test_shortcuts);
  g_test_add_func ("/app/icons", test_icons);
  g_test_add_func ("/app/words", test_words);
  return g_test_run ();
}
