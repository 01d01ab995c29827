/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Helpers for JsonBuilder. The command line, reports, records and the transfer socket use them for the JSON that
 * scripts and people read. */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* Adds members to the object that @builder is in. Any thread that owns @builder. */

/**
 * namida_json_build_string: @value: (nullable): %NULL becomes null. Bytes that are not UTF-8, which a file name may
 * contain, are replaced.
 */
void namida_json_build_string (JsonBuilder *builder, const char *key, const char *value);
/** namida_json_build_int: @value: values above G_MAXINT64 are written as G_MAXINT64. */
void namida_json_build_int (JsonBuilder *builder, const char *key, guint64 value);
/** namida_json_build_boolean: Adds a member that is true or false. */
void namida_json_build_boolean (JsonBuilder *builder, const char *key, gboolean value);

G_END_DECLS
