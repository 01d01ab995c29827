/* SPDX-License-Identifier: GPL-3.0-or-later */
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
is_here (const NamidaPlaceCursor *self, int root_fd, const char *relative, gsize length, gboolean create)
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
  /* Without a wish for words a missing folder is known from the last time. */
  if (is_here (self, root_fd, relative, length, create) && (self->fd >= 0 || error == NULL))
    {
      errno = self->error;
      /* All of it: what a deeper name may be ("E: a song"), a name alone may not. */
      return namida_safe_path_check (relative, error) ? self->fd : -1;
    }
  namida_place_cursor_clear (self);
  self->fd = namida_safe_path_open_parent (root_fd, relative, create, NULL, error);
  self->error = self->fd < 0 ? errno : 0;
  self->root_fd = root_fd;
  self->folder = g_strndup (relative, length);
  return self->fd;
}
