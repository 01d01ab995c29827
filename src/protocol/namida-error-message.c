/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Formats and parses the body of error answers. Used by the server and by all senders. Pure functions, any thread. */
#include "config.h"

#include "namida-messages-private.h"

#include "namida-limits.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* Enough for two sentences. A text from another device must not fill a dialog. */
#define MAX_MESSAGE_CHARS 300u

/* A local error names folders and files of this device, so a stranger is only told its kind. */
static const char *
message_for_peer (const GError *reason, guint status)
{
  const char *words = reason->domain == NAMIDA_ERROR && reason->code > NAMIDA_ERROR_NO_SPACE
                          ? namida_error_storage_words_there ((NamidaError) reason->code)
                          : NULL;

  if (words != NULL)
    return words;
  if (status == 507)
    return _ ("The other device does not have enough free space. Free some space there and try again.");
  if (status == 500)
    return _ ("An error occurred on the other device. See the message shown there.");
  return reason->message;
}

static NamidaError
error_message_wire_code (const GError *reason, guint status)
{
  if (reason->domain == NAMIDA_ERROR && namida_error_storage_words_there ((NamidaError) reason->code) != NULL)
    return (NamidaError) reason->code;
  return status == 507 ? NAMIDA_ERROR_NO_SPACE : status == 500 ? NAMIDA_ERROR_INTERNAL : (NamidaError) reason->code;
}

char *
namida_error_answer_format (const GError *reason, gint64 offset)
{
  guint status = namida_error_http_status (reason);
  NamidaError code = error_message_wire_code (reason, status);
  GString *out = g_string_new ("{");

  namida_json_append_member (out, "message", message_for_peer (reason, status));
  namida_json_append_member (out, "code", namida_error_code_to_string (code));
  if (offset >= 0)
    namida_json_append_size (out, "offset", (guint64) offset);
  g_string_append_c (out, '}');
  return namida_message_end (out, NULL);
}

/* Control and format characters, including bidi overrides, could disturb the text around them. */
static char *
error_message_dup_clean (const char *text)
{
  GString *out = g_string_new (NULL);
  guint n = 0;

  for (; *text != '\0' && n < MAX_MESSAGE_CHARS; text = g_utf8_next_char (text), n++)
    {
      gunichar c = g_utf8_get_char (text);

      switch (g_unichar_type (c))
        {
        case G_UNICODE_CONTROL:
        case G_UNICODE_FORMAT:
        case G_UNICODE_LINE_SEPARATOR:
        case G_UNICODE_PARAGRAPH_SEPARATOR:
        case G_UNICODE_PRIVATE_USE:
        case G_UNICODE_UNASSIGNED:
        case G_UNICODE_SURROGATE:
          g_string_append_c (out, ' ');
          break;
        default:
          g_string_append_unichar (out, c);
        }
    }
  if (*text != '\0')
    g_string_append (out, "…");
  return g_strstrip (g_string_free (out, FALSE));
}

static NamidaError
error_message_choose_code (const char *word, guint status)
{
  NamidaError code = namida_error_code_from_string (word);

  /* If the word is unknown or missing, the status says more. */
  if (code == NAMIDA_ERROR_INTERNAL)
    return namida_error_code_from_status (status);
  return code;
}

GError *
namida_error_answer_parse (const char *data, gsize length, guint status, gint64 *offset)
{
  g_autoptr (JsonNode) node = data != NULL ? namida_json_parse (data, length, NAMIDA_LIMIT_JSON_BYTES, NULL) : NULL;
  JsonObject *object = node != NULL ? json_node_get_object (node) : NULL;
  g_autofree char *clean = NULL;
  const char *message = NULL;
  const char *word = NULL;
  NamidaError code;
  guint64 at = 0;

  if (offset != NULL)
    *offset = -1;
  if (object != NULL)
    {
      /* An error remains an error, however badly it is formatted: values of a wrong type count as missing. */
      namida_json_get_string (object, "message", &message, NULL);
      namida_json_get_string (object, "code", &word, NULL);
      if (offset != NULL && json_object_has_member (object, "offset")
          && namida_json_get_size (object, "offset", &at, NULL))
        *offset = (gint64) at;
    }
  code = error_message_choose_code (word, status);
  /* Disk errors that version 0.1.0 did not know are shown in the language of this device. */
  if (code > NAMIDA_ERROR_NO_SPACE && namida_error_storage_words_there (code) != NULL)
    return g_error_new_literal (NAMIDA_ERROR, (int) code, namida_error_storage_words_there (code));
  clean = error_message_dup_clean (message != NULL ? message : "");
  if (clean[0] != '\0')
    return g_error_new (NAMIDA_ERROR, (int) code, _ ("The other device reported: %s"), clean);
  return g_error_new (NAMIDA_ERROR, (int) code, _ ("The other device rejected the request (HTTP status %u)."), status);
}
