/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "namida-transfers-page.h"

#include "namida-transfer-row.h"

struct _NamidaTransfersPage
{
  AdwBin parent_instance;

  NamidaHub *hub;
  guint running;
  GtkFilter *now_filter;
  GtkFilter *earlier_filter;
  GtkFilterListModel *now;
  GtkFilterListModel *earlier;

  GtkStack *stack;
  GtkWidget *now_box;
  GtkWidget *earlier_box;
  GtkListBox *now_list;
  GtkListBox *earlier_list;
};

G_DEFINE_FINAL_TYPE (NamidaTransfersPage, namida_transfers_page, ADW_TYPE_BIN)

enum
{
  PROP_RUNNING = 1,
  N_PROPS
};
static GParamSpec *properties[N_PROPS];

static GtkWidget *
make_row (gpointer item, gpointer user_data)
{
  NamidaTransfersPage *self = user_data;

  return GTK_WIDGET (namida_transfer_row_new (self->hub, item));
}

static gboolean
is_now (gpointer item, gpointer user_data)
{
  return !namida_transfer_is_final (item);
}

static gboolean
is_earlier (gpointer item, gpointer user_data)
{
  return namida_transfer_is_final (item);
}

static void
show (NamidaTransfersPage *self)
{
  guint now = g_list_model_get_n_items (G_LIST_MODEL (self->now));
  guint earlier = g_list_model_get_n_items (G_LIST_MODEL (self->earlier));

  gtk_widget_set_visible (self->now_box, now > 0);
  gtk_widget_set_visible (self->earlier_box, earlier > 0);
  gtk_stack_set_visible_child_name (self->stack, now + earlier > 0 ? "list" : "empty");
  if (self->running == now)
    return;
  self->running = now;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_RUNNING]);
}

static void
on_ended (NamidaTransfersPage *self)
{
  gtk_filter_changed (self->now_filter, GTK_FILTER_CHANGE_DIFFERENT);
  gtk_filter_changed (self->earlier_filter, GTK_FILTER_CHANGE_DIFFERENT);
  show (self);
}

static void
on_items_changed (NamidaTransfersPage *self, guint position, guint removed, guint added, GListModel *transfers)
{
  for (guint i = position; i < position + added; i++)
    {
      g_autoptr (NamidaTransfer) transfer = g_list_model_get_item (transfers, i);
      g_signal_connect_object (transfer, "ended", G_CALLBACK (on_ended), self, G_CONNECT_SWAPPED | G_CONNECT_AFTER);
    }
  show (self);
}

void
namida_transfers_page_set_hub (NamidaTransfersPage *self, NamidaHub *hub)
{
  GListModel *transfers = namida_hub_get_transfers (hub);

  g_set_object (&self->hub, hub);
  gtk_filter_list_model_set_model (self->now, transfers);
  gtk_filter_list_model_set_model (self->earlier, transfers);
  g_signal_connect_object (transfers, "items-changed", G_CALLBACK (on_items_changed), self,
                           G_CONNECT_SWAPPED | G_CONNECT_AFTER);
  on_items_changed (self, 0, 0, g_list_model_get_n_items (transfers), transfers);
}

static void
namida_transfers_page_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  g_value_set_uint (value, NAMIDA_TRANSFERS_PAGE (object)->running);
}

static void
namida_transfers_page_dispose (GObject *object)
{
  NamidaTransfersPage *self = NAMIDA_TRANSFERS_PAGE (object);

  g_clear_object (&self->now);
  g_clear_object (&self->earlier);
  g_clear_object (&self->now_filter);
  g_clear_object (&self->earlier_filter);
  g_clear_object (&self->hub);
  G_OBJECT_CLASS (namida_transfers_page_parent_class)->dispose (object);
}

static void
namida_transfers_page_class_init (NamidaTransfersPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = namida_transfers_page_dispose;
  G_OBJECT_CLASS (klass)->get_property = namida_transfers_page_get_property;
  properties[PROP_RUNNING]
      = g_param_spec_uint ("running", NULL, NULL, 0, G_MAXUINT, 0, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (G_OBJECT_CLASS (klass), N_PROPS, properties);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/namida_sync/Desktop/ui/namida-transfers-page.ui");
  gtk_widget_class_bind_template_child (widget_class, NamidaTransfersPage, stack);
  gtk_widget_class_bind_template_child (widget_class, NamidaTransfersPage, now_box);
  gtk_widget_class_bind_template_child (widget_class, NamidaTransfersPage, earlier_box);
  gtk_widget_class_bind_template_child (widget_class, NamidaTransfersPage, now_list);
  gtk_widget_class_bind_template_child (widget_class, NamidaTransfersPage, earlier_list);
}

static void
namida_transfers_page_init (NamidaTransfersPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->now_filter = GTK_FILTER (gtk_custom_filter_new (is_now, NULL, NULL));
  self->earlier_filter = GTK_FILTER (gtk_custom_filter_new (is_earlier, NULL, NULL));
  self->now = gtk_filter_list_model_new (NULL, g_object_ref (self->now_filter));
  self->earlier = gtk_filter_list_model_new (NULL, g_object_ref (self->earlier_filter));
  gtk_list_box_bind_model (self->now_list, G_LIST_MODEL (self->now), make_row, self, NULL);
  gtk_list_box_bind_model (self->earlier_list, G_LIST_MODEL (self->earlier), make_row, self, NULL);
}
