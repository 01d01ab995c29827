/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The first page of the window: this device, the trusted devices (nearby ones first), the other nearby devices, and
 * hints if a device is missing. NamidaWindow embeds it. While it is visible, the hub looks for devices. Main
 * context. */
#include "config.h"

#include "namida-devices-page.h"

#include <glib/gi18n.h>

#include "namida-device-avatar.h"
#include "namida-device-row.h"
#include "namida-device-words.h"
#include "namida-files.h"
#include "namida-gradual.h"
#include "namida-mnemonics.h"
#include "namida-narrow.h"
#include "namida-send-flow.h"

/* Seconds without a device after which the page no longer says that it is searching. */
#define LOOK_SECONDS 10
#define FIRST_DEVICES 12u /* how many a window shows */
#define MORE_DEVICES 6u

struct _NamidaDevicesPage
{
  AdwBin parent_instance;

  NamidaHub *hub;
  NamidaDeviceDates *dates;
  GtkFilter *own_filter;
  GtkFilter *other_filter;
  GtkFilterListModel *own;   /* trusted devices, nearby ones first */
  GtkFilterListModel *other; /* other devices, all nearby */
  guint looking;             /* source that ends the text “Searching”; 0: it has ended */
  GListModel *picked;        /* (nullable): files for which the user is choosing a device */

  GtkWidget *picking;
  GtkLabel *picking_what;
  NamidaDeviceAvatar *avatar;
  GtkLabel *own_name;
  GtkLabel *own_state;
  GtkButton *visible;
  GtkWidget *own_box;
  GtkWidget *drop_hint;
  GtkListBox *own_list;
  GtkLabel *other_heading;
  GtkListBox *other_list;
  GtkWidget *empty;
  GtkWidget *empty_picture;
  GtkLabel *empty_title;
  GtkBox *hints;
  GtkWidget *scan_button;
  GtkWidget *scan_row;
  GtkProgressBar *scan_progress;
  GtkWidget *scan_cancel;
};

G_DEFINE_FINAL_TYPE (NamidaDevicesPage, namida_devices_page, ADW_TYPE_BIN)

static GtkWidget *
devices_page_make_row (gpointer item, gpointer user_data)
{
  NamidaDevicesPage *self = user_data;

  return GTK_WIDGET (namida_device_row_new (item, self->dates));
}

static gboolean
devices_page_is_own (gpointer item, gpointer user_data)
{
  return namida_peer_get_trusted (item);
}

static gboolean
devices_page_is_other (gpointer item, gpointer user_data)
{
  return !namida_peer_get_trusted (item);
}

static void
devices_page_show_lists (NamidaDevicesPage *self)
{
  gboolean own = g_list_model_get_n_items (G_LIST_MODEL (self->own)) > 0;
  gboolean other = g_list_model_get_n_items (G_LIST_MODEL (self->other)) > 0;

  gtk_widget_set_visible (self->own_box, own);
  gtk_widget_set_visible (GTK_WIDGET (self->other_list), other);
  gtk_widget_set_visible (self->empty, !other);
  /* With trusted devices in the list, a short text is enough if no other device is nearby. */
  gtk_widget_set_visible (self->empty_picture, !own);
  gtk_label_set_label (self->other_heading, own ? _ ("Also Nearby") : _ ("Nearby"));
  gtk_label_set_label (self->empty_title, self->looking != 0 ? _ ("Searching for Devices") : _ ("None Found"));
}

static gboolean
devices_page_on_looked (gpointer user_data)
{
  NamidaDevicesPage *self = user_data;

  self->looking = 0;
  devices_page_show_lists (self);
  return G_SOURCE_REMOVE;
}

void
namida_devices_page_look (NamidaDevicesPage *self)
{
  g_clear_handle_id (&self->looking, g_source_remove);
  self->looking = g_timeout_add_seconds (LOOK_SECONDS, devices_page_on_looked, self);
  devices_page_show_lists (self);
}

static void
devices_page_on_trust_changed (NamidaDevicesPage *self)
{
  gtk_filter_changed (self->own_filter, GTK_FILTER_CHANGE_DIFFERENT);
  gtk_filter_changed (self->other_filter, GTK_FILTER_CHANGE_DIFFERENT);
  devices_page_show_lists (self);
}

static void
devices_page_on_peers_changed (NamidaDevicesPage *self, guint position, guint removed, guint added, GListModel *peers)
{
  for (guint i = position; i < position + added; i++)
    {
      g_autoptr (NamidaPeer) peer = g_list_model_get_item (peers, i);

      g_signal_handlers_disconnect_by_func (peer, devices_page_on_trust_changed, self);
      g_signal_connect_object (peer, "notify::trusted", G_CALLBACK (devices_page_on_trust_changed), self,
                               G_CONNECT_SWAPPED);
    }
  /* The hub marks a new peer as trusted after the lists have filtered it, if it was started after the window. */
  if (added > 0)
    devices_page_on_trust_changed (self);
  else
    devices_page_show_lists (self);
}

static GtkWidget *
devices_page_make_label (const char *text, const char *style)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_add_css_class (label, style);
  return label;
}

static void
devices_page_show_hints (NamidaDevicesPage *self, guint position, guint removed, guint added, GListModel *hints)
{
  guint n = g_list_model_get_n_items (hints);
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self->hints))) != NULL)
    gtk_box_remove (self->hints, child);
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (NamidaHint) hint = g_list_model_get_item (hints, i);
      GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 3);
      GtkWidget *body = devices_page_make_label (namida_hint_get_body (hint), "body");

      /* It contains commands that the user may want to copy. */
      gtk_label_set_selectable (GTK_LABEL (body), TRUE);
      gtk_box_append (GTK_BOX (box), devices_page_make_label (namida_hint_get_title (hint), "heading"));
      gtk_box_append (GTK_BOX (box), body);
      gtk_box_append (self->hints, box);
    }
  gtk_widget_set_visible (GTK_WIDGET (self->hints), n > 0);
}

static void
devices_page_show_scan (NamidaDevicesPage *self)
{
  gboolean scanning = FALSE;
  double progress = 0;

  g_object_get (self->hub, "scanning", &scanning, "scan-progress", &progress, NULL);
  gtk_widget_set_visible (GTK_WIDGET (self->scan_progress), scanning);
  gtk_widget_set_visible (self->scan_cancel, scanning);
  gtk_progress_bar_set_fraction (self->scan_progress, progress);
  gtk_widget_set_sensitive (self->scan_button, !scanning);
  gtk_widget_set_visible (self->scan_row, scanning);
}

static void
devices_page_on_scan_cancelled (NamidaDevicesPage *self)
{
  namida_hub_cancel_scan (self->hub);
}

static void
devices_page_show_self (NamidaDevicesPage *self)
{
  NamidaIdentity *identity = namida_hub_get_identity (self->hub);
  const char *name = identity != NULL ? namida_identity_get_alias (identity) : _ ("This device");
  g_autofree char *address = namida_hub_dup_address (self->hub);
  g_autofree char *state = NULL;
  gboolean running = FALSE;

  g_object_get (self->hub, "running", &running, NULL);
  if (!running)
    state = g_strdup (_ ("Starting"));
  else if (address == NULL || *address == '\0')
    state = g_strdup (_ ("Not connected to a network"));
  else if (namida_hub_get_hidden (self->hub))
    /* Translators: %s is an address ("10.0.0.5") */
    state = g_strdup_printf (_ ("Visible only to trusted devices · %s"), address);
  else
    /* Translators: %s is an address ("10.0.0.5") */
    state = g_strdup_printf (_ ("Visible on this network · %s"), address);
  gtk_button_set_icon_name (self->visible,
                            namida_hub_get_hidden (self->hub) ? "view-conceal-symbolic" : "view-reveal-symbolic");
  namida_device_avatar_set (self->avatar, name, namida_device_kind_icon ("desktop"), FALSE);
  gtk_label_set_label (self->own_name, name);
  gtk_label_set_label (self->own_state, state);
}

static void
devices_page_on_identity_there (NamidaDevicesPage *self)
{
  NamidaIdentity *identity = namida_hub_get_identity (self->hub);

  if (identity != NULL)
    {
      g_signal_handlers_disconnect_by_func (identity, devices_page_show_self, self);
      g_signal_connect_object (identity, "notify::alias", G_CALLBACK (devices_page_show_self), self, G_CONNECT_SWAPPED);
    }
  devices_page_show_self (self);
}

/* The rows of many devices are made a few at a time. */
static void
devices_page_bind (NamidaDevicesPage *self, GtkListBox *list, GtkFilterListModel *devices)
{
  g_autoptr (GtkSliceListModel) gradual
      = namida_gradual_list_new (g_object_ref (G_LIST_MODEL (devices)), FIRST_DEVICES, MORE_DEVICES);

  gtk_list_box_bind_model (list, G_LIST_MODEL (gradual), devices_page_make_row, self, NULL);
}

void
namida_devices_page_set_hub (NamidaDevicesPage *self, NamidaHub *hub, NamidaDeviceDates *dates)
{
  GListModel *peers = namida_hub_get_peers (hub);

  g_set_object (&self->hub, hub);
  g_set_object (&self->dates, dates);
  gtk_filter_list_model_set_model (self->own, peers);
  gtk_filter_list_model_set_model (self->other, peers);
  devices_page_bind (self, self->own_list, self->own);
  devices_page_bind (self, self->other_list, self->other);
  g_signal_connect_object (peers, "items-changed", G_CALLBACK (devices_page_on_peers_changed), self,
                           G_CONNECT_SWAPPED | G_CONNECT_AFTER);
  g_signal_connect_object (hub, "notify::running", G_CALLBACK (devices_page_on_identity_there), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (hub, "notify::address", G_CALLBACK (devices_page_show_self), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (hub, "notify::hidden", G_CALLBACK (devices_page_show_self), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (hub, "notify::scanning", G_CALLBACK (devices_page_show_scan), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (hub, "notify::scan-progress", G_CALLBACK (devices_page_show_scan), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (namida_hub_get_hints (hub), "items-changed", G_CALLBACK (devices_page_show_hints), self,
                           G_CONNECT_SWAPPED);
  devices_page_show_hints (self, 0, 0, 0, namida_hub_get_hints (hub));
  devices_page_show_scan (self);
  devices_page_on_peers_changed (self, 0, 0, g_list_model_get_n_items (peers), peers);
  devices_page_on_identity_there (self);
}

static void
devices_page_on_described (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (NamidaDevicesPage) self = user_data;
  g_autofree char *what = namida_files_describe_finish (result, NULL);
  g_autofree char *text = what != NULL ? g_strdup_printf (_ ("It will receive %s"), what) : NULL;

  if (text != NULL)
    gtk_label_set_label (self->picking_what, text);
}

void
namida_devices_page_pick (NamidaDevicesPage *self, GListModel *files)
{
  g_set_object (&self->picked, files);
  gtk_widget_set_visible (self->picking, files != NULL);
  gtk_label_set_label (self->picking_what, "");
  if (files != NULL)
    namida_files_describe_async (files, NULL, devices_page_on_described, g_object_ref (self));
}

static void
devices_page_on_picking_cancelled (NamidaDevicesPage *self)
{
  namida_devices_page_pick (self, NULL);
}

static void
devices_page_on_row_activated (GtkListBox *list, GtkListBoxRow *row, NamidaDevicesPage *self)
{
  NamidaPeer *peer = namida_device_row_get_peer (NAMIDA_DEVICE_ROW (row));
  g_autoptr (GListModel) files = g_steal_pointer (&self->picked);
  g_autofree char *key = NULL;

  if (files == NULL)
    {
      key = namida_device_dup_key (peer);
      gtk_widget_activate_action (GTK_WIDGET (self), "win.show-device", "s", key);
      return;
    }
  namida_devices_page_pick (self, NULL);
  namida_send_flow_send (GTK_WIDGET (self), peer, files, FALSE);
}

/* Announcing every 30 s is worthwhile only while the page is visible. */
static void
devices_page_on_mapped_changed (NamidaDevicesPage *self, gboolean mapped)
{
  if (self->hub != NULL)
    namida_hub_set_looking (self->hub, mapped);
}

static void
devices_page_on_narrow (GtkWidget *widget, gboolean narrow)
{
  gtk_widget_set_visible (NAMIDA_DEVICES_PAGE (widget)->drop_hint, !narrow);
}

static void
namida_devices_page_map (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (namida_devices_page_parent_class)->map (widget);
  devices_page_on_mapped_changed (NAMIDA_DEVICES_PAGE (widget), TRUE);
  namida_devices_page_look (NAMIDA_DEVICES_PAGE (widget));
}

static void
namida_devices_page_unmap (GtkWidget *widget)
{
  devices_page_on_mapped_changed (NAMIDA_DEVICES_PAGE (widget), FALSE);
  GTK_WIDGET_CLASS (namida_devices_page_parent_class)->unmap (widget);
}

static void
namida_devices_page_dispose (GObject *object)
{
  NamidaDevicesPage *self = NAMIDA_DEVICES_PAGE (object);

  g_clear_handle_id (&self->looking, g_source_remove);
  g_clear_object (&self->own);
  g_clear_object (&self->other);
  g_clear_object (&self->own_filter);
  g_clear_object (&self->other_filter);
  g_clear_object (&self->picked);
  g_clear_object (&self->dates);
  g_clear_object (&self->hub);
  G_OBJECT_CLASS (namida_devices_page_parent_class)->dispose (object);
}

static void
namida_devices_page_class_init (NamidaDevicesPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = namida_devices_page_dispose;
  g_type_ensure (NAMIDA_TYPE_DEVICE_AVATAR);
  widget_class->map = namida_devices_page_map;
  widget_class->unmap = namida_devices_page_unmap;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/namida_sync/Desktop/ui/namida-devices-page.ui");
  gtk_widget_class_bind_template_child (widget_class, NamidaDevicesPage, picking);
  gtk_widget_class_bind_template_child (widget_class, NamidaDevicesPage, picking_what);
  gtk_widget_class_bind_template_child (widget_class, NamidaDevicesPage, avatar);
  gtk_widget_class_bind_template_child (widget_class, NamidaDevicesPage, own_name);
  gtk_widget_class_bind_template_child (widget_class, NamidaDevicesPage, own_state);
  gtk_widget_class_bind_template_child (widget_class, NamidaDevicesPage, visible);
  gtk_widget_class_bind_template_child (widget_class, NamidaDevicesPage, own_box);
  gtk_widget_class_bind_template_child (widget_class, NamidaDevicesPage, drop_hint);
  gtk_widget_class_bind_template_child (widget_class, NamidaDevicesPage, own_list);
  gtk_widget_class_bind_template_child (widget_class, NamidaDevicesPage, other_heading);
  gtk_widget_class_bind_template_child (widget_class, NamidaDevicesPage, other_list);
  gtk_widget_class_bind_template_child (widget_class, NamidaDevicesPage, empty);
  gtk_widget_class_bind_template_child (widget_class, NamidaDevicesPage, empty_picture);
  gtk_widget_class_bind_template_child (widget_class, NamidaDevicesPage, empty_title);
  gtk_widget_class_bind_template_child (widget_class, NamidaDevicesPage, hints);
  gtk_widget_class_bind_template_child (widget_class, NamidaDevicesPage, scan_button);
  gtk_widget_class_bind_template_child (widget_class, NamidaDevicesPage, scan_row);
  gtk_widget_class_bind_template_child (widget_class, NamidaDevicesPage, scan_progress);
  gtk_widget_class_bind_template_child (widget_class, NamidaDevicesPage, scan_cancel);
  gtk_widget_class_bind_template_callback (widget_class, devices_page_on_scan_cancelled);
  gtk_widget_class_bind_template_callback (widget_class, devices_page_on_picking_cancelled);
  gtk_widget_class_bind_template_callback (widget_class, devices_page_on_row_activated);
}

static void
namida_devices_page_init (NamidaDevicesPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  namida_mnemonics_unspeak (GTK_WIDGET (self));
  namida_narrow_watch (GTK_WIDGET (self), devices_page_on_narrow);
  self->own_filter = GTK_FILTER (gtk_custom_filter_new (devices_page_is_own, NULL, NULL));
  self->other_filter = GTK_FILTER (gtk_custom_filter_new (devices_page_is_other, NULL, NULL));
  self->own = gtk_filter_list_model_new (NULL, g_object_ref (self->own_filter));
  self->other = gtk_filter_list_model_new (NULL, g_object_ref (self->other_filter));
}
