/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Formats and parses register and pair. Used by the server, the client and the hub. Pure functions, any thread. */
#include "config.h"

#include "namida-messages-private.h"

#include "namida-digest.h"
#include "namida-limits.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define MAX_PAIR_ID 128u

char *
namida_register_format (NamidaDeviceInfo *info)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  namida_device_info_add_to_json (info, builder, FALSE);
  json_builder_end_object (builder);
  return namida_json_builder_to_text (builder);
}

NamidaDeviceInfo *
namida_register_parse (const char *data, gsize length, GError **error)
{
  g_autoptr (JsonNode) node = namida_json_parse (data, length, NAMIDA_LIMIT_JSON_BYTES, error);

  return node != NULL ? namida_device_info_from_json (json_node_get_object (node), error) : NULL;
}

/* Reads 32 bytes in hex, such as a nonce or a commitment. */
static gboolean
peer_messages_read_hex (JsonObject *object, const char *key, char **value, GError **error)
{
  const char *text = NULL;

  if (!namida_json_get_string (object, key, &text, error))
    return FALSE;
  if (text == NULL)
    return TRUE;
  if (!namida_digest_is_hex (text))
    return namida_message_refuse (error, _ ("The pairing is refused: a value in it is not 32 bytes."));
  *value = g_ascii_strdown (text, -1);
  return TRUE;
}

static gboolean
peer_messages_read_pair (JsonObject *object, NamidaPairMessage *self, GError **error)
{
  static const char *const steps[] = { "commit", "reveal", "confirm", "abort", "wait", NULL };
  const char *step = NULL;
  const char *pair_id = NULL;

  if (!namida_json_get_string (object, "step", &step, error)
      || !namida_json_get_string (object, "pairId", &pair_id, error)
      || !peer_messages_read_hex (object, "commitment", &self->commitment, error)
      || !peer_messages_read_hex (object, "nonce", &self->nonce, error))
    return FALSE;
  if (step != NULL && !g_strv_contains (steps, step))
    return namida_message_refuse (error, _ ("The pairing is refused: it has no such step."));
  if (pair_id != NULL && !namida_message_is_id (pair_id, MAX_PAIR_ID))
    return namida_message_refuse (error, _ ("The pairing is refused: its identifier is not valid."));
  self->step = g_strdup (step);
  self->pair_id = g_strdup (pair_id);
  return TRUE;
}

gboolean
namida_pair_message_parse (const char *data, gsize length, NamidaPairMessage *out, GError **error)
{
  g_autoptr (JsonNode) node = namida_json_parse (data, length, NAMIDA_LIMIT_JSON_BYTES, error);
  g_auto (NamidaPairMessage) self = { 0 };

  if (node == NULL || !peer_messages_read_pair (json_node_get_object (node), &self, error))
    return FALSE;
  *out = self;
  memset (&self, 0, sizeof self);
  return TRUE;
}

char *
namida_pair_message_format (const NamidaPairMessage *message)
{
  GString *out = g_string_new ("{");

  if (message->step != NULL)
    namida_json_append_member (out, "step", message->step);
  if (message->commitment != NULL)
    namida_json_append_member (out, "commitment", message->commitment);
  if (message->pair_id != NULL)
    namida_json_append_member (out, "pairId", message->pair_id);
  if (message->nonce != NULL)
    namida_json_append_member (out, "nonce", message->nonce);
  g_string_append_c (out, '}');
  return namida_message_end (out, NULL);
}

void
namida_pair_message_clear (NamidaPairMessage *self)
{
  g_free (self->step);
  g_free (self->commitment);
  g_free (self->pair_id);
  g_free (self->nonce);
  memset (self, 0, sizeof *self);
}
