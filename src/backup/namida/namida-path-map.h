/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** NamidaPathMap: which paths of one device are which of another: folders, and single files. Paths are texts: '/' and
 * '\' separate, prefixes of Windows are the same in both cases. One thread. */
typedef struct _NamidaPathMap NamidaPathMap;

NamidaPathMap *namida_path_map_new (void);
void namida_path_map_free (NamidaPathMap *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NamidaPathMap, namida_path_map_free)

/** namida_path_map_add_folder: everything below @from is below @to. The longest one counts. A folder in the storage
 * that the apps of Android share also counts under the other names of that storage, as /sdcard. Returns: %FALSE when
 * one of them is no absolute path. */
gboolean namida_path_map_add_folder (NamidaPathMap *self, const char *from, const char *to);
/** namida_path_map_add_file: one file, which goes before folders. Both as the devices write them. */
void namida_path_map_add_file (NamidaPathMap *self, const char *from, const char *to);
/** namida_path_map_get_size: how many folders and files it has. */
guint namida_path_map_get_size (NamidaPathMap *self);
/** namida_path_map_dup_folders: (transfer full): "old\tnew" of each folder, the longest old one first; for people. */
char **namida_path_map_dup_folders (NamidaPathMap *self);

/** namida_path_map_apply: @text, @length: a path, also one with a word and '_' before it, as Namida's keys have.
 * Returns: (transfer full) (nullable): the same on the other device; %NULL when it stays as it is. */
char *namida_path_map_apply (NamidaPathMap *self, const char *text, gsize length);
/** namida_path_map_covers: whether @path is at or below a folder of it, or one of its files. */
gboolean namida_path_map_covers (NamidaPathMap *self, const char *path);

/** namida_path_is_absolute: "/…", "C:\…", "C:/…" or "\\server\…". */
gboolean namida_path_is_absolute (const char *text, gsize length);
/** namida_path_is_windows: begins with a drive letter, or names a server. */
gboolean namida_path_is_windows (const char *text, gsize length);

/** namida_path_hash: for a GHashTable of names or paths with namida_path_equal(). Pure. */
guint namida_path_hash (gconstpointer text);
/** namida_path_equal: whether two names or paths mean the same file to a device that does not tell case or composed
 * from decomposed characters: Windows, Android’s shared storage and macOS. Pure. */
gboolean namida_path_equal (gconstpointer one, gconstpointer other);

G_END_DECLS
