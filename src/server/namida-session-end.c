/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Implements namida-session-end.h: commits a session in a worker, and lets another worker wait for the result. */
#include "config.h"

#include "namida-session-end.h"

typedef struct
{
  NamidaReceiveSession *session;
  GHashTable *hashes;
  GMutex lock;
  GCond cond;
  gboolean waited;   /* a thread waits; otherwise this frees itself */
  gboolean done, ok; /* guarded by the lock */
} End;

static End *
end_new (NamidaReceiveSession *session, GHashTable *hashes, gboolean waited)
{
  End *end = g_new0 (End, 1);

  end->session = g_object_ref (session);
  end->hashes = hashes;
  end->waited = waited;
  g_mutex_init (&end->lock);
  g_cond_init (&end->cond);
  return end;
}

static void
end_free (End *end)
{
  g_hash_table_unref (end->hashes);
  g_object_unref (end->session);
  g_mutex_clear (&end->lock);
  g_cond_clear (&end->cond);
  g_free (end);
}

static void
end_done (End *end, gboolean ok)
{
  if (!end->waited)
    {
      end_free (end);
      return;
    }
  g_mutex_lock (&end->lock);
  end->done = TRUE;
  end->ok = ok;
  g_cond_signal (&end->cond);
  g_mutex_unlock (&end->lock);
}

static void
session_end_commit_worker (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  End *end = task_data;
  g_autofree char *answer = NULL;
  GError *error = NULL;
  gsize length;

  if (namida_receive_session_commit (source, end->hashes, &answer, &length, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
session_end_on_committed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  NamidaReceiveSession *session = NAMIDA_RECEIVE_SESSION (source);
  g_autoptr (GError) error = NULL;

  g_task_propagate_boolean (G_TASK (result), &error);
  namida_receive_session_end_finish (session, error);
  if (error != NULL)
    namida_receive_session_close (session, NAMIDA_SESSION_PARKED, error);
  end_done (user_data,
            namida_transfer_get_state (namida_receive_session_get_transfer (session)) == NAMIDA_TRANSFER_DONE);
}

static gboolean
session_end_begin (gpointer user_data)
{
  End *end = user_data;
  g_autoptr (GTask) task = NULL;

  if (!namida_receive_session_begin_finish (end->session, NULL))
    {
      end_done (end, FALSE);
      return G_SOURCE_REMOVE;
    }
  task = g_task_new (end->session, NULL, session_end_on_committed, end);
  g_task_set_source_tag (task, session_end_begin);
  g_task_set_task_data (task, end, NULL);
  g_task_run_in_thread (task, session_end_commit_worker);
  return G_SOURCE_REMOVE;
}

void
namida_session_end (NamidaReceiveSession *session, GHashTable *hashes)
{
  session_end_begin (end_new (session, hashes, FALSE));
}

gboolean
namida_session_end_wait (NamidaReceiveSession *session, GMainContext *context, GHashTable *hashes)
{
  End *end = end_new (session, hashes, TRUE);
  gboolean ok;

  g_main_context_invoke (context, session_end_begin, end);
  g_mutex_lock (&end->lock);
  while (!end->done)
    g_cond_wait (&end->cond, &end->lock);
  ok = end->ok;
  g_mutex_unlock (&end->lock);
  end_free (end);
  return ok;
}
