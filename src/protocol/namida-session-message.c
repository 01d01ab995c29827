/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Formats and parses the answer to session, from which a sender resumes. Used by the server and by the sender of v1.
 * Pure functions, any thread. */
#include "config.h"

#include "namida-messages-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

static const char *const states[] = { "open", "finished", "cancelled", NULL };

char *
namida_session_answer_format (const char *state, GHashTable *offsets, gsize *length)
{
  GString *out = g_string_new ("{");
  GHashTableIter iter;
  gpointer id, offset;

  namida_json_append_member (out, "state", state);
  g_string_append (out, ",\"files\":{");
  if (offsets != NULL)
    g_hash_table_iter_init (&iter, offsets);
  while (offsets != NULL && g_hash_table_iter_next (&iter, &id, &offset))
    {
      if (out->str[out->len - 1] != '{')
        g_string_append_c (out, ',');
      namida_json_append_string (out, id);
      g_string_append (out, ":{");
      namida_json_append_size (out, "offset", *(guint64 *) offset);
      g_string_append_c (out, '}');
    }
  g_string_append (out, "}}");
  return namida_message_end (out, length);
}

static gboolean
session_message_read_offset (NamidaJsonCursor *cursor, GHashTable *offsets, const char *key, GError **error)
{
  g_autofree char *id = namida_message_claim_id (offsets, key, error);
  guint64 offset = 0;

  if (id == NULL || !namida_message_enter (cursor, "files", error))
    return FALSE;
  while ((key = namida_json_cursor_next_member (cursor)) != NULL)
    {
      if (strcmp (key, "offset") != 0)
        namida_json_cursor_skip (cursor, NULL, NULL);
      else if (!namida_json_cursor_size (cursor, "offset", &offset, error))
        return FALSE;
    }
  g_hash_table_insert (offsets, g_steal_pointer (&id), g_memdup2 (&offset, sizeof offset));
  return TRUE;
}

static gboolean
session_message_read_offsets (NamidaJsonCursor *cursor, GHashTable *offsets, GError **error)
{
  const char *key;

  if (!namida_message_enter (cursor, "files", error))
    return FALSE;
  while ((key = namida_json_cursor_next_member (cursor)) != NULL)
    if (!session_message_read_offset (cursor, offsets, key, error))
      return FALSE;
  return TRUE;
}

gboolean
namida_session_answer_parse (const char *data, gsize length, char **state, GHashTable **offsets, GError **error)
{
  g_autoptr (GHashTable) table = namida_message_id_table_new (g_free);
  g_auto (NamidaJsonCursor) cursor = { 0 };
  g_autofree char *word = NULL;
  const char *key;

  if (!namida_message_begin (&cursor, data, length, error))
    return FALSE;
  while ((key = namida_json_cursor_next_member (&cursor)) != NULL)
    {
      if (strcmp (key, "state") == 0)
        {
          if (!namida_message_read_text (&cursor, "state", &word, error))
            return FALSE;
        }
      else if (strcmp (key, "files") != 0)
        namida_json_cursor_skip (&cursor, NULL, NULL);
      else if (!session_message_read_offsets (&cursor, table, error))
        return FALSE;
    }
  if (word == NULL || !g_strv_contains (states, word))
    return namida_message_refuse (error, _ ("The answer does not say how the session stands."));
  *state = g_steal_pointer (&word);
  *offsets = g_steal_pointer (&table);
  return TRUE;
}
