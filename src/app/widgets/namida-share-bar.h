/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A bar of shares. Main context. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * NamidaShareBar:
 *
 * A bar with round ends whose parts have their own colors and a gap between them. Its accessible role is a meter; the
 * caller provides the description, because colors alone say nothing. Main context.
 */
#define NAMIDA_TYPE_SHARE_BAR (namida_share_bar_get_type ())
G_DECLARE_FINAL_TYPE (NamidaShareBar, namida_share_bar, NAMIDA, SHARE_BAR, GtkWidget)

#define NAMIDA_SHARE_BAR_PARTS_MOST 4u

/**
 * namida_share_bar_set:
 * @values: (array length=n): the size of each part; parts of 0 are left out
 * @colors: (array length=n): names of colors of the theme, such as "blue_3"
 * @words: the description for screen readers
 */
void namida_share_bar_set (
    NamidaShareBar *self, const guint64 *values, const char *const *colors, guint n, const char *words);

G_END_DECLS
