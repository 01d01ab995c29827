/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A QR code. Main context. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * NamidaQrView: the QR code of a text: dark squares on a light background with the quiet zone that readers need,
 * whatever the colors of the theme are. Main context.
 */
#define NAMIDA_TYPE_QR_VIEW (namida_qr_view_get_type ())
G_DECLARE_FINAL_TYPE (NamidaQrView, namida_qr_view, NAMIDA, QR_VIEW, GtkWidget)

/** namida_qr_view_set_text: @text: (nullable): nothing is drawn without a text */
void namida_qr_view_set_text (NamidaQrView *self, const char *text);

G_END_DECLS
