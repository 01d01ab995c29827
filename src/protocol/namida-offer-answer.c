/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Formats and parses the answer to prepare-upload. Used by the server and by the sender of v1, in worker threads.
 * Pure functions. */
#include "config.h"

#include "namida-messages-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define MAX_TOKEN 128u

static void
offer_answer_grant_free (gpointer data)
{
  NamidaGrant *grant = data;

  g_free (grant->token);
  g_free (grant);
}

NamidaOfferAnswer *
namida_offer_answer_new (const char *session_id)
{
  NamidaOfferAnswer *self = g_new0 (NamidaOfferAnswer, 1);

  self->session_id = g_strdup (session_id);
  self->files = namida_message_id_table_new (offer_answer_grant_free);
  self->declined = namida_message_id_table_new (NULL);
  return self;
}

void
namida_offer_answer_free (NamidaOfferAnswer *self)
{
  g_free (self->session_id);
  g_hash_table_unref (self->files);
  g_hash_table_unref (self->declined);
  g_free (self);
}

void
namida_offer_answer_grant (NamidaOfferAnswer *self, const char *id, const char *token, guint64 offset)
{
  NamidaGrant *grant = g_new0 (NamidaGrant, 1);

  grant->token = g_strdup (token);
  grant->offset = offset;
  g_hash_table_replace (self->files, g_strdup (id), grant);
}

void
namida_offer_answer_decline (NamidaOfferAnswer *self, const char *id)
{
  g_hash_table_add (self->declined, g_strdup (id));
}

static gboolean
offer_answer_read_grant (NamidaJsonCursor *cursor, NamidaOfferAnswer *self, const char *key, GError **error)
{
  g_autofree char *id = namida_message_claim_id (self->files, key, error);
  g_autofree char *token = NULL;
  guint64 offset = 0;

  if (id == NULL || !namida_message_enter (cursor, "files", error))
    return FALSE;
  while ((key = namida_json_cursor_next_member (cursor)) != NULL)
    {
      if (strcmp (key, "token") == 0)
        {
          if (!namida_message_read_text (cursor, "token", &token, error))
            return FALSE;
        }
      else if (strcmp (key, "offset") != 0)
        namida_json_cursor_skip (cursor, NULL, NULL);
      else if (!namida_json_cursor_size (cursor, "offset", &offset, error))
        return FALSE;
    }
  if (token == NULL || !namida_message_is_id (token, MAX_TOKEN))
    return namida_message_refuse (error, _ ("The answer is refused: a file in it has no valid token."));
  namida_offer_answer_grant (self, id, token, offset);
  return TRUE;
}

static gboolean
offer_answer_read_grants (NamidaJsonCursor *cursor, gpointer answer, GError **error)
{
  const char *key;

  if (!namida_message_enter (cursor, "files", error))
    return FALSE;
  while ((key = namida_json_cursor_next_member (cursor)) != NULL)
    if (!offer_answer_read_grant (cursor, answer, key, error))
      return FALSE;
  return TRUE;
}

static gboolean
offer_answer_read_declined (NamidaOfferAnswer *self, const char *data, gsize length, GError **error)
{
  g_auto (NamidaJsonCursor) cursor = { 0 };
  const char *key;

  if (!namida_message_begin (&cursor, data, length, error))
    return FALSE;
  while ((key = namida_json_cursor_next_member (&cursor)) != NULL)
    {
      if (strcmp (key, "declined") != 0)
        {
          namida_json_cursor_skip (&cursor, NULL, NULL);
          continue;
        }
      if (!namida_json_cursor_enter (&cursor, '['))
        return namida_message_refuse (error, _ ("The answer is refused: it names no session or no files."));
      while (namida_json_cursor_next (&cursor))
        {
          const char *text = namida_json_cursor_string (&cursor, "declined", error);
          char *id = text != NULL ? namida_message_claim_id (self->declined, text, error) : NULL;

          if (id == NULL)
            return FALSE;
          g_hash_table_add (self->declined, id);
        }
    }
  return TRUE;
}

NamidaOfferAnswer *
namida_offer_answer_parse (const char *data, gsize length, GError **error)
{
  g_autoptr (NamidaOfferAnswer) self = namida_offer_answer_new (NULL);
  const char *none = _ ("The answer is refused: it names no session or no files.");

  if (!namida_message_read (data, length, "sessionId", &self->session_id, offer_answer_read_grants, self, none, error))
    return NULL;
  if (memmem (data, length, "\"declined\"", strlen ("\"declined\"")) != NULL
      && !offer_answer_read_declined (self, data, length, error))
    return NULL;
  if (self->session_id != NULL && namida_message_is_id (self->session_id, MAX_TOKEN))
    return g_steal_pointer (&self);
  namida_message_refuse (error, none);
  return NULL;
}

char *
namida_offer_answer_format (NamidaOfferAnswer *self, gsize *length)
{
  GString *out = g_string_new ("{");
  GHashTableIter iter;
  gpointer id, value;

  namida_json_append_member (out, "sessionId", self->session_id);
  g_string_append (out, ",\"files\":{");
  g_hash_table_iter_init (&iter, self->files);
  while (g_hash_table_iter_next (&iter, &id, &value))
    {
      NamidaGrant *grant = value;

      if (out->str[out->len - 1] != '{')
        g_string_append_c (out, ',');
      namida_json_append_string (out, id);
      g_string_append (out, ":{");
      namida_json_append_member (out, "token", grant->token);
      namida_json_append_size (out, "offset", grant->offset);
      g_string_append_c (out, '}');
    }
  g_string_append_c (out, '}');
  g_hash_table_iter_init (&iter, self->declined);
  for (const char *before = ",\"declined\":["; g_hash_table_iter_next (&iter, &id, NULL); before = ",")
    {
      g_string_append (out, before);
      namida_json_append_string (out, id);
    }
  g_string_append (out, g_hash_table_size (self->declined) > 0 ? "]}" : "}");
  return namida_message_end (out, length);
}
