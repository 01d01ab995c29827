/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** What namida_cli_compare_trees() saw. */
typedef struct
{
  guint64 bytes;
  guint files;
  guint folders;
} NamidaCliCompared;

/**
 * namida_cli_compare_trees: reads every byte of both folders: same names, kinds, sizes, contents and modification times
 * (to the millisecond). Blocking: worker threads.
 * @compared: added to. Errors: the first difference, by name.
 */
gboolean namida_cli_compare_trees (const char *a, const char *b, NamidaCliCompared *compared, GError **error);
/** namida_cli_compare_files: the same for two files. */
gboolean namida_cli_compare_files (const char *a, const char *b, NamidaCliCompared *compared, GError **error);
/** namida_cli_remove_tree: removes @path and all below it; follows no links. Blocking. */
void namida_cli_remove_tree (const char *path);

G_END_DECLS
