/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Parses small JSON messages with json-glib, after checking them; see the header. Pure functions. */
#include "config.h"

#include "namida-json.h"
#include "namida-json-cursor.h"

#include "namida-error.h"
#include "namida-limits.h"

#include <glib/gi18n-lib.h>

/* A JsonObject takes about 300 bytes, whatever it contains. Without these limits, 64 MiB of "{}," would take 6 GB.
 * The larger limits allow a cloud manifest of NAMIDA_LIMIT_FILES files, each of which is an object with three
 * values. */
#define SMALL_VALUES 131072u
#define SMALL_CONTAINERS 16384u
#define LARGE_VALUES (NAMIDA_LIMIT_FILES * 5)
#define LARGE_CONTAINERS (NAMIDA_LIMIT_FILES + 8192)

JsonNode *
namida_json_parse (const char *data, gsize length, gsize max_bytes, GError **error)
{
  g_autoptr (JsonParser) parser = NULL;
  gboolean large = length > NAMIDA_LIMIT_JSON_BYTES;

  if (length > max_bytes)
    {
      g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_TOO_LARGE,
                   _ ("The message is refused: it is larger than %zu bytes."), max_bytes);
      return NULL;
    }
  if (!namida_json_scan_message (data, length, large ? LARGE_VALUES : SMALL_VALUES,
                                 large ? LARGE_CONTAINERS : SMALL_CONTAINERS, error))
    return NULL;
  parser = json_parser_new_immutable ();
  if (!json_parser_load_from_data (parser, data, (gssize) length, NULL) || json_parser_get_root (parser) == NULL
      || !JSON_NODE_HOLDS_OBJECT (json_parser_get_root (parser)))
    {
      g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_INVALID_REQUEST,
                           _ ("The message is refused: it is not a JSON object."));
      return NULL;
    }
  return json_parser_steal_root (parser);
}

static gboolean
json_wrong_kind (const char *key, const char *wanted, GError **error)
{
  g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_INVALID_REQUEST, _ ("The message is refused: “%s” in it is not %s."),
               key, wanted);
  return FALSE;
}

gboolean
namida_json_get_string (JsonObject *object, const char *key, const char **value, GError **error)
{
  JsonNode *node = json_object_get_member (object, key);

  if (node == NULL)
    return TRUE;
  if (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_STRING)
    return json_wrong_kind (key, _ ("a text"), error);
  *value = json_node_get_string (node);
  return TRUE;
}

gboolean
namida_json_get_size (JsonObject *object, const char *key, guint64 *value, GError **error)
{
  JsonNode *node = json_object_get_member (object, key);

  if (node == NULL)
    return TRUE;
  if (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_INT64 || json_node_get_int (node) < 0)
    return json_wrong_kind (key, _ ("a whole number from zero"), error);
  *value = (guint64) json_node_get_int (node);
  return TRUE;
}

char *
namida_json_builder_to_text (JsonBuilder *builder)
{
  g_autoptr (JsonNode) root = json_builder_get_root (builder);

  return json_to_string (root, FALSE);
}
