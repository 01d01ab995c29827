/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A label for text that changes often. Main context. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * NamidaSteadyLabel: text that changes several times a second without moving anything around it. A GtkLabel requests
 * a new layout of the whole window with each change, in which all text is shaped again; this widget keeps its space
 * and requests more only when a text needs it. Digits have the same width. Property "wrap": wrap at the end of the
 * line and align to the start; otherwise the text is one line, aligned to the end; with "shrinks", it wraps if there
 * is less space. "lines": the maximum number of lines, the last one ellipsized; 0: no limit. In addition, a wrapping
 * GtkLabel of GTK 4.8 tries many widths whenever it is measured: lists of rows with two of them block the main loop
 * for half a second.
 */
#define NAMIDA_TYPE_STEADY_LABEL (namida_steady_label_get_type ())
G_DECLARE_FINAL_TYPE (NamidaSteadyLabel, namida_steady_label, NAMIDA, STEADY_LABEL, GtkWidget)

/** namida_steady_label_get_text: Returns: (transfer none): the text, which screen readers read, too. */
const char *namida_steady_label_get_text (NamidaSteadyLabel *self);
/** namida_steady_label_set_text: sets the text, which is copied. */
void namida_steady_label_set_text (NamidaSteadyLabel *self, const char *text);
/** namida_steady_label_set_at_start: aligns a text without "wrap" to the start of the label instead of its end. */
void namida_steady_label_set_at_start (NamidaSteadyLabel *self, gboolean at_start);
/** namida_steady_label_settle: releases the space that only earlier texts needed. */
void namida_steady_label_settle (NamidaSteadyLabel *self);

G_END_DECLS
