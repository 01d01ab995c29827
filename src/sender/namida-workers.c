/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Implements NamidaWorkers: threads that share one list of items and one error. */
#include "config.h"

#include "namida-workers.h"

static void
workers_on_cancelled (GCancellable *caller, gpointer cancellable)
{
  g_cancellable_cancel (cancellable);
}

void
namida_workers_init (NamidaWorkers *self, guint n_items, GCancellable *caller)
{
  *self = (NamidaWorkers){ .n_items = n_items, .cancellable = g_cancellable_new () };
  g_mutex_init (&self->lock);
  if (caller == NULL)
    return;
  self->caller = g_object_ref (caller);
  self->handler = g_cancellable_connect (caller, G_CALLBACK (workers_on_cancelled), g_object_ref (self->cancellable),
                                         g_object_unref);
}

void
namida_workers_clear (NamidaWorkers *self)
{
  if (self->caller != NULL)
    g_cancellable_disconnect (self->caller, self->handler);
  g_clear_object (&self->caller);
  g_clear_object (&self->cancellable);
  g_clear_error (&self->error);
  g_mutex_clear (&self->lock);
}

gboolean
namida_workers_is_over (NamidaWorkers *self)
{
  return g_atomic_int_get (&self->failed) || g_cancellable_is_cancelled (self->cancellable);
}

gboolean
namida_workers_take (NamidaWorkers *self, guint *index)
{
  if (namida_workers_is_over (self))
    return FALSE;
  *index = (guint) g_atomic_int_add (&self->next, 1);
  return *index < self->n_items;
}

void
namida_workers_fail (NamidaWorkers *self, GError *error)
{
  g_mutex_lock (&self->lock);
  if (self->error == NULL)
    self->error = g_steal_pointer (&error);
  g_mutex_unlock (&self->lock);
  g_clear_error (&error);
  g_atomic_int_set (&self->failed, TRUE);
  g_cancellable_cancel (self->cancellable);
}

gboolean
namida_workers_run (NamidaWorkers *self, guint n_threads, GThreadFunc work, gpointer user_data, GError **error)
{
  g_autofree GThread **threads = g_new0 (GThread *, n_threads + 1);

  for (guint i = 0; i < n_threads; i++)
    threads[i] = g_thread_new ("namida-worker", work, user_data);
  for (guint i = 0; i < n_threads; i++)
    g_thread_join (threads[i]);
  if (self->error == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&self->error));
  return FALSE;
}
