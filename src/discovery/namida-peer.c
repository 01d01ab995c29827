/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The device object and how sightings change it; see the header. Main context. */
#include "config.h"

#include "namida-clock.h"
#include "namida-format.h"
#include "namida-peer-private.h"
#include "namida-places.h"

struct _NamidaPeer
{
  GObject parent_instance;
  char *alias;
  char *fingerprint;
  char *uuid;
  char *device_type;
  char *device_model;
  NamidaDialect dialects;
  gboolean https;
  NamidaPlaces *places;
  gboolean trusted;
  gboolean proven;
  NamidaDoubt doubt;
  char *warning;
  gint64 last_seen;
  gint64 last_sign;
  gint64 probing_since;
  gboolean away;
  gboolean player;
  gboolean leaving;
};

G_DEFINE_FINAL_TYPE (NamidaPeer, namida_peer, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_ALIAS,
  PROP_FINGERPRINT,
  PROP_UUID,
  PROP_DEVICE_TYPE,
  PROP_DEVICE_MODEL,
  PROP_DIALECTS,
  PROP_ADDRESS,
  PROP_ENCRYPTED,
  PROP_TRUSTED,
  PROP_PROVEN,
  PROP_AWAY,
  PROP_PLAYER,
  PROP_LAST_SEEN,
  PROP_WARNING,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static void
peer_notify (NamidaPeer *self, guint property)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[property]);
}

static void
namida_peer_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  NamidaPeer *self = NAMIDA_PEER (object);

  switch (id)
    {
    case PROP_ALIAS:
      g_value_set_string (value, self->alias);
      break;
    case PROP_FINGERPRINT:
      g_value_set_string (value, self->fingerprint);
      break;
    case PROP_UUID:
      g_value_set_string (value, self->uuid);
      break;
    case PROP_DEVICE_TYPE:
      g_value_set_string (value, namida_peer_get_device_type (self));
      break;
    case PROP_DEVICE_MODEL:
      g_value_set_string (value, self->device_model);
      break;
    case PROP_DIALECTS:
      g_value_set_uint (value, self->dialects);
      break;
    case PROP_ADDRESS:
      g_value_take_string (value, namida_peer_dup_address_text (self));
      break;
    case PROP_ENCRYPTED:
      g_value_set_boolean (value, namida_peer_get_encrypted (self));
      break;
    case PROP_TRUSTED:
      g_value_set_boolean (value, self->trusted);
      break;
    case PROP_PROVEN:
      g_value_set_boolean (value, self->proven);
      break;
    case PROP_AWAY:
      g_value_set_boolean (value, self->away);
      break;
    case PROP_PLAYER:
      g_value_set_boolean (value, self->player);
      break;
    case PROP_LAST_SEEN:
      g_value_set_int64 (value, self->last_seen);
      break;
    case PROP_WARNING:
      g_value_set_string (value, self->warning);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
namida_peer_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  if (id == PROP_TRUSTED)
    namida_peer_set_trusted (NAMIDA_PEER (object), g_value_get_boolean (value));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
namida_peer_finalize (GObject *object)
{
  NamidaPeer *self = NAMIDA_PEER (object);

  g_free (self->alias);
  g_free (self->fingerprint);
  g_free (self->uuid);
  g_free (self->device_type);
  g_free (self->device_model);
  g_free (self->warning);
  namida_places_free (self->places);
  G_OBJECT_CLASS (namida_peer_parent_class)->finalize (object);
}

static void
namida_peer_class_init (NamidaPeerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags readable = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;
  const GParamFlags writable = readable | G_PARAM_WRITABLE;

  object_class->get_property = namida_peer_get_property;
  object_class->set_property = namida_peer_set_property;
  object_class->finalize = namida_peer_finalize;

  properties[PROP_ALIAS] = g_param_spec_string ("alias", NULL, NULL, NULL, readable);
  properties[PROP_FINGERPRINT] = g_param_spec_string ("fingerprint", NULL, NULL, NULL, readable);
  properties[PROP_UUID] = g_param_spec_string ("uuid", NULL, NULL, NULL, readable);
  properties[PROP_DEVICE_TYPE] = g_param_spec_string ("device-type", NULL, NULL, NULL, readable);
  properties[PROP_DEVICE_MODEL] = g_param_spec_string ("device-model", NULL, NULL, NULL, readable);
  properties[PROP_DIALECTS] = g_param_spec_uint ("dialects", NULL, NULL, 0, G_MAXUINT, 0, readable);
  properties[PROP_ADDRESS] = g_param_spec_string ("address", NULL, NULL, NULL, readable);
  properties[PROP_ENCRYPTED] = g_param_spec_boolean ("encrypted", NULL, NULL, FALSE, readable);
  properties[PROP_TRUSTED] = g_param_spec_boolean ("trusted", NULL, NULL, FALSE, writable);
  properties[PROP_PROVEN] = g_param_spec_boolean ("proven", NULL, NULL, FALSE, readable);
  properties[PROP_AWAY] = g_param_spec_boolean ("away", NULL, NULL, FALSE, readable);
  properties[PROP_PLAYER] = g_param_spec_boolean ("player", NULL, NULL, FALSE, readable);
  properties[PROP_LAST_SEEN] = g_param_spec_int64 ("last-seen", NULL, NULL, 0, G_MAXINT64, 0, readable);
  properties[PROP_WARNING] = g_param_spec_string ("warning", NULL, NULL, NULL, readable);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
namida_peer_init (NamidaPeer *self)
{
  self->alias = namida_format_alias ("");
  self->places = namida_places_new ();
}

NamidaPeer *
namida_peer_new (void)
{
  return g_object_new (NAMIDA_TYPE_PEER, NULL);
}

gboolean
namida_peer_has_address (NamidaPeer *self, GInetSocketAddress *address)
{
  return namida_places_find (self->places, address) >= 0;
}

gboolean
namida_peer_has_host (NamidaPeer *self, GInetAddress *host)
{
  return namida_places_has_host (self->places, host);
}

static void
peer_put_address (NamidaPeer *self, guint position, GInetSocketAddress *address)
{
  namida_places_put (self->places, position, address);
  peer_notify (self, PROP_ADDRESS);
}

gboolean
namida_peer_drop_address (NamidaPeer *self, GInetSocketAddress *address)
{
  if (namida_places_drop (self->places, address))
    peer_notify (self, PROP_ADDRESS);
  return namida_places_count (self->places) > 0;
}

static void
peer_take_text (NamidaPeer *self, char **field, const char *value, guint property)
{
  if (value == NULL || g_strcmp0 (*field, value) == 0)
    return;
  g_free (*field);
  *field = g_strdup (value);
  peer_notify (self, property);
}

static void
peer_take_dialects (NamidaPeer *self, NamidaDialect dialects, gboolean https)
{
  gboolean encrypted = namida_peer_get_encrypted (self);

  self->https = https;
  if (self->dialects != dialects)
    {
      self->dialects = dialects;
      peer_notify (self, PROP_DIALECTS);
    }
  if (encrypted != namida_peer_get_encrypted (self))
    peer_notify (self, PROP_ENCRYPTED);
}

static void
peer_take_texts (NamidaPeer *self, NamidaDeviceInfo *info)
{
  g_autofree char *alias = namida_format_alias (info->alias);

  peer_take_text (self, &self->fingerprint, info->fingerprint, PROP_FINGERPRINT);
  peer_take_text (self, &self->uuid, info->uuid, PROP_UUID);
  peer_take_text (self, &self->device_type, info->device_type, PROP_DEVICE_TYPE);
  peer_take_text (self, &self->device_model, info->device_model, PROP_DEVICE_MODEL);
  peer_take_text (self, &self->alias, alias, PROP_ALIAS);
}

static void
peer_take_proof (NamidaPeer *self, NamidaDeviceInfo *info, NamidaDialect dialect, GInetSocketAddress *address)
{
  peer_take_texts (self, info);
  peer_take_dialects (self, self->proven ? self->dialects | dialect : dialect, info->https);
  if (namida_places_find (self->places, address) != 0)
    peer_put_address (self, 0, address);
  if (!self->proven)
    {
      self->proven = TRUE;
      peer_notify (self, PROP_PROVEN);
    }
  namida_peer_set_away (self, FALSE);
  namida_peer_touch (self);
}

/* Anyone may have sent this. A proven peer, or a trusted one that is away, takes nothing from it except one more
 * address to try. */
static void
peer_take_claim_about_proven (NamidaPeer *self, NamidaDeviceInfo *info, GInetSocketAddress *address)
{
  guint n = namida_places_count (self->places);

  if (!self->away && namida_peer_has_host (self, g_inet_socket_address_get_address (address)))
    namida_peer_touch (self);
  if (info->fingerprint != NULL && n < NAMIDA_PEER_MAX_ADDRESSES && !namida_peer_has_address (self, address))
    peer_put_address (self, n, address);
}

void
namida_peer_take (
    NamidaPeer *self, NamidaDeviceInfo *info, NamidaDialect dialect, GInetSocketAddress *address, gboolean proven)
{
  GInetAddress *host = g_inet_socket_address_get_address (address);
  gboolean link_local_ipv6
      = g_inet_address_get_family (host) == G_SOCKET_FAMILY_IPV6 && g_inet_address_get_is_link_local (host);

  g_object_freeze_notify (G_OBJECT (self));
  if (proven)
    peer_take_proof (self, info, dialect, address);
  else if (self->proven || self->away)
    peer_take_claim_about_proven (self, info, address);
  else
    {
      peer_take_texts (self, info);
      peer_take_dialects (self, self->dialects | dialect, self->https || info->https);
      /* Put the newest address first, because a device's address changes; link-local IPv6 comes last, because not
       * every program supports it. */
      if (!namida_peer_has_address (self, address))
        peer_put_address (self, link_local_ipv6 ? G_MAXUINT : 0, address);
      namida_peer_touch (self);
    }
  g_object_thaw_notify (G_OBJECT (self));
}

void
namida_peer_touch (NamidaPeer *self)
{
  self->last_sign = namida_clock_monotonic ();
  self->last_seen = namida_clock_real ();
  self->probing_since = 0;
  peer_notify (self, PROP_LAST_SEEN);
}

void
namida_peer_take_known (NamidaPeer *self, NamidaDeviceInfo *info, GInetSocketAddress *address, gint64 last_seen)
{
  peer_take_texts (self, info);
  peer_take_dialects (self, NAMIDA_DIALECT_V1, TRUE);
  if (address != NULL)
    peer_put_address (self, 0, address);
  self->last_seen = last_seen;
  peer_notify (self, PROP_LAST_SEEN);
  namida_peer_set_away (self, TRUE);
}

void
namida_peer_set_away (NamidaPeer *self, gboolean away)
{
  if (self->away == away)
    return;
  self->away = away;
  self->probing_since = 0;
  peer_notify (self, PROP_AWAY);
}

void
namida_peer_set_player (NamidaPeer *self, gboolean player)
{
  if (self->player == player)
    return;
  self->player = player;
  peer_notify (self, PROP_PLAYER);
}

gboolean
namida_peer_get_player (NamidaPeer *self)
{
  g_return_val_if_fail (NAMIDA_IS_PEER (self), FALSE);

  return self->player;
}

gboolean
namida_peer_get_away (NamidaPeer *self)
{
  g_return_val_if_fail (NAMIDA_IS_PEER (self), FALSE);

  return self->away;
}

gboolean
namida_peer_get_leaving (NamidaPeer *self)
{
  return self->leaving;
}

void
namida_peer_set_leaving (NamidaPeer *self, gboolean leaving)
{
  self->leaving = leaving;
}

void
namida_peer_rate_address (NamidaPeer *self, GInetSocketAddress *address, gboolean same_link, gint64 round_trip)
{
  g_return_if_fail (NAMIDA_IS_PEER (self) && G_IS_INET_SOCKET_ADDRESS (address));

  if (namida_places_rate (self->places, address, same_link, round_trip))
    peer_notify (self, PROP_ADDRESS);
}

gint64
namida_peer_get_rated_at (NamidaPeer *self, GInetSocketAddress *address)
{
  g_return_val_if_fail (NAMIDA_IS_PEER (self), 0);

  return namida_places_get_rated_at (self->places, address);
}

gint64
namida_peer_get_last_sign (NamidaPeer *self)
{
  return self->last_sign;
}

gint64
namida_peer_get_probing_since (NamidaPeer *self)
{
  return self->probing_since;
}

void
namida_peer_set_probing (NamidaPeer *self, gboolean probing)
{
  self->probing_since = probing ? MAX (namida_clock_monotonic (), 1) : 0;
}

const char *
namida_peer_get_alias (NamidaPeer *self)
{
  g_return_val_if_fail (NAMIDA_IS_PEER (self), NULL);

  return self->alias;
}

const char *
namida_peer_get_fingerprint (NamidaPeer *self)
{
  g_return_val_if_fail (NAMIDA_IS_PEER (self), NULL);

  return self->fingerprint;
}

const char *
namida_peer_get_uuid (NamidaPeer *self)
{
  g_return_val_if_fail (NAMIDA_IS_PEER (self), NULL);

  return self->uuid;
}

const char *
namida_peer_get_device_type (NamidaPeer *self)
{
  g_return_val_if_fail (NAMIDA_IS_PEER (self), NULL);

  return self->device_type != NULL ? self->device_type : "desktop";
}

NamidaDialect
namida_peer_get_dialects (NamidaPeer *self)
{
  g_return_val_if_fail (NAMIDA_IS_PEER (self), NAMIDA_DIALECT_NONE);

  return self->dialects;
}

GInetSocketAddress *
namida_peer_get_address (NamidaPeer *self)
{
  g_autoptr (GInetSocketAddress) address = NULL;

  g_return_val_if_fail (NAMIDA_IS_PEER (self), NULL);

  /* The list keeps its own reference. */
  address = g_list_model_get_item (namida_places_get_model (self->places), 0);
  return address;
}

GListModel *
namida_peer_get_addresses (NamidaPeer *self)
{
  g_return_val_if_fail (NAMIDA_IS_PEER (self), NULL);

  return namida_places_get_model (self->places);
}

char *
namida_peer_dup_address_text (NamidaPeer *self)
{
  GInetSocketAddress *address;

  g_return_val_if_fail (NAMIDA_IS_PEER (self), NULL);

  address = namida_peer_get_address (self);
  return address != NULL ? namida_address_to_text (address) : g_strdup ("");
}

gboolean
namida_peer_get_encrypted (NamidaPeer *self)
{
  g_return_val_if_fail (NAMIDA_IS_PEER (self), FALSE);

  /* The phone app has no TLS, our own protocol always uses it, and LocalSend's user decides. */
  if ((self->dialects & NAMIDA_DIALECT_V1) != 0)
    return TRUE;
  return (self->dialects & NAMIDA_DIALECT_LOCALSEND) != 0 && self->https;
}

gboolean
namida_peer_get_trusted (NamidaPeer *self)
{
  g_return_val_if_fail (NAMIDA_IS_PEER (self), FALSE);

  return self->trusted;
}

void
namida_peer_set_trusted (NamidaPeer *self, gboolean trusted)
{
  g_return_if_fail (NAMIDA_IS_PEER (self));

  if (self->trusted == !!trusted)
    return;
  self->trusted = !!trusted;
  peer_notify (self, PROP_TRUSTED);
}

void
namida_peer_set_doubt (NamidaPeer *self, NamidaDoubt doubt, const char *warning)
{
  g_return_if_fail (NAMIDA_IS_PEER (self));

  self->doubt = doubt;
  if (g_strcmp0 (self->warning, warning) == 0)
    return;
  g_free (self->warning);
  self->warning = g_strdup (warning);
  peer_notify (self, PROP_WARNING);
}

const char *
namida_peer_get_warning (NamidaPeer *self)
{
  g_return_val_if_fail (NAMIDA_IS_PEER (self), NULL);

  return self->warning;
}

gboolean
namida_peer_get_proven (NamidaPeer *self)
{
  g_return_val_if_fail (NAMIDA_IS_PEER (self), FALSE);

  return self->proven;
}

gint64
namida_peer_get_last_seen (NamidaPeer *self)
{
  g_return_val_if_fail (NAMIDA_IS_PEER (self), 0);

  return self->last_seen;
}
