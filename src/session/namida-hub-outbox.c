/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Creates the outbox of the hub, and answers its questions: whether a device is the one that the user means, and
 * whether the settings allow sending to it. namida-hub.c calls it. Main context. */
#include "config.h"

#include "namida-hub-private.h"

static gboolean
outbox_check_recipient (NamidaPeer *peer, GError **error, gpointer hub)
{
  return namida_hub_check_recipient (hub, peer, NULL, error);
}

static gboolean
outbox_check_encryption (NamidaPeer *peer, gboolean allowed, GError **error, gpointer hub)
{
  return namida_hub_check_unencrypted (hub, peer, allowed, error);
}

static NamidaDeviceInfo *
outbox_dup_own_info (gpointer hub)
{
  NamidaHub *self = hub;

  return namida_server_dup_info (self->server);
}

static const NamidaOutboxRules outbox_rules = {
  .check_recipient = outbox_check_recipient,
  .check_encryption = outbox_check_encryption,
  .dup_own_info = outbox_dup_own_info,
};

void
namida_hub_init_outbox (NamidaHub *self)
{
  self->outbox = namida_outbox_new (self->peers, self->list, &outbox_rules, self);
  g_signal_connect_object (self->outbox, "settled", G_CALLBACK (namida_hub_check_settled), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->outbox, "trouble", G_CALLBACK (namida_hub_report_trouble), self, G_CONNECT_SWAPPED);
}

NamidaOutbox *
namida_hub_get_outbox (NamidaHub *self)
{
  return self->outbox;
}
