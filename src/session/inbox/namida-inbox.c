/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The inbox itself: construction, settings, start and stop, and the answers of the user. Main context. */
#include "config.h"

#include "namida-inbox-private.h"

G_DEFINE_FINAL_TYPE (NamidaInbox, namida_inbox, G_TYPE_OBJECT)

enum
{
  TROUBLE,
  TRUST,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
namida_inbox_dispose (GObject *object)
{
  NamidaInbox *self = NAMIDA_INBOX (object);

  namida_inbox_stop (self);
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->offers);
  g_clear_object (&self->transfers);
  g_clear_object (&self->list);
  g_clear_object (&self->store);
  g_clear_object (&self->trust);
  g_clear_object (&self->database);
  G_OBJECT_CLASS (namida_inbox_parent_class)->dispose (object);
}

static void
namida_inbox_finalize (GObject *object)
{
  NamidaInbox *self = NAMIDA_INBOX (object);

  g_object_unref (self->cancellable);
  namida_decline_guard_free (self->declined);
  G_OBJECT_CLASS (namida_inbox_parent_class)->finalize (object);
}

static void
namida_inbox_class_init (NamidaInboxClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = namida_inbox_dispose;
  object_class->finalize = namida_inbox_finalize;
  signals[TROUBLE] = g_signal_new ("trouble", NAMIDA_TYPE_INBOX, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1,
                                   G_TYPE_STRING);
  signals[TRUST] = g_signal_new ("trust", NAMIDA_TYPE_INBOX, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 2,
                                 G_TYPE_STRING, G_TYPE_STRING);
}

static void
namida_inbox_init (NamidaInbox *self)
{
  self->cancellable = g_cancellable_new ();
  self->offers = g_list_store_new (NAMIDA_TYPE_OFFER);
  self->declined = namida_decline_guard_new ();
}

NamidaInbox *
namida_inbox_new (NamidaTransferList *list, NamidaInboxDoubt doubt, gpointer data)
{
  NamidaInbox *self = g_object_new (NAMIDA_TYPE_INBOX, NULL);

  self->list = g_object_ref (list);
  self->transfers = g_object_ref (namida_transfer_list_get_store (list));
  self->doubt = doubt;
  self->doubt_data = data;
  return self;
}

void
namida_inbox_start (NamidaInbox *self, NamidaTrustStore *trust, NamidaStore *store, NamidaDatabase *database)
{
  g_set_object (&self->trust, trust);
  g_set_object (&self->store, store);
  g_set_object (&self->database, database);
  self->running = TRUE;
  namida_inbox_take_up_paused (self);
}

void
namida_inbox_stop (NamidaInbox *self)
{
  self->running = FALSE;
}

void
namida_inbox_set_accept (NamidaInbox *self, NamidaAccept accept)
{
  self->accept = accept;
}

NamidaAccept
namida_inbox_get_accept (NamidaInbox *self)
{
  return self->accept;
}

void
namida_inbox_set_unencrypted (NamidaInbox *self, NamidaUnencrypted unencrypted)
{
  self->unencrypted = unencrypted;
}

void
namida_inbox_set_landing (NamidaInbox *self, NamidaLanding landing)
{
  self->landing = landing;
}

void
namida_inbox_set_closed (NamidaInbox *self, gboolean closed)
{
  self->closed = closed;
}

GListModel *
namida_inbox_get_offers (NamidaInbox *self)
{
  return G_LIST_MODEL (self->offers);
}

void
namida_inbox_accept (NamidaInbox *self, NamidaOffer *offer, NamidaLanding landing, const char *folder, gboolean always)
{
  const char *fingerprint = namida_offer_get_fingerprint (offer);

  g_return_if_fail (self->running);

  if (namida_offer_count_taken (offer, NULL) == 0 && namida_backup_get_files (namida_offer_get_backup (offer)) > 0)
    {
      namida_offer_decline (offer);
      return;
    }
  /* Only a key can be trusted. “Always” for a name would invite others to take that name. */
  if (always && fingerprint != NULL && namida_offer_get_doubt (offer) != NAMIDA_DOUBT_IDENTITY_CHANGED)
    g_signal_emit (self, signals[TRUST], 0, fingerprint, namida_offer_get_alias (offer));
  namida_inbox_accept_into (self, offer, landing, folder, NULL, NAMIDA_AGREED_PERSON);
}

void
namida_inbox_block (NamidaInbox *self, NamidaOffer *offer)
{
  const char *fingerprint = namida_offer_get_fingerprint (offer);

  g_return_if_fail (self->running);

  if (fingerprint != NULL)
    namida_trust_store_block (self->trust, fingerprint, namida_offer_get_alias (offer));
  namida_offer_decline (offer);
}

NamidaOffer *
namida_inbox_find (NamidaInbox *self, const char *id)
{
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->offers)); i++)
    {
      g_autoptr (NamidaOffer) offer = g_list_model_get_item (G_LIST_MODEL (self->offers), i);

      if (g_strcmp0 (namida_offer_get_id (offer), id) == 0)
        return offer; /* the list holds a reference */
    }
  return NULL;
}
