/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests that a handshake among TLS records is detected however the data is split. hostile_connections.py tests that a
 * real renegotiation closes the connection. */
#include "config.h"

#include <glib.h>

#include "namida-tls-records.h"

#define STEP_MOST 9u

/* Appends to @bytes a record of @type with a body that looks like the header of a handshake. */
static void
add_record (GByteArray *bytes, guint8 type, gsize body)
{
  static const guint8 like[] = { 22, 3, 3, 0, 4 };

  g_byte_array_append (bytes, (const guint8[]){ type, 3, 3, (guint8) (body >> 8), (guint8) body }, 5);
  for (gsize i = 0; i < body; i++)
    g_byte_array_append (bytes, &like[i % sizeof like], 1);
}

/* Returns: in which byte a handshake was found, from 1; 0: in none. */
static guint
find (const GByteArray *bytes, guint step)
{
  NamidaTlsRecords records = { 0 };

  for (guint at = 0; at < bytes->len; at += step)
    if (namida_tls_records_follow (&records, bytes->data + at, MIN (step, bytes->len - at)))
      return at + 1;
  return 0;
}

static void
test_data_only (void)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();

  add_record (bytes, 23, 100);
  add_record (bytes, 21, 2);
  add_record (bytes, 23, 0);
  add_record (bytes, 23, 16384);
  for (guint step = 1; step <= STEP_MOST; step++)
    g_assert_cmpuint (find (bytes, step), ==, 0);
  g_assert_cmpuint (find (bytes, bytes->len), ==, 0);
}

static void
test_handshake (void)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  guint header;

  add_record (bytes, 23, 301);
  add_record (bytes, 20, 1);
  header = bytes->len + 5;
  add_record (bytes, 22, 40);
  add_record (bytes, 23, 7);
  for (guint step = 1; step <= STEP_MOST; step++)
    {
      guint found = find (bytes, step);

      g_assert_cmpuint (found, <=, header);
      g_assert_cmpuint (found + step, >, header);
    }
  g_assert_cmpuint (find (bytes, bytes->len), ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/tls-records/data-only", test_data_only);
  g_test_add_func ("/tls-records/handshake", test_handshake);
  return g_test_run ();
}
