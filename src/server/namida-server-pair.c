/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "namida-error.h"
#include "namida-format.h"
#include "namida-limits.h"
#include "namida-pair-request-private.h"
#include "namida-pairing.h"
#include "namida-server-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* The one pairing that may be under way. */
struct _NamidaPairing
{
  char *fingerprint, *address, *id, *commitment, *nonce;
  NamidaPairRequest *request; /* (nullable) until revealed */
  NamidaRequest *confirm;     /* (nullable): waits for our person */
  guint timer;
};

static void
fail (NamidaRequest *request, NamidaError code, const char *sentence)
{
  g_autoptr (GError) error = g_error_new_literal (NAMIDA_ERROR, (int) code, sentence);

  namida_request_fail (request, error, 0);
}

/* Ends the pairing, and answers who waits for it. */
static void
end_pairing (NamidaServer *self, gboolean paired, gboolean failed)
{
  NamidaPairing *pairing = g_steal_pointer (&self->pairing);

  g_clear_handle_id (&pairing->timer, g_source_remove);
  if (failed)
    namida_pin_guard_failed (self->pair_guard, pairing->address);
  if (pairing->confirm != NULL && paired)
    namida_request_answer (pairing->confirm, SOUP_STATUS_OK, g_strdup ("{}"), 2);
  else if (pairing->confirm != NULL)
    fail (pairing->confirm, NAMIDA_ERROR_DECLINED, _ ("The other device did not confirm the pairing."));
  if (pairing->request != NULL)
    {
      namida_pair_request_set_answered (pairing->request, NULL, NULL);
      namida_pair_request_close (pairing->request, paired);
    }
  g_clear_object (&pairing->request);
  g_clear_pointer (&pairing->confirm, namida_request_unref);
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
    end_pairing (self, FALSE, FALSE);
}

static gboolean
on_timeout (gpointer user_data)
{
  NamidaServer *self = user_data;

  self->pairing->timer = 0;
  end_pairing (self, FALSE, TRUE);
  return G_SOURCE_REMOVE;
}

static void
commit (NamidaServer *self, NamidaRequest *request, const NamidaPairMessage *message)
{
  const char *fingerprint = request->connection->fingerprint;
  NamidaPairing *pairing;
  NamidaPairMessage answer = { 0 };
  char *text;

  if (message->commitment == NULL || !namida_digest_is_hex (message->commitment))
    {
      fail (request, NAMIDA_ERROR_INVALID_REQUEST, _ ("The pairing request makes no sense."));
      return;
    }
  /* One who begins anew gave up what was before: a try that counts, or the digits could be guessed for ever. */
  if (self->pairing != NULL && g_str_equal (self->pairing->fingerprint, fingerprint))
    end_pairing (self, FALSE, TRUE);
  if (self->pairing != NULL)
    {
      fail (request, NAMIDA_ERROR_BUSY,
            _ ("The other device is pairing with somebody else. Try again in two minutes."));
      return;
    }
  pairing = self->pairing = g_new0 (NamidaPairing, 1);
  pairing->fingerprint = g_strdup (fingerprint);
  pairing->address = g_strdup (request->connection->address);
  pairing->commitment = g_ascii_strdown (message->commitment, -1);
  pairing->id = namida_random_hex (16);
  pairing->nonce = namida_random_hex (32);
  pairing->timer = g_timeout_add_seconds (self->pair_seconds, on_timeout, self);
  answer.pair_id = pairing->id;
  answer.nonce = pairing->nonce;
  text = namida_pair_message_format (&answer);
  namida_request_answer (request, SOUP_STATUS_OK, text, strlen (text));
}

static void
on_answered (NamidaPairRequest *request, gpointer user_data)
{
  NamidaServer *self = user_data;

  if (namida_pair_request_get_answer (request) == NAMIDA_PAIR_DECLINED)
    {
      g_free (self->declined_pair_id);
      self->declined_pair_id = self->pairing->confirm == NULL ? g_strdup (self->pairing->id) : NULL;
      end_pairing (self, FALSE, TRUE);
    }
  else if (self->pairing->confirm != NULL)
    end_pairing (self, TRUE, FALSE);
}

static void
reveal (NamidaServer *self, NamidaRequest *request, const NamidaPairMessage *message)
{
  NamidaPairing *pairing = self->pairing;
  g_autofree char *commitment = message->nonce != NULL ? namida_pairing_commitment (message->nonce) : NULL;
  g_autofree char *digits = NULL;
  g_autofree char *short_name = NULL;
  const char *alias;
  NamidaPairMessage answer = { .pair_id = pairing->id };
  char *text;

  if (pairing->request != NULL || commitment == NULL || !namida_equal_secret (pairing->commitment, commitment))
    {
      end_pairing (self, FALSE, TRUE);
      fail (request, NAMIDA_ERROR_BAD_TOKEN, _ ("The pairing failed. Start it again."));
      return;
    }
  digits = namida_pairing_digits (pairing->fingerprint, namida_identity_get_fingerprint (self->identity),
                                  message->nonce, pairing->nonce);
  alias = g_hash_table_lookup (self->aliases, pairing->fingerprint);
  short_name = namida_format_fingerprint (pairing->fingerprint);
  pairing->request = namida_pair_request_new (pairing->fingerprint, alias != NULL ? alias : short_name, digits);
  namida_pair_request_set_answered (pairing->request, on_answered, self);
  text = namida_pair_message_format (&answer);
  namida_request_answer (request, SOUP_STATUS_OK, text, strlen (text));
  {
    g_autoptr (NamidaPairRequest) shown = g_object_ref (pairing->request);

    g_signal_emit_by_name (self, "pair-request", shown);
  }
}

static void
on_confirm_gone (NamidaRequest *request, gpointer user_data)
{
  NamidaServer *self = user_data;

  if (self->pairing != NULL && self->pairing->confirm == request)
    end_pairing (self, FALSE, FALSE);
}

static void
confirm (NamidaServer *self, NamidaRequest *request)
{
  NamidaPairing *pairing = self->pairing;

  if (pairing->request == NULL || pairing->confirm != NULL)
    {
      fail (request, NAMIDA_ERROR_INVALID_REQUEST, _ ("The pairing request makes no sense."));
      return;
    }
  pairing->confirm = namida_request_ref (request);
  if (namida_pair_request_get_answer (pairing->request) == NAMIDA_PAIR_CONFIRMED)
    end_pairing (self, TRUE, FALSE);
  else
    namida_request_wait (request, on_confirm_gone, self);
}

/* The other person said no: ours need not wait. It counts as a try, or the digits could be guessed for ever. */
static void
abort_pairing (NamidaServer *self, NamidaRequest *request)
{
  end_pairing (self, FALSE, TRUE);
  namida_request_answer (request, SOUP_STATUS_OK, g_strdup ("{}"), 2);
}

void
namida_server_set_waits (NamidaServer *self, guint offer_seconds, guint pair_seconds)
{
  self->offer_seconds = offer_seconds;
  self->pair_seconds = pair_seconds;
}

/* A worker. */
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

gboolean
namida_server_early_pair (NamidaServer *self, NamidaRequest *request, guint *retry_after, GError **error)
{
  *retry_after = namida_pin_guard_wait (self->pair_guard, request->connection->address);
  if (*retry_after == 0)
    return TRUE;
  g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_TOO_MANY, _ ("Pairing failed too often. Try again in %u seconds."),
               *retry_after);
  return FALSE;
}

void
namida_server_handle_pair (NamidaServer *self, NamidaRequest *request)
{
  NamidaPairMessage *message = request->parsed;
  g_autoptr (GError) error = NULL;
  guint wait = namida_pin_guard_wait (self->pair_guard, request->connection->address);

  if (wait > 0)
    {
      g_set_error (&error, NAMIDA_ERROR, NAMIDA_ERROR_TOO_MANY,
                   _ ("Pairing failed too often. Try again in %u seconds."), wait);
      namida_request_fail (request, error, wait);
      return;
    }
  if (g_strcmp0 (message->step, "commit") == 0)
    commit (self, request, message);
  else if (message->pair_id != NULL && g_strcmp0 (message->pair_id, self->declined_pair_id) == 0)
    fail (request, NAMIDA_ERROR_DECLINED, _ ("The other device did not confirm the pairing."));
  else if (self->pairing == NULL || g_strcmp0 (message->pair_id, self->pairing->id) != 0
           || !g_str_equal (self->pairing->fingerprint, request->connection->fingerprint))
    fail (request, NAMIDA_ERROR_NOT_FOUND, _ ("That pairing is over. Start it again."));
  else if (g_strcmp0 (message->step, "reveal") == 0)
    reveal (self, request, message);
  else if (g_strcmp0 (message->step, "confirm") == 0)
    confirm (self, request);
  else if (g_strcmp0 (message->step, "abort") == 0)
    abort_pairing (self, request);
  else
    fail (request, NAMIDA_ERROR_INVALID_REQUEST, _ ("The pairing request makes no sense."));
}
