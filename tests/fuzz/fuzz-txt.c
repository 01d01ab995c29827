/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fuzzes the parser of a service's name and TXT record, as Avahi reports them. */
#include <stdint.h>
#include <string.h>

#include "namida-avahi-txt.h"
#include "namida-limits.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

/* The bytes as DNS has them: each string with its length before it; the first is the service's name, the rest its TXT.
 */
static GVariant *
make_txt (const uint8_t *data, size_t size, char **name)
{
  GVariantBuilder builder;

  *name = NULL;
  g_variant_builder_init (&builder, G_VARIANT_TYPE ("aay"));
  while (size > 0)
    {
      size_t n = MIN (data[0], size - 1);

      if (*name == NULL)
        *name = g_strndup ((const char *) data + 1, n);
      else
        g_variant_builder_add_value (&builder, g_variant_new_fixed_array (G_VARIANT_TYPE_BYTE, data + 1, n, 1));
      data += n + 1;
      size -= n + 1;
    }
  return g_variant_ref_sink (g_variant_builder_end (&builder));
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *name = NULL;
  g_autoptr (GVariant) txt = make_txt (data, size, &name);
  g_autoptr (GError) error = NULL;
  g_autoptr (NamidaDeviceInfo) info = namida_avahi_txt_parse (txt, name, 53317, &error);
  g_autoptr (NamidaDeviceInfo) again = NULL;
  g_autoptr (GVariant) said = NULL;
  g_autofree char *service = NULL;

  if (info == NULL)
    {
      g_assert_nonnull (error);
      return 0;
    }
  g_assert_null (error);
  g_assert_true (g_utf8_validate (info->alias, -1, NULL));
  g_assert_cmpint (g_utf8_strlen (info->alias, -1), <=, NAMIDA_LIMIT_ALIAS_CHARS);
  g_assert_cmpuint (strlen (info->fingerprint), ==, 64);
  service = namida_avahi_service_name (info->alias);
  g_assert_cmpuint (strlen (service), <=, NAMIDA_AVAHI_NAME_BYTES);
  g_assert_cmpuint (strlen (service), >, 0);
  g_assert_true (g_utf8_validate (service, -1, NULL));
  said = g_variant_ref_sink (namida_avahi_txt_new (info));
  again = namida_avahi_txt_parse (said, service, 53317, NULL);
  g_assert_nonnull (again);
  g_assert_cmpstr (again->uuid, ==, info->uuid);
  g_assert_cmpstr (again->fingerprint, ==, info->fingerprint);
  return 0;
}
