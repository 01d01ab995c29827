/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/** NamidaDialect: what a device speaks; a set of flags. */
typedef enum
{
  NAMIDA_DIALECT_NONE = 0,
  NAMIDA_DIALECT_V1 = 1 << 0,              /* our own, over TLS */
  NAMIDA_DIALECT_PHONE = 1 << 1,           /* the Namida Sync phone app, plain HTTP */
  NAMIDA_DIALECT_LOCALSEND = 1 << 2,       /* LocalSend over TLS */
  NAMIDA_DIALECT_LOCALSEND_PLAIN = 1 << 3, /* LocalSend with its encryption switched off */
} NamidaDialect;

/* The version of LocalSend's protocol that is spoken here: 1.15 and later take it for their own. */
#define NAMIDA_LOCALSEND_VERSION "2.1"

/**
 * NamidaDeviceInfo:
 *
 * What a device says of itself, in a hello and in register. Reference-counted, immutable once shared. Strings are as
 * received but checked (UTF-8, capped): show the alias only through namida_format_alias(). Nothing here proves
 * identity.
 */
typedef struct
{
  char *alias;
  char *version;
  char *uuid;         /* (nullable) */
  char *fingerprint;  /* (nullable) 64 upper-case hex digits, as claimed */
  char *device_model; /* (nullable) */
  char *device_type;  /* (nullable) "desktop", "mobile", "headless", … */
  guint16 port;
  gboolean https;
  gboolean announce;   /* hellos only: TRUE unless it said false */
  gboolean goodbye;    /* hellos only: it leaves */
  gboolean sends_only; /* nothing can be sent to it: a command that ends by itself */
  GStrv features;      /* never NULL */
  guint wanted;        /* register only: so many damaged files it wants from whom it tells this */
} NamidaDeviceInfo;

#define NAMIDA_TYPE_DEVICE_INFO (namida_device_info_get_type ())
GType namida_device_info_get_type (void);

/** namida_device_info_new: Returns: (transfer full): an empty alias, version "1.0", port 53317, plain HTTP, announce.
 */
NamidaDeviceInfo *namida_device_info_new (void);
/** namida_device_info_copy: Returns: (transfer full): a deep copy that may be changed until it is shared. */
NamidaDeviceInfo *namida_device_info_copy (NamidaDeviceInfo *self);
NamidaDeviceInfo *namida_device_info_ref (NamidaDeviceInfo *self);
void namida_device_info_unref (NamidaDeviceInfo *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NamidaDeviceInfo, namida_device_info_unref)
gboolean namida_device_info_has_feature (NamidaDeviceInfo *self, const char *feature);

/** namida_device_info_from_json: lenient: unknown keys ignored, wrong types are as if missing; needs an alias. Pure. */
NamidaDeviceInfo *namida_device_info_from_json (JsonObject *object, GError **error);
/** namida_device_info_add_to_json: @announce: also write "announce" (hello). Pure. */
void namida_device_info_add_to_json (NamidaDeviceInfo *self, JsonBuilder *builder, gboolean announce);

/**
 * namida_hello_parse: @data: one datagram, at most NAMIDA_LIMIT_HELLO_BYTES, untrusted
 * @dialect: (out): V1 when it has fingerprint, uuid and https; LOCALSEND (or _PLAIN) with a fingerprint but no uuid;
 * else PHONE Returns: (transfer full) (nullable)
 */
NamidaDeviceInfo *namida_hello_parse (const char *data, gsize length, NamidaDialect *dialect, GError **error);
/** namida_hello_format: Returns: (transfer full): one datagram of JSON. */
char *namida_hello_format (NamidaDeviceInfo *self);

G_END_DECLS
