/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The messages of the feature "heal": which damaged files a device is asked for, and what was repaired by those that
 * it sent. Used by the server that keeps the backups and by the program that sends the files. Pure functions, any
 * thread; everything that is parsed is untrusted. */
#pragma once

#include "namida-messages.h"

G_BEGIN_DECLS

/**
 * NAMIDA_FEATURE_HEAL: A feature of register: the program says which files it wants, and sends those that it is asked
 * for.
 */
#define NAMIDA_FEATURE_HEAL "heal"

/** NamidaWantedFile: a content that a backup has lost. */
typedef struct
{
  char *sha256; /* 64 lower-case hex digits */
  guint64 size; /* bytes */
} NamidaWantedFile;

/** namida_wanted_list_new: Returns: (transfer full) (element-type NamidaWantedFile): an empty list. */
GPtrArray *namida_wanted_list_new (void);
/** namida_wanted_list_add: @sha256: in lower case; copied. @size: in bytes. */
void namida_wanted_list_add (GPtrArray *list, const char *sha256, guint64 size);

/** namida_wanted_format: @list: (element-type NamidaWantedFile). Returns: (transfer full): the answer to GET wanted. */
char *namida_wanted_format (GPtrArray *list, gsize *length);
/**
 * namida_wanted_parse: Returns: (transfer full) (nullable) (element-type NamidaWantedFile): at most
 * NAMIDA_LIMIT_WANTED_FILES, without duplicates; %NULL with INVALID_REQUEST or TOO_LARGE.
 */
GPtrArray *namida_wanted_parse (const char *data, gsize length, GError **error);

/**
 * namida_heal_query_parse:
 * @query: (nullable): "sha256=…&size=…" of POST heal
 * @file: (out caller-allocates): the caller frees its hash
 *
 * Returns: %FALSE with INVALID_REQUEST
 */
gboolean namida_heal_query_parse (const char *query, NamidaWantedFile *file, GError **error);
/**
 * namida_heal_answer_format: @healed: the sum for all files that this connection has brought. Returns: (transfer full)
 */
char *namida_heal_answer_format (const NamidaFinishHealed *healed);
/** namida_heal_answer_parse: @healed: (out). Returns: %FALSE with INVALID_REQUEST or TOO_LARGE. */
gboolean namida_heal_answer_parse (const char *data, gsize length, NamidaFinishHealed *healed, GError **error);

G_END_DECLS
