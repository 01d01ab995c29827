/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests fetching over connections that break in the middle of a TLS record: a corked stream is sent in pieces of 256
 * KiB, which is not a multiple of the record size. */
#include "config.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "namida-error.h"
#include "namida-fixtures.h"
#include "namida-http-connection.h"
#include "namida-pull-worker.h"
#include "namida-tls.h"
#include "namida-transfer-private.h"

#define SIZE (3u * 1024 * 1024 + 17)
#define MOST_REQUESTS 32

/* ---- what keeps the backup ---- */

typedef struct
{
  NamidaIdentity *identity;
  GSocketService *service;
  guint16 port;
  guint8 *data;
  gsize share; /* bytes that one connection brings before it is cut; 0: all, at once */
  int n_requests;
  guint64 offsets[MOST_REQUESTS]; /* that were asked for */
} Keeper;

static guint64
read_request (GInputStream *input)
{
  g_autoptr (GString) head = g_string_new (NULL);
  const char *range;
  char c;

  while (!g_str_has_suffix (head->str, "\r\n\r\n") && g_input_stream_read (input, &c, 1, NULL, NULL) == 1)
    g_string_append_c (head, c);
  range = strstr (head->str, "Range: bytes=");
  return range != NULL ? g_ascii_strtoull (range + strlen ("Range: bytes="), NULL, 10) : 0;
}

static gboolean
on_run (GThreadedSocketService *service, GSocketConnection *connection, GObject *source, gpointer user_data)
{
  Keeper *keeper = user_data;
  g_autoptr (GIOStream) buffered = namida_buffered_stream_new (connection);
  g_autoptr (GTlsConnection) tls = namida_tls_server_new (keeper->identity, buffered, NULL);
  GOutputStream *output = g_io_stream_get_output_stream (G_IO_STREAM (tls));
  guint64 offset;
  g_autofree char *head = NULL;
  gsize length;
  int n;

  if (!g_tls_connection_handshake (tls, NULL, NULL))
    return TRUE;
  offset = read_request (g_io_stream_get_input_stream (G_IO_STREAM (tls)));
  n = g_atomic_int_add (&keeper->n_requests, 1);
  g_assert_cmpint (n, <, MOST_REQUESTS);
  keeper->offsets[n] = offset;
  length = SIZE - (gsize) offset;
  head = g_strdup_printf ("HTTP/1.1 %s\r\nContent-Length: %zu\r\n\r\n", offset > 0 ? "206 Some" : "200 All", length);
  namida_buffered_stream_cork (buffered, TRUE);
  if (keeper->share > 0)
    length = MIN (length, keeper->share);
  g_output_stream_write_all (output, head, strlen (head), NULL, NULL, NULL);
  g_output_stream_write_all (output, keeper->data + offset, length, NULL, NULL, NULL);
  if (keeper->share == 0 || length < keeper->share)
    namida_buffered_stream_cork (buffered, FALSE);
  g_socket_close (g_socket_connection_get_socket (connection), NULL);
  return TRUE;
}

static void
keeper_init (Keeper *keeper, NamidaIdentity *identity, gsize share)
{
  keeper->identity = identity;
  keeper->share = share;
  keeper->data = g_malloc (SIZE);
  for (guint i = 0; i < SIZE; i++)
    keeper->data[i] = (guint8) (i ^ (i >> 8) ^ (i >> 16));
  keeper->service = g_threaded_socket_service_new (4);
  keeper->port = g_socket_listener_add_any_inet_port (G_SOCKET_LISTENER (keeper->service), NULL, NULL);
  g_assert_cmpuint (keeper->port, !=, 0);
  g_signal_connect (keeper->service, "run", G_CALLBACK (on_run), keeper);
  g_socket_service_start (keeper->service);
}

static void
keeper_clear (Keeper *keeper)
{
  g_socket_service_stop (keeper->service);
  g_socket_listener_close (G_SOCKET_LISTENER (keeper->service));
  g_object_unref (keeper->service);
  g_free (keeper->data);
}

/* ---- where it lands: one file ---- */

#define TEST_TYPE_SINK (test_sink_get_type ())
G_DECLARE_FINAL_TYPE (TestSink, test_sink, TEST, SINK, GObject)
struct _TestSink
{
  GObject parent_instance;
  char *path;
};

static int
test_sink_open_part (NamidaSink *sink, guint index, guint64 offset, NamidaDigest *digest, GError **error)
{
  int fd = open (TEST_SINK (sink)->path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  g_autofree guint8 *before = g_malloc (MAX (offset, 1));

  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpint (read (fd, before, offset), ==, (ssize_t) offset);
  namida_digest_update (digest, before, offset);
  return fd;
}

static gboolean
test_sink_close_part (NamidaSink *sink, guint index, int fd, guint64 size, gboolean complete, GError **error)
{
  close (fd);
  return TRUE;
}

static void
test_sink_interface_init (NamidaSinkInterface *iface)
{
  iface->open_part = test_sink_open_part;
  iface->close_part = test_sink_close_part;
}

G_DEFINE_TYPE_WITH_CODE (TestSink,
                         test_sink,
                         G_TYPE_OBJECT,
                         G_IMPLEMENT_INTERFACE (NAMIDA_TYPE_SINK, test_sink_interface_init))

static void
test_sink_class_init (TestSinkClass *klass)
{
}

static void
test_sink_init (TestSink *self)
{
}

/* ---- tests ---- */

typedef struct
{
  char *folder;
  NamidaIdentity *identity;
  Keeper keeper;
  TestSink *sink;
  NamidaTransfer *transfer;
  char *hash;
  GError *error;
} Case;

typedef struct
{
  NamidaPull *pull;
  GError **error;
  gboolean ok;
  int over; /* atomic */
} Run;

static gpointer
run_thread (gpointer user_data)
{
  Run *run = user_data;

  run->ok = namida_pull_run (run->pull, run->error);
  g_atomic_int_set (&run->over, TRUE);
  g_main_context_wakeup (NULL);
  return NULL;
}

static gboolean
run (Case *self)
{
  g_autoptr (GPtrArray) addresses = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (NamidaBackup) backup = namida_backup_new ();
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  NamidaEntry *entry = namida_entry_new ();
  NamidaWant want = { .wanted = TRUE };
  NamidaPull pull = { .identity = self->identity,
                      .addresses = addresses,
                      .fingerprint = namida_identity_get_fingerprint (self->identity),
                      .session_id = "s",
                      .backup = backup,
                      .sink = NAMIDA_SINK (self->sink),
                      .transfer = self->transfer,
                      .wants = &want,
                      .hashes = &self->hash };
  Run job = { .pull = &pull, .error = &self->error };
  GThread *thread;

  entry->id = g_strdup ("f1");
  entry->name = g_strdup ("a.flac");
  entry->label = g_strdup ("Music");
  entry->relative_path = g_strdup ("a.flac");
  entry->kind = NAMIDA_ENTRY_FILE;
  entry->size = SIZE;
  namida_backup_add (backup, entry);
  namida_transfer_set_backup (self->transfer, backup);
  g_ptr_array_add (addresses, g_inet_socket_address_new (loopback, self->keeper.port));
  thread = g_thread_new ("run", run_thread, &job);
  /* Connections are accepted in the main context. */
  while (!g_atomic_int_get (&job.over))
    g_main_context_iteration (NULL, TRUE);
  g_thread_join (thread);
  return job.ok;
}

static void
set_up (Case *self, gsize share)
{
  self->folder = g_dir_make_tmp ("namida-pull-XXXXXX", NULL);
  self->identity = namida_identity_load (self->folder, &self->error);
  g_assert_no_error (self->error);
  keeper_init (&self->keeper, self->identity, share);
  self->sink = g_object_new (TEST_TYPE_SINK, NULL);
  self->sink->path = g_build_filename (self->folder, "part", NULL);
  self->transfer = namida_transfer_new (NAMIDA_DIRECTION_RECEIVE, "Keeper", NULL, TRUE);
}

static void
tear_down (Case *self)
{
  keeper_clear (&self->keeper);
  fixtures_remove (self->folder);
  g_free (self->sink->path);
  g_object_unref (self->sink);
  g_object_unref (self->transfer);
  g_object_unref (self->identity);
  g_clear_error (&self->error);
  g_free (self->hash);
  g_free (self->folder);
}

static void
assert_whole (Case *self)
{
  g_autofree char *wanted = namida_digest_bytes (self->keeper.data, SIZE);
  g_autofree char *contents = NULL;
  gsize length = 0;

  g_assert_no_error (self->error);
  g_assert_cmpstr (self->hash, ==, wanted);
  g_assert_true (g_file_get_contents (self->sink->path, &contents, &length, NULL));
  g_assert_cmpmem (contents, length, self->keeper.data, SIZE);
  namida_transfer_sample (self->transfer);
  g_assert_cmpuint (namida_transfer_get_done_bytes (self->transfer), ==, SIZE);
}

static void
test_whole (void)
{
  Case self = { 0 };

  set_up (&self, 0);
  g_assert_true (run (&self));
  assert_whole (&self);
  g_assert_cmpint (self.keeper.n_requests, ==, 1);
  tear_down (&self);
}

/* More breaks than a connection that brings nothing may have. */
static void
test_cut (void)
{
  Case self = { 0 };

  set_up (&self, 600 * 1024);
  g_assert_true (run (&self));
  assert_whole (&self);
  g_assert_cmpint (self.keeper.n_requests, >, (int) NAMIDA_MAX_BREAKS + 1);
  for (int i = 1; i < self.keeper.n_requests; i++)
    g_assert_cmpuint (self.keeper.offsets[i], >, self.keeper.offsets[i - 1]);
  tear_down (&self);
}

/* Who never brings anything is given up, in plain words. */
static void
test_given_up (void)
{
  Case self = { 0 };

  set_up (&self, 1);
  g_assert_false (run (&self));
  g_assert_error (self.error, NAMIDA_ERROR, NAMIDA_ERROR_UNREACHABLE);
  g_assert_null (strstr (self.error->message, "TLS"));
  g_assert_cmpint (self.keeper.n_requests, ==, (int) NAMIDA_MAX_BREAKS + 1);
  g_assert_null (self.hash);
  tear_down (&self);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  namida_http_set_back_off_for_tests (50);
  g_test_add_func ("/pull/whole", test_whole);
  g_test_add_func ("/pull/cut", test_cut);
  g_test_add_func ("/pull/given-up", test_given_up);
  return g_test_run ();
}
