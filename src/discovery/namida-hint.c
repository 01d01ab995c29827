/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The hint object; see the header. Immutable; any thread. */
#include "config.h"

#include "namida-hint.h"

struct _NamidaHint
{
  GObject parent_instance;
  NamidaHintKind kind;
  char *title;
  char *body;
};

G_DEFINE_FINAL_TYPE (NamidaHint, namida_hint, G_TYPE_OBJECT)

enum
{
  PROP_TITLE = 1,
  PROP_BODY,
  PROP_WORD,
  N_PROPS
};

static void
namida_hint_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  NamidaHint *self = NAMIDA_HINT (object);

  switch (id)
    {
    case PROP_TITLE:
      g_value_set_string (value, self->title);
      break;
    case PROP_BODY:
      g_value_set_string (value, self->body);
      break;
    case PROP_WORD:
      g_value_set_static_string (value, namida_hint_get_word (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
namida_hint_finalize (GObject *object)
{
  NamidaHint *self = NAMIDA_HINT (object);

  g_free (self->title);
  g_free (self->body);
  G_OBJECT_CLASS (namida_hint_parent_class)->finalize (object);
}

static void
namida_hint_class_init (NamidaHintClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;
  GParamSpec *props[N_PROPS] = { NULL };

  object_class->get_property = namida_hint_get_property;
  object_class->finalize = namida_hint_finalize;
  props[PROP_TITLE] = g_param_spec_string ("title", NULL, NULL, NULL, flags);
  props[PROP_BODY] = g_param_spec_string ("body", NULL, NULL, NULL, flags);
  props[PROP_WORD] = g_param_spec_string ("word", NULL, NULL, NULL, flags);
  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
namida_hint_init (NamidaHint *self)
{
}

NamidaHint *
namida_hint_new (NamidaHintKind kind, const char *title, const char *body)
{
  NamidaHint *self = g_object_new (NAMIDA_TYPE_HINT, NULL);

  self->kind = kind;
  self->title = g_strdup (title);
  self->body = g_strdup (body);
  return self;
}

NamidaHintKind
namida_hint_get_kind (NamidaHint *self)
{
  g_return_val_if_fail (NAMIDA_IS_HINT (self), NAMIDA_HINT_NO_NETWORK);

  return self->kind;
}

const char *
namida_hint_get_word (NamidaHint *self)
{
  static const char *const words[] = { "no-network", "port", "firewall", "isolated" };

  g_return_val_if_fail (NAMIDA_IS_HINT (self), NULL);

  return words[self->kind];
}

const char *
namida_hint_get_title (NamidaHint *self)
{
  g_return_val_if_fail (NAMIDA_IS_HINT (self), NULL);

  return self->title;
}

const char *
namida_hint_get_body (NamidaHint *self)
{
  g_return_val_if_fail (NAMIDA_IS_HINT (self), NULL);

  return self->body;
}

gboolean
namida_hint_equal (NamidaHint *a, NamidaHint *b)
{
  return a->kind == b->kind && g_str_equal (a->title, b->title) && g_str_equal (a->body, b->body);
}
