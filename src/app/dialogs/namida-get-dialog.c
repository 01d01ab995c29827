/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fetching backups from another device: see the header. Choosing another device asks it for its list; answers that
 * come too late are ignored. Closing the window does not end a transfer that has begun: it continues in the list of
 * transfers. Main context. */
#include "config.h"

#include "namida-get-dialog.h"

#include <glib/gi18n.h>

#include "namida-error.h"
#include "namida-files.h"
#include "namida-format.h"
#include "namida-gradual.h"
#include "namida-mnemonics.h"

#define FIRST_VERSIONS 8u /* how many a window shows */
#define MORE_VERSIONS 4u

struct _NamidaGetDialog
{
  AdwWindow parent_instance;

  NamidaHub *hub;
  GCancellable *asking;     /* for the pending request */
  GPtrArray *peers;         /* (element-type NamidaPeer): the devices to choose from */
  GPtrArray *kept;          /* (nullable) (element-type NamidaKeptBackup) */
  GPtrArray *versions;      /* (element-type GtkCheckButton), borrowed: one for each of @kept */
  GPtrArray *labels;        /* (element-type GtkCheckButton), borrowed: of the chosen version */
  GPtrArray *version_rows;  /* (element-type GtkWidget), borrowed */
  GPtrArray *label_rows;    /* (element-type GtkWidget), borrowed */
  guint chosen;             /* index in @kept */
  NamidaTransfer *transfer; /* (nullable) until it begins */

  GtkStack *stack;
  AdwComboRow *device;
  AdwPreferencesGroup *version_group;
  AdwPreferencesGroup *label_group;
  GtkButton *get;
  AdwStatusPage *progress;
  GtkProgressBar *bar;
  GtkLabel *state;
};

G_DEFINE_FINAL_TYPE (NamidaGetDialog, namida_get_dialog, ADW_TYPE_WINDOW)

static void
get_dialog_clear_rows (AdwPreferencesGroup *group, GPtrArray *rows, GPtrArray *checks)
{
  for (guint i = 0; i < rows->len; i++)
    adw_preferences_group_remove (group, rows->pdata[i]);
  g_ptr_array_set_size (rows, 0);
  g_ptr_array_set_size (checks, 0);
}

static GtkCheckButton *
get_dialog_add_row (AdwPreferencesGroup *group, GPtrArray *rows, const char *title, const char *subtitle)
{
  GtkWidget *row = adw_action_row_new ();
  GtkWidget *check = gtk_check_button_new ();
  g_autofree char *escaped = g_markup_escape_text (subtitle, -1);

  gtk_widget_set_valign (check, GTK_ALIGN_CENTER);
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), escaped);
  adw_action_row_add_prefix (ADW_ACTION_ROW (row), check);
  adw_action_row_set_activatable_widget (ADW_ACTION_ROW (row), check);
  adw_preferences_group_add (group, row);
  g_ptr_array_add (rows, row);
  return GTK_CHECK_BUTTON (check);
}

/* ---- the parts of a version ---- */

static void
get_dialog_show_labels (NamidaGetDialog *self)
{
  const NamidaKeptBackup *one
      = self->kept != NULL && self->chosen < self->kept->len ? g_ptr_array_index (self->kept, self->chosen) : NULL;
  guint n = one != NULL && one->labels != NULL ? one->labels->len : 0;

  get_dialog_clear_rows (self->label_group, self->label_rows, self->labels);
  gtk_widget_set_visible (GTK_WIDGET (self->label_group), n > 0);
  for (guint i = 0; i < n; i++)
    {
      GtkCheckButton *check = get_dialog_add_row (self->label_group, self->label_rows, one->labels->pdata[i], "");

      gtk_check_button_set_active (check, TRUE);
      g_ptr_array_add (self->labels, check);
    }
  gtk_widget_set_sensitive (GTK_WIDGET (self->get), one != NULL);
}

static void
get_dialog_on_version (NamidaGetDialog *self)
{
  for (guint i = 0; i < self->versions->len; i++)
    if (gtk_check_button_get_active (self->versions->pdata[i]) && self->chosen != i)
      {
        self->chosen = i;
        get_dialog_show_labels (self);
      }
}

/* ---- the versions ---- */

static void
get_dialog_add_version (guint index, gpointer user_data)
{
  NamidaGetDialog *self = user_data;
  const NamidaKeptBackup *one = g_ptr_array_index (self->kept, index);
  g_autofree char *title = namida_format_title (one->title);
  g_autofree char *when = namida_files_when ((gint64) one->created_ms * 1000);
  g_autofree char *size = namida_format_size (one->bytes);
  /* Translators: a time, as in "today, 09:12", and a size */
  g_autofree char *figures = g_strdup_printf (_ ("%s · %s"), when, size);
  GtkCheckButton *check = get_dialog_add_row (self->version_group, self->version_rows, title, figures);

  if (index > 0)
    gtk_check_button_set_group (check, self->versions->pdata[0]);
  g_ptr_array_add (self->versions, check);
  if (index == 0)
    gtk_check_button_set_active (check, TRUE);
  g_signal_connect_object (check, "toggled", G_CALLBACK (get_dialog_on_version), self, G_CONNECT_SWAPPED);
}

static void
get_dialog_show_versions (NamidaGetDialog *self)
{
  namida_gradual_stop (GTK_WIDGET (self));
  get_dialog_clear_rows (self->version_group, self->version_rows, self->versions);
  self->chosen = 0;
  namida_gradual_run (GTK_WIDGET (self), self->kept != NULL ? self->kept->len : 0, FIRST_VERSIONS, MORE_VERSIONS,
                      get_dialog_add_version, self);
  get_dialog_show_labels (self);
}

static NamidaPeer *
get_dialog_peer (NamidaGetDialog *self)
{
  guint selected = adw_combo_row_get_selected (self->device);

  return selected < self->peers->len ? self->peers->pdata[selected] : NULL;
}

/* A description is markup, and a message may have the name of a device in it. */
static void
get_dialog_describe (NamidaGetDialog *self, const char *text)
{
  g_autofree char *escaped = g_markup_escape_text (text, -1);

  adw_preferences_group_set_description (self->version_group, escaped);
}

/* Shows what to press on the other device, or which command to run there if it has no window. The switch exists only if
 * that device trusts this computer; in that case, the message of the device contains the command in every language. */
static void
get_dialog_show_declined (NamidaGetDialog *self, const char *message)
{
  NamidaPeer *peer = get_dialog_peer (self);
  NamidaIdentity *identity = namida_hub_get_identity (self->hub);
  const char *own = identity != NULL ? namida_identity_get_alias (identity) : NULL;
  g_autofree char *quoted = own != NULL ? g_shell_quote (own) : NULL;
  g_autofree char *text = NULL;

  if (strstr (message, "--restore yes") != NULL && peer != NULL && quoted != NULL)
    /* Translators: The first %s is the name of a device. The text in quotes is the title of a switch. The command after
     * the last line break must not be translated; its %s is the name of this computer. */
    text = g_strdup_printf (_ ("“%s” does not allow this computer to get backups back yet.\n\nOn that device, open the "
                               "page of this computer and turn on “Get Back What Is Kept for It”. If it has no window, "
                               "run there:\nnamida-sync-cli trust set %s --restore yes"),
                            namida_peer_get_alias (peer), quoted);
  get_dialog_describe (self, text != NULL ? text : message);
}

static void
get_dialog_on_listed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (NamidaGetDialog) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) kept = namida_hub_list_kept_finish (NAMIDA_HUB (source), result, &error);

  /* Another device was chosen, or the window was closed. */
  if (g_cancellable_is_cancelled (g_task_get_cancellable (G_TASK (result))))
    return;
  namida_gradual_stop (GTK_WIDGET (self));
  g_clear_pointer (&self->kept, g_ptr_array_unref);
  if (kept != NULL && kept->len > 0)
    {
      adw_preferences_group_set_description (self->version_group, NULL);
      self->kept = g_steal_pointer (&kept);
    }
  else if (g_error_matches (error, NAMIDA_ERROR, NAMIDA_ERROR_DECLINED))
    get_dialog_show_declined (self, error->message);
  else if (error != NULL)
    get_dialog_describe (self, error->message);
  else
    adw_preferences_group_set_description (self->version_group, _ ("This device keeps no backup for this computer."));
  get_dialog_show_versions (self);
}

static void
get_dialog_ask (NamidaGetDialog *self)
{
  NamidaPeer *peer = get_dialog_peer (self);

  g_cancellable_cancel (self->asking);
  g_clear_object (&self->asking);
  self->asking = g_cancellable_new ();
  g_clear_pointer (&self->kept, g_ptr_array_unref);
  get_dialog_show_versions (self);
  if (peer == NULL)
    {
      adw_preferences_group_set_description (
          self->version_group,
          _ ("No trusted device is nearby. Open Namida Sync on the device that keeps your backups and pair with it."));
      return;
    }
  adw_preferences_group_set_description (self->version_group, _ ("Checking…"));
  namida_hub_list_kept_async (self->hub, peer, self->asking, get_dialog_on_listed, g_object_ref (self));
}

/* ---- fetching ---- */

static void
get_dialog_show_progress (NamidaGetDialog *self)
{
  g_autofree char *words = namida_transfer_dup_state_text (self->transfer);
  guint64 total = namida_transfer_get_total_bytes (self->transfer);
  guint64 done = namida_transfer_get_done_bytes (self->transfer);
  gboolean over = namida_transfer_is_final (self->transfer);

  gtk_label_set_label (self->state, words);
  gtk_progress_bar_set_fraction (self->bar, total > 0 ? (double) done / (double) total : 0.0);
  gtk_widget_set_visible (GTK_WIDGET (self->bar), !over);
  if (over)
    adw_status_page_set_title (self->progress, namida_transfer_get_state (self->transfer) == NAMIDA_TRANSFER_DONE
                                                   ? _ ("Backup Received")
                                                   : _ ("Backup Not Received"));
}

/* Returns: (transfer full) (nullable): the chosen music folders; %NULL: all of them. */
static GStrv
get_dialog_dup_labels (NamidaGetDialog *self)
{
  const NamidaKeptBackup *one = g_ptr_array_index (self->kept, self->chosen);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  if (one->labels == NULL)
    return NULL;
  for (guint i = 0; i < self->labels->len; i++)
    if (gtk_check_button_get_active (self->labels->pdata[i]))
      g_strv_builder_add (builder, one->labels->pdata[i]);
  return g_strv_builder_end (builder);
}

static void
get_dialog_on_get (NamidaGetDialog *self)
{
  NamidaPeer *peer = get_dialog_peer (self);
  g_auto (GStrv) labels = NULL;
  const NamidaKeptBackup *one;

  if (peer == NULL || self->kept == NULL || self->chosen >= self->kept->len || self->transfer != NULL)
    return;
  one = g_ptr_array_index (self->kept, self->chosen);
  labels = get_dialog_dup_labels (self);
  self->transfer = g_object_ref (
      namida_hub_fetch (self->hub, peer, one->id, (const char *const *) labels, NAMIDA_LANDING_LIBRARY));
  g_signal_connect_object (self->transfer, "notify", G_CALLBACK (get_dialog_show_progress), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->transfer, "ended", G_CALLBACK (get_dialog_show_progress), self, G_CONNECT_SWAPPED);
  gtk_widget_set_visible (gtk_widget_get_ancestor (GTK_WIDGET (self->get), ADW_TYPE_CLAMP), FALSE);
  gtk_stack_set_visible_child_name (self->stack, "progress");
  get_dialog_show_progress (self);
}

/* ---- the window ---- */

static void
namida_get_dialog_dispose (GObject *object)
{
  NamidaGetDialog *self = NAMIDA_GET_DIALOG (object);

  g_cancellable_cancel (self->asking);
  namida_gradual_stop (GTK_WIDGET (self));
  g_clear_object (&self->asking);
  g_clear_object (&self->transfer);
  g_clear_object (&self->hub);
  g_clear_pointer (&self->kept, g_ptr_array_unref);
  G_OBJECT_CLASS (namida_get_dialog_parent_class)->dispose (object);
}

static void
namida_get_dialog_finalize (GObject *object)
{
  NamidaGetDialog *self = NAMIDA_GET_DIALOG (object);

  g_ptr_array_unref (self->peers);
  g_ptr_array_unref (self->versions);
  g_ptr_array_unref (self->labels);
  g_ptr_array_unref (self->version_rows);
  g_ptr_array_unref (self->label_rows);
  G_OBJECT_CLASS (namida_get_dialog_parent_class)->finalize (object);
}

static void
namida_get_dialog_class_init (NamidaGetDialogClass *klass)
{
  gtk_widget_class_add_binding_action (GTK_WIDGET_CLASS (klass), GDK_KEY_Escape, 0, "window.close", NULL);
  G_OBJECT_CLASS (klass)->dispose = namida_get_dialog_dispose;
  G_OBJECT_CLASS (klass)->finalize = namida_get_dialog_finalize;
}

static GtkWidget *
get_dialog_make_choice (NamidaGetDialog *self)
{
  GtkWidget *page = adw_preferences_page_new ();
  GtkWidget *from = adw_preferences_group_new ();

  self->device = ADW_COMBO_ROW (adw_combo_row_new ());
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->device), _ ("From"));
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (from), GTK_WIDGET (self->device));
  self->version_group = ADW_PREFERENCES_GROUP (adw_preferences_group_new ());
  adw_preferences_group_set_title (self->version_group, _ ("Backup"));
  self->label_group = ADW_PREFERENCES_GROUP (adw_preferences_group_new ());
  adw_preferences_group_set_title (self->label_group, _ ("Music Folders"));
  adw_preferences_page_add (ADW_PREFERENCES_PAGE (page), ADW_PREFERENCES_GROUP (from));
  adw_preferences_page_add (ADW_PREFERENCES_PAGE (page), self->version_group);
  adw_preferences_page_add (ADW_PREFERENCES_PAGE (page), self->label_group);
  gtk_widget_set_vexpand (page, TRUE);
  return page;
}

static GtkWidget *
get_dialog_make_progress (NamidaGetDialog *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);

  self->progress = ADW_STATUS_PAGE (adw_status_page_new ());
  adw_status_page_set_icon_name (self->progress, "folder-download-symbolic");
  adw_status_page_set_title (self->progress, _ ("Getting the Backup"));
  self->bar = GTK_PROGRESS_BAR (gtk_progress_bar_new ());
  self->state = GTK_LABEL (gtk_label_new (NULL));
  gtk_label_set_wrap (self->state, TRUE);
  gtk_label_set_justify (self->state, GTK_JUSTIFY_CENTER);
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->bar));
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->state));
  adw_status_page_set_child (self->progress, box);
  return GTK_WIDGET (self->progress);
}

static void
namida_get_dialog_init (NamidaGetDialog *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *header = adw_header_bar_new ();
  GtkWidget *pinned = adw_clamp_new ();

  self->peers = g_ptr_array_new_with_free_func (g_object_unref);
  self->versions = g_ptr_array_new ();
  self->labels = g_ptr_array_new ();
  self->version_rows = g_ptr_array_new ();
  self->label_rows = g_ptr_array_new ();
  self->get = GTK_BUTTON (gtk_button_new_with_mnemonic (_ ("_Get Backup")));
  gtk_widget_add_css_class (GTK_WIDGET (self->get), "suggested-action");
  gtk_widget_add_css_class (GTK_WIDGET (self->get), "pill");
  g_signal_connect_object (self->get, "clicked", G_CALLBACK (get_dialog_on_get), self, G_CONNECT_SWAPPED);
  self->stack = GTK_STACK (gtk_stack_new ());
  gtk_stack_add_named (self->stack, get_dialog_make_choice (self), "choice");
  gtk_stack_add_named (self->stack, get_dialog_make_progress (self), "progress");
  gtk_box_append (GTK_BOX (box), header);
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->stack));
  gtk_widget_add_css_class (pinned, "pinned");
  adw_clamp_set_maximum_size (ADW_CLAMP (pinned), 464);
  adw_clamp_set_child (ADW_CLAMP (pinned), GTK_WIDGET (self->get));
  gtk_box_append (GTK_BOX (box), pinned);
  adw_window_set_content (ADW_WINDOW (self), box);
  namida_mnemonics_unspeak (box);
  gtk_window_set_title (GTK_WINDOW (self), _ ("Get a Backup"));
  gtk_window_set_default_size (GTK_WINDOW (self), 440, 560);
  gtk_window_set_modal (GTK_WINDOW (self), TRUE);
}

static void
get_dialog_fill_devices (NamidaGetDialog *self, NamidaPeer *wanted)
{
  GListModel *peers = namida_hub_get_peers (self->hub);
  g_autoptr (GtkStringList) names = gtk_string_list_new (NULL);
  guint selected = 0;

  for (guint i = 0; i < g_list_model_get_n_items (peers); i++)
    {
      g_autoptr (NamidaPeer) peer = g_list_model_get_item (peers, i);

      if (!namida_peer_get_trusted (peer) || namida_peer_get_away (peer))
        continue;
      if (peer == wanted)
        selected = self->peers->len;
      gtk_string_list_append (names, namida_peer_get_alias (peer));
      g_ptr_array_add (self->peers, g_object_ref (peer));
    }
  adw_combo_row_set_model (self->device, G_LIST_MODEL (names));
  adw_combo_row_set_selected (self->device, selected);
  g_signal_connect_object (self->device, "notify::selected", G_CALLBACK (get_dialog_ask), self, G_CONNECT_SWAPPED);
}

void
namida_get_dialog_present (GtkWindow *parent, NamidaHub *hub, NamidaPeer *peer)
{
  NamidaGetDialog *self = g_object_new (NAMIDA_TYPE_GET_DIALOG, "transient-for", parent, NULL);

  self->hub = g_object_ref (hub);
  get_dialog_fill_devices (self, peer);
  get_dialog_ask (self);
  gtk_window_present (GTK_WINDOW (self));
}
