/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pairing as described in docs/protocol.md: commit, reveal, and a confirmation by both users, or a rejection by one of
 * them; and the requests of other devices. The hub owns it and trusts the devices that it reports as paired. Main
 * context. */
#include "config.h"

#include "namida-pairings.h"

#include "namida-digest.h"
#include "namida-error.h"
#include "namida-limits.h"
#include "namida-pairing.h"

#include <glib/gi18n-lib.h>

#define ABORT_MS 2000 /* an attacker in the middle may hold back the answer, so do not make the user wait for it */

typedef struct
{
  NamidaClient *client;
  NamidaPairDigits show;
  gpointer show_data;
  char *own_fingerprint;
  char *alias;
  char *nonce;
  char *pair_id;
  char *digits;
  gboolean reports_end; /* the other device can report at once that its user rejected */
  gboolean auto_accept; /* as the local user chose */
  gboolean shown;       /* the digits are on the screen, so the user may answer */
  gboolean over;        /* the user rejected, and the other device is being told */
  guint timer;          /* limits the time for telling it */
} Pairing;

struct _NamidaPairings
{
  GObject parent_instance;

  GListStore *requests; /* open ones of other devices */
  GTask *current;       /* (nullable): the pairing that was started here */
};

G_DEFINE_FINAL_TYPE (NamidaPairings, namida_pairings, G_TYPE_OBJECT)

static guint paired_signal;

static void
pairing_free (Pairing *pairing)
{
  g_clear_handle_id (&pairing->timer, g_source_remove);
  g_clear_object (&pairing->client);
  g_free (pairing->own_fingerprint);
  g_free (pairing->alias);
  g_free (pairing->nonce);
  g_free (pairing->pair_id);
  g_free (pairing->digits);
  g_free (pairing);
}

static void
pairings_on_closed (NamidaPairRequest *request, NamidaPairings *self)
{
  guint at;

  g_signal_handlers_disconnect_by_func (request, pairings_on_closed, self);
  if (namida_pair_request_get_paired (request))
    g_signal_emit (self, paired_signal, 0, namida_pair_request_get_fingerprint (request),
                   namida_pair_request_get_alias (request), namida_pair_request_get_auto_accept (request));
  if (g_list_store_find (self->requests, request, &at))
    g_list_store_remove (self->requests, at);
}

void
namida_pairings_add (NamidaPairings *self, NamidaPairRequest *request)
{
  g_signal_connect_object (request, "closed", G_CALLBACK (pairings_on_closed), self, 0);
  g_list_store_append (self->requests, request);
}

static void
pairings_end (NamidaPairings *self, GError *error)
{
  g_autoptr (GTask) task = g_steal_pointer (&self->current);
  Pairing *pairing = g_task_get_task_data (task);

  if (error != NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  g_signal_emit (self, paired_signal, 0, namida_client_get_peer_fingerprint (pairing->client), pairing->alias,
                 pairing->auto_accept);
  g_task_return_boolean (task, TRUE);
}

/* Sends a step of the pairing; @done is called with the answer. */
static void
pairings_step (NamidaPairings *self, const char *step, GAsyncReadyCallback done)
{
  Pairing *pairing = g_task_get_task_data (self->current);
  g_autofree char *commitment = NULL;
  NamidaPairMessage message = { .step = (char *) step, .pair_id = pairing->pair_id };

  if (g_str_equal (step, "commit"))
    message.commitment = commitment = namida_pairing_commitment (pairing->nonce);
  else if (g_str_equal (step, "reveal"))
    message.nonce = pairing->nonce;
  namida_client_pair_async (pairing->client, &message, g_task_get_cancellable (self->current), done,
                            g_object_ref (self));
}

/* Whether @client belongs to the current pairing. An earlier pairing may have been given up. */
static gboolean
pairings_are_of (NamidaPairings *self, gpointer client)
{
  return self->current != NULL && ((Pairing *) g_task_get_task_data (self->current))->client == client;
}

static void
pairings_confirmed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (NamidaPairings) self = user_data;
  g_auto (NamidaPairMessage) answer = { 0 };
  GError *error = NULL;

  namida_client_pair_finish (NAMIDA_CLIENT (source), result, &answer, &error);
  /* The user may have taken the confirmation back meanwhile. Then pairings_aborted() or the time limit ends it. */
  if (pairings_are_of (self, source) && !((Pairing *) g_task_get_task_data (self->current))->over)
    pairings_end (self, error);
  else
    g_clear_error (&error);
}

/* The remote user rejected or did not answer in time, so the local user need not continue to compare. If this request
 * ended for another reason, the next step finds out. */
static void
pairings_ended_there (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (NamidaPairings) self = user_data;
  g_auto (NamidaPairMessage) answer = { 0 };
  GError *error = NULL;

  if (!namida_client_pair_finish (NAMIDA_CLIENT (source), result, &answer, &error)
      && g_error_matches (error, NAMIDA_ERROR, NAMIDA_ERROR_DECLINED) && pairings_are_of (self, source)
      && !((Pairing *) g_task_get_task_data (self->current))->over)
    pairings_end (self, g_steal_pointer (&error));
  g_clear_error (&error);
}

static void
pairings_revealed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (NamidaPairings) self = user_data;
  g_auto (NamidaPairMessage) answer = { 0 };
  GError *error = NULL;
  Pairing *pairing;
  gboolean fine = namida_client_pair_finish (NAMIDA_CLIENT (source), result, &answer, &error);

  if (!pairings_are_of (self, source))
    {
      g_clear_error (&error);
      return;
    }
  if (!fine)
    {
      pairings_end (self, error);
      return;
    }
  pairing = g_task_get_task_data (self->current);
  pairing->shown = TRUE;
  if (pairing->reports_end)
    pairings_step (self, "wait", pairings_ended_there);
  pairing->show (pairing->digits, pairing->show_data);
}

static void
pairings_committed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (NamidaPairings) self = user_data;
  NamidaClient *client = NAMIDA_CLIENT (source);
  Pairing *pairing;
  g_auto (NamidaPairMessage) answer = { 0 };
  GError *error = NULL;
  gboolean fine = namida_client_pair_finish (client, result, &answer, &error);

  if (!pairings_are_of (self, source))
    {
      g_clear_error (&error);
      return;
    }
  pairing = g_task_get_task_data (self->current);
  if (!fine)
    {
      pairings_end (self, error);
      return;
    }
  if (answer.pair_id == NULL || answer.nonce == NULL || !namida_pairing_nonce_is_valid (answer.nonce))
    {
      pairings_end (self, g_error_new_literal (NAMIDA_ERROR, NAMIDA_ERROR_INVALID_REQUEST,
                                               _ ("The other device gave an answer that makes no sense. Update Namida "
                                                  "Sync on both devices, then pair again.")));
      return;
    }
  pairing->pair_id = g_strdup (answer.pair_id);
  pairing->digits = namida_pairing_digits (pairing->own_fingerprint, namida_client_get_peer_fingerprint (client),
                                           pairing->nonce, answer.nonce);
  pairings_step (self, "reveal", pairings_revealed);
}

/* Introduces this device by name before the other user is asked to compare digits. */
static void
pairings_introduced (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (NamidaPairings) self = user_data;
  GError *error = NULL;
  g_autoptr (NamidaDeviceInfo) info = namida_client_register_finish (NAMIDA_CLIENT (source), result, &error);

  if (!pairings_are_of (self, source))
    g_clear_error (&error);
  else if (info == NULL)
    pairings_end (self, error);
  else
    {
      ((Pairing *) g_task_get_task_data (self->current))->reports_end
          = namida_device_info_has_feature (info, "pair-wait");
      pairings_step (self, "commit", pairings_committed);
    }
}

void
namida_pairings_start_async (NamidaPairings *self,
                             NamidaClient *client,
                             const char *own_fingerprint,
                             NamidaDeviceInfo *own,
                             const char *alias,
                             NamidaPairDigits digits,
                             gpointer digits_data,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  Pairing *pairing = NULL;

  g_task_set_source_tag (task, namida_pairings_start_async);
  if (self->current != NULL)
    {
      g_task_return_new_error (task, NAMIDA_ERROR, NAMIDA_ERROR_BUSY, "%s",
                               _ ("Another pairing is going on. Finish it first."));
      return;
    }
  pairing = g_new0 (Pairing, 1);
  pairing->client = g_object_ref (client);
  pairing->own_fingerprint = g_strdup (own_fingerprint);
  pairing->auto_accept = TRUE;
  pairing->show = digits;
  pairing->show_data = digits_data;
  pairing->alias = g_strdup (alias);
  pairing->nonce = namida_random_hex (32);
  g_task_set_task_data (task, pairing, (GDestroyNotify) pairing_free);
  self->current = g_steal_pointer (&task);
  namida_client_register_async (client, own, cancellable, pairings_introduced, g_object_ref (self));
}

static void
pairings_end_different (NamidaPairings *self)
{
  pairings_end (self, g_error_new_literal (NAMIDA_ERROR, NAMIDA_ERROR_DECLINED,
                                           _ ("The codes did not match, so the devices were not paired. Someone may be "
                                              "intercepting the connection. Try again on another network.")));
}

static gboolean
pairings_on_abort_time (gpointer user_data)
{
  NamidaPairings *self = user_data;

  if (self->current != NULL)
    {
      ((Pairing *) g_task_get_task_data (self->current))->timer = 0;
      pairings_end_different (self);
    }
  return G_SOURCE_REMOVE;
}

/* Ignores what the other device answers. */
static void
pairings_aborted (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (NamidaPairings) self = user_data;
  g_auto (NamidaPairMessage) answer = { 0 };

  namida_client_pair_finish (NAMIDA_CLIENT (source), result, &answer, NULL);
  /* The time limit may have expired and another pairing have begun. */
  if (pairings_are_of (self, source))
    pairings_end_different (self);
}

/* The user rejected. Tell the other device, so that its user need not wait for two minutes. */
static void
pairings_abort (NamidaPairings *self, Pairing *pairing)
{
  NamidaPairMessage message = { .step = (char *) "abort", .pair_id = pairing->pair_id };

  pairing->over = TRUE;
  pairing->timer
      = g_timeout_add_full (G_PRIORITY_DEFAULT, ABORT_MS, pairings_on_abort_time, g_object_ref (self), g_object_unref);
  /* Not cancellable: the dialog closes when the user rejects, which would cancel it. */
  namida_client_pair_async (pairing->client, &message, NULL, pairings_aborted, g_object_ref (self));
}

gboolean
namida_pairings_start_finish (NamidaPairings *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

void
namida_pairings_confirm (NamidaPairings *self, gboolean same)
{
  Pairing *pairing;

  if (self->current == NULL)
    return;
  pairing = g_task_get_task_data (self->current);
  if (pairing->over)
    return;
  if (!same && pairing->shown)
    pairings_abort (self, pairing);
  else if (!same)
    pairings_end (self, g_error_new_literal (NAMIDA_ERROR, NAMIDA_ERROR_CANCELLED, _ ("Canceled")));
  else if (pairing->shown)
    pairings_step (self, "confirm", pairings_confirmed);
}

void
namida_pairings_set_auto_accept (NamidaPairings *self, gboolean auto_accept)
{
  if (self->current != NULL)
    ((Pairing *) g_task_get_task_data (self->current))->auto_accept = auto_accept;
}

GListModel *
namida_pairings_get_requests (NamidaPairings *self)
{
  return G_LIST_MODEL (self->requests);
}

static void
namida_pairings_dispose (GObject *object)
{
  NamidaPairings *self = NAMIDA_PAIRINGS (object);

  g_clear_object (&self->current);
  g_clear_object (&self->requests);
  G_OBJECT_CLASS (namida_pairings_parent_class)->dispose (object);
}

static void
namida_pairings_class_init (NamidaPairingsClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = namida_pairings_dispose;
  paired_signal = g_signal_new ("paired", NAMIDA_TYPE_PAIRINGS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 3,
                                G_TYPE_STRING, G_TYPE_STRING, G_TYPE_BOOLEAN);
}

static void
namida_pairings_init (NamidaPairings *self)
{
  self->requests = g_list_store_new (NAMIDA_TYPE_PAIR_REQUEST);
}

NamidaPairings *
namida_pairings_new (void)
{
  return g_object_new (NAMIDA_TYPE_PAIRINGS, NULL);
}
