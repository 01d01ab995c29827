/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Asks another Namida Sync which files of a backup would have to be sent, without starting a transfer: POST preview in
 * docs/protocol.md. Called by the hub if the user only wants to know. Uses one worker thread; the sender is used for
 * nothing else. */
#include "config.h"

#include "namida-sender-private.h"

#include "namida-error.h"
#include "namida-limits.h"

#include <glib/gi18n-lib.h>

#define PREVIEW_SECONDS 60u

/* Returns: %FALSE with @error; @wanted stays %NULL then. */
static gboolean
sender_preview_at (NamidaSender *self, GInetSocketAddress *address, NamidaOfferAnswer **wanted, GError **error)
{
  NamidaHttpRequest request
      = { .target = NAMIDA_V1_PREFIX "/preview", .type = "application/json", .seconds = PREVIEW_SECONDS };
  g_autoptr (NamidaHttpConnection) connection = NULL;
  g_auto (NamidaHttpAnswer) answer = { 0 };
  GBytes *offer;

  g_set_object (&self->address, address);
  if (!namida_sender_v1_register (self, &connection, error))
    return FALSE;
  if (!self->takes_preview)
    {
      g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_NOT_FOUND,
                   _ ("“%s” cannot say what it has already: its Namida Sync is older. All of it may travel."),
                   namida_transfer_get_peer_alias (self->transfer));
      return FALSE;
    }
  offer = self->takes_all_names || self->portable_offer == NULL ? self->offer : self->portable_offer;
  if (!namida_sender_v1_request (self, &connection, &request, offer, &answer, error))
    return FALSE;
  *wanted = namida_offer_answer_parse ((const char *) answer.body->data, answer.body->len, error);
  return *wanted != NULL;
}

static void
sender_preview_thread (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  NamidaSender *self = source;
  NamidaOfferAnswer *wanted = NULL;
  GError *error = NULL;

  self->offer = self->dialect->format_offer (self, &error);
  for (guint i = 0; self->offer != NULL && wanted == NULL && i < self->places->len; i++)
    {
      g_clear_error (&error);
      sender_preview_at (self, g_ptr_array_index (self->places, i), &wanted, &error);
      if (wanted == NULL && !self->try_elsewhere)
        break;
    }
  if (wanted != NULL)
    g_task_return_pointer (task, wanted, (GDestroyNotify) namida_offer_answer_free);
  else if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_new_error (task, NAMIDA_ERROR, NAMIDA_ERROR_UNREACHABLE, _ ("“%s” has no address."),
                             namida_transfer_get_peer_alias (self->transfer));
}

void
namida_sender_preview_async (NamidaSender *self,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  g_return_if_fail (NAMIDA_IS_SENDER (self) && self->places == NULL);

  g_task_set_source_tag (task, namida_sender_preview_async);
  if (self->dialect != &namida_sender_v1)
    {
      g_task_return_new_error (task, NAMIDA_ERROR, NAMIDA_ERROR_NOT_FOUND,
                               _ ("“%s” cannot say what it has already. All of it may travel."),
                               namida_transfer_get_peer_alias (self->transfer));
      return;
    }
  self->places = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < g_list_model_get_n_items (self->addresses); i++)
    g_ptr_array_add (self->places, g_list_model_get_item (self->addresses, i));
  if (cancellable != NULL)
    g_set_object (&self->inner, cancellable);
  g_task_run_in_thread (task, sender_preview_thread);
}

NamidaOfferAnswer *
namida_sender_preview_finish (NamidaSender *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
