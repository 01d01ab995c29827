/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Removes the underscores of mnemonics from accessible names: see the header. Windows, pages, rows and dialogs call it
 * when their widgets exist. Main context. */
#include "config.h"

#include "namida-mnemonics.h"

#include <adwaita.h>

/* Until GTK 4.10, gtk_button_set_label() uses the raw label "_Accept" as the accessible name, in addition to the
 * label in the button, so screen readers read "_Accept Accept". The label in the button is enough. */
static void
mnemonics_take_back (GtkButton *button)
{
  gtk_accessible_reset_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL);
}

/* Returns: (transfer full): @text without mnemonic markers; two of them are one underscore. */
static char *
mnemonics_without_marks (const char *text)
{
  GString *plain = g_string_new (NULL);

  for (; *text != '\0'; text++)
    {
      if (*text == '_' && text[1] != '\0')
        text++;
      g_string_append_c (plain, *text);
    }
  return g_string_free (plain, FALSE);
}

/* In newer versions of libadwaita (such as 1.7), the accessible name of a page of a stack is its raw title,
 * "_Devices". */
static void
mnemonics_unspeak_pages (AdwViewStack *stack)
{
  g_autoptr (GtkSelectionModel) pages = adw_view_stack_get_pages (stack);

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (pages)); i++)
    {
      g_autoptr (AdwViewStackPage) page = g_list_model_get_item (G_LIST_MODEL (pages), i);
      g_autofree char *plain = NULL;

      if (!GTK_IS_ACCESSIBLE (page) || !adw_view_stack_page_get_use_underline (page))
        continue;
      plain = mnemonics_without_marks (adw_view_stack_page_get_title (page));
      gtk_accessible_update_property (GTK_ACCESSIBLE (page), GTK_ACCESSIBLE_PROPERTY_LABEL, plain, -1);
    }
}

/* The same for a check button, whose label is its only name. */
static void
mnemonics_unspeak_check (GtkCheckButton *button)
{
  const char *label = gtk_check_button_get_label (button);
  g_autofree char *plain = mnemonics_without_marks (label != NULL ? label : "");

  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, plain, -1);
}

/* The labels of two buttons side by side may be wider than half of a narrow window, especially with large text. */
static void
mnemonics_wrap_label (GtkWidget *label)
{
  if (!GTK_IS_LABEL (label) || gtk_label_get_ellipsize (GTK_LABEL (label)) != PANGO_ELLIPSIZE_NONE)
    return;
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_justify (GTK_LABEL (label), GTK_JUSTIFY_CENTER);
}

void
namida_mnemonics_unspeak (GtkWidget *root)
{
  if (GTK_IS_BUTTON (root) && gtk_button_get_label (GTK_BUTTON (root)) != NULL)
    mnemonics_wrap_label (gtk_button_get_child (GTK_BUTTON (root)));
  if (ADW_IS_VIEW_STACK (root))
    mnemonics_unspeak_pages (ADW_VIEW_STACK (root));
  if (GTK_IS_CHECK_BUTTON (root) && gtk_check_button_get_label (GTK_CHECK_BUTTON (root)) != NULL
      && GTK_IS_LABEL (gtk_widget_get_last_child (root)))
    gtk_label_set_wrap (GTK_LABEL (gtk_widget_get_last_child (root)), TRUE);
  if (GTK_IS_CHECK_BUTTON (root) && gtk_check_button_get_use_underline (GTK_CHECK_BUTTON (root)))
    mnemonics_unspeak_check (GTK_CHECK_BUTTON (root));
  if (GTK_IS_BUTTON (root) && gtk_button_get_use_underline (GTK_BUTTON (root)))
    {
      g_signal_handlers_disconnect_by_func (root, mnemonics_take_back, NULL);
      g_signal_connect (root, "notify::label", G_CALLBACK (mnemonics_take_back), NULL);
      mnemonics_take_back (GTK_BUTTON (root));
    }
  for (GtkWidget *child = gtk_widget_get_first_child (root); child != NULL; child = gtk_widget_get_next_sibling (child))
    namida_mnemonics_unspeak (child);
}
