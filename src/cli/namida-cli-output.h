/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Output of the program: sentences for people, or JSON with one object per line. Main thread. */
#pragma once

#include "namida-cli.h"
#include "namida-json-build.h"

G_BEGIN_DECLS

/** namida_cli_say: prints a line on standard output, except with --quiet or --json. */
void namida_cli_say (NamidaCli *cli, const char *format, ...) G_GNUC_PRINTF (2, 3);
/** namida_cli_print: prints a line that was asked for, such as a row of a list, also with --quiet. */
void namida_cli_print (const char *format, ...) G_GNUC_PRINTF (1, 2);
/**
 * namida_cli_prompt: prints a question on standard output, after which the answer is typed. Input that was typed at a
 * terminal before the question was visible is discarded.
 */
void namida_cli_prompt (const char *format, ...) G_GNUC_PRINTF (1, 2);
/** namida_cli_complain: prints a sentence on standard error. */
void namida_cli_complain (const char *format, ...) G_GNUC_PRINTF (1, 2);

/**
 * The version of the objects that --json prints. It is increased when a key is removed or changes its meaning. 2
 * since version 0.2.
 */
#define NAMIDA_CLI_JSON_SCHEMA 2

/**
 * namida_cli_event: Returns: (transfer full): an open object with "event": @event; finish it with namida_cli_emit().
 */
JsonBuilder *namida_cli_event (const char *event);
/** namida_cli_object: Returns: (transfer full): an open object without "event". */
JsonBuilder *namida_cli_object (void);
/** namida_cli_emit: closes the object, prints it as one line and flushes. @builder: (transfer full) */
void namida_cli_emit (JsonBuilder *builder);
/** namida_cli_emit_node: prints an object that was made elsewhere as a line of JSON, always in UTF-8. */
void namida_cli_emit_node (JsonNode *root);
/** namida_cli_add_backup: adds "title", "files", "bytes" and "contents" (label, files and bytes of each). */
void namida_cli_add_backup (JsonBuilder *builder, NamidaBackup *backup);
/** namida_cli_add_error: adds "code" (a word for scripts) and "message". */
void namida_cli_add_error (JsonBuilder *builder, const GError *error);
/**
 * namida_cli_fail: reports @error, with --json as an "end" event, otherwise as a sentence. Returns: its exit code.
 */
int namida_cli_fail (NamidaCli *cli, const GError *error);

G_END_DECLS
