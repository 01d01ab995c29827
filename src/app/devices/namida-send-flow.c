/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sending from the window: asks for confirmation if the device cannot encrypt or received the files before, sends,
 * and asks for a PIN when the device requires one. Rows, pages and the drop flow call it. Main context. */
#include "config.h"

#include "namida-send-flow.h"

#include <glib/gi18n.h>

#include "namida-dialog.h"
#include "namida-error.h"
#include "namida-pair-dialog.h"
#include "namida-phone-names-dialog.h"
#include "namida-send-sheet.h"
#include "namida-sent-before-flow.h"
#include "namida-unencrypted.h"
#include "namida-shell.h"
#include "namida-spoken.h"

/* The data of a transfer, attached to it, because the PIN can only be asked for after the other device has required
 * one. */
#define SENT_KEY "namida-app-sent"

typedef struct
{
  NamidaShell *window;  /* owned */
  NamidaPeer *peer;     /* owned */
  GListModel *files;    /* owned */
  gboolean reread;      /* read every file again */
  gboolean unencrypted; /* the user was warned */
  NamidaSentBeforePolicy sent_before;
} Sent;

static void
sent_free (Sent *sent)
{
  g_clear_object (&sent->window);
  g_clear_object (&sent->peer);
  g_clear_object (&sent->files);
  g_free (sent);
}

static Sent *
sent_new (NamidaShell *window, NamidaPeer *peer, GListModel *files, gboolean reread)
{
  Sent *sent = g_new0 (Sent, 1);

  g_set_object (&sent->window, window);
  g_set_object (&sent->peer, peer);
  g_set_object (&sent->files, files);
  sent->reread = reread;
  return sent;
}

static Sent *
sent_copy (const Sent *sent)
{
  Sent *copy = sent_new (sent->window, sent->peer, sent->files, sent->reread);

  copy->unencrypted = sent->unencrypted;
  copy->sent_before = sent->sent_before;
  return copy;
}

NamidaShell *
namida_send_flow_window (GtkWidget *widget)
{
  GtkWindow *window = GTK_WINDOW (gtk_widget_get_root (widget));

  while (window != NULL && !NAMIDA_IS_SHELL (window))
    window = gtk_window_get_transient_for (window);
  return NAMIDA_SHELL (window);
}

static void send_flow_ask_pin (NamidaShell *window, Sent *sent, gboolean wrong);

/* A device that requires a PIN is no failure: ask for the PIN at once. */
static void
send_flow_on_ended (NamidaTransfer *transfer, NamidaShell *window)
{
  Sent *sent = g_object_get_data (G_OBJECT (transfer), SENT_KEY);
  const GError *error = namida_transfer_get_error (transfer);
  gboolean wrong = g_error_matches (error, NAMIDA_ERROR, NAMIDA_ERROR_PIN_WRONG);

  if (sent != NULL && (wrong || g_error_matches (error, NAMIDA_ERROR, NAMIDA_ERROR_PIN_REQUIRED)))
    send_flow_ask_pin (window, sent, wrong);
}

/* @unencrypted: the user was warned about it */
static void
send_now (const Sent *sent, const char *pin, gboolean unencrypted)
{
  NamidaHub *hub = namida_shell_get_hub (sent->window);
  NamidaTransfer *transfer = namida_outbox_send (namida_hub_get_outbox (hub), sent->peer, sent->files, NULL, pin);

  if (transfer != NULL && unencrypted)
    namida_sending_allow_unencrypted (transfer);
  if (transfer != NULL && sent->reread)
    namida_sending_read_everything (transfer);
  if (transfer != NULL)
    {
      Sent *copy = sent_copy (sent);

      namida_sending_set_sent_before (transfer, sent->sent_before);
      namida_phone_names_dialog_watch (sent->window, transfer);
      g_clear_object (&copy->window);
      g_object_set_data_full (G_OBJECT (transfer), SENT_KEY, copy, (GDestroyNotify) sent_free);
      g_signal_connect_object (transfer, "ended", G_CALLBACK (send_flow_on_ended), sent->window, G_CONNECT_AFTER);
    }
  /* The row of the transfer shows progress and errors. */
  namida_shell_show_page (sent->window, "transfers");
}

static void
send_files_chosen (NamidaSentBeforePolicy policy, gpointer user_data)
{
  Sent *sent = user_data;

  sent->sent_before = policy;
  send_now (sent, NULL, sent->unencrypted);
}

static void
send_files (gboolean unencrypted, gpointer user_data)
{
  const Sent *sent = user_data;
  Sent *copy = sent_copy (sent);

  copy->unencrypted = unencrypted;
  if (sent->reread)
    {
      /* Every file is read again and compared with nothing that was sent before. */
      send_files_chosen (NAMIDA_SENT_BEFORE_SEND, copy);
      sent_free (copy);
      return;
    }
  namida_sent_before_flow_ask (sent->window, sent->peer, sent->files, send_files_chosen, copy,
                               (GDestroyNotify) sent_free);
}

void
namida_send_flow_send (GtkWidget *from, NamidaPeer *peer, GListModel *files, gboolean reread)
{
  NamidaShell *window = namida_send_flow_window (from);

  namida_unencrypted_ask (window, peer, send_files, sent_new (window, peer, files, reread), (GDestroyNotify) sent_free);
}

void
namida_send_flow_choose (GtkWidget *from, NamidaPeer *peer)
{
  NamidaShell *window = namida_send_flow_window (from);
  NamidaSendSheet *sheet = namida_send_sheet_new (namida_shell_get_hub (window), peer);

  gtk_window_set_transient_for (GTK_WINDOW (sheet), GTK_WINDOW (window));
  gtk_window_present (GTK_WINDOW (sheet));
}

void
namida_send_flow_pair (GtkWidget *from, NamidaPeer *peer)
{
  NamidaShell *window = namida_send_flow_window (from);
  NamidaPairDialog *dialog = namida_pair_dialog_new (namida_shell_get_hub (window), peer);

  gtk_window_set_transient_for (GTK_WINDOW (dialog), GTK_WINDOW (window));
  gtk_window_present (GTK_WINDOW (dialog));
}

static void
send_flow_on_pin_response (AdwMessageDialog *dialog, const char *response, gpointer user_data)
{
  Sent *sent = user_data;
  GtkWidget *entry = adw_message_dialog_get_extra_child (dialog);

  if (g_strcmp0 (response, "send") == 0)
    /* If the device cannot encrypt, the user agreed to it before the device required a PIN. */
    send_now (sent, gtk_editable_get_text (GTK_EDITABLE (entry)), !namida_peer_get_encrypted (sent->peer));
  sent_free (sent);
}

/* Returns: (transfer none): a dialog whose extra child is the entry. */
static GtkWidget *
send_flow_make_pin_dialog (NamidaShell *window, const char *alias, gboolean wrong)
{
  GtkWidget *dialog = namida_dialog_new (GTK_WINDOW (window), NULL, NULL);
  /* Not a GtkPasswordEntry, because in GTK 4.8 it handles keyboard changes after it was destroyed. */
  GtkWidget *entry = g_object_new (GTK_TYPE_ENTRY, "visibility", FALSE, "input-purpose", GTK_INPUT_PURPOSE_PIN, NULL);

  adw_message_dialog_format_heading (ADW_MESSAGE_DIALOG (dialog), _ ("%s Requires a PIN"), alias);
  adw_message_dialog_set_body (ADW_MESSAGE_DIALOG (dialog),
                               wrong ? _ ("That PIN was not correct. Enter the PIN that is set on the other device.")
                                     : _ ("Enter the PIN that is set on the other device."));
  namida_spoken_set_name (entry, _ ("PIN"));
  g_object_set (entry, "activates-default", TRUE, NULL);
  adw_message_dialog_set_extra_child (ADW_MESSAGE_DIALOG (dialog), entry);
  adw_message_dialog_add_responses (ADW_MESSAGE_DIALOG (dialog), "cancel", _ ("_Cancel"), "send", _ ("_Send"), NULL);
  adw_message_dialog_set_response_appearance (ADW_MESSAGE_DIALOG (dialog), "send", ADW_RESPONSE_SUGGESTED);
  adw_message_dialog_set_default_response (ADW_MESSAGE_DIALOG (dialog), "send");
  adw_message_dialog_set_close_response (ADW_MESSAGE_DIALOG (dialog), "cancel");
  return dialog;
}

static void
send_flow_ask_pin (NamidaShell *window, Sent *sent, gboolean wrong)
{
  GtkWidget *dialog = send_flow_make_pin_dialog (window, namida_peer_get_alias (sent->peer), wrong);
  Sent *asked = sent_copy (sent);

  g_set_object (&asked->window, window);
  g_signal_connect (dialog, "response", G_CALLBACK (send_flow_on_pin_response), asked);
  namida_dialog_present_in_turn (ADW_MESSAGE_DIALOG (dialog));
}

static void send_flow_on_other_ended (NamidaTransfer *transfer, NamidaShell *window);

/* A version that is restored to another device, or a transfer of an earlier run: its files are not known here. */
static void
send_flow_on_retry_pin (AdwMessageDialog *dialog, const char *response, NamidaTransfer *transfer)
{
  NamidaShell *window = NAMIDA_SHELL (gtk_window_get_transient_for (GTK_WINDOW (dialog)));
  GtkWidget *entry = adw_message_dialog_get_extra_child (dialog);
  NamidaHub *hub = namida_shell_get_hub (window);
  NamidaTransfer *again;

  if (g_strcmp0 (response, "send") != 0)
    return;
  namida_sending_set_pin (transfer, gtk_editable_get_text (GTK_EDITABLE (entry)));
  again = namida_outbox_retry (namida_hub_get_outbox (hub), transfer);
  if (again == NULL)
    namida_shell_toast (window, _ ("The device is not nearby. Look for it on the Devices page."));
  else if (again != transfer)
    g_signal_connect_object (again, "ended", G_CALLBACK (send_flow_on_other_ended), window, G_CONNECT_AFTER);
}

static void
send_flow_ask_retry_pin (NamidaShell *window, NamidaTransfer *transfer, gboolean wrong)
{
  GtkWidget *dialog = send_flow_make_pin_dialog (window, namida_transfer_get_peer_alias (transfer), wrong);

  g_signal_connect_object (dialog, "response", G_CALLBACK (send_flow_on_retry_pin), transfer, 0);
  namida_dialog_present_in_turn (ADW_MESSAGE_DIALOG (dialog));
}

static void
send_flow_on_other_ended (NamidaTransfer *transfer, NamidaShell *window)
{
  const GError *error = namida_transfer_get_error (transfer);
  gboolean wrong = g_error_matches (error, NAMIDA_ERROR, NAMIDA_ERROR_PIN_WRONG);

  if (wrong || g_error_matches (error, NAMIDA_ERROR, NAMIDA_ERROR_PIN_REQUIRED))
    send_flow_ask_retry_pin (window, transfer, wrong);
}

void
namida_send_flow_watch (NamidaShell *window, NamidaTransfer *transfer)
{
  namida_phone_names_dialog_watch (window, transfer);
  g_signal_connect_object (transfer, "ended", G_CALLBACK (send_flow_on_other_ended), window, G_CONNECT_AFTER);
}

void
namida_send_flow_retry (GtkWidget *from, NamidaTransfer *transfer)
{
  NamidaShell *window = namida_send_flow_window (from);
  /* Trying again may remove it from the list of transfers. */
  g_autoptr (NamidaTransfer) alive G_GNUC_UNUSED = g_object_ref (transfer);
  Sent *sent = g_object_get_data (G_OBJECT (transfer), SENT_KEY);
  const GError *error = namida_transfer_get_error (transfer);
  gboolean wrong = g_error_matches (error, NAMIDA_ERROR, NAMIDA_ERROR_PIN_WRONG);
  NamidaTransfer *again;

  if (wrong || g_error_matches (error, NAMIDA_ERROR, NAMIDA_ERROR_PIN_REQUIRED))
    {
      if (sent != NULL)
        send_flow_ask_pin (window, sent, wrong);
      else
        send_flow_ask_retry_pin (window, transfer, wrong);
      return;
    }
  again = namida_outbox_retry (namida_hub_get_outbox (namida_shell_get_hub (window)), transfer);
  if (again == NULL)
    namida_shell_toast (window, _ ("The device is not nearby. Look for it on the Devices page."));
  else if (sent != NULL && again != transfer)
    g_object_set_data_full (G_OBJECT (again), SENT_KEY, sent_new (NULL, sent->peer, sent->files, sent->reread),
                            (GDestroyNotify) sent_free);
}

static void
send_flow_on_folder_opened (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (NamidaShell) window = user_data;
  g_autoptr (GError) error = NULL;

  if (!g_app_info_launch_default_for_uri_finish (result, &error))
    namida_shell_toast (window, _ ("The folder could not be opened"));
}

void
namida_send_flow_open_folder (GtkWidget *from, const char *folder)
{
  NamidaShell *window = namida_send_flow_window (from);
  g_autofree char *uri = g_filename_to_uri (folder, NULL, NULL);

  if (uri != NULL)
    g_app_info_launch_default_for_uri_async (uri, NULL, NULL, send_flow_on_folder_opened, g_object_ref (window));
}
