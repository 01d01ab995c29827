/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Implements NamidaPlaceCursor. Used by prepare, preview and commit of a session, in its worker. */
#include "config.h"

#include "namida-place-cursor.h"

#include "namida-safe-path.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

void
namida_place_cursor_clear (NamidaPlaceCursor *self)
{
  if (self->fd >= 0)
    close (self->fd);
  self->fd = -1;
  self->error = 0;
  g_clear_pointer (&self->folder, g_free);
}

static gboolean
place_cursor_is_here (const NamidaPlaceCursor *self, int root_fd, const char *relative, gsize length, gboolean create)
{
  return self->folder != NULL && self->root_fd == root_fd && strncmp (self->folder, relative, length) == 0
         && self->folder[length] == '\0' && (self->fd >= 0 || !create);
}

int
namida_place_cursor_open (
    NamidaPlaceCursor *self, int root_fd, const char *relative, gboolean create, const char **basename, GError **error)
{
  const char *slash = strrchr (relative, '/');
  gsize length = slash != NULL ? (gsize) (slash - relative) : 0;

  *basename = slash != NULL ? slash + 1 : relative;
  /* If the caller wants no error message, a folder that was missing last time counts as missing without asking the
   * disk. */
  if (place_cursor_is_here (self, root_fd, relative, length, create) && (self->fd >= 0 || error == NULL))
    {
      errno = self->error;
      /* Check the whole path: a name such as "E: a song" is allowed in a subfolder, but not on its own. */
      return namida_safe_path_check (relative, error) ? self->fd : -1;
    }
  namida_place_cursor_clear (self);
  self->fd = namida_safe_path_open_parent (root_fd, relative, create, NULL, error);
  self->error = self->fd < 0 ? errno : 0;
  self->root_fd = root_fd;
  self->folder = g_strndup (relative, length);
  return self->fd;
}
