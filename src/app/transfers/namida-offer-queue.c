/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Shows the dialogs for offers and pairing requests over the window, one at a time. The window owns it. Main
 * context. */
#include "config.h"

#include "namida-offer-queue.h"

#include "namida-accept-dialog.h"
#include "namida-pair-dialog.h"

struct _NamidaOfferQueue
{
  GObject parent_instance;

  NamidaHub *hub;
  GSettings *settings;
  GtkWindow *window;        /* weak */
  GtkWindow *dialog;        /* weak: the open dialog */
  NamidaPairRequest *asked; /* (nullable): a request that was shown and stays open until the other device answers */
  guint idle;
};

G_DEFINE_FINAL_TYPE (NamidaOfferQueue, namida_offer_queue, G_TYPE_OBJECT)

static void queue_next (NamidaOfferQueue *self);

static void
offer_queue_present (NamidaOfferQueue *self, GtkWindow *dialog)
{
  g_set_weak_pointer (&self->dialog, dialog);
  gtk_window_set_transient_for (dialog, self->window);
  g_signal_connect_object (dialog, "destroy", G_CALLBACK (queue_next), self, G_CONNECT_SWAPPED);
  gtk_window_present (dialog);
}

static gboolean
offer_queue_show_next (gpointer user_data)
{
  NamidaOfferQueue *self = user_data;
  g_autoptr (NamidaOffer) offer = NULL;
  g_autoptr (NamidaPairRequest) request = NULL;

  self->idle = 0;
  /* If the window is closed, do not open it: a notification asks instead. */
  if (self->dialog != NULL || self->window == NULL || !gtk_widget_get_visible (GTK_WIDGET (self->window)))
    return G_SOURCE_REMOVE;
  offer = g_list_model_get_item (namida_inbox_get_offers (namida_hub_get_inbox (self->hub)), 0);
  request = g_list_model_get_item (namida_hub_get_pair_requests (self->hub), 0);
  if (offer != NULL && namida_offer_get_state (offer) == NAMIDA_OFFER_OPEN)
    offer_queue_present (self, GTK_WINDOW (namida_accept_dialog_new (self->hub, self->settings, offer)));
  else if (request != NULL && request != self->asked && namida_pair_request_get_open (request))
    {
      g_set_object (&self->asked, request);
      offer_queue_present (self, GTK_WINDOW (namida_pair_dialog_new_for_request (request)));
    }
  return G_SOURCE_REMOVE;
}

/* Use an idle callback, because the lists change while offers close. */
static void
queue_next (NamidaOfferQueue *self)
{
  if (self->dialog != NULL && gtk_widget_in_destruction (GTK_WIDGET (self->dialog)))
    g_clear_weak_pointer (&self->dialog);
  if (self->idle == 0)
    self->idle = g_idle_add (offer_queue_show_next, self);
}

static void
namida_offer_queue_dispose (GObject *object)
{
  NamidaOfferQueue *self = NAMIDA_OFFER_QUEUE (object);

  g_clear_handle_id (&self->idle, g_source_remove);
  g_clear_weak_pointer (&self->dialog);
  g_clear_weak_pointer (&self->window);
  g_clear_object (&self->asked);
  g_clear_object (&self->settings);
  g_clear_object (&self->hub);
  G_OBJECT_CLASS (namida_offer_queue_parent_class)->dispose (object);
}

static void
namida_offer_queue_class_init (NamidaOfferQueueClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = namida_offer_queue_dispose;
}

static void
namida_offer_queue_init (NamidaOfferQueue *self)
{
}

NamidaOfferQueue *
namida_offer_queue_new (NamidaHub *hub, GSettings *settings, GtkWindow *window)
{
  NamidaOfferQueue *self = g_object_new (NAMIDA_TYPE_OFFER_QUEUE, NULL);

  self->hub = g_object_ref (hub);
  self->settings = g_object_ref (settings);
  g_set_weak_pointer (&self->window, window);
  g_signal_connect_object (namida_inbox_get_offers (namida_hub_get_inbox (hub)), "items-changed",
                           G_CALLBACK (queue_next), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (namida_hub_get_pair_requests (hub), "items-changed", G_CALLBACK (queue_next), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (window, "notify::visible", G_CALLBACK (queue_next), self, G_CONNECT_SWAPPED);
  queue_next (self);
  return self;
}
