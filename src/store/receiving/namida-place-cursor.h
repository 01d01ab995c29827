/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Opens the folders of many files with few system calls. Used by prepare, preview and commit of a session, in worker
 * threads. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** NamidaPlaceCursor: the folder that was opened last. The files of a backup are ordered by folder, so each folder is
 * opened once (namida_safe_path_open_parent()) instead of once for each file. The cursor also remembers that a folder
 * is missing, so use a new one for each pass over the files. Initialize it with { .fd = -1 } and clear it at the end.
 * To be used by one thread. */
typedef struct
{
  int fd;
  int root_fd;
  int error; /* why @fd is -1, as an errno; 0 if nothing was opened yet */
  char *folder;
} NamidaPlaceCursor;

/** namida_place_cursor_clear: closes the folder. The cursor can be used again. */
void namida_place_cursor_clear (NamidaPlaceCursor *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (NamidaPlaceCursor, namida_place_cursor_clear)
/** namida_place_cursor_open: opens the folder of @relative below @root_fd without following links. @create: create
 * missing folders. @basename: (out) (transfer none): points into @relative. Returns: a descriptor that belongs to the
 * cursor and is valid until the next call, or -1 with @error. */
int namida_place_cursor_open (
    NamidaPlaceCursor *self, int root_fd, const char *relative, gboolean create, const char **basename, GError **error);

G_END_DECLS
