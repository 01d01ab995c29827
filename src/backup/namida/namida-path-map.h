/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Translates paths of one device into paths of another. Used by fit, by the search for music and wherever paths of
 * devices are compared. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * NamidaPathMap: maps folders and single files of one device to those of another. Paths are texts in which both '/' and
 * '\' separate components; Windows prefixes are compared without case. One thread.
 */
typedef struct _NamidaPathMap NamidaPathMap;

/** namida_path_map_new: Returns: (transfer full): an empty map. */
NamidaPathMap *namida_path_map_new (void);
/** namida_path_map_free: @self: (transfer full) */
void namida_path_map_free (NamidaPathMap *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NamidaPathMap, namida_path_map_free)

/**
 * namida_path_map_add_folder: Maps everything below @from to below @to. The longest matching folder counts. A folder in
 * Android's shared storage also matches under the other names of that storage, such as /sdcard. Returns: %FALSE if one
 * of the paths is not absolute.
 */
gboolean namida_path_map_add_folder (NamidaPathMap *self, const char *from, const char *to);
/**
 * namida_path_map_add_file: Maps one file; files take precedence over folders. Both paths are as their devices write
 * them.
 */
void namida_path_map_add_file (NamidaPathMap *self, const char *from, const char *to);
/** namida_path_map_get_size: Returns: the number of folders and files in the map. */
guint namida_path_map_get_size (NamidaPathMap *self);
/**
 * namida_path_map_dup_folders: Returns: (transfer full): "old\tnew" for each folder, the longest old one first; for
 * display.
 */
char **namida_path_map_dup_folders (NamidaPathMap *self);

/**
 * namida_path_map_apply: @text, @length: a path, possibly preceded by a word and '_', as in Namida's keys. Returns:
 * (transfer full) (nullable): the path on the other device; %NULL if it does not change.
 */
char *namida_path_map_apply (NamidaPathMap *self, const char *text, gsize length);
/** namida_path_map_covers: Returns: whether @path is at or below a folder of the map, or is one of its files. */
gboolean namida_path_map_covers (NamidaPathMap *self, const char *path);

/** namida_path_is_absolute: Returns: whether @text is "/…", "C:\…", "C:/…" or "\\server\…". */
gboolean namida_path_is_absolute (const char *text, gsize length);
/** namida_path_is_windows: Returns: whether @text begins with a drive letter or names a server. */
gboolean namida_path_is_windows (const char *text, gsize length);

/** namida_path_hash: A hash function for names or paths, for use with namida_path_equal(). Pure. */
guint namida_path_hash (gconstpointer text);
/**
 * namida_path_equal: Returns: whether two names or paths mean the same file on a device that ignores case and does not
 * distinguish composed from decomposed characters: Windows, Android's shared storage and macOS. Pure.
 */
gboolean namida_path_equal (gconstpointer one, gconstpointer other);

G_END_DECLS
