/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The actions of the window for its pages and rows, which name a device by its key and do not depend on the window.
 * The devices page, the page of a device, menus and shortcuts use them. Main context. */
#include "config.h"

#include "namida-window-actions.h"

#include <glib/gi18n.h>

#include "namida-blocked-dialog.h"
#include "namida-device-page.h"
#include "namida-device-row.h"
#include "namida-device-words.h"
#include "namida-dialog.h"
#include "namida-drop-flow.h"
#include "namida-get-dialog.h"
#include "namida-link-dialog.h"
#include "namida-send-flow.h"
#include "namida-succession-dialog.h"
#include "namida-text-dialog.h"
#include "namida-trash-dialog.h"
#include "namida-verify-dialog.h"
#include "namida-version-flow.h"
#include "namida-version-page.h"
#include "namida-shell.h"

/* Returns: (transfer full) (nullable): the device that an action names. If it is gone, a toast says so. */
static NamidaPeer *
window_actions_find (NamidaShell *window, const char *key)
{
  NamidaPeer *peer = namida_device_find (namida_shell_get_hub (window), key);

  if (peer == NULL)
    namida_shell_toast (window, _ ("The device is not nearby. Look for it on the Devices page."));
  return peer;
}

static void
window_actions_on_send (GtkWidget *widget, const char *action, GVariant *parameter)
{
  g_autoptr (NamidaPeer) peer = window_actions_find (NAMIDA_SHELL (widget), g_variant_get_string (parameter, NULL));

  if (peer != NULL)
    namida_send_flow_choose (widget, peer);
}

static void
window_actions_on_files_chosen (GtkFileChooserNative *chooser, int response, NamidaShell *window)
{
  g_autoptr (GListModel) files = gtk_file_chooser_get_files (GTK_FILE_CHOOSER (chooser));

  if (response == GTK_RESPONSE_ACCEPT && g_list_model_get_n_items (files) > 0)
    namida_drop_flow_open (GTK_WIDGET (window), files);
  g_object_unref (chooser);
}

/* Ctrl+O: sends to the device whose row has the focus; otherwise, the user chooses the files first and then the
 * device. */
static void
window_actions_on_open (GtkWidget *widget, const char *action, GVariant *parameter)
{
  GtkWidget *focus = gtk_root_get_focus (GTK_ROOT (widget));
  GtkWidget *row = focus != NULL ? gtk_widget_get_ancestor (focus, NAMIDA_TYPE_DEVICE_ROW) : NULL;
  GtkFileChooserNative *chooser;

  if (row != NULL)
    {
      namida_send_flow_choose (widget, namida_device_row_get_peer (NAMIDA_DEVICE_ROW (row)));
      return;
    }
  chooser = gtk_file_chooser_native_new (_ ("Send Which Files?"), GTK_WINDOW (widget), GTK_FILE_CHOOSER_ACTION_OPEN,
                                         _ ("_Send…"), _ ("_Cancel"));
  gtk_file_chooser_set_select_multiple (GTK_FILE_CHOOSER (chooser), TRUE);
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (chooser), TRUE);
  g_signal_connect_object (chooser, "response", G_CALLBACK (window_actions_on_files_chosen), widget, 0);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (chooser));
}

static void
window_actions_on_send_message (GtkWidget *widget, const char *action, GVariant *parameter)
{
  g_autoptr (NamidaPeer) peer = window_actions_find (NAMIDA_SHELL (widget), g_variant_get_string (parameter, NULL));

  if (peer != NULL)
    namida_text_dialog_present (NAMIDA_SHELL (widget), peer);
}

/* The parameter is the key of a device, or "" for any device. */
static void
window_actions_on_get_backups (GtkWidget *widget, const char *action, GVariant *parameter)
{
  const char *key = g_variant_get_string (parameter, NULL);
  g_autoptr (NamidaPeer) peer = *key != '\0' ? window_actions_find (NAMIDA_SHELL (widget), key) : NULL;

  namida_get_dialog_present (GTK_WINDOW (widget), namida_shell_get_hub (NAMIDA_SHELL (widget)), peer);
}

static void
window_actions_on_pair (GtkWidget *widget, const char *action, GVariant *parameter)
{
  g_autoptr (NamidaPeer) peer = window_actions_find (NAMIDA_SHELL (widget), g_variant_get_string (parameter, NULL));

  if (peer != NULL)
    namida_send_flow_pair (widget, peer);
}

static void
window_actions_on_verify (GtkWidget *widget, const char *action, GVariant *parameter)
{
  g_autoptr (NamidaPeer) peer = window_actions_find (NAMIDA_SHELL (widget), g_variant_get_string (parameter, NULL));

  if (peer != NULL && namida_device_can_verify (peer))
    namida_verify_dialog_present (NAMIDA_SHELL (widget), peer);
}

static void
window_actions_on_show_device (GtkWidget *widget, const char *action, GVariant *parameter)
{
  NamidaShell *window = NAMIDA_SHELL (widget);
  g_autoptr (NamidaPeer) peer = window_actions_find (window, g_variant_get_string (parameter, NULL));

  if (peer != NULL)
    namida_shell_push (window, GTK_WIDGET (namida_device_page_new (namida_shell_get_hub (window), peer,
                                                                   namida_shell_get_dates (window))));
}

static void
window_actions_on_send_files (GtkWidget *widget, const char *action, GVariant *parameter)
{
  NamidaShell *window = NAMIDA_SHELL (widget);
  g_autoptr (GListStore) files = g_list_store_new (G_TYPE_FILE);
  g_autoptr (NamidaPeer) peer = NULL;
  g_autofree const char **uris = NULL;
  const char *key;

  g_variant_get (parameter, "(&s^a&s)", &key, &uris);
  for (const char **uri = uris; *uri != NULL; uri++)
    {
      g_autoptr (GFile) file = g_file_new_for_uri (*uri);

      g_list_store_append (files, file);
    }
  if (*key == '\0')
    namida_drop_flow_open (widget, G_LIST_MODEL (files));
  else if ((peer = window_actions_find (window, key)) != NULL)
    namida_send_flow_send (widget, peer, G_LIST_MODEL (files), FALSE);
}

static void
window_actions_on_show_version (GtkWidget *widget, const char *action, GVariant *parameter)
{
  NamidaShell *window = NAMIDA_SHELL (widget);
  NamidaHub *hub = namida_shell_get_hub (window);
  NamidaVersion *version = namida_versions_find (namida_hub_get_versions (hub), g_variant_get_string (parameter, NULL));

  if (version != NULL)
    namida_shell_push (window, GTK_WIDGET (namida_version_page_new (hub, version)));
}

static void
window_actions_on_restore (GtkWidget *widget, const char *action, GVariant *parameter)
{
  NamidaHub *hub = namida_shell_get_hub (NAMIDA_SHELL (widget));
  NamidaVersion *version = namida_versions_find (namida_hub_get_versions (hub), g_variant_get_string (parameter, NULL));

  if (version != NULL)
    namida_version_flow_restore_here (widget, hub, version);
}

/* The parameters (ss) are the id of the version that has the playlist, and its name. */
static void
window_actions_on_get_playlist (GtkWidget *widget, const char *action, GVariant *parameter)
{
  NamidaHub *hub = namida_shell_get_hub (NAMIDA_SHELL (widget));
  NamidaVersion *version;
  const char *id, *name;

  g_variant_get (parameter, "(&s&s)", &id, &name);
  version = namida_versions_find (namida_hub_get_versions (hub), id);
  if (version != NULL)
    namida_version_flow_restore_playlist (widget, hub, version, name);
  else
    namida_shell_toast (NAMIDA_SHELL (widget), _ ("This version is no longer here"));
}

/* ---- trust ---- */

typedef struct
{
  NamidaShell *window;    /* owned */
  NamidaTrusted *trusted; /* owned: the entry before it was removed */
} Forgotten;

static void
forgotten_free (Forgotten *forgotten)
{
  g_object_unref (forgotten->window);
  namida_trusted_free (forgotten->trusted);
  g_free (forgotten);
}

static void
forgotten_undo (Forgotten *forgotten)
{
  NamidaTrustStore *trust = namida_hub_get_trust_store (namida_shell_get_hub (forgotten->window));
  const NamidaTrusted *was = forgotten->trusted;

  namida_trust_store_unblock (trust, was->fingerprint);
  namida_trust_store_add (trust, was->fingerprint, was->uuid, was->alias);
  namida_trust_store_set_auto_accept (trust, was->fingerprint, was->auto_accept);
  namida_trust_store_set_may_restore (trust, was->fingerprint, was->may_restore);
  namida_trust_store_set_landing (trust, was->fingerprint, was->landing);
}

static void
window_actions_report_forgotten (NamidaShell *window, gboolean blocked, const NamidaTrusted *trusted)
{
  Forgotten *forgotten = g_new0 (Forgotten, 1);
  /* Translators: %s is the name of a device */
  g_autofree char *text = g_strdup_printf (blocked ? _ ("“%s” is blocked") : _ ("“%s” is forgotten"), trusted->alias);

  forgotten->window = g_object_ref (window);
  forgotten->trusted = namida_trusted_copy (trusted);
  namida_shell_toast_action (window, text, _ ("Undo"), G_CALLBACK (forgotten_undo), forgotten,
                             (GDestroyNotify) forgotten_free);
}

static void
window_actions_on_forget_response (AdwMessageDialog *dialog, const char *response, NamidaShell *window)
{
  NamidaTrustStore *trust = namida_hub_get_trust_store (namida_shell_get_hub (window));
  const char *fingerprint = g_object_get_data (G_OBJECT (dialog), "fingerprint");
  const char *alias = g_object_get_data (G_OBJECT (dialog), "alias");
  const NamidaTrusted *known = namida_trust_store_lookup (trust, fingerprint);
  g_autoptr (NamidaTrusted) trusted = known != NULL ? namida_trusted_copy (known) : NULL;
  gboolean block = g_strcmp0 (response, "block") == 0;

  if (!block && g_strcmp0 (response, "forget") != 0)
    return;
  if (block)
    namida_trust_store_block (trust, fingerprint, alias);
  else
    namida_trust_store_remove (trust, fingerprint);
  namida_shell_pop (window);
  if (trusted != NULL)
    window_actions_report_forgotten (window, block, trusted);
  else
    namida_shell_toast (window, _ ("The device is blocked"));
}

static void
window_actions_ask (NamidaShell *window, NamidaPeer *peer, gboolean block)
{
  const char *response = block ? "block" : "forget";
  /* Translators: %s is the name of a device */
  g_autofree char *title
      = g_strdup_printf (block ? _ ("Block “%s”?") : _ ("Forget “%s”?"), namida_peer_get_alias (peer));
  GtkWidget *dialog
      = namida_dialog_new (GTK_WINDOW (window), title,
                           block ? _ ("Its requests are declined from now on without showing them. Its backups stay.")
                                 : _ ("Its backups stay. You will be asked before it can save files here."));

  adw_message_dialog_add_responses (ADW_MESSAGE_DIALOG (dialog), "cancel", _ ("_Cancel"), response,
                                    block ? _ ("_Block") : _ ("_Forget"), NULL);
  adw_message_dialog_set_response_appearance (ADW_MESSAGE_DIALOG (dialog), response, ADW_RESPONSE_DESTRUCTIVE);
  adw_message_dialog_set_close_response (ADW_MESSAGE_DIALOG (dialog), "cancel");
  g_object_set_data_full (G_OBJECT (dialog), "fingerprint", g_strdup (namida_peer_get_fingerprint (peer)), g_free);
  g_object_set_data_full (G_OBJECT (dialog), "alias", g_strdup (namida_peer_get_alias (peer)), g_free);
  g_signal_connect_object (dialog, "response", G_CALLBACK (window_actions_on_forget_response), window, 0);
  namida_dialog_present (ADW_MESSAGE_DIALOG (dialog));
}

static void
window_actions_on_forget_device (GtkWidget *widget, const char *action, GVariant *parameter)
{
  NamidaShell *window = NAMIDA_SHELL (widget);
  g_autoptr (NamidaPeer) peer = window_actions_find (window, g_variant_get_string (parameter, NULL));

  if (peer != NULL && namida_peer_get_fingerprint (peer) != NULL)
    window_actions_ask (window, peer, FALSE);
}

static void
window_actions_on_block_device (GtkWidget *widget, const char *action, GVariant *parameter)
{
  NamidaShell *window = NAMIDA_SHELL (widget);
  g_autoptr (NamidaPeer) peer = window_actions_find (window, g_variant_get_string (parameter, NULL));

  if (peer != NULL && namida_peer_get_fingerprint (peer) != NULL)
    window_actions_ask (window, peer, TRUE);
}

/* ---- other actions ---- */

static void
window_actions_on_copy (GtkWidget *widget, const char *action, GVariant *parameter)
{
  gdk_clipboard_set_text (gtk_widget_get_clipboard (widget), g_variant_get_string (parameter, NULL));
  namida_shell_toast (NAMIDA_SHELL (widget), _ ("Copied to the clipboard"));
}

static void
window_actions_on_copy_own_address (GtkWidget *widget, const char *action, GVariant *parameter)
{
  NamidaShell *window = NAMIDA_SHELL (widget);
  g_autofree char *address = namida_hub_dup_address (namida_shell_get_hub (window));
  g_autofree char *text = NULL;

  if (address == NULL || *address == '\0')
    {
      namida_shell_toast (window, _ ("This device is not connected to a network"));
      return;
    }
  /* Translators: %s is the address of this device */
  text = g_strdup_printf (_ ("Copied %s"), address);
  gdk_clipboard_set_text (gtk_widget_get_clipboard (widget), address);
  namida_shell_toast (window, text);
}

static void
window_actions_on_toast (GtkWidget *widget, const char *action, GVariant *parameter)
{
  namida_shell_toast (NAMIDA_SHELL (widget), g_variant_get_string (parameter, NULL));
}

static void
window_actions_on_open_folder (GtkWidget *widget, const char *action, GVariant *parameter)
{
  namida_send_flow_open_folder (widget, g_variant_get_bytestring (parameter));
}

/* Shows what was received: the version that is kept in the folder, otherwise the folder itself. */
static void
window_actions_on_show_received (GtkWidget *widget, const char *action, GVariant *parameter)
{
  const char *folder = g_variant_get_bytestring (parameter);
  GListModel *versions = G_LIST_MODEL (namida_hub_get_versions (namida_shell_get_hub (NAMIDA_SHELL (widget))));

  for (guint i = 0; i < g_list_model_get_n_items (versions); i++)
    {
      g_autoptr (NamidaVersion) version = g_list_model_get_item (versions, i);

      if (namida_version_get_landing (version) == NAMIDA_LANDING_BACKUP
          && g_strcmp0 (namida_version_get_path (version), folder) == 0)
        {
          gtk_widget_activate_action (widget, "win.show-version", "s", namida_version_get_id (version));
          return;
        }
    }
  namida_send_flow_open_folder (widget, folder);
}

static void
window_actions_on_scan (GtkWidget *widget, const char *action, GVariant *parameter)
{
  namida_shell_show_page (NAMIDA_SHELL (widget), "devices");
  namida_hub_scan (namida_shell_get_hub (NAMIDA_SHELL (widget)));
}

/* @version: (nullable): the id of a version that the browser may fetch; %NULL: the dialog asks */
static void
window_actions_open_link (NamidaShell *window, const char *version)
{
  NamidaHub *hub = namida_shell_get_hub (window);
  NamidaLinkDialog *dialog;

  if (namida_hub_get_port (hub) == 0)
    {
      namida_shell_toast (window, _ ("This device is not connected to a network"));
      return;
    }
  dialog = version != NULL ? namida_link_dialog_new_for_version (hub, version) : namida_link_dialog_new (hub);
  gtk_window_set_transient_for (GTK_WINDOW (dialog), GTK_WINDOW (window));
  gtk_window_present (GTK_WINDOW (dialog));
}

static void
window_actions_on_link (GtkWidget *widget, const char *action, GVariant *parameter)
{
  window_actions_open_link (NAMIDA_SHELL (widget), NULL);
}

static void
window_actions_on_link_version (GtkWidget *widget, const char *action, GVariant *parameter)
{
  window_actions_open_link (NAMIDA_SHELL (widget), g_variant_get_string (parameter, NULL));
}

static void
window_actions_on_back (GtkWidget *widget, const char *action, GVariant *parameter)
{
  namida_shell_pop (NAMIDA_SHELL (widget));
}

static void
window_actions_on_forget_address (GtkWidget *widget, const char *action, GVariant *parameter)
{
  NamidaShell *window = NAMIDA_SHELL (widget);
  g_autoptr (NamidaPeer) peer = window_actions_find (window, g_variant_get_string (parameter, NULL));

  if (peer == NULL)
    return;
  namida_hub_forget_addresses (namida_shell_get_hub (window), peer);
  namida_shell_pop (window);
}

static void
window_actions_on_show_transfers (GtkWidget *widget, const char *action, GVariant *parameter)
{
  namida_shell_search_transfers (NAMIDA_SHELL (widget), g_variant_get_string (parameter, NULL));
}

static void
window_actions_on_blocked_devices (GtkWidget *widget, const char *action, GVariant *parameter)
{
  namida_blocked_dialog_show (GTK_WINDOW (widget), namida_shell_get_hub (NAMIDA_SHELL (widget)));
}

static void
window_actions_on_trash (GtkWidget *widget, const char *action, GVariant *parameter)
{
  NamidaTrashDialog *dialog = namida_trash_dialog_new (namida_shell_get_hub (NAMIDA_SHELL (widget)));

  gtk_window_set_transient_for (GTK_WINDOW (dialog), GTK_WINDOW (widget));
  gtk_window_present (GTK_WINDOW (dialog));
}

static void
window_actions_on_replace_device (GtkWidget *widget, const char *action, GVariant *parameter)
{
  namida_succession_dialog_show (GTK_WINDOW (widget), namida_shell_get_hub (NAMIDA_SHELL (widget)));
}

static void
window_actions_on_open_pairing (GtkWidget *widget, const char *action, GVariant *parameter)
{
  NamidaShell *window = NAMIDA_SHELL (widget);

  namida_hub_open_pairing (namida_shell_get_hub (window));
  namida_shell_toast (window, _ ("Pairing is open for 2 minutes. Start it on the other device."));
}

void
namida_window_actions_install (GtkWidgetClass *widget_class)
{
  gtk_widget_class_install_action (widget_class, "win.send", "s", window_actions_on_send);
  gtk_widget_class_install_action (widget_class, "win.open", NULL, window_actions_on_open);
  gtk_widget_class_install_action (widget_class, "win.send-message", "s", window_actions_on_send_message);
  gtk_widget_class_install_action (widget_class, "win.get-backups", "s", window_actions_on_get_backups);
  gtk_widget_class_install_action (widget_class, "win.pair", "s", window_actions_on_pair);
  gtk_widget_class_install_action (widget_class, "win.verify", "s", window_actions_on_verify);
  gtk_widget_class_install_action (widget_class, "win.show-device", "s", window_actions_on_show_device);
  gtk_widget_class_install_action (widget_class, "win.send-files", "(sas)", window_actions_on_send_files);
  gtk_widget_class_install_action (widget_class, "win.show-version", "s", window_actions_on_show_version);
  gtk_widget_class_install_action (widget_class, "win.restore", "s", window_actions_on_restore);
  gtk_widget_class_install_action (widget_class, "win.get-playlist", "(ss)", window_actions_on_get_playlist);
  gtk_widget_class_install_action (widget_class, "win.forget-device", "s", window_actions_on_forget_device);
  gtk_widget_class_install_action (widget_class, "win.block-device", "s", window_actions_on_block_device);
  gtk_widget_class_install_action (widget_class, "win.forget-address", "s", window_actions_on_forget_address);
  gtk_widget_class_install_action (widget_class, "win.show-transfers", "s", window_actions_on_show_transfers);
  gtk_widget_class_install_action (widget_class, "win.copy", "s", window_actions_on_copy);
  gtk_widget_class_install_action (widget_class, "win.copy-own-address", NULL, window_actions_on_copy_own_address);
  gtk_widget_class_install_action (widget_class, "win.toast", "s", window_actions_on_toast);
  gtk_widget_class_install_action (widget_class, "win.open-folder", "ay", window_actions_on_open_folder);
  gtk_widget_class_install_action (widget_class, "win.show-received", "ay", window_actions_on_show_received);
  gtk_widget_class_install_action (widget_class, "win.scan", NULL, window_actions_on_scan);
  gtk_widget_class_install_action (widget_class, "win.link", NULL, window_actions_on_link);
  gtk_widget_class_install_action (widget_class, "win.link-version", "s", window_actions_on_link_version);
  gtk_widget_class_install_action (widget_class, "win.blocked-devices", NULL, window_actions_on_blocked_devices);
  gtk_widget_class_install_action (widget_class, "win.trash", NULL, window_actions_on_trash);
  gtk_widget_class_install_action (widget_class, "win.replace-device", NULL, window_actions_on_replace_device);
  gtk_widget_class_install_action (widget_class, "win.open-pairing", NULL, window_actions_on_open_pairing);
  gtk_widget_class_install_action (widget_class, "win.back", NULL, window_actions_on_back);
}
