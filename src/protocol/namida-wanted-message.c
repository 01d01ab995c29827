/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Formats and parses the messages of the feature "heal" (docs/protocol.md, "wanted, heal"); see the header. The
 * lists are short, so they are read as trees. Pure functions, any thread. */
#include "config.h"

#include "namida-wanted-message.h"

#include "namida-digest.h"
#include "namida-json.h"
#include "namida-limits.h"
#include "namida-messages-private.h"

#include <glib/gi18n-lib.h>

static void
wanted_file_free (gpointer data)
{
  NamidaWantedFile *file = data;

  g_free (file->sha256);
  g_free (file);
}

GPtrArray *
namida_wanted_list_new (void)
{
  return g_ptr_array_new_with_free_func (wanted_file_free);
}

void
namida_wanted_list_add (GPtrArray *list, const char *sha256, guint64 size)
{
  NamidaWantedFile *file = g_new0 (NamidaWantedFile, 1);

  file->sha256 = g_strdup (sha256);
  file->size = size;
  g_ptr_array_add (list, file);
}

char *
namida_wanted_format (GPtrArray *list, gsize *length)
{
  GString *out = g_string_new ("{\"wanted\":[");

  for (guint i = 0; i < MIN (list->len, NAMIDA_LIMIT_WANTED_FILES); i++)
    {
      const NamidaWantedFile *file = g_ptr_array_index (list, i);

      g_string_append (out, i > 0 ? ",{" : "{");
      namida_json_append_member (out, "sha256", file->sha256);
      namida_json_append_size (out, "size", file->size);
      g_string_append_c (out, '}');
    }
  g_string_append (out, "]}");
  return namida_message_end (out, length);
}

static gboolean
wanted_read_file (JsonNode *node, GHashTable *seen, GPtrArray *list, GError **error)
{
  const char *text = NULL;
  guint64 size = G_MAXUINT64;
  g_autofree char *sha256 = NULL;

  if (!JSON_NODE_HOLDS_OBJECT (node))
    return namida_message_refuse (error, _ ("The list of wanted files is refused: an entry is no object."));
  if (!namida_json_get_string (json_node_get_object (node), "sha256", &text, error)
      || !namida_json_get_size (json_node_get_object (node), "size", &size, error))
    return FALSE;
  if (text == NULL || size == G_MAXUINT64 || !namida_digest_is_hex (text))
    return namida_message_refuse (error, _ ("The list of wanted files is refused: a file has no size or checksum."));
  sha256 = g_ascii_strdown (text, -1);
  if (g_hash_table_add (seen, g_strdup (sha256)))
    namida_wanted_list_add (list, sha256, size);
  return TRUE;
}

GPtrArray *
namida_wanted_parse (const char *data, gsize length, GError **error)
{
  g_autoptr (JsonNode) root = namida_json_parse (data, length, NAMIDA_LIMIT_JSON_BYTES, error);
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GPtrArray) list = namida_wanted_list_new ();
  JsonNode *node;
  JsonArray *array;

  if (root == NULL)
    return NULL;
  node = json_object_get_member (json_node_get_object (root), "wanted");
  if (node == NULL || !JSON_NODE_HOLDS_ARRAY (node)
      || json_array_get_length (json_node_get_array (node)) > NAMIDA_LIMIT_WANTED_FILES)
    {
      namida_message_refuse (error, _ ("The list of wanted files is refused: it is missing or too long."));
      return NULL;
    }
  array = json_node_get_array (node);
  for (guint i = 0; i < json_array_get_length (array); i++)
    if (!wanted_read_file (json_array_get_element (array, i), seen, list, error))
      return NULL;
  return g_steal_pointer (&list);
}

gboolean
namida_heal_query_parse (const char *query, NamidaWantedFile *file, GError **error)
{
  g_autoptr (GHashTable) values = query != NULL ? g_uri_parse_params (query, -1, "&", G_URI_PARAMS_NONE, error) : NULL;
  const char *sha256 = values != NULL ? g_hash_table_lookup (values, "sha256") : NULL;
  const char *size = values != NULL ? g_hash_table_lookup (values, "size") : NULL;

  *file = (NamidaWantedFile){ 0 };
  if (sha256 == NULL || size == NULL || !namida_digest_is_hex (sha256)
      || !g_ascii_string_to_unsigned (size, 10, 0, G_MAXINT64, &file->size, NULL))
    {
      if (error != NULL)
        g_clear_error (error);
      return namida_message_refuse (error, _ ("The request names no file that could be wanted."));
    }
  file->sha256 = g_ascii_strdown (sha256, -1);
  return TRUE;
}

char *
namida_heal_answer_format (const NamidaFinishHealed *healed)
{
  return g_strdup_printf ("{\"healed\":{\"files\":%u,\"versions\":%u}}", healed->files, healed->versions);
}

gboolean
namida_heal_answer_parse (const char *data, gsize length, NamidaFinishHealed *healed, GError **error)
{
  g_autoptr (JsonNode) root = namida_json_parse (data, length, NAMIDA_LIMIT_JSON_BYTES, error);
  guint64 files = 0, versions = 0;
  JsonNode *node;

  if (root == NULL)
    return FALSE;
  node = json_object_get_member (json_node_get_object (root), "healed");
  if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node))
    return namida_message_refuse (error, _ ("The answer does not say what was repaired."));
  if (!namida_json_get_size (json_node_get_object (node), "files", &files, error)
      || !namida_json_get_size (json_node_get_object (node), "versions", &versions, error))
    return FALSE;
  healed->files = (guint) MIN (files, NAMIDA_LIMIT_FILES);
  healed->versions = (guint) MIN (versions, NAMIDA_LIMIT_FILES);
  return TRUE;
}
