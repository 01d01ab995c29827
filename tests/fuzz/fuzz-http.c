/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fuzzes the reader of HTTP requests: heads and bodies that follow each other on one connection. */
#include <stdint.h>

#include "namida-http.h"
#include "namida-limits.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

/* Reads a body to its end, in blocks of an odd size: never more than was put in, nor more than was announced. */
static gboolean
read_body (NamidaHttpReader *reader, gint64 length, gsize size)
{
  NamidaHttpBody body;
  char block[61];
  guint64 total = 0;
  gssize n;

  namida_http_body_init (&body, reader, length);
  while ((n = namida_http_body_read (&body, block, sizeof block, NULL, NULL)) > 0)
    total += (guint64) n;
  g_assert_cmpuint (total, <=, size);
  if (length >= 0)
    g_assert_cmpuint (total, <=, (guint64) length);
  if (n == 0 && length >= 0)
    g_assert_cmpuint (total, ==, (guint64) length);
  return n == 0;
}

/* What follows one upload on its connection: heads and bodies, one after the other. */
int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GInputStream) input = g_memory_input_stream_new_from_data (data, (gssize) size, NULL);
  g_auto (NamidaHttpReader) reader;

  namida_http_reader_init (&reader, input);
  for (guint i = 0; i < 64; i++)
    {
      g_auto (NamidaHttpHead) head = { 0 };
      g_autoptr (GError) error = NULL;

      if (!namida_http_reader_head (&reader, &head, NAMIDA_LIMIT_HEAD_SECONDS, NULL, &error))
        break;
      g_assert_no_error (error);
      g_assert_nonnull (head.method);
      g_assert_nonnull (head.path);
      g_assert_cmpint (head.length, >=, -1);
      if (!read_body (&reader, head.length, size))
        break;
    }
  return 0;
}
