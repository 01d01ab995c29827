/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A JSON text of any length, read as it comes out of a zip, in constant memory: a tree of it would be many times its
 * size, and a backup's lists are the sender's choice. Tells what it meets; builds nothing. One thread. */

typedef enum
{
  NAMIDA_JSON_OBJECT,
  NAMIDA_JSON_ARRAY,
  NAMIDA_JSON_STRING,
  NAMIDA_JSON_NUMBER,
  NAMIDA_JSON_TRUE,
  NAMIDA_JSON_OTHER, /* false, null */
} NamidaJsonValue;

typedef struct _NamidaInspectJson NamidaInspectJson;

/** A value begins (a container) or is read whole (else). @depth: containers around it, 0 for the root; @text: of a
 * string or number, possibly cut, perhaps no UTF-8; NULL else. */
typedef void (*NamidaInspectJsonFunc) (
    NamidaInspectJson *json, NamidaJsonValue value, guint depth, const char *text, gpointer user_data);

NamidaInspectJson *namida_inspect_json_new (NamidaInspectJsonFunc func, gpointer user_data);
void namida_inspect_json_free (NamidaInspectJson *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NamidaInspectJson, namida_inspect_json_free)
/** namida_inspect_json_feed: the next bytes. Returns: %FALSE when this is no JSON, or nested too deeply; it stays so.
 */
gboolean namida_inspect_json_feed (NamidaInspectJson *self, const char *data, gsize length);
/** namida_inspect_json_end: Returns: whether it was one whole value and nothing after it. */
gboolean namida_inspect_json_end (NamidaInspectJson *self);
/** namida_inspect_json_key: (transfer none): the key of the value under way in the container at @level (0: the root
 * container); "" in an array, and for levels beyond the first few. */
const char *namida_inspect_json_key (NamidaInspectJson *self, guint level);

G_END_DECLS
