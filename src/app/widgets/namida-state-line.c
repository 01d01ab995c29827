/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A line with a state and its figures: see the header. Rows of transfers, versions and devices use it. Main
 * context. */
#include "config.h"

#include "namida-state-line.h"

#include "namida-steady-label.h"

/* Pixels between the two labels, side by side and stacked. */
#define GAP 12
#define GAP_BELOW 2
#define GAP_BELOW_TAG 6

struct _NamidaStateLine
{
  GtkWidget parent_instance;

  /* Pixels: the widest line in which the figures had to go below; 0: none since namida_state_line_settle(). */
  int below_at;
};

G_DEFINE_FINAL_TYPE (NamidaStateLine, namida_state_line, GTK_TYPE_WIDGET)

/* Returns: (transfer none) (nullable): @label if it exists and is visible */
static GtkWidget *
state_line_shown (GtkWidget *label)
{
  return label != NULL && gtk_widget_should_layout (label) ? label : NULL;
}

static void
state_line_get_labels (NamidaStateLine *self, GtkWidget **state, GtkWidget **figures)
{
  *state = state_line_shown (gtk_widget_get_first_child (GTK_WIDGET (self)));
  *figures = state_line_shown (gtk_widget_get_last_child (GTK_WIDGET (self)));
}

static int
state_line_natural_width (GtkWidget *label)
{
  int natural = 0;

  if (label != NULL)
    gtk_widget_measure (label, GTK_ORIENTATION_HORIZONTAL, -1, NULL, &natural, NULL, NULL);
  return natural;
}

static int
state_line_height_at (GtkWidget *label, int width)
{
  int height = 0;

  if (label != NULL)
    gtk_widget_measure (label, GTK_ORIENTATION_VERTICAL, width, &height, NULL, NULL, NULL);
  return height;
}

static int
state_line_gap_below (GtkWidget *figures)
{
  return NAMIDA_IS_STEADY_LABEL (figures) ? GAP_BELOW : GAP_BELOW_TAG;
}

/* Returns: whether the figures go below the text in a line of @width pixels. */
static gboolean
state_line_goes_below (NamidaStateLine *self, GtkWidget *state, GtkWidget *figures, int width)
{
  if (state == NULL || figures == NULL || width < 0)
    return FALSE;
  return width <= self->below_at || state_line_natural_width (state) + GAP + state_line_natural_width (figures) > width;
}

static int
state_line_measure_height (NamidaStateLine *self, GtkWidget *state, GtkWidget *figures, int width)
{
  int beside = width;

  if (state_line_goes_below (self, state, figures, width))
    return state_line_height_at (state, width) + state_line_gap_below (figures) + state_line_height_at (figures, width);
  if (width >= 0 && state != NULL && figures != NULL)
    beside = MAX (width - GAP - state_line_natural_width (figures), 0);
  return MAX (state_line_height_at (state, beside), state_line_height_at (figures, width));
}

static void
namida_state_line_measure (GtkWidget *widget,
                           GtkOrientation orientation,
                           int for_size,
                           int *minimum,
                           int *natural,
                           int *minimum_baseline,
                           int *natural_baseline)
{
  NamidaStateLine *self = NAMIDA_STATE_LINE (widget);
  GtkWidget *labels[2];

  state_line_get_labels (self, &labels[0], &labels[1]);
  *minimum = *natural = 0;
  if (orientation == GTK_ORIENTATION_VERTICAL)
    {
      *minimum = *natural = state_line_measure_height (self, labels[0], labels[1], for_size);
      return;
    }
  for (guint i = 0; i < G_N_ELEMENTS (labels); i++)
    {
      int least = 0;
      int wanted = 0;

      if (labels[i] == NULL)
        continue;
      gtk_widget_measure (labels[i], GTK_ORIENTATION_HORIZONTAL, -1, &least, &wanted, NULL, NULL);
      *minimum = MAX (*minimum, least);
      *natural += wanted + (*natural > 0 ? GAP : 0);
    }
}

static void
state_line_place (GtkWidget *label, int x, int y, int width, int height)
{
  gtk_widget_size_allocate (label, &(GtkAllocation){ x, y, MAX (width, 0), MAX (height, 0) }, -1);
}

static void
state_line_set_at_start (GtkWidget *figures, gboolean at_start)
{
  if (NAMIDA_IS_STEADY_LABEL (figures))
    namida_steady_label_set_at_start (NAMIDA_STEADY_LABEL (figures), at_start);
}

/* A tag is as wide as its text. */
static void
state_line_place_below (GtkWidget *figures, int y, int line, int height)
{
  int width = NAMIDA_IS_STEADY_LABEL (figures) ? line : MIN (state_line_natural_width (figures), line);

  state_line_place (figures, gtk_widget_get_direction (figures) == GTK_TEXT_DIR_RTL ? line - width : 0, y, width,
                    height);
}

static void
namida_state_line_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  NamidaStateLine *self = NAMIDA_STATE_LINE (widget);
  gboolean flipped = gtk_widget_get_direction (widget) == GTK_TEXT_DIR_RTL;
  GtkWidget *state, *figures;
  int first, second;

  state_line_get_labels (self, &state, &figures);
  if (state_line_goes_below (self, state, figures, width))
    {
      self->below_at = MAX (self->below_at, width);
      second = state_line_height_at (figures, width);
      first = MAX (height - state_line_gap_below (figures) - second, 0);
      state_line_set_at_start (figures, TRUE);
      state_line_place (state, 0, 0, width, first);
      state_line_place_below (figures, first + state_line_gap_below (figures), width, second);
      return;
    }
  second = MIN (state_line_natural_width (figures), width);
  first = state != NULL && figures != NULL ? width - GAP - second : width;
  if (state != NULL)
    state_line_place (state, flipped ? width - first : 0, 0, first, height);
  if (figures == NULL)
    return;
  state_line_set_at_start (figures, FALSE);
  state_line_place (figures, flipped ? 0 : width - second, 0, second, height);
}

static GtkSizeRequestMode
namida_state_line_get_request_mode (GtkWidget *widget)
{
  return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
}

void
namida_state_line_add (NamidaStateLine *self, GtkWidget *child)
{
  gtk_widget_insert_before (child, GTK_WIDGET (self), NULL);
}

void
namida_state_line_settle (NamidaStateLine *self)
{
  self->below_at = 0;
  for (GtkWidget *label = gtk_widget_get_first_child (GTK_WIDGET (self)); label != NULL;
       label = gtk_widget_get_next_sibling (label))
    if (NAMIDA_IS_STEADY_LABEL (label))
      namida_steady_label_settle (NAMIDA_STEADY_LABEL (label));
  gtk_widget_queue_resize (GTK_WIDGET (self));
}

static void
namida_state_line_dispose (GObject *object)
{
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (object))) != NULL)
    gtk_widget_unparent (child);
  G_OBJECT_CLASS (namida_state_line_parent_class)->dispose (object);
}

static void
namida_state_line_class_init (NamidaStateLineClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = namida_state_line_dispose;
  widget_class->get_request_mode = namida_state_line_get_request_mode;
  widget_class->measure = namida_state_line_measure;
  widget_class->size_allocate = namida_state_line_size_allocate;
}

static void
namida_state_line_init (NamidaStateLine *self)
{
}
