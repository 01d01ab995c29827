/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Asks whether to send files again that a LocalSend device received before. namida-send-flow.c calls it after the
 * files were chosen and before they are sent. Main context. */
#include "config.h"

#include "namida-sent-before-flow.h"

#include <glib/gi18n.h>

#include "namida-dialog.h"
#include "namida-format.h"

typedef struct
{
  NamidaShell *window; /* owned */
  NamidaPeer *peer;    /* owned */
  NamidaSentBeforeSend send;
  gpointer user_data;
  GDestroyNotify destroy;
} SentBeforeQuestion;

static void
sent_before_question_free (gpointer data)
{
  SentBeforeQuestion *self = data;

  self->destroy (self->user_data);
  g_object_unref (self->window);
  g_object_unref (self->peer);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SentBeforeQuestion, sent_before_question_free)

static void
sent_before_on_response (AdwMessageDialog *dialog, const char *response, gpointer user_data)
{
  g_autoptr (SentBeforeQuestion) self = user_data;

  if (g_strcmp0 (response, "skip") == 0)
    self->send (NAMIDA_SENT_BEFORE_SKIP, self->user_data);
  else if (g_strcmp0 (response, "again") == 0)
    self->send (NAMIDA_SENT_BEFORE_AGAIN, self->user_data);
}

/* @self: (transfer full) */
static void
sent_before_show (SentBeforeQuestion *self, guint n, guint64 bytes)
{
  g_autofree char *size = namida_format_size (bytes);
  g_autofree char *body = NULL;
  AdwMessageDialog *dialog = ADW_MESSAGE_DIALOG (namida_dialog_new (GTK_WINDOW (self->window), NULL, NULL));

  /* Translators: a number of files, their size, a device */
  body = g_strdup_printf (ngettext ("%'u file (%s) was sent to “%s” before. LocalSend saves files that are sent again "
                                    "under another name.",
                                    "%'u files (%s) were sent to “%s” before. LocalSend saves files that are sent "
                                    "again under another name.",
                                    n),
                          n, size, namida_peer_get_alias (self->peer));
  adw_message_dialog_set_heading (dialog, _ ("Send Files Again?"));
  adw_message_dialog_set_body (dialog, body);
  adw_message_dialog_add_responses (dialog, "cancel", _ ("_Cancel"), "again", _ ("Send _Again"), "skip", _ ("_Skip"),
                                    NULL);
  adw_message_dialog_set_response_appearance (dialog, "skip", ADW_RESPONSE_SUGGESTED);
  adw_message_dialog_set_default_response (dialog, "skip");
  adw_message_dialog_set_close_response (dialog, "cancel");
  g_signal_connect (dialog, "response", G_CALLBACK (sent_before_on_response), self);
  namida_dialog_present_in_turn (dialog);
}

static void
sent_before_on_counted (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (SentBeforeQuestion) self = user_data;
  guint64 bytes;
  /* The transfer itself reports errors of the files. */
  guint n = namida_outbox_count_sent_before_finish (NAMIDA_OUTBOX (source), result, &bytes, NULL);

  if (n > 0)
    sent_before_show (g_steal_pointer (&self), n, bytes);
  else
    self->send (NAMIDA_SENT_BEFORE_SEND, self->user_data);
}

void
namida_sent_before_flow_ask (NamidaShell *window,
                             NamidaPeer *peer,
                             GListModel *files,
                             NamidaSentBeforeSend send,
                             gpointer user_data,
                             GDestroyNotify destroy)
{
  SentBeforeQuestion *self = g_new0 (SentBeforeQuestion, 1);

  self->window = g_object_ref (window);
  self->peer = g_object_ref (peer);
  self->send = send;
  self->user_data = user_data;
  self->destroy = destroy;
  namida_outbox_count_sent_before_async (namida_hub_get_outbox (namida_shell_get_hub (window)), peer, files, NULL, NULL,
                                         sent_before_on_counted, self);
}
