/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-cli.h"
#include "namida-fit-file.h"

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* What the commands that change backups have in common: options and reports. Main thread. */

/** namida_cli_parse_parts: of --only and --without, each (nullable). Returns: %FALSE with a sentence about the word
 * that is no part. */
gboolean namida_cli_parse_parts (char **only_words, char **without_words, NamidaParts *parts, GError **error);
/** namida_cli_parse_maps: (transfer full) (nullable): of --map (nullable); %NULL with a sentence about the one that is
 * wrong. */
NamidaPathMap *namida_cli_parse_maps (char **texts, GError **error);
/** namida_cli_dup_music: (transfer full) (nullable): of --music (nullable). */
GPtrArray *namida_cli_dup_music (char **folders);
/** namida_cli_add_match: "tracks", "found", "missing", "folders" and so on. */
void namida_cli_add_match (JsonBuilder *builder, const NamidaMusicMatch *match);
/** namida_cli_add_fit: "out", "paths", "files" and so on, with what namida_cli_add_match() adds. */
void namida_cli_add_fit (JsonBuilder *builder, const char *path, const NamidaFitResult *result);

G_END_DECLS
