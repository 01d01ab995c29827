/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Formats and parses the answer to pack. Used by the server and by the sender of v1. Pure functions, any thread. */
#include "config.h"

#include "namida-messages-private.h"

#include "namida-digest.h"

#include <glib/gi18n-lib.h>
#include <string.h>

static void
pack_message_result_free (gpointer data)
{
  NamidaPackResult *result = data;

  g_free (result->sha256);
  g_free (result);
}

GHashTable *
namida_pack_answer_new (void)
{
  return namida_message_id_table_new (pack_message_result_free);
}

void
namida_pack_answer_add (GHashTable *answer, const char *id, guint64 size, const char *sha256)
{
  NamidaPackResult *result = g_new0 (NamidaPackResult, 1);

  result->size = size;
  result->sha256 = g_strdup (sha256);
  g_hash_table_replace (answer, g_strdup (id), result);
}

char *
namida_pack_answer_format (GHashTable *answer, gsize *length)
{
  GString *out = g_string_new ("{\"files\":{");
  GHashTableIter iter;
  gpointer id, value;
  gboolean first = TRUE;

  g_hash_table_iter_init (&iter, answer);
  while (g_hash_table_iter_next (&iter, &id, &value))
    {
      const NamidaPackResult *result = value;

      if (!first)
        g_string_append_c (out, ',');
      first = FALSE;
      namida_json_append_string (out, id);
      g_string_append (out, ":{");
      namida_json_append_size (out, "size", result->size);
      namida_json_append_member (out, "sha256", result->sha256);
      g_string_append_c (out, '}');
    }
  g_string_append (out, "}}");
  return namida_message_end (out, length);
}

static gboolean
pack_message_read_result (NamidaJsonCursor *cursor, NamidaPackResult *result, GError **error)
{
  gboolean has_size = FALSE;
  const char *key;

  if (!namida_json_cursor_enter (cursor, '{'))
    return namida_message_refuse (error, _ ("The answer to a pack is refused: a file in it is no object."));
  while ((key = namida_json_cursor_next_member (cursor)) != NULL)
    {
      if (strcmp (key, "size") == 0)
        {
          if (!namida_json_cursor_size (cursor, "size", &result->size, error))
            return FALSE;
          has_size = TRUE;
        }
      else if (strcmp (key, "sha256") == 0)
        {
          const char *text = namida_json_cursor_string (cursor, "sha256", error);

          if (text == NULL)
            return FALSE;
          g_free (result->sha256);
          result->sha256 = namida_digest_is_hex (text) ? g_ascii_strdown (text, -1) : NULL;
        }
      else
        namida_json_cursor_skip (cursor, NULL, NULL);
    }
  return (has_size && result->sha256 != NULL)
         || namida_message_refuse (error, _ ("The answer to a pack has a file without a size or a checksum."));
}

static gboolean
pack_message_read_results (NamidaJsonCursor *cursor, gpointer table, GError **error)
{
  const char *key;

  if (!namida_message_enter (cursor, "files", error))
    return FALSE;
  while ((key = namida_json_cursor_next_member (cursor)) != NULL)
    {
      char *id = namida_message_claim_id (table, key, error);
      NamidaPackResult *result;

      if (id == NULL)
        return FALSE;
      result = g_new0 (NamidaPackResult, 1);
      g_hash_table_insert (table, id, result);
      if (!pack_message_read_result (cursor, result, error))
        return FALSE;
    }
  return TRUE;
}

GHashTable *
namida_pack_answer_parse (const char *data, gsize length, GError **error)
{
  g_autoptr (GHashTable) table = namida_pack_answer_new ();

  if (!namida_message_read (data, length, NULL, NULL, pack_message_read_results, table,
                            _ ("The answer to a pack is refused: it lists no files."), error))
    return NULL;
  return g_steal_pointer (&table);
}
