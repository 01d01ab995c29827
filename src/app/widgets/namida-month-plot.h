/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/** Listens in one month. */
typedef struct
{
  int year;
  int month; /* 1 to 12 */
  guint64 count;
} NamidaMonth;

/**
 * NamidaMonthPlot:
 *
 * Bars for months, the best one marked with its figure. One focus stop with a label that says what is seen; Left and
 * Right, and the pointer, move the mark, whose words are the description then. As high as eleven lines of its text;
 * colors follow the theme. Main context.
 */
#define NAMIDA_TYPE_MONTH_PLOT (namida_month_plot_get_type ())
G_DECLARE_FINAL_TYPE (NamidaMonthPlot, namida_month_plot, NAMIDA, MONTH_PLOT, GtkWidget)

/** namida_month_plot_set: @months: (array length=n_months): in their order without gaps, at least one; copied. */
void namida_month_plot_set (NamidaMonthPlot *self, const NamidaMonth *months, guint n_months);
/** namida_month_plot_dup_range: Returns: (transfer full): "April 2025 to November 2026". */
char *namida_month_plot_dup_range (NamidaMonthPlot *self);

G_END_DECLS
