/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "namida-dialog.h"

#include "namida-mnemonics.h"

struct _NamidaDialog
{
  AdwMessageDialog parent_instance;
};

G_DEFINE_FINAL_TYPE (NamidaDialog, namida_dialog, ADW_TYPE_MESSAGE_DIALOG)

/* Pixels: more than the widest letter of a heading needs, and less than any dialog has. */
#define LEAST_WIDTH 80
/* Pixels: what a window manager or the theme may draw around a window. */
#define FRAME 10

/* Newer versions of GTK (4.18 is one) ask a window that cannot be resized how wide it must be for the height that it
 * is to have, and an AdwMessageDialog passes that on to its boxes. They share the height out as though the words and
 * the buttons stood in one line each, and so want more width than the dialog, whose buttons then stand below each
 * other: three short ones made it wider than a narrow window, and half empty. Its width depends on no height. */
static void
namida_dialog_measure (GtkWidget *widget,
                       GtkOrientation orientation,
                       int for_size,
                       int *minimum,
                       int *natural,
                       int *minimum_baseline,
                       int *natural_baseline)
{
  GTK_WIDGET_CLASS (namida_dialog_parent_class)
      ->measure (widget, orientation, orientation == GTK_ORIENTATION_HORIZONTAL ? -1 : for_size, minimum, natural,
                 minimum_baseline, natural_baseline);
}

static void
namida_dialog_class_init (NamidaDialogClass *klass)
{
  GTK_WIDGET_CLASS (klass)->measure = namida_dialog_measure;
}

static void
namida_dialog_init (NamidaDialog *self)
{
}

GtkWidget *
namida_dialog_new (GtkWindow *parent, const char *heading, const char *body)
{
  GtkWidget *dialog = g_object_new (NAMIDA_TYPE_DIALOG, "transient-for", parent, NULL);

  if (heading != NULL)
    adw_message_dialog_set_heading (ADW_MESSAGE_DIALOG (dialog), heading);
  if (body != NULL)
    adw_message_dialog_set_body (ADW_MESSAGE_DIALOG (dialog), body);
  return dialog;
}

/* Newer versions of libadwaita (1.7 is one) cut a button that is wider than the narrowest dialog, although the window
 * below it has more room. Older ones never do. */
static void
widen (GtkWidget *buttons, int most)
{
  int padded;
  int least = 0;
  int wanted = 0;

  for (GtkWidget *button = gtk_widget_get_first_child (buttons); button != NULL;
       button = gtk_widget_get_next_sibling (button))
    {
      int minimum;
      int natural;

      if (!GTK_IS_BUTTON (button))
        return;
      gtk_widget_measure (button, GTK_ORIENTATION_HORIZONTAL, -1, &minimum, &natural, NULL, NULL);
      least = MAX (least, minimum);
      wanted = MAX (wanted, natural);
    }
  gtk_widget_measure (buttons, GTK_ORIENTATION_HORIZONTAL, -1, &padded, NULL, NULL, NULL);
  gtk_widget_set_size_request (buttons, MIN (wanted + padded - least, most), -1);
}

static gboolean
measure_again (gpointer widget)
{
  gtk_widget_queue_resize (widget);
  return G_SOURCE_REMOVE;
}

/* Older versions of libadwaita (1.2 is one) have both rows and columns of buttons ready, and choose while the dialog is
 * laid out. The column then has to ask for its room anew, which GTK does not hear at that moment when the dialog has an
 * extra child: the column covered it, and its end was cut off. */
static void
on_layout_chosen (GtkWidget *buttons)
{
  g_idle_add_full (G_PRIORITY_DEFAULT, measure_again, g_object_ref (buttons), g_object_unref);
}

/* An AdwMessageDialog has its heading twice: large in one line, and smaller, wrapped, for when that line does not fit.
 * It measures both for the lesser width of the two, and for less still, which newer versions of GTK (4.18 is one)
 * complain of in the log, a dozen times a dialog. So both need the same, which is little: the line could be cut. It
 * never is, since its natural width decides. */
static void
settle (GtkWidget *widget, GtkWidget *extra, int most)
{
  if (GTK_IS_BUTTON (widget) || widget == extra)
    return;
  if (ADW_IS_SQUEEZER (widget))
    g_signal_connect (widget, "notify::visible-child", G_CALLBACK (on_layout_chosen), NULL);
  else if (gtk_widget_has_css_class (widget, "response-area"))
    widen (widget, most);
  if (GTK_IS_LABEL (widget) && !gtk_label_get_wrap (GTK_LABEL (widget)))
    {
      GtkWidget *wrapped = gtk_widget_get_next_sibling (widget);

      gtk_label_set_ellipsize (GTK_LABEL (widget), PANGO_ELLIPSIZE_END);
      gtk_widget_set_size_request (widget, LEAST_WIDTH, -1);
      if (wrapped != NULL)
        gtk_widget_set_size_request (wrapped, LEAST_WIDTH, -1);
    }
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    settle (child, extra, most);
}

void
namida_dialog_present (AdwMessageDialog *dialog)
{
  GtkWindow *parent = gtk_window_get_transient_for (GTK_WINDOW (dialog));
  int most = parent != NULL ? gtk_widget_get_width (GTK_WIDGET (parent)) - FRAME : 0;

  settle (GTK_WIDGET (dialog), adw_message_dialog_get_extra_child (dialog), MAX (most, LEAST_WIDTH));
  namida_mnemonics_unspeak (GTK_WIDGET (dialog));
  gtk_window_present (GTK_WINDOW (dialog));
}
