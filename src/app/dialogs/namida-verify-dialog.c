/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Makes a LocalSend device trusted: two users compare the sixteen icons that LocalSend's page “Verify” derives from
 * both certificates. Here they are shown as words. Opened from the row, the menu and the page of a device. Main
 * context. */
#include "config.h"

#include "namida-verify-dialog.h"

#include <glib/gi18n.h>

#include "namida-consent-guard.h"
#include "namida-dialog.h"
#include "namida-trust-store.h"
#include "namida-verify-words.h"

#define COLUMNS 2

typedef struct
{
  NamidaShell *window; /* owned */
  char *fingerprint, *alias;
} VerifyQuestion;

static void
verify_question_free (gpointer data, GClosure *closure)
{
  VerifyQuestion *self = data;

  g_object_unref (self->window);
  g_free (self->fingerprint);
  g_free (self->alias);
  g_free (self);
}

static void
verify_dialog_on_response (AdwMessageDialog *dialog, const char *response, gpointer user_data)
{
  VerifyQuestion *self = user_data;
  NamidaTrustStore *trust = namida_hub_get_trust_store (namida_shell_get_hub (self->window));
  g_autofree char *words = NULL;

  if (g_strcmp0 (response, "trust") != 0 || trust == NULL)
    return;
  namida_trust_store_unblock (trust, self->fingerprint);
  namida_trust_store_add (trust, self->fingerprint, NULL, self->alias);
  /* Translators: %s is a device */
  words = g_strdup_printf (_ ("%s is now trusted"), self->alias);
  namida_shell_toast (self->window, words);
}

/* The icons in the order of that page, row by row, with the text below them. */
static GtkWidget *
verify_dialog_make_icons (const char *own, const char *other)
{
  g_auto (GStrv) words = namida_verify_words (own, other);
  g_autofree char *hex = namida_verify_dup_hex (own, other);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);
  GtkWidget *grid = gtk_grid_new ();
  GtkWidget *text = gtk_label_new (hex);
  GtkWidget *more = gtk_expander_new (_ ("As Text"));

  gtk_grid_set_column_homogeneous (GTK_GRID (grid), TRUE);
  gtk_grid_set_column_spacing (GTK_GRID (grid), 12);
  gtk_grid_set_row_spacing (GTK_GRID (grid), 3);
  for (guint i = 0; i < NAMIDA_VERIFY_WORDS; i++)
    {
      /* Translators: the number of an icon in a list, and what the icon shows */
      g_autofree char *numbered = g_strdup_printf (_ ("%u. %s"), i + 1, words[i]);
      GtkWidget *label = gtk_label_new (numbered);

      gtk_label_set_xalign (GTK_LABEL (label), 0);
      gtk_grid_attach (GTK_GRID (grid), label, (int) (i % COLUMNS), (int) (i / COLUMNS), 1, 1);
    }
  gtk_label_set_wrap (GTK_LABEL (text), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (text), PANGO_WRAP_CHAR);
  gtk_label_set_selectable (GTK_LABEL (text), TRUE);
  gtk_label_set_max_width_chars (GTK_LABEL (text), 32);
  gtk_widget_add_css_class (text, "monospace");
  gtk_expander_set_child (GTK_EXPANDER (more), text);
  gtk_box_append (GTK_BOX (box), grid);
  gtk_box_append (GTK_BOX (box), more);
  return box;
}

void
namida_verify_dialog_present (NamidaShell *window, NamidaPeer *peer)
{
  NamidaIdentity *identity = namida_hub_get_identity (namida_shell_get_hub (window));
  const char *fingerprint = namida_peer_get_fingerprint (peer);
  AdwMessageDialog *dialog = ADW_MESSAGE_DIALOG (namida_dialog_new (GTK_WINDOW (window), NULL, NULL));
  VerifyQuestion *self = g_new0 (VerifyQuestion, 1);

  self->window = g_object_ref (window);
  self->fingerprint = g_strdup (fingerprint);
  self->alias = g_strdup (namida_peer_get_alias (peer));
  /* Translators: %s is a device */
  adw_message_dialog_format_heading (dialog, _ ("Verify %s"), self->alias);
  adw_message_dialog_set_body (dialog,
                               _ ("In LocalSend on the other device, open the details of this device and choose "
                                  "“Verify”. Both devices must show the same icons in the same order."));
  adw_message_dialog_set_extra_child (dialog, verify_dialog_make_icons (namida_identity_get_fingerprint (identity),
                                                                        fingerprint));
  adw_message_dialog_add_responses (dialog, "cancel", _ ("_Cancel"), "trust", _ ("Icons _Match"), NULL);
  adw_message_dialog_set_response_appearance (dialog, "trust", ADW_RESPONSE_SUGGESTED);
  adw_message_dialog_set_close_response (dialog, "cancel");
  namida_consent_guard_add_response (dialog, "trust");
  g_signal_connect_data (dialog, "response", G_CALLBACK (verify_dialog_on_response), self, verify_question_free, 0);
  namida_dialog_present (dialog);
}
