/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "namida-messages-private.h"

#include "namida-digest.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* Turns a file's text into what its table holds. */
typedef gboolean (*ReadValue) (const char *text, gpointer *value);

static gboolean
read_hash (const char *text, gpointer *value)
{
  if (text[0] != '\0' && !namida_digest_is_hex (text))
    return FALSE;
  *value = g_ascii_strdown (text, -1);
  return TRUE;
}

static gboolean
read_result (const char *text, gpointer *value)
{
  /* A word from a newer version is taken as "not stored". */
  *value = GUINT_TO_POINTER (namida_file_result_from_wire (text));
  return TRUE;
}

static gboolean
read_files (NamidaJsonCursor *cursor, GHashTable *table, ReadValue read_value, GError **error)
{
  const char *key;

  if (!namida_message_enter (cursor, "files", error))
    return FALSE;
  while ((key = namida_json_cursor_next_member (cursor)) != NULL)
    {
      g_autofree char *id = namida_message_claim_id (table, key, error);
      const char *text = id != NULL ? namida_json_cursor_string (cursor, "files", error) : NULL;
      gpointer value;

      if (text == NULL)
        return FALSE;
      if (!read_value (text, &value))
        return namida_message_refuse (error, _ ("The message is refused: a checksum in it is none."));
      g_hash_table_insert (table, g_steal_pointer (&id), value);
    }
  return TRUE;
}

static gboolean
read_hashes (NamidaJsonCursor *cursor, gpointer table, GError **error)
{
  return read_files (cursor, table, read_hash, error);
}

static gboolean
read_results (NamidaJsonCursor *cursor, gpointer table, GError **error)
{
  return read_files (cursor, table, read_result, error);
}

static GHashTable *
parse (const char *data, gsize length, GDestroyNotify free_value, NamidaMessageReadFiles read_table, GError **error)
{
  g_autoptr (GHashTable) table = namida_message_id_table_new (free_value);

  if (!namida_message_read (data, length, NULL, NULL, read_table, table,
                            _ ("The message is refused: it lists no files."), error))
    return NULL;
  return g_steal_pointer (&table);
}

GHashTable *
namida_finish_request_parse (const char *data, gsize length, guint *left_out, GError **error)
{
  g_autoptr (GHashTable) table = namida_message_id_table_new (g_free);
  g_auto (NamidaJsonCursor) cursor = { 0 };
  gboolean has_files = FALSE;
  guint missed = 0;
  const char *key;

  if (!namida_message_begin (&cursor, data, length, error))
    return NULL;
  while ((key = namida_json_cursor_next_member (&cursor)) != NULL)
    {
      if (strcmp (key, "leftOut") == 0)
        {
          if (!namida_message_read_left_out (&cursor, &missed, error))
            return NULL;
        }
      else if (strcmp (key, "files") != 0)
        namida_json_cursor_skip (&cursor, NULL, NULL);
      else if (!(has_files = read_hashes (&cursor, table, error)))
        return NULL;
    }
  if (left_out != NULL)
    *left_out = missed;
  if (has_files)
    return g_steal_pointer (&table);
  namida_message_refuse (error, _ ("The message is refused: it lists no files."));
  return NULL;
}

GHashTable *
namida_finish_answer_parse (const char *data, gsize length, GError **error)
{
  return parse (data, length, NULL, read_results, error);
}

char *
namida_finish_request_format (GHashTable *hashes, guint left_out, gsize *length)
{
  GString *out = g_string_new ("{");
  GHashTableIter iter;
  gpointer id, hash;

  if (left_out > 0)
    g_string_append_printf (out, "\"leftOut\":%u,", left_out);
  g_string_append (out, "\"files\":{");
  g_hash_table_iter_init (&iter, hashes);
  while (g_hash_table_iter_next (&iter, &id, &hash))
    namida_json_append_member (out, id, hash);
  g_string_append (out, "}}");
  return namida_message_end (out, length);
}

char *
namida_finish_answer_format (GHashTable *results, gsize *length)
{
  GString *out = g_string_new ("{\"files\":{");
  GHashTableIter iter;
  gpointer id, result;

  g_hash_table_iter_init (&iter, results);
  while (g_hash_table_iter_next (&iter, &id, &result))
    namida_json_append_member (out, id, namida_file_result_to_wire ((NamidaFileResult) GPOINTER_TO_UINT (result)));
  g_string_append (out, "}}");
  return namida_message_end (out, length);
}
