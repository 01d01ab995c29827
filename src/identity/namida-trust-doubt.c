/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "namida-trust-doubt.h"

#include "namida-format.h"
#include "namida-skeleton.h"

#include <glib/gi18n-lib.h>
#include <string.h>

static const NamidaTrusted *
find_lookalike (NamidaTrustStore *trust, const char *alias)
{
  g_autoptr (GPtrArray) all = namida_trust_store_list (trust);
  g_autofree char *skeleton = namida_skeleton (alias);

  for (guint i = 0; i < all->len && *skeleton != '\0'; i++)
    {
      const NamidaTrusted *one = g_ptr_array_index (all, i);
      g_autofree char *other = namida_skeleton (one->alias);

      if (strcmp (skeleton, other) == 0)
        return namida_trust_store_lookup (trust, one->fingerprint);
    }
  return NULL;
}

NamidaDoubt
namida_trust_doubt (
    NamidaTrustStore *trust, const char *fingerprint, const char *uuid, const char *alias, const NamidaTrusted **whom)
{
  const NamidaTrusted *claimed;

  g_return_val_if_fail (NAMIDA_IS_TRUST_STORE (trust), NAMIDA_DOUBT_NONE);

  if (whom != NULL)
    *whom = NULL;
  if (fingerprint != NULL && namida_trust_store_is_trusted (trust, fingerprint))
    return NAMIDA_DOUBT_NONE;
  claimed = namida_trust_store_lookup_uuid (trust, uuid);
  if (claimed != NULL)
    {
      if (whom != NULL)
        *whom = claimed;
      return NAMIDA_DOUBT_IDENTITY_CHANGED;
    }
  claimed = alias != NULL ? find_lookalike (trust, alias) : NULL;
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
    return g_strdup_printf (_ ("This says it is your trusted “%s”, but it shows another key. Someone may be pretending "
                               "to be it. If it was set up anew, pair with it again."),
                            name);
  if (doubt == NAMIDA_DOUBT_LOOKALIKE)
    return g_strdup_printf (_ ("This is not your trusted “%s”: only its name looks the same."), name);
  return NULL;
}
