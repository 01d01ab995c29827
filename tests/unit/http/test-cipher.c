/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests the order of the ciphers: GnuTLS accepts it, the intended cipher comes first, every cipher of the default list
 * of GnuTLS that a peer may need is still included, and a setting of the user is not changed. */
#include "config.h"

#include <gnutls/gnutls.h>

#include "namida-cipher.h"

#define DEFAULT_PRIORITY "NORMAL:%COMPAT"

/* Returns: (transfer full) */
static GPtrArray *
cipher_list (const char *text)
{
  GPtrArray *names = g_ptr_array_new ();
  const unsigned int *list;
  gnutls_priority_t priority;
  int count;

  g_assert_cmpint (gnutls_priority_init (&priority, text, NULL), ==, GNUTLS_E_SUCCESS);
  count = gnutls_priority_cipher_list (priority, &list);
  g_assert_cmpint (count, >, 0);
  for (int i = 0; i < count; i++)
    g_ptr_array_add (names, (gpointer) gnutls_cipher_get_name (list[i]));
  gnutls_priority_deinit (priority);
  return names;
}

static void
check_kind (NamidaCipherKind kind, const char *first)
{
  g_autoptr (GPtrArray) ours = cipher_list (namida_cipher_priority (kind));
  g_autoptr (GPtrArray) theirs = cipher_list (DEFAULT_PRIORITY);

  g_assert_cmpstr (g_ptr_array_index (ours, 0), ==, first);
  for (guint i = 0; i < theirs->len; i++)
    g_assert_true (g_ptr_array_find_with_equal_func (ours, g_ptr_array_index (theirs, i), g_str_equal, NULL));
  g_assert_cmpuint (ours->len, ==, theirs->len);
}

static void
test_order (void)
{
  check_kind (NAMIDA_CIPHER_AES, "AES-128-GCM");
  check_kind (NAMIDA_CIPHER_NO_AES, "CHACHA20-POLY1305");
  g_assert_null (namida_cipher_priority (NAMIDA_CIPHER_UNKNOWN));
}

static void
test_override (void)
{
  g_setenv ("GNUTLS_CPUID_OVERRIDE", "0x1", TRUE);
  g_assert_cmpint (namida_cipher_detect (), ==, NAMIDA_CIPHER_NO_AES);
  g_setenv ("GNUTLS_CPUID_OVERRIDE", "0x4", TRUE);
  g_assert_cmpint (namida_cipher_detect (), ==, NAMIDA_CIPHER_NO_AES);
  g_unsetenv ("GNUTLS_CPUID_OVERRIDE");
}

static void
test_user_wins (void)
{
  g_setenv ("G_TLS_GNUTLS_PRIORITY", "SECURE256", TRUE);
  namida_cipher_prefer ();
  g_assert_cmpstr (g_getenv ("G_TLS_GNUTLS_PRIORITY"), ==, "SECURE256");
  g_unsetenv ("G_TLS_GNUTLS_PRIORITY");
  namida_cipher_prefer ();
  g_assert_cmpstr (g_getenv ("G_TLS_GNUTLS_PRIORITY"), ==, namida_cipher_priority (namida_cipher_detect ()));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cipher/order", test_order);
  g_test_add_func ("/cipher/override", test_override);
  g_test_add_func ("/cipher/user-wins", test_user_wins);
  return g_test_run ();
}
