/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * NamidaStateLine: words and what belongs to them, the figures of a state (two NamidaSteadyLabels) or the tag of a
 * device: the words at the start of the line and the figures at its end, where there is room for both; else the figures
 * below the words. Where the figures have gone below they stay until namida_state_line_settle() or a wider window, for
 * what changes four times a second must not jump. No GtkFlowBox: that gives all its children one width, and knows no
 * end of a line.
 */
#define NAMIDA_TYPE_STATE_LINE (namida_state_line_get_type ())
G_DECLARE_FINAL_TYPE (NamidaStateLine, namida_state_line, NAMIDA, STATE_LINE, GtkWidget)

/** namida_state_line_add: appends @child, for rows that no .ui describes: first the words, then the rest. */
void namida_state_line_add (NamidaStateLine *self, GtkWidget *child);
/** namida_state_line_settle: it may be one line again, and its labels give back the room of earlier texts. */
void namida_state_line_settle (NamidaStateLine *self);

G_END_DECLS
