/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Draws a QR code, as described in the header. The link dialog uses it. Main context. */

#include "config.h"

#include "namida-qr-view.h"

#include "namida-qr.h"

#define LEAST_SIZE 180
#define USUAL_SIZE 240

struct _NamidaQrView
{
  GtkWidget parent_instance;

  NamidaQr *qr; /* (nullable) */
};

G_DEFINE_FINAL_TYPE (NamidaQrView, namida_qr_view, GTK_TYPE_WIDGET)

static void
qr_view_measure (GtkWidget *widget,
                 GtkOrientation orientation,
                 int for_size,
                 int *minimum,
                 int *natural,
                 int *minimum_baseline,
                 int *natural_baseline)
{
  *minimum = LEAST_SIZE;
  *natural = USUAL_SIZE;
  *minimum_baseline = *natural_baseline = -1;
}

/* Draw adjacent squares of a row as one rectangle, because some screens show a line between two. */
static void
qr_view_draw_row (NamidaQrView *self, GtkSnapshot *snapshot, guint y, float left, float top, float square)
{
  static const GdkRGBA dark = { 0, 0, 0, 1 };
  guint width = namida_qr_get_width (self->qr);

  for (guint x = 0, end; x < width; x = end)
    {
      for (end = x; end < width && namida_qr_is_dark (self->qr, end, y); end++)
        ;
      if (end > x)
        gtk_snapshot_append_color (snapshot, &dark,
                                   &GRAPHENE_RECT_INIT (left + (float) x * square, top + (float) y * square,
                                                        (float) (end - x) * square, square));
      else
        end = x + 1;
    }
}

static void
qr_view_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  static const GdkRGBA light = { 1, 1, 1, 1 };
  NamidaQrView *self = NAMIDA_QR_VIEW (widget);
  int width = gtk_widget_get_width (widget), height = gtk_widget_get_height (widget);
  int squares, square, side, left, top;

  if (self->qr == NULL)
    return;
  squares = (int) namida_qr_get_width (self->qr);
  /* Use whole pixels, so that all squares have the same size. */
  square = MAX (MIN (width, height) / squares, 1);
  side = square * squares;
  left = (width - side) / 2;
  top = (height - side) / 2;
  gtk_snapshot_append_color (snapshot, &light,
                             &GRAPHENE_RECT_INIT ((float) left, (float) top, (float) side, (float) side));
  for (int y = 0; y < squares; y++)
    qr_view_draw_row (self, snapshot, (guint) y, (float) left, (float) top, (float) square);
}

static void
namida_qr_view_finalize (GObject *object)
{
  g_clear_pointer (&NAMIDA_QR_VIEW (object)->qr, namida_qr_free);
  G_OBJECT_CLASS (namida_qr_view_parent_class)->finalize (object);
}

static void
namida_qr_view_class_init (NamidaQrViewClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = namida_qr_view_finalize;
  widget_class->measure = qr_view_measure;
  widget_class->snapshot = qr_view_snapshot;
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

static void
namida_qr_view_init (NamidaQrView *self)
{
}

void
namida_qr_view_set_text (NamidaQrView *self, const char *text)
{
  g_return_if_fail (NAMIDA_IS_QR_VIEW (self));

  g_clear_pointer (&self->qr, namida_qr_free);
  if (text != NULL)
    self->qr = namida_qr_new (text);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}
