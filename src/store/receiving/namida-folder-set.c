/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Implements NamidaFolderSet. Used in worker threads. */
#include "config.h"

#include "namida-folder-set.h"

#include "namida-error.h"
#include "namida-open.h"
#include "namida-safe-path.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <unistd.h>

#define FSYNC_MOST 64u

typedef struct
{
  guint root;
  char *path; /* relative to the root; "" for the root itself */
} Folder;

struct _NamidaFolderSet
{
  GHashTable *folders; /* a set of Folder */
};

static guint
folder_hash (gconstpointer data)
{
  const Folder *folder = data;

  return g_str_hash (folder->path) ^ folder->root;
}

static gboolean
folder_equal (gconstpointer a, gconstpointer b)
{
  const Folder *left = a, *right = b;

  return left->root == right->root && g_str_equal (left->path, right->path);
}

static void
folder_free (gpointer data)
{
  Folder *folder = data;

  g_free (folder->path);
  g_free (folder);
}

NamidaFolderSet *
namida_folder_set_new (void)
{
  NamidaFolderSet *self = g_new0 (NamidaFolderSet, 1);

  self->folders = g_hash_table_new_full (folder_hash, folder_equal, folder_free, NULL);
  return self;
}

void
namida_folder_set_free (NamidaFolderSet *self)
{
  g_hash_table_unref (self->folders);
  g_free (self);
}

void
namida_folder_set_add (NamidaFolderSet *self, guint root, const char *relative)
{
  g_autofree char *path = g_strdup (relative);

  do
    {
      char *slash = strrchr (path, '/');
      Folder *folder = g_new (Folder, 1);

      *(slash != NULL ? slash : path) = '\0';
      folder->root = root;
      folder->path = g_strdup (path);
      /* If a folder is in the set, all its parents are, too. */
      if (!g_hash_table_add (self->folders, folder))
        return;
    }
  while (*path != '\0');
}

static gboolean
folder_set_sync_one (const Folder *folder, int root_fd, GError **error)
{
  g_autofree char *inside = g_strconcat (folder->path, "/x", NULL);
  int fd = folder->path[0] == '\0' ? dup (root_fd) : namida_safe_path_open_parent (root_fd, inside, FALSE, NULL, error);
  gboolean fine = fd >= 0 && namida_sync_folder (fd) == 0;

  if (!fine && (error == NULL || *error == NULL))
    namida_error_set_from_write (error, errno, root_fd, _ ("Could not write the received files to the disk"));
  if (fd >= 0)
    close (fd);
  return fine;
}

gboolean
namida_folder_set_sync (NamidaFolderSet *self, guint root, int root_fd, GError **error)
{
  GHashTableIter iter;
  gpointer key;

  if (g_hash_table_size (self->folders) > FSYNC_MOST)
    {
      if (syncfs (root_fd) == 0)
        return TRUE;
      namida_error_set_from_write (error, errno, root_fd, _ ("Could not write the received files to the disk"));
      return FALSE;
    }
  g_hash_table_iter_init (&iter, self->folders);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    if (((Folder *) key)->root == root && !folder_set_sync_one (key, root_fd, error))
      return FALSE;
  return TRUE;
}
