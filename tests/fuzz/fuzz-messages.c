/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fuzzes the parsers of the messages of our own protocol: queries, ranges, answers to offers, and the messages that end
 * a session. */
#include <stdint.h>
#include <string.h>

#include "namida-backups-message.h"
#include "namida-wanted-message.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static void
read_tables (const char *text, gsize length)
{
  g_autoptr (GHashTable) hashes = namida_finish_request_parse (text, length, NULL, NULL);
  g_autoptr (GHashTable) results G_GNUC_UNUSED = namida_finish_answer_parse (text, length, NULL, NULL);
  g_autoptr (GHashTable) offsets = NULL;
  g_autoptr (NamidaOfferAnswer) answer G_GNUC_UNUSED = namida_offer_answer_parse (text, length, NULL);
  g_autofree char *state = NULL;

  namida_session_answer_parse (text, length, &state, &offsets, NULL);
  if (hashes != NULL)
    {
      g_autofree char *again = namida_finish_request_format (hashes, 0, &length);
      g_autoptr (GHashTable) same = namida_finish_request_parse (again, length, NULL, NULL);

      g_assert_cmpuint (g_hash_table_size (same), ==, g_hash_table_size (hashes));
    }
}

static void
read_backups (const char *text, gsize length)
{
  g_autoptr (GPtrArray) list = namida_backups_parse (text, length, NULL);
  g_autofree char *id = NULL;
  g_autofree char *session = namida_download_answer_dup_session (text, length, NULL);
  g_auto (GStrv) labels = NULL;
  gboolean all_names;

  namida_download_request_parse (text, length, &id, &labels, &all_names, NULL);
  if (session != NULL)
    g_assert_cmpuint (strspn (session, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "_-"), ==, strlen (session));
  if (list != NULL)
    {
      g_autofree char *again = namida_backups_format (list, &length);
      g_autoptr (GPtrArray) same = namida_backups_parse (again, length, NULL);

      g_assert_cmpuint (same->len, <=, list->len);
    }
}

static void
read_pack_answer (const char *text, gsize length)
{
  g_autoptr (GHashTable) answer = namida_pack_answer_parse (text, length, NULL);
  g_autoptr (GHashTable) same = NULL;
  g_autofree char *again = NULL;

  if (answer == NULL)
    return;
  again = namida_pack_answer_format (answer, &length);
  same = namida_pack_answer_parse (again, length, NULL);
  g_assert_cmpuint (g_hash_table_size (same), ==, g_hash_table_size (answer));
}

static void
read_wanted (const char *text, gsize length, const char *query)
{
  g_autoptr (GPtrArray) list = namida_wanted_parse (text, length, NULL);
  NamidaFinishHealed healed = { 0 };
  NamidaWantedFile file = { 0 };

  namida_heal_answer_parse (text, length, &healed, NULL);
  if (namida_heal_query_parse (query, &file, NULL))
    g_assert_cmpuint (strlen (file.sha256), ==, 64);
  g_free (file.sha256);
  if (list != NULL)
    {
      g_autofree char *again = namida_wanted_format (list, &length);
      g_autoptr (GPtrArray) same = namida_wanted_parse (again, length, NULL);

      g_assert_cmpuint (same->len, ==, list->len);
    }
}

/* Every small message from the same bytes: none of them believes what it is for. */
int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  const char *text = (const char *) data;
  g_autofree char *query = g_strndup (text, size);
  g_autofree char *sha256 = NULL;
  g_autoptr (GError) error = namida_error_answer_parse (text, size, 403, NULL);
  g_autoptr (NamidaDeviceInfo) info G_GNUC_UNUSED = namida_register_parse (text, size, NULL);
  g_auto (NamidaUploadQuery) upload = { 0 };
  g_auto (NamidaPairMessage) pair = { 0 };
  guint64 length;

  g_assert_true (g_utf8_validate (error->message, -1, NULL));
  read_wanted (text, size, query);
  read_backups (text, size);
  g_assert_cmpint (namida_range_parse (query), >=, -1);
  read_tables (text, size);
  read_pack_answer (text, size);
  namida_upload_answer_parse (text, size, &length, &sha256, NULL);
  if (namida_upload_query_parse (query, &upload, NULL))
    g_assert_cmpuint (upload.offset, <=, G_MAXINT64);
  if (namida_pair_message_parse (text, size, &pair, NULL))
    {
      g_autofree char *again = namida_pair_message_format (&pair);

      g_assert_nonnull (again);
    }
  return 0;
}
