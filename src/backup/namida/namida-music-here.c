/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lists the music of this computer: the folders that Namida's own settings name, and the files in them. Only names and
 * sizes are read. Used by the search for a backup's music (namida-music-match.c) and by the restore. Worker threads. */
#include "config.h"

#include "namida-music-here.h"

#include "namida-contents.h"
#include "namida-path-map.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILES_MOST 400000u
#define DEPTH_MOST 40u
#define SETTINGS_BYTES_MOST (8u * 1024 * 1024)

char *
namida_here_dup_data_folder (void)
{
  return g_build_filename (g_get_home_dir (), ".namida", NULL);
}

static GBytes *
here_read_settings (void)
{
  g_autofree char *folder = namida_here_dup_data_folder ();
  g_autofree char *path = g_build_filename (folder, "namida_settings.json", NULL);
  struct stat st;
  char *data;
  gsize length;

  if (stat (path, &st) != 0 || !S_ISREG (st.st_mode) || st.st_size > (off_t) SETTINGS_BYTES_MOST
      || !g_file_get_contents (path, &data, &length, NULL))
    return NULL;
  return g_bytes_new_take (data, length);
}

gboolean
namida_here_is_installed (void)
{
  g_autoptr (GBytes) settings = here_read_settings ();

  return settings != NULL;
}

char *
namida_here_dup_backup_folder (void)
{
  g_autoptr (GBytes) settings = here_read_settings ();
  g_autofree char *folder = namida_settings_dup_text (settings, "defaultBackupLocation_v2");

  if (folder == NULL)
    folder = namida_settings_dup_text (settings, "defaultBackupLocation");
  if (folder != NULL && g_path_is_absolute (folder))
    return g_steal_pointer (&folder);
  return g_build_filename (g_get_home_dir (), "Namida", "Backups", NULL);
}

GPtrArray *
namida_here_dup_music_folders (void)
{
  g_autoptr (GBytes) settings = here_read_settings ();
  g_autoptr (GPtrArray) named = namida_settings_read_folders (settings);
  GPtrArray *folders = g_ptr_array_new_with_free_func (g_free);
  const char *own = g_get_user_special_dir (G_USER_DIRECTORY_MUSIC);

  for (guint i = 0; i < named->len; i++)
    if (g_file_test (named->pdata[i], G_FILE_TEST_IS_DIR))
      g_ptr_array_add (folders, g_strdup (named->pdata[i]));
  if (folders->len == 0 && own != NULL && g_strcmp0 (own, g_get_home_dir ()) != 0)
    g_ptr_array_add (folders, g_strdup (own));
  if (folders->len == 0)
    g_ptr_array_add (folders, g_build_filename (g_get_home_dir (), "Music", NULL));
  return folders;
}

/* ---- files ---- */

static void
here_add_file (NamidaMusicHere *self, const char *path, guint64 size)
{
  NamidaMusicFile file = { .size = size };

  if (g_hash_table_contains (self->by_path, path))
    return; /* already listed through a folder that contains this one */
  file.path = g_string_chunk_insert (self->texts, path);
  file.name = strrchr (file.path, '/') + 1;
  file.next = GPOINTER_TO_UINT (g_hash_table_lookup (self->by_name, file.name));
  g_array_append_val (self->files, file);
  g_hash_table_insert (self->by_name, (gpointer) file.name, GUINT_TO_POINTER (self->files->len));
  g_hash_table_insert (self->by_path, (gpointer) file.path, GUINT_TO_POINTER (self->files->len));
}

static gboolean
here_scan_folder (
    NamidaMusicHere *self, int parent, const char *name, GString *path, guint depth, GCancellable *cancellable)
{
  int fd = openat (parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | (depth > 0 ? O_NOFOLLOW : 0));
  DIR *dir = fd >= 0 ? fdopendir (fd) : NULL;
  gsize length = path->len;
  struct dirent *entry;

  if (dir == NULL)
    {
      if (fd >= 0)
        close (fd);
      return TRUE;
    }
  while (!self->incomplete && !g_cancellable_is_cancelled (cancellable) && (entry = readdir (dir)) != NULL)
    {
      struct stat st;

      if (entry->d_name[0] == '.' || fstatat (fd, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) != 0)
        continue;
      g_string_append_c (path, '/');
      g_string_append (path, entry->d_name);
      if (S_ISDIR (st.st_mode) && depth < DEPTH_MOST)
        here_scan_folder (self, fd, entry->d_name, path, depth + 1, cancellable);
      else if (S_ISREG (st.st_mode))
        here_add_file (self, path->str, (guint64) st.st_size);
      g_string_truncate (path, length);
      self->incomplete = self->files->len >= FILES_MOST;
    }
  closedir (dir);
  return TRUE;
}

NamidaMusicHere *
namida_music_here_new (void)
{
  NamidaMusicHere *self = g_new0 (NamidaMusicHere, 1);

  self->folders = g_ptr_array_new_with_free_func (g_free);
  self->files = g_array_new (FALSE, FALSE, sizeof (NamidaMusicFile));
  self->by_name = g_hash_table_new (namida_path_hash, namida_path_equal);
  self->by_path = g_hash_table_new (g_str_hash, g_str_equal);
  self->texts = g_string_chunk_new (64 * 1024);
  return self;
}

/* Returns the path with '/' as separator and without a trailing one. */
static char *
here_dup_plain (const char *path)
{
  char *plain = g_strdup (path);
  gsize length;

  if (namida_path_is_windows (path, strlen (path)))
    g_strdelimit (plain, "\\", '/');
  for (length = strlen (plain); length > 1 && plain[length - 1] == '/'; length--)
    plain[length - 1] = '\0';
  return plain;
}

void
namida_music_here_add_folder (NamidaMusicHere *self, const char *path)
{
  g_autofree char *plain = here_dup_plain (path);

  if (!namida_path_is_absolute (plain, strlen (plain))
      || g_ptr_array_find_with_equal_func (self->folders, plain, g_str_equal, NULL))
    return;
  self->windows = self->windows || (self->elsewhere && namida_path_is_windows (plain, strlen (plain)));
  g_ptr_array_add (self->folders, g_steal_pointer (&plain));
}

void
namida_music_here_add_file (NamidaMusicHere *self, const char *path, guint64 size)
{
  g_autofree char *plain = here_dup_plain (path);

  self->incomplete = self->incomplete || self->files->len >= FILES_MOST;
  if (!self->incomplete && strchr (plain, '/') != NULL)
    here_add_file (self, plain, size);
}

char *
namida_music_here_dup_native (NamidaMusicHere *self, const char *path)
{
  char *native = g_strdup (path);

  if (self->windows)
    g_strdelimit (native, "/", '\\');
  return native;
}

NamidaMusicHere *
namida_music_here_scan (GPtrArray *folders, GCancellable *cancellable, GError **error)
{
  g_autoptr (NamidaMusicHere) self = namida_music_here_new ();

  for (guint i = 0; i < folders->len; i++)
    {
      const char *folder = folders->pdata[i];
      /* A folder of another device ("D:\Rips") has no files here, but is a valid folder nevertheless. */
      g_autofree char *full = namida_path_is_absolute (folder, strlen (folder))
                                  ? g_strdup (folder)
                                  : g_canonicalize_filename (folder, NULL);
      g_autoptr (GString) path = g_string_new (full);

      while (path->len > 1 && path->str[path->len - 1] == '/')
        g_string_truncate (path, path->len - 1);
      g_ptr_array_add (self->folders, g_strdup (path->str));
      if (path->str[0] == '/')
        here_scan_folder (self, AT_FDCWD, path->str, path, 0, cancellable);
    }
  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return NULL;
  return g_steal_pointer (&self);
}

void
namida_music_here_free (NamidaMusicHere *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->by_path);
  g_hash_table_unref (self->by_name);
  g_array_unref (self->files);
  g_ptr_array_unref (self->folders);
  g_string_chunk_free (self->texts);
  g_free (self);
}

static NamidaMusicFile *
here_get (NamidaMusicHere *self, guint index)
{
  return index > 0 ? &g_array_index (self->files, NamidaMusicFile, index - 1) : NULL;
}

NamidaMusicFile *
namida_music_here_find (NamidaMusicHere *self, const char *path)
{
  return here_get (self, GPOINTER_TO_UINT (g_hash_table_lookup (self->by_path, path)));
}

NamidaMusicFile *
namida_music_here_first (NamidaMusicHere *self, const char *name)
{
  return here_get (self, GPOINTER_TO_UINT (g_hash_table_lookup (self->by_name, name)));
}

NamidaMusicFile *
namida_music_here_next (NamidaMusicHere *self, const NamidaMusicFile *file)
{
  return here_get (self, file->next);
}
