/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "namida-device-row.h"

#include <glib/gi18n.h>

#include "namida-drop-flow.h"
#include "namida-files.h"
#include "namida-format.h"
#include "namida-mnemonics.h"
#include "namida-send-flow.h"
#include "namida-state-line.h"
#include "namida-tag.h"

struct _NamidaDeviceRow
{
  AdwActionRow parent_instance;

  NamidaHub *hub;
  NamidaPeer *peer;
  GCancellable *describing; /* of what hovers above the row */

  GtkImage *kind;
  GtkLabel *title;
  GtkLabel *subtitle;
  NamidaTag *tag;
  GtkMenuButton *tag_button;
  GtkButton *send_button;
  GtkLabel *explanation;
  GtkLabel *fingerprint;
  GtkButton *pair_button;
  GtkButton *forget_button;
  GtkButton *forget_address_button;
};

G_DEFINE_FINAL_TYPE (NamidaDeviceRow, namida_device_row, ADW_TYPE_PREFERENCES_ROW)

static void
set_name (gpointer widget, const char *name)
{
  gtk_accessible_update_property (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
}

static const char *
kind_icon (NamidaPeer *peer)
{
  const char *type = namida_peer_get_device_type (peer);
  NamidaDialect others = NAMIDA_DIALECT_V1 | NAMIDA_DIALECT_LOCALSEND | NAMIDA_DIALECT_LOCALSEND_PLAIN;

  /* The app of the phones does not say what it runs on. */
  if ((namida_peer_get_dialects (peer) & (NAMIDA_DIALECT_PHONE | others)) == NAMIDA_DIALECT_PHONE)
    return "phone-symbolic";
  if (g_strcmp0 (type, "mobile") == 0)
    return "phone-symbolic";
  if (g_strcmp0 (type, "headless") == 0 || g_strcmp0 (type, "server") == 0)
    return "network-server-symbolic";
  return "computer-symbolic";
}

/* Returns: (transfer full) */
static char *
describe_away (NamidaPeer *peer)
{
  gint64 seen = namida_peer_get_last_seen (peer) / G_USEC_PER_SEC;
  gint64 minutes = (g_get_real_time () / G_USEC_PER_SEC - seen) / 60;
  g_autoptr (GDateTime) time = NULL;
  g_autofree char *date = NULL;

  if (seen <= 0)
    return g_strdup (_ ("Not near"));
  if (minutes < 2)
    return g_strdup (_ ("Last seen a moment ago"));
  if (minutes < 60)
    return g_strdup_printf (ngettext ("Last seen %d minute ago", "Last seen %d minutes ago", (gulong) minutes),
                            (int) minutes);
  if (minutes < 24 * 60)
    return g_strdup_printf (ngettext ("Last seen %d hour ago", "Last seen %d hours ago", (gulong) (minutes / 60)),
                            (int) (minutes / 60));
  time = g_date_time_new_from_unix_local (seen);
  date = g_date_time_format (time, "%x");
  /* Translators: %s is a date */
  return g_strdup_printf (_ ("Last seen on %s"), date);
}

static void
set_subtitle (NamidaDeviceRow *self, const char *text)
{
  gtk_label_set_label (self->subtitle, text);
  gtk_widget_set_visible (GTK_WIDGET (self->subtitle), *text != '\0');
}

static void
show_subtitle (NamidaDeviceRow *self)
{
  NamidaDialect dialects = namida_peer_get_dialects (self->peer);
  const char *model = namida_peer_get_device_model (self->peer);
  GInetSocketAddress *address = namida_peer_get_address (self->peer);
  g_autofree char *clean = model != NULL && *model != '\0' ? namida_format_alias (model) : NULL;
  g_autofree char *where = address != NULL ? namida_address_dup_host (address) : NULL;
  g_autofree char *text = NULL;

  if (clean == NULL && (dialects & NAMIDA_DIALECT_V1) == 0)
    clean = g_strdup ((dialects & (NAMIDA_DIALECT_LOCALSEND | NAMIDA_DIALECT_LOCALSEND_PLAIN)) != 0
                          ? "LocalSend"
                          : _ ("Namida Sync app"));
  if (namida_peer_get_away (self->peer))
    text = describe_away (self->peer);
  else if (clean != NULL && where != NULL)
    text = g_strdup_printf ("%s · %s", clean, where);
  if (namida_peer_get_warning (self->peer) != NULL)
    {
      set_subtitle (self, namida_peer_get_warning (self->peer));
      return;
    }
  set_subtitle (self, text != NULL ? text : clean != NULL ? clean : where != NULL ? where : "");
}

static void
show_trust (NamidaDeviceRow *self)
{
  gboolean trusted = namida_peer_get_trusted (self->peer);
  gboolean encrypted = namida_peer_get_encrypted (self->peer);
  NamidaTagKind kind = !encrypted ? NAMIDA_TAG_UNENCRYPTED : trusted ? NAMIDA_TAG_TRUSTED : NAMIDA_TAG_NEW;
  const char *fingerprint = namida_peer_get_fingerprint (self->peer);
  g_autofree char *shown = fingerprint != NULL ? namida_format_fingerprint (fingerprint) : g_strdup ("");
  g_autofree char *name = NULL;

  namida_tag_set (self->tag, kind, NULL);
  if (namida_peer_get_warning (self->peer) != NULL)
    gtk_widget_add_css_class (GTK_WIDGET (self), "doubtful");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self), "doubtful");
  gtk_label_set_label (self->explanation,
                       namida_peer_get_warning (self->peer) != NULL ? namida_peer_get_warning (self->peer)
                       : kind == NAMIDA_TAG_UNENCRYPTED
                           ? _ ("Anyone on this network could read or change what is sent to this device.")
                       : kind == NAMIDA_TAG_TRUSTED
                           ? _ ("You trust this device. Its key is checked on every connection.")
                           : _ ("What you send is encrypted. Pair to be sure that it is really this device."));
  gtk_label_set_label (self->fingerprint, shown);
  gtk_widget_set_visible (GTK_WIDGET (self->fingerprint), *shown != '\0' && encrypted);
  gtk_widget_set_visible (GTK_WIDGET (self->pair_button), kind == NAMIDA_TAG_NEW);
  gtk_widget_set_visible (GTK_WIDGET (self->forget_button), kind == NAMIDA_TAG_TRUSTED);
  /* Translators: a device's name and how it is trusted, for screen readers */
  name = g_strdup_printf (_ ("%s: %s"), namida_peer_get_alias (self->peer), namida_tag_kind_word (kind));
  set_name (self->tag_button, name);
}

static void
show (NamidaDeviceRow *self)
{
  g_autofree char *send = g_strdup_printf (_ ("Send to %s"), namida_peer_get_alias (self->peer));

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self), namida_peer_get_alias (self->peer));
  gtk_label_set_label (self->title, namida_peer_get_alias (self->peer));
  gtk_image_set_from_icon_name (self->kind, kind_icon (self->peer));
  set_name (self->send_button, send);
  gtk_widget_set_sensitive (GTK_WIDGET (self->send_button), !namida_peer_get_away (self->peer));
  show_subtitle (self);
  show_trust (self);
}

static void
on_described (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (NamidaDeviceRow) self = user_data;
  g_autofree char *what = namida_files_describe_finish (result, NULL);
  g_autofree char *text = NULL;

  /* The drag may have left meanwhile, or another one come. */
  if (what == NULL || self->describing == NULL || g_task_get_cancellable (G_TASK (result)) != self->describing)
    return;
  text = g_strdup_printf (_ ("Drop to send %s"), what);
  set_subtitle (self, text);
}

static void
stop_describing (NamidaDeviceRow *self)
{
  g_cancellable_cancel (self->describing);
  g_clear_object (&self->describing);
}

static void
on_hover_value (NamidaDeviceRow *self, GParamSpec *pspec, GtkDropTarget *target)
{
  g_autoptr (GListModel) files = namida_files_from_value (gtk_drop_target_get_value (target));

  stop_describing (self);
  if (gtk_drop_target_get_value (target) == NULL || namida_peer_get_away (self->peer))
    return;
  if (files == NULL)
    {
      show_subtitle (self);
      return;
    }
  self->describing = g_cancellable_new ();
  namida_files_describe_async (files, self->describing, on_described, g_object_ref (self));
}

static GdkDragAction
on_enter (NamidaDeviceRow *self)
{
  /* What is dropped on one that is away is refused in words: a pointer that says no does not say why. */
  if (!namida_peer_get_away (self->peer))
    set_subtitle (self, _ ("Drop to send"));
  return GDK_ACTION_COPY;
}

static void
on_leave (NamidaDeviceRow *self)
{
  stop_describing (self);
  show_subtitle (self);
}

static gboolean
on_drop (NamidaDeviceRow *self, const GValue *value)
{
  on_leave (self);
  return namida_drop_flow_take (GTK_WIDGET (self), self->peer, value);
}

static void
on_send (NamidaDeviceRow *self)
{
  namida_send_flow_choose (GTK_WIDGET (self), self->peer);
}

/* Selectable text takes the first focus, and is selected by it: what can be done comes first. */
static void
on_explained (NamidaDeviceRow *self)
{
  gtk_label_select_region (self->fingerprint, 0, 0);
  gtk_widget_set_visible (GTK_WIDGET (self->forget_address_button),
                          namida_hub_has_typed_address (self->hub, self->peer));
  if (gtk_widget_get_visible (GTK_WIDGET (self->pair_button)))
    gtk_widget_grab_focus (GTK_WIDGET (self->pair_button));
  else if (gtk_widget_get_visible (GTK_WIDGET (self->forget_button)))
    gtk_widget_grab_focus (GTK_WIDGET (self->forget_button));
}

static void
on_pair (NamidaDeviceRow *self)
{
  gtk_menu_button_popdown (self->tag_button);
  namida_send_flow_pair (GTK_WIDGET (self), self->peer);
}

static void
on_forget (NamidaDeviceRow *self)
{
  gtk_menu_button_popdown (self->tag_button);
  if (namida_peer_get_fingerprint (self->peer) != NULL)
    namida_trust_store_remove (namida_hub_get_trust_store (self->hub), namida_peer_get_fingerprint (self->peer));
}

static void
on_forget_address (NamidaDeviceRow *self)
{
  gtk_menu_button_popdown (self->tag_button);
  namida_hub_forget_addresses (self->hub, self->peer);
}

NamidaPeer *
namida_device_row_get_peer (NamidaDeviceRow *self)
{
  return self->peer;
}

static void
namida_device_row_dispose (GObject *object)
{
  NamidaDeviceRow *self = NAMIDA_DEVICE_ROW (object);

  stop_describing (self);
  g_clear_object (&self->peer);
  g_clear_object (&self->hub);
  G_OBJECT_CLASS (namida_device_row_parent_class)->dispose (object);
}

static void
namida_device_row_class_init (NamidaDeviceRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = namida_device_row_dispose;
  g_type_ensure (NAMIDA_TYPE_STATE_LINE);
  g_type_ensure (NAMIDA_TYPE_TAG);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/namida_sync/Desktop/ui/namida-device-row.ui");
  gtk_widget_class_bind_template_child (widget_class, NamidaDeviceRow, kind);
  gtk_widget_class_bind_template_child (widget_class, NamidaDeviceRow, title);
  gtk_widget_class_bind_template_child (widget_class, NamidaDeviceRow, subtitle);
  gtk_widget_class_bind_template_child (widget_class, NamidaDeviceRow, tag);
  gtk_widget_class_bind_template_child (widget_class, NamidaDeviceRow, tag_button);
  gtk_widget_class_bind_template_child (widget_class, NamidaDeviceRow, send_button);
  gtk_widget_class_bind_template_child (widget_class, NamidaDeviceRow, explanation);
  gtk_widget_class_bind_template_child (widget_class, NamidaDeviceRow, fingerprint);
  gtk_widget_class_bind_template_child (widget_class, NamidaDeviceRow, pair_button);
  gtk_widget_class_bind_template_child (widget_class, NamidaDeviceRow, forget_button);
  gtk_widget_class_bind_template_child (widget_class, NamidaDeviceRow, forget_address_button);
  gtk_widget_class_bind_template_callback (widget_class, on_send);
  gtk_widget_class_bind_template_callback (widget_class, on_explained);
  gtk_widget_class_bind_template_callback (widget_class, on_pair);
  gtk_widget_class_bind_template_callback (widget_class, on_forget);
  gtk_widget_class_bind_template_callback (widget_class, on_forget_address);
}

static void
namida_device_row_init (NamidaDeviceRow *self)
{
  GtkDropTarget *target = gtk_drop_target_new (G_TYPE_INVALID, GDK_ACTION_COPY);

  gtk_widget_init_template (GTK_WIDGET (self));
  namida_mnemonics_unspeak (GTK_WIDGET (self));
  /* Names come from other devices: they are text, never markup. */
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (self), FALSE);
  namida_drop_flow_add_types (target);
  /* Known while it hovers: only so can the row say what a drop would send. */
  gtk_drop_target_set_preload (target, TRUE);
  g_signal_connect_object (target, "notify::value", G_CALLBACK (on_hover_value), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (target, "enter", G_CALLBACK (on_enter), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (target, "leave", G_CALLBACK (on_leave), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (target, "drop", G_CALLBACK (on_drop), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (target));
}

NamidaDeviceRow *
namida_device_row_new (NamidaHub *hub, NamidaPeer *peer)
{
  NamidaDeviceRow *self = g_object_new (NAMIDA_TYPE_DEVICE_ROW, NULL);

  self->hub = g_object_ref (hub);
  self->peer = g_object_ref (peer);
  g_signal_connect_object (peer, "notify", G_CALLBACK (show), self, G_CONNECT_SWAPPED);
  show (self);
  return self;
}
