/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sets accessible names and descriptions: see the header. Main context. */
#include "config.h"

#include "namida-spoken.h"

void
namida_spoken_set_name (gpointer widget, const char *name)
{
  gtk_accessible_update_property (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  /* Newer versions of GTK (such as 4.18) name a button by the label in it, which comes before its own name. */
  gtk_accessible_reset_relation (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_RELATION_LABELLED_BY);
}

void
namida_spoken_set_description (gpointer widget, const char *description)
{
  gtk_accessible_update_property (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, description, -1);
  /* The same with the subtitle of a row in newer versions of libadwaita (such as 1.7). */
  gtk_accessible_reset_relation (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_RELATION_DESCRIBED_BY);
}
