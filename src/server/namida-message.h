/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

/**
 * NamidaMessage: a text that somebody near sent, to be shown and copied. Immutable; main context. Properties "alias",
 * "text".
 */
#define NAMIDA_TYPE_MESSAGE (namida_message_get_type ())
G_DECLARE_FINAL_TYPE (NamidaMessage, namida_message, NAMIDA, MESSAGE, GObject)

/** namida_message_clean: Returns: (transfer full): @text as it may be shown. Any thread: a long one takes a moment. */
char *namida_message_clean (const char *text);
/** namida_message_new: @alias: as received; @text: by namida_message_clean(); @fingerprint: (nullable): proven by its
 * connection */
NamidaMessage *namida_message_new (const char *alias, const char *fingerprint, gboolean encrypted, const char *text);
/** Returns: (transfer none): as it may be shown. */
const char *namida_message_get_alias (NamidaMessage *self);
const char *namida_message_get_fingerprint (NamidaMessage *self); /* (nullable) */
gboolean namida_message_get_encrypted (NamidaMessage *self);
/** Returns: (transfer none): with its line ends, without any other control characters. */
const char *namida_message_get_text (NamidaMessage *self);

G_END_DECLS
