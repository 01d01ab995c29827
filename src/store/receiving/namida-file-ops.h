/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>
#include <sys/stat.h>

G_BEGIN_DECLS

/* What the store does with files beyond one system call. Blocking: worker threads. Those that return -1 or %FALSE
 * without a GError leave errno. */

/** Nanoseconds since 1970 of @st's last change of content. */
gint64 namida_stat_mtime_ns (const struct stat *st);
/** NamidaFileId: which file it is, by whatever name: the key of tables that count hard links once. */
typedef struct
{
  guint64 inode, device;
} NamidaFileId;
NamidaFileId namida_file_id (const struct stat *st);
/** Returns: (transfer full): for g_free() */
NamidaFileId *namida_file_id_new (const struct stat *st);
guint namida_file_id_hash (gconstpointer id);
gboolean namida_file_id_equal (gconstpointer a, gconstpointer b);
/** 0666 less the umask: what a program's ordinary new file gets. */
mode_t namida_file_mode (void);
/** namida_folder_open: one component below @parent_fd, never through a link; @create: made (0777 less the umask) when
 * missing. Returns: a descriptor or -1. */
int namida_folder_open (int parent_fd, const char *name, gboolean create);
/** namida_folder_make_root: makes @path and its parents, links allowed, and opens it. Returns: a descriptor or -1 with
 * @error. */
int namida_folder_make_root (const char *path, GError **error);
/** namida_tree_set_writable: the same for @fd and all folders below it, through no link. */
void namida_tree_set_writable (int fd, gboolean writable);
/** namida_tree_remove: removes @name below @parent_fd with all that is in it, through no link. Missing is fine. */
gboolean namida_tree_remove (int parent_fd, const char *name);
/** namida_file_hash: the whole file from its start. (transfer full) (nullable): 64 hex digits; NULL with errno
 * (ECANCELED: by @cancellable). */
char *namida_file_hash (int fd, GCancellable *cancellable);
/** namida_write_all: FALSE with errno. */
gboolean namida_write_all (int fd, const char *data, gsize length);
/** namida_file_copy: all of @from into the empty @to: a reflink, else within the kernel, else read and written. */
gboolean namida_file_copy (int from, int to, GCancellable *cancellable);
/** The ways to give a file its final name without ever replacing another one; each is for file systems that lack the
 * one before. */
typedef enum
{
  NAMIDA_RENAME_NOREPLACE, /* renameat2(2) */
  NAMIDA_RENAME_LINK,      /* a hard link, then an unlink */
  NAMIDA_RENAME_CLAIM,     /* an empty file made with O_EXCL, which is then replaced */
} NamidaRenameWay;
/** namida_file_set_first_way: as if the file system lacked the ways before @way. Tests only, before there are threads.
 */
void namida_file_set_first_way (NamidaRenameWay way);
/** namida_file_rename: in the first of the ways that the file system has: never replaces. EEXIST: the name is taken.
 * Files only. */
gboolean namida_file_rename (int from_dir, const char *from, int to_dir, const char *to);
/** namida_folder_rename: the same for a folder, which no link can be made to. */
gboolean namida_folder_rename (int from_dir, const char *from, int to_dir, const char *to);
/** namida_folder_move: the same for a folder that may be read-only, which Linux does not move to another folder. */
gboolean namida_folder_move (int from_dir, const char *from, int to_dir, const char *to);
/** namida_file_move_copy: for two file systems: a durable copy of @from under the free name @to, then @from is removed.
 */
gboolean namida_file_move_copy (int from_dir, const char *from, int to_dir, const char *to);

G_END_DECLS
