/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reads the files that are sent. Uses read(2), because a mapped file that shrinks would kill the process. Used by the
 * upload job, the downloads of the server and the links for browsers. Blocking: worker threads. */
#pragma once

#include <gio/gio.h>
#include <sys/stat.h>

#include "namida-entry.h"
#include "namida-file-result.h"

G_BEGIN_DECLS

#define NAMIDA_BLOCK_SIZE (1024u * 1024)

/** namida_source_open: Opens the file of an entry without following links, and checks that it is still the one that was
 * scanned (regular file, size, modification time). Returns: a descriptor that the caller closes, or -1 with
 * SOURCE_CHANGED or STORAGE. */
int namida_source_open (const NamidaEntry *entry, struct stat *st, GError **error);
/** namida_source_check: called after reading. Returns: %FALSE with SOURCE_CHANGED if the file differs from @before. */
gboolean namida_source_check (const NamidaEntry *entry, int fd, const struct stat *before, GError **error);
/** namida_source_read: Reads exactly @length bytes from @position. Returns: %FALSE with SOURCE_CHANGED if the file is
 * too short, or with STORAGE. */
gboolean
namida_source_read (const NamidaEntry *entry, int fd, guint64 position, gsize length, guint8 *data, GError **error);

/** namida_source_result: @error: the error of one of the functions here, or CHECKSUM for a file whose content was known
 * before. Returns: the result for the file: CHANGED, DAMAGED or UNREADABLE. Any thread. */
NamidaFileResult namida_source_result (const GError *error);

/** NamidaBlock: a piece of a file. It returns to its pool when its last user gives it back. */
typedef struct
{
  guint8 *data;
  gsize length;
  int users; /* atomic */
} NamidaBlock;

/** NamidaBlockPool: a fixed number of blocks, each allocated when it is first needed, so that memory use does not
 * depend on the size of files. Use one pool for each connection. */
typedef struct _NamidaBlockPool NamidaBlockPool;
/** namida_block_pool_new: Returns: (transfer full): a pool of @n_blocks blocks of NAMIDA_BLOCK_SIZE bytes. */
NamidaBlockPool *namida_block_pool_new (guint n_blocks);
void namida_block_pool_free (NamidaBlockPool *pool);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NamidaBlockPool, namida_block_pool_free)
/** namida_block_pool_take: Returns: (transfer full): a block. Waits until one is free. */
NamidaBlock *namida_block_pool_take (NamidaBlockPool *pool);
/** namida_block_pool_give_back: Releases @block for one of its users. Any thread. */
void namida_block_pool_give_back (NamidaBlockPool *pool, NamidaBlock *block);

/** NamidaFileReader: reads ahead in one thread and hashes in another while the caller sends, or does all of it in the
 * calling thread as long as namida_streams_are_crowded(). Bytes before the offset are only hashed. To be used by one
 * thread, and to be freed before its pool. */
typedef struct _NamidaFileReader NamidaFileReader;

/** namida_file_reader_new: @fd: not taken over; must stay open until the reader is freed. @cancellable: checked between
 * blocks. Returns: (transfer full). */
NamidaFileReader *namida_file_reader_new (
    const NamidaEntry *entry, int fd, guint64 offset, NamidaBlockPool *pool, GCancellable *cancellable);
/** namida_file_reader_next: Returns: (nullable): the next bytes, starting at the offset, to be given back with
 * namida_block_pool_give_back(); %NULL at the end, or with SOURCE_CHANGED, STORAGE or CANCELLED in @error. */
NamidaBlock *namida_file_reader_next (NamidaFileReader *self, GError **error);
/** namida_file_reader_finish: called after namida_file_reader_next() reached the end. Returns: (transfer full): the
 * SHA-256 of the whole file. */
char *namida_file_reader_finish (NamidaFileReader *self);
/** namida_file_reader_free: Stops and joins the threads. May be called at any point. */
void namida_file_reader_free (NamidaFileReader *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NamidaFileReader, namida_file_reader_free)

G_END_DECLS
