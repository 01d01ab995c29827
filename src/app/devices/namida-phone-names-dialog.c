/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names that Android refuses, found before the phone was asked: the user chooses whether to rename these files or to
 * leave them out. Used by the window's send flow and by restoring to a device. Main context. */
#include "config.h"

#include "namida-phone-names-dialog.h"

#include "namida-dialog.h"
#include "namida-error.h"

#include <glib/gi18n.h>

/* The data of the question. */
typedef struct
{
  NamidaShell *window;
  NamidaTransfer *transfer;
} NamesQuestion;

static void
names_question_free (NamesQuestion *question, GClosure *closure)
{
  g_object_unref (question->window);
  g_object_unref (question->transfer);
  g_free (question);
}

static void
names_on_response (AdwMessageDialog *dialog, const char *response, NamesQuestion *question)
{
  NamidaHub *hub = namida_shell_get_hub (question->window);

  if (hub == NULL || g_strcmp0 (response, "cancel") == 0)
    return;
  namida_sending_set_phone_names (question->transfer, g_strcmp0 (response, "rename") == 0
                                                          ? NAMIDA_PHONE_NAMES_RENAME
                                                          : NAMIDA_PHONE_NAMES_LEAVE_OUT);
  namida_outbox_retry (namida_hub_get_outbox (hub), question->transfer);
  namida_shell_show_page (question->window, "transfers");
}

static void
names_on_ended (NamidaTransfer *transfer, NamidaShell *window)
{
  const GError *error = namida_transfer_get_error (transfer);
  NamesQuestion *question;
  GtkWidget *dialog;

  if (namida_transfer_get_backup (transfer) != NULL || !g_error_matches (error, NAMIDA_ERROR, NAMIDA_ERROR_UNSAFE_PATH))
    return;
  dialog = namida_dialog_new (GTK_WINDOW (window), _ ("Send Under Other Names?"),
                              _ ("Android refuses the names of some files, or confuses them with others. They can be "
                                 "sent under other names, and the backup is changed to match; or they can be "
                                 "skipped."));
  adw_message_dialog_add_responses (ADW_MESSAGE_DIALOG (dialog), "cancel", _ ("_Cancel"), "leave-out", _ ("_Skip"),
                                    "rename", _ ("_Rename"), NULL);
  adw_message_dialog_set_response_appearance (ADW_MESSAGE_DIALOG (dialog), "rename", ADW_RESPONSE_SUGGESTED);
  adw_message_dialog_set_default_response (ADW_MESSAGE_DIALOG (dialog), "rename");
  adw_message_dialog_set_close_response (ADW_MESSAGE_DIALOG (dialog), "cancel");
  question = g_new0 (NamesQuestion, 1);
  question->window = g_object_ref (window);
  question->transfer = g_object_ref (transfer);
  g_signal_connect_data (dialog, "response", G_CALLBACK (names_on_response), question,
                         (GClosureNotify) names_question_free, 0);
  namida_dialog_present_in_turn (ADW_MESSAGE_DIALOG (dialog));
}

void
namida_phone_names_dialog_watch (NamidaShell *window, NamidaTransfer *transfer)
{
  g_signal_connect_object (transfer, "ended", G_CALLBACK (names_on_ended), window, 0);
}
