/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fuzzes the parsers of the phone app's dialect. Each accepted offer has safe names only, contains no claim that cannot
 * be proven, and each file is identified by the query of its upload and by no other one. */
#include <stdint.h>
#include <string.h>

#include "namida-phone-messages.h"
#include "namida-safe-path.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static void
check_said_again (NamidaBackup *backup)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (NamidaOfferMessage) again = NULL;
  g_autofree char *text = NULL;
  gsize length;

  text = namida_phone_offer_format (backup, &length, &error);
  if (text == NULL)
    {
      g_assert_nonnull (error);
      return;
    }
  again = namida_phone_offer_parse (text, length, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (namida_backup_get_files (again->backup), ==, namida_backup_get_files (backup));
  g_assert_cmpuint (namida_backup_get_bytes (again->backup), ==, namida_backup_get_bytes (backup));
}

static void
try_offer (const char *text, size_t size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (NamidaOfferMessage) offer = namida_phone_offer_parse (text, size, &error);
  GPtrArray *entries;

  if (offer == NULL)
    {
      g_assert_nonnull (error);
      return;
    }
  g_assert_null (error);
  g_assert_null (offer->info);
  g_assert_null (offer->manifest);
  entries = namida_backup_get_entries (offer->backup);
  g_assert_cmpuint (entries->len, >, 0);
  for (guint i = 0; i < entries->len; i++)
    {
      const NamidaEntry *entry = g_ptr_array_index (entries, i);
      g_autofree char *path = namida_entry_dup_path (entry);
      g_autofree char *query = namida_phone_upload_format (entry);
      g_auto (NamidaPhoneUpload) upload = { 0 };

      g_assert_true (namida_safe_path_check (path, NULL));
      g_assert_null (entry->sha256);
      g_assert_true (namida_phone_upload_parse (query, &upload, NULL));
      if (entry->label[0] != '\0' || entry->kind == NAMIDA_ENTRY_BACKUP_ZIP)
        g_assert_cmpstr (upload.place, ==, path);
    }
  check_said_again (offer->backup);
}

static void
try_query (const char *text)
{
  g_autoptr (GError) error = NULL;
  g_auto (NamidaPhoneUpload) upload = { 0 };

  if (!namida_phone_upload_parse (text, &upload, &error))
    {
      g_assert_nonnull (error);
      g_assert_null (upload.place);
      return;
    }
  g_assert_null (error);
  /* Only a key, never a path: the names of an offer become safe ones, and its places stay what they were called. */
  g_assert_nonnull (upload.place);
}

/* An offer begins with '{'; all else is a query. */
int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *text = g_strndup ((const char *) data, size);

  if (size > 0 && data[0] == '{')
    try_offer (text, size);
  else
    try_query (text);
  return 0;
}
