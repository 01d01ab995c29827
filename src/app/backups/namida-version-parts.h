/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The small widgets of the page of a version. All functions return (transfer floating). Main context. */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/** namida_version_parts_add_tile: adds a count and its word to @tiles, or nothing if it is 0. */
void namida_version_parts_add_tile (GtkFlowBox *tiles, guint64 figure, const char *word);
/**
 * namida_version_parts_track: makes a line of the most listened tracks: rank, name, listens, and a bar of its share
 * of @most.
 */
GtkWidget *namida_version_parts_track (guint place, const char *name, guint64 listens, guint64 most);
/** namida_version_parts_change: @sign: 1: more, -1: less, 0: changed */
GtkWidget *namida_version_parts_change (int sign, const char *text);
/** namida_version_parts_warning: makes a line with a warning icon. @text: plain text */
GtkWidget *namida_version_parts_warning (const char *text);
/** namida_version_parts_here: shows how many of @tracks files are on this computer, as text and as a bar. */
GtkWidget *namida_version_parts_here (guint64 found, guint64 tracks);
/**
 * namida_version_parts_missing: makes a button that opens the list of @missing (element-type utf8), of @n in total.
 */
GtkWidget *namida_version_parts_missing (guint64 n, GPtrArray *missing);
/** namida_version_parts_row: @title: plain text; @icon: (nullable) */
GtkWidget *namida_version_parts_row (const char *title, const char *subtitle, const char *icon);

G_END_DECLS
