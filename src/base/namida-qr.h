/* SPDX-License-Identifier: GPL-3.0-or-later */
/* QR codes, by libqrencode: as squares for a widget, and as text for a terminal. Pure; any thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define NAMIDA_QR_QUIET 4u /* squares of nothing on each side, without which readers do not find it (ISO/IEC 18004) */

/** NamidaQr: the code of one text. */
typedef struct _NamidaQr NamidaQr;

/** namida_qr_new: Returns: (transfer full) (nullable): %NULL when @text (UTF-8) is too long for any code. */
NamidaQr *namida_qr_new (const char *text);
void namida_qr_free (NamidaQr *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NamidaQr, namida_qr_free)
/** namida_qr_get_width: Returns: squares on each side, with those that are quiet. */
guint namida_qr_get_width (NamidaQr *self);
gboolean namida_qr_is_dark (NamidaQr *self, guint x, guint y);
/**
 * namida_qr_dup_text: as lines for a terminal, light on dark, as most are, and with half blocks, or (@ascii) two
 * characters of ASCII for each square.
 *
 * Returns: (transfer full): each line with its end
 */
char *namida_qr_dup_text (NamidaQr *self, gboolean ascii);

G_END_DECLS
