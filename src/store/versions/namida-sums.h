/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The text of a SHA256SUMS file as GNU coreutils writes it, so that "sha256sum -c SHA256SUMS" verifies a version
 * without this program. Handles only text: the callers read and write the files. Any thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define NAMIDA_SUMS_NAME "SHA256SUMS"

/** NamidaSum: one line: the hash and the path of a file. */
typedef struct
{
  char *path;   /* relative, in file name encoding, with "/" between components */
  char *sha256; /* 64 lower-case hexadecimal digits */
} NamidaSum;
void namida_sum_free (NamidaSum *self);

/** namida_sums_append: appends the line of @path to @text. A backslash, a line feed or a carriage return in @path is
 * escaped as in coreutils. */
void namida_sums_append (GString *text, const char *path, const char *sha256);

/**
 * namida_sums_parse:
 * @text: any bytes, possibly invalid
 * @bad: (out) (optional): the number of invalid lines: without a hash, or with a path that leaves the folder
 *
 * Returns: (transfer full) (element-type NamidaSum): one element for each valid line, in the same order
 */
GPtrArray *namida_sums_parse (const char *text, gsize length, guint *bad);

G_END_DECLS
