/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>
#include <sys/stat.h>

#include "namida-entry.h"
#include "namida-file-result.h"

G_BEGIN_DECLS

/* What is sent, read with read(): a mapped file that shrinks would kill the process. Blocking, worker threads. */

#define NAMIDA_BLOCK_SIZE (1024u * 1024)

/**
 * namida_source_open: opens an entry's file, following no link, and makes sure that it is still the one that was
 * scanned (regular, size, mtime). Returns: a descriptor that the caller closes, or -1 with SOURCE_CHANGED or STORAGE.
 */
int namida_source_open (const NamidaEntry *entry, struct stat *st, GError **error);
/** namida_source_check: after reading: still as @before? Errors: SOURCE_CHANGED. */
gboolean namida_source_check (const NamidaEntry *entry, int fd, const struct stat *before, GError **error);
/** namida_source_read: exactly @length bytes from @position. Errors: SOURCE_CHANGED when the file ends before, STORAGE.
 */
gboolean
namida_source_read (const NamidaEntry *entry, int fd, guint64 position, gsize length, guint8 *data, GError **error);

/**
 * namida_source_result: @error: why a file could not be sent, of one of the functions here, or CHECKSUM of a file whose
 * contents were known before. Returns: CHANGED, DAMAGED or UNREADABLE. Any thread.
 */
NamidaFileResult namida_source_result (const GError *error);

/** NamidaBlock: a piece of a file; back to its pool when the last of its users is done with it. */
typedef struct
{
  guint8 *data;
  gsize length;
  int users; /* atomic */
} NamidaBlock;

/** NamidaBlockPool: a fixed number of blocks, made when first needed: memory stays constant however large a file is.
 * One a connection. */
typedef struct _NamidaBlockPool NamidaBlockPool;
NamidaBlockPool *namida_block_pool_new (guint n_blocks);
void namida_block_pool_free (NamidaBlockPool *pool);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NamidaBlockPool, namida_block_pool_free)
/** Waits until one is free. */
NamidaBlock *namida_block_pool_take (NamidaBlockPool *pool);
void namida_block_pool_give_back (NamidaBlockPool *pool, NamidaBlock *block);

/**
 * NamidaFileReader: reads ahead in one thread and hashes in another while the caller sends. Bytes before the offset are
 * only hashed. Used by one thread. Free it before its pool.
 */
typedef struct _NamidaFileReader NamidaFileReader;

/** namida_file_reader_new: @fd: not taken; must stay open until the reader is freed. @cancellable: watched between
 * blocks. */
NamidaFileReader *namida_file_reader_new (
    const NamidaEntry *entry, int fd, guint64 offset, NamidaBlockPool *pool, GCancellable *cancellable);
/**
 * namida_file_reader_next: Returns: (nullable): the next bytes from the offset on, for namida_block_pool_give_back();
 * NULL at the end, or with
 * @error: SOURCE_CHANGED, STORAGE, CANCELLED.
 */
NamidaBlock *namida_file_reader_next (NamidaFileReader *self, GError **error);
/** namida_file_reader_finish: after next() came to the end. Returns: (transfer full): SHA-256 of the whole file. */
char *namida_file_reader_finish (NamidaFileReader *self);
/** Stops and joins the threads, at any point. */
void namida_file_reader_free (NamidaFileReader *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NamidaFileReader, namida_file_reader_free)

G_END_DECLS
