/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Parses the query of upload, and formats and parses its answer. Used by the server and by the sender of v1. Pure
 * functions, any thread. */
#include "config.h"

#include "namida-messages-private.h"

#include "namida-digest.h"
#include "namida-limits.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define MAX_FILE_ID 64u
#define MAX_TOKEN 128u

/* Forms, and the phone app as well, write a space as '+' (the WHATWG URL standard, 5.1). */
static char *
upload_messages_decode (const char *start, gsize length)
{
  g_autofree char *text = g_strndup (start, length);

  g_strdelimit (text, "+", ' ');
  /* Refuses "%00", invalid escapes and bytes that are not UTF-8. */
  return g_uri_unescape_string (text, NULL);
}

char *
namida_query_get (const char *query, const char *key)
{
  gsize key_length = strlen (key);

  while (query != NULL && *query != '\0')
    {
      gsize length = strcspn (query, "&");

      if (length > key_length && query[key_length] == '=' && strncmp (query, key, key_length) == 0)
        {
          g_autofree char *value = upload_messages_decode (query + key_length + 1, length - key_length - 1);

          if (value == NULL || !g_utf8_validate (value, -1, NULL))
            return NULL;
          return g_steal_pointer (&value);
        }
      query += length;
      query += *query == '&';
    }
  return NULL;
}

static gboolean
upload_messages_parse_offset (const char *text, guint64 *offset)
{
  /* Check for digits first, because the parser itself would accept a sign. */
  return text[0] != '\0' && strspn (text, "0123456789") == strlen (text)
         && g_ascii_string_to_unsigned (text, 10, 0, G_MAXINT64, offset, NULL);
}

gboolean
namida_upload_query_parse (const char *query, NamidaUploadQuery *out, GError **error)
{
  g_auto (NamidaUploadQuery) self = {
    namida_query_get (query, "sessionId"),
    namida_query_get (query, "fileId"),
    namida_query_get (query, "token"),
    0,
  };
  g_autofree char *offset = namida_query_get (query, "offset");

  if (self.session_id == NULL || !namida_message_is_id (self.session_id, MAX_TOKEN) || self.file_id == NULL
      || !namida_message_is_id (self.file_id, MAX_FILE_ID) || self.token == NULL
      || !namida_message_is_id (self.token, MAX_TOKEN))
    return namida_message_refuse (error,
                                  _ ("The upload is refused: it does not say which file of which session it is."));
  if (offset != NULL && !upload_messages_parse_offset (offset, &self.offset))
    return namida_message_refuse (error, _ ("The upload is refused: its offset is not a number."));
  *out = self;
  memset (&self, 0, sizeof self);
  return TRUE;
}

void
namida_upload_query_clear (NamidaUploadQuery *self)
{
  g_free (self->session_id);
  g_free (self->file_id);
  g_free (self->token);
  memset (self, 0, sizeof *self);
}

char *
namida_upload_answer_format (guint64 size, const char *sha256)
{
  GString *out = g_string_new ("{");

  namida_json_append_size (out, "size", size);
  namida_json_append_member (out, "sha256", sha256);
  g_string_append_c (out, '}');
  return namida_message_end (out, NULL);
}

gboolean
namida_upload_answer_parse (const char *data, gsize length, guint64 *size, char **sha256, GError **error)
{
  g_autoptr (JsonNode) node = namida_json_parse (data, length, NAMIDA_LIMIT_JSON_BYTES, error);
  JsonObject *object;
  const char *hex = NULL;

  if (node == NULL)
    return FALSE;
  object = json_node_get_object (node);
  if (!namida_json_get_size (object, "size", size, error) || !namida_json_get_string (object, "sha256", &hex, error))
    return FALSE;
  if (!json_object_has_member (object, "size") || hex == NULL || !namida_digest_is_hex (hex))
    return namida_message_refuse (error, _ ("The answer to an upload has no size or no checksum."));
  *sha256 = g_ascii_strdown (hex, -1);
  return TRUE;
}
