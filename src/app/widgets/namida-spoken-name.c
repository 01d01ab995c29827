/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sets accessible names: see the header. Main context. */
#include "config.h"

#include "namida-spoken-name.h"

void
namida_spoken_name_set (gpointer widget, const char *name)
{
  gtk_accessible_update_property (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  /* Newer versions of GTK (such as 4.18) name a button by the label in it, which comes before its own name. */
  gtk_accessible_reset_relation (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_RELATION_LABELLED_BY);
}
