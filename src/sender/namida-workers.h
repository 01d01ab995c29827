/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The threads that move the files of one sending or one fetch: each takes the next file until there is none, or until
 * one of them ends it all. Used by namida-upload-job.c and namida-pull-worker.c. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct
{
  guint n_items;
  GCancellable *cancellable; /* cancelled by the caller, or by the first failure: every connection ends */
  int next;                  /* atomic */
  int failed;                /* atomic */
  GMutex lock;
  GError *error; /* locked: the first one */
  GCancellable *caller;
  gulong handler;
} NamidaWorkers;

/** namida_workers_init: @caller: (nullable): cancels the workers, too. */
void namida_workers_init (NamidaWorkers *self, guint n_items, GCancellable *caller);
void namida_workers_clear (NamidaWorkers *self);
/** namida_workers_take: the next item. Returns: %FALSE at the end. Any thread. */
gboolean namida_workers_take (NamidaWorkers *self, guint *index);
/** namida_workers_is_over: Returns: whether the caller has cancelled, or a worker failed. Any thread. */
gboolean namida_workers_is_over (NamidaWorkers *self);
/** namida_workers_fail: ends the work of all; the first error stays. @error: (transfer full). Any thread. */
void namida_workers_fail (NamidaWorkers *self, GError *error);
/** namida_workers_run: runs @work in @n_threads threads and waits for all of them. Returns: %FALSE with the first
 * error. */
gboolean
namida_workers_run (NamidaWorkers *self, guint n_threads, GThreadFunc work, gpointer user_data, GError **error);

G_END_DECLS
