/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The dialog of namida-blocked-dialog.h: a row for each blocked device with its name, the first digits of its
 * fingerprint and a button that unblocks it. The list is read from the trust store again after each change. Main
 * context. */
#include "config.h"

#include "namida-blocked-dialog.h"

#include "namida-dialog.h"
#include "namida-format.h"
#include "namida-trust-store.h"

#include <glib/gi18n.h>
#include <string.h>

static void blocked_dialog_fill (AdwMessageDialog *dialog);

static void
blocked_dialog_on_unblock (GtkButton *button, AdwMessageDialog *dialog)
{
  NamidaTrustStore *trust = g_object_get_data (G_OBJECT (dialog), "trust");
  const char *fingerprint = g_object_get_data (G_OBJECT (button), "fingerprint");

  namida_trust_store_unblock (trust, fingerprint);
  blocked_dialog_fill (dialog);
}

static GtkWidget *
blocked_dialog_make_row (AdwMessageDialog *dialog, const char *fingerprint, const char *alias)
{
  GtkWidget *row = adw_action_row_new ();
  GtkWidget *button = gtk_button_new_with_mnemonic (_ ("_Unblock"));
  g_autofree char *name = *alias != '\0' ? namida_format_name (alias) : g_strdup (_ ("A device"));
  g_autofree char *digits = namida_format_fingerprint (fingerprint);

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), name);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), digits);
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  g_object_set_data_full (G_OBJECT (button), "fingerprint", g_strdup (fingerprint), g_free);
  g_signal_connect_object (button, "clicked", G_CALLBACK (blocked_dialog_on_unblock), dialog, 0);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), button);
  adw_action_row_set_activatable_widget (ADW_ACTION_ROW (row), button);
  return row;
}

static void
blocked_dialog_fill (AdwMessageDialog *dialog)
{
  NamidaTrustStore *trust = g_object_get_data (G_OBJECT (dialog), "trust");
  g_autoptr (GHashTable) blocked = namida_trust_store_dup_blocked (trust);
  g_autoptr (GList) fingerprints = g_list_sort (g_hash_table_get_keys (blocked), (GCompareFunc) strcmp);
  GtkWidget *group = adw_preferences_group_new ();

  for (GList *l = fingerprints; l != NULL; l = l->next)
    adw_preferences_group_add (ADW_PREFERENCES_GROUP (group),
                               blocked_dialog_make_row (dialog, l->data, g_hash_table_lookup (blocked, l->data)));
  adw_message_dialog_set_extra_child (dialog, group);
  adw_message_dialog_set_body (
      dialog, fingerprints != NULL
                  ? _ ("What these devices offer, ask or write is refused without a question. A device that is "
                       "unblocked is a stranger again: you are asked before anything is stored.")
                  : _ ("No device is blocked. A device can be blocked on its page, and when it asks for something."));
}

void
namida_blocked_dialog_show (GtkWindow *parent, NamidaHub *hub)
{
  NamidaTrustStore *trust = namida_hub_get_trust_store (hub);
  GtkWidget *dialog;

  if (trust == NULL)
    return;
  dialog = namida_dialog_new (parent, _ ("Blocked Devices"), NULL);
  g_object_set_data_full (G_OBJECT (dialog), "trust", g_object_ref (trust), g_object_unref);
  adw_message_dialog_add_responses (ADW_MESSAGE_DIALOG (dialog), "close", _ ("_Close"), NULL);
  adw_message_dialog_set_close_response (ADW_MESSAGE_DIALOG (dialog), "close");
  g_signal_connect_object (trust, "changed", G_CALLBACK (blocked_dialog_fill), dialog, G_CONNECT_SWAPPED);
  blocked_dialog_fill (ADW_MESSAGE_DIALOG (dialog));
  namida_dialog_present (ADW_MESSAGE_DIALOG (dialog));
}
