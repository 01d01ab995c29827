/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Receives the body of an upload into a file. Used by the server for uploads, packs, links and repairs, in worker
 * threads. Blocking. */
#pragma once

#include "namida-digest.h"
#include "namida-http.h"

G_BEGIN_DECLS

/**
 * NamidaBodyReceiver: receives one upload from a connection into a file. Bodies that may be larger than 1 MiB pass
 * through three stages in parallel (read, write, hash) with a few small blocks between them. Smaller ones, and all as
 * long as namida_streams_are_crowded(), are handled by the calling thread alone, because further threads would cost
 * more than they gain.
 */
typedef struct
{
  NamidaHttpBody *body;
  guint64 expected; /* bytes; any other number is WRONG_SIZE */
  int fd;
  guint64 offset; /* where in @fd the first byte goes */
  NamidaDigest *digest;
  GCancellable *cancellable;                            /* (nullable) */
  void (*progress) (gsize n_bytes, gpointer user_data); /* called in the calling thread */
  gpointer progress_data;
} NamidaBodyReceiver;

/**
 * namida_body_receiver_run: Blocking; a worker thread. @written: (out): the number of consecutive bytes that are in the
 * file, also on failure. Returns: %FALSE with WRONG_SIZE, INVALID_REQUEST (invalid chunks), NO_SPACE or STORAGE, or
 * with a G_IO_ERROR if the connection broke or fell silent or @cancellable was cancelled.
 */
gboolean namida_body_receiver_run (NamidaBodyReceiver *self, guint64 *written, GError **error);

/**
 * namida_body_receiver_write: Writes all @bytes at @offset of @fd. @written: (inout): increased by the number of bytes
 * written. Returns: %FALSE with NO_SPACE or STORAGE.
 */
gboolean
namida_body_receiver_write (int fd, const void *bytes, gsize length, guint64 offset, guint64 *written, GError **error);

G_END_DECLS
