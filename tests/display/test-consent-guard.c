/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests that a dialog that asks for consent ignores keys and clicks in its first moment and accepts them afterwards.
 * The clock is simulated. Built with the whole window program, so that the real dialogs are tested. */
#include "config.h"

#include "namida-accept-dialog.h"
#include "namida-clock.h"
#include "namida-consent-guard.h"
#include "namida-dialog.h"
#include "namida-pair-dialog.h"

#define BEGAN (1000 * G_TIME_SPAN_SECOND)
#define MOMENT (NAMIDA_CONSENT_GUARD_MS * G_TIME_SPAN_MILLISECOND)

static gboolean
on_passed (gpointer passed)
{
  *(gboolean *) passed = TRUE;
  return G_SOURCE_REMOVE;
}

static void
pass (guint ms)
{
  gboolean passed = FALSE;

  g_timeout_add (ms, on_passed, &passed);
  while (!passed)
    g_main_context_iteration (NULL, TRUE);
}

static void
wait_mapped (GtkWidget *widget)
{
  while (!gtk_widget_get_mapped (widget))
    g_main_context_iteration (NULL, TRUE);
}

static void
wait_sensitive (GtkWidget *widget)
{
  gint64 deadline = g_get_monotonic_time () + 20 * G_TIME_SPAN_SECOND;

  while (!gtk_widget_is_sensitive (widget) && g_get_monotonic_time () < deadline)
    g_main_context_iteration (NULL, FALSE);
  g_assert_true (gtk_widget_is_sensitive (widget));
}

static void
on_clicked (guint *clicks)
{
  (*clicks)++;
}

/* As its letter with Alt does; it stays down for a while before it is clicked. */
static void
test_type (GtkWidget *button)
{
  gtk_widget_mnemonic_activate (button, FALSE);
  pass (400);
}

/* Shown again, it waits again. */
static void
test_button (void)
{
  GtkWidget *window = gtk_window_new ();
  GtkWidget *button = gtk_button_new_with_label ("Accept");
  guint clicks = 0;

  gtk_window_set_child (GTK_WINDOW (window), button);
  gtk_window_set_focus (GTK_WINDOW (window), button);
  namida_consent_guard_add (button);
  g_signal_connect_swapped (button, "clicked", G_CALLBACK (on_clicked), &clicks);
  namida_clock_set_fake (BEGAN);
  for (guint round = 1; round <= 2; round++)
    {
      gtk_window_present (GTK_WINDOW (window));
      wait_mapped (button);
      g_assert_true (namida_consent_guard_is_holding (button));
      test_type (button);
      namida_clock_set_fake (namida_clock_monotonic () + MOMENT - 1);
      test_type (button);
      g_assert_cmpuint (clicks, ==, round - 1);
      namida_clock_set_fake (namida_clock_monotonic () + 1);
      wait_sensitive (button);
      g_assert_false (namida_consent_guard_is_holding (button));
      g_assert_true (gtk_window_get_focus (GTK_WINDOW (window)) == button);
      test_type (button);
      g_assert_cmpuint (clicks, ==, round);
      gtk_widget_set_visible (window, FALSE);
    }
  gtk_window_destroy (GTK_WINDOW (window));
  namida_clock_set_fake (-1);
}

static void
test_response (void)
{
  AdwMessageDialog *dialog = ADW_MESSAGE_DIALOG (namida_dialog_new (NULL, "Verify", "The icons"));

  adw_message_dialog_add_responses (dialog, "cancel", "Cancel", "trust", "Match", NULL);
  namida_consent_guard_add_response (dialog, "trust");
  namida_clock_set_fake (BEGAN);
  namida_dialog_present (dialog);
  wait_mapped (GTK_WIDGET (dialog));
  pass (150);
  g_assert_false (adw_message_dialog_get_response_enabled (dialog, "trust"));
  g_assert_true (adw_message_dialog_get_response_enabled (dialog, "cancel"));
  namida_clock_set_fake (BEGAN + MOMENT);
  for (guint i = 0; i < 100 && !adw_message_dialog_get_response_enabled (dialog, "trust"); i++)
    pass (100);
  g_assert_true (adw_message_dialog_get_response_enabled (dialog, "trust"));
  gtk_window_destroy (GTK_WINDOW (dialog));
  namida_clock_set_fake (-1);
}

/* @names: the answers of the dialog, all of which are shown. */
static void
check_dialog (GtkWindow *dialog, GType type, const char *const *names)
{
  g_object_ref_sink (dialog);
  namida_clock_set_fake (BEGAN);
  for (guint i = 0; names[i] != NULL; i++)
    gtk_widget_set_visible (GTK_WIDGET (gtk_widget_get_template_child (GTK_WIDGET (dialog), type, names[i])), TRUE);
  gtk_window_present (dialog);
  for (guint i = 0; names[i] != NULL; i++)
    {
      GtkWidget *button = GTK_WIDGET (gtk_widget_get_template_child (GTK_WIDGET (dialog), type, names[i]));

      wait_mapped (button);
      g_assert_false (gtk_widget_is_sensitive (button));
    }
  namida_clock_set_fake (BEGAN + MOMENT);
  for (guint i = 0; names[i] != NULL; i++)
    wait_sensitive (GTK_WIDGET (gtk_widget_get_template_child (GTK_WIDGET (dialog), type, names[i])));
  gtk_window_destroy (dialog);
  g_object_unref (dialog);
  namida_clock_set_fake (-1);
}

static void
test_accept (void)
{
  const char *const answers[] = { "accept_button", "decline_button", "block_button", NULL };

  check_dialog (g_object_new (NAMIDA_TYPE_ACCEPT_DIALOG, NULL), NAMIDA_TYPE_ACCEPT_DIALOG, answers);
}

static void
test_pair (void)
{
  const char *const answers[] = { "yes_button", NULL };

  check_dialog (g_object_new (NAMIDA_TYPE_PAIR_DIALOG, NULL), NAMIDA_TYPE_PAIR_DIALOG, answers);
}

/* A pairing that the other side began comes when it likes: no answer to it is taken at once, nor is Escape. */
static void
test_request (void)
{
  const char *const answers[] = { "yes_button", "no_button", NULL };
  g_autoptr (NamidaPairRequest) request = g_object_new (NAMIDA_TYPE_PAIR_REQUEST, NULL);
  GtkWindow *dialog = GTK_WINDOW (namida_pair_dialog_new_for_request (request));

  namida_clock_set_fake (BEGAN);
  gtk_window_present (dialog);
  wait_mapped (GTK_WIDGET (dialog));
  gtk_window_close (dialog);
  pass (50);
  g_assert_true (gtk_widget_get_mapped (GTK_WIDGET (dialog)));
  gtk_widget_set_visible (GTK_WIDGET (dialog), FALSE);
  check_dialog (dialog, NAMIDA_TYPE_PAIR_DIALOG, answers);
}

int
main (int argc, char **argv)
{
  gtk_test_init (&argc, &argv, NULL);
  adw_init ();
  g_test_add_func ("/app/consent-guard/button", test_button);
  g_test_add_func ("/app/consent-guard/response", test_response);
  g_test_add_func ("/app/consent-guard/accept", test_accept);
  g_test_add_func ("/app/consent-guard/pair", test_pair);
  g_test_add_func ("/app/consent-guard/request", test_request);
  return g_test_run ();
}
