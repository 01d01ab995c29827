/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "namida-mnemonics.h"

/* Until 4.10, gtk_button_set_label() makes the raw label, "_Accept", the accessible name, beside the label inside it:
 * "_Accept Accept" is read aloud. The label inside says the same without the underscore, and is enough. */
static void
take_back (GtkButton *button)
{
  gtk_accessible_reset_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL);
}

void
namida_mnemonics_unspeak (GtkWidget *root)
{
  if (GTK_IS_BUTTON (root) && gtk_button_get_use_underline (GTK_BUTTON (root)))
    {
      g_signal_handlers_disconnect_by_func (root, take_back, NULL);
      g_signal_connect (root, "notify::label", G_CALLBACK (take_back), NULL);
      take_back (GTK_BUTTON (root));
    }
  for (GtkWidget *child = gtk_widget_get_first_child (root); child != NULL; child = gtk_widget_get_next_sibling (child))
    namida_mnemonics_unspeak (child);
}
