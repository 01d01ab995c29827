/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The dialog of namida-trash-dialog.h: a row for each version that retention moved to the trash, with the day on
 * which it is deleted and a button that restores it as a version. The list is read in a worker thread, again after
 * each change; a list that comes after the dialog was closed is ignored. A window has one such dialog. Opened by the
 * action "win.trash". Main context. */
#include "config.h"

#include "namida-trash-dialog.h"

#include "namida-dialog.h"
#include "namida-format.h"

#include <glib/gi18n.h>

#define DIALOG_KEY "namida-trash-dialog" /* of the window: (nullable) (transfer none): its dialog */
#define SHOWN 100u                       /* maximum number of rows, the newest ones */

static void trash_dialog_load (AdwMessageDialog *dialog);

static NamidaVersions *
trash_dialog_get_versions (AdwMessageDialog *dialog)
{
  return g_object_get_data (G_OBJECT (dialog), "versions");
}

/* Canceled when the dialog is closed. */
static GCancellable *
trash_dialog_get_open (AdwMessageDialog *dialog)
{
  return g_object_get_data (G_OBJECT (dialog), "open");
}

static void
trash_dialog_on_taken (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (AdwMessageDialog) dialog = user_data;
  g_autoptr (GError) error = NULL;

  gboolean taken = namida_versions_take_back_finish (NAMIDA_VERSIONS (source), result, &error);

  if (g_cancellable_is_cancelled (trash_dialog_get_open (dialog)))
    return;
  if (taken)
    trash_dialog_load (dialog);
  else
    adw_message_dialog_set_body (dialog, error->message);
}

static void
trash_dialog_on_take_back (GtkButton *button, AdwMessageDialog *dialog)
{
  gtk_widget_set_sensitive (GTK_WIDGET (button), FALSE);
  namida_versions_take_back_async (trash_dialog_get_versions (dialog), g_object_get_data (G_OBJECT (button), "id"),
                                   NULL, trash_dialog_on_taken, g_object_ref (dialog));
}

/* Returns: (transfer full): a day as text. */
static char *
trash_dialog_dup_day (gint64 at)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_local (at / G_USEC_PER_SEC);

  /* Translators: a date such as “19 July 2026”, as strftime(3) formats it */
  return g_date_time_format (time, _ ("%-e %B %Y"));
}

static GtkWidget *
trash_dialog_make_row (AdwMessageDialog *dialog, const NamidaTrashedVersion *version)
{
  GtkWidget *row = adw_action_row_new ();
  GtkWidget *button = gtk_button_new_with_label (_ ("Restore Version"));
  g_autofree char *name = namida_format_name (version->alias);
  g_autofree char *made = trash_dialog_dup_day (version->created_at);
  g_autofree char *gone = trash_dialog_dup_day (version->gone_at);
  g_autofree char *size = namida_format_size (version->bytes);
  /* Translators: a device, then the day on which it sent this version */
  g_autofree char *title = g_strdup_printf (_ ("%s, %s"), name, made);
  /* Translators: a size, then the day on which a version is deleted */
  g_autofree char *subtitle = g_strdup_printf (_ ("%s · Deleted on %s"), size, gone);
  g_autofree char *escaped = g_markup_escape_text (subtitle, -1);
  /* Translators: for screen readers: a device, then a day */
  g_autofree char *spoken = g_strdup_printf (_ ("Restore the version of %s of %s"), name, made);

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), escaped);
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, spoken, -1);
  g_object_set_data_full (G_OBJECT (button), "id", g_strdup (version->id), g_free);
  g_signal_connect_object (button, "clicked", G_CALLBACK (trash_dialog_on_take_back), dialog, 0);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), button);
  return row;
}

static char *
trash_dialog_dup_body (GPtrArray *trashed)
{
  guint64 bytes = 0;
  g_autofree char *size = NULL;

  for (guint i = 0; i < trashed->len; i++)
    bytes += ((NamidaTrashedVersion *) g_ptr_array_index (trashed, i))->bytes;
  size = namida_format_size (bytes);
  if (trashed->len == 0)
    return g_strdup (_ ("The trash is empty. Versions that exceed the number of versions to keep wait here for 30 days "
                        "before they are deleted."));
  /* Translators: %'u is a number of versions, %s the size of their files */
  return g_strdup_printf (ngettext ("%'u version (%s) is deleted after 30 days, or earlier if the drive needs the "
                                    "space. A version that you restore is pinned. Files that other versions also have "
                                    "use no space of their own.",
                                    "%'u versions (%s) are deleted after 30 days, or earlier if the drive needs the "
                                    "space. A version that you restore is pinned. Files that other versions also have "
                                    "use no space of their own.",
                                    trashed->len),
                          trashed->len, size);
}

static void
trash_dialog_show_rows (AdwMessageDialog *dialog, GPtrArray *trashed)
{
  GtkWidget *group, *scrolled;

  if (trashed->len == 0)
    {
      adw_message_dialog_set_extra_child (dialog, NULL);
      return;
    }
  group = adw_preferences_group_new ();
  for (guint i = 0; i < MIN (trashed->len, SHOWN); i++)
    adw_preferences_group_add (ADW_PREFERENCES_GROUP (group),
                               trash_dialog_make_row (dialog, g_ptr_array_index (trashed, i)));
  scrolled = gtk_scrolled_window_new ();
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scrolled), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_propagate_natural_height (GTK_SCROLLED_WINDOW (scrolled), TRUE);
  gtk_scrolled_window_set_max_content_height (GTK_SCROLLED_WINDOW (scrolled), 360);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), group);
  adw_message_dialog_set_extra_child (dialog, scrolled);
}

static void
trash_dialog_on_loaded (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (AdwMessageDialog) dialog = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) trashed = namida_versions_list_trash_finish (NAMIDA_VERSIONS (source), result, &error);
  g_autofree char *body = NULL;

  if (g_cancellable_is_cancelled (trash_dialog_get_open (dialog)))
    return;
  if (trashed != NULL)
    body = trash_dialog_dup_body (trashed);
  adw_message_dialog_set_body (dialog, body != NULL ? body : error->message);
  if (trashed != NULL)
    trash_dialog_show_rows (dialog, trashed);
  /* Show the dialog only when it has its text, because older versions of libadwaita (such as 1.2) cut off a text that
   * is set later. */
  if (!gtk_widget_get_visible (GTK_WIDGET (dialog)))
    namida_dialog_present (dialog);
}

static void
trash_dialog_load (AdwMessageDialog *dialog)
{
  namida_versions_list_trash_async (trash_dialog_get_versions (dialog), trash_dialog_get_open (dialog),
                                    trash_dialog_on_loaded, g_object_ref (dialog));
}

static void
trash_dialog_on_destroy (GtkWidget *dialog, GtkWindow *parent)
{
  g_cancellable_cancel (trash_dialog_get_open (ADW_MESSAGE_DIALOG (dialog)));
  g_object_set_data (G_OBJECT (parent), DIALOG_KEY, NULL);
}

void
namida_trash_dialog_show (GtkWindow *parent, NamidaHub *hub)
{
  GtkWidget *dialog = g_object_get_data (G_OBJECT (parent), DIALOG_KEY);

  /* It may still be reading its list, without being visible. */
  if (dialog != NULL)
    return;
  dialog = namida_dialog_new (parent, _ ("Trash"), NULL);
  gtk_window_set_destroy_with_parent (GTK_WINDOW (dialog), TRUE);
  g_object_set_data (G_OBJECT (parent), DIALOG_KEY, dialog);
  g_object_set_data_full (G_OBJECT (dialog), "open", g_cancellable_new (), g_object_unref);
  g_signal_connect_object (dialog, "destroy", G_CALLBACK (trash_dialog_on_destroy), parent, 0);
  g_object_set_data_full (G_OBJECT (dialog), "versions", g_object_ref (namida_hub_get_versions (hub)), g_object_unref);
  adw_message_dialog_add_responses (ADW_MESSAGE_DIALOG (dialog), "close", _ ("_Close"), NULL);
  adw_message_dialog_set_close_response (ADW_MESSAGE_DIALOG (dialog), "close");
  trash_dialog_load (ADW_MESSAGE_DIALOG (dialog));
}
