/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Connects the pairings to the hub: decides which devices may request one, and trusts the other device after one. The
 * window and the "pair" command call it, and the server for requests of other devices. Main context. */
#include "config.h"

#include "namida-hub-private.h"
#include "namida-limits.h"

#include <glib/gi18n-lib.h>

void
namida_hub_trust_peer (NamidaHub *self, const char *fingerprint, const char *alias)
{
  NamidaPeer *peer = namida_peer_list_find_by_fingerprint (self->peers, fingerprint);

  namida_trust_store_add (self->trust, fingerprint, namida_hub_get_uuid_of (self, fingerprint, NULL), alias);
  if (peer != NULL)
    {
      g_autofree char *address = namida_peer_dup_address_text (peer);
      if (address != NULL)
        namida_trust_store_seen (self->trust, fingerprint, address);
    }
  namida_hub_refresh_trust (self);
}

/* Both users confirmed this key, so a key that the device had before is no longer its own. Its UUID is the one that
 * it sent over a connection with this very key. */
static void
pair_on_paired (NamidaHub *self, const char *fingerprint, const char *alias, gboolean auto_accept)
{
  const char *uuid = namida_hub_get_proven_uuid (self, fingerprint);

  namida_hub_trust_peer (self, fingerprint, alias);
  if (uuid != NULL)
    namida_trust_store_supersede (self->trust, fingerprint, uuid);
  if (!auto_accept)
    namida_trust_store_set_auto_accept (self->trust, fingerprint, FALSE);
}

void
namida_hub_init_pairings (NamidaHub *self)
{
  self->pairings = namida_pairings_new ();
  g_signal_connect_object (self->pairings, "paired", G_CALLBACK (pair_on_paired), self, G_CONNECT_SWAPPED);
}

void
namida_hub_on_pair_request (NamidaHub *self, NamidaPairRequest *request)
{
  if (self->send_only || namida_trust_store_is_blocked (self->trust, namida_pair_request_get_fingerprint (request)))
    {
      namida_pair_request_decline (request);
      return;
    }
  namida_hub_doubt_pair_request (self, request);
  namida_pairings_add (self->pairings, request);
}

static void
pair_done (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  if (namida_pairings_start_finish (NAMIDA_PAIRINGS (source), result, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

void
namida_hub_pair_async (NamidaHub *self,
                       NamidaPeer *peer,
                       NamidaPairDigits digits,
                       gpointer digits_data,
                       GCancellable *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  g_autoptr (NamidaDeviceInfo) own = NULL;
  g_autoptr (NamidaClient) client = NULL;

  g_return_if_fail (self->running);

  g_task_set_source_tag (task, namida_hub_pair_async);
  if (namida_peer_get_address (peer) == NULL || (namida_peer_get_dialects (peer) & NAMIDA_DIALECT_V1) == 0)
    {
      g_task_return_new_error (task, NAMIDA_ERROR, NAMIDA_ERROR_ENCRYPTION_REQUIRED, "%s",
                               _ ("The other device does not support pairing."));
      return;
    }
  client = namida_client_new (self->identity, namida_peer_get_address (peer), namida_peer_get_fingerprint (peer));
  own = namida_server_dup_info (self->server);
  /* The other user has to read the name of this device. If it is hidden, it claims to be a device that only sends,
   * because those are not listed. */
  own->sends_only = own->sends_only || self->hidden;
  namida_pairings_start_async (self->pairings, client, namida_identity_get_fingerprint (self->identity), own,
                               namida_peer_get_alias (peer), digits, digits_data, cancellable, pair_done,
                               g_steal_pointer (&task));
}

gboolean
namida_hub_pair_finish (NamidaHub *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

void
namida_hub_pair_confirm (NamidaHub *self, gboolean same)
{
  namida_pairings_confirm (self->pairings, same);
}

void
namida_hub_pair_set_auto_accept (NamidaHub *self, gboolean auto_accept)
{
  namida_pairings_set_auto_accept (self->pairings, auto_accept);
}

GListModel *
namida_hub_get_pair_requests (NamidaHub *self)
{
  return namida_pairings_get_requests (self->pairings);
}

void
namida_hub_set_may_pair (NamidaHub *self, gboolean may)
{
  if (self->server != NULL)
    namida_server_set_may_pair (self->server, may);
}

void
namida_hub_open_pairing (NamidaHub *self)
{
  if (self->server != NULL)
    namida_server_open_pairing (self->server, NAMIDA_LIMIT_PAIR_SECONDS);
}
