/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The route of pairing: commits, reveals and confirms the digits with another device, one pairing at a time. Main
 * context. */
#include "config.h"

#include "namida-error.h"
#include "namida-format.h"
#include "namida-limits.h"
#include "namida-pair-request-private.h"
#include "namida-pairing.h"
#include "namida-server-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* The pairing in progress, of which there is at most one. */
struct _NamidaPairing
{
  char *fingerprint, *address, *id, *commitment, *nonce;
  NamidaPairRequest *request; /* shown to the local user, with the digits once they are revealed */
  NamidaRequest *confirm;     /* (nullable): waits for the local user; the other user has confirmed */
  NamidaRequest *wait;        /* (nullable): only waits for the end of the pairing */
  guint timer;
};

static void
pair_fail (NamidaRequest *request, NamidaError code, const char *sentence)
{
  g_autoptr (GError) error = g_error_new_literal (NAMIDA_ERROR, (int) code, sentence);

  namida_request_fail (request, error, 0);
}

static void
pair_fail_invalid (NamidaRequest *request)
{
  pair_fail (request, NAMIDA_ERROR_INVALID_REQUEST,
             _ ("The pairing request is not valid. Update Namida Sync on both devices and try again."));
}

/* @request: (nullable): a request that waits for the end. */
static void
pair_answer_end (NamidaRequest *request, gboolean paired)
{
  if (request != NULL && paired)
    namida_request_answer (request, SOUP_STATUS_OK, g_strdup ("{}"), 2);
  else if (request != NULL)
    pair_fail (request, NAMIDA_ERROR_DECLINED, _ ("The other device did not confirm the pairing."));
}

/* Ends the pairing and answers the requests that wait for it. Unless both users confirmed, it still counts as a
 * guess. */
static void
pair_end_pairing (NamidaServer *self, gboolean paired)
{
  NamidaPairing *pairing = g_steal_pointer (&self->pairing);

  g_clear_handle_id (&pairing->timer, g_source_remove);
  if (paired)
    namida_pair_guard_confirmed (self->pair_guard);
  pair_answer_end (pairing->confirm, paired);
  pair_answer_end (pairing->wait, paired);
  if (pairing->request != NULL)
    {
      namida_pair_request_set_answered (pairing->request, NULL, NULL);
      namida_pair_request_close (pairing->request, paired);
    }
  g_clear_object (&pairing->request);
  g_clear_pointer (&pairing->confirm, namida_request_unref);
  g_clear_pointer (&pairing->wait, namida_request_unref);
  g_free (pairing->fingerprint);
  g_free (pairing->address);
  g_free (pairing->id);
  g_free (pairing->commitment);
  g_free (pairing->nonce);
  g_free (pairing);
}

void
namida_server_close_pairing (NamidaServer *self)
{
  if (self->pairing != NULL)
    pair_end_pairing (self, FALSE);
}

void
namida_server_close_pairing_of (NamidaServer *self, const char *fingerprint)
{
  if (self->pairing != NULL && g_str_equal (self->pairing->fingerprint, fingerprint))
    pair_end_pairing (self, FALSE);
}

static gboolean
pair_on_timeout (gpointer user_data)
{
  NamidaServer *self = user_data;

  self->pairing->timer = 0;
  pair_end_pairing (self, FALSE);
  return G_SOURCE_REMOVE;
}

static void
pair_on_answered (NamidaPairRequest *request, gpointer user_data)
{
  NamidaServer *self = user_data;

  if (namida_pair_request_get_answer (request) == NAMIDA_PAIR_DECLINED)
    {
      g_free (self->declined_pair_id);
      self->declined_pair_id = self->pairing->confirm == NULL ? g_strdup (self->pairing->id) : NULL;
      pair_end_pairing (self, FALSE);
    }
  else if (self->pairing->confirm != NULL)
    pair_end_pairing (self, TRUE);
}

/* Shows the request from its first message on, so that no guess goes unnoticed. */
static void
pair_show_request (NamidaServer *self, NamidaPairing *pairing)
{
  const char *alias = g_hash_table_lookup (self->aliases, pairing->fingerprint);
  g_autofree char *short_name = namida_format_fingerprint (pairing->fingerprint);
  g_autoptr (NamidaPairRequest) shown = NULL;

  pairing->request = namida_pair_request_new (pairing->fingerprint, alias != NULL ? alias : short_name);
  namida_pair_request_set_answered (pairing->request, pair_on_answered, self);
  shown = g_object_ref (pairing->request);
  g_signal_emit_by_name (self, "pair-request", shown);
}

/* Returns: whether another pairing may begin; otherwise @request was answered. */
static gboolean
pair_check_begin (NamidaServer *self, NamidaRequest *request)
{
  g_autoptr (GError) error = NULL;
  guint wait;

  if (!self->may_pair)
    {
      pair_fail (request, NAMIDA_ERROR_DECLINED,
                 _ ("Nobody can confirm a pairing on the other device now. Start pairing on that device instead."));
      return FALSE;
    }
  /* A device that begins again gave up its previous pairing, which still counts. */
  if (self->pairing != NULL && g_str_equal (self->pairing->fingerprint, request->connection->fingerprint))
    pair_end_pairing (self, FALSE);
  if (self->pairing != NULL)
    {
      pair_fail (request, NAMIDA_ERROR_BUSY,
                 _ ("The other device is pairing with somebody else. Try again in two minutes."));
      return FALSE;
    }
  wait = namida_pair_guard_wait (self->pair_guard);
  if (wait == 0)
    return TRUE;
  g_set_error (&error, NAMIDA_ERROR, NAMIDA_ERROR_TOO_MANY, _ ("Pairing failed too often. Try again in %u seconds."),
               wait);
  namida_request_fail (request, error, wait);
  return FALSE;
}

static void
pair_commit (NamidaServer *self, NamidaRequest *request, const NamidaPairMessage *message)
{
  NamidaPairing *pairing;
  NamidaPairMessage answer = { 0 };
  char *text;

  if (message->commitment == NULL || !namida_digest_is_hex (message->commitment))
    {
      pair_fail_invalid (request);
      return;
    }
  if (!pair_check_begin (self, request))
    return;
  namida_pair_guard_begun (self->pair_guard);
  pairing = self->pairing = g_new0 (NamidaPairing, 1);
  pairing->fingerprint = g_strdup (request->connection->fingerprint);
  pairing->address = g_strdup (request->connection->address);
  pairing->commitment = g_ascii_strdown (message->commitment, -1);
  pairing->id = namida_random_hex (16);
  pairing->nonce = namida_random_hex (32);
  pairing->timer
      = g_timeout_add_seconds (MIN (NAMIDA_LIMIT_PAIR_REVEAL_SECONDS, self->pair_seconds), pair_on_timeout, self);
  answer.pair_id = pairing->id;
  answer.nonce = pairing->nonce;
  text = namida_pair_message_format (&answer);
  namida_request_answer (request, SOUP_STATUS_OK, text, strlen (text));
  pair_show_request (self, pairing);
}

static void
pair_reveal (NamidaServer *self, NamidaRequest *request, const NamidaPairMessage *message)
{
  NamidaPairing *pairing = self->pairing;
  g_autofree char *commitment = message->nonce != NULL ? namida_pairing_commitment (message->nonce) : NULL;
  g_autofree char *digits = NULL;
  NamidaPairMessage answer = { .pair_id = pairing->id };
  char *text;

  if (namida_pair_request_get_digits (pairing->request) != NULL || commitment == NULL
      || !namida_equal_secret (pairing->commitment, commitment))
    {
      pair_end_pairing (self, FALSE);
      pair_fail (request, NAMIDA_ERROR_BAD_TOKEN, _ ("The pairing failed. Start it again."));
      return;
    }
  digits = namida_pairing_digits (pairing->fingerprint, namida_identity_get_fingerprint (self->identity),
                                  message->nonce, pairing->nonce);
  g_source_remove (pairing->timer);
  pairing->timer = g_timeout_add_seconds (self->pair_seconds, pair_on_timeout, self);
  text = namida_pair_message_format (&answer);
  namida_request_answer (request, SOUP_STATUS_OK, text, strlen (text));
  namida_pair_request_reveal (pairing->request, digits);
}

static void
pair_on_confirm_gone (NamidaRequest *request, gpointer user_data)
{
  NamidaServer *self = user_data;

  if (self->pairing != NULL && (self->pairing->confirm == request || self->pairing->wait == request))
    pair_end_pairing (self, FALSE);
}

static void
pair_confirm (NamidaServer *self, NamidaRequest *request)
{
  NamidaPairing *pairing = self->pairing;

  if (namida_pair_request_get_digits (pairing->request) == NULL || pairing->confirm != NULL)
    {
      pair_fail_invalid (request);
      return;
    }
  pairing->confirm = namida_request_ref (request);
  if (namida_pair_request_get_answer (pairing->request) == NAMIDA_PAIR_CONFIRMED)
    pair_end_pairing (self, TRUE);
  else
    namida_request_wait (request, pair_on_confirm_gone, self);
}

/* The other side waits for its own user in the meantime, and wants to know at once if the local user declines. */
static void
pair_wait_for_end (NamidaServer *self, NamidaRequest *request)
{
  if (self->pairing->wait != NULL)
    {
      pair_fail_invalid (request);
      return;
    }
  self->pairing->wait = namida_request_ref (request);
  namida_request_wait (request, pair_on_confirm_gone, self);
}

/* The other user declined, so the local user does not have to answer. It counts as a guess; otherwise the digits could
 * be guessed without limit. */
static void
pair_abort_pairing (NamidaServer *self, NamidaRequest *request)
{
  pair_end_pairing (self, FALSE);
  namida_request_answer (request, SOUP_STATUS_OK, g_strdup ("{}"), 2);
}

void
namida_server_set_may_pair (NamidaServer *self, gboolean may)
{
  self->may_pair = may;
}

void
namida_server_open_pairing (NamidaServer *self, guint seconds)
{
  namida_pair_guard_open (self->pair_guard, seconds);
}

void
namida_server_set_waits (NamidaServer *self, guint offer_seconds, guint pair_seconds)
{
  self->offer_seconds = offer_seconds;
  self->pair_seconds = pair_seconds;
}

/* Runs in a worker. */
gpointer
namida_server_parse_pair (NamidaRequest *request, GError **error)
{
  NamidaPairMessage *message = g_new0 (NamidaPairMessage, 1);
  gsize length;
  const char *data = g_bytes_get_data (request->body, &length);

  if (namida_pair_message_parse (data, length, message, error))
    return message;
  namida_server_parsed_pair_free (message);
  return NULL;
}

void
namida_server_parsed_pair_free (gpointer message)
{
  namida_pair_message_clear (message);
  g_free (message);
}

void
namida_server_handle_pair (NamidaServer *self, NamidaRequest *request)
{
  NamidaPairMessage *message = request->parsed;

  if (g_strcmp0 (message->step, "commit") == 0)
    pair_commit (self, request, message);
  else if (message->pair_id != NULL && g_strcmp0 (message->pair_id, self->declined_pair_id) == 0)
    pair_fail (request, NAMIDA_ERROR_DECLINED, _ ("The other device did not confirm the pairing."));
  else if (self->pairing == NULL || g_strcmp0 (message->pair_id, self->pairing->id) != 0
           || !g_str_equal (self->pairing->fingerprint, request->connection->fingerprint))
    pair_fail (request, NAMIDA_ERROR_NOT_FOUND, _ ("That pairing is over. Start it again."));
  else if (g_strcmp0 (message->step, "reveal") == 0)
    pair_reveal (self, request, message);
  else if (g_strcmp0 (message->step, "confirm") == 0)
    pair_confirm (self, request);
  else if (g_strcmp0 (message->step, "wait") == 0)
    pair_wait_for_end (self, request);
  else if (g_strcmp0 (message->step, "abort") == 0)
    pair_abort_pairing (self, request);
  else
    pair_fail_invalid (request);
}
