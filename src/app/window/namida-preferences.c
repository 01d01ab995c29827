/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The preferences window: binds its rows to GSettings. The application's “preferences” action opens it. Main
 * context. */
#include "config.h"

#include "namida-preferences.h"

#include <glib/gi18n.h>

#include "namida-files.h"
#include "namida-spoken.h"
#include "namida-versions-to-keep.h"

struct _NamidaPreferences
{
  AdwPreferencesWindow parent_instance;

  NamidaHub *hub;
  GSettings *settings;
  GtkFileChooserNative *chooser;
  const char *choosing; /* the key that the open file chooser is for */

  GtkEditable *alias;
  AdwActionRow *backup_row;
  AdwActionRow *music_row;
  GtkWidget *backup_button;
  GtkWidget *music_button;
  GtkWidget *auto_accept;
  GtkWidget *localsend;
  GtkWidget *background;
  GtkWidget *login;
  GtkWidget *login_row;
  AdwComboRow *landing;
  AdwComboRow *unencrypted;
  AdwComboRow *parts;
  GtkEditable *pin;
  GtkWidget *versions_spin;
  GtkAdjustment *versions;
  GtkAdjustment *reserve;
  GtkAdjustment *rate;
  GtkAdjustment *port;
  GtkAdjustment *parts_days;
  gboolean at_versions; /* begin at the number of versions to keep */
};

G_DEFINE_FINAL_TYPE (NamidaPreferences, namida_preferences, ADW_TYPE_PREFERENCES_WINDOW)

static void
preferences_show_folder (NamidaPreferences *self, const char *key, AdwActionRow *row, const char *used)
{
  g_autofree char *chosen = g_settings_get_string (self->settings, key);
  const char *path = used != NULL ? used : chosen;
  g_autofree char *shown = namida_files_short_path (path);

  adw_action_row_set_subtitle (row, shown);
}

static void
preferences_show_folders (NamidaPreferences *self)
{
  NamidaStore *store = namida_hub_get_store (self->hub);

  preferences_show_folder (self, "backup-folder", self->backup_row,
                           store != NULL ? namida_store_get_backups (store) : NULL);
  preferences_show_folder (self, "music-folder", self->music_row,
                           store != NULL ? namida_store_get_music (store) : NULL);
}

static void
preferences_on_folder_chosen (NamidaPreferences *self, int response)
{
  g_autoptr (GFile) file = NULL;
  g_autofree char *path = NULL;

  if (response == GTK_RESPONSE_ACCEPT)
    file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (self->chooser));
  path = file != NULL ? g_file_get_path (file) : NULL;
  if (path != NULL && g_utf8_validate (path, -1, NULL))
    g_settings_set_string (self->settings, self->choosing, path);
  else if (file != NULL)
    adw_preferences_window_add_toast (ADW_PREFERENCES_WINDOW (self),
                                      adw_toast_new (_ ("Choose a folder on this computer")));
  g_clear_object (&self->chooser);
}

static void
preferences_choose_folder (NamidaPreferences *self, const char *key, const char *title)
{
  g_clear_object (&self->chooser);
  self->choosing = key;
  self->chooser = gtk_file_chooser_native_new (title, GTK_WINDOW (self), GTK_FILE_CHOOSER_ACTION_SELECT_FOLDER,
                                               _ ("_Choose"), _ ("_Cancel"));
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (self->chooser), TRUE);
  g_signal_connect_object (self->chooser, "response", G_CALLBACK (preferences_on_folder_chosen), self,
                           G_CONNECT_SWAPPED);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (self->chooser));
}

static void
preferences_on_backup_folder (NamidaPreferences *self)
{
  preferences_choose_folder (self, "backup-folder", _ ("Folder for Backups"));
}

static void
preferences_on_music_folder (NamidaPreferences *self)
{
  preferences_choose_folder (self, "music-folder", _ ("Choose Music Folder"));
}

static void
preferences_on_alias_applied (NamidaPreferences *self)
{
  g_settings_set_string (self->settings, "alias", gtk_editable_get_text (self->alias));
}

static void
preferences_on_pin_applied (NamidaPreferences *self)
{
  g_settings_set_string (self->settings, "pin", gtk_editable_get_text (self->pin));
}

/* Show values in the next larger unit, divided by 1000: a speed in kilobytes as megabytes, and a space in megabytes
 * as gigabytes. */
static gboolean
preferences_thousandth_to_adjustment (GValue *value, GVariant *variant, gpointer user_data)
{
  g_value_set_double (value, g_variant_get_uint32 (variant) / 1000.0);
  return TRUE;
}

static GVariant *
preferences_thousandth_from_adjustment (const GValue *value, const GVariantType *type, gpointer user_data)
{
  return g_variant_new_uint32 ((guint32) (g_value_get_double (value) * 1000.0 + 0.5));
}

static gboolean
preferences_count_to_adjustment (GValue *value, GVariant *variant, gpointer user_data)
{
  g_value_set_double (value, g_variant_get_uint32 (variant));
  return TRUE;
}

static GVariant *
preferences_count_from_adjustment (const GValue *value, const GVariantType *type, gpointer user_data)
{
  return g_variant_new_uint32 ((guint32) (g_value_get_double (value) + 0.5));
}

/* The index of a row of the list is the value of the setting. */
static void
preferences_on_combo_changed (AdwComboRow *row, GParamSpec *pspec, GSettings *settings)
{
  g_settings_set_enum (settings, g_object_get_data (G_OBJECT (row), "key"), (int) adw_combo_row_get_selected (row));
}

static void
preferences_bind_combo (NamidaPreferences *self, AdwComboRow *row, const char *key)
{
  g_object_set_data (G_OBJECT (row), "key", (gpointer) key);
  adw_combo_row_set_selected (row, (guint) g_settings_get_enum (self->settings, key));
  g_signal_connect_object (row, "notify::selected", G_CALLBACK (preferences_on_combo_changed), self->settings, 0);
}

static void
namida_preferences_dispose (GObject *object)
{
  NamidaPreferences *self = NAMIDA_PREFERENCES (object);

  g_clear_object (&self->chooser);
  g_clear_object (&self->settings);
  g_clear_object (&self->hub);
  G_OBJECT_CLASS (namida_preferences_parent_class)->dispose (object);
}

static void
namida_preferences_class_init (NamidaPreferencesClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = namida_preferences_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/namida_sync/Desktop/ui/namida-preferences.ui");
  gtk_widget_class_bind_template_child (widget_class, NamidaPreferences, alias);
  gtk_widget_class_bind_template_child (widget_class, NamidaPreferences, backup_row);
  gtk_widget_class_bind_template_child (widget_class, NamidaPreferences, music_row);
  gtk_widget_class_bind_template_child (widget_class, NamidaPreferences, backup_button);
  gtk_widget_class_bind_template_child (widget_class, NamidaPreferences, music_button);
  gtk_widget_class_bind_template_child (widget_class, NamidaPreferences, auto_accept);
  gtk_widget_class_bind_template_child (widget_class, NamidaPreferences, localsend);
  gtk_widget_class_bind_template_child (widget_class, NamidaPreferences, background);
  gtk_widget_class_bind_template_child (widget_class, NamidaPreferences, login);
  gtk_widget_class_bind_template_child (widget_class, NamidaPreferences, login_row);
  gtk_widget_class_bind_template_child (widget_class, NamidaPreferences, landing);
  gtk_widget_class_bind_template_child (widget_class, NamidaPreferences, parts);
  gtk_widget_class_bind_template_child (widget_class, NamidaPreferences, pin);
  gtk_widget_class_bind_template_child (widget_class, NamidaPreferences, versions);
  gtk_widget_class_bind_template_child (widget_class, NamidaPreferences, versions_spin);
  gtk_widget_class_bind_template_child (widget_class, NamidaPreferences, reserve);
  gtk_widget_class_bind_template_child (widget_class, NamidaPreferences, rate);
  gtk_widget_class_bind_template_child (widget_class, NamidaPreferences, port);
  gtk_widget_class_bind_template_child (widget_class, NamidaPreferences, parts_days);
  gtk_widget_class_bind_template_callback (widget_class, preferences_on_pin_applied);
  gtk_widget_class_bind_template_child (widget_class, NamidaPreferences, unencrypted);
  gtk_widget_class_bind_template_callback (widget_class, preferences_on_alias_applied);
  gtk_widget_class_bind_template_callback (widget_class, preferences_on_backup_folder);
  gtk_widget_class_bind_template_callback (widget_class, preferences_on_music_folder);
}

/* libadwaita 1.2 requests 360 px inside its window, and the frame that is drawn without a compositor is added to
 * that. The rows need less, and the window itself sets the minimum. */
static void
preferences_allow_narrow (NamidaPreferences *self)
{
  GtkWidget *content = adw_window_get_content (ADW_WINDOW (self));
  GtkWidget *inner = ADW_IS_TOAST_OVERLAY (content) ? adw_toast_overlay_get_child (ADW_TOAST_OVERLAY (content)) : NULL;

  if (inner != NULL)
    gtk_widget_set_size_request (inner, -1, -1);
}

static void
namida_preferences_init (NamidaPreferences *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  namida_spin_buttons_ignore_wheel (GTK_WIDGET (self));
  preferences_allow_narrow (self);
  namida_spoken_set_name (self->backup_button, _ ("Change backup folder"));
  namida_spoken_set_name (self->music_button, _ ("Change music folder"));
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (self->backup_row), FALSE);
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (self->music_row), FALSE);
}

static void
preferences_bind_numbers (NamidaPreferences *self)
{
  g_autofree char *pin = g_settings_get_string (self->settings, "pin");

  gtk_editable_set_text (self->pin, pin);
  namida_versions_to_keep_bind (GTK_WINDOW (self), self->hub, self->settings, self->versions);
  g_settings_bind_with_mapping (self->settings, "parts-days", self->parts_days, "value", G_SETTINGS_BIND_DEFAULT,
                                preferences_count_to_adjustment, preferences_count_from_adjustment, NULL, NULL);
  g_settings_bind_with_mapping (self->settings, "port", self->port, "value", G_SETTINGS_BIND_DEFAULT,
                                preferences_count_to_adjustment, preferences_count_from_adjustment, NULL, NULL);
  g_settings_bind_with_mapping (self->settings, "rate-limit", self->rate, "value", G_SETTINGS_BIND_DEFAULT,
                                preferences_thousandth_to_adjustment, preferences_thousandth_from_adjustment, NULL,
                                NULL);
  g_settings_bind_with_mapping (self->settings, "reserve", self->reserve, "value", G_SETTINGS_BIND_DEFAULT,
                                preferences_thousandth_to_adjustment, preferences_thousandth_from_adjustment, NULL,
                                NULL);
  g_settings_bind (self->settings, "start-at-login", self->login, "active", G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (self->settings, "receive-in-background", self->login_row, "sensitive", G_SETTINGS_BIND_GET);
}

/* The first entry gets the focus, and GTK selects its text, so that a single key press would replace the name. Clear
 * the selection. */
static gboolean
preferences_unselect (gpointer user_data)
{
  NamidaPreferences *self = NAMIDA_PREFERENCES (user_data);

  if (self->at_versions)
    gtk_widget_grab_focus (self->versions_spin);
  gtk_editable_select_region (self->alias, -1, -1);
  gtk_editable_select_region (GTK_EDITABLE (self->versions_spin), -1, -1);
  return G_SOURCE_REMOVE;
}

static void
preferences_on_map (NamidaPreferences *self)
{
  g_idle_add_full (G_PRIORITY_DEFAULT_IDLE, preferences_unselect, g_object_ref (self), g_object_unref);
}

void
namida_preferences_show_versions (NamidaPreferences *self)
{
  self->at_versions = TRUE;
}

NamidaPreferences *
namida_preferences_new (NamidaHub *hub, GSettings *settings)
{
  NamidaPreferences *self = g_object_new (NAMIDA_TYPE_PREFERENCES, NULL);
  NamidaIdentity *identity = namida_hub_get_identity (hub);

  self->hub = g_object_ref (hub);
  self->settings = g_object_ref (settings);
  gtk_editable_set_text (self->alias, identity != NULL ? namida_identity_get_alias (identity) : "");
  g_settings_bind (settings, "auto-accept-trusted", self->auto_accept, "active", G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (settings, "localsend", self->localsend, "active", G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (settings, "receive-in-background", self->background, "active", G_SETTINGS_BIND_DEFAULT);
  preferences_bind_combo (self, self->landing, "landing");
  preferences_bind_combo (self, self->unencrypted, "unencrypted-peers");
  preferences_bind_combo (self, self->parts, "cancelled-parts");
  preferences_bind_numbers (self);
  g_signal_connect_object (settings, "changed::backup-folder", G_CALLBACK (preferences_show_folders), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (settings, "changed::music-folder", G_CALLBACK (preferences_show_folders), self,
                           G_CONNECT_SWAPPED);
  preferences_show_folders (self);
  g_signal_connect_after (self, "map", G_CALLBACK (preferences_on_map), NULL);
  return self;
}
