/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Implements NamidaPairRequest, which carries the digits of a pairing to the user and the answer back to the server.
 * Main context. */
#include "config.h"

#include "namida-pair-request-private.h"

#include "namida-digest.h"

struct _NamidaPairRequest
{
  GObject parent_instance;
  char *id, *fingerprint, *alias, *digits, *warning;
  NamidaPairAnswer answer;
  gboolean closed, paired, auto_accept;
  NamidaPairAnswered answered;
  gpointer answered_data;
};

G_DEFINE_FINAL_TYPE (NamidaPairRequest, namida_pair_request, G_TYPE_OBJECT)

static guint closed_signal, revealed_signal;

static void
namida_pair_request_finalize (GObject *object)
{
  NamidaPairRequest *self = NAMIDA_PAIR_REQUEST (object);

  g_free (self->id);
  g_free (self->fingerprint);
  g_free (self->alias);
  g_free (self->digits);
  g_free (self->warning);
  G_OBJECT_CLASS (namida_pair_request_parent_class)->finalize (object);
}

static void
namida_pair_request_class_init (NamidaPairRequestClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = namida_pair_request_finalize;
  closed_signal
      = g_signal_new ("closed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  revealed_signal
      = g_signal_new ("revealed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
namida_pair_request_init (NamidaPairRequest *self)
{
  self->id = namida_random_hex (4);
  self->auto_accept = TRUE;
}

NamidaPairRequest *
namida_pair_request_new (const char *fingerprint, const char *alias)
{
  NamidaPairRequest *self = g_object_new (NAMIDA_TYPE_PAIR_REQUEST, NULL);

  self->fingerprint = g_strdup (fingerprint);
  self->alias = g_strdup (alias);
  return self;
}

void
namida_pair_request_reveal (NamidaPairRequest *self, const char *digits)
{
  g_return_if_fail (self->digits == NULL);

  self->digits = g_strdup (digits);
  g_signal_emit (self, revealed_signal, 0);
}

const char *
namida_pair_request_get_id (NamidaPairRequest *self)
{
  return self->id;
}

void
namida_pair_request_set_auto_accept (NamidaPairRequest *self, gboolean auto_accept)
{
  self->auto_accept = auto_accept;
}

gboolean
namida_pair_request_get_auto_accept (NamidaPairRequest *self)
{
  return self->auto_accept;
}

void
namida_pair_request_set_answered (NamidaPairRequest *self, NamidaPairAnswered answered, gpointer user_data)
{
  self->answered = answered;
  self->answered_data = user_data;
}

NamidaPairAnswer
namida_pair_request_get_answer (NamidaPairRequest *self)
{
  return self->answer;
}

const char *
namida_pair_request_get_fingerprint (NamidaPairRequest *self)
{
  return self->fingerprint;
}

const char *
namida_pair_request_get_alias (NamidaPairRequest *self)
{
  return self->alias;
}

const char *
namida_pair_request_get_digits (NamidaPairRequest *self)
{
  return self->digits;
}

void
namida_pair_request_set_warning (NamidaPairRequest *self, const char *warning)
{
  g_free (self->warning);
  self->warning = g_strdup (warning);
}

const char *
namida_pair_request_get_warning (NamidaPairRequest *self)
{
  return self->warning;
}

gboolean
namida_pair_request_get_open (NamidaPairRequest *self)
{
  return !self->closed;
}

gboolean
namida_pair_request_get_paired (NamidaPairRequest *self)
{
  return self->paired;
}

static void
pair_request_set_answer (NamidaPairRequest *self, NamidaPairAnswer answer)
{
  gboolean takes_back = self->answer == NAMIDA_PAIR_CONFIRMED && answer == NAMIDA_PAIR_DECLINED;

  if (self->closed || (self->answer != NAMIDA_PAIR_ASKING && !takes_back))
    return;
  self->answer = answer;
  if (self->answered != NULL)
    self->answered (self, self->answered_data);
}

gboolean
namida_pair_request_get_asking (NamidaPairRequest *self)
{
  return !self->closed && self->answer == NAMIDA_PAIR_ASKING;
}

void
namida_pair_request_confirm (NamidaPairRequest *self)
{
  if (self->digits != NULL)
    pair_request_set_answer (self, NAMIDA_PAIR_CONFIRMED);
}

void
namida_pair_request_decline (NamidaPairRequest *self)
{
  pair_request_set_answer (self, NAMIDA_PAIR_DECLINED);
}

void
namida_pair_request_close (NamidaPairRequest *self, gboolean paired)
{
  if (self->closed)
    return;
  self->closed = TRUE;
  self->paired = paired;
  self->answered = NULL;
  g_signal_emit (self, closed_signal, 0);
}
