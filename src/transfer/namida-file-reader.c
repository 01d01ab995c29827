/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Implements namida-file-reader.h: opens and checks the files to send, and reads and hashes them, in two threads beside
 * the one that sends if cores are free. Used by the upload job, the downloads of the server and the links for browsers,
 * in worker threads. */
#include "config.h"

#include "namida-file-reader.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <unistd.h>

#include "namida-digest.h"
#include "namida-error.h"
#include "namida-open.h"
#include "namida-streams.h"

/* ---- the file ---- */

static gboolean
file_reader_source_changed (const NamidaEntry *entry, GError **error)
{
  g_autofree char *path = namida_entry_dup_path (entry);

  g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_SOURCE_CHANGED,
               _ ("“%s” changed while it was being sent. Send it again."), path);
  return FALSE;
}

static gboolean
file_reader_source_gone (const NamidaEntry *entry, GError **error)
{
  g_autofree char *path = namida_entry_dup_path (entry);

  g_set_error (error, NAMIDA_ERROR, NAMIDA_ERROR_SOURCE_CHANGED,
               _ ("“%s” was moved or deleted before it could be sent."), path);
  return FALSE;
}

static gboolean
file_reader_source_unreadable (const NamidaEntry *entry, int saved_errno, GError **error)
{
  g_autofree char *path = namida_entry_dup_path (entry);
  g_autofree char *what = g_strdup_printf (_ ("Could not read “%s”"), path);

  namida_error_set_from_errno (error, saved_errno, what);
  return FALSE;
}

static gint64
file_reader_mtime_ns (const struct stat *st)
{
  return (gint64) st->st_mtim.tv_sec * 1000000000 + st->st_mtim.tv_nsec;
}

int
namida_source_open (const NamidaEntry *entry, struct stat *st, GError **error)
{
  int fd;

  if (entry->source == NULL)
    {
      file_reader_source_gone (entry, error);
      return -1;
    }
  /* O_NONBLOCK: if the file was replaced by a pipe, opening it must not block this thread. */
  fd = namida_open_at (AT_FDCWD, entry->source, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0);
  if (fd < 0)
    {
      int saved_errno = errno;

      if (saved_errno == ENOENT || saved_errno == ENOTDIR)
        file_reader_source_gone (entry, error);
      else if (saved_errno == ELOOP)
        file_reader_source_changed (entry, error);
      else
        file_reader_source_unreadable (entry, saved_errno, error);
      return -1;
    }
  if (fstat (fd, st) != 0)
    file_reader_source_unreadable (entry, errno, error);
  else if (!S_ISREG (st->st_mode) || (guint64) st->st_size != entry->size
           || file_reader_mtime_ns (st) != entry->mtime_ns)
    file_reader_source_changed (entry, error);
  else
    return fd;
  close (fd);
  return -1;
}

NamidaFileResult
namida_source_result (const GError *error)
{
  if (g_error_matches (error, NAMIDA_ERROR, NAMIDA_ERROR_SOURCE_CHANGED))
    return NAMIDA_FILE_CHANGED;
  if (g_error_matches (error, NAMIDA_ERROR, NAMIDA_ERROR_CHECKSUM))
    return NAMIDA_FILE_DAMAGED;
  return NAMIDA_FILE_UNREADABLE;
}

gboolean
namida_source_check (const NamidaEntry *entry, int fd, const struct stat *before, GError **error)
{
  struct stat now;

  if (fstat (fd, &now) != 0)
    return file_reader_source_unreadable (entry, errno, error);
  if (now.st_size != before->st_size || file_reader_mtime_ns (&now) != file_reader_mtime_ns (before))
    return file_reader_source_changed (entry, error);
  return TRUE;
}

gboolean
namida_source_read (const NamidaEntry *entry, int fd, guint64 position, gsize length, guint8 *data, GError **error)
{
  while (length > 0)
    {
      ssize_t n = pread (fd, data, length, (off_t) position);

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        return file_reader_source_unreadable (entry, errno, error);
      if (n == 0)
        return file_reader_source_changed (entry, error);
      data += n;
      position += (guint64) n;
      length -= (gsize) n;
    }
  return TRUE;
}

/* ---- blocks ---- */

struct _NamidaBlockPool
{
  GAsyncQueue *free; /* elements: NamidaBlock */
  NamidaBlock *blocks;
  guint n_blocks;
};

NamidaBlockPool *
namida_block_pool_new (guint n_blocks)
{
  NamidaBlockPool *pool = g_new0 (NamidaBlockPool, 1);

  pool->free = g_async_queue_new ();
  pool->blocks = g_new0 (NamidaBlock, n_blocks);
  pool->n_blocks = n_blocks;
  /* The block that was put in last is taken first, so that few files use only one or two blocks. */
  for (guint i = 0; i < n_blocks; i++)
    g_async_queue_push_front (pool->free, &pool->blocks[i]);
  return pool;
}

void
namida_block_pool_free (NamidaBlockPool *pool)
{
  g_async_queue_unref (pool->free);
  for (guint i = 0; i < pool->n_blocks; i++)
    g_free (pool->blocks[i].data);
  g_free (pool->blocks);
  g_free (pool);
}

NamidaBlock *
namida_block_pool_take (NamidaBlockPool *pool)
{
  NamidaBlock *block = g_async_queue_pop (pool->free);

  if (block->data == NULL)
    block->data = g_malloc (NAMIDA_BLOCK_SIZE);
  block->length = 0;
  g_atomic_int_set (&block->users, 1);
  return block;
}

void
namida_block_pool_give_back (NamidaBlockPool *pool, NamidaBlock *block)
{
  /* GAsyncQueue pops from the tail, and push_front adds there: a block that is still in the CPU cache is reused
   * first. */
  if (g_atomic_int_dec_and_test (&block->users))
    g_async_queue_push_front (pool->free, block);
}

/* ---- the reader ---- */

/* How much is read at a time: a block stays in the cache of a core until it is hashed and sent. */
#define READ_BYTES (256u * 1024)

struct _NamidaFileReader
{
  const NamidaEntry *entry;
  int fd;
  guint64 offset;
  NamidaBlockPool *pool;
  GCancellable *cancellable;
  GAsyncQueue *to_hash, *to_send; /* elements: NamidaBlock or END */
  GThread *reader, *hasher;       /* (nullable): %NULL while the calling thread does their work */
  /* Used by the two threads until they are joined, otherwise by the calling thread: */
  guint64 position; /* bytes that were read */
  NamidaDigest *digest;
  GError *error; /* set before END is sent */
  int stop;      /* atomic */
  gboolean ended;
};

static int end_mark;
#define END ((gpointer) &end_mark)

static gboolean
file_reader_stopped (NamidaFileReader *self, GError **error)
{
  if (!g_atomic_int_get (&self->stop) && !g_cancellable_is_cancelled (self->cancellable))
    return FALSE;
  g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_CANCELLED, _ ("Canceled"));
  return TRUE;
}

/* Reads the next block, which is either only hashed (@prefix: it is before the offset) or hashed and sent. Returns:
 * (transfer full) (nullable): %NULL with @error. */
static NamidaBlock *
file_reader_read_block (NamidaFileReader *self, gboolean *prefix, GError **error)
{
  NamidaBlock *block = namida_block_pool_take (self->pool);

  *prefix = self->position < self->offset;
  block->length = (gsize) MIN ((*prefix ? self->offset : self->entry->size) - self->position, READ_BYTES);
  if (file_reader_stopped (self, error)
      || !namida_source_read (self->entry, self->fd, self->position, block->length, block->data, error))
    {
      namida_block_pool_give_back (self->pool, block);
      return NULL;
    }
  self->position += block->length;
  return block;
}

static gpointer
reader_thread (gpointer user_data)
{
  NamidaFileReader *self = user_data;
  NamidaBlock *block;
  gboolean prefix;

  while (self->position < self->entry->size && !namida_streams_are_crowded ()
         && (block = file_reader_read_block (self, &prefix, &self->error)) != NULL)
    {
      g_atomic_int_set (&block->users, prefix ? 1 : 2);
      g_async_queue_push (self->to_hash, block);
      if (!prefix)
        g_async_queue_push (self->to_send, block);
    }
  g_async_queue_push (self->to_hash, END);
  g_async_queue_push (self->to_send, END);
  return NULL;
}

static gpointer
file_reader_hash_thread (gpointer user_data)
{
  NamidaFileReader *self = user_data;
  NamidaBlock *block;

  while ((block = g_async_queue_pop (self->to_hash)) != END)
    {
      if (!g_atomic_int_get (&self->stop))
        namida_digest_update (self->digest, block->data, block->length);
      namida_block_pool_give_back (self->pool, block);
    }
  return NULL;
}

static void
reader_start (NamidaFileReader *self)
{
  self->hasher = g_thread_new ("namida-hash", file_reader_hash_thread, self);
  self->reader = g_thread_new ("namida-read", reader_thread, self);
}

static void
reader_join (NamidaFileReader *self)
{
  g_clear_pointer (&self->reader, g_thread_join);
  g_clear_pointer (&self->hasher, g_thread_join);
}

/* Reads and hashes in the calling thread, up to a block that is to be sent. Returns: (transfer full) (nullable): %NULL
 * at the end, or with self->error. */
static NamidaBlock *
reader_read_here (NamidaFileReader *self)
{
  while (self->position < self->entry->size)
    {
      gboolean prefix;
      NamidaBlock *block = file_reader_read_block (self, &prefix, &self->error);

      if (block == NULL)
        return NULL;
      namida_digest_update (self->digest, block->data, block->length);
      if (!prefix)
        return block;
      namida_block_pool_give_back (self->pool, block);
    }
  return NULL;
}

NamidaFileReader *
namida_file_reader_new (
    const NamidaEntry *entry, int fd, guint64 offset, NamidaBlockPool *pool, GCancellable *cancellable)
{
  NamidaFileReader *self = g_new0 (NamidaFileReader, 1);

  self->entry = entry;
  self->fd = fd;
  self->offset = MIN (offset, entry->size);
  self->pool = pool;
  self->cancellable = cancellable != NULL ? g_object_ref (cancellable) : NULL;
  self->digest = namida_digest_new ();
  self->to_hash = g_async_queue_new ();
  self->to_send = g_async_queue_new ();
  posix_fadvise (fd, 0, 0, POSIX_FADV_SEQUENTIAL);
  namida_streams_enter ();
  if (!namida_streams_are_crowded ())
    reader_start (self);
  return self;
}

/* The two threads end when the streams become crowded, and are started again when that is over. Returns: (transfer
 * full) (nullable): %NULL at the end, or with self->error. */
static NamidaBlock *
reader_next (NamidaFileReader *self)
{
  for (;;)
    {
      gpointer item;

      /* Only after the threads were joined, because they write both. */
      if (self->reader == NULL && (self->error != NULL || self->position == self->entry->size))
        return NULL;
      if (self->reader == NULL && namida_streams_are_crowded ())
        return reader_read_here (self);
      if (self->reader == NULL)
        reader_start (self);
      item = g_async_queue_pop (self->to_send);
      if (item != END)
        return item;
      reader_join (self);
    }
}

NamidaBlock *
namida_file_reader_next (NamidaFileReader *self, GError **error)
{
  NamidaBlock *block = self->ended ? NULL : reader_next (self);

  if (block != NULL)
    return block;
  self->ended = TRUE;
  if (self->error != NULL)
    g_propagate_error (error, g_error_copy (self->error));
  return NULL;
}

char *
namida_file_reader_finish (NamidaFileReader *self)
{
  g_return_val_if_fail (self->ended && self->error == NULL, NULL);
  return namida_digest_finish (self->digest);
}

void
namida_file_reader_free (NamidaFileReader *self)
{
  gpointer item;

  g_atomic_int_set (&self->stop, 1);
  /* The blocks in this queue may be the ones that the reader thread is waiting for. */
  while (self->reader != NULL && (item = g_async_queue_pop (self->to_send)) != END)
    namida_block_pool_give_back (self->pool, item);
  reader_join (self);
  namida_streams_leave ();
  g_async_queue_unref (self->to_hash);
  g_async_queue_unref (self->to_send);
  namida_digest_free (self->digest);
  g_clear_object (&self->cancellable);
  g_clear_error (&self->error);
  g_free (self);
}
