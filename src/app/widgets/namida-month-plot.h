/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A plot of listens. Main context. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/** NamidaMonth: listens in one month. */
typedef struct
{
  int year;
  int month; /* 1 to 12 */
  guint64 count;
} NamidaMonth;

/**
 * NamidaMonthPlot:
 *
 * Bars for months, the best one marked with its value. It is one focus stop with a label that describes the plot; the
 * Left and Right keys and the pointer move the mark, whose text becomes the description. It is eleven lines of its
 * text high, and colors follow the theme. Main context.
 */
#define NAMIDA_TYPE_MONTH_PLOT (namida_month_plot_get_type ())
G_DECLARE_FINAL_TYPE (NamidaMonthPlot, namida_month_plot, NAMIDA, MONTH_PLOT, GtkWidget)

/** namida_month_plot_set: @months: (array length=n_months): in order and without gaps, at least one; copied */
void namida_month_plot_set (NamidaMonthPlot *self, const NamidaMonth *months, guint n_months);
/** namida_month_plot_dup_range: Returns: (transfer full): text such as "April 2025 to November 2026". */
char *namida_month_plot_dup_range (NamidaMonthPlot *self);

G_END_DECLS
