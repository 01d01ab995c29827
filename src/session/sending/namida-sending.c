/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Creates and frees NamidaSending, the hub's data of one outgoing transfer, which lives until its transfer is freed.
 * Main context. */
#include "config.h"

#include "namida-hub-send-private.h"

static void
sending_free (gpointer data)
{
  NamidaSending *self = data;

  g_weak_ref_clear (&self->hub);
  g_clear_object (&self->peer);
  namida_send_source_unref (self->what);
  g_clear_object (&self->files);
  g_clear_object (&self->sender);
  g_clear_handle_id (&self->timer, g_source_remove);
  g_clear_object (&self->watched);
  g_clear_error (&self->error);
  g_free (self->fingerprint);
  g_free (self->history_id);
  g_free (self->next_id);
  g_free (self->pin);
  g_free (self);
}

void
namida_sending_attach (
    NamidaTransfer *transfer, NamidaHub *hub, NamidaPeer *peer, const char *fingerprint, NamidaSendSource *what)
{
  NamidaSending *self = g_new0 (NamidaSending, 1);

  g_weak_ref_init (&self->hub, hub);
  g_set_object (&self->peer, peer);
  self->fingerprint = g_strdup (fingerprint);
  self->what = what;
  namida_transfer_set_work (transfer, self, sending_free);
}

NamidaSending *
namida_sending_of (NamidaTransfer *transfer)
{
  /* Fetches and receiving transfers have work data of other types. */
  return namida_transfer_get_direction (transfer) == NAMIDA_DIRECTION_SEND ? namida_transfer_get_work (transfer) : NULL;
}
