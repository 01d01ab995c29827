/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Asks the user about an offer, and keeps a device whose offers were declined from asking again at once.
 * namida-inbox-decide.c calls it. Main context. */
#include "config.h"

#include "namida-inbox-private.h"
#include "namida-error.h"

#include <glib/gi18n-lib.h>

#define ADDRESS_FREE 5u  /* declined offers of one address without consequences, because several people may share it */
#define HELD_SECONDS 10u /* an offer that comes at most this much too early is held and shown then */

/* A new key is free for a stranger, and a new address is cheap, so the wait applies to both. */
static const char *
ask_get_key (NamidaOffer *offer)
{
  const char *fingerprint = namida_offer_get_fingerprint (offer);

  return fingerprint != NULL ? fingerprint : namida_offer_get_address (offer);
}

static gboolean
ask_is_stranger (NamidaInbox *self, NamidaOffer *offer)
{
  const char *fingerprint = namida_offer_get_fingerprint (offer);

  return fingerprint == NULL || !namida_trust_store_is_trusted (self->trust, fingerprint);
}

static guint
ask_get_wait (NamidaInbox *self, NamidaOffer *offer)
{
  guint wait = namida_decline_guard_wait (self->declined, ask_get_key (offer));

  if (!ask_is_stranger (self, offer))
    return wait;
  wait = MAX (wait, namida_decline_guard_wait_all (self->declined));
  return MAX (wait, namida_decline_guard_wait (self->declined, namida_offer_get_address (offer)));
}

/* The local user declined, or did not answer within five minutes. */
static void
ask_note_no (NamidaInbox *self, NamidaOffer *offer)
{
  namida_decline_guard_declined (self->declined, ask_get_key (offer), 0);
  if (!ask_is_stranger (self, offer))
    return;
  namida_decline_guard_count_stranger (self->declined);
  if (namida_offer_get_fingerprint (offer) != NULL)
    namida_decline_guard_declined (self->declined, namida_offer_get_address (offer), ADDRESS_FREE);
}

static void
ask_on_closed (NamidaOffer *offer, NamidaInbox *self)
{
  NamidaOfferState state = namida_offer_get_state (offer);
  guint position;

  /* A thread may be the last owner of the offer. */
  g_signal_handlers_disconnect_by_func (offer, ask_on_closed, self);
  if (state == NAMIDA_OFFER_DECLINED || state == NAMIDA_OFFER_EXPIRED)
    ask_note_no (self, offer);
  else if (state == NAMIDA_OFFER_WITHDRAWN && ask_is_stranger (self, offer))
    namida_decline_guard_withdrawn (self->declined, ask_get_key (offer));
  else if (state == NAMIDA_OFFER_ACCEPTED)
    namida_decline_guard_accepted (self->declined, ask_get_key (offer));
  if (g_list_store_find (self->offers, offer, &position))
    g_list_store_remove (self->offers, position);
}

static void
ask_now (NamidaInbox *self, NamidaOffer *offer)
{
  g_signal_connect_object (offer, "closed", G_CALLBACK (ask_on_closed), self, 0);
  g_list_store_append (self->offers, offer);
}

typedef struct
{
  NamidaInbox *inbox;
  NamidaOffer *offer;
} Held;

static void
held_free (gpointer data)
{
  Held *self = data;

  g_object_unref (self->inbox);
  g_object_unref (self->offer);
  g_free (self);
}

static gboolean
held_long_enough (gpointer user_data)
{
  Held *held = user_data;

  if (namida_offer_get_state (held->offer) == NAMIDA_OFFER_OPEN && held->inbox->running)
    ask_now (held->inbox, held->offer);
  return G_SOURCE_REMOVE;
}

void
namida_inbox_ask (NamidaInbox *self, NamidaOffer *offer)
{
  guint wait = ask_get_wait (self, offer);
  g_autoptr (GError) reason = NULL;
  Held *held;

  if (wait == 0)
    {
      ask_now (self, offer);
      return;
    }
  if (wait > HELD_SECONDS)
    {
      g_set_error (&reason, NAMIDA_ERROR, NAMIDA_ERROR_TOO_MANY,
                   _ ("The other device declined before. Try again in %u seconds."), wait);
      namida_offer_refuse (offer, reason);
      return;
    }
  held = g_new0 (Held, 1);
  held->inbox = g_object_ref (self);
  held->offer = g_object_ref (offer);
  g_timeout_add_seconds_full (G_PRIORITY_DEFAULT, wait, held_long_enough, held, held_free);
}
