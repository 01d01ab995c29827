/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A buffering GIOStream below a GTlsConnection, which also notices when the other device no longer takes data;
 * declared in namida-tls.h. Used by the listener and by client connections, in one thread at a time. */
#include "config.h"

#include "namida-clock.h"
#include "namida-error.h"
#include "namida-tls.h"
#include "namida-tls-records.h"

#include <glib/gi18n-lib.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/ioctl.h>

/* TLS reads and writes one record (16 KiB) at a time. Without a buffer below it, each record costs system calls of
 * its own, including one for the five bytes of its header. */
#define BUFFER_SIZE (256 * 1024)
/* How much is read ahead by default: one record, because strangers may have two hundred connections. */
#define SMALL_SIZE (17 * 1024)
/* How long corked bytes may wait for more bytes. */
#define CORK_MOST_US (250 * 1000)
/* How often to check whether the other side takes what was written. */
#define LOOK_US G_USEC_PER_SEC
/* How long the other system may take to acknowledge retransmitted data. */
#define ANSWER_MS 1000

/* ---- input ---- */

#define NAMIDA_TYPE_BUFFERED_INPUT (namida_buffered_input_get_type ())
G_DECLARE_FINAL_TYPE (NamidaBufferedInput, namida_buffered_input, NAMIDA, BUFFERED_INPUT, GInputStream)

struct _NamidaBufferedInput
{
  GInputStream parent_instance;
  GInputStream *base;
  char *data; /* allocated at the first read, so that an idle connection costs nothing */
  gsize start, end;
  gsize size;            /* of @data */
  gboolean expects_much; /* atomic */
  gboolean is_server, is_secured;
  gboolean is_refused;      /* the client began another handshake: nothing more is read */
  NamidaTlsRecords records; /* if @is_server */
};

static void namida_buffered_input_pollable_init (GPollableInputStreamInterface *iface);
G_DEFINE_TYPE_WITH_CODE (NamidaBufferedInput,
                         namida_buffered_input,
                         G_TYPE_INPUT_STREAM,
                         G_IMPLEMENT_INTERFACE (G_TYPE_POLLABLE_INPUT_STREAM, namida_buffered_input_pollable_init))

/* Checks @count bytes before TLS reads them. Returns: @count, or -1 with @error if a renegotiation begins in them. */
static gssize
buffered_stream_input_pass (NamidaBufferedInput *self, const void *buffer, gssize count, GError **error)
{
  if (!self->is_refused
      && (count <= 0 || !self->is_server || !namida_tls_records_follow (&self->records, buffer, (gsize) count)
          || !self->is_secured))
    return count;
  self->is_refused = TRUE;
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "renegotiation");
  return -1;
}

static gssize
buffered_stream_input_take (NamidaBufferedInput *self, void *buffer, gsize count, GError **error)
{
  gsize n = MIN (count, self->end - self->start);

  memcpy (buffer, self->data + self->start, n);
  self->start += n;
  return buffered_stream_input_pass (self, buffer, (gssize) n, error);
}

static gssize
buffered_stream_input_read_any (
    NamidaBufferedInput *self, void *buffer, gsize count, gboolean blocking, GCancellable *cancellable, GError **error)
{
  gsize size = g_atomic_int_get (&self->expects_much) ? BUFFER_SIZE : SMALL_SIZE;
  gssize n;

  if (self->start < self->end)
    return buffered_stream_input_take (self, buffer, count, error);
  if (count >= size)
    {
      n = g_pollable_stream_read (self->base, buffer, count, blocking, cancellable, error);
      return buffered_stream_input_pass (self, buffer, n, error);
    }
  if (self->size != size)
    {
      g_free (self->data);
      self->data = g_malloc (size);
      self->size = size;
    }
  n = g_pollable_stream_read (self->base, self->data, size, blocking, cancellable, error);
  if (n <= 0)
    return n;
  self->start = 0;
  self->end = (gsize) n;
  return buffered_stream_input_take (self, buffer, count, error);
}

static gssize
namida_buffered_input_read (GInputStream *stream, void *buffer, gsize count, GCancellable *cancellable, GError **error)
{
  return buffered_stream_input_read_any (NAMIDA_BUFFERED_INPUT (stream), buffer, count, TRUE, cancellable, error);
}

static gssize
namida_buffered_input_read_nonblocking (GPollableInputStream *stream, void *buffer, gsize count, GError **error)
{
  return buffered_stream_input_read_any (NAMIDA_BUFFERED_INPUT (stream), buffer, count, FALSE, NULL, error);
}

static gboolean
namida_buffered_input_is_readable (GPollableInputStream *stream)
{
  NamidaBufferedInput *self = NAMIDA_BUFFERED_INPUT (stream);

  return self->start < self->end || g_pollable_input_stream_is_readable (G_POLLABLE_INPUT_STREAM (self->base));
}

static GSource *
namida_buffered_input_create_source (GPollableInputStream *stream, GCancellable *cancellable)
{
  NamidaBufferedInput *self = NAMIDA_BUFFERED_INPUT (stream);
  g_autoptr (GSource) child = NULL;

  if (self->start < self->end)
    child = g_timeout_source_new (0); /* ready at once */
  else
    child = g_pollable_input_stream_create_source (G_POLLABLE_INPUT_STREAM (self->base), NULL);
  return g_pollable_source_new_full (stream, child, cancellable);
}

static void
namida_buffered_input_finalize (GObject *object)
{
  NamidaBufferedInput *self = NAMIDA_BUFFERED_INPUT (object);

  g_clear_object (&self->base);
  g_clear_pointer (&self->data, g_free);
  G_OBJECT_CLASS (namida_buffered_input_parent_class)->finalize (object);
}

static void
namida_buffered_input_class_init (NamidaBufferedInputClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = namida_buffered_input_finalize;
  G_INPUT_STREAM_CLASS (klass)->read_fn = namida_buffered_input_read;
}

static void
namida_buffered_input_init (NamidaBufferedInput *self)
{
}

static void
namida_buffered_input_pollable_init (GPollableInputStreamInterface *iface)
{
  iface->is_readable = namida_buffered_input_is_readable;
  iface->read_nonblocking = namida_buffered_input_read_nonblocking;
  iface->create_source = namida_buffered_input_create_source;
}

/* ---- output ---- */

#define NAMIDA_TYPE_BUFFERED_OUTPUT (namida_buffered_output_get_type ())
G_DECLARE_FINAL_TYPE (NamidaBufferedOutput, namida_buffered_output, NAMIDA, BUFFERED_OUTPUT, GOutputStream)

struct _NamidaBufferedOutput
{
  GOutputStream parent_instance;
  GOutputStream *base;
  GSocket *socket; /* borrowed from @base */
  gint64 silence;  /* µs that the other side may be unreachable; 0: the socket's timeout applies */
  gint64 stall;    /* µs that a side that TCP knows to be alive may take nothing, if longer */
  char *data;
  gsize start, end;
  gboolean corked;
  gint64 moved_at; /* monotonic µs: when bytes were last corked or written */
};

static void namida_buffered_output_pollable_init (GPollableOutputStreamInterface *iface);
G_DEFINE_TYPE_WITH_CODE (NamidaBufferedOutput,
                         namida_buffered_output,
                         G_TYPE_OUTPUT_STREAM,
                         G_IMPLEMENT_INTERFACE (G_TYPE_POLLABLE_OUTPUT_STREAM, namida_buffered_output_pollable_init))

/* Returns the number of bytes that TCP has not delivered yet (tcp(7), SIOCOUTQ). */
static int
buffered_stream_get_untaken (GSocket *socket)
{
  int bytes = 0;

  return ioctl (g_socket_get_fd (socket), SIOCOUTQ, &bytes) == 0 ? bytes : 0;
}

/* Whether the other system acknowledges retransmissions or probes of its closed window. If so, its program is
 * running and merely does not read. One acknowledgment may still be on its way. */
static gboolean
buffered_stream_is_alive (GSocket *socket)
{
  struct tcp_info info = { 0 };
  socklen_t length = sizeof info;

  return getsockopt (g_socket_get_fd (socket), IPPROTO_TCP, TCP_INFO, &info, &length) == 0 && info.tcpi_probes <= 1
         && (info.tcpi_retransmits == 0 || info.tcpi_last_data_sent < ANSWER_MS
             || info.tcpi_last_ack_recv <= info.tcpi_last_data_sent);
}

static gint64
buffered_stream_output_get_patience (NamidaBufferedOutput *self)
{
  return self->stall > self->silence && buffered_stream_is_alive (self->socket) ? self->stall : self->silence;
}

static gboolean
buffered_stream_output_wait (NamidaBufferedOutput *self,
                             GIOCondition condition,
                             GCancellable *cancellable,
                             GError **error)
{
  gint64 moved_at = g_get_monotonic_time ();
  int before = G_MAXINT, untaken;

  while ((untaken = buffered_stream_get_untaken (self->socket)) > 0)
    {
      g_autoptr (GError) local = NULL;

      if (untaken < before)
        moved_at = g_get_monotonic_time ();
      if (g_socket_condition_timed_wait (self->socket, condition, LOOK_US, cancellable, &local))
        return TRUE;
      if (!g_error_matches (local, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
        {
          g_propagate_error (error, g_steal_pointer (&local));
          return FALSE;
        }
      if (g_get_monotonic_time () - moved_at >= buffered_stream_output_get_patience (self))
        {
          /* Not G_IO_ERROR_TIMED_OUT, after which TLS tries again. It may do so anyway, and must not wait again. */
          g_socket_shutdown (self->socket, TRUE, TRUE, NULL);
          g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_UNREACHABLE,
                               _ ("The other device stopped responding. Check its network connection and try again."));
          return FALSE;
        }
      before = untaken;
    }
  return TRUE;
}

/* TCP_USER_TIMEOUT could do this, but it also ends connections that make progress: Linux counts from the moment when
 * the window was first closed, and keeps counting while the waiting data does not fit into the window as a whole,
 * which happens with a slow reader. */
static gssize
buffered_stream_output_write_base (NamidaBufferedOutput *self,
                                   const void *buffer,
                                   gsize count,
                                   gboolean blocking,
                                   GCancellable *cancellable,
                                   GError **error)
{
  gboolean watch = blocking && self->silence > 0;

  while (TRUE)
    {
      g_autoptr (GError) local = NULL;
      gssize n = g_pollable_stream_write (self->base, buffer, count, blocking && !watch, cancellable, &local);

      if (n >= 0)
        return n;
      if (watch && g_error_matches (local, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
        {
          if (buffered_stream_output_wait (self, G_IO_OUT, cancellable, error))
            continue;
          return -1;
        }
      g_propagate_error (error, g_steal_pointer (&local));
      return -1;
    }
}

/* Writes what is buffered: all of it if @blocking is set, otherwise as much as possible. */
static gboolean
buffered_stream_output_drain (NamidaBufferedOutput *self, gboolean blocking, GCancellable *cancellable, GError **error)
{
  while (self->start < self->end)
    {
      gssize n = buffered_stream_output_write_base (self, self->data + self->start, self->end - self->start, blocking,
                                                    cancellable, error);

      if (n <= 0)
        return FALSE;
      self->start += (gsize) n;
    }
  self->start = self->end = 0;
  self->moved_at = namida_clock_monotonic ();
  return TRUE;
}

/* Bytes that come slowly because of a rate limit must not wait for each other: the other side would see silence and
 * hang up. */
static gboolean
buffered_stream_holds_back (NamidaBufferedOutput *self)
{
  return self->corked && namida_clock_monotonic () - self->moved_at < CORK_MOST_US;
}

static gssize
buffered_stream_output_write_any (NamidaBufferedOutput *self,
                                  const void *buffer,
                                  gsize count,
                                  gboolean blocking,
                                  GCancellable *cancellable,
                                  GError **error)
{
  gboolean hold = buffered_stream_holds_back (self);
  gsize n;

  if ((!hold || self->end == BUFFER_SIZE) && !buffered_stream_output_drain (self, blocking, cancellable, error))
    return -1;
  if (!hold || (self->end == 0 && count >= BUFFER_SIZE))
    return buffered_stream_output_write_base (self, buffer, count, blocking, cancellable, error);
  if (self->data == NULL)
    self->data = g_malloc (BUFFER_SIZE);
  n = MIN (count, BUFFER_SIZE - self->end);
  memcpy (self->data + self->end, buffer, n);
  self->end += n;
  return (gssize) n;
}

static gssize
namida_buffered_output_write (
    GOutputStream *stream, const void *buffer, gsize count, GCancellable *cancellable, GError **error)
{
  return buffered_stream_output_write_any (NAMIDA_BUFFERED_OUTPUT (stream), buffer, count, TRUE, cancellable, error);
}

static gboolean
namida_buffered_output_flush (GOutputStream *stream, GCancellable *cancellable, GError **error)
{
  return buffered_stream_output_drain (NAMIDA_BUFFERED_OUTPUT (stream), TRUE, cancellable, error);
}

static gssize
namida_buffered_output_write_nonblocking (GPollableOutputStream *stream,
                                          const void *buffer,
                                          gsize count,
                                          GError **error)
{
  return buffered_stream_output_write_any (NAMIDA_BUFFERED_OUTPUT (stream), buffer, count, FALSE, NULL, error);
}

static gboolean
buffered_stream_output_has_room (NamidaBufferedOutput *self)
{
  return self->corked && self->end < BUFFER_SIZE;
}

static gboolean
namida_buffered_output_is_writable (GPollableOutputStream *stream)
{
  NamidaBufferedOutput *self = NAMIDA_BUFFERED_OUTPUT (stream);

  return buffered_stream_output_has_room (self)
         || g_pollable_output_stream_is_writable (G_POLLABLE_OUTPUT_STREAM (self->base));
}

static GSource *
namida_buffered_output_create_source (GPollableOutputStream *stream, GCancellable *cancellable)
{
  NamidaBufferedOutput *self = NAMIDA_BUFFERED_OUTPUT (stream);
  g_autoptr (GSource) child = NULL;

  if (buffered_stream_output_has_room (self))
    child = g_timeout_source_new (0);
  else
    child = g_pollable_output_stream_create_source (G_POLLABLE_OUTPUT_STREAM (self->base), NULL);
  return g_pollable_source_new_full (stream, child, cancellable);
}

static void
namida_buffered_output_finalize (GObject *object)
{
  NamidaBufferedOutput *self = NAMIDA_BUFFERED_OUTPUT (object);

  g_clear_object (&self->base);
  g_clear_pointer (&self->data, g_free);
  G_OBJECT_CLASS (namida_buffered_output_parent_class)->finalize (object);
}

static void
namida_buffered_output_class_init (NamidaBufferedOutputClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = namida_buffered_output_finalize;
  G_OUTPUT_STREAM_CLASS (klass)->write_fn = namida_buffered_output_write;
  G_OUTPUT_STREAM_CLASS (klass)->flush = namida_buffered_output_flush;
}

static void
namida_buffered_output_init (NamidaBufferedOutput *self)
{
}

static void
namida_buffered_output_pollable_init (GPollableOutputStreamInterface *iface)
{
  iface->is_writable = namida_buffered_output_is_writable;
  iface->write_nonblocking = namida_buffered_output_write_nonblocking;
  iface->create_source = namida_buffered_output_create_source;
}

/* ---- the stream ---- */

#define NAMIDA_TYPE_BUFFERED_STREAM (namida_buffered_stream_get_type ())
G_DECLARE_FINAL_TYPE (NamidaBufferedStream, namida_buffered_stream, NAMIDA, BUFFERED_STREAM, GIOStream)

struct _NamidaBufferedStream
{
  GIOStream parent_instance;
  GSocketConnection *base;
  NamidaBufferedInput *input;
  NamidaBufferedOutput *output;
};

G_DEFINE_TYPE (NamidaBufferedStream, namida_buffered_stream, G_TYPE_IO_STREAM)

static GInputStream *
namida_buffered_stream_get_input (GIOStream *stream)
{
  return G_INPUT_STREAM (NAMIDA_BUFFERED_STREAM (stream)->input);
}

static GOutputStream *
namida_buffered_stream_get_output (GIOStream *stream)
{
  return G_OUTPUT_STREAM (NAMIDA_BUFFERED_STREAM (stream)->output);
}

static gboolean
namida_buffered_stream_close (GIOStream *stream, GCancellable *cancellable, GError **error)
{
  return g_io_stream_close (G_IO_STREAM (NAMIDA_BUFFERED_STREAM (stream)->base), cancellable, error);
}

/* Closing a socket does not block. GIOStream's default implementation would use a thread. */
static void
namida_buffered_stream_close_async (
    GIOStream *stream, int priority, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (stream, cancellable, callback, user_data);
  GError *error = NULL;

  g_task_set_source_tag (task, namida_buffered_stream_close_async);
  if (namida_buffered_stream_close (stream, cancellable, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static gboolean
namida_buffered_stream_close_finish (GIOStream *stream, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
namida_buffered_stream_finalize (GObject *object)
{
  NamidaBufferedStream *self = NAMIDA_BUFFERED_STREAM (object);

  /* GIOStream's dispose has closed the stream through this class, so the base must live until here. */
  g_clear_object (&self->input);
  g_clear_object (&self->output);
  g_clear_object (&self->base);
  G_OBJECT_CLASS (namida_buffered_stream_parent_class)->finalize (object);
}

static void
namida_buffered_stream_class_init (NamidaBufferedStreamClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = namida_buffered_stream_finalize;
  G_IO_STREAM_CLASS (klass)->get_input_stream = namida_buffered_stream_get_input;
  G_IO_STREAM_CLASS (klass)->get_output_stream = namida_buffered_stream_get_output;
  G_IO_STREAM_CLASS (klass)->close_fn = namida_buffered_stream_close;
  G_IO_STREAM_CLASS (klass)->close_async = namida_buffered_stream_close_async;
  G_IO_STREAM_CLASS (klass)->close_finish = namida_buffered_stream_close_finish;
}

static void
namida_buffered_stream_init (NamidaBufferedStream *self)
{
  self->input = g_object_new (NAMIDA_TYPE_BUFFERED_INPUT, NULL);
  self->output = g_object_new (NAMIDA_TYPE_BUFFERED_OUTPUT, NULL);
}

GIOStream *
namida_buffered_stream_new (GSocketConnection *connection)
{
  NamidaBufferedStream *self = g_object_new (NAMIDA_TYPE_BUFFERED_STREAM, NULL);

  self->base = g_object_ref (connection);
  self->input->base = g_object_ref (g_io_stream_get_input_stream (G_IO_STREAM (connection)));
  self->output->base = g_object_ref (g_io_stream_get_output_stream (G_IO_STREAM (connection)));
  self->output->socket = g_socket_connection_get_socket (connection);
  return G_IO_STREAM (self);
}

void
namida_buffered_stream_expect_handshake (GIOStream *stream)
{
  NAMIDA_BUFFERED_STREAM (stream)->input->is_server = TRUE;
}

void
namida_buffered_stream_end_handshake (GIOStream *stream)
{
  NAMIDA_BUFFERED_STREAM (stream)->input->is_secured = TRUE;
}

void
namida_buffered_stream_expect_much (GIOStream *stream)
{
  g_autoptr (GIOStream) base = NULL;

  if (G_IS_TLS_CONNECTION (stream))
    g_object_get (stream, "base-io-stream", &base, NULL);
  if (base != NULL && G_TYPE_CHECK_INSTANCE_TYPE (base, NAMIDA_TYPE_BUFFERED_STREAM))
    stream = base;
  if (G_TYPE_CHECK_INSTANCE_TYPE (stream, NAMIDA_TYPE_BUFFERED_STREAM))
    g_atomic_int_set (&((NamidaBufferedStream *) stream)->input->expects_much, TRUE);
}

void
namida_buffered_stream_cork (GIOStream *stream, gboolean corked)
{
  NamidaBufferedStream *self = NAMIDA_BUFFERED_STREAM (stream);

  self->output->corked = corked;
  self->output->moved_at = namida_clock_monotonic ();
  /* What cannot be written now stays in the buffer. The next write or flush gets the same error and reports it. */
  if (!corked)
    buffered_stream_output_drain (self->output, TRUE, NULL, NULL);
}

void
namida_buffered_stream_set_silence (GIOStream *stream, guint seconds)
{
  NAMIDA_BUFFERED_STREAM (stream)->output->silence = (gint64) seconds * G_USEC_PER_SEC;
}

void
namida_buffered_stream_set_stall (GIOStream *stream, guint seconds)
{
  NAMIDA_BUFFERED_STREAM (stream)->output->stall = (gint64) seconds * G_USEC_PER_SEC;
}

gboolean
namida_buffered_stream_wait_taken (GIOStream *stream, GCancellable *cancellable, GError **error)
{
  return buffered_stream_output_wait (NAMIDA_BUFFERED_STREAM (stream)->output, G_IO_IN, cancellable, error);
}

gboolean
namida_buffered_stream_wait_room (GIOStream *stream, GCancellable *cancellable, GError **error)
{
  return buffered_stream_output_wait (NAMIDA_BUFFERED_STREAM (stream)->output, G_IO_OUT | G_IO_IN, cancellable, error);
}

gboolean
namida_buffered_stream_flush_nonblocking (GIOStream *stream, GError **error)
{
  return buffered_stream_output_drain (NAMIDA_BUFFERED_STREAM (stream)->output, FALSE, NULL, error);
}

GSocket *
namida_buffered_stream_get_socket (GIOStream *stream)
{
  return g_socket_connection_get_socket (NAMIDA_BUFFERED_STREAM (stream)->base);
}
