/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * NamidaSteadyLabel: text that changes several times a second and moves nothing around it. A GtkLabel asks for a new
 * layout of the whole window with each change, which shapes all its text again; this one keeps the room that it has,
 * and asks for more only when a text needs it. Digits have one width. Property "wrap": at the end of the line, from the
 * start of it; otherwise the text is one line, at the end; with "shrinks" it wraps where there is less room than that.
 * "lines": how many there may be, the last one ellipsized; 0: as many as it takes. A wrapping GtkLabel of GTK 4.8 also
 * tries many widths whenever it is measured: lists of rows with two of those block the main loop for half a second.
 */
#define NAMIDA_TYPE_STEADY_LABEL (namida_steady_label_get_type ())
G_DECLARE_FINAL_TYPE (NamidaSteadyLabel, namida_steady_label, NAMIDA, STEADY_LABEL, GtkWidget)

/** Returns: (transfer none): what it shows; for screen readers too. */
const char *namida_steady_label_get_text (NamidaSteadyLabel *self);
void namida_steady_label_set_text (NamidaSteadyLabel *self, const char *text);
/** namida_steady_label_set_at_start: a text without "wrap" begins at the start of the label, and does not end at its
 * end. */
void namida_steady_label_set_at_start (NamidaSteadyLabel *self, gboolean at_start);
/** namida_steady_label_settle: gives back the room that only earlier texts needed. */
void namida_steady_label_settle (NamidaSteadyLabel *self);

G_END_DECLS
