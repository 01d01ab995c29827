/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A layout of two labels. Main context. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * NamidaStateLine: a text and the figures of a state (two NamidaSteadyLabels) or the tag of a device: the text at the
 * start of the line and the figures at its end if there is room for both, otherwise the figures below the text. Figures
 * below the text stay there until namida_state_line_settle() or until the window is wider, because figures that change
 * four times a second must not jump. GtkFlowBox is not suitable: it gives all children the same width and cannot align
 * to the end of a line.
 */
#define NAMIDA_TYPE_STATE_LINE (namida_state_line_get_type ())
G_DECLARE_FINAL_TYPE (NamidaStateLine, namida_state_line, NAMIDA, STATE_LINE, GtkWidget)

/** namida_state_line_add: appends @child, for rows without a .ui file: first the text, then the rest. */
void namida_state_line_add (NamidaStateLine *self, GtkWidget *child);
/**
 * namida_state_line_settle: allows @self to become one line again, and lets its labels release the space of earlier
 * texts.
 */
void namida_state_line_settle (NamidaStateLine *self);

G_END_DECLS
