/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fuzzes the parser of offers. Each offer that is accepted has safe names only and is the same after formatting and
 * parsing it again. */
#include <stdint.h>

#include "namida-messages.h"
#include "namida-safe-path.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (NamidaOfferMessage) offer = namida_offer_message_parse ((const char *) data, size, &error);
  g_autoptr (NamidaOfferMessage) again = NULL;
  g_autofree char *text = NULL;
  GPtrArray *entries;
  gsize length;

  if (offer == NULL)
    {
      g_assert_nonnull (error);
      return 0;
    }
  g_assert_null (error);
  entries = namida_backup_get_entries (offer->backup);
  for (guint i = 0; i < entries->len; i++)
    {
      g_autofree char *path = namida_entry_dup_path (g_ptr_array_index (entries, i));

      g_assert_true (namida_safe_path_check (path, NULL));
    }
  text = namida_offer_message_format (offer->info, offer->manifest, offer->backup, &length);
  again = namida_offer_message_parse (text, length, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (namida_backup_get_files (again->backup), ==, namida_backup_get_files (offer->backup));
  g_assert_cmpuint (namida_backup_get_bytes (again->backup), ==, namida_backup_get_bytes (offer->backup));
  return 0;
}
