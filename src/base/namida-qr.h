/* SPDX-License-Identifier: GPL-3.0-or-later */
/* QR codes by libqrencode: as squares for a widget and as text for a terminal. Used by the QR view of the window and
 * by the command line for links. Pure functions, any thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define NAMIDA_QR_QUIET 4u /* width of the empty border in squares; readers need it (ISO/IEC 18004) */

/** NamidaQr: the QR code of one text. */
typedef struct _NamidaQr NamidaQr;

/** namida_qr_new: Returns: (transfer full) (nullable): %NULL when @text (UTF-8) is too long for any code. */
NamidaQr *namida_qr_new (const char *text);
/** namida_qr_free: @self: (transfer full) */
void namida_qr_free (NamidaQr *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NamidaQr, namida_qr_free)
/** namida_qr_get_width: Returns: the number of squares on each side, including the empty border. */
guint namida_qr_get_width (NamidaQr *self);
/** namida_qr_is_dark: @x, @y: less than namida_qr_get_width(). Returns: whether that square is dark. */
gboolean namida_qr_is_dark (NamidaQr *self, guint x, guint y);
/**
 * namida_qr_dup_text:
 * @ascii: whether to use two ASCII characters for each square instead of half blocks
 *
 * Writes the code as lines for a terminal, light on dark, as most terminals are.
 *
 * Returns: (transfer full): the lines, each with its line break
 */
char *namida_qr_dup_text (NamidaQr *self, gboolean ascii);

G_END_DECLS
