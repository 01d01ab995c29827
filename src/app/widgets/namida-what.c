/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The square picture of a backup, of music or of files. Used by the rows of transfers and by the Welcome window. Main
 * context. */
#include "config.h"

#include "namida-what.h"

/* Pixels: how far the badge extends beyond the lower end corner. */
#define BADGE_OUTSIDE 4

struct _NamidaWhat
{
  AdwBin parent_instance;

  GtkImage *image;
  GtkImage *badge;
};

G_DEFINE_FINAL_TYPE (NamidaWhat, namida_what, ADW_TYPE_BIN)

void
namida_what_set (NamidaWhat *self, NamidaWhatKind kind, NamidaWhatWay way, gboolean bad)
{
  static const char *const icons[] = { "namida-backup-symbolic", "namida-music-symbolic", "folder-symbolic" };
  const char *classes[3] = { "what", bad ? "bad" : kind == NAMIDA_WHAT_BACKUP ? "backup" : NULL, NULL };

  gtk_image_set_from_icon_name (self->image, icons[kind]);
  gtk_widget_set_css_classes (GTK_WIDGET (self->image), classes);
  gtk_widget_set_visible (GTK_WIDGET (self->badge), way != NAMIDA_WHAT_STAYS);
  gtk_image_set_from_icon_name (self->badge, way == NAMIDA_WHAT_OUT ? "namida-up-symbolic" : "namida-down-symbolic");
}

static void
namida_what_class_init (NamidaWhatClass *klass)
{
  gtk_widget_class_set_accessible_role (GTK_WIDGET_CLASS (klass), GTK_ACCESSIBLE_ROLE_PRESENTATION);
}

static void
namida_what_init (NamidaWhat *self)
{
  GtkWidget *overlay = gtk_overlay_new ();

  self->image = g_object_new (GTK_TYPE_IMAGE, "accessible-role", GTK_ACCESSIBLE_ROLE_PRESENTATION, "margin-end",
                              BADGE_OUTSIDE, "margin-bottom", BADGE_OUTSIDE, NULL);
  self->badge = g_object_new (GTK_TYPE_IMAGE, "halign", GTK_ALIGN_END, "valign", GTK_ALIGN_END, "accessible-role",
                              GTK_ACCESSIBLE_ROLE_PRESENTATION, NULL);
  gtk_widget_add_css_class (GTK_WIDGET (self->badge), "kind-badge");
  gtk_overlay_set_child (GTK_OVERLAY (overlay), GTK_WIDGET (self->image));
  gtk_overlay_add_overlay (GTK_OVERLAY (overlay), GTK_WIDGET (self->badge));
  gtk_widget_set_valign (GTK_WIDGET (self), GTK_ALIGN_CENTER);
  adw_bin_set_child (ADW_BIN (self), overlay);
}
