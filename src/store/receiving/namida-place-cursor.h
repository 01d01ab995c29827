/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * NamidaPlaceCursor: the folder that was opened last. The files of a backup come folder by folder: so each folder is
 * opened once (namida_safe_path_open_parent()), not once a file. It also remembers that a folder is not there: use one
 * for one pass over the files only. One thread. Clear it at the end: { .fd = -1 }.
 */
typedef struct
{
  int fd;
  int root_fd;
  int error; /* why @fd is -1: an errno; 0: nothing was opened yet */
  char *folder;
} NamidaPlaceCursor;

void namida_place_cursor_clear (NamidaPlaceCursor *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (NamidaPlaceCursor, namida_place_cursor_clear)
/** namida_place_cursor_open: the folder of @relative below @root_fd, through no link; @create: made when missing.
 * @basename: (out) (transfer none): a part of @relative. Returns: a descriptor that stays the cursor's own, until the
 * next call; or -1 with @error. */
int namida_place_cursor_open (
    NamidaPlaceCursor *self, int root_fd, const char *relative, gboolean create, const char **basename, GError **error);

G_END_DECLS
