/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The dialog of namida-trash-dialog.h: a row for each version that was moved to the trash, with the day on which it is
 * deleted and a button that restores it as a version. The list is read in a worker thread, again after each change; a
 * list that comes after the dialog was closed is ignored. Opened by the action "win.trash". Main context. */
#include "config.h"

#include "namida-trash-dialog.h"

#include "namida-dialog.h"
#include "namida-format.h"
#include "namida-gradual.h"
#include "namida-mnemonics.h"
#include "namida-spoken.h"

#include <glib/gi18n.h>

#define SHOWN 100u /* maximum number of rows, the newest ones */
#define FIRST_ROWS 8u
#define MORE_ROWS 4u

struct _NamidaTrashDialog
{
  AdwWindow parent_instance;

  NamidaVersions *versions;
  GCancellable *open; /* canceled when the dialog is closed */
  GPtrArray *trashed; /* (nullable) (element-type NamidaTrashedVersion): as read last */

  GtkButton *empty_button;
  GtkStack *stack;
  AdwStatusPage *nothing;
  GtkLabel *summary;
  GtkListBox *list;
};

G_DEFINE_FINAL_TYPE (NamidaTrashDialog, namida_trash_dialog, ADW_TYPE_WINDOW)

static void trash_dialog_load (NamidaTrashDialog *self);

/* ---- texts ---- */

/* Returns: (transfer full): a day as text. */
static char *
trash_dialog_dup_day (gint64 at)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_local (at / G_USEC_PER_SEC);

  /* Translators: a date such as “19 July 2026”, as strftime(3) formats it */
  return g_date_time_format (time, _ ("%-e %B %Y"));
}

/* Returns: (transfer full) */
static char *
trash_dialog_dup_summary (GPtrArray *trashed)
{
  guint64 bytes = 0;
  g_autofree char *size = NULL;

  for (guint i = 0; i < trashed->len; i++)
    bytes += ((NamidaTrashedVersion *) g_ptr_array_index (trashed, i))->bytes;
  size = namida_format_size (bytes);
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
trash_dialog_show_nothing (NamidaTrashDialog *self, const char *title, const char *text)
{
  g_autofree char *escaped = g_markup_escape_text (text, -1);

  adw_status_page_set_title (self->nothing, title);
  adw_status_page_set_description (self->nothing, escaped);
  gtk_stack_set_visible_child_name (self->stack, "nothing");
}

/* ---- taking back ---- */

static void
trash_dialog_on_taken (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (NamidaTrashDialog) self = user_data;
  g_autoptr (GError) error = NULL;
  gboolean taken = namida_versions_take_back_finish (NAMIDA_VERSIONS (source), result, &error);

  if (g_cancellable_is_cancelled (self->open))
    return;
  if (taken)
    trash_dialog_load (self);
  else
    gtk_label_set_label (self->summary, error->message);
}

static void
trash_dialog_on_take_back (GtkButton *button, NamidaTrashDialog *self)
{
  gtk_widget_set_sensitive (GTK_WIDGET (button), FALSE);
  namida_versions_take_back_async (self->versions, g_object_get_data (G_OBJECT (button), "id"), NULL,
                                   trash_dialog_on_taken, g_object_ref (self));
}

static GtkWidget *
trash_dialog_make_row (NamidaTrashDialog *self, const NamidaTrashedVersion *version)
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
  namida_spoken_set_name (button, spoken);
  g_object_set_data_full (G_OBJECT (button), "id", g_strdup (version->id), g_free);
  g_signal_connect_object (button, "clicked", G_CALLBACK (trash_dialog_on_take_back), self, 0);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), button);
  return row;
}

/* ---- emptying ---- */

static void
trash_dialog_on_emptied (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (NamidaTrashDialog) self = user_data;
  g_autoptr (GError) error = NULL;
  gboolean emptied = namida_versions_empty_trash_finish (NAMIDA_VERSIONS (source), result, &error);

  if (g_cancellable_is_cancelled (self->open))
    return;
  if (emptied)
    trash_dialog_load (self);
  else
    trash_dialog_show_nothing (self, _ ("Could Not Empty the Trash"), error->message);
}

static void
trash_dialog_on_empty_response (AdwMessageDialog *dialog, const char *response, NamidaTrashDialog *self)
{
  if (g_strcmp0 (response, "empty") != 0)
    return;
  gtk_widget_set_visible (GTK_WIDGET (self->empty_button), FALSE);
  gtk_stack_set_visible_child_name (self->stack, "loading");
  namida_versions_empty_trash_async (self->versions, NULL, trash_dialog_on_emptied, g_object_ref (self));
}

static void
trash_dialog_on_empty (NamidaTrashDialog *self)
{
  g_autofree char *body
      = g_strdup_printf (ngettext ("%'u version is deleted. This cannot be undone.",
                                   "%'u versions are deleted. This cannot be undone.", self->trashed->len),
                         self->trashed->len);
  GtkWidget *dialog = namida_dialog_new (GTK_WINDOW (self), _ ("Empty the Trash?"), body);

  adw_message_dialog_add_responses (ADW_MESSAGE_DIALOG (dialog), "cancel", _ ("_Cancel"), "empty", _ ("_Empty"), NULL);
  adw_message_dialog_set_response_appearance (ADW_MESSAGE_DIALOG (dialog), "empty", ADW_RESPONSE_DESTRUCTIVE);
  adw_message_dialog_set_close_response (ADW_MESSAGE_DIALOG (dialog), "cancel");
  g_signal_connect_object (dialog, "response", G_CALLBACK (trash_dialog_on_empty_response), self, 0);
  namida_dialog_present (ADW_MESSAGE_DIALOG (dialog));
}

/* ---- the list ---- */

static void
trash_dialog_add_row (guint index, gpointer user_data)
{
  NamidaTrashDialog *self = user_data;

  gtk_list_box_append (self->list, trash_dialog_make_row (self, g_ptr_array_index (self->trashed, index)));
}

/* @trashed: (transfer full) */
static void
trash_dialog_show (NamidaTrashDialog *self, GPtrArray *trashed)
{
  g_autofree char *summary = trash_dialog_dup_summary (trashed);
  GtkWidget *row;

  namida_gradual_stop (GTK_WIDGET (self));
  g_clear_pointer (&self->trashed, g_ptr_array_unref);
  self->trashed = trashed;
  gtk_widget_set_visible (GTK_WIDGET (self->empty_button), trashed->len > 0);
  while ((row = gtk_widget_get_first_child (GTK_WIDGET (self->list))) != NULL)
    gtk_list_box_remove (self->list, row);
  if (trashed->len == 0)
    {
      trash_dialog_show_nothing (self, _ ("The Trash Is Empty"),
                                 _ ("Versions that you move to the trash, or that exceed the number of versions to "
                                    "keep, stay here for 30 days before they are deleted."));
      return;
    }
  gtk_label_set_label (self->summary, summary);
  namida_gradual_run (GTK_WIDGET (self), MIN (trashed->len, SHOWN), FIRST_ROWS, MORE_ROWS, trash_dialog_add_row, self);
  gtk_stack_set_visible_child_name (self->stack, "list");
}

static void
trash_dialog_on_loaded (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (NamidaTrashDialog) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) trashed = namida_versions_list_trash_finish (NAMIDA_VERSIONS (source), result, &error);

  if (g_cancellable_is_cancelled (self->open))
    return;
  if (trashed != NULL)
    trash_dialog_show (self, g_steal_pointer (&trashed));
  else
    trash_dialog_show_nothing (self, _ ("Could Not Read the Trash"), error->message);
}

static void
trash_dialog_load (NamidaTrashDialog *self)
{
  namida_versions_list_trash_async (self->versions, self->open, trash_dialog_on_loaded, g_object_ref (self));
}

/* ---- the object ---- */

static void
namida_trash_dialog_dispose (GObject *object)
{
  NamidaTrashDialog *self = NAMIDA_TRASH_DIALOG (object);

  g_cancellable_cancel (self->open);
  namida_gradual_stop (GTK_WIDGET (self));
  g_clear_object (&self->versions);
  G_OBJECT_CLASS (namida_trash_dialog_parent_class)->dispose (object);
}

static void
namida_trash_dialog_finalize (GObject *object)
{
  g_object_unref (NAMIDA_TRASH_DIALOG (object)->open);
  g_clear_pointer (&NAMIDA_TRASH_DIALOG (object)->trashed, g_ptr_array_unref);
  G_OBJECT_CLASS (namida_trash_dialog_parent_class)->finalize (object);
}

static void
namida_trash_dialog_class_init (NamidaTrashDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = namida_trash_dialog_dispose;
  G_OBJECT_CLASS (klass)->finalize = namida_trash_dialog_finalize;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/namida_sync/Desktop/ui/namida-trash-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, NamidaTrashDialog, empty_button);
  gtk_widget_class_bind_template_child (widget_class, NamidaTrashDialog, stack);
  gtk_widget_class_bind_template_child (widget_class, NamidaTrashDialog, nothing);
  gtk_widget_class_bind_template_child (widget_class, NamidaTrashDialog, summary);
  gtk_widget_class_bind_template_child (widget_class, NamidaTrashDialog, list);
  gtk_widget_class_bind_template_callback (widget_class, trash_dialog_on_empty);
}

static void
namida_trash_dialog_init (NamidaTrashDialog *self)
{
  self->open = g_cancellable_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
  namida_mnemonics_unspeak (GTK_WIDGET (self));
}

NamidaTrashDialog *
namida_trash_dialog_new (NamidaHub *hub)
{
  NamidaTrashDialog *self = g_object_new (NAMIDA_TYPE_TRASH_DIALOG, NULL);

  self->versions = g_object_ref (namida_hub_get_versions (hub));
  trash_dialog_load (self);
  return self;
}
