/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fuzzes the parser of the answers to uploads: several answers on one connection, each with a head and a body, with
 * interim answers in between. */
#include <stdint.h>

#include "namida-http-answer.h"
#include "namida-limits.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GInputStream) input = g_memory_input_stream_new_from_data (data, (gssize) size, NULL);
  g_auto (NamidaHttpReader) reader = { 0 };
  NamidaHttpAnswerHead alone = { 0 };

  namida_http_reader_init (&reader, input);

  if (namida_http_answer_head_parse ((const char *) data, size, &alone, NULL))
    g_assert_cmpint (alone.content_length, >=, -1);
  for (guint i = 0; i < 64; i++)
    {
      g_auto (NamidaHttpAnswer) answer = { 0 };
      g_autoptr (GError) error = NULL;

      if (!namida_http_answer_read (&reader, NAMIDA_LIMIT_JSON_BYTES, &answer, NULL, &error))
        {
          g_assert_nonnull (error);
          break;
        }
      g_assert_no_error (error);
      g_assert_cmpuint (answer.head.status, >=, 200);
      g_assert_cmpuint (answer.head.status, <=, 999);
      g_assert_cmpuint (answer.body->len, <=, MIN (size, NAMIDA_LIMIT_JSON_BYTES));
      if (answer.head.content_length >= 0)
        g_assert_cmpuint (answer.body->len, ==, (guint) answer.head.content_length);
    }
  return 0;
}
