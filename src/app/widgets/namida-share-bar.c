/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Draws a bar of shares with GtkSnapshot. Colors are looked up in the theme on each draw, so dark and high-contrast
 * styles work. Main context. */
#include "config.h"

#include "namida-share-bar.h"

#include "namida-spoken.h"

#define BAR_HEIGHT 8
#define BAR_GAP 2.f
#define BAR_LEAST 3.f

struct _NamidaShareBar
{
  GtkWidget parent_instance;

  guint64 values[NAMIDA_SHARE_BAR_PARTS_MOST];
  const char *colors[NAMIDA_SHARE_BAR_PARTS_MOST]; /* interned */
  guint n;
};

G_DEFINE_FINAL_TYPE (NamidaShareBar, namida_share_bar, GTK_TYPE_WIDGET)

static void
share_bar_measure (GtkWidget *widget,
                   GtkOrientation orientation,
                   int for_size,
                   int *minimum,
                   int *natural,
                   int *minimum_baseline,
                   int *natural_baseline)
{
  *minimum = orientation == GTK_ORIENTATION_VERTICAL ? BAR_HEIGHT : 24;
  *natural = orientation == GTK_ORIENTATION_VERTICAL ? BAR_HEIGHT : 120;
}

static GdkRGBA
share_bar_get_color (NamidaShareBar *self, const char *name)
{
  GtkStyleContext *context = gtk_widget_get_style_context (GTK_WIDGET (self));
  GdkRGBA color = { .5f, .5f, .5f, 1 };

  gtk_style_context_lookup_color (context, name, &color);
  return color;
}

static void
share_bar_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  NamidaShareBar *self = NAMIDA_SHARE_BAR (widget);
  gboolean mirrored = gtk_widget_get_direction (widget) == GTK_TEXT_DIR_RTL;
  float width = (float) gtk_widget_get_width (widget);
  float height = (float) gtk_widget_get_height (widget);
  double sum = 0;
  float at = 0, room = width;
  guint shown = 0;
  graphene_rect_t bounds = GRAPHENE_RECT_INIT (0, 0, width, height);
  GskRoundedRect round;

  for (guint i = 0; i < self->n; i++)
    {
      sum += (double) self->values[i];
      shown += self->values[i] > 0;
    }
  if (sum <= 0)
    return;
  room -= BAR_GAP * (float) (shown - 1) + BAR_LEAST * (float) shown;
  gsk_rounded_rect_init_from_rect (&round, &bounds, height / 2);
  gtk_snapshot_push_rounded_clip (snapshot, &round);
  for (guint i = 0; i < self->n; i++)
    {
      GdkRGBA color = share_bar_get_color (self, self->colors[i]);
      float part = BAR_LEAST + MAX (room, 0) * (float) ((double) self->values[i] / sum);
      graphene_rect_t rect = GRAPHENE_RECT_INIT (mirrored ? width - at - part : at, 0, part, height);

      if (self->values[i] == 0)
        continue;
      gtk_snapshot_append_color (snapshot, &color, &rect);
      at += part + BAR_GAP;
    }
  gtk_snapshot_pop (snapshot);
}

static void
namida_share_bar_class_init (NamidaShareBarClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  widget_class->measure = share_bar_measure;
  widget_class->snapshot = share_bar_snapshot;
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_METER);
}

static void
namida_share_bar_init (NamidaShareBar *self)
{
}

void
namida_share_bar_set (
    NamidaShareBar *self, const guint64 *values, const char *const *colors, guint n, const char *words)
{
  g_return_if_fail (n <= NAMIDA_SHARE_BAR_PARTS_MOST);

  self->n = n;
  for (guint i = 0; i < n; i++)
    {
      self->values[i] = values[i];
      self->colors[i] = g_intern_string (colors[i]);
    }
  namida_spoken_set_name (self, words);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}
