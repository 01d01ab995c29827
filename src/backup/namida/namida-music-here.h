/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The music files and folders of this computer or of another device, and where Namida keeps its data here. Used by
 * the search for a backup's music, the restore, the hub and the window. Blocking: worker threads. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * NamidaMusicHere: the files in the music folders of this computer, or those that another device is known to have. One
 * thread.
 */
typedef struct
{
  GPtrArray *folders;  /* char *: absolute, as the user or Namida names them, with '/' as separator */
  GArray *files;       /* NamidaMusicFile */
  GHashTable *by_name; /* name → index + 1 of the first file of that name; names are compared by namida_path_equal() */
  GHashTable *by_path; /* path → index + 1 */
  GStringChunk *texts;
  gboolean incomplete; /* there are more files than the limit allows */
  gboolean elsewhere;  /* for another device: its files cannot be looked up on this disk */
  gboolean windows;    /* for a device that uses '\\' as separator */
} NamidaMusicHere;

typedef struct
{
  const char *path;
  const char *name; /* points into @path */
  guint64 size;
  guint next;       /* index + 1 of the next file of the same name, or 0 */
  gboolean claimed; /* matched with a track of the backup */
} NamidaMusicFile;

/** namida_here_dup_data_folder: Returns: (transfer full): the data folder of Namida on this computer: ~/.namida. */
char *namida_here_dup_data_folder (void);
/**
 * namida_here_dup_backup_folder: Returns: (transfer full): the folder in which Namida on this computer looks for
 * backups, from its settings, otherwise ~/Namida/Backups. Blocking.
 */
char *namida_here_dup_backup_folder (void);
/**
 * namida_here_dup_music_folders: Returns: (transfer full) (element-type utf8): the music folders in Namida's settings
 * that exist, otherwise the music folder of the desktop. Blocking.
 */
GPtrArray *namida_here_dup_music_folders (void);
/**
 * namida_here_is_installed: Returns: whether Namida has been used on this computer, that is, has settings. Blocking.
 */
gboolean namida_here_is_installed (void);

/**
 * namida_music_here_scan: @folders: (element-type utf8). Lists all files below @folders without following links to
 * folders; folders that cannot be read are skipped. Blocking. Returns: (transfer full) (nullable): %NULL with CANCELLED
 * only.
 */
NamidaMusicHere *namida_music_here_scan (GPtrArray *folders, GCancellable *cancellable, GError **error);
/** namida_music_here_new: Returns: (transfer full): without folders and files. */
NamidaMusicHere *namida_music_here_new (void);
/** namida_music_here_add_folder: Adds a music folder without scanning it; a known folder is ignored. */
void namida_music_here_add_folder (NamidaMusicHere *self, const char *path);
/** namida_music_here_add_file: Adds a file that exists or will exist. @path: absolute, as its device writes it. */
void namida_music_here_add_file (NamidaMusicHere *self, const char *path, guint64 size);
/** namida_music_here_dup_native: Returns: (transfer full): @path as the device itself writes it. */
char *namida_music_here_dup_native (NamidaMusicHere *self, const char *path);
/** namida_music_here_free: @self: (transfer full) */
void namida_music_here_free (NamidaMusicHere *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NamidaMusicHere, namida_music_here_free)
/**
 * namida_music_here_find: Returns: (transfer none) (nullable): the file at @path. Files outside of the folders are not
 * known; the caller looks for them on the disk.
 */
NamidaMusicFile *namida_music_here_find (NamidaMusicHere *self, const char *path);
/** namida_music_here_first: Returns: (transfer none) (nullable): the first file of that name. */
NamidaMusicFile *namida_music_here_first (NamidaMusicHere *self, const char *name);
/** namida_music_here_next: Returns: (transfer none) (nullable): the next file with the same name as @file. */
NamidaMusicFile *namida_music_here_next (NamidaMusicHere *self, const NamidaMusicFile *file);

G_END_DECLS
