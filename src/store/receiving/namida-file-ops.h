/* SPDX-License-Identifier: GPL-3.0-or-later */
/* File operations of the store that need more than one system call. They block and run in worker threads. Functions
 * that return -1 or %FALSE without a GError set errno. */
#pragma once

#include <gio/gio.h>
#include <sys/stat.h>

G_BEGIN_DECLS

/** namida_stat_mtime_ns: Returns: the modification time in @st, in nanoseconds since 1970. */
gint64 namida_stat_mtime_ns (const struct stat *st);
/** NamidaFileId: identifies a file independently of its name. Used as the key of tables that count hard links once. */
typedef struct
{
  guint64 inode, device;
} NamidaFileId;
/** namida_file_id: Returns: the inode and the device number in @st. */
NamidaFileId namida_file_id (const struct stat *st);
/** namida_file_id_new: Returns: (transfer full): free it with g_free(). */
NamidaFileId *namida_file_id_new (const struct stat *st);
/** namida_file_id_hash: for a GHashTable with keys of type NamidaFileId. */
guint namida_file_id_hash (gconstpointer id);
/** namida_file_id_equal: for a GHashTable with keys of type NamidaFileId. */
gboolean namida_file_id_equal (gconstpointer a, gconstpointer b);
/** namida_file_mode: Returns: 0666 minus the umask, the mode of an ordinary new file. */
mode_t namida_file_mode (void);
/** namida_folder_open: opens one component below @parent_fd without following links. @create: create the folder (0777
 * minus the umask) if it is missing. Returns: a descriptor, or -1 with errno set. */
int namida_folder_open (int parent_fd, const char *name, gboolean create);
/** namida_folder_make_root: creates @path and its parents, following links, and opens it. Returns: a descriptor, or -1
 * with @error set. */
int namida_folder_make_root (const char *path, GError **error);
/** namida_tree_set_writable: gives the owner write permission for the open folder @fd and all folders below it, or
 * takes it from everybody. Does not follow links. Errors are ignored, because some drives do not store modes. */
void namida_tree_set_writable (int fd, gboolean writable);
/** namida_tree_remove: removes @name below @parent_fd with everything in it, without following links. Succeeds if it
 * does not exist. Returns: %FALSE with errno set. */
gboolean namida_tree_remove (int parent_fd, const char *name);
/** namida_file_hash: hashes the whole file from its start. Returns: (transfer full) (nullable): the SHA-256 as 64 hex
 * digits; %NULL with errno set (ECANCELED if @cancellable was canceled). */
char *namida_file_hash (int fd, GCancellable *cancellable);
/** namida_write_all: writes all @length bytes. Returns: %FALSE with errno set. */
gboolean namida_write_all (int fd, const char *data, gsize length);
/** namida_file_copy: copies all of @from into the empty file @to: as a reflink if possible, otherwise within the
 * kernel, otherwise through a buffer. Returns: %FALSE with errno set. */
gboolean namida_file_copy (int from, int to, GCancellable *cancellable);
/** NamidaRenameWay: the ways to give a file its final name without ever replacing another file. Each way is a fallback
 * for file systems that do not support the previous one. */
typedef enum
{
  NAMIDA_RENAME_NOREPLACE, /* renameat2(2) */
  NAMIDA_RENAME_LINK,      /* a hard link, then an unlink */
  NAMIDA_RENAME_CLAIM,     /* an empty file created with O_EXCL, which is then replaced */
} NamidaRenameWay;
/** namida_file_set_first_way: behaves as if the file system did not support the ways before @way. Only for tests,
 * before threads are started. */
void namida_file_set_first_way (NamidaRenameWay way);
/** namida_file_rename: renames a file in the first way that the file system supports, without ever replacing another
 * file. Returns: %FALSE with errno set; EEXIST if the name is taken. */
gboolean namida_file_rename (int from_dir, const char *from, int to_dir, const char *to);
/** namida_folder_rename: like namida_file_rename(), but for a folder, which cannot have hard links. */
gboolean namida_folder_rename (int from_dir, const char *from, int to_dir, const char *to);
/** namida_folder_move: like namida_folder_rename(), but for a folder that may be read-only, which Linux does not move
 * to another parent. */
gboolean namida_folder_move (int from_dir, const char *from, int to_dir, const char *to);
/** namida_file_move_copy: moves a file between two file systems: makes a durable copy of @from under the free name @to,
 * then removes @from. Returns: %FALSE with errno set. */
gboolean namida_file_move_copy (int from_dir, const char *from, int to_dir, const char *to);

G_END_DECLS
