/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The text of a SHA256SUMS file as GNU coreutils writes it, so that "sha256sum -c SHA256SUMS" verifies a version
 * without this program. Only text: the callers read and write the files. Any thread. */

#define NAMIDA_SUMS_NAME "SHA256SUMS"

/** One line: a content and where it lies below the folder of the file. */
typedef struct
{
  char *path;   /* file name encoding, "/" between components */
  char *sha256; /* 64 lower-case hexadecimal digits */
} NamidaSum;
void namida_sum_free (NamidaSum *self);

/** namida_sums_append: adds the line of @path to @text. A backslash, a line feed or a carriage return in @path is
 * escaped as coreutils does it. */
void namida_sums_append (GString *text, const char *path, const char *sha256);

/**
 * namida_sums_parse:
 * @text: need not be valid in any way
 * @bad: (out) (optional): the number of lines that say nothing: no hash, or a path that leads out of the folder
 *
 * Returns: (transfer full) (element-type NamidaSum): one for each good line, in the order of the lines
 */
GPtrArray *namida_sums_parse (const char *text, gsize length, guint *bad);

G_END_DECLS
