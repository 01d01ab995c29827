/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Implements the time limit as a GLib timeout that cancels a GCancellable. Main context, except for the "cancelled"
 * signal of the caller's cancellable, which may come from any thread. */
#include "config.h"

#include "namida-deadline.h"

struct _NamidaDeadline
{
  GCancellable *cancellable;
  GCancellable *caller; /* (nullable) */
  gulong handler;
  guint timer;
};

static gboolean
deadline_on_over (gpointer user_data)
{
  NamidaDeadline *self = user_data;

  self->timer = 0;
  g_cancellable_cancel (self->cancellable);
  return G_SOURCE_REMOVE;
}

static void
deadline_on_cancelled (GCancellable *caller, gpointer cancellable)
{
  g_cancellable_cancel (cancellable);
}

NamidaDeadline *
namida_deadline_new (guint milliseconds, GCancellable *caller)
{
  NamidaDeadline *self = g_new0 (NamidaDeadline, 1);

  self->cancellable = g_cancellable_new ();
  if (milliseconds > 0)
    self->timer = g_timeout_add (milliseconds, deadline_on_over, self);
  if (caller == NULL)
    return self;
  self->caller = g_object_ref (caller);
  /* Do not use g_cancellable_disconnect(): it would wait for the handler that frees this object. */
  self->handler
      = g_signal_connect_data (caller, "cancelled", G_CALLBACK (deadline_on_cancelled),
                               g_object_ref (self->cancellable), (GClosureNotify) (void (*) (void)) g_object_unref, 0);
  if (g_cancellable_is_cancelled (caller))
    g_cancellable_cancel (self->cancellable);
  return self;
}

void
namida_deadline_free (NamidaDeadline *self)
{
  g_clear_handle_id (&self->timer, g_source_remove);
  if (self->handler != 0)
    g_signal_handler_disconnect (self->caller, self->handler);
  g_clear_object (&self->caller);
  g_object_unref (self->cancellable);
  g_free (self);
}

GCancellable *
namida_deadline_get_cancellable (NamidaDeadline *self)
{
  return self->cancellable;
}
