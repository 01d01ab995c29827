/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fuzzes the parsers of LocalSend's messages. Each name that they accept is a safe path, and each message can be
 * formatted and parsed again. */
#include <stdint.h>
#include <string.h>

#include "namida-localsend-message.h"
#include "namida-safe-path.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static void
check_offer (const char *data, size_t size)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  g_autofree char *body = NULL;
  g_autofree char *same = NULL;
  g_autoptr (NamidaOfferMessage) offer = namida_localsend_offer_parse (data, size, &text, &error);
  g_autoptr (NamidaOfferMessage) again = NULL;
  GPtrArray *entries;
  gsize length;

  if (offer == NULL)
    {
      g_assert_nonnull (error);
      g_assert_null (text);
      return;
    }
  g_assert_no_error (error);
  g_assert_true (text == NULL || strlen (text) <= NAMIDA_LOCALSEND_TEXT_BYTES);
  entries = namida_backup_get_entries (offer->backup);
  for (guint i = 0; i < entries->len; i++)
    {
      g_autofree char *path = namida_entry_dup_path (g_ptr_array_index (entries, i));

      g_assert_true (namida_safe_path_check (path, NULL));
    }
  body = namida_localsend_offer_format (offer->info, offer->backup, NULL, &length);
  again = namida_localsend_offer_parse (body, length, &same, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (namida_backup_get_files (again->backup), ==, namida_backup_get_files (offer->backup));
  g_assert_cmpuint (namida_backup_get_bytes (again->backup), ==, namida_backup_get_bytes (offer->backup));
}

/* Whatever comes: names are safe, and what was understood can be said again. */
int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (NamidaOfferAnswer) answer = namida_localsend_answer_parse ((const char *) data, size, &error);
  g_autofree char *query = g_strndup ((const char *) data, size);
  g_auto (NamidaUploadQuery) parsed = { 0 };

  check_offer ((const char *) data, size);
  if (answer != NULL)
    {
      gsize length;
      g_autofree char *text = namida_localsend_answer_format (answer, &length);
      g_autoptr (NamidaOfferAnswer) again = namida_localsend_answer_parse (text, length, NULL);

      g_assert_nonnull (again);
      g_assert_cmpuint (g_hash_table_size (again->files), ==, g_hash_table_size (answer->files));
    }
  if (namida_localsend_query_parse (query, &parsed, NULL))
    {
      g_autofree char *text = namida_localsend_query_format (parsed.session_id, parsed.file_id, parsed.token);
      g_auto (NamidaUploadQuery) same = { 0 };

      g_assert_true (namida_localsend_query_parse (text, &same, NULL));
      g_assert_cmpstr (same.token, ==, parsed.token);
    }
  return 0;
}
