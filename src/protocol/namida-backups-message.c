/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Formats and parses the messages of listing and fetching kept backups; see the header. Pure functions, any thread. */
#include "config.h"

#include "namida-backups-message.h"

#include "namida-limits.h"
#include "namida-messages-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define ID_MAX 64
#define LABELS_MAX 1024u

void
namida_kept_backup_free (NamidaKeptBackup *self)
{
  if (self == NULL)
    return;
  g_free (self->id);
  g_free (self->title);
  g_clear_pointer (&self->labels, g_ptr_array_unref);
  g_free (self);
}

static void
backups_message_append_one (GString *out, const NamidaKeptBackup *one)
{
  g_string_append_c (out, '{');
  namida_json_append_member (out, "id", one->id);
  namida_json_append_member (out, "title", one->title);
  namida_json_append_size (out, "created", one->created_ms);
  g_string_append_printf (out, ",\"complete\":%s", one->complete ? "true" : "false");
  namida_json_append_size (out, "files", one->files);
  namida_json_append_size (out, "bytes", one->bytes);
  if (one->labels != NULL)
    {
      g_string_append_printf (out, ",\"zip\":%s,\"music\":[", one->zip ? "true" : "false");
      for (guint i = 0; i < one->labels->len; i++)
        {
          if (i > 0)
            g_string_append_c (out, ',');
          namida_json_append_string (out, g_ptr_array_index (one->labels, i));
        }
      g_string_append_c (out, ']');
    }
  g_string_append_c (out, '}');
}

char *
namida_backups_format (GPtrArray *backups, gsize *length)
{
  GString *out = g_string_new ("{\"backups\":[");

  for (guint i = 0; i < backups->len; i++)
    {
      gsize before = out->len;

      if (i > 0)
        g_string_append_c (out, ',');
      backups_message_append_one (out, g_ptr_array_index (backups, i));
      if (out->len + 2 <= NAMIDA_LIMIT_JSON_BYTES)
        continue;
      g_string_truncate (out, before);
      break;
    }
  g_string_append (out, "]}");
  return namida_message_end (out, length);
}

/* Reads members that version 0.1.0 did not know. Invalid values count as missing. */
static void
backups_message_kept_read_music (JsonObject *object, NamidaKeptBackup *one)
{
  JsonNode *zip = json_object_get_member (object, "zip"), *music = json_object_get_member (object, "music");
  JsonArray *array = music != NULL && JSON_NODE_HOLDS_ARRAY (music) ? json_node_get_array (music) : NULL;

  if (array == NULL || json_array_get_length (array) > LABELS_MAX)
    return;
  one->zip = zip != NULL && JSON_NODE_HOLDS_VALUE (zip) && json_node_get_value_type (zip) == G_TYPE_BOOLEAN
             && json_node_get_boolean (zip);
  one->labels = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      JsonNode *label = json_array_get_element (array, i);

      if (JSON_NODE_HOLDS_VALUE (label) && json_node_get_value_type (label) == G_TYPE_STRING)
        g_ptr_array_add (one->labels, g_strdup (json_node_get_string (label)));
    }
}

static gboolean
backups_refuse_list (GError **error)
{
  return namida_message_refuse (
      error, _ ("The list of backups is not valid. Update Namida Sync on both devices and try again."));
}

static gboolean
backups_refuse_request (GError **error)
{
  return namida_message_refuse (
      error, _ ("The request for a backup is not valid. Update Namida Sync on both devices and try again."));
}

static gboolean
backups_message_read_one (JsonNode *node, GPtrArray *list, GError **error)
{
  NamidaKeptBackup *one = g_new0 (NamidaKeptBackup, 1);
  const char *id = NULL, *title = "";
  JsonObject *object;
  JsonNode *complete;

  g_ptr_array_add (list, one);
  if (!JSON_NODE_HOLDS_OBJECT (node))
    return backups_refuse_list (error);
  object = json_node_get_object (node);
  if (!namida_json_get_string (object, "id", &id, error) || !namida_json_get_string (object, "title", &title, error)
      || !namida_json_get_size (object, "created", &one->created_ms, error)
      || !namida_json_get_size (object, "files", &one->files, error)
      || !namida_json_get_size (object, "bytes", &one->bytes, error))
    return FALSE;
  if (id == NULL || !namida_message_is_id (id, ID_MAX))
    return backups_refuse_list (error);
  complete = json_object_get_member (object, "complete");
  one->complete = complete == NULL || !JSON_NODE_HOLDS_VALUE (complete)
                  || json_node_get_value_type (complete) != G_TYPE_BOOLEAN || json_node_get_boolean (complete);
  /* Times are shown as days, and the last valid day is in the year 9999. */
  one->created_ms = MIN (one->created_ms, G_GUINT64_CONSTANT (253402300799000));
  backups_message_kept_read_music (object, one);
  one->id = g_strdup (id);
  one->title = g_strdup (title);
  return TRUE;
}

GPtrArray *
namida_backups_parse (const char *data, gsize length, GError **error)
{
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func ((GDestroyNotify) namida_kept_backup_free);
  g_autoptr (JsonNode) root = namida_json_parse (data, length, NAMIDA_LIMIT_JSON_BYTES, error);
  JsonNode *backups;
  JsonArray *array;

  if (root == NULL)
    return NULL;
  backups = json_object_get_member (json_node_get_object (root), "backups");
  if (backups == NULL || !JSON_NODE_HOLDS_ARRAY (backups))
    {
      backups_refuse_list (error);
      return NULL;
    }
  array = json_node_get_array (backups);
  for (guint i = 0; i < json_array_get_length (array); i++)
    if (!backups_message_read_one (json_array_get_element (array, i), list, error))
      return NULL;
  return g_steal_pointer (&list);
}

char *
namida_download_request_format (const char *backup_id, const char *const *labels, gsize *length)
{
  GString *out = g_string_new ("{");

  namida_json_append_member (out, "backup", backup_id);
  if (labels != NULL)
    {
      g_string_append (out, ",\"music\":[");
      for (guint i = 0; labels[i] != NULL; i++)
        {
          if (i > 0)
            g_string_append_c (out, ',');
          namida_json_append_string (out, labels[i]);
        }
      g_string_append_c (out, ']');
    }
  namida_json_append_member (out, "names", "all");
  g_string_append_c (out, '}');
  return namida_message_end (out, length);
}

static gboolean
backups_message_read_labels (JsonNode *node, char ***labels, GError **error)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  JsonArray *array;

  if (!JSON_NODE_HOLDS_ARRAY (node) || json_array_get_length (json_node_get_array (node)) > LABELS_MAX)
    return backups_refuse_request (error);
  array = json_node_get_array (node);
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      JsonNode *label = json_array_get_element (array, i);

      if (!JSON_NODE_HOLDS_VALUE (label) || json_node_get_value_type (label) != G_TYPE_STRING)
        return backups_refuse_request (error);
      g_strv_builder_add (builder, json_node_get_string (label));
    }
  *labels = g_strv_builder_end (builder);
  return TRUE;
}

gboolean
namida_download_request_parse (
    const char *data, gsize length, char **backup_id, char ***labels, gboolean *all_names, GError **error)
{
  g_autoptr (JsonNode) root = namida_json_parse (data, length, NAMIDA_LIMIT_JSON_BYTES, error);
  const char *id = NULL, *names = NULL;
  JsonNode *music;

  *backup_id = NULL;
  *labels = NULL;
  if (root == NULL || !namida_json_get_string (json_node_get_object (root), "backup", &id, error))
    return FALSE;
  if (id == NULL || !namida_message_is_id (id, ID_MAX))
    return backups_refuse_request (error);
  if (!namida_json_get_string (json_node_get_object (root), "names", &names, error))
    return FALSE;
  *all_names = g_strcmp0 (names, "all") == 0;
  music = json_object_get_member (json_node_get_object (root), "music");
  if (music != NULL && !JSON_NODE_HOLDS_NULL (music) && !backups_message_read_labels (music, labels, error))
    return FALSE;
  *backup_id = g_strdup (id);
  return TRUE;
}

char *
namida_download_answer_format (const char *session_id,
                               NamidaDeviceInfo *info,
                               GBytes *manifest,
                               NamidaBackup *backup,
                               gboolean all_names,
                               gsize *length)
{
  GString *out = g_string_new ("{");
  g_autofree char *offer = all_names ? namida_offer_message_format_all_names (info, manifest, backup, NULL)
                                     : namida_offer_message_format (info, manifest, backup, NULL);

  namida_json_append_member (out, "sessionId", session_id);
  g_string_append_c (out, ',');
  g_string_append (out, offer + 1);
  return namida_message_end (out, length);
}

char *
namida_download_answer_dup_session (const char *data, gsize length, GError **error)
{
  g_auto (NamidaJsonCursor) cursor = { 0 };
  const char *key;

  if (!namida_message_begin (&cursor, data, length, error))
    return NULL;
  while ((key = namida_json_cursor_next_member (&cursor)) != NULL)
    {
      const char *text;

      if (strcmp (key, "sessionId") != 0)
        {
          namida_json_cursor_skip (&cursor, NULL, NULL);
          continue;
        }
      text = namida_json_cursor_string (&cursor, "sessionId", error);
      if (text == NULL)
        return NULL;
      if (namida_message_is_id (text, ID_MAX))
        return g_strdup (text);
      break;
    }
  namida_message_refuse (error, _ ("The answer does not name a session."));
  return NULL;
}

gint64
namida_range_parse (const char *text)
{
  g_autofree char *number = NULL;
  guint64 start;

  if (text == NULL)
    return 0;
  if (g_ascii_strncasecmp (text, "bytes=", 6) != 0 || !g_str_has_suffix (text, "-") || strlen (text) > 32)
    return -1;
  number = g_strndup (text + 6, strlen (text) - 7);
  return g_ascii_string_to_unsigned (number, 10, 0, G_MAXINT64, &start, NULL) ? (gint64) start : -1;
}
