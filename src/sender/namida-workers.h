/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The threads that transfer the files of one upload or one fetch. Each takes the next file until there is none left, or
 * until one of the threads ends the work. Used by namida-upload-job.c and namida-pull-worker.c, which block
 * meanwhile. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct
{
  guint n_items;
  GCancellable *cancellable; /* canceled by the caller or the first failure: all connections end */
  int next;                  /* atomic */
  int failed;                /* atomic */
  GMutex lock;
  GError *error; /* locked: the first error */
  GCancellable *caller;
  gulong handler;
} NamidaWorkers;

/** namida_workers_init: @n_items: the number of items; @caller: (nullable): also cancels the workers. */
void namida_workers_init (NamidaWorkers *self, guint n_items, GCancellable *caller);
/** namida_workers_clear: Frees the members of @self after namida_workers_run(). */
void namida_workers_clear (NamidaWorkers *self);
/** namida_workers_take: @index: (out): the next item. Returns: %FALSE if there is none left. Any thread. */
gboolean namida_workers_take (NamidaWorkers *self, guint *index);
/** namida_workers_is_over: Returns: whether the caller has canceled, or a worker failed. Any thread. */
gboolean namida_workers_is_over (NamidaWorkers *self);
/** namida_workers_fail: Ends the work of all threads; the first error is kept. @error: (transfer full). Any thread. */
void namida_workers_fail (NamidaWorkers *self, GError *error);
/** namida_workers_run: Runs @work in @n_threads threads and waits for all of them. Returns: %FALSE with the first
 * error. Blocking. */
gboolean
namida_workers_run (NamidaWorkers *self, guint n_threads, GThreadFunc work, gpointer user_data, GError **error);

G_END_DECLS
