/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/** One part of a bar. */
typedef struct
{
  const char *color; /* a named color of the theme: "blue_3"; NULL: of the text, faint */
  guint64 value;
} NamidaPart;

/**
 * NamidaPartsBar:
 *
 * A bar of parts beside each other, as long as their values, with round ends; no part that is there is too small to be
 * seen. It is one thing for a screen reader: a meter with one label. Colors and direction follow the theme. Main
 * context.
 */
#define NAMIDA_TYPE_PARTS_BAR (namida_parts_bar_get_type ())
G_DECLARE_FINAL_TYPE (NamidaPartsBar, namida_parts_bar, NAMIDA, PARTS_BAR, GtkWidget)

/**
 * namida_parts_bar_set:
 * @parts: (array length=n_parts): copied; @color is static
 * @label: all of it in words
 */
void namida_parts_bar_set (NamidaPartsBar *self, const NamidaPart *parts, guint n_parts, const char *label);

G_END_DECLS
