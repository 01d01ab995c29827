/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writes a new file that never replaces another one. Used by fit, merge and extract, in worker threads. Blocking. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * NamidaNewFile: a file that appears complete under its name, or not at all, and never replaces another one. Where the
 * file system can make files without a name, nothing is left of it if the program is killed. One thread; blocking.
 */
typedef struct
{
  int fd;
  char *path;
  char *temporary; /* (nullable): temporary file beside @path; %NULL while the file has no name */
} NamidaNewFile;

/**
 * namida_new_file_begin: Returns: (transfer full) (nullable): %NULL with STORAGE, also if there is already a file at
 * @path.
 */
NamidaNewFile *namida_new_file_begin (const char *path, GError **error);
/** namida_new_file_commit: Synchronizes the file and gives it its name. Returns: %FALSE with STORAGE or NO_SPACE. */
gboolean namida_new_file_commit (NamidaNewFile *self, GError **error);
/** namida_new_file_free: Removes the file if it was not committed. */
void namida_new_file_free (NamidaNewFile *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NamidaNewFile, namida_new_file_free)

G_END_DECLS
