/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "namida-dialog.h"

#include "namida-mnemonics.h"

/* Pixels: more than the widest letter of a heading needs, and less than any dialog has. */
#define LEAST_WIDTH 80

/* An AdwMessageDialog has its heading twice: large in one line, and smaller, wrapped, for when that line does not fit.
 * It measures both for the lesser width of the two, and for less still, which newer versions of GTK (4.18 is one)
 * complain of in the log, a dozen times a dialog. So both need the same, which is little: the line could be cut. It
 * never is, since its natural width decides. */
static void
settle (GtkWidget *widget, GtkWidget *extra)
{
  if (GTK_IS_BUTTON (widget) || widget == extra)
    return;
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
    settle (child, extra);
}

void
namida_dialog_present (AdwMessageDialog *dialog)
{
  settle (GTK_WIDGET (dialog), adw_message_dialog_get_extra_child (dialog));
  namida_mnemonics_unspeak (GTK_WIDGET (dialog));
  gtk_window_present (GTK_WINDOW (dialog));
}
