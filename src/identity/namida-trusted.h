/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A trusted device as a value. NamidaTrustStore holds these values, namida-trust-rows.c reads them, and code that
 * keeps one for longer copies it. Any thread. */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

/** NamidaTrusted: a device that the user trusts. Boxed, immutable. */
typedef struct
{
  char *fingerprint; /* 64 upper-case hex digits */
  char *uuid;        /* (nullable) its uuid when it was trusted */
  char *alias;
  gint64 trusted_at;    /* microseconds since 1970 */
  gint64 last_seen;     /* microseconds since 1970; 0 = never */
  char *last_address;   /* (nullable) "10.0.0.5:53317" */
  gboolean auto_accept; /* may store backups without asking */
  gboolean may_restore; /* may fetch the backups that are kept for it */
  char *landing;        /* (nullable) where backups are saved: "library" or "backup"; NULL: the default */
} NamidaTrusted;

#define NAMIDA_TYPE_TRUSTED (namida_trusted_get_type ())
GType namida_trusted_get_type (void);
/** namida_trusted_copy: Returns: (transfer full) */
NamidaTrusted *namida_trusted_copy (const NamidaTrusted *self);
/** namida_trusted_free: @self: (transfer full) */
void namida_trusted_free (NamidaTrusted *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NamidaTrusted, namida_trusted_free)
/** namida_trusted_equal: Returns: whether all members are equal. */
gboolean namida_trusted_equal (const NamidaTrusted *one, const NamidaTrusted *other);

G_END_DECLS
