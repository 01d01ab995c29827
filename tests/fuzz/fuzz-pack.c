/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fuzzes the reader of packs, which gets its data in pieces of up to 700 bytes, as from a network. */
#include <stdint.h>
#include <string.h>

#include "namida-limits.h"
#include "namida-pack-reader.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

typedef struct
{
  const uint8_t *data;
  size_t left;
} Input;

/* In odd pieces, as a network gives them. */
static gssize
read_input (void *buffer, gsize count, gpointer user_data, GError **error)
{
  Input *input = user_data;
  gsize n = MIN (MIN (count, input->left), 700);

  memcpy (buffer, input->data, n);
  input->data += n;
  input->left -= n;
  return (gssize) n;
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  Input input = { data, size };
  g_autoptr (NamidaPackReader) reader = namida_pack_reader_new (read_input, &input);
  g_autoptr (GError) error = NULL;
  NamidaPackEntry entry;
  guint n = 0;

  while (namida_pack_reader_next (reader, &entry, &error))
    {
      g_autofree guint8 *bytes = g_malloc (MAX (entry.size, 1));

      g_assert_cmpuint (entry.size, <=, NAMIDA_LIMIT_PACK_FILE_BYTES);
      g_assert_cmpuint (++n, <=, NAMIDA_LIMIT_PACK_FILES);
      g_assert_null (strchr (entry.id, '/'));
      g_assert_null (strchr (entry.token, '/'));
      if (!namida_pack_reader_data (reader, bytes, &error))
        break;
    }
  g_assert_true (error != NULL || input.left == 0);
  return 0;
}
