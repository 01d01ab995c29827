/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-cli.h"
#include "namida-json-build.h"

G_BEGIN_DECLS

/* What the program says: sentences for people, or JSON, one object a line. Main thread. */

/** namida_cli_say: a line on the standard output; nothing with --quiet or --json. */
void namida_cli_say (NamidaCli *cli, const char *format, ...) G_GNUC_PRINTF (2, 3);
/** namida_cli_print: a line that was asked for (a list's row): also with --quiet. */
void namida_cli_print (const char *format, ...) G_GNUC_PRINTF (1, 2);
/** namida_cli_prompt: a question on the standard output; the answer is typed behind it. What was typed at a terminal
 * before the question could be read is thrown away. */
void namida_cli_prompt (const char *format, ...) G_GNUC_PRINTF (1, 2);
/** namida_cli_complain: a sentence on the standard error. */
void namida_cli_complain (const char *format, ...) G_GNUC_PRINTF (1, 2);

/** Of the objects that --json prints: grows when a key gets another meaning or goes. 2 since version 0.2. */
#define NAMIDA_CLI_JSON_SCHEMA 2

/** namida_cli_event: Returns: (transfer full): an open object with "event": @event; end it by namida_cli_emit(). */
JsonBuilder *namida_cli_event (const char *event);
/** namida_cli_object: the same without "event". */
JsonBuilder *namida_cli_object (void);
/** namida_cli_emit: closes the object, prints it as one line and flushes. @builder: (transfer full). */
void namida_cli_emit (JsonBuilder *builder);
/** namida_cli_add_backup: "title", "files", "bytes" and "contents" (label, files, bytes of each). */
void namida_cli_add_backup (JsonBuilder *builder, NamidaBackup *backup);
/** namida_cli_add_error: "code" (a word for scripts) and "message". */
void namida_cli_add_error (JsonBuilder *builder, const GError *error);
/** namida_cli_fail: tells @error as fits (an "end" event with --json, a sentence else). Returns: its exit code. */
int namida_cli_fail (NamidaCli *cli, const GError *error);

G_END_DECLS
