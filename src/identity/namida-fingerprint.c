/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Computes and compares fingerprints of certificates; see the header. Pure functions, any thread. */
#include "config.h"

#include "namida-fingerprint.h"

#include "namida-digest.h"

#include <string.h>

char *
namida_fingerprint_of (GTlsCertificate *certificate)
{
  g_autoptr (GByteArray) der = NULL;
  g_autofree char *lower = NULL;

  g_return_val_if_fail (G_IS_TLS_CERTIFICATE (certificate), NULL);

  g_object_get (certificate, "certificate", &der, NULL);
  g_return_val_if_fail (der != NULL, NULL);
  lower = namida_digest_bytes (der->data, der->len);
  return g_ascii_strup (lower, -1);
}

gboolean
namida_fingerprint_is_valid (const char *text)
{
  return namida_digest_is_hex (text);
}

char *
namida_fingerprint_dup_whole (const char *text)
{
  g_autoptr (GString) digits = g_string_new (NULL);

  for (; *text != '\0'; text++)
    if (*text != ' ' && *text != ':')
      g_string_append_c (digits, g_ascii_toupper (*text));
  return namida_fingerprint_is_valid (digits->str) ? g_strdup (digits->str) : NULL;
}

gboolean
namida_fingerprint_is_named (const char *fingerprint, const char *text, gboolean trusted)
{
  gsize n = 0, length = fingerprint != NULL ? strlen (fingerprint) : 0;

  for (; *text != '\0'; text++)
    {
      if (*text == ' ' || *text == ':')
        continue;
      if (!g_ascii_isxdigit (*text) || n >= length || g_ascii_toupper (*text) != g_ascii_toupper (fingerprint[n]))
        return FALSE;
      n++;
    }
  return n >= (trusted ? NAMIDA_FINGERPRINT_DIGITS_TRUSTED : NAMIDA_FINGERPRINT_DIGITS);
}
