/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/** NamidaMusicHere: the files in the music folders of this computer, or those that another device is known to have. One
 * thread. */
typedef struct
{
  GPtrArray *folders;  /* char *: absolute, as the user or Namida names them; '/' separates */
  GArray *files;       /* NamidaMusicFile */
  GHashTable *by_name; /* name → index + 1 of the first of that name; names are compared as namida_path_equal() does */
  GHashTable *by_path; /* path → index + 1 */
  GStringChunk *texts;
  gboolean incomplete; /* there are more files than are looked at */
  gboolean elsewhere;  /* of another device: nothing of it can be looked up on this disk */
  gboolean windows;    /* of a device that separates with '\\' */
} NamidaMusicHere;

typedef struct
{
  const char *path;
  const char *name; /* the end of @path */
  guint64 size;
  guint next;       /* index + 1 of the next of that name, or 0 */
  gboolean claimed; /* by a track of the backup */
} NamidaMusicFile;

/** namida_here_dup_data_folder: (transfer full): where Namida keeps its data on this computer: ~/.namida. */
char *namida_here_dup_data_folder (void);
/** namida_here_dup_backup_folder: (transfer full): where Namida on this computer looks for backups: what its settings
 * say, else ~/Namida/Backups. Blocking. */
char *namida_here_dup_backup_folder (void);
/** namida_here_dup_music_folders: (transfer full) (element-type utf8): the music folders of Namida's settings that are
 * there, else the music folder of the desktop. Blocking. */
GPtrArray *namida_here_dup_music_folders (void);
/** namida_here_is_installed: whether Namida has been used on this computer: it has settings. Blocking. */
gboolean namida_here_is_installed (void);

/** namida_music_here_scan: (transfer full) (nullable): all files below @folders (element-type utf8), links to folders
 * excepted; folders that cannot be read are passed over. Blocking. %NULL with CANCELLED only. */
NamidaMusicHere *namida_music_here_scan (GPtrArray *folders, GCancellable *cancellable, GError **error);
/** namida_music_here_new: (transfer full): without folders and files. */
NamidaMusicHere *namida_music_here_new (void);
/** namida_music_here_add_folder: a music folder, which is not looked into; one that is known already is passed over. */
void namida_music_here_add_folder (NamidaMusicHere *self, const char *path);
/** namida_music_here_add_file: a file that is there, or will be; @path: absolute, as its device writes it. */
void namida_music_here_add_file (NamidaMusicHere *self, const char *path, guint64 size);
/** namida_music_here_dup_native: (transfer full): @path as the device itself writes it. */
char *namida_music_here_dup_native (NamidaMusicHere *self, const char *path);
void namida_music_here_free (NamidaMusicHere *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NamidaMusicHere, namida_music_here_free)
/** namida_music_here_find: (transfer none) (nullable): the file at @path; one outside the folders is looked for on the
 * disk by whoever needs it. */
NamidaMusicFile *namida_music_here_find (NamidaMusicHere *self, const char *path);
/** namida_music_here_first: (transfer none) (nullable): the first of that name; the next is at index next - 1. */
NamidaMusicFile *namida_music_here_first (NamidaMusicHere *self, const char *name);
NamidaMusicFile *namida_music_here_next (NamidaMusicHere *self, const NamidaMusicFile *file);

G_END_DECLS
