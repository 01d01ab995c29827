/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "namida-digest.h"
#include "namida-http.h"

G_BEGIN_DECLS

/**
 * NamidaBodyReceiver: one upload's bytes from a connection into a file. Bodies that may be over 1 MiB go through three
 * stages side by side (read, write, hash) with a few 1 MiB blocks between them; smaller ones are done by the caller
 * alone: threads would cost more than they bring.
 */
typedef struct
{
  NamidaHttpBody *body;
  guint64 expected; /* bytes; fewer or more are WRONG_SIZE */
  int fd;
  guint64 offset; /* where in @fd the first byte goes */
  NamidaDigest *digest;
  GCancellable *cancellable;                            /* (nullable) */
  void (*progress) (gsize n_bytes, gpointer user_data); /* by the calling thread */
  gpointer progress_data;
} NamidaBodyReceiver;

/**
 * namida_body_receiver_run: blocking, a worker thread. @written: (out): bytes that are in the file, in order, also on
 * failure. Errors: WRONG_SIZE, INVALID_REQUEST (chunks), NO_SPACE and STORAGE; G_IO_ERROR when the connection broke,
 * fell silent or @cancellable was cancelled.
 */
gboolean namida_body_receiver_run (NamidaBodyReceiver *self, guint64 *written, GError **error);

/** namida_body_receiver_write: all of @bytes at @offset of @fd; @written: (inout): counts on. Errors: NO_SPACE,
 * STORAGE. */
gboolean
namida_body_receiver_write (int fd, const void *bytes, gsize length, guint64 offset, guint64 *written, GError **error);

G_END_DECLS
