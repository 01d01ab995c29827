/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A hint for the user that explains why devices may not be found. Created by the hint checker, shown by the window
 * and printed by the command line. */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

/** NamidaHintKind: what may prevent devices from being found. */
typedef enum
{
  NAMIDA_HINT_NO_NETWORK,
  NAMIDA_HINT_PORT,     /* another program has opened the port */
  NAMIDA_HINT_FIREWALL, /* the firewall of this device */
  NAMIDA_HINT_ISOLATED, /* the network may isolate its devices */
} NamidaHintKind;

#define NAMIDA_TYPE_HINT (namida_hint_get_type ())
/**
 * NamidaHint: why devices may not be found, and what to do about it, in plain sentences. Immutable; any thread.
 * Properties: "title", "body" (may have several lines; a command to enter is on a line of its own), "word".
 */
G_DECLARE_FINAL_TYPE (NamidaHint, namida_hint, NAMIDA, HINT, GObject)

/** namida_hint_new: @title, @body: translated sentences. Returns: (transfer full) */
NamidaHint *namida_hint_new (NamidaHintKind kind, const char *title, const char *body);
/** namida_hint_get_kind: Returns: the problem that the hint describes. */
NamidaHintKind namida_hint_get_kind (NamidaHint *self);
/** namida_hint_get_word: Returns: the kind for scripts: "no-network", "port", "firewall" or "isolated". */
const char *namida_hint_get_word (NamidaHint *self);
/** namida_hint_get_title: Returns: (transfer none): a translated title. */
const char *namida_hint_get_title (NamidaHint *self);
/** namida_hint_get_body: Returns: (transfer none): translated sentences, possibly with lines that are commands. */
const char *namida_hint_get_body (NamidaHint *self);
/** namida_hint_equal: Returns: whether kind, title and body are the same. */
gboolean namida_hint_equal (NamidaHint *a, NamidaHint *b);

G_END_DECLS
