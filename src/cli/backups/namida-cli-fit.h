/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The options and reports that the commands that change backups have in common. Main thread. */
#pragma once

#include "namida-cli.h"
#include "namida-fit-file.h"

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/**
 * namida_cli_parse_parts: parses --only and --without, each (nullable). Returns: %FALSE with an error about the word
 * that is no part.
 */
gboolean namida_cli_parse_parts (char **only_words, char **without_words, NamidaParts *parts, GError **error);
/**
 * namida_cli_parse_maps: parses --map (nullable). Returns: (transfer full) (nullable): %NULL with an error about the
 * value that is invalid.
 */
NamidaPathMap *namida_cli_parse_maps (char **texts, GError **error);
/** namida_cli_check_music: Returns: whether the folders of --music (nullable) exist; otherwise says which does not. */
gboolean namida_cli_check_music (char **folders);
/** namida_cli_dup_music: Returns: (transfer full) (nullable): the folders of --music (nullable). */
GPtrArray *namida_cli_dup_music (char **folders);
/** namida_cli_add_match: adds "tracks", "found", "missing", "folders" and so on. */
void namida_cli_add_match (JsonBuilder *builder, const NamidaMusicMatch *match);
/** namida_cli_add_fit: adds "out", "paths", "files" and so on, and what namida_cli_add_match() adds. */
void namida_cli_add_fit (JsonBuilder *builder, const char *path, const NamidaFitResult *result);

G_END_DECLS
