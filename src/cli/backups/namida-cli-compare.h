/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Byte-by-byte comparison of folders, for the “demo” command. Blocking; call it in a worker thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** NamidaCliCompared: what namida_cli_compare_trees() has compared. */
typedef struct
{
  guint64 bytes;
  guint files;
  guint folders;
} NamidaCliCompared;

/**
 * namida_cli_compare_trees: reads every byte of both folders and compares names, kinds, sizes, contents and
 * modification times (to the millisecond). Blocking: call it in a worker thread.
 * @compared: the counts are added to it. Errors: the first difference, by name.
 */
gboolean namida_cli_compare_trees (const char *a, const char *b, NamidaCliCompared *compared, GError **error);
/** namida_cli_compare_files: like namida_cli_compare_trees(), for two files. Errors: the difference. */
gboolean namida_cli_compare_files (const char *a, const char *b, NamidaCliCompared *compared, GError **error);
/** namida_cli_remove_tree: removes @path and everything below it; follows no links. Blocking. */
void namida_cli_remove_tree (const char *path);

G_END_DECLS
