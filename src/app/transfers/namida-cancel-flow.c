/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Canceling a transfer, with the question whether to keep the received data. The rows of transfers call it. Main
 * context. */
#include "config.h"

#include "namida-cancel-flow.h"

#include <glib/gi18n.h>

#include "namida-dialog.h"
#include "namida-shell.h"
#include "namida-transfer-interrupted.h"

/* The values of the setting "cancelled-parts". */
typedef enum
{
  PARTS_ASK,
  PARTS_KEEP,
  PARTS_DROP
} Parts;

#define KEY "cancelled-parts"

typedef struct
{
  NamidaShell *window;      /* owned */
  NamidaTransfer *transfer; /* owned */
  GtkCheckButton *remember; /* in the dialog */
} Asked;

static void
asked_free (gpointer data, GClosure *closure)
{
  Asked *asked = data;

  g_clear_object (&asked->window);
  g_clear_object (&asked->transfer);
  g_free (asked);
}

static void
cancel_flow_on_response (AdwMessageDialog *dialog, const char *response, gpointer user_data)
{
  Asked *asked = user_data;
  gboolean keep = g_strcmp0 (response, "keep") == 0;

  if (!keep && g_strcmp0 (response, "drop") != 0)
    return;
  if (gtk_check_button_get_active (asked->remember))
    g_settings_set_enum (namida_shell_get_settings (asked->window), KEY, keep ? PARTS_KEEP : PARTS_DROP);
  namida_hub_cancel (namida_shell_get_hub (asked->window), asked->transfer, keep);
}

static void
cancel_flow_ask (NamidaShell *window, NamidaTransfer *transfer)
{
  GtkWidget *dialog = namida_dialog_new (GTK_WINDOW (window), _ ("Cancel Transfer?"), NULL);
  AdwMessageDialog *message = ADW_MESSAGE_DIALOG (dialog);
  Asked *asked = g_new0 (Asked, 1);
  guint days = g_settings_get_uint (namida_shell_get_settings (window), "parts-days");
  GtkWidget *words;

  asked->window = g_object_ref (window);
  asked->transfer = g_object_ref (transfer);
  asked->remember = GTK_CHECK_BUTTON (gtk_check_button_new_with_mnemonic (_ ("_Remember this choice")));
  gtk_widget_set_halign (GTK_WIDGET (asked->remember), GTK_ALIGN_CENTER);
  /* With large text, the label would be wider than a narrow window. */
  words = gtk_widget_get_last_child (GTK_WIDGET (asked->remember));
  if (GTK_IS_LABEL (words))
    gtk_label_set_wrap (GTK_LABEL (words), TRUE);
  adw_message_dialog_set_extra_child (message, GTK_WIDGET (asked->remember));
  adw_message_dialog_format_body (message,
                                  ngettext ("What was received so far can be kept for %u day, so that the transfer can "
                                            "be resumed. Otherwise it is deleted.",
                                            "What was received so far can be kept for %u days, so that the transfer "
                                            "can be resumed. Otherwise it is deleted.",
                                            days),
                                  days);
  adw_message_dialog_add_responses (message, "back", _ ("_Continue"), "drop", _ ("Cancel and _Delete"), "keep",
                                    _ ("Cancel and _Keep Part"), NULL);
  adw_message_dialog_set_response_appearance (message, "drop", ADW_RESPONSE_DESTRUCTIVE);
  adw_message_dialog_set_close_response (message, "back");
  g_signal_connect_data (dialog, "response", G_CALLBACK (cancel_flow_on_response), asked, asked_free, 0);
  namida_dialog_present (ADW_MESSAGE_DIALOG (dialog));
}

void
namida_cancel_flow_start (GtkWidget *from, NamidaTransfer *transfer)
{
  NamidaShell *window = NAMIDA_SHELL (gtk_widget_get_root (from));
  Parts parts = (Parts) g_settings_get_enum (namida_shell_get_settings (window), KEY);

  /* Without received data that can be kept, there is nothing to ask. */
  if (!namida_transfer_may_have_parts (transfer))
    namida_hub_cancel (namida_shell_get_hub (window), transfer, FALSE);
  else if (parts == PARTS_ASK)
    cancel_flow_ask (window, transfer);
  else
    namida_hub_cancel (namida_shell_get_hub (window), transfer, parts == PARTS_KEEP);
}
