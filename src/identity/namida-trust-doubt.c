/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Compares a device with the trusted ones by key, uuid and name; see the header. Main context. */
#include "config.h"

#include "namida-trust-doubt.h"

#include "namida-format.h"
#include "namida-skeleton.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* @but: (nullable): a device to skip. */
static const NamidaTrusted *
trust_doubt_find_lookalike (NamidaTrustStore *trust, const char *alias, const NamidaTrusted *but)
{
  g_autoptr (GPtrArray) all = namida_trust_store_list (trust);
  g_autofree char *skeleton = namida_skeleton (alias);

  for (guint i = 0; i < all->len && *skeleton != '\0'; i++)
    {
      const NamidaTrusted *one = g_ptr_array_index (all, i);
      g_autofree char *other = namida_skeleton (one->alias);

      if (strcmp (skeleton, other) == 0 && (but == NULL || strcmp (one->fingerprint, but->fingerprint) != 0))
        return namida_trust_store_lookup (trust, one->fingerprint);
    }
  return NULL;
}

/* A trusted device that takes the name of another one would be confused with it, because people choose a recipient
 * by name. */
static const NamidaTrusted *
trust_doubt_find_name_taken (NamidaTrustStore *trust, const NamidaTrusted *self, const char *alias)
{
  if (alias == NULL || namida_looks_like (alias, self->alias))
    return NULL;
  return trust_doubt_find_lookalike (trust, alias, self);
}

NamidaDoubt
namida_trust_doubt (
    NamidaTrustStore *trust, const char *fingerprint, const char *uuid, const char *alias, const NamidaTrusted **whom)
{
  const NamidaTrusted *claimed;
  const NamidaTrusted *self;

  g_return_val_if_fail (NAMIDA_IS_TRUST_STORE (trust), NAMIDA_DOUBT_NONE);

  if (whom != NULL)
    *whom = NULL;
  self = fingerprint != NULL ? namida_trust_store_lookup (trust, fingerprint) : NULL;
  if (self != NULL)
    {
      claimed = trust_doubt_find_name_taken (trust, self, alias);
      if (claimed != NULL && whom != NULL)
        *whom = claimed;
      return claimed != NULL ? NAMIDA_DOUBT_NAME_TAKEN : NAMIDA_DOUBT_NONE;
    }
  claimed = namida_trust_store_lookup_uuid (trust, uuid);
  if (claimed != NULL)
    {
      if (whom != NULL)
        *whom = claimed;
      return NAMIDA_DOUBT_IDENTITY_CHANGED;
    }
  claimed = alias != NULL ? trust_doubt_find_lookalike (trust, alias, NULL) : NULL;
  if (claimed == NULL)
    return NAMIDA_DOUBT_NONE;
  if (whom != NULL)
    *whom = claimed;
  return NAMIDA_DOUBT_LOOKALIKE;
}

char *
namida_trust_doubt_dup_text (NamidaTrustStore *trust, const char *fingerprint, const char *uuid, const char *alias)
{
  const NamidaTrusted *whom;
  NamidaDoubt doubt = namida_trust_doubt (trust, fingerprint, uuid, alias, &whom);
  g_autofree char *name = whom != NULL ? namida_format_name (whom->alias) : NULL;

  if (doubt == NAMIDA_DOUBT_IDENTITY_CHANGED)
    return g_strdup_printf (_ ("This device claims to be your trusted device “%s”, but its key is different. Someone "
                               "may be impersonating it. If you reinstalled it, pair with it again."),
                            name);
  if (doubt == NAMIDA_DOUBT_NAME_TAKEN)
    {
      g_autofree char *own = namida_format_name (namida_trust_store_lookup (trust, fingerprint)->alias);

      /* Translators: two names of devices: the one that it has in the list of trusted devices, and the other one's */
      return g_strdup_printf (_ ("This is your trusted “%s”, but it now has the name of your trusted “%s”. Make sure "
                                 "that it is the one that you mean."),
                              own, name);
    }
  if (doubt == NAMIDA_DOUBT_LOOKALIKE)
    return g_strdup_printf (_ ("This is not your trusted device “%s”. Only the names look alike."), name);
  return NULL;
}
