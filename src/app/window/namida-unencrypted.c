/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Asks before something is sent to a device that cannot encrypt: see the header. All flows that send use it. Main
 * context. */
#include "config.h"

#include "namida-unencrypted.h"

#include <glib/gi18n.h>

#include "namida-consent-guard.h"
#include "namida-dialog.h"

/* The value in the setting "unencrypted-peers". */
#define NEVER 1

typedef struct
{
  NamidaUnencryptedSend send;
  gpointer user_data;
  GDestroyNotify destroy;
} Question;

static void
question_free (gpointer data, GClosure *closure)
{
  Question *question = data;

  question->destroy (question->user_data);
  g_free (question);
}

static void
unencrypted_on_response (AdwMessageDialog *dialog, const char *response, gpointer user_data)
{
  Question *question = user_data;

  if (g_strcmp0 (response, "send") == 0)
    question->send (TRUE, question->user_data);
}

static void
unencrypted_ask (NamidaShell *window, NamidaPeer *peer, Question *question)
{
  GtkWidget *dialog = namida_dialog_new (GTK_WINDOW (window), NULL, NULL);
  AdwMessageDialog *message = ADW_MESSAGE_DIALOG (dialog);

  adw_message_dialog_format_heading (message, _ ("Send to %s Without Encryption?"), namida_peer_get_alias (peer));
  adw_message_dialog_set_body (message, _ ("Anyone on this network could read or change this transfer."));
  adw_message_dialog_add_responses (message, "cancel", _ ("_Cancel"), "send", _ ("_Send"), NULL);
  adw_message_dialog_set_close_response (message, "cancel");
  namida_consent_guard_add_response (message, "send");
  g_signal_connect_data (dialog, "response", G_CALLBACK (unencrypted_on_response), question, question_free, 0);
  namida_dialog_present_in_turn (ADW_MESSAGE_DIALOG (dialog));
}

void
namida_unencrypted_ask (
    NamidaShell *window, NamidaPeer *peer, NamidaUnencryptedSend send, gpointer user_data, GDestroyNotify destroy)
{
  Question *question;

  if (namida_peer_get_encrypted (peer))
    send (FALSE, user_data);
  else if (g_settings_get_enum (namida_shell_get_settings (window), "unencrypted-peers") == NEVER)
    namida_shell_toast (
        window, _ ("This device does not support encryption, and unencrypted transfers are turned off in Preferences"));
  else
    {
      question = g_new0 (Question, 1);
      question->send = send;
      question->user_data = user_data;
      question->destroy = destroy;
      unencrypted_ask (window, peer, question);
      return;
    }
  destroy (user_data);
}
