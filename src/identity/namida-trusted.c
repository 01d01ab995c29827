/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The boxed type of a trusted device; see the header. Any thread. */
#include "config.h"

#include "namida-trusted.h"

G_DEFINE_BOXED_TYPE (NamidaTrusted, namida_trusted, namida_trusted_copy, namida_trusted_free)

NamidaTrusted *
namida_trusted_copy (const NamidaTrusted *self)
{
  NamidaTrusted *copy;

  g_return_val_if_fail (self != NULL, NULL);

  copy = g_new0 (NamidaTrusted, 1);
  *copy = *self;
  copy->fingerprint = g_strdup (self->fingerprint);
  copy->uuid = g_strdup (self->uuid);
  copy->alias = g_strdup (self->alias);
  copy->last_address = g_strdup (self->last_address);
  copy->landing = g_strdup (self->landing);
  return copy;
}

void
namida_trusted_free (NamidaTrusted *self)
{
  if (self == NULL)
    return;
  g_free (self->fingerprint);
  g_free (self->uuid);
  g_free (self->alias);
  g_free (self->last_address);
  g_free (self->landing);
  g_free (self);
}

gboolean
namida_trusted_equal (const NamidaTrusted *one, const NamidaTrusted *other)
{
  return g_strcmp0 (one->fingerprint, other->fingerprint) == 0 && g_strcmp0 (one->uuid, other->uuid) == 0
         && g_strcmp0 (one->alias, other->alias) == 0 && one->trusted_at == other->trusted_at
         && one->last_seen == other->last_seen && g_strcmp0 (one->last_address, other->last_address) == 0
         && one->auto_accept == other->auto_accept && one->may_restore == other->may_restore
         && g_strcmp0 (one->landing, other->landing) == 0;
}
