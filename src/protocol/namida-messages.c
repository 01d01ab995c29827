/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Implements the helpers of the parsers of long messages: ids, tables and reading "files". Private to protocol/. Pure
 * functions, any thread. */
#include "config.h"

#include "namida-messages-private.h"

#include "namida-limits.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define MAX_ID 64u
/* An offer has ten values for each file and its manifest four; the rest is room for keys that a newer version adds. */
#define MAX_VALUES (NAMIDA_LIMIT_FILES * 24)
#define MAX_CONTAINERS (NAMIDA_LIMIT_FILES * 3)

guint namida_message_most_files = NAMIDA_LIMIT_FILES;

gboolean
namida_message_refuse (GError **error, const char *message)
{
  g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_INVALID_REQUEST, message);
  return FALSE;
}

gboolean
namida_message_begin (NamidaJsonCursor *cursor, const char *data, gsize length, GError **error)
{
  if (length > NAMIDA_LIMIT_OFFER_BYTES)
    {
      g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_TOO_LARGE,
                   _ ("The list of files is larger than %u MiB. Send fewer folders at once."),
                   NAMIDA_LIMIT_OFFER_BYTES / (1024 * 1024));
      return FALSE;
    }
  if (!namida_json_scan_message (data, length, MAX_VALUES, MAX_CONTAINERS, error))
    return FALSE;
  namida_json_cursor_init (cursor, data, length);
  if (!namida_json_cursor_enter (cursor, '{'))
    return namida_message_refuse (error, _ ("The message is refused: it is not a JSON object."));
  return TRUE;
}

gboolean
namida_message_enter (NamidaJsonCursor *cursor, const char *key, GError **error)
{
  if (namida_json_cursor_enter (cursor, '{'))
    return TRUE;
  g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_INVALID_REQUEST, _ ("The message is refused: “%s” in it is not %s."),
               key, _ ("an object"));
  return FALSE;
}

gboolean
namida_message_read_text (NamidaJsonCursor *cursor, const char *key, char **value, GError **error)
{
  const char *text = namida_json_cursor_string (cursor, key, error);

  if (text == NULL)
    return FALSE;
  g_free (*value);
  *value = g_strdup (text);
  return TRUE;
}

gboolean
namida_message_read_left_out (NamidaJsonCursor *cursor, guint *left_out, GError **error)
{
  guint64 n = 0;

  if (!namida_json_cursor_size (cursor, "leftOut", &n, error))
    return FALSE;
  *left_out = (guint) MIN (n, NAMIDA_LIMIT_FILES);
  return TRUE;
}

gboolean
namida_message_read (const char *data,
                     gsize length,
                     const char *text_key,
                     char **text,
                     NamidaMessageReadFiles read_files,
                     gpointer result,
                     const char *none,
                     GError **error)
{
  g_auto (NamidaJsonCursor) cursor = { 0 };
  gboolean has_files = FALSE;
  const char *key;

  if (!namida_message_begin (&cursor, data, length, error))
    return FALSE;
  while ((key = namida_json_cursor_next_member (&cursor)) != NULL)
    {
      if (g_strcmp0 (key, text_key) == 0)
        {
          if (!namida_message_read_text (&cursor, text_key, text, error))
            return FALSE;
        }
      else if (strcmp (key, "files") != 0)
        namida_json_cursor_skip (&cursor, NULL, NULL);
      else if (!(has_files = read_files (&cursor, result, error)))
        return FALSE;
    }
  return has_files || namida_message_refuse (error, none);
}

gboolean
namida_message_is_id (const char *text, gsize max)
{
  gsize length = strspn (text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-");

  return length > 0 && length <= max && text[length] == '\0';
}

char *
namida_message_claim_id (GHashTable *table, const char *id, GError **error)
{
  if (!namida_message_is_id (id, MAX_ID) || g_hash_table_contains (table, id))
    {
      namida_message_refuse (error, _ ("The message is refused: a file in it has no valid identifier of its own."));
      return NULL;
    }
  if (g_hash_table_size (table) >= namida_message_most_files)
    {
      g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_TOO_LARGE,
                   _ ("The message is refused: it lists more than %u files."), namida_message_most_files);
      return NULL;
    }
  return g_strdup (id);
}

static guint64
messages_get_seed (void)
{
  static gsize seed;

  if (g_once_init_enter (&seed))
    g_once_init_leave (&seed, (gsize) (((guint64) g_random_int () << 32) | g_random_int () | 1));
  return seed;
}

/* g_str_hash() is not seeded: 200,000 ids that collide would keep a thread busy for minutes. */
static guint
messages_hash_id (gconstpointer key)
{
  guint64 seed = messages_get_seed ();
  guint64 hash = seed;

  for (const guchar *c = key; *c != '\0'; c++)
    {
      hash = (hash ^ *c) * seed;
      hash ^= hash >> 29;
    }
  return (guint) (hash >> 32);
}

GHashTable *
namida_message_id_table_new (GDestroyNotify free_value)
{
  return g_hash_table_new_full (messages_hash_id, g_str_equal, g_free, free_value);
}

char *
namida_message_end (GString *out, gsize *length)
{
  if (length != NULL)
    *length = out->len;
  return g_string_free (out, FALSE);
}
