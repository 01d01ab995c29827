/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The Welcome window: the name of this computer, the backup folder and, for a new computer, the devices that may keep
 * its backups. Nothing has to be answered: “Start” is always possible. The application shows it once, over the
 * window. Main context. */
#include "config.h"

#include "namida-introduction.h"

#include <glib/gi18n.h>

#include "namida-device-words.h"
#include "namida-files.h"
#include "namida-get-dialog.h"
#include "namida-keeper-row.h"
#include "namida-mnemonics.h"
#include "namida-pair-dialog.h"
#include "namida-spoken.h"

struct _NamidaIntroduction
{
  AdwWindow parent_instance;

  NamidaHub *hub;
  GSettings *settings;
  GListModel *near; /* (element-type NamidaPeer): the devices that may keep backups */
  GtkFileChooserNative *chooser;
  char *default_alias;
  char *folder; /* (nullable): the folder chosen here */

  GtkImage *icon;
  GtkEditable *alias;
  AdwActionRow *folder_row;
  GtkWidget *folder_button;
  AdwActionRow *get_row;
  GtkStack *stack;
  GtkListBox *keepers;
  GtkWidget *back_button;
  GtkWidget *pinned;
};

G_DEFINE_FINAL_TYPE (NamidaIntroduction, namida_introduction, ADW_TYPE_WINDOW)

static void
introduction_on_folder_chosen (NamidaIntroduction *self, int response)
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
introduction_on_folder (NamidaIntroduction *self)
{
  g_clear_object (&self->chooser);
  self->chooser = gtk_file_chooser_native_new (_ ("Folder for Backups"), GTK_WINDOW (self),
                                               GTK_FILE_CHOOSER_ACTION_SELECT_FOLDER, _ ("_Choose"), _ ("_Cancel"));
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (self->chooser), TRUE);
  g_signal_connect_object (self->chooser, "response", G_CALLBACK (introduction_on_folder_chosen), self,
                           G_CONNECT_SWAPPED);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (self->chooser));
}

/* Values that were not changed stay defaults, so that they follow the computer's name and the home folder. */
static void
introduction_save (NamidaIntroduction *self)
{
  g_autofree char *alias = g_strstrip (g_strdup (gtk_editable_get_text (self->alias)));

  if (*alias != '\0' && g_strcmp0 (alias, self->default_alias) != 0)
    g_settings_set_string (self->settings, "alias", alias);
  if (self->folder != NULL)
    g_settings_set_string (self->settings, "backup-folder", self->folder);
}

static void
introduction_on_start (NamidaIntroduction *self)
{
  introduction_save (self);
  gtk_window_close (GTK_WINDOW (self));
}

/* ---- a new computer ---- */

/* Names the devices that were found, so that the user sees whether it is worthwhile to open the list. */
static void
introduction_show_near (NamidaIntroduction *self)
{
  guint n = g_list_model_get_n_items (self->near);
  g_autoptr (NamidaPeer) peer = g_list_model_get_item (self->near, 0);
  const char *first = peer != NULL ? namida_peer_get_alias (peer) : NULL;
  g_autofree char *words = NULL;

  if (n == 0)
    words = g_strdup (_ ("Looking for your devices…"));
  else if (n == 1)
    /* Translators: %s is a device */
    words = g_strdup_printf (_ ("%s is nearby and may keep some"), first);
  else
    /* Translators: %s is a device, %u the number of the others */
    words = g_strdup_printf (ngettext ("%s and %u other device are nearby and may keep some",
                                       "%s and %u other devices are nearby and may keep some", n - 1),
                             first, n - 1);
  adw_action_row_set_subtitle (self->get_row, words);
}

static gboolean
introduction_is_near (gpointer peer, gpointer user_data)
{
  return namida_keeper_can_be (peer);
}

static GtkWidget *
introduction_make_keeper (gpointer peer, gpointer user_data)
{
  return GTK_WIDGET (namida_keeper_row_new (NAMIDA_INTRODUCTION (user_data)->hub, peer));
}

/* A device that comes nearby or is paired appears in the list from then on. */
static void
introduction_on_peer (GtkFilter *filter)
{
  gtk_filter_changed (filter, GTK_FILTER_CHANGE_DIFFERENT);
}

static void
introduction_watch (GtkFilter *filter, guint position, guint removed, guint added, GListModel *peers)
{
  for (guint i = position; i < position + added; i++)
    {
      g_autoptr (NamidaPeer) peer = g_list_model_get_item (peers, i);

      g_signal_connect_object (peer, "notify", G_CALLBACK (introduction_on_peer), filter, G_CONNECT_SWAPPED);
    }
}

/* Devices come and go while the window is open. */
static void
introduction_fill (NamidaIntroduction *self)
{
  GListModel *peers = namida_hub_get_peers (self->hub);
  GtkFilter *filter = GTK_FILTER (gtk_custom_filter_new (introduction_is_near, NULL, NULL));

  introduction_watch (filter, 0, 0, g_list_model_get_n_items (peers), peers);
  g_signal_connect_object (peers, "items-changed", G_CALLBACK (introduction_watch), filter, G_CONNECT_SWAPPED);
  self->near = G_LIST_MODEL (gtk_filter_list_model_new (g_object_ref (peers), filter));
  gtk_list_box_bind_model (self->keepers, self->near, introduction_make_keeper, self, NULL);
  g_signal_connect_object (self->near, "items-changed", G_CALLBACK (introduction_show_near), self, G_CONNECT_SWAPPED);
  introduction_show_near (self);
}

static void
introduction_show_page (NamidaIntroduction *self, gboolean keepers)
{
  gtk_stack_set_visible_child_name (self->stack, keepers ? "keepers" : "start");
  gtk_widget_set_visible (self->back_button, keepers);
  gtk_widget_set_visible (self->pinned, !keepers);
  gtk_widget_child_focus (gtk_stack_get_visible_child (self->stack), GTK_DIR_TAB_FORWARD);
}

static void
introduction_on_keepers (NamidaIntroduction *self)
{
  introduction_show_page (self, TRUE);
}

static void
introduction_on_back (GtkWidget *widget, const char *action, GVariant *parameter)
{
  introduction_show_page (NAMIDA_INTRODUCTION (widget), FALSE);
}

static void
introduction_on_pair (GtkWidget *widget, const char *action, GVariant *parameter)
{
  NamidaIntroduction *self = NAMIDA_INTRODUCTION (widget);
  g_autoptr (NamidaPeer) peer = namida_device_find (self->hub, g_variant_get_string (parameter, NULL));
  NamidaPairDialog *dialog;

  if (peer == NULL)
    return;
  dialog = namida_pair_dialog_new (self->hub, peer);
  gtk_window_set_transient_for (GTK_WINDOW (dialog), GTK_WINDOW (self));
  gtk_window_present (GTK_WINDOW (dialog));
}

/* The window for choosing a backup replaces this one. */
static void
introduction_on_get (GtkWidget *widget, const char *action, GVariant *parameter)
{
  NamidaIntroduction *self = NAMIDA_INTRODUCTION (widget);
  g_autoptr (NamidaHub) hub = g_object_ref (self->hub);
  g_autoptr (NamidaPeer) peer = namida_device_find (hub, g_variant_get_string (parameter, NULL));
  g_autoptr (GtkWindow) parent = NULL;

  if (peer == NULL)
    return;
  g_set_object (&parent, gtk_window_get_transient_for (GTK_WINDOW (self)));
  introduction_on_start (self);
  namida_get_dialog_present (parent, hub, peer);
}

static gboolean
namida_introduction_close_request (GtkWindow *window)
{
  NamidaIntroduction *self = NAMIDA_INTRODUCTION (window);

  /* However the window is closed, it is shown only once. */
  g_settings_set_boolean (self->settings, "introduced", TRUE);
  return GTK_WINDOW_CLASS (namida_introduction_parent_class)->close_request (window);
}

static void
namida_introduction_dispose (GObject *object)
{
  NamidaIntroduction *self = NAMIDA_INTRODUCTION (object);

  g_clear_object (&self->chooser);
  g_clear_object (&self->settings);
  g_clear_object (&self->near);
  g_clear_object (&self->hub);
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
  gtk_widget_class_bind_template_child (widget_class, NamidaIntroduction, folder_button);
  gtk_widget_class_bind_template_child (widget_class, NamidaIntroduction, get_row);
  gtk_widget_class_bind_template_child (widget_class, NamidaIntroduction, stack);
  gtk_widget_class_bind_template_child (widget_class, NamidaIntroduction, keepers);
  gtk_widget_class_bind_template_child (widget_class, NamidaIntroduction, back_button);
  gtk_widget_class_bind_template_child (widget_class, NamidaIntroduction, pinned);
  gtk_widget_class_bind_template_callback (widget_class, introduction_on_folder);
  gtk_widget_class_bind_template_callback (widget_class, introduction_on_start);
  gtk_widget_class_bind_template_callback (widget_class, introduction_on_keepers);
  gtk_widget_class_install_action (widget_class, "introduction.back", NULL, introduction_on_back);
  gtk_widget_class_install_action (widget_class, "keeper.pair", "s", introduction_on_pair);
  gtk_widget_class_install_action (widget_class, "keeper.get", "s", introduction_on_get);
}

static void
namida_introduction_init (NamidaIntroduction *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_image_set_from_icon_name (self->icon, NAMIDA_APP_ID);
  namida_mnemonics_unspeak (GTK_WIDGET (self));
  namida_spoken_set_name (self->folder_button, _ ("Change backup folder"));
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (self->folder_row), FALSE);
}

NamidaIntroduction *
namida_introduction_new (NamidaHub *hub, GSettings *settings)
{
  NamidaIntroduction *self = g_object_new (NAMIDA_TYPE_INTRODUCTION, NULL);
  g_autofree char *folder = namida_files_short_path (namida_store_get_backups (namida_hub_get_store (hub)));

  self->hub = g_object_ref (hub);
  self->settings = g_object_ref (settings);
  introduction_fill (self);
  self->default_alias = g_strdup (namida_identity_get_alias (namida_hub_get_identity (hub)));
  gtk_editable_set_text (self->alias, self->default_alias);
  adw_action_row_set_subtitle (self->folder_row, folder);
  return self;
}
