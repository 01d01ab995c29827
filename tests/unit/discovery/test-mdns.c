/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests writing questions and parsing answers of multicast DNS, including truncated and hostile ones. */
#include "namida-avahi-txt.h"
#include "namida-mdns-message.h"

#include <string.h>

#define SERVICE NAMIDA_AVAHI_PLAYER_SERVICE

static void
append (GByteArray *out, const void *data, gsize length)
{
  g_byte_array_append (out, data, (guint) length);
}

static void
append_name (GByteArray *out, const char *name)
{
  g_auto (GStrv) labels = g_strsplit (name, ".", -1);

  for (guint i = 0; labels[i] != NULL; i++)
    {
      guint8 length = (guint8) strlen (labels[i]);

      append (out, &length, 1);
      append (out, labels[i], length);
    }
  append (out, "", 1);
}

static void
append_number (GByteArray *out, guint bytes, guint value)
{
  while (bytes-- > 0)
    {
      guint8 byte = (guint8) (value >> (8 * bytes));

      append (out, &byte, 1);
    }
}

static void
append_record (GByteArray *out, const char *name, guint type, guint ttl, const void *data, gsize length)
{
  append_name (out, name);
  append_number (out, 2, type);
  append_number (out, 2, 0x8001);
  append_number (out, 4, ttl);
  append_number (out, 2, (guint) length);
  append (out, data, length);
}

/* As a responder writes it: PTR first, then SRV and TXT as additional records. */
static GByteArray *
make_answer (const char *instance, guint ttl)
{
  static const char txt[] = "\x14"
                            "device_name=Pixel 8a"
                            "\x0e"
                            "device_id=id-7";
  static const guint8 srv[] = { 0, 0, 0, 0, 0xf3, 0x66, 5, 'p', 'i', 'x', 'e', 'l', 0 };
  static const guint8 header[] = { 0, 0, 0x84, 0, 0, 0, 0, 1, 0, 0, 0, 2 };
  GByteArray *out = g_byte_array_new ();
  g_autoptr (GByteArray) name = g_byte_array_new ();

  append (out, header, sizeof header);
  append_name (name, instance);
  append_record (out, SERVICE ".local", 12, ttl, name->data, name->len);
  append_record (out, instance, 33, ttl, srv, sizeof srv);
  append_record (out, instance, 16, ttl, txt, sizeof txt - 1);
  return out;
}

static void
test_query (void)
{
  static const char wanted[] = "\0\0\0\0\0\1\0\0\0\0\0\0\x0e_namida-server\4_tcp\5local\0\0\x0c\0\1";
  g_autoptr (GBytes) query = namida_mdns_message_new_query (SERVICE);
  gsize length;
  const char *data = g_bytes_get_data (query, &length);

  g_assert_cmpmem (data, length, wanted, sizeof wanted - 1);
  /* Our own question, which loops back, is no answer. */
  g_assert_null (namida_mdns_message_parse ((const guint8 *) data, length, SERVICE));
}

static void
test_answer (void)
{
  static const char *const names[] = { "namida-1." SERVICE ".local", "Zo\xc3\xab._NAMIDA-server._tcp.LOCAL" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (GByteArray) answer = make_answer (names[i], 10);
      g_autoptr (NamidaDeviceInfo) info = namida_mdns_message_parse (answer->data, answer->len, SERVICE);

      g_assert_nonnull (info);
      g_assert_cmpstr (info->alias, ==, "Pixel 8a");
      g_assert_cmpstr (info->fingerprint, ==, "id-7");
      g_assert_cmpuint (info->port, ==, 62310);
    }
}

static void
test_others (void)
{
  g_autoptr (GByteArray) other = make_answer ("namida-1._http._tcp.local", 10);
  g_autoptr (GByteArray) goodbye = make_answer ("namida-1." SERVICE ".local", 0);
  g_autoptr (GByteArray) longer = make_answer ("namida-1." SERVICE ".local.example", 10);
  g_autoptr (GByteArray) nameless = make_answer (SERVICE ".local", 10);

  g_assert_null (namida_mdns_message_parse (other->data, other->len, SERVICE));
  g_assert_null (namida_mdns_message_parse (goodbye->data, goodbye->len, SERVICE));
  g_assert_null (namida_mdns_message_parse (longer->data, longer->len, SERVICE));
  g_assert_null (namida_mdns_message_parse (nameless->data, nameless->len, SERVICE));
}

/* RFC 1035, 2.3.4: a name has at most 255 bytes. */
static void
test_long_name (void)
{
  g_autofree char *label = g_strnfill (60, 'a');
  g_autofree char *fits = g_strconcat (label, ".", label, ".", label, ".", SERVICE, ".local", NULL);
  g_autofree char *longer = g_strconcat (label, ".", fits, NULL);
  g_autoptr (GByteArray) good = make_answer (fits, 10);
  g_autoptr (GByteArray) bad = make_answer (longer, 10);
  g_autoptr (NamidaDeviceInfo) info = namida_mdns_message_parse (good->data, good->len, SERVICE);

  g_assert_nonnull (info);
  g_assert_null (namida_mdns_message_parse (bad->data, bad->len, SERVICE));
}

/* Cut anywhere, it is no answer, or one without texts; a copy of the exact size lets a sanitizer see what is read
 * beyond. */
static void
test_cut (void)
{
  g_autoptr (GByteArray) answer = make_answer ("namida-1." SERVICE ".local", 10);

  for (guint length = 0; length < answer->len; length++)
    {
      g_autofree guint8 *copy = g_memdup2 (answer->data, MAX (length, 1));
      g_autoptr (NamidaDeviceInfo) info = namida_mdns_message_parse (copy, length, SERVICE);

      g_assert_true (info == NULL || g_str_equal (info->fingerprint, "namida-1"));
    }
}

/* Names that lead to themselves, forwards, or out of the datagram. */
static void
test_compression (void)
{
  static const guint8 targets[] = { 12, 13, 14, 0, 63, 255 };

  for (guint i = 0; i < G_N_ELEMENTS (targets); i++)
    {
      guint8 data[] = { 0,  0, 0x84, 0, 0, 0, 0,  1, 0, 0, 0, 0, 0xc0, targets[i], 0,
                        33, 0, 1,    0, 0, 0, 10, 0, 6, 0, 0, 0, 0,    1,          1 };

      g_assert_null (namida_mdns_message_parse (data, sizeof data, SERVICE));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/mdns/query", test_query);
  g_test_add_func ("/mdns/answer", test_answer);
  g_test_add_func ("/mdns/others", test_others);
  g_test_add_func ("/mdns/long-name", test_long_name);
  g_test_add_func ("/mdns/cut", test_cut);
  g_test_add_func ("/mdns/compression", test_compression);
  return g_test_run ();
}
