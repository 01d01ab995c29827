/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "namida-devices-page.h"

#include <glib/gi18n.h>

#include "namida-device-row.h"
#include "namida-files.h"
#include "namida-mnemonics.h"
#include "namida-send-flow.h"

struct _NamidaDevicesPage
{
  AdwBin parent_instance;

  NamidaHub *hub;
  GListModel *picked; /* (nullable): files that wait for a device */

  GtkWidget *picking;
  GtkLabel *picking_what;
  AdwAvatar *avatar;
  GtkLabel *own_name;
  GtkLabel *own_state;
  GtkListBox *list;
  GtkWidget *drop_hint;
  GtkWidget *empty;
  GtkBox *hints;
  GtkWidget *scan_button;
  GtkWidget *scan_row;
  GtkProgressBar *scan_progress;
  GtkWidget *scan_cancel;
};

G_DEFINE_FINAL_TYPE (NamidaDevicesPage, namida_devices_page, ADW_TYPE_BIN)

static GtkWidget *
make_row (gpointer item, gpointer user_data)
{
  NamidaDevicesPage *self = user_data;

  return GTK_WIDGET (namida_device_row_new (self->hub, item));
}

/* Where nobody is near, a button under the words that explain it scans; the row still tells how far that is. */
static void
show_scan_row (NamidaDevicesPage *self)
{
  gboolean scanning = FALSE;

  g_object_get (self->hub, "scanning", &scanning, NULL);
  gtk_widget_set_visible (self->scan_row, scanning || !gtk_widget_get_visible (self->empty));
}

static void
show_empty (NamidaDevicesPage *self)
{
  GListModel *peers = namida_hub_get_peers (self->hub);
  guint n = g_list_model_get_n_items (peers);
  gboolean near = FALSE;

  for (guint i = 0; i < n && !near; i++)
    {
      g_autoptr (NamidaPeer) peer = g_list_model_get_item (peers, i);

      near = !namida_peer_get_away (peer);
    }
  /* Who is known and away is listed, and explains nothing. */
  gtk_widget_set_visible (self->empty, !near);
  gtk_widget_set_visible (self->drop_hint, near);
  show_scan_row (self);
  gtk_widget_set_visible (GTK_WIDGET (self->list), n > 0);
}

static GtkWidget *
make_label (const char *text, const char *style)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_add_css_class (label, style);
  return label;
}

static void
show_hints (NamidaDevicesPage *self, guint position, guint removed, guint added, GListModel *hints)
{
  guint n = g_list_model_get_n_items (hints);
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self->hints))) != NULL)
    gtk_box_remove (self->hints, child);
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (NamidaHint) hint = g_list_model_get_item (hints, i);
      GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 3);
      GtkWidget *body = make_label (namida_hint_get_body (hint), "body");

      /* There are commands in it, to be copied. */
      gtk_label_set_selectable (GTK_LABEL (body), TRUE);
      gtk_box_append (GTK_BOX (box), make_label (namida_hint_get_title (hint), "heading"));
      gtk_box_append (GTK_BOX (box), body);
      gtk_box_append (self->hints, box);
    }
  gtk_widget_set_visible (GTK_WIDGET (self->hints), n > 0);
}

static void
show_scan (NamidaDevicesPage *self)
{
  gboolean scanning = FALSE;
  double progress = 0;

  g_object_get (self->hub, "scanning", &scanning, "scan-progress", &progress, NULL);
  gtk_widget_set_visible (GTK_WIDGET (self->scan_progress), scanning);
  gtk_widget_set_visible (self->scan_cancel, scanning);
  gtk_progress_bar_set_fraction (self->scan_progress, progress);
  gtk_widget_set_sensitive (self->scan_button, !scanning);
  show_scan_row (self);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (self->scan_row), !scanning);
}

static void
on_scan (NamidaDevicesPage *self)
{
  namida_hub_scan (self->hub);
}

static void
on_scan_cancelled (NamidaDevicesPage *self)
{
  namida_hub_cancel_scan (self->hub);
}

static void
show_self (NamidaDevicesPage *self)
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
  else
    /* Translators: %s is an address ("10.0.0.5") */
    state = g_strdup_printf (_ ("Visible on this network · %s"), address);
  adw_avatar_set_text (self->avatar, name);
  gtk_label_set_label (self->own_name, name);
  gtk_label_set_label (self->own_state, state);
}

static void
on_identity_there (NamidaDevicesPage *self)
{
  NamidaIdentity *identity = namida_hub_get_identity (self->hub);

  if (identity != NULL)
    {
      g_signal_handlers_disconnect_by_func (identity, show_self, self);
      g_signal_connect_object (identity, "notify::alias", G_CALLBACK (show_self), self, G_CONNECT_SWAPPED);
    }
  show_self (self);
}

void
namida_devices_page_set_hub (NamidaDevicesPage *self, NamidaHub *hub)
{
  GListModel *peers = namida_hub_get_peers (hub);

  g_set_object (&self->hub, hub);
  gtk_list_box_bind_model (self->list, peers, make_row, self, NULL);
  g_signal_connect_object (peers, "items-changed", G_CALLBACK (show_empty), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (hub, "notify::running", G_CALLBACK (on_identity_there), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (hub, "notify::address", G_CALLBACK (show_self), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (hub, "notify::scanning", G_CALLBACK (show_scan), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (hub, "notify::scan-progress", G_CALLBACK (show_scan), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (namida_hub_get_hints (hub), "items-changed", G_CALLBACK (show_hints), self,
                           G_CONNECT_SWAPPED);
  show_hints (self, 0, 0, 0, namida_hub_get_hints (hub));
  show_scan (self);
  show_empty (self);
  on_identity_there (self);
}

static void
on_described (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (NamidaDevicesPage) self = user_data;
  g_autofree char *what = namida_files_describe_finish (result, NULL);
  g_autofree char *text = what != NULL ? g_strdup_printf (_ ("To send %s"), what) : NULL;

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
    namida_files_describe_async (files, NULL, on_described, g_object_ref (self));
}

static void
on_picking_cancelled (NamidaDevicesPage *self)
{
  namida_devices_page_pick (self, NULL);
}

static void
on_row_activated (GtkListBox *list, GtkListBoxRow *row, NamidaDevicesPage *self)
{
  NamidaPeer *peer = namida_device_row_get_peer (NAMIDA_DEVICE_ROW (row));
  g_autoptr (GListModel) files = NULL;

  if (namida_peer_get_away (peer))
    return;
  files = g_steal_pointer (&self->picked);
  if (files == NULL)
    {
      namida_send_flow_choose (GTK_WIDGET (self), peer);
      return;
    }
  namida_devices_page_pick (self, NULL);
  namida_send_flow_send (GTK_WIDGET (self), peer, files, FALSE);
}

/* Only while a person looks is it worth to call out every 30 s. */
static void
on_mapped_changed (NamidaDevicesPage *self, gboolean mapped)
{
  if (self->hub != NULL)
    namida_hub_set_looking (self->hub, mapped);
}

static void
namida_devices_page_map (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (namida_devices_page_parent_class)->map (widget);
  on_mapped_changed (NAMIDA_DEVICES_PAGE (widget), TRUE);
}

static void
namida_devices_page_unmap (GtkWidget *widget)
{
  on_mapped_changed (NAMIDA_DEVICES_PAGE (widget), FALSE);
  GTK_WIDGET_CLASS (namida_devices_page_parent_class)->unmap (widget);
}

static void
namida_devices_page_dispose (GObject *object)
{
  NamidaDevicesPage *self = NAMIDA_DEVICES_PAGE (object);

  g_clear_object (&self->picked);
  g_clear_object (&self->hub);
  G_OBJECT_CLASS (namida_devices_page_parent_class)->dispose (object);
}

static void
namida_devices_page_class_init (NamidaDevicesPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = namida_devices_page_dispose;
  widget_class->map = namida_devices_page_map;
  widget_class->unmap = namida_devices_page_unmap;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/namida_sync/Desktop/ui/namida-devices-page.ui");
  gtk_widget_class_bind_template_child (widget_class, NamidaDevicesPage, picking);
  gtk_widget_class_bind_template_child (widget_class, NamidaDevicesPage, picking_what);
  gtk_widget_class_bind_template_child (widget_class, NamidaDevicesPage, avatar);
  gtk_widget_class_bind_template_child (widget_class, NamidaDevicesPage, own_name);
  gtk_widget_class_bind_template_child (widget_class, NamidaDevicesPage, own_state);
  gtk_widget_class_bind_template_child (widget_class, NamidaDevicesPage, list);
  gtk_widget_class_bind_template_child (widget_class, NamidaDevicesPage, drop_hint);
  gtk_widget_class_bind_template_child (widget_class, NamidaDevicesPage, empty);
  gtk_widget_class_bind_template_child (widget_class, NamidaDevicesPage, hints);
  gtk_widget_class_bind_template_child (widget_class, NamidaDevicesPage, scan_button);
  gtk_widget_class_bind_template_child (widget_class, NamidaDevicesPage, scan_row);
  gtk_widget_class_bind_template_child (widget_class, NamidaDevicesPage, scan_progress);
  gtk_widget_class_bind_template_child (widget_class, NamidaDevicesPage, scan_cancel);
  gtk_widget_class_bind_template_callback (widget_class, on_scan);
  gtk_widget_class_bind_template_callback (widget_class, on_scan_cancelled);
  gtk_widget_class_bind_template_callback (widget_class, on_picking_cancelled);
  gtk_widget_class_bind_template_callback (widget_class, on_row_activated);
}

static void
namida_devices_page_init (NamidaDevicesPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  namida_mnemonics_unspeak (GTK_WIDGET (self));
}
