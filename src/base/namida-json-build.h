/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* Members of the object that @builder is in: what is written for people's scripts. Any thread that owns @builder. */

/** @value: (nullable): null then; bytes that are no UTF-8, as a file name may have, are replaced */
void namida_json_build_string (JsonBuilder *builder, const char *key, const char *value);
/** @value: what is above G_MAXINT64 is written as that */
void namida_json_build_int (JsonBuilder *builder, const char *key, guint64 value);
void namida_json_build_boolean (JsonBuilder *builder, const char *key, gboolean value);

G_END_DECLS
