/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One device in the lists of the devices page: its name, its latest backup, and what can be done with it: pair, send,
 * open its page, drop files onto it. It acts through actions of the window. Main context. */
#include "config.h"

#include "namida-device-row.h"

#include <glib/gi18n.h>

#include "namida-device-avatar.h"
#include "namida-device-words.h"
#include "namida-drop-flow.h"
#include "namida-files.h"
#include "namida-format.h"
#include "namida-mnemonics.h"
#include "namida-row-menu.h"
#include "namida-spoken.h"
#include "namida-state-line.h"
#include "namida-tag.h"

struct _NamidaDeviceRow
{
  AdwPreferencesRow parent_instance;

  NamidaPeer *peer;
  NamidaDeviceDates *dates;
  GCancellable *describing; /* (nullable): for describing the files that are dragged over the row */

  NamidaDeviceAvatar *avatar;
  GtkLabel *title;
  GtkLabel *subtitle;
  NamidaTag *tag;
  GtkMenuButton *tag_button;
  GtkButton *pair_button;
  GtkButton *send_button;
  GtkButton *open_button;
  GtkLabel *explanation;
  GtkLabel *fingerprint;
};

G_DEFINE_FINAL_TYPE (NamidaDeviceRow, namida_device_row, ADW_TYPE_PREFERENCES_ROW)

static void
device_row_set_subtitle (NamidaDeviceRow *self, const char *text)
{
  gtk_label_set_label (self->subtitle, text);
  gtk_widget_set_visible (GTK_WIDGET (self->subtitle), *text != '\0');
}

static void
device_row_act (NamidaDeviceRow *self, const char *action)
{
  g_autofree char *key = namida_device_dup_key (self->peer);

  gtk_widget_activate_action (GTK_WIDGET (self), action, "s", key);
}

static void
device_row_show_line (NamidaDeviceRow *self)
{
  NamidaTagKind kind = namida_device_tag_kind (self->peer);
  g_autofree char *line = namida_device_dup_line (self->peer, self->dates);
  /* Translators: for screen readers: a kind of device, its trust (such as “Trusted”), and the second line of its
   * row */
  g_autofree char *spoken
      = g_strdup_printf (_ ("%s, %s. %s"), namida_device_peer_kind (self->peer), namida_tag_kind_word (kind), line);

  device_row_set_subtitle (self, line);
  namida_spoken_set_description (self, spoken);
}

static void
device_row_show_trust (NamidaDeviceRow *self)
{
  gboolean can_verify = namida_device_can_verify (self->peer);
  gboolean can_pair = can_verify || namida_device_can_pair (self->peer);
  gboolean doubtful = namida_peer_get_warning (self->peer) != NULL;
  NamidaTagKind kind = namida_device_tag_kind (self->peer);
  const char *fingerprint = namida_peer_get_fingerprint (self->peer);
  g_autofree char *shown = fingerprint != NULL ? namida_format_fingerprint (fingerprint) : g_strdup ("");
  /* Translators: for screen readers: a device's name and its trust, such as “Trusted” */
  g_autofree char *name
      = g_strdup_printf (_ ("%s: %s"), namida_peer_get_alias (self->peer), namida_tag_kind_word (kind));
  g_autofree char *pair
      = g_strdup_printf (can_verify ? _ ("Verify %s") : _ ("Pair With %s"), namida_peer_get_alias (self->peer));

  namida_tag_set (self->tag, kind, NULL);
  if (doubtful)
    gtk_widget_add_css_class (GTK_WIDGET (self), "doubtful");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self), "doubtful");
  gtk_label_set_label (self->explanation, namida_device_explain (self->peer));
  gtk_label_set_label (self->fingerprint, shown);
  gtk_widget_set_visible (GTK_WIDGET (self->fingerprint), *shown != '\0' && namida_peer_get_encrypted (self->peer));
  /* For a new device, the “Pair…” button is shown in place of the tag “New”. */
  gtk_button_set_label (self->pair_button, can_verify ? _ ("Verify…") : _ ("Pair…"));
  gtk_widget_set_visible (GTK_WIDGET (self->pair_button), can_pair);
  gtk_widget_set_visible (GTK_WIDGET (self->tag_button), !can_pair);
  namida_spoken_set_name (self->tag_button, name);
  namida_spoken_set_name (self->pair_button, pair);
}

static void
device_row_show (NamidaDeviceRow *self)
{
  g_autofree char *send = g_strdup_printf (_ ("Send to %s"), namida_peer_get_alias (self->peer));

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self), namida_peer_get_alias (self->peer));
  gtk_label_set_label (self->title, namida_peer_get_alias (self->peer));
  namida_device_avatar_set_peer (self->avatar, self->peer);
  namida_spoken_set_name (self->send_button, send);
  device_row_show_line (self);
  device_row_show_trust (self);
}

static void
device_row_on_described (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (NamidaDeviceRow) self = user_data;
  g_autofree char *what = namida_files_describe_finish (result, NULL);
  g_autofree char *text = NULL;

  /* The drag may have left meanwhile, or another one may have come. */
  if (what == NULL || self->describing == NULL || g_task_get_cancellable (G_TASK (result)) != self->describing)
    return;
  /* Translators: %s is “1 backup and 2 folders · 6.4 GB” */
  text = g_strdup_printf (
      namida_peer_get_away (self->peer) ? _ ("Drop to send %s when it is back") : _ ("Drop to send %s"), what);
  device_row_set_subtitle (self, text);
}

static void
device_row_stop_describing (NamidaDeviceRow *self)
{
  g_cancellable_cancel (self->describing);
  g_clear_object (&self->describing);
}

static void
device_row_on_hover_value (NamidaDeviceRow *self, GParamSpec *pspec, GtkDropTarget *target)
{
  g_autoptr (GListModel) files = namida_files_from_value (gtk_drop_target_get_value (target));

  device_row_stop_describing (self);
  if (gtk_drop_target_get_value (target) == NULL)
    return;
  if (files == NULL)
    {
      device_row_show_line (self);
      return;
    }
  self->describing = g_cancellable_new ();
  namida_files_describe_async (files, self->describing, device_row_on_described, g_object_ref (self));
}

static GdkDragAction
device_row_on_enter (NamidaDeviceRow *self)
{
  namida_drop_flow_row_entered (GTK_WIDGET (self));
  device_row_set_subtitle (self, _ ("Drop to send"));
  return GDK_ACTION_COPY;
}

static void
device_row_on_leave (NamidaDeviceRow *self)
{
  namida_drop_flow_row_left (GTK_WIDGET (self));
  device_row_stop_describing (self);
  device_row_show_line (self);
}

static gboolean
device_row_on_drop (NamidaDeviceRow *self, const GValue *value)
{
  device_row_on_leave (self);
  return namida_drop_flow_take (GTK_WIDGET (self), self->peer, value);
}

static void
device_row_on_send (NamidaDeviceRow *self)
{
  device_row_act (self, "win.send");
}

/* Selectable text takes the first focus and is selected by it. Focus the first button instead. */
static void
device_row_on_explained (NamidaDeviceRow *self)
{
  gtk_label_select_region (self->fingerprint, 0, 0);
  gtk_widget_grab_focus (GTK_WIDGET (self->open_button));
}

static void
device_row_on_pair (NamidaDeviceRow *self)
{
  device_row_act (self, namida_device_can_verify (self->peer) ? "win.verify" : "win.pair");
}

static void
device_row_on_open (NamidaDeviceRow *self)
{
  gtk_menu_button_popdown (self->tag_button);
  device_row_act (self, "win.show-device");
}

static GMenuModel *
device_row_make_menu (GtkWidget *row)
{
  NamidaDeviceRow *self = NAMIDA_DEVICE_ROW (row);
  g_autofree char *key = namida_device_dup_key (self->peer);
  g_autofree char *address = namida_device_dup_address (self->peer);
  GMenu *menu = g_menu_new ();

  namida_row_menu_add (menu, _ ("_Show Device"), "win.show-device", key);
  namida_row_menu_add (menu, _ ("S_end…"), "win.send", key);
  if (namida_hub_takes_text (self->peer) && !namida_peer_get_away (self->peer))
    namida_row_menu_add (menu, _ ("Send _Message…"), "win.send-message", key);
  if (namida_device_can_pair (self->peer))
    namida_row_menu_add (menu, _ ("_Pair…"), "win.pair", key);
  if (namida_device_can_verify (self->peer))
    namida_row_menu_add (menu, _ ("_Verify…"), "win.verify", key);
  if (address != NULL)
    namida_row_menu_add (menu, _ ("Copy _Address"), "win.copy", address);
  if (namida_peer_get_trusted (self->peer))
    namida_row_menu_add (menu, _ ("_Forget…"), "win.forget-device", key);
  return G_MENU_MODEL (menu);
}

NamidaPeer *
namida_device_row_get_peer (NamidaDeviceRow *self)
{
  return self->peer;
}

/* The Delete key asks whether to remove a trusted device, as the menu does. */
static gboolean
device_row_on_delete (GtkWidget *widget, GVariant *arguments, gpointer user_data)
{
  NamidaPeer *peer = NAMIDA_DEVICE_ROW (widget)->peer;
  g_autofree char *key = namida_device_dup_key (peer);

  if (!namida_peer_get_trusted (peer))
    return FALSE;
  return gtk_widget_activate_action (widget, "win.forget-device", "s", key);
}

static void
namida_device_row_dispose (GObject *object)
{
  NamidaDeviceRow *self = NAMIDA_DEVICE_ROW (object);

  device_row_stop_describing (self);
  g_clear_object (&self->peer);
  g_clear_object (&self->dates);
  G_OBJECT_CLASS (namida_device_row_parent_class)->dispose (object);
}

static void
namida_device_row_class_init (NamidaDeviceRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = namida_device_row_dispose;
  g_type_ensure (NAMIDA_TYPE_STATE_LINE);
  g_type_ensure (NAMIDA_TYPE_TAG);
  g_type_ensure (NAMIDA_TYPE_DEVICE_AVATAR);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/namida_sync/Desktop/ui/namida-device-row.ui");
  gtk_widget_class_bind_template_child (widget_class, NamidaDeviceRow, avatar);
  gtk_widget_class_bind_template_child (widget_class, NamidaDeviceRow, title);
  gtk_widget_class_bind_template_child (widget_class, NamidaDeviceRow, subtitle);
  gtk_widget_class_bind_template_child (widget_class, NamidaDeviceRow, tag);
  gtk_widget_class_bind_template_child (widget_class, NamidaDeviceRow, tag_button);
  gtk_widget_class_bind_template_child (widget_class, NamidaDeviceRow, pair_button);
  gtk_widget_class_bind_template_child (widget_class, NamidaDeviceRow, send_button);
  gtk_widget_class_bind_template_child (widget_class, NamidaDeviceRow, open_button);
  gtk_widget_class_bind_template_child (widget_class, NamidaDeviceRow, explanation);
  gtk_widget_class_bind_template_child (widget_class, NamidaDeviceRow, fingerprint);
  gtk_widget_class_bind_template_callback (widget_class, device_row_on_send);
  gtk_widget_class_bind_template_callback (widget_class, device_row_on_explained);
  gtk_widget_class_bind_template_callback (widget_class, device_row_on_pair);
  gtk_widget_class_bind_template_callback (widget_class, device_row_on_open);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_Delete, 0, device_row_on_delete, NULL);
}

static void
device_row_watch_drops (NamidaDeviceRow *self)
{
  GtkDropTarget *target = gtk_drop_target_new (G_TYPE_INVALID, GDK_ACTION_COPY);

  namida_drop_flow_add_types (target);
  /* Load the value while the drag hovers, so that the row can say what a drop would send. */
  gtk_drop_target_set_preload (target, TRUE);
  g_signal_connect_object (target, "notify::value", G_CALLBACK (device_row_on_hover_value), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (target, "enter", G_CALLBACK (device_row_on_enter), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (target, "leave", G_CALLBACK (device_row_on_leave), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (target, "drop", G_CALLBACK (device_row_on_drop), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (target));
}

static void
namida_device_row_init (NamidaDeviceRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  namida_mnemonics_unspeak (GTK_WIDGET (self));
  /* Names come from other devices, so they are text and never markup. */
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (self), FALSE);
  device_row_watch_drops (self);
  namida_row_menu_attach (GTK_WIDGET (self), device_row_make_menu);
}

NamidaDeviceRow *
namida_device_row_new (NamidaPeer *peer, NamidaDeviceDates *dates)
{
  NamidaDeviceRow *self = g_object_new (NAMIDA_TYPE_DEVICE_ROW, NULL);

  self->peer = g_object_ref (peer);
  self->dates = g_object_ref (dates);
  g_signal_connect_object (peer, "notify", G_CALLBACK (device_row_show), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (dates, "changed", G_CALLBACK (device_row_show_line), self, G_CONNECT_SWAPPED);
  device_row_show (self);
  return self;
}
