/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A state machine that reads JSON byte by byte; see the header. One thread. */
#include "config.h"

#include "namida-inspect-json.h"

#include <string.h>

#define DEPTH_MOST 64u
#define KEY_LEVELS 6u
/* Longer texts are truncated. A path has at most 4096 bytes, and an escape sequence is six times as long as its
 * character. */
#define TEXT_MOST 8192u

typedef enum
{
  EXPECT_VALUE,
  EXPECT_VALUE_OR_END, /* after '[' */
  EXPECT_KEY_OR_END,   /* after '{' */
  EXPECT_KEY,          /* after ',' in an object */
  EXPECT_COLON,
  EXPECT_COMMA_OR_END,
  EXPECT_NOTHING, /* after the root value */
  IN_STRING,
  IN_ESCAPE,
  IN_UNICODE,
  IN_WORD, /* a number, true, false or null */
  BROKEN,
} State;

struct _NamidaInspectJson
{
  NamidaInspectJsonFunc func;
  gpointer user_data;
  State state;
  gboolean is_key; /* whether the current string is a key */
  guint depth;
  gboolean is_object[DEPTH_MOST];
  GString *keys[KEY_LEVELS];
  GString *text;
  guint32 unit; /* code unit of the current escape sequence */
  guint n_digits;
  guint32 high; /* first half of a surrogate pair; 0: none */
};

NamidaInspectJson *
namida_inspect_json_new (NamidaInspectJsonFunc func, gpointer user_data)
{
  NamidaInspectJson *self = g_new0 (NamidaInspectJson, 1);

  self->func = func;
  self->user_data = user_data;
  self->text = g_string_new (NULL);
  for (guint i = 0; i < KEY_LEVELS; i++)
    self->keys[i] = g_string_new (NULL);
  return self;
}

void
namida_inspect_json_free (NamidaInspectJson *self)
{
  if (self == NULL)
    return;
  g_string_free (self->text, TRUE);
  for (guint i = 0; i < KEY_LEVELS; i++)
    g_string_free (self->keys[i], TRUE);
  g_free (self);
}

const char *
namida_inspect_json_key (NamidaInspectJson *self, guint level)
{
  return level < KEY_LEVELS && level < self->depth ? self->keys[level]->str : "";
}

static void
inspect_json_report (NamidaInspectJson *self, NamidaJsonValue value, const char *text)
{
  self->func (self, value, self->depth, text, self->user_data);
}

static gboolean
inspect_json_in_object (NamidaInspectJson *self)
{
  return self->depth > 0 && self->is_object[self->depth - 1];
}

static void
inspect_json_end_value (NamidaInspectJson *self)
{
  self->state = self->depth == 0 ? EXPECT_NOTHING : EXPECT_COMMA_OR_END;
}

static gboolean
inspect_json_open_container (NamidaInspectJson *self, gboolean object)
{
  if (self->depth == DEPTH_MOST)
    return FALSE;
  inspect_json_report (self, object ? NAMIDA_JSON_OBJECT : NAMIDA_JSON_ARRAY, NULL);
  if (self->depth < KEY_LEVELS)
    g_string_truncate (self->keys[self->depth], 0);
  self->is_object[self->depth++] = object;
  self->state = object ? EXPECT_KEY_OR_END : EXPECT_VALUE_OR_END;
  return TRUE;
}

static gboolean
inspect_json_close_container (NamidaInspectJson *self, gboolean object)
{
  if (self->depth == 0 || self->is_object[self->depth - 1] != object)
    return FALSE;
  self->depth--;
  inspect_json_end_value (self);
  return TRUE;
}

static void
inspect_json_begin_string (NamidaInspectJson *self, gboolean is_key)
{
  g_string_truncate (self->text, 0);
  self->is_key = is_key;
  self->high = 0;
  self->state = IN_STRING;
}

static void
inspect_json_end_string (NamidaInspectJson *self)
{
  if (!self->is_key)
    {
      inspect_json_report (self, NAMIDA_JSON_STRING, self->text->str);
      inspect_json_end_value (self);
      return;
    }
  if (self->depth - 1 < KEY_LEVELS)
    g_string_assign (self->keys[self->depth - 1], self->text->str);
  self->state = EXPECT_COLON;
}

static void
inspect_json_add_char (NamidaInspectJson *self, char c)
{
  /* A NUL would end the text early. Dart's own decoder accepts it, so it is not an error. */
  if (self->text->len < TEXT_MOST && c != '\0')
    g_string_append_c (self->text, c);
}

static void
inspect_json_add_unit (NamidaInspectJson *self)
{
  guint32 unit = self->unit;

  if (unit >= 0xd800 && unit <= 0xdbff)
    {
      self->high = unit;
      return;
    }
  if (unit >= 0xdc00 && unit <= 0xdfff)
    unit = self->high != 0 ? 0x10000 + ((self->high - 0xd800) << 10) + (unit - 0xdc00) : 0xfffd;
  self->high = 0;
  if (unit != 0 && self->text->len < TEXT_MOST)
    g_string_append_unichar (self->text, unit);
}

static gboolean
inspect_json_take_escape (NamidaInspectJson *self, char c)
{
  static const char signs[] = "\"\\/bfnrt";
  static const char meant[] = "\"\\/\b\f\n\r\t";
  const char *sign = c != '\0' ? strchr (signs, c) : NULL;

  self->state = c == 'u' ? IN_UNICODE : IN_STRING;
  self->unit = self->n_digits = 0;
  if (sign != NULL)
    inspect_json_add_char (self, meant[sign - signs]);
  return c == 'u' || sign != NULL;
}

static gboolean
inspect_json_take_digit (NamidaInspectJson *self, char c)
{
  if (!g_ascii_isxdigit (c))
    return FALSE;
  self->unit = self->unit * 16 + (guint32) g_ascii_xdigit_value (c);
  if (++self->n_digits < 4)
    return TRUE;
  inspect_json_add_unit (self);
  self->state = IN_STRING;
  return TRUE;
}

static gboolean
inspect_json_end_word (NamidaInspectJson *self)
{
  const char *word = self->text->str;
  gboolean number = g_ascii_isdigit (word[0]) || (word[0] == '-' && g_ascii_isdigit (word[1]));

  if (number)
    inspect_json_report (self, NAMIDA_JSON_NUMBER, word);
  else if (strcmp (word, "true") == 0)
    inspect_json_report (self, NAMIDA_JSON_TRUE, NULL);
  else if (strcmp (word, "false") == 0 || strcmp (word, "null") == 0)
    inspect_json_report (self, NAMIDA_JSON_OTHER, NULL);
  else
    return FALSE;
  inspect_json_end_value (self);
  return TRUE;
}

static gboolean
inspect_json_begin_value (NamidaInspectJson *self, char c)
{
  if (c == '{' || c == '[')
    return inspect_json_open_container (self, c == '{');
  if (c == '"')
    {
      inspect_json_begin_string (self, FALSE);
      return TRUE;
    }
  if (!g_ascii_isalnum (c) && c != '-')
    return FALSE;
  g_string_truncate (self->text, 0);
  inspect_json_add_char (self, c);
  self->state = IN_WORD;
  return TRUE;
}

/* Handles a punctuation character. */
static gboolean
inspect_json_take_sign (NamidaInspectJson *self, char c)
{
  switch (self->state)
    {
    case EXPECT_VALUE_OR_END:
      if (c == ']')
        return inspect_json_close_container (self, FALSE);
      return inspect_json_begin_value (self, c);
    case EXPECT_VALUE:
      return inspect_json_begin_value (self, c);
    case EXPECT_KEY_OR_END:
      if (c == '}')
        return inspect_json_close_container (self, TRUE);
      G_GNUC_FALLTHROUGH;
    case EXPECT_KEY:
      inspect_json_begin_string (self, TRUE);
      return c == '"';
    case EXPECT_COLON:
      self->state = EXPECT_VALUE;
      return c == ':';
    case EXPECT_COMMA_OR_END:
      if (c == '}' || c == ']')
        return inspect_json_close_container (self, c == '}');
      self->state = inspect_json_in_object (self) ? EXPECT_KEY : EXPECT_VALUE;
      return c == ',';
    default:
      return FALSE;
    }
}

static gboolean
inspect_json_is_space (char c)
{
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static gboolean
inspect_json_take (NamidaInspectJson *self, char c)
{
  switch (self->state)
    {
    case IN_STRING:
      if (c == '"')
        inspect_json_end_string (self);
      else if (c == '\\')
        self->state = IN_ESCAPE;
      else
        inspect_json_add_char (self, c);
      return TRUE;
    case IN_ESCAPE:
      return inspect_json_take_escape (self, c);
    case IN_UNICODE:
      return inspect_json_take_digit (self, c);
    case IN_WORD:
      if (g_ascii_isalnum (c) || c == '.' || c == '+' || c == '-')
        {
          inspect_json_add_char (self, c);
          return TRUE;
        }
      return inspect_json_end_word (self) && (inspect_json_is_space (c) || inspect_json_take_sign (self, c));
    default:
      return inspect_json_is_space (c) || inspect_json_take_sign (self, c);
    }
}

gboolean
namida_inspect_json_feed (NamidaInspectJson *self, const char *data, gsize length)
{
  for (gsize i = 0; i < length && self->state != BROKEN; i++)
    if (!inspect_json_take (self, data[i]))
      self->state = BROKEN;
  return self->state != BROKEN;
}

gboolean
namida_inspect_json_end (NamidaInspectJson *self)
{
  if (self->state == IN_WORD && self->depth == 0 && !inspect_json_end_word (self))
    self->state = BROKEN;
  return self->state == EXPECT_NOTHING;
}
