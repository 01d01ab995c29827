/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The tag of a device: see the header. Rows of devices, the dialog for offers and notifications use it. Main
 * context. */
#include "config.h"

#include "namida-tag.h"

#include <glib/gi18n.h>

struct _NamidaTag
{
  AdwBin parent_instance;

  GtkImage *icon;
  GtkLabel *label;
};

G_DEFINE_FINAL_TYPE (NamidaTag, namida_tag, ADW_TYPE_BIN)

static const char *const classes[] = { "new", "trusted", "unencrypted" };
static const char *const icons[] = { "namida-new-symbolic", "namida-locked-symbolic", "namida-unlocked-symbolic" };

const char *
namida_tag_kind_word (NamidaTagKind kind)
{
  switch (kind)
    {
    case NAMIDA_TAG_TRUSTED:
      return _ ("Trusted");
    case NAMIDA_TAG_UNENCRYPTED:
      return _ ("Not encrypted");
    default:
      return _ ("New device");
    }
}

void
namida_tag_set (NamidaTag *self, NamidaTagKind kind, const char *detail)
{
  g_autofree char *text = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (classes); i++)
    gtk_widget_remove_css_class (GTK_WIDGET (self), classes[i]);
  gtk_widget_add_css_class (GTK_WIDGET (self), classes[kind]);
  gtk_image_set_from_icon_name (self->icon, icons[kind]);
  text = detail != NULL ? g_strdup_printf ("%s · %s", namida_tag_kind_word (kind), detail) : NULL;
  gtk_label_set_label (self->label, text != NULL ? text : namida_tag_kind_word (kind));
}

static void
namida_tag_class_init (NamidaTagClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/namida_sync/Desktop/ui/namida-tag.ui");
  gtk_widget_class_bind_template_child (widget_class, NamidaTag, icon);
  gtk_widget_class_bind_template_child (widget_class, NamidaTag, label);
}

static void
namida_tag_init (NamidaTag *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
