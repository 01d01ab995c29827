/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests parsing and comparing addresses, and the list of network interfaces. */
#include "namida-address-book.h"
#include "namida-error.h"
#include "namida-interface.h"
#include "namida-multicast-link.h"
#include "namida-peer-list.h"
#include "namida-peer-private.h"

static void
test_parse (void)
{
  static const struct
  {
    const char *text;
    const char *expected; /* NULL: no address */
  } cases[] = {
    { "10.0.0.5", "10.0.0.5:53317" },
    { "10.0.0.5:1234", "10.0.0.5:1234" },
    { "::1", "[::1]:53317" },
    { "[::1]", "[::1]:53317" },
    { "[::1]:65535", "[::1]:65535" },
    { "[fe80::1%lo]:1234", "[fe80::1%lo]:1234" },
    { "fe80::1%lo", "[fe80::1%lo]:53317" },
    { "", NULL },
    { "desk-pc", NULL },
    { "desk-pc:1234", NULL },
    { "10.0.0.5:", NULL },
    { "10.0.0.5:0", NULL },
    { "10.0.0.5:65536", NULL },
    { "10.0.0.5:+1", NULL },
    { "10.0.0", NULL },
    { "10.0.0.256", NULL },
    { "[::1", NULL },
    { "[::1]x", NULL },
    { "[10.0.0.5]:1", NULL },
    { "[::1]:99999", NULL },
    { ":::1", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GInetSocketAddress) address = namida_address_parse (cases[i].text);
      g_autofree char *text = address != NULL ? namida_address_to_text (address) : NULL;

      g_test_message ("%s", cases[i].text);
      g_assert_cmpstr (text, ==, cases[i].expected);
    }
}

static void
test_unmapped (void)
{
  g_autoptr (GInetSocketAddress) mapped = namida_address_parse ("[::ffff:10.0.0.5]:1234");
  g_autoptr (GInetSocketAddress) plain = namida_address_unmapped (mapped);
  g_autofree char *text = namida_address_to_text (plain);

  g_assert_cmpstr (text, ==, "10.0.0.5:1234");
}

static void
test_near (void)
{
  static const char *const near[]
      = { "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.3.4", "::1", "fe80::1", "fd00::2", "fc00::1" };
  static const char *const far[] = { "8.8.8.8", "172.32.0.1", "192.0.2.2", "2001:db8::1", "fe00::1", "0.0.0.0" };

  for (guint i = 0; i < G_N_ELEMENTS (near); i++)
    {
      g_autoptr (GInetAddress) address = g_inet_address_new_from_string (near[i]);

      g_assert_true (namida_address_is_near (address));
    }
  for (guint i = 0; i < G_N_ELEMENTS (far); i++)
    {
      g_autoptr (GInetAddress) address = g_inet_address_new_from_string (far[i]);

      g_assert_false (namida_address_is_near (address));
    }
}

/* What is meant as an address and is none is refused at once; a device's name never is. */
static void
test_place_check (void)
{
  static const char *const good[]
      = { "NAS",         "nas.local",    "nas.local:53318", "10.0.0.5",         "10.0.0.5:1",
          "::1",         "[fe80::1%lo]", "[::1]:53317",     "Studio: upstairs", "Hall 12:30",
          "Version 1.2", "1.2",          "fe80::1%lo",      "4AB0C1D2",         "Ana’s phone" };
  static const char *const bad[]
      = { "https://nas", "http://10.0.0.5:53317", "nas:99999",       "nas:0",       "10.0.0.5:70000",
          "256.1.1.1",   "10.0.0.300:53317",      "[fe80::zz]",      "[::1]:99999", " 256.1.1.1 ",
          "fe80::1",     "[fe80::1]:53317",       "[fe80::1%nosuch]" };

  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_true (namida_place_check (good[i], &error));
      g_assert_no_error (error);
    }
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_test_message ("%s", bad[i]);
      g_assert_false (namida_place_check (bad[i], &error));
      g_assert_error (error, NAMIDA_ERROR, NAMIDA_ERROR_INVALID_REQUEST);
    }
}

/* A link-local address is of use only with its zone, wherever it is shown. */
static void
test_zone (void)
{
  g_autoptr (GInetSocketAddress) address = namida_address_parse ("[fe80::1%lo]:1234");
  g_autoptr (GInetSocketAddress) again = NULL;
  g_autofree char *host = namida_address_dup_host (address);

  g_assert_cmpstr (host, ==, "fe80::1%lo");
  again = namida_address_parse (host);
  g_assert_nonnull (again);
  g_assert_cmpuint (namida_address_scope (again), ==, namida_address_scope (address));
}

static void
test_interfaces (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) named = namida_interface_list ("lo", &error);
  g_autoptr (GPtrArray) by_address = namida_interface_list ("127.0.0.1", NULL);
  g_autoptr (GPtrArray) all = namida_interface_list (NULL, NULL);
  g_autoptr (GPtrArray) none = NULL;
  g_autofree char *primary = namida_interface_primary_address ("lo");

  g_assert_no_error (error);
  g_assert_cmpuint (named->len, ==, 1);
  g_assert_true (((NamidaInterface *) named->pdata[0])->loopback);
  g_assert_cmpuint (by_address->len, ==, 1);
  g_assert_cmpstr (((NamidaInterface *) by_address->pdata[0])->name, ==, "lo");
  g_assert_cmpstr (primary, ==, "127.0.0.1");
  for (guint i = 0; i < all->len; i++)
    g_assert_false (((NamidaInterface *) all->pdata[i])->loopback);
  none = namida_interface_list ("no-such-if", &error);
  g_assert_cmpuint (none->len, ==, 0);
  g_assert_nonnull (error);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/address/place-check", test_place_check);
  g_test_add_func ("/address/zone", test_zone);
  g_test_add_func ("/address/parse", test_parse);
  g_test_add_func ("/address/unmapped", test_unmapped);
  g_test_add_func ("/address/near", test_near);
  g_test_add_func ("/interface/list", test_interfaces);
  return g_test_run ();
}
