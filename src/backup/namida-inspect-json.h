/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A streaming JSON reader for the lists in backup zips. Used by the inspector and when a restore is loaded. One
 * thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Reads a JSON text of any length in constant memory while it is unpacked from a zip. A tree would be many times the
 * size of the text, and the sender determines how large the lists of a backup are. Reports what it reads and builds
 * nothing. One thread. */

typedef enum
{
  NAMIDA_JSON_OBJECT,
  NAMIDA_JSON_ARRAY,
  NAMIDA_JSON_STRING,
  NAMIDA_JSON_NUMBER,
  NAMIDA_JSON_TRUE,
  NAMIDA_JSON_OTHER, /* false or null */
} NamidaJsonValue;

typedef struct _NamidaInspectJson NamidaInspectJson;

/**
 * NamidaInspectJsonFunc: Called when a container begins or when another value was read. @depth: the number of
 * containers around it, 0 for the root. @text: the text of a string or number, possibly truncated and possibly not
 * UTF-8; otherwise %NULL.
 */
typedef void (*NamidaInspectJsonFunc) (
    NamidaInspectJson *json, NamidaJsonValue value, guint depth, const char *text, gpointer user_data);

/** namida_inspect_json_new: @func: called for each value. Returns: (transfer full) */
NamidaInspectJson *namida_inspect_json_new (NamidaInspectJsonFunc func, gpointer user_data);
/** namida_inspect_json_free: @self: (transfer full) */
void namida_inspect_json_free (NamidaInspectJson *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NamidaInspectJson, namida_inspect_json_free)
/**
 * namida_inspect_json_feed: Reads the next bytes. Returns: %FALSE if the text is not JSON or is nested too deeply;
 * every later call then also returns %FALSE.
 */
gboolean namida_inspect_json_feed (NamidaInspectJson *self, const char *data, gsize length);
/** namida_inspect_json_end: Returns: whether the text was exactly one complete value. */
gboolean namida_inspect_json_end (NamidaInspectJson *self);
/**
 * namida_inspect_json_key: Returns: (transfer none): the key of the current value in the container at @level (0: the
 * root container); "" in an array, and for levels beyond the first few.
 */
const char *namida_inspect_json_key (NamidaInspectJson *self, guint level);

G_END_DECLS
