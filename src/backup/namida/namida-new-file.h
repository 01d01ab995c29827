/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/** A file that appears whole under its name, or not at all, and never replaces another. One thread; blocking. */
typedef struct
{
  int fd;
  char *path;
  char *temporary; /* (nullable): beside it */
} NamidaNewFile;

/** namida_new_file_begin: (transfer full) (nullable): %NULL with STORAGE, also when there is a file at @path. */
NamidaNewFile *namida_new_file_begin (const char *path, GError **error);
/** namida_new_file_commit: synchronizes it and gives it its name. Returns: %FALSE with STORAGE or NO_SPACE. */
gboolean namida_new_file_commit (NamidaNewFile *self, GError **error);
/** namida_new_file_free: removes what was not committed. */
void namida_new_file_free (NamidaNewFile *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NamidaNewFile, namida_new_file_free)

G_END_DECLS
