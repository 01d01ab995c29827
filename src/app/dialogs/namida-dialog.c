/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An AdwMessageDialog with workarounds for its layout in several versions of GTK and libadwaita: see the header. All
 * message dialogs of the window are made here. Main context. */
#include "config.h"

#include "namida-dialog.h"

#include "namida-mnemonics.h"

struct _NamidaDialog
{
  AdwMessageDialog parent_instance;
};

G_DEFINE_FINAL_TYPE (NamidaDialog, namida_dialog, ADW_TYPE_MESSAGE_DIALOG)

#define TURN_KEY "namida-dialog-turn" /* of a parent: a GQueue of dialogs, borrowed, the first of which is shown */
/* Pixels: more than the widest letter of a heading needs, and less than the width of any dialog. */
#define LEAST_WIDTH 80
/* Pixels that a window manager or the theme may draw around a window. */
#define FRAME 10

/* Newer versions of GTK (such as 4.18) ask a window that is not resizable for the width that it needs at a given
 * height, and AdwMessageDialog passes this to its boxes. They distribute the height as if the text and the buttons
 * each took one line, and therefore request more width than the dialog needs, because its buttons are then stacked:
 * three short buttons made it wider than a narrow window, and half empty. So make the width independent of the
 * height. */
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

/* Newer versions of libadwaita (such as 1.7) cut off a button that is wider than the narrowest dialog, even if the
 * window below has more space. Older versions never do. */
static void
dialog_widen (GtkWidget *buttons, int most)
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
dialog_measure_again (gpointer widget)
{
  gtk_widget_queue_resize (widget);
  return G_SOURCE_REMOVE;
}

/* Older versions of libadwaita (such as 1.2) keep both a row and a column of buttons and choose one during layout.
 * The column must then request its size again, which GTK ignores at that moment if the dialog has an extra child: the
 * column covered the child, and its end was cut off. */
static void
dialog_on_layout_chosen (GtkWidget *buttons)
{
  g_idle_add_full (G_PRIORITY_DEFAULT, dialog_measure_again, g_object_ref (buttons), g_object_unref);
}

/* An AdwMessageDialog has two headings: a large one in a single line, and a smaller wrapped one for when the line
 * does not fit. It measures both with the smaller width of the two, and with even less, about which newer versions of
 * GTK (such as 4.18) print a dozen warnings per dialog. So give both the same small minimum width, with which the
 * line could be cut off. It never is, because its natural width is used. */
static void
dialog_settle (GtkWidget *widget, GtkWidget *extra, int most)
{
  if (GTK_IS_BUTTON (widget) || widget == extra)
    return;
  if (ADW_IS_SQUEEZER (widget))
    g_signal_connect (widget, "notify::visible-child", G_CALLBACK (dialog_on_layout_chosen), NULL);
  else if (gtk_widget_has_css_class (widget, "response-area"))
    dialog_widen (widget, most);
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
    dialog_settle (child, extra, most);
}

void
namida_dialog_present (AdwMessageDialog *dialog)
{
  GtkWindow *parent = gtk_window_get_transient_for (GTK_WINDOW (dialog));
  int most = parent != NULL ? gtk_widget_get_width (GTK_WIDGET (parent)) - FRAME : 0;

  dialog_settle (GTK_WIDGET (dialog), adw_message_dialog_get_extra_child (dialog), MAX (most, LEAST_WIDTH));
  namida_mnemonics_unspeak (GTK_WIDGET (dialog));
  gtk_window_present (GTK_WINDOW (dialog));
}

/* ---- one after the other ---- */

static void
dialog_on_closed (GtkWidget *dialog, GtkWidget *parent)
{
  GQueue *turn = g_object_get_data (G_OBJECT (parent), TURN_KEY);
  GtkWidget *next;

  g_queue_remove (turn, dialog);
  next = g_queue_peek_head (turn);
  if (next != NULL && !gtk_widget_in_destruction (parent) && !gtk_widget_get_visible (next))
    namida_dialog_present (ADW_MESSAGE_DIALOG (next));
}

static void
dialog_on_parent_closed (GtkWidget *parent, GQueue *turn)
{
  g_autoptr (GQueue) all = g_queue_copy (turn);

  for (GList *l = all->head; l != NULL; l = l->next)
    {
      if (gtk_widget_get_visible (l->data))
        continue;
      adw_message_dialog_response (l->data, adw_message_dialog_get_close_response (l->data));
      gtk_window_destroy (l->data);
    }
}

void
namida_dialog_present_in_turn (AdwMessageDialog *dialog)
{
  GtkWindow *parent = gtk_window_get_transient_for (GTK_WINDOW (dialog));
  GQueue *turn = g_object_get_data (G_OBJECT (parent), TURN_KEY);

  if (turn == NULL)
    {
      turn = g_queue_new ();
      g_object_set_data_full (G_OBJECT (parent), TURN_KEY, turn, (GDestroyNotify) g_queue_free);
      g_signal_connect (parent, "destroy", G_CALLBACK (dialog_on_parent_closed), turn);
    }
  g_queue_push_tail (turn, dialog);
  g_signal_connect_object (dialog, "destroy", G_CALLBACK (dialog_on_closed), parent, 0);
  if (g_queue_get_length (turn) == 1)
    namida_dialog_present (dialog);
}
