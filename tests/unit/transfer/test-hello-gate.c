/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests the check before a TLS handshake: only a complete ClientHello passes, however it is split into records; other
 * data is refused, and incomplete data is waited for. hostile_connections.py and all tests with TLS use real ones. */
#include "config.h"

#include <glib.h>
#include <string.h>

#include "namida-hello-gate.h"

/* A hello of @size bytes after its head, in records of at most @record bytes. Returns: (transfer full) */
static GByteArray *
hello_new (guint8 type, gsize size, gsize record)
{
  g_autoptr (GByteArray) message = g_byte_array_new ();
  GByteArray *hello = g_byte_array_new ();

  g_byte_array_append (message, (const guint8[]){ type, (guint8) (size >> 16), (guint8) (size >> 8), (guint8) size },
                       4);
  g_byte_array_set_size (message, 4 + (guint) size);
  memset (message->data + 4, 'x', size);
  for (gsize at = 0; at < message->len; at += record)
    {
      gsize n = MIN (record, message->len - at);

      g_byte_array_append (hello, (const guint8[]){ 22, 3, 1, (guint8) (n >> 8), (guint8) n }, 5);
      g_byte_array_append (hello, message->data + at, (guint) n);
    }
  return hello;
}

/* At each length something more is asked for, never more than there is in all, until all of it is there. */
static void
test_whole (gconstpointer data)
{
  gsize record = GPOINTER_TO_SIZE (data);
  g_autoptr (GByteArray) hello = hello_new (1, 300, record);

  for (gsize length = 0; length < hello->len; length++)
    {
      gssize missing = namida_hello_gate_missing (hello->data, length);

      g_assert_cmpint (missing, >, (gssize) length);
      g_assert_cmpint (missing, <=, hello->len);
    }
  g_assert_cmpint (namida_hello_gate_missing (hello->data, hello->len), ==, 0);
}

static void
test_refused (void)
{
  g_autoptr (GByteArray) finished = hello_new (20, 300, 1000);
  g_autoptr (GByteArray) crumbs = hello_new (1, 10000, 1);
  g_autoptr (GByteArray) long_one = hello_new (1, 20000, 8000);
  static const guint8 empty[] = { 22, 3, 1, 0, 0 }, endless[] = { 22, 3, 1, 0xff, 0xff }, data[] = { 23, 3, 1, 0, 5 };

  g_assert_cmpint (namida_hello_gate_missing (finished->data, finished->len), ==, -1);
  g_assert_cmpint (namida_hello_gate_missing (crumbs->data, crumbs->len), ==, -1);
  g_assert_cmpint (namida_hello_gate_missing (long_one->data, long_one->len), ==, -1);
  g_assert_cmpint (namida_hello_gate_missing (empty, sizeof empty), ==, -1);
  g_assert_cmpint (namida_hello_gate_missing (endless, sizeof endless), ==, -1);
  g_assert_cmpint (namida_hello_gate_missing (data, sizeof data), ==, -1);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/hello-gate/one-record", GSIZE_TO_POINTER (1000), test_whole);
  g_test_add_data_func ("/hello-gate/records", GSIZE_TO_POINTER (100), test_whole);
  g_test_add_data_func ("/hello-gate/crumbs", GSIZE_TO_POINTER (1), test_whole);
  g_test_add_func ("/hello-gate/refused", test_refused);
  return g_test_run ();
}
