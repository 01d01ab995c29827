/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Draws listens by month for the page of a version. It has no child widgets, and screen readers see it as one image
 * whose description follows the mark. Main context. */
#include "config.h"

#include "namida-month-plot.h"

#include "namida-spoken.h"

#include <glib/gi18n.h>

/* The height of the plot in lines of its font. */
#define LINES 11
/* Pixels. */
#define LEAST_BAR 6
#define MOST_BAR 26
#define MARGIN 6
/* Months that fit in a wide window. */
#define MOST_MONTHS 20

struct _NamidaMonthPlot
{
  GtkWidget parent_instance;

  GArray *months; /* (element-type NamidaMonth) */
  int mark;       /* index of the marked month */
};

G_DEFINE_FINAL_TYPE (NamidaMonthPlot, namida_month_plot, GTK_TYPE_WIDGET)

/* The layout of the widget, in pixels. */
typedef struct
{
  guint first, n; /* the months that are shown */
  double left, top, bottom, step, bar;
  guint64 highest; /* value of the top line */
} PlotPlaces;

static char *
month_plot_dup_name (const NamidaMonth *month, const char *format)
{
  g_autoptr (GDateTime) first = g_date_time_new_local (month->year, month->month, 1, 0, 0, 0);

  return first != NULL ? g_date_time_format (first, format) : g_strdup ("");
}

static char *
month_plot_dup_full (const NamidaMonth *month)
{
  /* Translators: a month, as g_date_time_format() writes it */
  return month_plot_dup_name (month, _ ("%B %Y"));
}

static char *
month_plot_dup_words (NamidaMonthPlot *self, guint index)
{
  const NamidaMonth *month = &g_array_index (self->months, NamidaMonth, index);
  g_autofree char *name = month_plot_dup_full (month);

  /* Translators: a month and its number of listens: “June 2026: 104” */
  return g_strdup_printf (_ ("%s: %'u"), name, (guint) month->count);
}

char *
namida_month_plot_dup_range (NamidaMonthPlot *self)
{
  g_autofree char *from = NULL;
  g_autofree char *to = NULL;

  if (self->months->len == 0)
    return g_strdup ("");
  from = month_plot_dup_full (&g_array_index (self->months, NamidaMonth, 0));
  to = month_plot_dup_full (&g_array_index (self->months, NamidaMonth, self->months->len - 1));
  /* Translators: two months */
  return self->months->len > 1 ? g_strdup_printf (_ ("%s to %s"), from, to) : g_steal_pointer (&from);
}

static guint
month_plot_best (NamidaMonthPlot *self)
{
  guint best = 0;

  for (guint i = 1; i < self->months->len; i++)
    if (g_array_index (self->months, NamidaMonth, i).count > g_array_index (self->months, NamidaMonth, best).count)
      best = i;
  return best;
}

/* Returns the next round number that has a whole half: 2, 4, 6, 8, 10, 12 or 16 times a power of ten. */
static guint64
month_plot_round_up (guint64 count)
{
  static const guint steps[] = { 2, 4, 6, 8, 10, 12, 16 };
  guint64 power = 1;

  while (power * 16 < count)
    power *= 10;
  for (guint i = 0; i < G_N_ELEMENTS (steps); i++)
    if (steps[i] * power >= count)
      return steps[i] * power;
  return 20 * power;
}

static PangoLayout *
month_plot_layout (NamidaMonthPlot *self, const char *text)
{
  return gtk_widget_create_pango_layout (GTK_WIDGET (self), text);
}

static void
month_plot_measure_places (NamidaMonthPlot *self, PlotPlaces *places)
{
  double width = gtk_widget_get_width (GTK_WIDGET (self));
  double height = gtk_widget_get_height (GTK_WIDGET (self));
  g_autoptr (PangoLayout) layout = NULL;
  g_autofree char *figure = NULL;
  int text_width, text_height;
  guint fits;

  places->highest = month_plot_round_up (g_array_index (self->months, NamidaMonth, month_plot_best (self)).count);
  figure = g_strdup_printf ("%'u", (guint) places->highest);
  layout = month_plot_layout (self, figure);
  pango_layout_get_pixel_size (layout, &text_width, &text_height);
  places->left = text_width + 2 * MARGIN;
  places->top = 2.2 * text_height;
  places->bottom = height - text_height - MARGIN;
  fits = (guint) MAX ((width - places->left) / (LEAST_BAR * 2.5), 1);
  places->n = MIN (MIN (self->months->len, MOST_MONTHS), fits);
  places->first = self->months->len - places->n;
  places->step = (width - places->left) / places->n;
  places->bar = CLAMP (places->step * 0.68, LEAST_BAR, MOST_BAR);
}

static void
month_plot_text (GtkSnapshot *snapshot, PangoLayout *layout, double x, double y, const GdkRGBA *color)
{
  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT ((float) x, (float) y));
  gtk_snapshot_append_layout (snapshot, layout, color);
  gtk_snapshot_restore (snapshot);
}

static void
month_plot_snapshot_lines (NamidaMonthPlot *self, GtkSnapshot *snapshot, const PlotPlaces *places, GdkRGBA text)
{
  float width = (float) gtk_widget_get_width (GTK_WIDGET (self));
  GdkRGBA line = text;

  line.alpha *= 0.12F;
  text.alpha *= 0.55F;
  for (int i = 0; i <= 2; i++)
    {
      double y = places->bottom - (places->bottom - places->top) * i / 2;
      g_autofree char *figure = g_strdup_printf ("%'u", (guint) (places->highest * (guint) i / 2));
      g_autoptr (PangoLayout) layout = month_plot_layout (self, figure);
      int text_width, text_height;

      pango_layout_get_pixel_size (layout, &text_width, &text_height);
      gtk_snapshot_append_color (snapshot, &line,
                                 &GRAPHENE_RECT_INIT ((float) places->left - MARGIN, (float) y,
                                                      width - (float) places->left + MARGIN, 1));
      month_plot_text (snapshot, layout, places->left - 2 * MARGIN - text_width, y - text_height / 2.0, &text);
    }
}

/* Draws the label of the marked month above its bar, inside the widget. */
static void
month_plot_snapshot_mark (NamidaMonthPlot *self, GtkSnapshot *snapshot, const PlotPlaces *places, const GdkRGBA *text)
{
  g_autofree char *words = month_plot_dup_words (self, (guint) self->mark);
  g_autoptr (PangoLayout) layout = month_plot_layout (self, words);
  double middle = places->left + places->step * ((guint) self->mark - places->first + 0.5);
  double share = (double) g_array_index (self->months, NamidaMonth, self->mark).count / (double) places->highest;
  double above = places->bottom - (places->bottom - places->top) * share;
  int width, height;
  double x;
  GskRoundedRect box;
  GdkRGBA back = *text;

  pango_layout_get_pixel_size (layout, &width, &height);
  x = CLAMP (middle - width / 2.0, places->left, gtk_widget_get_width (GTK_WIDGET (self)) - width - 2 * MARGIN);
  gsk_rounded_rect_init_from_rect (&box,
                                   &GRAPHENE_RECT_INIT ((float) x - MARGIN, (float) above - (float) height - 7,
                                                        (float) width + 2 * MARGIN, (float) height + 3),
                                   5);
  back.alpha *= 0.1F;
  gtk_snapshot_push_rounded_clip (snapshot, &box);
  gtk_snapshot_append_color (snapshot, &back, &box.bounds);
  gtk_snapshot_pop (snapshot);
  month_plot_text (snapshot, layout, x, above - height - 6, text);
}

static void
month_plot_snapshot_bar (
    NamidaMonthPlot *self, GtkSnapshot *snapshot, const PlotPlaces *places, guint index, const GdkRGBA *accent)
{
  const NamidaMonth *month = &g_array_index (self->months, NamidaMonth, index);
  double height = (places->bottom - places->top) * (double) month->count / (double) places->highest;
  double x = places->left + places->step * (index - places->first) + (places->step - places->bar) / 2;
  GskRoundedRect bar;
  GdkRGBA color = *accent;

  if (month->count == 0)
    return;
  height = MAX (height, 2);
  if (index != (guint) self->mark)
    color.alpha *= 0.55F;
  gsk_rounded_rect_init (
      &bar, &GRAPHENE_RECT_INIT ((float) x, (float) (places->bottom - height), (float) places->bar, (float) height),
      &GRAPHENE_SIZE_INIT (3, 3), &GRAPHENE_SIZE_INIT (3, 3), &GRAPHENE_SIZE_INIT (0, 0), &GRAPHENE_SIZE_INIT (0, 0));
  gtk_snapshot_push_rounded_clip (snapshot, &bar);
  gtk_snapshot_append_color (snapshot, &color, &bar.bounds);
  gtk_snapshot_pop (snapshot);
}

static void
namida_month_plot_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  NamidaMonthPlot *self = NAMIDA_MONTH_PLOT (widget);
  GtkStyleContext *style = gtk_widget_get_style_context (widget);
  PlotPlaces places;
  GdkRGBA text, accent, faint;

  if (self->months->len == 0)
    return;
  month_plot_measure_places (self, &places);
  gtk_style_context_get_color (style, &text);
  if (!gtk_style_context_lookup_color (style, "accent_bg_color", &accent))
    accent = text;
  faint = text;
  faint.alpha *= 0.55F;
  month_plot_snapshot_lines (self, snapshot, &places, text);
  for (guint i = places.first; i < self->months->len; i++)
    {
      month_plot_snapshot_bar (self, snapshot, &places, i, &accent);
      /* Label every third month. */
      if ((i - places.first) % 3 == 0)
        {
          g_autofree char *name = month_plot_dup_name (&g_array_index (self->months, NamidaMonth, i), "%b");
          g_autoptr (PangoLayout) layout = month_plot_layout (self, name);
          int width;

          pango_layout_get_pixel_size (layout, &width, NULL);
          month_plot_text (snapshot, layout, places.left + places.step * (i - places.first + 0.5) - width / 2.0,
                           places.bottom + 4, &faint);
        }
    }
  if ((guint) self->mark >= places.first)
    month_plot_snapshot_mark (self, snapshot, &places, &text);
}

static void
namida_month_plot_measure (GtkWidget *widget,
                           GtkOrientation orientation,
                           int for_size,
                           int *minimum,
                           int *natural,
                           int *minimum_baseline,
                           int *natural_baseline)
{
  g_autoptr (PangoLayout) layout = NULL;
  int height;

  *minimum = *natural = 120;
  if (orientation == GTK_ORIENTATION_HORIZONTAL)
    return;
  layout = month_plot_layout (NAMIDA_MONTH_PLOT (widget), "0");
  pango_layout_get_pixel_size (layout, NULL, &height);
  *minimum = *natural = height * LINES;
}

/* The widget is one focus stop; the arrow keys move the mark. */
static gboolean
namida_month_plot_focus (GtkWidget *widget, GtkDirectionType direction)
{
  return !gtk_widget_is_focus (widget) && gtk_widget_grab_focus (widget);
}

static void
month_plot_set_mark (NamidaMonthPlot *self, int mark)
{
  g_autofree char *words = NULL;

  if (self->months->len == 0)
    return;
  self->mark = CLAMP (mark, 0, (int) self->months->len - 1);
  words = month_plot_dup_words (self, (guint) self->mark);
  namida_spoken_set_description (self, words);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static gboolean
month_plot_on_move (GtkWidget *widget, GVariant *arguments, gpointer user_data)
{
  NamidaMonthPlot *self = NAMIDA_MONTH_PLOT (widget);
  int delta;

  g_variant_get (arguments, "(i)", &delta);
  month_plot_set_mark (self, self->mark + delta);
  return TRUE;
}

static void
month_plot_on_motion (NamidaMonthPlot *self, double x)
{
  PlotPlaces places;

  if (self->months->len == 0)
    return;
  month_plot_measure_places (self, &places);
  if (x >= places.left)
    month_plot_set_mark (self, (int) (places.first + (guint) ((x - places.left) / places.step)));
}

static void
month_plot_on_leave (NamidaMonthPlot *self)
{
  if (self->months->len > 0)
    month_plot_set_mark (self, (int) month_plot_best (self));
}

void
namida_month_plot_set (NamidaMonthPlot *self, const NamidaMonth *months, guint n_months)
{
  g_autofree char *range = NULL;
  g_autofree char *best = NULL;
  g_autofree char *last = NULL;
  g_autofree char *label = NULL;

  g_array_set_size (self->months, 0);
  g_array_append_vals (self->months, months, n_months);
  if (n_months == 0)
    return;
  month_plot_set_mark (self, (int) month_plot_best (self));
  range = namida_month_plot_dup_range (self);
  best = month_plot_dup_words (self, month_plot_best (self));
  last = month_plot_dup_words (self, n_months - 1);
  /* Translators: for screen readers: a range of months, the month with the most listens, and the last month, each
   * with its listens */
  label = g_strdup_printf (_ ("Listens by month, %s. Most in %s. %s"), range, best, last);
  namida_spoken_set_name (self, label);
  gtk_widget_queue_resize (GTK_WIDGET (self));
}

static void
namida_month_plot_finalize (GObject *object)
{
  g_array_unref (NAMIDA_MONTH_PLOT (object)->months);
  G_OBJECT_CLASS (namida_month_plot_parent_class)->finalize (object);
}

static void
namida_month_plot_class_init (NamidaMonthPlotClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = namida_month_plot_finalize;
  widget_class->snapshot = namida_month_plot_snapshot;
  widget_class->measure = namida_month_plot_measure;
  widget_class->focus = namida_month_plot_focus;
  gtk_widget_class_set_css_name (widget_class, "monthplot");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_Left, 0, month_plot_on_move, "(i)", -1);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_Right, 0, month_plot_on_move, "(i)", 1);
}

static void
namida_month_plot_init (NamidaMonthPlot *self)
{
  GtkEventController *motion = gtk_event_controller_motion_new ();

  self->months = g_array_new (FALSE, FALSE, sizeof (NamidaMonth));
  gtk_widget_set_focusable (GTK_WIDGET (self), TRUE);
  gtk_widget_add_css_class (GTK_WIDGET (self), "caption");
  /* Months run from left to right in every language. */
  gtk_widget_set_direction (GTK_WIDGET (self), GTK_TEXT_DIR_LTR);
  g_signal_connect_object (motion, "motion", G_CALLBACK (month_plot_on_motion), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (motion, "leave", G_CALLBACK (month_plot_on_leave), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (GTK_WIDGET (self), motion);
}
