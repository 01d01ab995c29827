/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pairing as described in docs/protocol.md: commit, reveal, and a confirmation by both users, or a rejection by one
 * of them. The window and the "pair" command call it; the server calls it for requests of other devices. Main
 * context. */
#include "config.h"

#include "namida-hub-private.h"
#include "namida-digest.h"
#include "namida-limits.h"
#include "namida-pairing.h"

#include <glib/gi18n-lib.h>

#define ABORT_MS 2000 /* an attacker in the middle may hold back the answer, so do not make the user wait for it */

typedef struct
{
  NamidaClient *client;
  NamidaPairDigits show;
  gpointer show_data;
  char *alias;
  char *nonce;
  char *pair_id;
  char *digits;
  gboolean tells_end;   /* the other device can report at once that its user rejected */
  gboolean auto_accept; /* as the local user chose */
  gboolean shown;       /* the digits are on the screen, so the user may answer */
  gboolean over;        /* the user rejected, and the other device is being told */
  guint timer;          /* limits the time of that */
} Pairing;

static void
pairing_free (Pairing *pairing)
{
  g_clear_handle_id (&pairing->timer, g_source_remove);
  g_clear_object (&pairing->client);
  g_free (pairing->alias);
  g_free (pairing->nonce);
  g_free (pairing->pair_id);
  g_free (pairing->digits);
  g_free (pairing);
}

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
trust_paired (NamidaHub *self, const char *fingerprint, const char *alias, gboolean auto_accept)
{
  const char *uuid = namida_hub_get_proven_uuid (self, fingerprint);

  namida_hub_trust_peer (self, fingerprint, alias);
  if (uuid != NULL)
    namida_trust_store_supersede (self->trust, fingerprint, uuid);
  if (!auto_accept)
    namida_trust_store_set_auto_accept (self->trust, fingerprint, FALSE);
}

static void
on_request_closed (NamidaPairRequest *request, NamidaHub *self)
{
  if (namida_pair_request_get_paired (request))
    trust_paired (self, namida_pair_request_get_fingerprint (request), namida_pair_request_get_alias (request),
                  namida_pair_request_get_auto_accept (request));
  namida_hub_list_remove (self->pair_requests, request);
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
  g_signal_connect_object (request, "closed", G_CALLBACK (on_request_closed), self, 0);
  g_list_store_append (self->pair_requests, request);
}

static void
pairing_end (NamidaHub *self, GError *error)
{
  g_autoptr (GTask) task = g_steal_pointer (&self->pairing);
  Pairing *pairing = g_task_get_task_data (task);

  if (error != NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  trust_paired (self, namida_client_get_peer_fingerprint (pairing->client), pairing->alias, pairing->auto_accept);
  g_task_return_boolean (task, TRUE);
}

/* Sends a step of the pairing; @done is called with the answer. */
static void
pairing_step (NamidaHub *self, const char *step, GAsyncReadyCallback done)
{
  Pairing *pairing = g_task_get_task_data (self->pairing);
  g_autofree char *commitment = NULL;
  NamidaPairMessage message = { .step = (char *) step, .pair_id = pairing->pair_id };

  if (g_str_equal (step, "commit"))
    message.commitment = commitment = namida_pairing_commitment (pairing->nonce);
  else if (g_str_equal (step, "reveal"))
    message.nonce = pairing->nonce;
  namida_client_pair_async (pairing->client, &message, g_task_get_cancellable (self->pairing), done,
                            g_object_ref (self));
}

/* Whether @client belongs to the current pairing. An earlier pairing may have been given up. */
static gboolean
is_of_pairing (NamidaHub *self, gpointer client)
{
  return self->pairing != NULL && ((Pairing *) g_task_get_task_data (self->pairing))->client == client;
}

static void
confirmed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (NamidaHub) self = user_data;
  g_auto (NamidaPairMessage) answer = { 0 };
  GError *error = NULL;

  namida_client_pair_finish (NAMIDA_CLIENT (source), result, &answer, &error);
  if (is_of_pairing (self, source))
    pairing_end (self, error);
  else
    g_clear_error (&error);
}

/* The remote user rejected or did not answer in time, so the local user need not go on comparing. If this request
 * ended for another reason, the next step finds out. */
static void
ended_there (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (NamidaHub) self = user_data;
  g_auto (NamidaPairMessage) answer = { 0 };
  GError *error = NULL;

  if (!namida_client_pair_finish (NAMIDA_CLIENT (source), result, &answer, &error)
      && g_error_matches (error, NAMIDA_ERROR, NAMIDA_ERROR_DECLINED) && is_of_pairing (self, source)
      && !((Pairing *) g_task_get_task_data (self->pairing))->over)
    pairing_end (self, g_steal_pointer (&error));
  g_clear_error (&error);
}

static void
revealed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (NamidaHub) self = user_data;
  g_auto (NamidaPairMessage) answer = { 0 };
  GError *error = NULL;
  Pairing *pairing;
  gboolean fine = namida_client_pair_finish (NAMIDA_CLIENT (source), result, &answer, &error);

  if (!is_of_pairing (self, source))
    {
      g_clear_error (&error);
      return;
    }
  if (!fine)
    {
      pairing_end (self, error);
      return;
    }
  pairing = g_task_get_task_data (self->pairing);
  pairing->shown = TRUE;
  if (pairing->tells_end)
    pairing_step (self, "wait", ended_there);
  pairing->show (self, pairing->digits, pairing->show_data);
}

static void
committed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (NamidaHub) self = user_data;
  NamidaClient *client = NAMIDA_CLIENT (source);
  Pairing *pairing;
  g_auto (NamidaPairMessage) answer = { 0 };
  GError *error = NULL;
  gboolean fine = namida_client_pair_finish (client, result, &answer, &error);

  if (!is_of_pairing (self, source))
    {
      g_clear_error (&error);
      return;
    }
  pairing = g_task_get_task_data (self->pairing);
  if (!fine)
    {
      pairing_end (self, error);
      return;
    }
  if (answer.pair_id == NULL || answer.nonce == NULL || !namida_pairing_nonce_is_valid (answer.nonce))
    {
      pairing_end (self, g_error_new_literal (NAMIDA_ERROR, NAMIDA_ERROR_INVALID_REQUEST,
                                              _ ("The other device gave an answer that makes no sense. Update Namida "
                                                 "Sync on both devices, then pair again.")));
      return;
    }
  pairing->pair_id = g_strdup (answer.pair_id);
  pairing->digits = namida_pairing_digits (namida_identity_get_fingerprint (self->identity),
                                           namida_client_get_peer_fingerprint (client), pairing->nonce, answer.nonce);
  pairing_step (self, "reveal", revealed);
}

/* Introduces this device by name before the other user is asked to compare digits. */
static void
introduced (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (NamidaHub) self = user_data;
  GError *error = NULL;
  g_autoptr (NamidaDeviceInfo) info = namida_client_register_finish (NAMIDA_CLIENT (source), result, &error);

  if (!is_of_pairing (self, source))
    g_clear_error (&error);
  else if (info == NULL)
    pairing_end (self, error);
  else
    {
      ((Pairing *) g_task_get_task_data (self->pairing))->tells_end
          = namida_device_info_has_feature (info, "pair-wait");
      pairing_step (self, "commit", committed);
    }
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
  Pairing *pairing = NULL;

  g_return_if_fail (self->running);

  g_task_set_source_tag (task, namida_hub_pair_async);
  if (self->pairing != NULL)
    {
      g_task_return_new_error (task, NAMIDA_ERROR, NAMIDA_ERROR_BUSY, "%s",
                               _ ("Another pairing is going on. Finish it first."));
      return;
    }
  if (namida_peer_get_address (peer) == NULL || (namida_peer_get_dialects (peer) & NAMIDA_DIALECT_V1) == 0)
    {
      g_task_return_new_error (task, NAMIDA_ERROR, NAMIDA_ERROR_ENCRYPTION_REQUIRED, "%s",
                               _ ("This device cannot prove who it is, so it cannot be paired."));
      return;
    }
  pairing = g_new0 (Pairing, 1);
  pairing->client
      = namida_client_new (self->identity, namida_peer_get_address (peer), namida_peer_get_fingerprint (peer));
  pairing->auto_accept = TRUE;
  pairing->show = digits;
  pairing->show_data = digits_data;
  pairing->alias = g_strdup (namida_peer_get_alias (peer));
  pairing->nonce = namida_random_hex (32);
  g_task_set_task_data (task, pairing, (GDestroyNotify) pairing_free);
  self->pairing = g_steal_pointer (&task);
  own = namida_server_dup_info (self->server);
  namida_client_register_async (pairing->client, own, cancellable, introduced, g_object_ref (self));
}

static void
end_different (NamidaHub *self)
{
  pairing_end (self, g_error_new_literal (NAMIDA_ERROR, NAMIDA_ERROR_DECLINED,
                                          _ ("The digits were not the same, so nothing was paired. Someone may be "
                                             "between the two devices: try again on another network.")));
}

static gboolean
on_abort_time (gpointer user_data)
{
  NamidaHub *self = user_data;

  if (self->pairing != NULL)
    {
      ((Pairing *) g_task_get_task_data (self->pairing))->timer = 0;
      end_different (self);
    }
  return G_SOURCE_REMOVE;
}

/* Ignores what the other device answers. */
static void
aborted (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (NamidaHub) self = user_data;
  g_auto (NamidaPairMessage) answer = { 0 };

  namida_client_pair_finish (NAMIDA_CLIENT (source), result, &answer, NULL);
  /* The time limit may have expired and another pairing have begun. */
  if (is_of_pairing (self, source))
    end_different (self);
}

/* The user rejected. Tell the other device, so that its user need not wait for two minutes. */
static void
pairing_abort (NamidaHub *self, Pairing *pairing)
{
  NamidaPairMessage message = { .step = (char *) "abort", .pair_id = pairing->pair_id };

  pairing->over = TRUE;
  pairing->timer
      = g_timeout_add_full (G_PRIORITY_DEFAULT, ABORT_MS, on_abort_time, g_object_ref (self), g_object_unref);
  /* Not cancellable: the dialog closes when the user rejects, which would cancel it. */
  namida_client_pair_async (pairing->client, &message, NULL, aborted, g_object_ref (self));
}

gboolean
namida_hub_pair_finish (NamidaHub *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

void
namida_hub_pair_confirm (NamidaHub *self, gboolean same)
{
  Pairing *pairing;

  if (self->pairing == NULL)
    return;
  pairing = g_task_get_task_data (self->pairing);
  if (pairing->over)
    return;
  if (!same && pairing->shown)
    pairing_abort (self, pairing);
  else if (!same)
    pairing_end (self, g_error_new_literal (NAMIDA_ERROR, NAMIDA_ERROR_CANCELLED, _ ("Cancelled")));
  else if (pairing->shown)
    pairing_step (self, "confirm", confirmed);
}

void
namida_hub_pair_set_auto_accept (NamidaHub *self, gboolean auto_accept)
{
  if (self->pairing != NULL)
    ((Pairing *) g_task_get_task_data (self->pairing))->auto_accept = auto_accept;
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
