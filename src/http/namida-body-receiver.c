/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The stages that read, write and hash the body of an upload; see the header. Runs in a worker thread and, for large
 * bodies while cores are free, in two more threads. */
#include "config.h"

#include "namida-body-receiver.h"

#include "namida-error.h"
#include "namida-sparse.h"
#include "namida-streams.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <unistd.h>

/* Bodies up to this size are received by the calling thread alone. */
#define INLINE_SIZE (1024 * 1024)
/* A block stays in the cache of a core until it is written and hashed. */
#define BLOCK_SIZE (256 * 1024)
#define N_BLOCKS 8

typedef struct
{
  char *data;
  gsize length;
  gint users; /* atomic: number of stages that still need it */
} Block;

/* Writing: the state of the stage that writes. Others read it after that stage was joined or is idle, except
 * @failed. */
typedef struct
{
  guint64 written;
  GError *error;
  gint failed; /* g_atomic */
} Writing;

typedef struct
{
  NamidaBodyReceiver *receiver;
  GAsyncQueue *spare, *to_write, *to_hash;
  GThread *writer, *hasher; /* (nullable): started when a block is first passed on */
  gboolean passed_on;       /* whether the two threads may still have blocks */
  Writing writing;
} Pipeline;

gboolean
namida_body_receiver_write (int fd, const void *bytes, gsize length, guint64 offset, guint64 *written, GError **error)
{
  const char *data = bytes;

  while (length > 0)
    {
      ssize_t n = namida_sparse_pwrite (fd, data, length, offset);

      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        {
          namida_error_set_from_write (error, n < 0 ? errno : EIO, fd, _ ("Could not write a received file"));
          return FALSE;
        }
      data += n;
      length -= (gsize) n;
      offset += (guint64) n;
      *written += (guint64) n;
    }
  return TRUE;
}

static gboolean
body_receiver_wrong_size (GError **error)
{
  g_set_error_literal (
      error, NAMIDA_ERROR, NAMIDA_ERROR_WRONG_SIZE,
      _ ("A file does not have the expected size. It may have changed while it was being sent. Send it again."));
  return FALSE;
}

/* Fills a block as far as the body goes. Returns %FALSE with an error. A short block is the last one. Bytes that
 * came before an error count. */
static gboolean
body_receiver_read_block (NamidaBodyReceiver *self, char *data, gsize size, gsize *length, GError **error)
{
  *length = 0;
  while (*length < size)
    {
      gssize n = namida_http_body_read (self->body, data + *length, size - *length, self->cancellable, error);

      if (n < 0)
        return FALSE;
      if (n == 0)
        return TRUE;
      *length += (gsize) n;
      if (self->progress != NULL)
        self->progress ((gsize) n, self->progress_data);
    }
  return TRUE;
}

/* After all expected bytes were read, nothing may follow. */
static gboolean
body_receiver_read_end (NamidaBodyReceiver *self, GError **error)
{
  char c;
  gssize n = namida_http_body_read (self->body, &c, 1, self->cancellable, error);

  if (n > 0)
    return body_receiver_wrong_size (error);
  return n == 0;
}

static gboolean
body_receiver_run_inline (NamidaBodyReceiver *self, guint64 *written, GError **error)
{
  g_autofree char *data = g_malloc (MAX (self->expected, 1));
  g_autoptr (GError) broken = NULL;
  gsize length;
  gboolean ok = body_receiver_read_block (self, data, (gsize) self->expected, &length, &broken);

  if (!namida_body_receiver_write (self->fd, data, length, self->offset, written, error))
    return FALSE;
  if (!ok)
    {
      g_propagate_error (error, g_steal_pointer (&broken));
      return FALSE;
    }
  if (length < self->expected)
    return body_receiver_wrong_size (error);
  namida_digest_update (self->digest, data, length);
  return body_receiver_read_end (self, error);
}

static void
body_receiver_release (Pipeline *pipeline, Block *block)
{
  /* GAsyncQueue pops from the tail, where push_front adds: a block that is still in a cache is used first. */
  if (g_atomic_int_dec_and_test (&block->users))
    g_async_queue_push_front (pipeline->spare, block);
}

static void
body_receiver_write_block (Pipeline *pipeline, const Block *block)
{
  NamidaBodyReceiver *self = pipeline->receiver;
  Writing *writing = &pipeline->writing;

  if (writing->error == NULL
      && !namida_body_receiver_write (self->fd, block->data, block->length, self->offset + writing->written,
                                      &writing->written, &writing->error))
    g_atomic_int_set (&writing->failed, TRUE);
}

static gpointer
body_receiver_writer_thread (gpointer user_data)
{
  Pipeline *pipeline = user_data;

  for (;;)
    {
      Block *block = g_async_queue_pop (pipeline->to_write);

      if (block->data == NULL)
        return NULL;
      body_receiver_write_block (pipeline, block);
      body_receiver_release (pipeline, block);
    }
}

static gpointer
body_receiver_hash_thread (gpointer user_data)
{
  Pipeline *pipeline = user_data;

  for (;;)
    {
      Block *block = g_async_queue_pop (pipeline->to_hash);

      if (block->data == NULL)
        return NULL;
      namida_digest_update (pipeline->receiver->digest, block->data, block->length);
      body_receiver_release (pipeline, block);
    }
}

/* Waits until the two threads have nothing left to do. The caller has one of the blocks, and the others are spare
 * then. */
static void
body_receiver_wait_for_threads (Pipeline *pipeline)
{
  Block *others[N_BLOCKS - 1];

  for (guint i = 0; pipeline->passed_on && i < N_BLOCKS - 1; i++)
    others[i] = g_async_queue_pop (pipeline->spare);
  for (guint i = 0; pipeline->passed_on && i < N_BLOCKS - 1; i++)
    g_async_queue_push (pipeline->spare, others[i]);
  pipeline->passed_on = FALSE;
}

/* Writes and hashes a block here, while it is in this core's cache, or has the two threads do it. */
static void
body_receiver_pass_on (Pipeline *pipeline, Block *block)
{
  if (namida_streams_are_crowded ())
    {
      body_receiver_wait_for_threads (pipeline);
      block->users = 1;
      body_receiver_write_block (pipeline, block);
      namida_digest_update (pipeline->receiver->digest, block->data, block->length);
      body_receiver_release (pipeline, block);
      return;
    }
  if (pipeline->writer == NULL)
    {
      pipeline->writer = g_thread_new ("namida-write", body_receiver_writer_thread, pipeline);
      pipeline->hasher = g_thread_new ("namida-hash", body_receiver_hash_thread, pipeline);
    }
  pipeline->passed_on = TRUE;
  block->users = 2;
  g_async_queue_push (pipeline->to_write, block);
  g_async_queue_push (pipeline->to_hash, block);
}

static gboolean
body_receiver_feed (Pipeline *pipeline, GError **error)
{
  NamidaBodyReceiver *self = pipeline->receiver;
  guint64 left = self->expected;

  while (left > 0)
    {
      Block *block = g_async_queue_pop (pipeline->spare);
      gsize want = (gsize) MIN (left, (guint64) BLOCK_SIZE);
      gboolean ok;

      if (block->data == NULL)
        block->data = g_malloc (BLOCK_SIZE);
      ok = body_receiver_read_block (self, block->data, want, &block->length, error);
      left -= block->length;
      if (!ok || g_atomic_int_get (&pipeline->writing.failed) || block->length < want)
        {
          gboolean is_short = ok && block->length < want;

          body_receiver_pass_on (pipeline, block);
          return is_short ? body_receiver_wrong_size (error) : ok;
        }
      body_receiver_pass_on (pipeline, block);
    }
  return body_receiver_read_end (self, error);
}

static void
body_receiver_join_threads (Pipeline *pipeline)
{
  Block end = { 0 };

  if (pipeline->writer == NULL)
    return;
  g_async_queue_push (pipeline->to_write, &end);
  g_async_queue_push (pipeline->to_hash, &end);
  g_thread_join (pipeline->writer);
  g_thread_join (pipeline->hasher);
}

static gboolean
body_receiver_run_pipeline (NamidaBodyReceiver *self, guint64 *written, GError **error)
{
  Pipeline pipeline = {
    .receiver = self, .spare = g_async_queue_new (), .to_write = g_async_queue_new (), .to_hash = g_async_queue_new ()
  };
  Block blocks[N_BLOCKS] = { 0 };
  g_autoptr (GError) broken = NULL;
  gboolean ok;

  for (guint i = 0; i < N_BLOCKS; i++)
    g_async_queue_push (pipeline.spare, &blocks[i]);
  ok = body_receiver_feed (&pipeline, &broken);
  body_receiver_join_threads (&pipeline);
  for (guint i = 0; i < N_BLOCKS; i++)
    g_free (blocks[i].data);
  g_async_queue_unref (pipeline.spare);
  g_async_queue_unref (pipeline.to_write);
  g_async_queue_unref (pipeline.to_hash);
  *written = pipeline.writing.written;
  /* A full disk is the cause if the connection was then closed, so report it first. */
  if (pipeline.writing.error != NULL)
    g_propagate_error (error, pipeline.writing.error);
  else if (broken != NULL)
    g_propagate_error (error, g_steal_pointer (&broken));
  return ok && pipeline.writing.error == NULL;
}

gboolean
namida_body_receiver_run (NamidaBodyReceiver *self, guint64 *written, GError **error)
{
  gboolean ok;

  *written = 0;
  namida_streams_enter ();
  ok = self->expected > INLINE_SIZE ? body_receiver_run_pipeline (self, written, error)
                                    : body_receiver_run_inline (self, written, error);
  namida_streams_leave ();
  return ok;
}
