/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The round picture of a device, with its kind as a badge. Used wherever the window shows a device. Main context. */
#include "config.h"

#include "namida-device-avatar.h"

#include <glib/gi18n.h>

/* Pixels: how far the badge extends beyond the lower end corner, and the size from which it is large. */
#define BADGE_OUTSIDE 4
#define LARGE_FROM 64

struct _NamidaDeviceAvatar
{
  AdwBin parent_instance;

  AdwAvatar *avatar;
  GtkImage *badge;
};

G_DEFINE_FINAL_TYPE (NamidaDeviceAvatar, namida_device_avatar, ADW_TYPE_BIN)

enum
{
  PROP_SIZE = 1,
  N_PROPS
};
static GParamSpec *properties[N_PROPS];

const char *
namida_device_kind_icon (const char *type)
{
  if (g_strcmp0 (type, "mobile") == 0)
    return "phone-symbolic";
  if (g_strcmp0 (type, "headless") == 0 || g_strcmp0 (type, "server") == 0)
    return "network-server-symbolic";
  if (g_strcmp0 (type, "laptop") == 0)
    return "namida-laptop-symbolic";
  return "computer-symbolic";
}

/* The phone app does not report what it runs on. */
static const char *
device_avatar_peer_type (NamidaPeer *peer)
{
  NamidaDialect others = NAMIDA_DIALECT_V1 | NAMIDA_DIALECT_LOCALSEND | NAMIDA_DIALECT_LOCALSEND_PLAIN;

  if ((namida_peer_get_dialects (peer) & (NAMIDA_DIALECT_PHONE | others)) == NAMIDA_DIALECT_PHONE)
    return "mobile";
  return namida_peer_get_device_type (peer);
}

const char *
namida_device_peer_icon (NamidaPeer *peer)
{
  return namida_device_kind_icon (device_avatar_peer_type (peer));
}

const char *
namida_device_peer_kind (NamidaPeer *peer)
{
  const char *type = device_avatar_peer_type (peer);

  if (g_strcmp0 (type, "mobile") == 0)
    return _ ("Phone");
  if (g_strcmp0 (type, "headless") == 0 || g_strcmp0 (type, "server") == 0)
    return _ ("Server");
  if (g_strcmp0 (type, "laptop") == 0)
    return _ ("Laptop");
  return _ ("Computer");
}

void
namida_device_avatar_set (NamidaDeviceAvatar *self, const char *name, const char *icon, gboolean away)
{
  adw_avatar_set_text (self->avatar, name);
  gtk_image_set_from_icon_name (self->badge, icon);
  if (away)
    gtk_widget_add_css_class (GTK_WIDGET (self->avatar), "away");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self->avatar), "away");
}

void
namida_device_avatar_set_peer (NamidaDeviceAvatar *self, NamidaPeer *peer)
{
  namida_device_avatar_set (self, namida_peer_get_alias (peer), namida_device_peer_icon (peer),
                            namida_peer_get_away (peer));
}

static void
namida_device_avatar_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  NamidaDeviceAvatar *self = NAMIDA_DEVICE_AVATAR (object);
  int size = g_value_get_int (value);

  adw_avatar_set_size (self->avatar, size);
  if (size >= LARGE_FROM)
    gtk_widget_add_css_class (GTK_WIDGET (self->badge), "large");
}

static void
namida_device_avatar_class_init (NamidaDeviceAvatarClass *klass)
{
  G_OBJECT_CLASS (klass)->set_property = namida_device_avatar_set_property;
  properties[PROP_SIZE] = g_param_spec_int ("size", NULL, NULL, 16, 256, 40,
                                            G_PARAM_WRITABLE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (G_OBJECT_CLASS (klass), N_PROPS, properties);
  gtk_widget_class_set_accessible_role (GTK_WIDGET_CLASS (klass), GTK_ACCESSIBLE_ROLE_PRESENTATION);
}

static void
namida_device_avatar_init (NamidaDeviceAvatar *self)
{
  GtkWidget *overlay = gtk_overlay_new ();

  self->avatar = g_object_new (ADW_TYPE_AVATAR, "show-initials", TRUE, "accessible-role",
                               GTK_ACCESSIBLE_ROLE_PRESENTATION, NULL);
  self->badge = g_object_new (GTK_TYPE_IMAGE, "halign", GTK_ALIGN_END, "valign", GTK_ALIGN_END, "accessible-role",
                              GTK_ACCESSIBLE_ROLE_PRESENTATION, NULL);
  gtk_widget_set_margin_end (GTK_WIDGET (self->avatar), BADGE_OUTSIDE);
  gtk_widget_set_margin_bottom (GTK_WIDGET (self->avatar), BADGE_OUTSIDE);
  gtk_widget_add_css_class (GTK_WIDGET (self->badge), "kind-badge");
  gtk_overlay_set_child (GTK_OVERLAY (overlay), GTK_WIDGET (self->avatar));
  gtk_overlay_add_overlay (GTK_OVERLAY (overlay), GTK_WIDGET (self->badge));
  gtk_widget_set_valign (GTK_WIDGET (self), GTK_ALIGN_CENTER);
  gtk_widget_set_halign (GTK_WIDGET (self), GTK_ALIGN_CENTER);
  adw_bin_set_child (ADW_BIN (self), overlay);
}
