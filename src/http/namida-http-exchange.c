/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Implements one exchange as a NamidaHttpConnection in a thread of a pool of its own: GTask's few threads would be held
 * by devices that do not answer. Timers in the main context limit the whole exchange, so that a peer that sends its
 * answer byte by byte cannot hold a thread either. */
#include "config.h"

#include "namida-http-exchange.h"

#include <glib/gi18n-lib.h>

#include "namida-deadline.h"
#include "namida-error.h"
#include "namida-limits.h"
#include "namida-messages.h"
#include "namida-peer.h"

/* The data of the caller's task. The thread uses it until it returns to call_done(), which holds the task. */
typedef struct
{
  NamidaHttpExchange exchange; /* owns all members but the method */
  NamidaDeadline *deadline;    /* for everything; also canceled by the caller and by @connect_timer */
  guint connect_timer;
  gboolean timed_out; /* known when the thread has returned */
  int connected;      /* atomic */
  char *shown;        /* (nullable): the fingerprint of the peer; set by the thread before it returns */
} Exchange;

static void
exchange_free (gpointer data)
{
  Exchange *self = data;

  g_clear_handle_id (&self->connect_timer, g_source_remove);
  g_clear_pointer (&self->deadline, namida_deadline_free);
  g_clear_object (&self->exchange.identity);
  g_clear_object (&self->exchange.address);
  g_clear_pointer (&self->exchange.body, g_bytes_unref);
  g_free ((char *) self->exchange.fingerprint);
  g_free ((char *) self->exchange.target);
  g_free (self->shown);
  g_free (self);
}

static gboolean
exchange_on_connect_timeout (gpointer data)
{
  Exchange *self = data;

  self->connect_timer = 0;
  if (!g_atomic_int_get (&self->connected))
    g_cancellable_cancel (namida_deadline_get_cancellable (self->deadline));
  return G_SOURCE_REMOVE;
}

/* ---- the thread ---- */

static gpointer
exchange_take_answer (Exchange *self, const NamidaHttpAnswer *answer, GError **error)
{
  if (answer->head.status >= 200 && answer->head.status <= 299)
    return self->exchange.parse (&self->exchange, answer, self->shown, error);
  g_propagate_error (error, namida_error_answer_parse ((const char *) answer->body->data,
                                                       MIN (answer->body->len, NAMIDA_LIMIT_JSON_BYTES),
                                                       answer->head.status, NULL));
  return NULL;
}

static gpointer
exchange_run (Exchange *self, GError **error)
{
  const NamidaHttpExchange *exchange = &self->exchange;
  /* The timers expire before these limits, which are for a single wait. */
  NamidaHttpPeer peer = { .identity = exchange->identity,
                          .address = exchange->address,
                          .fingerprint = exchange->fingerprint,
                          .connect_seconds = 2 * NAMIDA_LIMIT_EXCHANGE_CONNECT_SECONDS };
  NamidaHttpRequest request = { .method = exchange->method,
                                .target = exchange->target,
                                .type = exchange->body != NULL ? "application/json" : NULL,
                                .seconds = 2 * exchange->seconds };
  g_autoptr (NamidaHttpConnection) connection
      = namida_http_connection_new (&peer, namida_deadline_get_cancellable (self->deadline), error);
  g_auto (NamidaHttpAnswer) answer = { 0 };
  gsize length = 0;
  gconstpointer body = exchange->body != NULL ? g_bytes_get_data (exchange->body, &length) : NULL;

  if (connection == NULL)
    return NULL;
  g_atomic_int_set (&self->connected, TRUE);
  self->shown = namida_http_connection_dup_fingerprint (connection);
  if (!namida_http_connection_request (connection, request, body, length, exchange->limit, &answer, error))
    return NULL;
  return exchange_take_answer (self, &answer, error);
}

/* @data: (transfer full): the task of this thread, whose data is the caller's task. */
static void
exchange_work (gpointer data, gpointer user_data)
{
  g_autoptr (GTask) worker = data;
  Exchange *self = g_task_get_task_data (g_task_get_task_data (worker));
  GError *error = NULL;
  gpointer value = exchange_run (self, &error);

  if (error != NULL)
    g_task_return_error (worker, error);
  else
    g_task_return_pointer (worker, value, self->exchange.free_result);
}

/* ---- the result ---- */

/* @caller: (nullable). @error: (transfer full): the error of the thread. Returns: (transfer full): the error for the
 * caller. */
static GError *
exchange_explain (Exchange *self, GCancellable *caller, GError *error)
{
  g_autofree char *where = NULL;

  self->timed_out
      = g_error_matches (error, NAMIDA_ERROR, NAMIDA_ERROR_CANCELLED) && !g_cancellable_is_cancelled (caller);
  if (!self->timed_out)
    return error;
  g_error_free (error);
  where = namida_address_to_text (self->exchange.address);
  return g_error_new (NAMIDA_ERROR, NAMIDA_ERROR_UNREACHABLE,
                      _ ("The device at %s did not respond. Make sure it is turned on, on the same network, and "
                         "running Namida Sync."),
                      where);
}

/* Hands the result of the thread to the caller's task. The thread has a task of its own so that everything that the
 * caller's task holds is finalized in the main context. */
static void
exchange_done (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Exchange *self = g_task_get_task_data (task);
  GError *error = NULL;
  gpointer value = g_task_propagate_pointer (G_TASK (result), &error);

  g_clear_handle_id (&self->connect_timer, g_source_remove);
  g_clear_pointer (&self->deadline, namida_deadline_free);
  if (error != NULL)
    g_task_return_error (task, exchange_explain (self, g_task_get_cancellable (task), error));
  else
    g_task_return_pointer (task, value, self->exchange.free_result);
}

static GThreadPool *
exchange_get_pool (void)
{
  static GThreadPool *pool = NULL;

  if (g_once_init_enter (&pool))
    g_once_init_leave (&pool, g_thread_pool_new (exchange_work, NULL, NAMIDA_LIMIT_EXCHANGES, FALSE, NULL));
  return pool;
}

static guint test_connect, test_all; /* ms */

void
namida_http_exchange_set_limits_for_tests (guint connect_ms, guint ms)
{
  test_connect = connect_ms;
  test_all = ms;
}

static void
exchange_set_limits (Exchange *self, GCancellable *caller)
{
  guint connect_ms = test_connect != 0 ? test_connect : NAMIDA_LIMIT_EXCHANGE_CONNECT_SECONDS * 1000;
  guint ms = test_all != 0 ? test_all : MAX (self->exchange.seconds, 1) * 1000;

  self->connect_timer = g_timeout_add (connect_ms, exchange_on_connect_timeout, self);
  self->deadline = namida_deadline_new (ms, caller);
}

static Exchange *
exchange_new (const NamidaHttpExchange *exchange, GCancellable *caller)
{
  Exchange *self = g_new0 (Exchange, 1);

  self->exchange = *exchange;
  self->exchange.identity = exchange->identity != NULL ? g_object_ref (exchange->identity) : NULL;
  self->exchange.address = g_object_ref (exchange->address);
  self->exchange.fingerprint = g_strdup (exchange->fingerprint);
  self->exchange.target = g_strdup (exchange->target);
  self->exchange.body = exchange->body != NULL ? g_bytes_ref (exchange->body) : NULL;
  exchange_set_limits (self, caller);
  return self;
}

void
namida_http_exchange_async (const NamidaHttpExchange *exchange,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
  GTask *task = g_task_new (NULL, cancellable, callback, user_data);
  GTask *worker = g_task_new (NULL, NULL, exchange_done, task);

  /* A canceled exchange must return one of our own errors. */
  g_task_set_check_cancellable (task, FALSE);
  g_task_set_source_tag (task, namida_http_exchange_async);
  g_task_set_task_data (task, exchange_new (exchange, cancellable), exchange_free);
  g_task_set_source_tag (worker, namida_http_exchange_async);
  g_task_set_task_data (worker, task, NULL);
  g_thread_pool_push (exchange_get_pool (), worker, NULL);
}

gpointer
namida_http_exchange_finish (GAsyncResult *result, char **fingerprint, gboolean *timed_out, GError **error)
{
  Exchange *self = g_task_get_task_data (G_TASK (result));

  if (fingerprint != NULL)
    *fingerprint = g_strdup (self->shown);
  if (timed_out != NULL)
    *timed_out = self->timed_out;
  return g_task_propagate_pointer (G_TASK (result), error);
}
