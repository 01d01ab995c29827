/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests that a text that changes four times a second does not cause a new layout of the window. The test counts how
 * often the box around the label is measured. */
#include "config.h"

#include "namida-steady-label.h"

#define WIDTH 300

static guint measured;

static void
measure_box (GtkWidget *widget,
             GtkOrientation orientation,
             int for_size,
             int *minimum,
             int *natural,
             int *minimum_baseline,
             int *natural_baseline)
{
  measured++;
  gtk_widget_measure (gtk_widget_get_first_child (widget), orientation, for_size, minimum, natural, NULL, NULL);
}

static void
allocate_box (GtkWidget *widget, int width, int height, int baseline)
{
  gtk_widget_allocate (gtk_widget_get_first_child (widget), width, height, baseline, NULL);
}

static void
on_after_paint (GdkFrameClock *clock, gboolean *painted)
{
  *painted = TRUE;
}

/* A whole frame: what was asked for has been done after it. */
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

static guint
measured_for (NamidaSteadyLabel *label, const char *text)
{
  guint before = measured;

  namida_steady_label_set_text (label, text);
  pass_frame (GTK_WIDGET (label));
  g_assert_cmpstr (namida_steady_label_get_text (label), ==, text);
  return measured - before;
}

static NamidaSteadyLabel *
show_label (gboolean wrap)
{
  GtkWidget *window = gtk_window_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *label = g_object_new (NAMIDA_TYPE_STEADY_LABEL, "wrap", wrap, NULL);

  namida_steady_label_set_text (NAMIDA_STEADY_LABEL (label), "12.5 of 16.0 MB");
  gtk_box_append (GTK_BOX (box), label);
  gtk_widget_set_layout_manager (box, gtk_custom_layout_new (NULL, measure_box, allocate_box));
  gtk_widget_set_size_request (box, WIDTH, -1);
  gtk_window_set_child (GTK_WINDOW (window), box);
  gtk_window_present (GTK_WINDOW (window));
  while (gtk_widget_get_width (label) == 0)
    g_main_context_iteration (NULL, TRUE);
  pass_frame (label);
  return NAMIDA_STEADY_LABEL (label);
}

static void
test_line (void)
{
  NamidaSteadyLabel *label = show_label (FALSE);
  g_autoptr (GString) wide = g_string_new (NULL);

  g_assert_cmpuint (measured, >, 0);
  g_assert_cmpuint (measured_for (label, "13.7 of 16.0 MB"), ==, 0);
  g_assert_cmpuint (measured_for (label, "9.1 of 16.0 MB"), ==, 0);
  while (wide->len < WIDTH)
    g_string_append (wide, "12.5 of 16.0 MB ");
  g_assert_cmpuint (measured_for (label, wide->str), >, 0);
  g_assert_cmpint (gtk_widget_get_width (GTK_WIDGET (label)), >, WIDTH);
  gtk_window_destroy (GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (label))));
}

static void
test_wrapped (void)
{
  NamidaSteadyLabel *label = show_label (TRUE);
  int one_line = gtk_widget_get_height (GTK_WIDGET (label));
  g_autoptr (GString) lines = g_string_new (NULL);

  g_assert_cmpuint (measured_for (label, "13.7 of 16.0 MB"), ==, 0);
  while (lines->len < WIDTH)
    g_string_append (lines, "12.5 of 16.0 MB ");
  g_assert_cmpuint (measured_for (label, lines->str), >, 0);
  g_assert_cmpint (gtk_widget_get_height (GTK_WIDGET (label)), >, one_line);
  /* Less text keeps the lines, so that the next one does not move them again. */
  g_assert_cmpuint (measured_for (label, "13.7 of 16.0 MB"), ==, 0);
  gtk_window_destroy (GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (label))));
}

/* GTK remembers what a text needed at the widths that it once asked about. */
static void
test_narrower (void)
{
  NamidaSteadyLabel *label = show_label (TRUE);
  GtkWidget *widget = GTK_WIDGET (label);
  GtkWidget *box = gtk_widget_get_parent (widget);
  int one_line = gtk_widget_get_height (widget);
  int height;

  gtk_widget_measure (widget, GTK_ORIENTATION_VERTICAL, WIDTH / 2, &height, NULL, NULL, NULL);
  g_assert_cmpint (height, ==, one_line);
  g_assert_cmpuint (measured_for (label, "12.5 of 16.0 MB, 7 of 9 files"), ==, 0);
  gtk_widget_set_size_request (box, WIDTH / 2, -1);
  gtk_window_set_default_size (GTK_WINDOW (gtk_widget_get_root (widget)), WIDTH / 2, -1);
  for (guint i = 0; i < 20 && (gtk_widget_get_width (widget) == WIDTH || gtk_widget_get_height (widget) == one_line);
       i++)
    pass_frame (widget);
  g_assert_cmpint (gtk_widget_get_width (widget), <, WIDTH);
  g_assert_cmpint (gtk_widget_get_height (widget), >, one_line);
  gtk_window_destroy (GTK_WINDOW (gtk_widget_get_root (widget)));
}

int
main (int argc, char **argv)
{
  gtk_test_init (&argc, &argv, NULL);
  g_test_add_func ("/app/steady-label/line", test_line);
  g_test_add_func ("/app/steady-label/wrapped", test_wrapped);
  g_test_add_func ("/app/steady-label/narrower", test_narrower);
  return g_test_run ();
}
