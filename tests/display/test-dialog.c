/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests that a dialog whose buttons do not fit next to each other is not wider than a narrow window. */
#include "config.h"

#include "namida-dialog.h"

#define NARROW 360
#define FRAME 10

#define HEADING "Diese Übertragung abbrechen?"
#define BODY                                                                                                           \
  "Was schon angekommen ist, kann eine Woche lang aufbewahrt werden: Beim erneuten Senden geht es dort weiter."

static void
on_after_paint (GdkFrameClock *clock, gboolean *painted)
{
  *painted = TRUE;
}

static void
pass_frame (GtkWidget *widget)
{
  GdkFrameClock *clock = gtk_widget_get_frame_clock (widget);
  gboolean painted = FALSE;
  gulong id = g_signal_connect (clock, "after-paint", G_CALLBACK (on_after_paint), &painted);

  gdk_frame_clock_request_phase (clock, GDK_FRAME_CLOCK_PHASE_PAINT);
  while (!painted)
    g_main_context_iteration (NULL, TRUE);
  g_signal_handler_disconnect (clock, id);
}

static GtkWidget *
show_window (int width)
{
  GtkWidget *window = adw_window_new ();

  gtk_window_set_default_size (GTK_WINDOW (window), width, 600);
  gtk_window_present (GTK_WINDOW (window));
  while (gtk_widget_get_width (window) == 0)
    g_main_context_iteration (NULL, TRUE);
  return window;
}

static AdwMessageDialog *
make_question (GtkWidget *window, const char *middle)
{
  GtkWidget *dialog = namida_dialog_new (GTK_WINDOW (window), "Cancel?", "It is half done.");
  GtkWidget *check = gtk_check_button_new_with_label ("Ask no more");
  AdwMessageDialog *message = ADW_MESSAGE_DIALOG (dialog);

  gtk_label_set_wrap (GTK_LABEL (gtk_widget_get_last_child (check)), TRUE);
  adw_message_dialog_set_extra_child (message, check);
  adw_message_dialog_add_responses (message, "back", "Go On", "drop", middle, "keep", "Keep It", NULL);
  return message;
}

static void
present (AdwMessageDialog *dialog)
{
  namida_dialog_present (dialog);
  while (gtk_widget_get_width (GTK_WIDGET (dialog)) == 0)
    g_main_context_iteration (NULL, TRUE);
}

/* What it would be wide for the height that it has is what it is. */
static void
check_measures (AdwMessageDialog *dialog)
{
  GtkWidget *widget = GTK_WIDGET (dialog);
  int natural;
  int height;
  int least;

  gtk_widget_measure (widget, GTK_ORIENTATION_HORIZONTAL, -1, NULL, &natural, NULL, NULL);
  gtk_widget_measure (widget, GTK_ORIENTATION_VERTICAL, natural, &height, NULL, NULL, NULL);
  gtk_widget_measure (widget, GTK_ORIENTATION_HORIZONTAL, height, &least, NULL, NULL, NULL);
  g_assert_cmpint (natural, <=, NARROW);
  g_assert_cmpint (least, <=, natural);
}

static gboolean
is_cut (GtkWidget *widget)
{
  if (GTK_IS_LABEL (widget) && gtk_widget_get_child_visible (widget))
    return pango_layout_is_ellipsized (gtk_label_get_layout (GTK_LABEL (widget)));
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    if (is_cut (child))
      return TRUE;
  return FALSE;
}

/* Whatever is in it has the room that it needs; a frame is not counted in what it has. */
static gboolean
is_too_low (GtkWidget *widget)
{
  int height;

  gtk_widget_measure (widget, GTK_ORIENTATION_VERTICAL, gtk_widget_get_width (widget) + FRAME, &height, NULL, NULL,
                      NULL);
  return gtk_widget_get_height (widget) + FRAME < height;
}

/* Whether it was too wide was an accident of where the lines end: with the English words it was not. */
static void
check_question (const char *heading, const char *body, const char *middle)
{
  GtkWidget *window = show_window (NARROW);
  AdwMessageDialog *dialog = make_question (window, middle);

  adw_message_dialog_set_heading (dialog, heading);
  adw_message_dialog_set_body (dialog, body);
  present (dialog);
  check_measures (dialog);
  for (guint i = 0; i < 3 || (i < 300 && is_too_low (GTK_WIDGET (dialog))); i++)
    pass_frame (GTK_WIDGET (dialog));
  g_assert_false (is_too_low (GTK_WIDGET (dialog)));
  g_assert_cmpint (gtk_widget_get_width (GTK_WIDGET (dialog)), >, NARROW / 2);
  g_assert_cmpint (gtk_widget_get_width (GTK_WIDGET (dialog)), <=, NARROW);
  g_assert_false (is_cut (GTK_WIDGET (dialog)));
  gtk_window_destroy (GTK_WINDOW (dialog));
  gtk_window_destroy (GTK_WINDOW (window));
}

static void
test_short (void)
{
  check_question (HEADING, BODY, "Drop It");
  check_question ("Cancel this transfer?", "It is half done.", "Drop It");
}

static void
test_long (void)
{
  check_question (HEADING, BODY, "Cancel and Throw All of It Far Away");
  check_question (HEADING " " HEADING, BODY " " BODY, "Cancel and Throw All of It Far Away");
}

static void
test_empty (void)
{
  GtkWidget *window = show_window (NARROW);
  GtkWidget *dialog = namida_dialog_new (GTK_WINDOW (window), NULL, NULL);

  g_assert_true (gtk_window_get_transient_for (GTK_WINDOW (dialog)) == GTK_WINDOW (window));
  g_assert_cmpstr (adw_message_dialog_get_heading (ADW_MESSAGE_DIALOG (dialog)), ==, "");
  g_assert_cmpstr (adw_message_dialog_get_body (ADW_MESSAGE_DIALOG (dialog)), ==, "");
  gtk_window_destroy (GTK_WINDOW (dialog));
  gtk_window_destroy (GTK_WINDOW (window));
}

static void
on_turn_response (AdwMessageDialog *dialog, const char *response, char **given)
{
  g_free (*given);
  *given = g_strdup (response);
}

/* Questions about several devices come one after the other; what still waits when the window goes is answered. */
static void
test_turns (void)
{
  GtkWidget *window = show_window (NARROW);
  AdwMessageDialog *dialogs[3];
  g_autofree char *given = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (dialogs); i++)
    {
      dialogs[i] = make_question (window, "Drop It");
      namida_dialog_present_in_turn (dialogs[i]);
    }
  g_signal_connect (dialogs[2], "response", G_CALLBACK (on_turn_response), &given);
  g_assert_true (gtk_widget_get_visible (GTK_WIDGET (dialogs[0])));
  g_assert_false (gtk_widget_get_visible (GTK_WIDGET (dialogs[1])));
  g_assert_false (gtk_widget_get_visible (GTK_WIDGET (dialogs[2])));
  gtk_window_destroy (GTK_WINDOW (dialogs[0]));
  g_assert_true (gtk_widget_get_visible (GTK_WIDGET (dialogs[1])));
  g_assert_false (gtk_widget_get_visible (GTK_WIDGET (dialogs[2])));
  gtk_window_destroy (GTK_WINDOW (window));
  g_assert_cmpstr (given, ==, "close");
}

int
main (int argc, char **argv)
{
  gtk_test_init (&argc, &argv, NULL);
  adw_init ();
  g_test_add_func ("/app/dialog/short", test_short);
  g_test_add_func ("/app/dialog/long", test_long);
  g_test_add_func ("/app/dialog/empty", test_empty);
  g_test_add_func ("/app/dialog/turns", test_turns);
  return g_test_run ();
}
