/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The Namida Sync phone app. It is reachable only while it is open, and tells its name to anyone who asks.
 * namida-hub-ask.c and namida-hub-resolve.c ask for it. Main context. */
#include "config.h"

#include "namida-hub-private.h"

#include "namida-phone-register.h"

typedef struct
{
  GInetSocketAddress *address;
  NamidaPeer *peer; /* (nullable): the silent device that is probed */
} Look;

static void
look_free (gpointer data)
{
  Look *look = data;

  g_object_unref (look->address);
  g_clear_object (&look->peer);
  g_free (look);
}

static void
phone_on_answer (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  NamidaHub *self = g_task_get_source_object (task);
  Look *look = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (NamidaDeviceInfo) info = namida_phone_register_finish (result, &error);
  NamidaPeer *peer = NULL;

  if (info != NULL && self->peers != NULL)
    peer = namida_peer_list_sighting (self->peers, info, NAMIDA_DIALECT_PHONE, look->address, FALSE);
  if (look->peer != NULL && self->peers != NULL)
    namida_peer_list_probed (self->peers, look->peer, info != NULL);
  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, peer != NULL ? g_object_ref (peer) : NULL, g_object_unref);
}

static void
look_async (NamidaHub *self,
            GInetSocketAddress *address,
            NamidaPeer *peer,
            GCancellable *cancellable,
            GAsyncReadyCallback callback,
            gpointer user_data)
{
  GTask *task = g_task_new (self, NULL, callback, user_data);
  Look *look = g_new0 (Look, 1);

  look->address = g_object_ref (address);
  look->peer = peer != NULL ? g_object_ref (peer) : NULL;
  g_task_set_source_tag (task, look_async);
  g_task_set_task_data (task, look, look_free);
  namida_phone_register_async (address, cancellable, phone_on_answer, task);
}

void
namida_hub_find_phone_async (NamidaHub *self,
                             GInetSocketAddress *address,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  look_async (self, address, NULL, cancellable, callback, user_data);
}

NamidaPeer *
namida_hub_find_phone_finish (NamidaHub *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

gboolean
namida_hub_probe_phone (NamidaHub *self, NamidaPeer *peer)
{
  GInetSocketAddress *address = namida_peer_get_address (peer);

  if (self->server == NULL || address == NULL || (namida_peer_get_dialects (peer) & NAMIDA_DIALECT_PHONE) == 0)
    return FALSE;
  look_async (self, address, peer, self->cancellable, NULL, NULL);
  return TRUE;
}
