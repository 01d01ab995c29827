/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Formats and parses LocalSend's messages, except its offers; see the header. Pure functions, any thread. */
#include "config.h"

#include "namida-localsend-message.h"
#include "namida-messages-private.h"

#include "namida-clock.h"
#include "namida-limits.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define MAX_WORD 256u /* bytes of an id, a token or a session id */

static gboolean
localsend_message_is_word (const char *text)
{
  if (text == NULL || text[0] == '\0' || strlen (text) > MAX_WORD)
    return FALSE;
  for (const char *c = text; *c != '\0'; c++)
    if (g_ascii_iscntrl (*c))
      return FALSE;
  return TRUE;
}

/* ---- device info ---- */

static void
localsend_message_append_info (GString *out, NamidaDeviceInfo *own)
{
  g_string_append_c (out, '{');
  namida_json_append_member (out, "alias", own->alias);
  namida_json_append_member (out, "version", NAMIDA_LOCALSEND_VERSION);
  /* Some implementations require both of these members. */
  namida_json_append_member (out, "deviceModel", own->device_model != NULL ? own->device_model : "Linux");
  namida_json_append_member (out, "deviceType", own->device_type != NULL ? own->device_type : "desktop");
  namida_json_append_member (out, "fingerprint", own->fingerprint != NULL ? own->fingerprint : "");
  namida_json_append_size (out, "port", own->port);
  namida_json_append_member (out, "protocol", own->https ? "https" : "http");
  g_string_append (out, ",\"download\":false}");
}

char *
namida_localsend_info_format (NamidaDeviceInfo *own)
{
  GString *out = g_string_new (NULL);

  localsend_message_append_info (out, own);
  return namida_message_end (out, NULL);
}

NamidaDeviceInfo *
namida_localsend_info_parse (const char *data, gsize length, GError **error)
{
  return namida_register_parse (data, length, error);
}

/* ---- sent offers ---- */

static void
localsend_message_append_file (GString *out, const NamidaEntry *entry)
{
  g_autofree char *path = namida_entry_dup_path (entry);

  namida_json_append_string (out, entry->id);
  g_string_append (out, ":{");
  namida_json_append_member (out, "id", entry->id);
  namida_json_append_member (out, "fileName", path);
  namida_json_append_size (out, "size", entry->size);
  namida_json_append_member (out, "fileType",
                             entry->type != NULL ? entry->type : namida_entry_guess_type (entry->name));
  if (entry->sha256 != NULL)
    namida_json_append_member (out, "sha256", entry->sha256);
  else
    g_string_append (out, ",\"sha256\":null");
  if (entry->mtime_ns != NAMIDA_ENTRY_TIME_UNKNOWN)
    {
      g_autofree char *modified = namida_time_to_iso8601 (namida_entry_get_mtime_ms (entry));

      g_string_append (out, ",\"metadata\":{");
      namida_json_append_member (out, "modified", modified);
      g_string_append_c (out, '}');
    }
  g_string_append_c (out, '}');
}

char *
namida_localsend_offer_format (NamidaDeviceInfo *own, NamidaBackup *backup, const guint8 *left_out, gsize *length)
{
  GPtrArray *entries = namida_backup_get_entries (backup);
  GString *out = g_string_sized_new (256 + (gsize) entries->len * 256);

  g_string_append (out, "{\"info\":");
  localsend_message_append_info (out, own);
  g_string_append (out, ",\"files\":{");
  for (guint i = 0; i < entries->len; i++)
    {
      const NamidaEntry *entry = g_ptr_array_index (entries, i);

      if (entry->kind == NAMIDA_ENTRY_FOLDER || !namida_entry_is_portable (entry)
          || (left_out != NULL && left_out[i] != 0))
        continue;
      if (out->str[out->len - 1] != '{')
        g_string_append_c (out, ',');
      localsend_message_append_file (out, entry);
    }
  g_string_append (out, "}}");
  return namida_message_end (out, length);
}

char *
namida_localsend_text_format (NamidaDeviceInfo *own, const char *text)
{
  GString *out = g_string_new ("{\"info\":");

  localsend_message_append_info (out, own);
  g_string_append (out, ",\"files\":{\"" NAMIDA_LOCALSEND_TEXT_ID "\":{");
  namida_json_append_member (out, "id", NAMIDA_LOCALSEND_TEXT_ID);
  namida_json_append_member (out, "fileName", "message.txt");
  namida_json_append_size (out, "size", strlen (text));
  namida_json_append_member (out, "fileType", "text/plain");
  namida_json_append_member (out, "preview", text);
  g_string_append (out, ",\"sha256\":null}}}");
  return namida_message_end (out, NULL);
}

/* ---- answer ---- */

char *
namida_localsend_answer_format (NamidaOfferAnswer *self, gsize *length)
{
  GString *out = g_string_new ("{");
  GHashTableIter iter;
  gpointer id, value;

  namida_json_append_member (out, "sessionId", self->session_id);
  g_string_append (out, ",\"files\":{");
  g_hash_table_iter_init (&iter, self->files);
  while (g_hash_table_iter_next (&iter, &id, &value))
    namida_json_append_member (out, id, ((NamidaGrant *) value)->token);
  g_string_append (out, "}}");
  return namida_message_end (out, length);
}

static gboolean
localsend_message_read_tokens (NamidaJsonCursor *cursor, gpointer answer, GError **error)
{
  NamidaOfferAnswer *self = answer;
  const char *key;

  if (!namida_message_enter (cursor, "files", error))
    return FALSE;
  while ((key = namida_json_cursor_next_member (cursor)) != NULL)
    {
      g_autofree char *id = g_strdup (key);
      const char *token;

      /* A file that is not wanted may be missing or null. */
      if (namida_json_cursor_take_null (cursor))
        continue;
      token = namida_json_cursor_string (cursor, "token", error);
      if (token == NULL)
        return FALSE;
      if (!localsend_message_is_word (id) || !localsend_message_is_word (token)
          || g_hash_table_size (self->files) >= namida_message_most_files)
        return namida_message_refuse (error, _ ("The answer is refused: a file in it has no valid token."));
      namida_offer_answer_grant (self, id, token, 0);
    }
  return TRUE;
}

NamidaOfferAnswer *
namida_localsend_answer_parse (const char *data, gsize length, GError **error)
{
  g_autoptr (NamidaOfferAnswer) self = namida_offer_answer_new (NULL);
  const char *none = _ ("The answer is refused: it names no session or no files.");

  if (!namida_message_read (data, length, "sessionId", &self->session_id, localsend_message_read_tokens, self, none,
                            error))
    return NULL;
  if (localsend_message_is_word (self->session_id))
    return g_steal_pointer (&self);
  namida_message_refuse (error, none);
  return NULL;
}

/* ---- query of upload ---- */

gboolean
namida_localsend_query_parse (const char *query, NamidaUploadQuery *out, GError **error)
{
  g_auto (NamidaUploadQuery) self = {
    namida_query_get (query, "sessionId"),
    namida_query_get (query, "fileId"),
    namida_query_get (query, "token"),
    0,
  };

  if (!localsend_message_is_word (self.session_id) || !localsend_message_is_word (self.file_id)
      || !localsend_message_is_word (self.token))
    return namida_message_refuse (error,
                                  _ ("The upload is refused: it does not say which file of which session it is."));
  *out = self;
  memset (&self, 0, sizeof self);
  return TRUE;
}

char *
namida_localsend_query_format (const char *session_id, const char *file_id, const char *token)
{
  g_autofree char *session = g_uri_escape_string (session_id, NULL, FALSE);
  g_autofree char *file = g_uri_escape_string (file_id, NULL, FALSE);
  g_autofree char *word = g_uri_escape_string (token, NULL, FALSE);

  return g_strdup_printf ("sessionId=%s&fileId=%s&token=%s", session, file, word);
}
