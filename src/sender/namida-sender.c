/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "namida-error.h"
#include "namida-localsend-sender.h"
#include "namida-phone-sender.h"
#include "namida-v1-sender.h"

#include <glib/gi18n-lib.h>

G_DEFINE_ABSTRACT_TYPE (NamidaSender, namida_sender, G_TYPE_OBJECT)

static void
namida_sender_finalize (GObject *object)
{
  NamidaSender *self = NAMIDA_SENDER (object);

  g_clear_object (&self->identity);
  g_clear_pointer (&self->own, namida_device_info_unref);
  g_clear_object (&self->addresses);
  g_clear_object (&self->database);
  g_clear_object (&self->transfer);
  g_free (self->fingerprint);
  g_free (self->pin);
  g_free (self->session_id);
  g_free (self->session_before);
  G_OBJECT_CLASS (namida_sender_parent_class)->finalize (object);
}

static void
namida_sender_class_init (NamidaSenderClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = namida_sender_finalize;
}

static void
namida_sender_init (NamidaSender *self)
{
}

NamidaDialect
namida_sender_best_dialect (NamidaDialect dialects)
{
  static const NamidaDialect best_first[]
      = { NAMIDA_DIALECT_V1, NAMIDA_DIALECT_LOCALSEND, NAMIDA_DIALECT_PHONE, NAMIDA_DIALECT_LOCALSEND_PLAIN };

  for (gsize i = 0; i < G_N_ELEMENTS (best_first); i++)
    if ((dialects & best_first[i]) != 0)
      return best_first[i];
  return NAMIDA_DIALECT_V1;
}

static NamidaSender *
new_for (NamidaDialect dialect)
{
  NamidaLocalsendSender *sender;

  switch (dialect)
    {
    case NAMIDA_DIALECT_LOCALSEND:
    case NAMIDA_DIALECT_LOCALSEND_PLAIN:
      sender = g_object_new (NAMIDA_TYPE_LOCALSEND_SENDER, NULL);
      namida_localsend_sender_set_plain (sender, dialect == NAMIDA_DIALECT_LOCALSEND_PLAIN);
      return NAMIDA_SENDER (sender);
    case NAMIDA_DIALECT_PHONE:
      return g_object_new (NAMIDA_TYPE_PHONE_SENDER, NULL);
    default:
      return g_object_new (NAMIDA_TYPE_V1_SENDER, NULL);
    }
}

NamidaSender *
namida_sender_new (NamidaDialect dialect,
                   NamidaIdentity *identity,
                   NamidaDeviceInfo *own,
                   GListModel *addresses,
                   const char *fingerprint,
                   NamidaDatabase *database,
                   NamidaTransfer *transfer)
{
  NamidaSender *self = new_for (dialect);

  self->identity = g_object_ref (identity);
  self->own = namida_device_info_ref (own);
  self->addresses = g_object_ref (addresses);
  self->fingerprint = g_strdup (fingerprint);
  self->database = database != NULL ? g_object_ref (database) : NULL;
  self->transfer = g_object_ref (transfer);
  return self;
}

void
namida_sender_set_pin (NamidaSender *self, const char *pin)
{
  g_free (self->pin);
  self->pin = g_strdup (pin);
}

void
namida_sender_set_limit (NamidaSender *self, guint64 bytes_per_second)
{
  self->limit = bytes_per_second;
}

void
namida_sender_set_patient (NamidaSender *self, gboolean accepted)
{
  self->patient = TRUE;
  self->accepted = self->again = accepted;
}

void
namida_sender_set_session_before (NamidaSender *self, const char *id)
{
  g_free (self->session_before);
  self->session_before = g_strdup (id);
}

char *
namida_sender_dup_session (NamidaSender *self)
{
  return g_strdup (self->session_id);
}

gboolean
namida_sender_get_reached (NamidaSender *self)
{
  return self->reached;
}

gboolean
namida_sender_get_accepted (NamidaSender *self)
{
  return self->accepted;
}

GPtrArray *
namida_sender_dup_addresses (NamidaSender *self)
{
  GPtrArray *addresses = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < g_list_model_get_n_items (self->addresses); i++)
    g_ptr_array_add (addresses, g_list_model_get_item (self->addresses, i));
  return addresses;
}

static void
on_wish (GCancellable *wish, gpointer inner)
{
  g_cancellable_cancel (inner);
}

gulong
namida_sender_follow_wish (NamidaSender *self, GCancellable *inner)
{
  GCancellable *wish = namida_transfer_get_cancellable (self->transfer);
  gulong handler = g_signal_connect_data (wish, "cancelled", G_CALLBACK (on_wish), g_object_ref (inner),
                                          (GClosureNotify) (void (*) (void)) g_object_unref, 0);

  if (g_cancellable_is_cancelled (wish))
    g_cancellable_cancel (inner);
  return handler;
}

void
namida_sender_unfollow_wish (NamidaSender *self, gulong handler)
{
  /* Not g_cancellable_disconnect(): that would wait for a handler that is running right now. */
  g_signal_handler_disconnect (namida_transfer_get_cancellable (self->transfer), handler);
}

void
namida_sender_settle (NamidaSender *self, const GError *error, gboolean goes_on)
{
  if (error != NULL && namida_transfer_is_pausing (self->transfer))
    namida_transfer_set_paused (self->transfer);
  else if (error != NULL && goes_on)
    namida_transfer_set_state (self->transfer, NAMIDA_TRANSFER_INTERRUPTED);
  else if (error != NULL)
    namida_transfer_fail (self->transfer, error);
  else
    namida_transfer_finish (self->transfer);
}

void
namida_sender_give_back (NamidaSender *self, GError *error)
{
  g_autoptr (GTask) task = g_steal_pointer (&self->task);

  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_boolean (task, TRUE);
}

void
namida_sender_return (NamidaSender *self, GError *error, gboolean goes_on)
{
  g_autoptr (NamidaSender) alive = g_object_ref (self);

  namida_sender_settle (self, error, goes_on);
  /* Whether everything is there is known only now. */
  if (error == NULL && namida_transfer_get_error (self->transfer) != NULL)
    error = g_error_copy (namida_transfer_get_error (self->transfer));
  namida_sender_give_back (alive, error);
}

void
namida_sender_send_async (NamidaSender *self, GAsyncReadyCallback callback, gpointer user_data)
{
  g_return_if_fail (self->task == NULL);

  self->task = g_task_new (self, NULL, callback, user_data);
  g_task_set_source_tag (self->task, namida_sender_send_async);
  if (namida_transfer_get_backup (self->transfer) == NULL)
    {
      namida_sender_return (self,
                            g_error_new_literal (NAMIDA_ERROR, NAMIDA_ERROR_INTERNAL,
                                                 _ ("There is nothing to send: choose files first")),
                            FALSE);
      return;
    }
  /* Who waits for a device sees it come back, not each look at whether it has. */
  if (!self->again)
    namida_transfer_set_state (self->transfer, NAMIDA_TRANSFER_PREPARING);
  NAMIDA_SENDER_GET_CLASS (self)->start (self);
}

gboolean
namida_sender_send_finish (NamidaSender *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}
