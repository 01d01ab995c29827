/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Computes commitments and pairing codes; see the header. Pure functions, any thread. */
#include "config.h"

#include "namida-pairing.h"

#include "namida-digest.h"

#define PREFIX "namidasync-pair-v1"
#define RAW_LENGTH 32

/* Appends the 32 bytes that 64 hex digits of either case stand for. */
static gboolean
pairing_append_raw (GByteArray *bytes, const char *hex)
{
  if (!namida_digest_is_hex (hex))
    return FALSE;
  for (guint i = 0; i < RAW_LENGTH; i++)
    {
      guint8 byte = (guint8) (g_ascii_xdigit_value (hex[i * 2]) << 4 | g_ascii_xdigit_value (hex[i * 2 + 1]));

      g_byte_array_append (bytes, &byte, 1);
    }
  return TRUE;
}

gboolean
namida_pairing_nonce_is_valid (const char *nonce)
{
  if (!namida_digest_is_hex (nonce))
    return FALSE;
  for (const char *p = nonce; *p != '\0'; p++)
    {
      if (g_ascii_isupper (*p))
        return FALSE;
    }
  return TRUE;
}

char *
namida_pairing_commitment (const char *nonce)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();

  if (!namida_pairing_nonce_is_valid (nonce) || !pairing_append_raw (bytes, nonce))
    return NULL;
  return namida_digest_bytes (bytes->data, bytes->len);
}

char *
namida_pairing_digits (const char *fingerprint_a, const char *fingerprint_b, const char *nonce_a, const char *nonce_b)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_autofree char *hash = NULL;
  guint digits;

  if (!namida_pairing_nonce_is_valid (nonce_a) || !namida_pairing_nonce_is_valid (nonce_b))
    return NULL;
  g_byte_array_append (bytes, (const guint8 *) PREFIX, strlen (PREFIX));
  if (!pairing_append_raw (bytes, fingerprint_a) || !pairing_append_raw (bytes, fingerprint_b)
      || !pairing_append_raw (bytes, nonce_a) || !pairing_append_raw (bytes, nonce_b))
    return NULL;
  hash = namida_digest_bytes (bytes->data, bytes->len);
  hash[16] = '\0'; /* the first 8 bytes, big-endian */
  digits = (guint) (g_ascii_strtoull (hash, NULL, 16) % 1000000);
  return g_strdup_printf ("%03u %03u", digits / 1000, digits % 1000);
}
