/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The description that a device sends of itself, in announcements and register messages, and the conversion from and to
 * JSON. Used by discovery, the protocol, the sender and the server. */
#pragma once

#include <gio/gio.h>
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/** NamidaDialect: the dialects that a device speaks, as flags. */
typedef enum
{
  NAMIDA_DIALECT_NONE = 0,
  NAMIDA_DIALECT_V1 = 1 << 0,              /* our own protocol, over TLS */
  NAMIDA_DIALECT_PHONE = 1 << 1,           /* the Namida Sync phone app, over plain HTTP */
  NAMIDA_DIALECT_LOCALSEND = 1 << 2,       /* LocalSend over TLS */
  NAMIDA_DIALECT_LOCALSEND_PLAIN = 1 << 3, /* LocalSend with encryption turned off */
} NamidaDialect;

/* The version of LocalSend's protocol that this program announces. LocalSend 1.15 and later treat it as their own. */
#define NAMIDA_LOCALSEND_VERSION "2.1"

/**
 * NamidaDeviceInfo:
 *
 * The description that a device sends of itself, in a hello and in register. Reference-counted; immutable once shared.
 * The strings are as received, but valid UTF-8 and limited in length; only show the alias through
 * namida_format_alias(). Nothing in it proves the identity of the device.
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
  gboolean announce;   /* hellos only: %TRUE unless the hello said false */
  gboolean goodbye;    /* hellos only: the device is leaving */
  gboolean sends_only; /* nothing can be offered to the device: a command that only sends, or a hidden device */
  GStrv features;      /* never %NULL */
  guint wanted;        /* register only: how many damaged files it wants from the receiver of this message */
} NamidaDeviceInfo;

#define NAMIDA_TYPE_DEVICE_INFO (namida_device_info_get_type ())
GType namida_device_info_get_type (void);

/**
 * namida_device_info_new: Returns: (transfer full): with an empty alias, version "1.0", port 53317, plain HTTP and
 * announce set.
 */
NamidaDeviceInfo *namida_device_info_new (void);
/** namida_device_info_copy: Returns: (transfer full): a deep copy, which may be changed until it is shared. */
NamidaDeviceInfo *namida_device_info_copy (NamidaDeviceInfo *self);
/** namida_device_info_ref: Returns: (transfer full): @self. Any thread. */
NamidaDeviceInfo *namida_device_info_ref (NamidaDeviceInfo *self);
/** namida_device_info_unref: @self: (transfer full). Any thread. */
void namida_device_info_unref (NamidaDeviceInfo *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NamidaDeviceInfo, namida_device_info_unref)
/**
 * namida_device_info_has_feature: Returns: whether @feature is one of the words that the device named in register.
 * Pure.
 */
gboolean namida_device_info_has_feature (NamidaDeviceInfo *self, const char *feature);

/**
 * namida_device_info_from_json: Lenient: ignores unknown keys, and treats values of a wrong type as missing. Returns:
 * (transfer full) (nullable): %NULL with INVALID_REQUEST if there is no alias. Pure.
 */
NamidaDeviceInfo *namida_device_info_from_json (JsonObject *object, GError **error);
/** namida_device_info_add_to_json: @announce: whether to write "announce", as in a hello. Pure. */
void namida_device_info_add_to_json (NamidaDeviceInfo *self, JsonBuilder *builder, gboolean announce);

/**
 * namida_hello_parse:
 * @data: one datagram, untrusted
 * @length: in bytes, at most NAMIDA_LIMIT_HELLO_BYTES
 * @dialect: (out): V1 if there is a fingerprint, a uuid and https; LOCALSEND (or _PLAIN) if there is a fingerprint but
 *   no uuid; otherwise PHONE
 *
 * Pure.
 *
 * Returns: (transfer full) (nullable): %NULL with INVALID_REQUEST or TOO_LARGE
 */
NamidaDeviceInfo *namida_hello_parse (const char *data, gsize length, NamidaDialect *dialect, GError **error);
/** namida_hello_format: Returns: (transfer full): the JSON text of one datagram. */
char *namida_hello_format (NamidaDeviceInfo *self);

G_END_DECLS
