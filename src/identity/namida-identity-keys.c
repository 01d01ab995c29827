/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Creates the ECDSA key and the self-signed certificate of a device with GnuTLS. Called by namida-identity-files.c.
 * Any thread. */
#include "config.h"

#include "namida-identity-keys-private.h"

#include "namida-error.h"

#include <glib/gi18n-lib.h>
#include <gnutls/abstract.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

#define COMMON_NAME "Namida Sync"
#define KEY_ID_BYTES 64

/* The certificate never expires: other devices know this device by it forever (docs/protocol.md, "Identity"). */
#define FIRST_YEAR 1975
#define LAST_YEAR 4096

static time_t
identity_keys_new_year (int year)
{
  g_autoptr (GDateTime) time = g_date_time_new_utc (year, 1, 1, 0, 0, 0);

  return (time_t) g_date_time_to_unix (time);
}

/* RFC 5280, 4.1.2.2: a positive integer of at most 20 bytes. */
static int
identity_keys_set_serial (gnutls_x509_crt_t certificate)
{
  guint8 serial[16];
  int result = gnutls_rnd (GNUTLS_RND_NONCE, serial, sizeof serial);

  serial[0] = (serial[0] & 0x7f) | 0x40;
  return result < 0 ? result : gnutls_x509_crt_set_serial (certificate, serial, sizeof serial);
}

static int
identity_keys_fill_in (gnutls_x509_crt_t certificate, gnutls_x509_privkey_t key)
{
  int result = gnutls_x509_crt_set_version (certificate, 3);

  if (result >= 0)
    result = identity_keys_set_serial (certificate);
  if (result >= 0)
    result = gnutls_x509_crt_set_activation_time (certificate, identity_keys_new_year (FIRST_YEAR));
  if (result >= 0)
    result = gnutls_x509_crt_set_expiration_time (certificate, identity_keys_new_year (LAST_YEAR));
  if (result >= 0)
    result = gnutls_x509_crt_set_dn_by_oid (certificate, GNUTLS_OID_X520_COMMON_NAME, 0, COMMON_NAME,
                                            strlen (COMMON_NAME));
  if (result >= 0)
    result = gnutls_x509_crt_set_key (certificate, key);
  if (result >= 0)
    result = gnutls_x509_crt_set_basic_constraints (certificate, 0, -1);
  if (result >= 0)
    result = gnutls_x509_crt_set_key_usage (certificate, GNUTLS_KEY_DIGITAL_SIGNATURE);
  if (result >= 0)
    result = gnutls_x509_crt_set_key_purpose_oid (certificate, GNUTLS_KP_TLS_WWW_SERVER, 0);
  if (result >= 0)
    result = gnutls_x509_crt_set_key_purpose_oid (certificate, GNUTLS_KP_TLS_WWW_CLIENT, 0);
  if (result >= 0)
    result = gnutls_x509_crt_sign2 (certificate, certificate, key, GNUTLS_DIG_SHA256, 0);
  return result;
}

static char *
identity_keys_take_text (gnutls_datum_t *datum)
{
  char *text = datum->data != NULL ? g_strndup ((const char *) datum->data, datum->size) : NULL;

  if (datum->data != NULL)
    gnutls_memset (datum->data, 0, datum->size);
  gnutls_free (datum->data);
  return text;
}

gboolean
namida_identity_keys_make (char **key_pem, char **certificate_pem, GError **error)
{
  gnutls_x509_privkey_t key = NULL;
  gnutls_x509_crt_t certificate = NULL;
  gnutls_datum_t key_datum = { 0 }, certificate_datum = { 0 };
  int result = gnutls_x509_privkey_init (&key);

  if (result >= 0)
    result = gnutls_x509_crt_init (&certificate);
  if (result >= 0)
    result = gnutls_x509_privkey_generate (key, GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS (GNUTLS_ECC_CURVE_SECP256R1), 0);
  if (result >= 0)
    result = identity_keys_fill_in (certificate, key);
  if (result >= 0)
    result = gnutls_x509_privkey_export2_pkcs8 (key, GNUTLS_X509_FMT_PEM, NULL, GNUTLS_PKCS_PLAIN, &key_datum);
  if (result >= 0)
    result = gnutls_x509_crt_export2 (certificate, GNUTLS_X509_FMT_PEM, &certificate_datum);

  *key_pem = identity_keys_take_text (&key_datum);
  *certificate_pem = identity_keys_take_text (&certificate_datum);
  if (certificate != NULL)
    gnutls_x509_crt_deinit (certificate);
  if (key != NULL)
    gnutls_x509_privkey_deinit (key);
  if (result >= 0)
    return TRUE;

  g_clear_pointer (key_pem, g_free);
  g_clear_pointer (certificate_pem, g_free);
  g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_INTERNAL, _ ("The key of this device could not be made: %s"),
               gnutls_strerror (result));
  return FALSE;
}

gboolean
namida_identity_keys_match (const char *key_pem, const char *certificate_pem)
{
  const gnutls_datum_t key_datum = { (guchar *) key_pem, (guint) strlen (key_pem) };
  const gnutls_datum_t certificate_datum = { (guchar *) certificate_pem, (guint) strlen (certificate_pem) };
  gnutls_x509_privkey_t key = NULL;
  gnutls_x509_crt_t certificate = NULL;
  guint8 key_id[KEY_ID_BYTES], certificate_id[KEY_ID_BYTES];
  gsize key_length = sizeof key_id, certificate_length = sizeof certificate_id;
  gboolean match
      = gnutls_x509_privkey_init (&key) >= 0 && gnutls_x509_crt_init (&certificate) >= 0
        && gnutls_x509_privkey_import2 (key, &key_datum, GNUTLS_X509_FMT_PEM, NULL, GNUTLS_PKCS_PLAIN) >= 0
        && gnutls_x509_crt_import (certificate, &certificate_datum, GNUTLS_X509_FMT_PEM) >= 0
        && gnutls_x509_privkey_get_key_id (key, GNUTLS_KEYID_USE_SHA256, key_id, &key_length) >= 0
        && gnutls_x509_crt_get_key_id (certificate, GNUTLS_KEYID_USE_SHA256, certificate_id, &certificate_length) >= 0
        && key_length == certificate_length && memcmp (key_id, certificate_id, key_length) == 0;

  if (certificate != NULL)
    gnutls_x509_crt_deinit (certificate);
  if (key != NULL)
    gnutls_x509_privkey_deinit (key);
  return match;
}
