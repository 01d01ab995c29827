/* SPDX-License-Identifier: GPL-3.0-or-later */
/* QR codes by libqrencode; see the header. Pure functions, any thread. */

#include "config.h"

#include "namida-qr.h"

#include <qrencode.h>

struct _NamidaQr
{
  QRcode *code;
};

NamidaQr *
namida_qr_new (const char *text)
{
  QRcode *code = QRcode_encodeString8bit (text, 0, QR_ECLEVEL_M);
  NamidaQr *self;

  if (code == NULL)
    return NULL;
  self = g_new0 (NamidaQr, 1);
  self->code = code;
  return self;
}

void
namida_qr_free (NamidaQr *self)
{
  QRcode_free (self->code);
  g_free (self);
}

guint
namida_qr_get_width (NamidaQr *self)
{
  return (guint) self->code->width + 2 * NAMIDA_QR_QUIET;
}

gboolean
namida_qr_is_dark (NamidaQr *self, guint x, guint y)
{
  guint width = (guint) self->code->width;

  if (x < NAMIDA_QR_QUIET || y < NAMIDA_QR_QUIET || x - NAMIDA_QR_QUIET >= width || y - NAMIDA_QR_QUIET >= width)
    return FALSE;
  return (self->code->data[(y - NAMIDA_QR_QUIET) * width + x - NAMIDA_QR_QUIET] & 1) != 0;
}

/* Writes two rows of squares as one line. A terminal is dark, so the light squares are drawn. */
static void
qr_append_halves (NamidaQr *self, GString *out, guint y)
{
  static const char *const halves[] = { "█", "▀", "▄", " " };
  guint width = namida_qr_get_width (self);

  for (guint x = 0; x < width; x++)
    g_string_append (out,
                     halves[(namida_qr_is_dark (self, x, y) ? 2 : 0) + (namida_qr_is_dark (self, x, y + 1) ? 1 : 0)]);
  g_string_append_c (out, '\n');
}

static void
qr_append_ascii (NamidaQr *self, GString *out, guint y)
{
  for (guint x = 0; x < namida_qr_get_width (self); x++)
    g_string_append (out, namida_qr_is_dark (self, x, y) ? "  " : "##");
  g_string_append_c (out, '\n');
}

char *
namida_qr_dup_text (NamidaQr *self, gboolean ascii)
{
  GString *out = g_string_new (NULL);

  for (guint y = 0; y < namida_qr_get_width (self); y += ascii ? 1 : 2)
    if (ascii)
      qr_append_ascii (self, out, y);
    else
      qr_append_halves (self, out, y);
  return g_string_free (out, FALSE);
}
