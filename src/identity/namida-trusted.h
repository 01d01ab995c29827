/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One device that a person trusts, as a value: NamidaTrustStore holds them, namida-trust-rows.c reads them, and whoever
 * keeps one for longer copies it. Any thread. */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

/** NamidaTrusted: one device that a person trusts. Boxed, immutable. */
typedef struct
{
  char *fingerprint; /* 64 upper-case hex digits */
  char *uuid;        /* (nullable) as it said when it was trusted */
  char *alias;
  gint64 trusted_at;    /* microseconds since 1970 */
  gint64 last_seen;     /* microseconds since 1970, 0 = never */
  char *last_address;   /* (nullable) "10.0.0.5:53317" */
  gboolean auto_accept; /* may store backups without a question */
  gboolean may_restore; /* may fetch the backups that are kept for it */
  char *landing;        /* (nullable) where its backups land: "library" or "backup"; NULL: as for any device */
} NamidaTrusted;

#define NAMIDA_TYPE_TRUSTED (namida_trusted_get_type ())
GType namida_trusted_get_type (void);
/** namida_trusted_copy: Returns: (transfer full) */
NamidaTrusted *namida_trusted_copy (const NamidaTrusted *self);
void namida_trusted_free (NamidaTrusted *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NamidaTrusted, namida_trusted_free)
/** namida_trusted_equal: Returns: whether all members of both are the same. */
gboolean namida_trusted_equal (const NamidaTrusted *one, const NamidaTrusted *other);

G_END_DECLS
