/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Creates the inbox of the hub, tells it whose offers are doubtful, and trusts devices whose offers the user always
 * accepts. namida-hub.c calls it. Main context. */
#include "config.h"

#include "namida-hub-private.h"

static void
inbox_doubt (NamidaOffer *offer, gpointer hub)
{
  namida_hub_doubt_offer (hub, offer);
}

void
namida_hub_init_inbox (NamidaHub *self)
{
  self->inbox = namida_inbox_new (self->list, inbox_doubt, self);
  g_signal_connect_object (self->inbox, "trouble", G_CALLBACK (namida_hub_report_trouble), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->inbox, "trust", G_CALLBACK (namida_hub_trust_peer), self, G_CONNECT_SWAPPED);
}

NamidaInbox *
namida_hub_get_inbox (NamidaHub *self)
{
  return self->inbox;
}
