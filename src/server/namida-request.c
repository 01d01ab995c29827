/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Answers control requests, and waits for the answer. The handlers of the routes call these functions in the main
 * context; workers of the server's pool write the answers, so that a slow client never blocks the main context. */

#include "config.h"

#include "namida-limits.h"
#include "namida-server-private.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

static void
request_clear_source (GSource **source)
{
  if (*source != NULL)
    g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

NamidaRequest *
namida_request_new_detached (
    NamidaRequest *like,
    const char *owner,
    void (*on_answer) (NamidaRequest *request, guint status, const char *json, gsize length, gpointer user_data),
    gpointer user_data)
{
  NamidaRequest *self = g_atomic_rc_box_new0 (NamidaRequest);

  self->server = like->server;
  self->context = g_main_context_ref (like->context);
  self->remote = namida_connection_new_detached (like->remote, owner);
  self->connection = namida_connection_of (self->remote);
  self->route = like->route;
  self->type = like->type;
  self->on_answer = on_answer;
  self->answer_data = user_data;
  return self;
}

NamidaRequest *
namida_request_ref (NamidaRequest *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
request_clear (gpointer data)
{
  NamidaRequest *self = data;

  request_clear_source (&self->timer);
  request_clear_source (&self->hangup);
  if (self->parsed != NULL && self->route->parsed_free != NULL)
    self->route->parsed_free (self->parsed);
  g_clear_pointer (&self->body, g_bytes_unref);
  g_clear_pointer (&self->reader, namida_server_reader_free);
  g_clear_object (&self->stream);
  g_clear_object (&self->remote);
  g_clear_object (&self->socket);
  g_clear_pointer (&self->info, namida_device_info_unref);
  g_clear_pointer (&self->budget, namida_body_budget_unref);
  g_clear_pointer (&self->bodies, namida_rate_limit_unref);
  g_clear_pointer (&self->connections, namida_connection_limit_unref);
  g_clear_error (&self->failure);
  namida_http_head_clear (&self->head);
  g_free (self->fields);
  g_main_context_unref (self->context);
}

void
namida_request_unref (NamidaRequest *self)
{
  g_atomic_rc_box_release_full (self, request_clear);
}

char *
namida_request_get (NamidaRequest *self, const char *key)
{
  return self->head.query != NULL ? namida_query_get (self->head.query, key) : NULL;
}

gboolean
namida_request_is_get (NamidaRequest *self)
{
  return g_str_equal (self->head.method, "GET");
}

static void
request_report_gone (NamidaRequest *self)
{
  void (*on_gone) (NamidaRequest *, gpointer) = g_steal_pointer (&self->on_gone);

  if (self->gone)
    return;
  self->gone = TRUE;
  if (on_gone != NULL && !self->answered)
    on_gone (self, self->gone_data);
}

void
namida_request_over (NamidaRequest *self)
{
  NamidaServer *server = self->server;

  namida_request_ref (self);
  request_clear_source (&self->timer);
  request_clear_source (&self->hangup);
  request_report_gone (self);
  if (server != NULL)
    {
      namida_server_release_offer (server, self);
      if (g_hash_table_remove (server->requests, self))
        namida_server_check_stopped (server);
    }
  namida_request_unref (self);
}

static void request_watch (NamidaRequest *self, GIOCondition condition);

#define TLS_HEADER_BYTES 5
#define TLS_ALERT 0x15
#define TLS_ALERT_MOST_BYTES 24 /* size of an encrypted alert: smaller than any request */

/* Whether the data in the socket is the close_notify of any version of TLS. */
static gboolean
request_is_alert (const guint8 *start, gssize n)
{
  return n < TLS_HEADER_BYTES || start[0] == TLS_ALERT || (start[3] == 0 && start[4] <= TLS_ALERT_MOST_BYTES);
}

/* Nothing reads from the connection while the user decides, so the socket is checked below TLS. Most senders must not
 * send anything while they wait: the end of the stream, a reset, or bytes (the close_notify of TLS) all mean that they
 * disconnected. If the connection is kept, the sender may already send its next request; then only the end of the
 * connection is watched. */
static gboolean
request_on_socket_event (GSocket *socket, GIOCondition condition, gpointer user_data)
{
  NamidaRequest *self = user_data;
  guint8 start[TLS_HEADER_BYTES];
  gssize n = recv (g_socket_get_fd (socket), start, sizeof start, MSG_PEEK | MSG_DONTWAIT);

  if (n < 0 && (errno == EAGAIN || errno == EINTR))
    return G_SOURCE_CONTINUE;
  if (n > 0 && self->keeps && !(self->connection->encrypted && request_is_alert (start, n)))
    {
      request_clear_source (&self->hangup);
      request_watch (self, G_IO_HUP | G_IO_ERR);
      return G_SOURCE_REMOVE;
    }
  g_socket_shutdown (socket, TRUE, TRUE, NULL);
  namida_request_over (self);
  return G_SOURCE_REMOVE;
}

static void
request_watch (NamidaRequest *self, GIOCondition condition)
{
  self->hangup = g_socket_create_source (self->socket, condition, NULL);
  g_source_set_callback (self->hangup, (GSourceFunc) request_on_socket_event, self, NULL);
  g_source_attach (self->hangup, self->context);
}

void
namida_request_wait (NamidaRequest *self, void (*on_gone) (NamidaRequest *, gpointer), gpointer user_data)
{
  self->on_gone = on_gone;
  self->gone_data = user_data;
  if (self->hangup != NULL || self->answered || self->gone || self->socket == NULL)
    return;
  request_watch (self, G_IO_IN | G_IO_HUP | G_IO_ERR);
}

/* ---- the answer ---- */

typedef struct
{
  NamidaRequest *request;
  GString *head;
  char *body; /* (nullable) */
  gsize length;
  gboolean written; /* completely written */
} RequestAnswer;

static void
request_answer_free (gpointer data)
{
  RequestAnswer *answer = data;

  namida_request_unref (answer->request);
  g_string_free (answer->head, TRUE);
  g_free (answer->body);
  g_free (answer);
}

static gboolean
request_on_answer_written (gpointer user_data)
{
  RequestAnswer *answer = user_data;
  NamidaRequest *request = answer->request;
  NamidaServer *server = request->server;

  if (server != NULL && server->running && request->keeps && answer->written)
    namida_server_receive_next (server, request->stream, g_steal_pointer (&request->reader), request->remote);
  namida_request_over (request);
  return G_SOURCE_REMOVE;
}

/* Runs in a worker. */
static void
request_answer_write (gpointer data)
{
  RequestAnswer *answer = data;
  NamidaRequest *request = answer->request;
  GOutputStream *output = g_io_stream_get_output_stream (request->stream);
  g_autoptr (GSource) done = g_idle_source_new ();

  g_socket_set_timeout (request->socket, NAMIDA_LIMIT_BODY_IDLE_SECONDS);
  if (answer->length <= NAMIDA_LIMIT_JSON_BYTES && answer->body != NULL)
    {
      g_string_append_len (answer->head, answer->body, (gssize) answer->length);
      answer->length = 0;
    }
  answer->written
      = g_output_stream_write_all (output, answer->head->str, answer->head->len, NULL, NULL, NULL)
        && (answer->length == 0 || g_output_stream_write_all (output, answer->body, answer->length, NULL, NULL, NULL));
  if (!request->keeps || !answer->written)
    g_io_stream_close (request->stream, NULL, NULL);
  g_source_set_priority (done, G_PRIORITY_DEFAULT);
  g_source_set_callback (done, request_on_answer_written, answer, request_answer_free);
  g_source_attach (done, request->context);
}

typedef struct
{
  NamidaRequest *request;
  guint status;
  char *body; /* (nullable) */
  gsize length;
} DivertedAnswer;

static void
request_diverted_free (gpointer data)
{
  DivertedAnswer *diverted = data;

  namida_request_unref (diverted->request);
  g_free (diverted->body);
  g_free (diverted);
}

static gboolean
request_on_diverted (gpointer user_data)
{
  DivertedAnswer *diverted = user_data;
  NamidaRequest *self = diverted->request;

  /* If the request was ended in the meantime, the owner of @answer_data may be freed. */
  if (!self->gone)
    self->on_answer (self, diverted->status, diverted->body, diverted->length, self->answer_data);
  namida_request_over (self);
  return G_SOURCE_REMOVE;
}

/* Answers in an idle callback, because the caller still uses what the end of the request frees. @json: (transfer
 * full). */
static void
request_divert (NamidaRequest *self, guint status, char *json, gsize length)
{
  g_autoptr (GSource) source = g_idle_source_new ();
  DivertedAnswer *diverted = g_new0 (DivertedAnswer, 1);

  diverted->request = namida_request_ref (self);
  diverted->status = status;
  diverted->body = json;
  diverted->length = json != NULL ? length : 0;
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, request_on_diverted, diverted, request_diverted_free);
  g_source_attach (source, self->context);
}

void
namida_request_answer (NamidaRequest *self, guint status, char *json, gsize length)
{
  RequestAnswer *answer;

  if (self->answered || self->gone || self->server == NULL)
    {
      g_free (json);
      return;
    }
  self->answered = TRUE;
  self->on_gone = NULL;
  request_clear_source (&self->timer);
  request_clear_source (&self->hangup);
  if (self->on_answer != NULL)
    {
      request_divert (self, status, json, length);
      return;
    }
  answer = g_new0 (RequestAnswer, 1);
  answer->request = namida_request_ref (self);
  answer->head = g_string_new (NULL);
  answer->body = json;
  answer->length = json != NULL ? length : 0;
  g_string_append_printf (answer->head, "HTTP/1.1 %u %s\r\n", status, soup_status_get_phrase (status));
  if (json != NULL)
    g_string_append_printf (answer->head, "Content-Type: %s\r\n", self->type);
  if (status != SOUP_STATUS_NO_CONTENT)
    g_string_append_printf (answer->head, "Content-Length: %zu\r\n", answer->length);
  if (self->fields != NULL)
    g_string_append (answer->head, self->fields);
  if (self->retry_after > 0)
    g_string_append_printf (answer->head, "Retry-After: %u\r\n", self->retry_after);
  g_string_append (answer->head, self->keeps ? "\r\n" : "Connection: close\r\n\r\n");
  namida_server_run (self->server, request_answer_write, answer);
}

void
namida_request_fail (NamidaRequest *self, const GError *reason, guint retry_after)
{
  char *json = namida_error_answer_format (reason, -1);

  self->type = "application/json";
  self->retry_after = retry_after;
  namida_request_answer (self, namida_error_http_status (reason), json, strlen (json));
}
