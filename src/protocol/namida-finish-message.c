/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Formats and parses the request and the answer of finish. Used by the sender and by the server, in worker threads.
 * Pure functions. */
#include "config.h"

#include "namida-messages-private.h"

#include "namida-digest.h"
#include "namida-limits.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* Converts the string of a file to the value in the table. */
typedef gboolean (*ReadValue) (const char *text, gpointer *value);

static gboolean
finish_message_read_hash (const char *text, gpointer *value)
{
  if (text[0] != '\0' && !namida_digest_is_hex (text))
    return FALSE;
  *value = g_ascii_strdown (text, -1);
  return TRUE;
}

static gboolean
finish_message_read_result (const char *text, gpointer *value)
{
  /* An unknown word from a newer version counts as not stored. */
  *value = GUINT_TO_POINTER (namida_file_result_from_wire (text));
  return TRUE;
}

static gboolean
finish_message_read_files (NamidaJsonCursor *cursor, GHashTable *table, ReadValue read_value, GError **error)
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
finish_message_read_hashes (NamidaJsonCursor *cursor, gpointer table, GError **error)
{
  return finish_message_read_files (cursor, table, finish_message_read_hash, error);
}

static gboolean
finish_message_read_results (NamidaJsonCursor *cursor, gpointer table, GError **error)
{
  return finish_message_read_files (cursor, table, finish_message_read_result, error);
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
      else if (!(has_files = finish_message_read_hashes (&cursor, table, error)))
        return NULL;
    }
  if (left_out != NULL)
    *left_out = missed;
  if (has_files)
    return g_steal_pointer (&table);
  namida_message_refuse (error, _ ("The message is refused: it lists no files."));
  return NULL;
}

#define CODE_SHIFT 8u

gpointer
namida_finish_value_new (NamidaFileResult result, NamidaError code)
{
  return GUINT_TO_POINTER ((guint) result | (guint) code << CODE_SHIFT);
}

NamidaFileResult
namida_finish_value_get_result (gconstpointer value)
{
  return (NamidaFileResult) (GPOINTER_TO_UINT (value) & ((1u << CODE_SHIFT) - 1));
}

NamidaError
namida_finish_value_get_code (gconstpointer value)
{
  return (NamidaError) (GPOINTER_TO_UINT (value) >> CODE_SHIFT);
}

static gboolean
finish_message_read_reason (const char *text, gpointer *value)
{
  NamidaError code = namida_error_code_from_string (text);

  /* An unknown reason from a newer version counts as none. */
  *value = GUINT_TO_POINTER (namida_error_storage_words_there (code) != NULL ? (guint) code : NAMIDA_ERROR_INTERNAL);
  return TRUE;
}

static gboolean
finish_message_read_reasons (NamidaJsonCursor *cursor, gpointer table, GError **error)
{
  return finish_message_read_files (cursor, table, finish_message_read_reason, error);
}

static void
finish_message_add_reasons (GHashTable *results, GHashTable *reasons)
{
  GHashTableIter iter;
  gpointer id, code, value;

  g_hash_table_iter_init (&iter, reasons);
  while (g_hash_table_iter_next (&iter, &id, &code))
    if (g_hash_table_lookup_extended (results, id, NULL, &value)
        && namida_finish_value_get_result (value) == NAMIDA_FILE_MISSING)
      g_hash_table_insert (results, g_strdup (id),
                           namida_finish_value_new (NAMIDA_FILE_MISSING, (NamidaError) GPOINTER_TO_UINT (code)));
}

static gboolean
finish_read_healed (NamidaJsonCursor *cursor, NamidaFinishHealed *healed, GError **error)
{
  const char *key;

  if (!namida_message_enter (cursor, "healed", error))
    return FALSE;
  while ((key = namida_json_cursor_next_member (cursor)) != NULL)
    {
      guint *place = strcmp (key, "files") == 0      ? &healed->files
                     : strcmp (key, "versions") == 0 ? &healed->versions
                                                     : NULL;
      guint64 n;

      if (place == NULL)
        namida_json_cursor_skip (cursor, NULL, NULL);
      else if (!namida_json_cursor_size (cursor, "healed", &n, error))
        return FALSE;
      else
        *place = (guint) MIN (n, NAMIDA_LIMIT_FILES);
    }
  return TRUE;
}

GHashTable *
namida_finish_answer_parse (const char *data, gsize length, NamidaFinishHealed *healed, GError **error)
{
  NamidaFinishHealed told = { 0 };
  g_autoptr (GHashTable) table = namida_message_id_table_new (NULL);
  g_autoptr (GHashTable) reasons = namida_message_id_table_new (NULL);
  g_auto (NamidaJsonCursor) cursor = { 0 };
  gboolean has_files = FALSE;
  const char *key;

  if (!namida_message_begin (&cursor, data, length, error))
    return NULL;
  while ((key = namida_json_cursor_next_member (&cursor)) != NULL)
    {
      if (strcmp (key, "reasons") == 0)
        {
          if (!finish_message_read_reasons (&cursor, reasons, error))
            return NULL;
        }
      else if (strcmp (key, "healed") == 0)
        {
          if (!finish_read_healed (&cursor, &told, error))
            return NULL;
        }
      else if (strcmp (key, "files") != 0)
        namida_json_cursor_skip (&cursor, NULL, NULL);
      else if (!(has_files = finish_message_read_results (&cursor, table, error)))
        return NULL;
    }
  finish_message_add_reasons (table, reasons);
  if (healed != NULL)
    *healed = told;
  if (has_files)
    return g_steal_pointer (&table);
  namida_message_refuse (error, _ ("The message is refused: it lists no files."));
  return NULL;
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

static void
finish_message_append_reasons (GString *out, GHashTable *results)
{
  GHashTableIter iter;
  gpointer id, value;
  gboolean any = FALSE;

  g_hash_table_iter_init (&iter, results);
  while (g_hash_table_iter_next (&iter, &id, &value))
    if (namida_finish_value_get_code (value) != NAMIDA_ERROR_INTERNAL)
      {
        if (!any)
          g_string_append (out, ",\"reasons\":{");
        any = TRUE;
        namida_json_append_member (out, id, namida_error_code_to_string (namida_finish_value_get_code (value)));
      }
  if (any)
    g_string_append_c (out, '}');
}

char *
namida_finish_answer_format (GHashTable *results, const NamidaFinishHealed *healed, gsize *length)
{
  GString *out = g_string_new ("{\"files\":{");
  GHashTableIter iter;
  gpointer id, result;

  g_hash_table_iter_init (&iter, results);
  while (g_hash_table_iter_next (&iter, &id, &result))
    namida_json_append_member (out, id, namida_file_result_to_wire (namida_finish_value_get_result (result)));
  g_string_append_c (out, '}');
  finish_message_append_reasons (out, results);
  if (healed != NULL && healed->files > 0)
    g_string_append_printf (out, ",\"healed\":{\"files\":%u,\"versions\":%u}", healed->files, healed->versions);
  g_string_append_c (out, '}');
  return namida_message_end (out, length);
}
