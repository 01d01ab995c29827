/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fuzzes the parser of discovery messages. Each message that is accepted must satisfy the rules of NamidaDeviceInfo and
 * be the same after formatting and parsing it again. */
#include <stdint.h>
#include <string.h>

#include "namida-device-info.h"
#include "namida-limits.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  NamidaDialect dialect = NAMIDA_DIALECT_NONE;
  g_autoptr (GError) error = NULL;
  g_autoptr (NamidaDeviceInfo) info = namida_hello_parse ((const char *) data, size, &dialect, &error);
  g_autoptr (NamidaDeviceInfo) again = NULL;
  g_autofree char *text = NULL;

  if (info == NULL)
    {
      g_assert_nonnull (error);
      return 0;
    }
  g_assert_null (error);
  g_assert_cmpint (dialect, !=, NAMIDA_DIALECT_NONE);
  g_assert_true (g_utf8_validate (info->alias, -1, NULL));
  g_assert_cmpint (g_utf8_strlen (info->alias, -1), <=, NAMIDA_LIMIT_ALIAS_CHARS);
  g_assert_cmpuint (info->port, >, 0);
  g_assert_true (info->fingerprint == NULL || strlen (info->fingerprint) == 64);
  text = namida_hello_format (info);
  again = namida_hello_parse (text, strlen (text), &dialect, NULL);
  g_assert_nonnull (again);
  g_assert_cmpstr (again->alias, ==, info->alias);
  g_assert_cmpstr (again->uuid, ==, info->uuid);
  g_assert_cmpint (again->goodbye, ==, info->goodbye);
  return 0;
}
