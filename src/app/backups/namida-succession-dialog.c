/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The dialog of namida-succession-dialog.h: one row for the old device, of those that sent versions, and one for the
 * new device, of those that are trusted here. Only the user of this computer can confirm that one replaced the other,
 * so the body explains what the new device may then do. Opened by the action "win.replace-device". Main context. */
#include "config.h"

#include "namida-succession-dialog.h"

#include "namida-dialog.h"
#include "namida-format.h"
#include "namida-trust-store.h"
#include "namida-version.h"

#include <glib/gi18n.h>

#define DIGITS 8 /* digits of a fingerprint that distinguish two devices with the same name */

/* One choice of a row. */
typedef struct
{
  char *fingerprint;
  char *alias;
  guint versions; /* number of versions that it sent */
} SuccessionDevice;

typedef struct
{
  NamidaHub *hub;
  GPtrArray *old_devices, *new_devices; /* (element-type SuccessionDevice) */
  AdwComboRow *old_row, *new_row;       /* borrowed from the dialog */
} SuccessionDialog;

static void
succession_device_free (gpointer data)
{
  SuccessionDevice *device = data;

  g_free (device->fingerprint);
  g_free (device->alias);
  g_free (device);
}

static void
succession_dialog_free (gpointer data)
{
  SuccessionDialog *self = data;

  g_object_unref (self->hub);
  g_ptr_array_unref (self->old_devices);
  g_ptr_array_unref (self->new_devices);
  g_free (self);
}

static SuccessionDevice *
succession_dialog_find (GPtrArray *devices, const char *fingerprint)
{
  for (guint i = 0; i < devices->len; i++)
    {
      SuccessionDevice *device = g_ptr_array_index (devices, i);

      if (g_ascii_strcasecmp (device->fingerprint, fingerprint) == 0)
        return device;
    }
  return NULL;
}

static SuccessionDevice *
succession_dialog_add (GPtrArray *devices, const char *fingerprint, const char *alias)
{
  SuccessionDevice *device = g_new0 (SuccessionDevice, 1);

  device->fingerprint = g_strdup (fingerprint);
  device->alias = namida_format_name (alias);
  g_ptr_array_add (devices, device);
  return device;
}

/* Lists the devices that sent versions. The newest version determines the name. */
static GPtrArray *
succession_dialog_list_old (NamidaHub *hub)
{
  GListModel *versions = G_LIST_MODEL (namida_hub_get_versions (hub));
  GPtrArray *devices = g_ptr_array_new_with_free_func (succession_device_free);

  for (guint i = 0; i < g_list_model_get_n_items (versions); i++)
    {
      g_autoptr (NamidaVersion) version = g_list_model_get_item (versions, i);
      const char *fingerprint = namida_version_get_fingerprint (version);
      SuccessionDevice *device;

      if (fingerprint == NULL)
        continue;
      device = succession_dialog_find (devices, fingerprint);
      if (device == NULL)
        device = succession_dialog_add (devices, fingerprint, namida_version_get_alias (version));
      device->versions++;
    }
  return devices;
}

static GPtrArray *
succession_dialog_list_new (NamidaHub *hub)
{
  NamidaTrustStore *trust = namida_hub_get_trust_store (hub);
  g_autoptr (GPtrArray) trusted = trust != NULL ? namida_trust_store_list (trust) : NULL;
  GPtrArray *devices = g_ptr_array_new_with_free_func (succession_device_free);

  for (guint i = 0; trusted != NULL && i < trusted->len; i++)
    {
      const NamidaTrusted *one = g_ptr_array_index (trusted, i);

      succession_dialog_add (devices, one->fingerprint, one->alias);
    }
  return devices;
}

/* A phone that was set up again often has the name of the old one, so show the fingerprint, too. */
static GtkWidget *
succession_dialog_make_row (const char *title, GPtrArray *devices)
{
  g_autoptr (GtkStringList) names = gtk_string_list_new (NULL);
  GtkWidget *row = adw_combo_row_new ();

  for (guint i = 0; i < devices->len; i++)
    {
      const SuccessionDevice *device = g_ptr_array_index (devices, i);
      /* Translators: a device, then the first digits of its fingerprint */
      g_autofree char *name = g_strdup_printf (_ ("%s (%.*s)"), device->alias, DIGITS, device->fingerprint);

      gtk_string_list_append (names, name);
    }
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  adw_combo_row_set_model (ADW_COMBO_ROW (row), G_LIST_MODEL (names));
  return row;
}

static const SuccessionDevice *
succession_dialog_get_chosen (AdwComboRow *row, GPtrArray *devices)
{
  guint selected = adw_combo_row_get_selected (row);

  return selected < devices->len ? g_ptr_array_index (devices, selected) : NULL;
}

static void
succession_dialog_show_choice (AdwMessageDialog *dialog)
{
  SuccessionDialog *self = g_object_get_data (G_OBJECT (dialog), "succession");
  const SuccessionDevice *old = succession_dialog_get_chosen (self->old_row, self->old_devices);
  const SuccessionDevice *new = succession_dialog_get_chosen (self->new_row, self->new_devices);
  gboolean fine = old != NULL && new != NULL &&g_ascii_strcasecmp (old->fingerprint, new->fingerprint) != 0;
  g_autofree char *body = NULL;

  if (fine)
    /* Translators: %1$s is the new device, %2$'u a number of versions, %3$s the old device */
    body = g_strdup_printf (ngettext ("“%1$s” will be able to restore %2$'u version that “%3$s” sent. Only confirm "
                                      "this for a device of the same person.",
                                      "“%1$s” will be able to restore %2$'u versions that “%3$s” sent. Only confirm "
                                      "this for a device of the same person.",
                                      old->versions),
                            new->alias, old->versions, old->alias);
  else
    body = g_strdup (_ ("A device cannot replace itself. Choose two different devices."));
  adw_message_dialog_set_body (dialog, body);
  adw_message_dialog_set_response_enabled (dialog, "replace", fine);
}

static void
succession_dialog_on_done (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GtkWindow) parent = user_data;
  g_autoptr (GError) error = NULL;

  if (namida_hub_succeed_finish (NAMIDA_HUB (source), result, &error))
    gtk_widget_activate_action (GTK_WIDGET (parent), "win.toast", "s",
                                _ ("The new device can restore the backups of the old one"));
  else
    gtk_widget_activate_action (GTK_WIDGET (parent), "win.toast", "s", error->message);
}

static void
succession_dialog_on_response (AdwMessageDialog *dialog, const char *response, gpointer user_data)
{
  SuccessionDialog *self = g_object_get_data (G_OBJECT (dialog), "succession");
  const SuccessionDevice *old, *new;

  if (!g_str_equal (response, "replace"))
    return;
  old = succession_dialog_get_chosen (self->old_row, self->old_devices);
  new = succession_dialog_get_chosen (self->new_row, self->new_devices);
  namida_hub_succeed_async (self->hub, old->fingerprint, new->fingerprint, NULL, succession_dialog_on_done,
                            g_object_ref (gtk_window_get_transient_for (GTK_WINDOW (dialog))));
}

static void
succession_dialog_fill (AdwMessageDialog *dialog, SuccessionDialog *self)
{
  GtkWidget *group = adw_preferences_group_new ();

  if (self->old_devices->len == 0 || self->new_devices->len == 0)
    {
      adw_message_dialog_set_body (dialog, self->old_devices->len == 0
                                               ? _ ("No device has backups here that another one could restore.")
                                               : _ ("Pair the new device with this one first."));
      adw_message_dialog_set_response_enabled (dialog, "replace", FALSE);
      return;
    }
  self->old_row = ADW_COMBO_ROW (succession_dialog_make_row (_ ("Old Device"), self->old_devices));
  self->new_row = ADW_COMBO_ROW (succession_dialog_make_row (_ ("New Device"), self->new_devices));
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), GTK_WIDGET (self->old_row));
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), GTK_WIDGET (self->new_row));
  adw_message_dialog_set_extra_child (dialog, group);
  g_signal_connect_swapped (self->old_row, "notify::selected", G_CALLBACK (succession_dialog_show_choice), dialog);
  g_signal_connect_swapped (self->new_row, "notify::selected", G_CALLBACK (succession_dialog_show_choice), dialog);
  succession_dialog_show_choice (dialog);
}

void
namida_succession_dialog_show (GtkWindow *parent, NamidaHub *hub)
{
  AdwMessageDialog *dialog = ADW_MESSAGE_DIALOG (namida_dialog_new (parent, _ ("Replace a Device"), NULL));
  SuccessionDialog *self = g_new0 (SuccessionDialog, 1);

  self->hub = g_object_ref (hub);
  self->old_devices = succession_dialog_list_old (hub);
  self->new_devices = succession_dialog_list_new (hub);
  g_object_set_data_full (G_OBJECT (dialog), "succession", self, succession_dialog_free);
  adw_message_dialog_add_responses (dialog, "cancel", _ ("_Cancel"), "replace", _ ("_Replace"), NULL);
  adw_message_dialog_set_response_appearance (dialog, "replace", ADW_RESPONSE_SUGGESTED);
  adw_message_dialog_set_close_response (dialog, "cancel");
  g_signal_connect (dialog, "response", G_CALLBACK (succession_dialog_on_response), NULL);
  succession_dialog_fill (dialog, self);
  namida_dialog_present (dialog);
}
