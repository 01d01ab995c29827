/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sends a text message to one device. It is written in a dialog and sent without blocking the window; if the other
 * device requires a PIN, the dialog appears again. Opened from the menu of a device. Main context. */
#include "config.h"

#include "namida-text-dialog.h"

#include <glib/gi18n.h>

#include "namida-dialog.h"
#include "namida-error.h"
#include "namida-spoken.h"
#include "namida-unencrypted.h"

#define TEXT_WIDTH 280
#define TEXT_HEIGHT 120

/* A message while it is being written and sent. */
typedef struct
{
  NamidaShell *window; /* owned */
  NamidaPeer *peer;    /* owned */
  GtkTextBuffer *text; /* owned */
  GtkEditable *pin;    /* (nullable): the entry of the open dialog */
  char *typed_pin;     /* (nullable) */
} TextMessage;

static TextMessage *
text_message_new (NamidaShell *window, NamidaPeer *peer, GtkTextBuffer *text)
{
  TextMessage *self = g_new0 (TextMessage, 1);

  self->window = g_object_ref (window);
  self->peer = g_object_ref (peer);
  self->text = text != NULL ? g_object_ref (text) : gtk_text_buffer_new (NULL);
  return self;
}

static void
text_message_free (gpointer data)
{
  TextMessage *self = data;

  g_object_unref (self->window);
  g_object_unref (self->peer);
  g_object_unref (self->text);
  g_free (self->typed_pin);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TextMessage, text_message_free)

static void text_dialog_show (TextMessage *self, gboolean asks_pin, gboolean wrong);

static void
text_dialog_on_sent (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (TextMessage) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *words = NULL;
  gboolean wrong;

  if (namida_hub_send_text_finish (NAMIDA_HUB (source), result, &error))
    {
      /* Translators: %s is a device */
      words = g_strdup_printf (_ ("Message sent to %s"), namida_peer_get_alias (self->peer));
      namida_shell_toast (self->window, words);
      return;
    }
  wrong = g_error_matches (error, NAMIDA_ERROR, NAMIDA_ERROR_PIN_WRONG);
  if (wrong || g_error_matches (error, NAMIDA_ERROR, NAMIDA_ERROR_PIN_REQUIRED))
    text_dialog_show (g_steal_pointer (&self), TRUE, wrong);
  else
    namida_shell_toast (self->window, error->message);
}

static void
text_dialog_send (gboolean unencrypted, gpointer user_data)
{
  const TextMessage *self = user_data;
  TextMessage *sent = text_message_new (self->window, self->peer, self->text);
  GtkTextIter start, end;
  g_autofree char *text = NULL;

  gtk_text_buffer_get_bounds (self->text, &start, &end);
  text = gtk_text_buffer_get_text (self->text, &start, &end, FALSE);
  namida_hub_send_text_async (namida_shell_get_hub (self->window), self->peer, text, self->typed_pin, unencrypted, NULL,
                              text_dialog_on_sent, sent);
}

static void
text_dialog_on_response (AdwMessageDialog *dialog, const char *response, gpointer user_data)
{
  g_autoptr (TextMessage) self = user_data;
  NamidaShell *window = self->window;
  NamidaPeer *peer = self->peer;

  if (g_strcmp0 (response, "send") != 0)
    return;
  if (self->pin != NULL)
    self->typed_pin = g_strdup (gtk_editable_get_text (self->pin));
  namida_unencrypted_ask (window, peer, text_dialog_send, g_steal_pointer (&self), text_message_free);
}

static void
text_dialog_on_changed (GtkTextBuffer *buffer, AdwMessageDialog *dialog)
{
  adw_message_dialog_set_response_enabled (dialog, "send", gtk_text_buffer_get_char_count (buffer) > 0);
}

static GtkWidget *
text_dialog_make_view (GtkTextBuffer *buffer)
{
  GtkWidget *view = gtk_text_view_new_with_buffer (buffer);
  GtkWidget *scrolled = gtk_scrolled_window_new ();

  gtk_text_view_set_wrap_mode (GTK_TEXT_VIEW (view), GTK_WRAP_WORD_CHAR);
  gtk_text_view_set_accepts_tab (GTK_TEXT_VIEW (view), FALSE);
  gtk_text_view_set_top_margin (GTK_TEXT_VIEW (view), 9);
  gtk_text_view_set_bottom_margin (GTK_TEXT_VIEW (view), 9);
  gtk_text_view_set_left_margin (GTK_TEXT_VIEW (view), 9);
  gtk_text_view_set_right_margin (GTK_TEXT_VIEW (view), 9);
  namida_spoken_set_name (view, _ ("Message"));
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), view);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scrolled), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_widget_set_size_request (scrolled, TEXT_WIDTH, TEXT_HEIGHT);
  gtk_widget_add_css_class (scrolled, "card");
  return scrolled;
}

/* @self: (transfer full) */
static void
text_dialog_show (TextMessage *self, gboolean asks_pin, gboolean wrong)
{
  AdwMessageDialog *dialog = ADW_MESSAGE_DIALOG (namida_dialog_new (GTK_WINDOW (self->window), NULL, NULL));
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);
  GtkWidget *view = text_dialog_make_view (self->text);
  GtkWidget *first = gtk_scrolled_window_get_child (GTK_SCROLLED_WINDOW (view));

  /* Translators: %s is a device */
  adw_message_dialog_format_heading (dialog, _ ("Message to %s"), namida_peer_get_alias (self->peer));
  if (asks_pin)
    adw_message_dialog_set_body (dialog,
                                 wrong ? _ ("That PIN was not correct. Enter the PIN that is set on the other device.")
                                       : _ ("Enter the PIN that is set on the other device."));
  gtk_box_append (GTK_BOX (box), view);
  if (asks_pin)
    {
      GtkWidget *entry
          = g_object_new (GTK_TYPE_ENTRY, "visibility", FALSE, "input-purpose", GTK_INPUT_PURPOSE_PIN, NULL);

      namida_spoken_set_name (entry, _ ("PIN"));
      g_object_set (entry, "activates-default", TRUE, NULL);
      gtk_box_append (GTK_BOX (box), entry);
      self->pin = GTK_EDITABLE (entry);
      first = entry;
    }
  adw_message_dialog_set_extra_child (dialog, box);
  adw_message_dialog_add_responses (dialog, "cancel", _ ("_Cancel"), "send", _ ("_Send"), NULL);
  adw_message_dialog_set_response_appearance (dialog, "send", ADW_RESPONSE_SUGGESTED);
  adw_message_dialog_set_default_response (dialog, "send");
  adw_message_dialog_set_close_response (dialog, "cancel");
  g_signal_connect_object (self->text, "changed", G_CALLBACK (text_dialog_on_changed), dialog, 0);
  text_dialog_on_changed (self->text, dialog);
  g_signal_connect (dialog, "response", G_CALLBACK (text_dialog_on_response), self);
  namida_dialog_present (dialog);
  gtk_window_set_focus (GTK_WINDOW (dialog), first);
}

void
namida_text_dialog_present (NamidaShell *window, NamidaPeer *peer)
{
  text_dialog_show (text_message_new (window, peer, NULL), FALSE, FALSE);
}
