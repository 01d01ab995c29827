/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A bar with parts. Main context. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/** NamidaPart: one part of a bar. */
typedef struct
{
  const char *color; /* a named color of the theme such as "blue_3"; %NULL: a faint text color */
  guint64 value;
} NamidaPart;

/**
 * NamidaPartsBar:
 *
 * A bar of parts whose lengths are proportional to their values, with round ends. Every part that is not 0 is large
 * enough to be seen. Screen readers see it as a meter with one label. Colors and direction follow the theme. Main
 * context.
 */
#define NAMIDA_TYPE_PARTS_BAR (namida_parts_bar_get_type ())
G_DECLARE_FINAL_TYPE (NamidaPartsBar, namida_parts_bar, NAMIDA, PARTS_BAR, GtkWidget)

/**
 * namida_parts_bar_set:
 * @parts: (array length=n_parts): copied; @color must be static
 * @label: describes all parts
 */
void namida_parts_bar_set (NamidaPartsBar *self, const NamidaPart *parts, guint n_parts, const char *label);

G_END_DECLS
