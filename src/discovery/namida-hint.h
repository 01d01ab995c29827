/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

/** NamidaHintKind: what may keep devices from being found. */
typedef enum
{
  NAMIDA_HINT_NO_NETWORK,
  NAMIDA_HINT_PORT,     /* another program has the port */
  NAMIDA_HINT_FIREWALL, /* of this device */
  NAMIDA_HINT_ISOLATED, /* the network may keep its devices apart */
} NamidaHintKind;

#define NAMIDA_TYPE_HINT (namida_hint_get_type ())
/**
 * NamidaHint: why nobody may be found, and what to do about it: plain sentences for a person. Immutable; any thread.
 * Properties: "title", "body" (may have several lines; a command to type is a line of its own), "word".
 */
G_DECLARE_FINAL_TYPE (NamidaHint, namida_hint, NAMIDA, HINT, GObject)

NamidaHint *namida_hint_new (NamidaHintKind kind, const char *title, const char *body);
NamidaHintKind namida_hint_get_kind (NamidaHint *self);
/** namida_hint_get_word: the kind for scripts: "no-network", "port", "firewall" or "isolated". */
const char *namida_hint_get_word (NamidaHint *self);
const char *namida_hint_get_title (NamidaHint *self);
const char *namida_hint_get_body (NamidaHint *self);
gboolean namida_hint_equal (NamidaHint *a, NamidaHint *b);

G_END_DECLS
