/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Draws a bar with parts: the space that a device uses, or how much of the music is on this computer. The cards of
 * backups and the page of a version use it. Main context. */
#include "config.h"

#include "namida-parts-bar.h"

#include "namida-spoken.h"

/* Pixels. */
#define HEIGHT 8
#define GAP 2
#define LEAST 3

struct _NamidaPartsBar
{
  GtkWidget parent_instance;

  GArray *parts; /* (element-type NamidaPart) */
};

G_DEFINE_FINAL_TYPE (NamidaPartsBar, namida_parts_bar, GTK_TYPE_WIDGET)

static void
parts_bar_color (GtkWidget *widget, const char *name, GdkRGBA *color)
{
  GtkStyleContext *style = gtk_widget_get_style_context (widget);

  if (name != NULL && gtk_style_context_lookup_color (style, name, color))
    return;
  gtk_style_context_get_color (style, color);
  color->alpha *= 0.35F;
}

static void
namida_parts_bar_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  NamidaPartsBar *self = NAMIDA_PARTS_BAR (widget);
  gboolean flipped = gtk_widget_get_direction (widget) == GTK_TEXT_DIR_RTL;
  float width = (float) gtk_widget_get_width (widget);
  float height = (float) gtk_widget_get_height (widget);
  guint64 total = 0;
  guint shown = 0;
  float room, x = 0;
  GskRoundedRect outline;

  for (guint i = 0; i < self->parts->len; i++)
    {
      total += g_array_index (self->parts, NamidaPart, i).value;
      shown += g_array_index (self->parts, NamidaPart, i).value > 0;
    }
  if (total == 0 || width <= 0)
    return;
  room = width - (float) (GAP * (shown - 1)) - (float) (LEAST * shown);
  gsk_rounded_rect_init_from_rect (&outline, &GRAPHENE_RECT_INIT (0, 0, width, height), height / 2);
  gtk_snapshot_push_rounded_clip (snapshot, &outline);
  for (guint i = 0; i < self->parts->len; i++)
    {
      const NamidaPart *part = &g_array_index (self->parts, NamidaPart, i);
      float length = LEAST + MAX (room, 0) * (float) ((double) part->value / (double) total);
      GdkRGBA color;

      if (part->value == 0)
        continue;
      parts_bar_color (widget, part->color, &color);
      gtk_snapshot_append_color (snapshot, &color,
                                 &GRAPHENE_RECT_INIT (flipped ? width - x - length : x, 0, length, height));
      x += length + GAP;
    }
  gtk_snapshot_pop (snapshot);
}

static void
namida_parts_bar_measure (GtkWidget *widget,
                          GtkOrientation orientation,
                          int for_size,
                          int *minimum,
                          int *natural,
                          int *minimum_baseline,
                          int *natural_baseline)
{
  *minimum = *natural = orientation == GTK_ORIENTATION_VERTICAL ? HEIGHT : 40;
}

void
namida_parts_bar_set (NamidaPartsBar *self, const NamidaPart *parts, guint n_parts, const char *label)
{
  g_array_set_size (self->parts, 0);
  g_array_append_vals (self->parts, parts, n_parts);
  namida_spoken_set_name (self, label);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
namida_parts_bar_finalize (GObject *object)
{
  g_array_unref (NAMIDA_PARTS_BAR (object)->parts);
  G_OBJECT_CLASS (namida_parts_bar_parent_class)->finalize (object);
}

static void
namida_parts_bar_class_init (NamidaPartsBarClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = namida_parts_bar_finalize;
  widget_class->snapshot = namida_parts_bar_snapshot;
  widget_class->measure = namida_parts_bar_measure;
  gtk_widget_class_set_css_name (widget_class, "partsbar");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

static void
namida_parts_bar_init (NamidaPartsBar *self)
{
  self->parts = g_array_new (FALSE, FALSE, sizeof (NamidaPart));
}
