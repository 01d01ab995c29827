/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Implements NamidaMessage, and removes what must not be shown from texts of other devices. */
#include "config.h"

#include "namida-message.h"

#include "namida-format.h"

#include <string.h>

struct _NamidaMessage
{
  GObject parent_instance;
  char *alias, *fingerprint, *text;
  gboolean encrypted;
};

G_DEFINE_FINAL_TYPE (NamidaMessage, namida_message, G_TYPE_OBJECT)

enum
{
  PROP_ALIAS = 1,
  PROP_TEXT,
  N_PROPS
};
static GParamSpec *properties[N_PROPS];

static void
namida_message_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  NamidaMessage *self = NAMIDA_MESSAGE (object);

  if (id == PROP_ALIAS)
    g_value_set_string (value, self->alias);
  else if (id == PROP_TEXT)
    g_value_set_string (value, self->text);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
namida_message_finalize (GObject *object)
{
  NamidaMessage *self = NAMIDA_MESSAGE (object);

  g_free (self->alias);
  g_free (self->fingerprint);
  g_free (self->text);
  G_OBJECT_CLASS (namida_message_parent_class)->finalize (object);
}

static void
namida_message_class_init (NamidaMessageClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->get_property = namida_message_get_property;
  object_class->finalize = namida_message_finalize;
  properties[PROP_ALIAS] = g_param_spec_string ("alias", NULL, NULL, NULL, flags);
  properties[PROP_TEXT] = g_param_spec_string ("text", NULL, NULL, NULL, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
namida_message_init (NamidaMessage *self)
{
}

/* Removes control characters, which a terminal would obey, and bidirectional overrides, which can make a text read
 * differently. */
char *
namida_message_clean (const char *text)
{
  g_autoptr (GString) out = g_string_sized_new (strlen (text));

  for (; *text != '\0'; text = g_utf8_next_char (text))
    {
      gunichar c = g_utf8_get_char (text);
      gboolean override = (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);

      if (c == '\r' && text[1] == '\n')
        continue;
      if (c != '\n' && c != '\t' && (g_unichar_iscntrl (c) || override))
        c = 0xfffd;
      g_string_append_unichar (out, c);
    }
  return g_string_free (g_steal_pointer (&out), FALSE);
}

NamidaMessage *
namida_message_new (const char *alias, const char *fingerprint, gboolean encrypted, const char *text)
{
  NamidaMessage *self = g_object_new (NAMIDA_TYPE_MESSAGE, NULL);

  self->alias = namida_format_alias (alias);
  self->fingerprint = g_strdup (fingerprint);
  self->encrypted = encrypted;
  self->text = g_strdup (text);
  return self;
}

const char *
namida_message_get_alias (NamidaMessage *self)
{
  return self->alias;
}

const char *
namida_message_get_fingerprint (NamidaMessage *self)
{
  return self->fingerprint;
}

gboolean
namida_message_get_encrypted (NamidaMessage *self)
{
  return self->encrypted;
}

const char *
namida_message_get_text (NamidaMessage *self)
{
  return self->text;
}
