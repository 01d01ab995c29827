/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SHA-256 and random numbers by GnuTLS; see the header. Any thread. */
#include "config.h"

#include "namida-digest.h"

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>

#define SHA256_BYTES 32

struct _NamidaDigest
{
  gnutls_hash_hd_t handle;
};

static char *
digest_to_hex (const guint8 *bytes, gsize length)
{
  static const char digits[] = "0123456789abcdef";
  char *hex = g_malloc (length * 2 + 1);

  for (gsize i = 0; i < length; i++)
    {
      hex[i * 2] = digits[bytes[i] >> 4];
      hex[i * 2 + 1] = digits[bytes[i] & 15];
    }
  hex[length * 2] = '\0';
  return hex;
}

/* Nothing can be trusted without SHA-256 or random numbers: like g_malloc(), these functions abort the program if
 * they fail. */
static void
digest_must (int result, const char *what)
{
  if (result < 0)
    g_error ("%s: %s", what, gnutls_strerror (result));
}

NamidaDigest *
namida_digest_new (void)
{
  NamidaDigest *self = g_new0 (NamidaDigest, 1);

  digest_must (gnutls_hash_init (&self->handle, GNUTLS_DIG_SHA256), "gnutls_hash_init");
  return self;
}

void
namida_digest_update (NamidaDigest *self, const void *data, gsize length)
{
  g_return_if_fail (self != NULL);

  if (length > 0)
    digest_must (gnutls_hash (self->handle, data, length), "gnutls_hash");
}

char *
namida_digest_finish (NamidaDigest *self)
{
  guint8 bytes[SHA256_BYTES];

  g_return_val_if_fail (self != NULL, NULL);

  /* gnutls_hash_output() also resets the state (GnuTLS manual, "Hash and MAC functions"). */
  gnutls_hash_output (self->handle, bytes);
  return digest_to_hex (bytes, sizeof bytes);
}

void
namida_digest_free (NamidaDigest *self)
{
  if (self == NULL)
    return;
  gnutls_hash_deinit (self->handle, NULL);
  g_free (self);
}

gboolean
namida_digest_is_hex (const char *text)
{
  gsize n = 0;

  if (text == NULL)
    return FALSE;
  while (n < NAMIDA_SHA256_HEX_LENGTH && g_ascii_isxdigit (text[n]))
    n++;
  return n == NAMIDA_SHA256_HEX_LENGTH && text[n] == '\0';
}

char *
namida_digest_bytes (const void *data, gsize length)
{
  guint8 bytes[SHA256_BYTES];

  digest_must (gnutls_hash_fast (GNUTLS_DIG_SHA256, data != NULL ? data : "", length, bytes), "gnutls_hash_fast");
  return digest_to_hex (bytes, sizeof bytes);
}

char *
namida_random_hex (gsize n_bytes)
{
  g_autofree guint8 *bytes = g_malloc (n_bytes + 1);

  digest_must (gnutls_rnd (GNUTLS_RND_KEY, bytes, n_bytes), "gnutls_rnd");
  return digest_to_hex (bytes, n_bytes);
}
