/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tiles, lines and rows of the page of a version. namida-version-page.c puts them together; they do not change
 * afterwards. Main context. */
#include "config.h"

#include "namida-version-parts.h"

#include <glib/gi18n.h>

#include "namida-gradual.h"
#include "namida-parts-bar.h"
#include "namida-spoken.h"

/* The least width of a label, in characters. GTK otherwise measures how narrow a label can be by breaking the line
 * after each character, which takes most of the time that the page needs to appear. */
#define LEAST_CHARS 8

static GtkWidget *
version_parts_label (const char *text, const char *style)
{
  GtkWidget *label
      = g_object_new (GTK_TYPE_LABEL, "label", text, "xalign", 0.0, "wrap", TRUE, "wrap-mode", PANGO_WRAP_WORD_CHAR,
                      "width-chars", (int) MIN (g_utf8_strlen (text, -1), LEAST_CHARS), NULL);

  if (style != NULL)
    gtk_widget_add_css_class (label, style);
  return label;
}

void
namida_version_parts_add_tile (GtkFlowBox *tiles, guint64 figure, const char *word)
{
  GtkWidget *tile, *child, *number;
  g_autofree char *text = NULL;
  g_autofree char *spoken = NULL;

  if (figure == 0)
    return;
  text = g_strdup_printf ("%'u", (guint) figure);
  /* Translators: a figure and what it counts: “1,275 listens” */
  spoken = g_strdup_printf (_ ("%s %s"), text, word);
  tile = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2);
  number = gtk_label_new (text);
  gtk_widget_add_css_class (number, "figure");
  gtk_box_append (GTK_BOX (tile), number);
  child = gtk_label_new (word);
  gtk_widget_add_css_class (child, "caption");
  gtk_widget_add_css_class (child, "dim-label");
  gtk_box_append (GTK_BOX (tile), child);
  gtk_widget_add_css_class (tile, "card");
  gtk_widget_add_css_class (tile, "tile");
  child = gtk_flow_box_child_new ();
  gtk_widget_set_focusable (child, FALSE);
  gtk_flow_box_child_set_child (GTK_FLOW_BOX_CHILD (child), tile);
  namida_spoken_set_name (child, spoken);
  gtk_flow_box_insert (tiles, child, -1);
}

GtkWidget *
namida_version_parts_track (guint place, const char *name, guint64 listens, guint64 most)
{
  GtkWidget *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 10);
  GtkWidget *column = gtk_box_new (GTK_ORIENTATION_VERTICAL, 3);
  GtkWidget *words = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 9);
  GtkWidget *bar = g_object_new (GTK_TYPE_LEVEL_BAR, "min-value", 0.0, "max-value", 1.0, "value",
                                 most > 0 ? (double) listens / (double) most : 0.0, "accessible-role",
                                 GTK_ACCESSIBLE_ROLE_PRESENTATION, NULL);
  g_autofree char *number = g_strdup_printf ("%u", place);
  g_autofree char *count = g_strdup_printf ("%'u", (guint) listens);
  GtkWidget *label = version_parts_label (number, "dim-label");

  gtk_widget_add_css_class (label, "numeric");
  gtk_label_set_width_chars (GTK_LABEL (label), 2);
  gtk_label_set_xalign (GTK_LABEL (label), 1);
  gtk_box_append (GTK_BOX (line), label);
  label = version_parts_label (name, NULL);
  gtk_widget_set_hexpand (label, TRUE);
  gtk_box_append (GTK_BOX (words), label);
  label = version_parts_label (count, "numeric");
  gtk_box_append (GTK_BOX (words), label);
  gtk_level_bar_add_offset_value (GTK_LEVEL_BAR (bar), GTK_LEVEL_BAR_OFFSET_LOW, 0);
  gtk_widget_add_css_class (bar, "share");
  gtk_box_append (GTK_BOX (column), words);
  gtk_box_append (GTK_BOX (column), bar);
  gtk_widget_set_hexpand (column, TRUE);
  gtk_box_append (GTK_BOX (line), column);
  return line;
}

static GtkWidget *
version_parts_line (const char *icon, const char *style, const char *text)
{
  GtkWidget *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 9);
  GtkWidget *image = gtk_image_new_from_icon_name (icon);
  GtkWidget *label = version_parts_label (text, NULL);

  gtk_widget_add_css_class (image, style);
  gtk_widget_set_valign (image, GTK_ALIGN_START);
  gtk_widget_set_hexpand (label, TRUE);
  gtk_box_append (GTK_BOX (line), image);
  gtk_box_append (GTK_BOX (line), label);
  return line;
}

GtkWidget *
namida_version_parts_change (int sign, const char *text)
{
  GtkWidget *line = version_parts_line (sign > 0   ? "list-add-symbolic"
                                        : sign < 0 ? "list-remove-symbolic"
                                                   : "document-edit-symbolic",
                                        sign > 0   ? "success"
                                        : sign < 0 ? "error"
                                                   : "dim-label",
                                        text);

  namida_spoken_set_name (gtk_widget_get_first_child (line), sign > 0   ? _ ("More")
                                                             : sign < 0 ? _ ("Less")
                                                                        : _ ("Changed"));
  return line;
}

GtkWidget *
namida_version_parts_warning (const char *text)
{
  return version_parts_line ("dialog-warning-symbolic", "warning", text);
}

GtkWidget *
namida_version_parts_here (guint64 found, guint64 tracks)
{
  GtkWidget *row = adw_preferences_row_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 9);
  NamidaPartsBar *bar = g_object_new (NAMIDA_TYPE_PARTS_BAR, NULL);
  guint n = (guint) tracks;
  g_autofree char *text = found == tracks ? g_strdup_printf (ngettext ("The only track is on this computer",
                                                                       "All %'u tracks are on this computer", n),
                                                             n)
                                          : g_strdup_printf (ngettext ("%'u of %'u track is on this computer",
                                                                       "%'u of %'u tracks are on this computer", n),
                                                             (guint) found, n);

  namida_parts_bar_set (bar, (NamidaPart[]){ { "green_3", found }, { "yellow_5", tracks - found } }, 2, text);
  gtk_widget_set_margin_top (box, 12);
  gtk_widget_set_margin_bottom (box, 14);
  gtk_widget_set_margin_start (box, 14);
  gtk_widget_set_margin_end (box, 14);
  gtk_box_append (GTK_BOX (box), version_parts_label (text, NULL));
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (bar));
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), box);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), text);
  namida_spoken_set_name (row, text);
  return row;
}

GtkWidget *
namida_version_parts_row (const char *title, const char *subtitle, const char *icon)
{
  GtkWidget *row = adw_action_row_new ();

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  if (subtitle != NULL)
    adw_action_row_set_subtitle (ADW_ACTION_ROW (row), subtitle);
  if (icon != NULL)
    {
      GtkWidget *image
          = g_object_new (GTK_TYPE_IMAGE, "icon-name", icon, "accessible-role", GTK_ACCESSIBLE_ROLE_PRESENTATION, NULL);

      adw_action_row_add_prefix (ADW_ACTION_ROW (row), image);
    }
  return row;
}

GtkWidget *
namida_version_parts_missing (guint64 n, GPtrArray *missing)
{
  GtkWidget *row = adw_expander_row_new ();
  guint count = (guint) n;
  g_autofree char *title = g_strdup_printf (ngettext ("%'u Is Missing", "%'u Are Missing", count), count);
  GtkWidget *icon = g_object_new (GTK_TYPE_IMAGE, "icon-name", "dialog-warning-symbolic", "accessible-role",
                                  GTK_ACCESSIBLE_ROLE_PRESENTATION, NULL);

  gtk_widget_add_css_class (icon, "warning");
  adw_expander_row_add_prefix (ADW_EXPANDER_ROW (row), icon);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  namida_spoken_set_name (row, title);
  namida_gradual_fill_expander (ADW_EXPANDER_ROW (row), missing);
  return row;
}
