/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A text message that another device sent. Created by the server; shown by the window and the command line. */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

/** NamidaMessage: a text from a nearby device, to be shown and copied. Immutable; main context. Properties: "alias",
 * "text". */
#define NAMIDA_TYPE_MESSAGE (namida_message_get_type ())
G_DECLARE_FINAL_TYPE (NamidaMessage, namida_message, NAMIDA, MESSAGE, GObject)

/** namida_message_clean: Returns: (transfer full): @text in a form that is safe to show. Any thread, because a long
 * text takes a moment. */
char *namida_message_clean (const char *text);
/** namida_message_new: @alias: as received; @fingerprint: (nullable): proven by the connection; @text: from
 * namida_message_clean(). Returns: (transfer full). */
NamidaMessage *namida_message_new (const char *alias, const char *fingerprint, gboolean encrypted, const char *text);
/** namida_message_get_alias: Returns: (transfer none): in a form that is safe to show. */
const char *namida_message_get_alias (NamidaMessage *self);
const char *namida_message_get_fingerprint (NamidaMessage *self); /* (nullable) */
/** namida_message_get_encrypted: Returns: whether the message arrived over TLS. */
gboolean namida_message_get_encrypted (NamidaMessage *self);
/** namida_message_get_text: Returns: (transfer none): the text with line feeds, but without other control
 * characters. */
const char *namida_message_get_text (NamidaMessage *self);

G_END_DECLS
