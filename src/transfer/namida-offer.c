/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "namida-offer-decide.h"

#include "namida-error.h"
#include "namida-format.h"

#include <glib/gi18n-lib.h>

struct _NamidaOffer
{
  GObject parent_instance;
  char *id, *fingerprint, *alias, *device_type, *address, *key, *uuid, *warning;
  gboolean cannot_pair; /* it has no pairing */
  gboolean invited;
  NamidaDoubt doubt;
  gboolean encrypted;
  NamidaBackup *backup;
  NamidaTransfer *transfer;
  NamidaOfferState state;
  NamidaOfferDecided decided;
  gpointer decided_data;
  gulong cancelled_handler;
};

G_DEFINE_FINAL_TYPE (NamidaOffer, namida_offer, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_ID,
  PROP_OPEN,
  N_PROPS
};
static GParamSpec *properties[N_PROPS];
static guint closed_signal;

static void
namida_offer_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  NamidaOffer *self = NAMIDA_OFFER (object);

  if (id == PROP_ID)
    g_value_set_string (value, self->id);
  else if (id == PROP_OPEN)
    g_value_set_boolean (value, self->state == NAMIDA_OFFER_OPEN);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
namida_offer_finalize (GObject *object)
{
  NamidaOffer *self = NAMIDA_OFFER (object);

  g_signal_handler_disconnect (namida_transfer_get_cancellable (self->transfer), self->cancelled_handler);
  g_free (self->id);
  g_free (self->fingerprint);
  g_free (self->alias);
  g_free (self->device_type);
  g_free (self->address);
  g_free (self->key);
  g_free (self->uuid);
  g_free (self->warning);
  g_clear_object (&self->backup);
  g_clear_object (&self->transfer);
  G_OBJECT_CLASS (namida_offer_parent_class)->finalize (object);
}

static void
namida_offer_class_init (NamidaOfferClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->get_property = namida_offer_get_property;
  object_class->finalize = namida_offer_finalize;
  properties[PROP_ID] = g_param_spec_string ("id", NULL, NULL, NULL, flags);
  properties[PROP_OPEN] = g_param_spec_boolean ("open", NULL, NULL, TRUE, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  closed_signal
      = g_signal_new ("closed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
namida_offer_init (NamidaOffer *self)
{
  self->id = namida_random_hex (8);
}

/* A person who cancels the waiting transfer says no. */
static void
on_cancelled (GCancellable *cancellable, gpointer user_data)
{
  namida_offer_decline (user_data);
}

NamidaOffer *
namida_offer_new (const char *fingerprint,
                  const char *alias,
                  const char *device_type,
                  const char *address,
                  gboolean encrypted,
                  NamidaBackup *backup,
                  const char *key)
{
  NamidaOffer *self = g_object_new (NAMIDA_TYPE_OFFER, NULL);

  self->fingerprint = g_strdup (fingerprint);
  self->alias = namida_format_alias (alias);
  self->device_type = g_strdup (device_type != NULL ? device_type : "");
  self->address = g_strdup (address);
  self->encrypted = encrypted;
  self->backup = g_object_ref (backup);
  self->key = g_strdup (key);
  self->transfer = namida_transfer_new (NAMIDA_DIRECTION_RECEIVE, self->alias, fingerprint, encrypted);
  namida_transfer_set_backup (self->transfer, backup);
  namida_transfer_set_state (self->transfer, NAMIDA_TRANSFER_WAITING);
  self->cancelled_handler = g_signal_connect (namida_transfer_get_cancellable (self->transfer), "cancelled",
                                              G_CALLBACK (on_cancelled), self);
  return self;
}

void
namida_offer_set_decided (NamidaOffer *self, NamidaOfferDecided decided, gpointer user_data)
{
  self->decided = decided;
  self->decided_data = user_data;
}

void
namida_offer_set_uuid (NamidaOffer *self, const char *uuid)
{
  g_free (self->uuid);
  self->uuid = g_strdup (uuid);
}

void
namida_offer_set_invited (NamidaOffer *self, gboolean invited)
{
  self->invited = invited;
}

gboolean
namida_offer_get_invited (NamidaOffer *self)
{
  return self->invited;
}

void
namida_offer_set_can_pair (NamidaOffer *self, gboolean can_pair)
{
  self->cannot_pair = !can_pair;
}

gboolean
namida_offer_get_can_pair (NamidaOffer *self)
{
  return !self->cannot_pair;
}

const char *
namida_offer_get_uuid (NamidaOffer *self)
{
  return self->uuid;
}

void
namida_offer_set_doubt (NamidaOffer *self, NamidaDoubt doubt, const char *warning)
{
  self->doubt = doubt;
  g_free (self->warning);
  self->warning = g_strdup (warning);
}

NamidaDoubt
namida_offer_get_doubt (NamidaOffer *self)
{
  return self->doubt;
}

const char *
namida_offer_get_warning (NamidaOffer *self)
{
  return self->warning;
}

const char *
namida_offer_get_id (NamidaOffer *self)
{
  return self->id;
}

NamidaOfferState
namida_offer_get_state (NamidaOffer *self)
{
  return self->state;
}

const char *
namida_offer_get_fingerprint (NamidaOffer *self)
{
  return self->fingerprint;
}

const char *
namida_offer_get_alias (NamidaOffer *self)
{
  return self->alias;
}

const char *
namida_offer_get_device_type (NamidaOffer *self)
{
  return self->device_type;
}

const char *
namida_offer_get_address (NamidaOffer *self)
{
  return self->address;
}

gboolean
namida_offer_get_encrypted (NamidaOffer *self)
{
  return self->encrypted;
}

NamidaBackup *
namida_offer_get_backup (NamidaOffer *self)
{
  return self->backup;
}

const char *
namida_offer_get_key (NamidaOffer *self)
{
  return self->key;
}

NamidaTransfer *
namida_offer_get_transfer (NamidaOffer *self)
{
  return self->transfer;
}

/* @reason: NULL when accepted. */
static void
decide (NamidaOffer *self, NamidaOfferState state, NamidaSink *sink, const GError *reason)
{
  g_autoptr (NamidaOffer) alive = g_object_ref (self);
  NamidaOfferDecided decided = self->decided;

  if (self->state != NAMIDA_OFFER_OPEN)
    return;
  self->state = state;
  self->decided = NULL;
  if (reason != NULL)
    namida_transfer_fail (self->transfer, reason);
  else
    namida_transfer_set_state (self->transfer, NAMIDA_TRANSFER_PREPARING);
  if (decided != NULL)
    decided (alive, sink, reason, self->decided_data);
  g_object_notify_by_pspec (G_OBJECT (alive), properties[PROP_OPEN]);
  g_signal_emit (alive, closed_signal, 0);
}

void
namida_offer_accept (NamidaOffer *self, NamidaSink *sink)
{
  decide (self, NAMIDA_OFFER_ACCEPTED, sink, NULL);
}

void
namida_offer_decline (NamidaOffer *self)
{
  g_autoptr (GError) reason
      = g_error_new_literal (NAMIDA_ERROR, NAMIDA_ERROR_DECLINED, _ ("The other device declined the backup."));

  decide (self, NAMIDA_OFFER_DECLINED, NULL, reason);
}

void
namida_offer_refuse (NamidaOffer *self, const GError *reason)
{
  decide (self, NAMIDA_OFFER_DECLINED, NULL, reason);
}

void
namida_offer_close (NamidaOffer *self, NamidaOfferState state)
{
  g_autoptr (GError) reason = NULL;

  if (state == NAMIDA_OFFER_WITHDRAWN)
    reason = g_error_new_literal (NAMIDA_ERROR, NAMIDA_ERROR_CANCELLED, _ ("The other device withdrew its offer."));
  else
    reason = g_error_new_literal (NAMIDA_ERROR, NAMIDA_ERROR_DECLINED, _ ("Nobody answered in time."));
  decide (self, state, NULL, reason);
}
