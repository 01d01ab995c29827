/* SPDX-License-Identifier: GPL-3.0-or-later */
/* NamidaSending, the outbox's data of one outgoing transfer, which lives until its transfer is freed, and the options
 * that its caller sets. Main context. */
#include "config.h"

#include "namida-outbox-private.h"

#include "namida-lock-file.h"

#include <unistd.h>

static void
sending_free (gpointer data)
{
  NamidaSending *self = data;

  namida_sending_unclaim (self);
  g_weak_ref_clear (&self->outbox);
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
    NamidaTransfer *transfer, NamidaOutbox *outbox, NamidaPeer *peer, const char *fingerprint, NamidaSendSource *what)
{
  NamidaSending *self = g_new0 (NamidaSending, 1);

  g_weak_ref_init (&self->outbox, outbox);
  g_set_object (&self->peer, peer);
  self->fingerprint = g_strdup (fingerprint);
  self->what = what;
  self->lock = -1;
  namida_transfer_set_work (transfer, self, sending_free);
}

NamidaSending *
namida_sending_of (NamidaTransfer *transfer)
{
  /* Fetches and receiving transfers have work data of other types. */
  return namida_transfer_get_direction (transfer) == NAMIDA_DIRECTION_SEND ? namida_transfer_get_work (transfer) : NULL;
}

gboolean
namida_sending_claim (NamidaOutbox *outbox, const char *history_id, int *lock)
{
  g_autofree char *folder = namida_database_dup_folder (outbox->database);
  g_autofree char *path = folder != NULL ? g_build_filename (folder, "sendings.lock", NULL) : NULL;
  g_autoptr (GError) error = NULL;

  /* No other program can use a database in memory. */
  if (path == NULL)
    return TRUE;
  if (*lock < 0)
    *lock = namida_lock_file_take (path, namida_lock_file_place (history_id), &error);
  /* It is better to send twice than never. */
  if (error != NULL)
    g_message ("%s", error->message);
  return *lock >= 0 || error != NULL;
}

void
namida_sending_unclaim (NamidaSending *sending)
{
  if (sending->lock >= 0)
    close (sending->lock);
  sending->lock = -1;
}

void
namida_sending_read_everything (NamidaTransfer *transfer)
{
  NamidaSending *sending = namida_sending_of (transfer);

  g_return_if_fail (sending != NULL);

  sending->reread = TRUE;
}

void
namida_sending_set_limit (NamidaTransfer *transfer, guint64 limit)
{
  NamidaSending *sending = namida_sending_of (transfer);

  g_return_if_fail (sending != NULL);

  sending->limit = limit;
}

void
namida_sending_set_phone_names (NamidaTransfer *transfer, NamidaPhoneNames names)
{
  NamidaSending *sending = namida_sending_of (transfer);

  g_return_if_fail (sending != NULL);

  sending->names = names;
}

void
namida_sending_allow_unencrypted (NamidaTransfer *transfer)
{
  NamidaSending *sending = namida_sending_of (transfer);

  g_return_if_fail (sending != NULL);

  sending->unencrypted = TRUE;
}

void
namida_sending_set_sent_before (NamidaTransfer *transfer, NamidaSentBeforePolicy policy)
{
  NamidaSending *sending = namida_sending_of (transfer);

  g_return_if_fail (sending != NULL);

  sending->sent_before = policy;
}

void
namida_sending_set_pin (NamidaTransfer *transfer, const char *pin)
{
  NamidaSending *sending = namida_sending_of (transfer);

  if (sending == NULL)
    return;
  g_free (sending->pin);
  sending->pin = g_strdup (pin);
}

gboolean
namida_sending_is_settled (NamidaTransfer *transfer)
{
  const NamidaSending *sending = namida_sending_of (transfer);

  return sending != NULL && sending->history_id != NULL && sending->last && !sending->writing && sending->written
         && namida_transfer_is_final (transfer)
         && (sending->by_schedule || namida_transfer_get_state (transfer) == NAMIDA_TRANSFER_DONE);
}

const char *
namida_sending_get_row_id (NamidaTransfer *transfer)
{
  const NamidaSending *sending = namida_sending_of (transfer);

  return sending != NULL ? sending->history_id : NULL;
}
