/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Creates a server and sends raw requests to it for tests; see the header. */
#include "config.h"

#include "server-world.h"

#include <gio/gio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "namida-clock.h"
#include "namida-error.h"
#include "namida-fixtures.h"
#include "namida-limits.h"
#include "namida-pair-request.h"
#include "namida-pairing.h"
#include "namida-server.h"
#include "namida-tls.h"
#include "pack-sample.h"

/* ---- a sink in memory ---- */

static const char *
sink_id (NamidaSink *sink)
{
  return "session-x";
}

static void
sink_wait (TestSink *self)
{
  if (!g_atomic_int_get (&self->hold))
    return;
  g_atomic_int_set (&self->waits, TRUE);
  g_main_context_wakeup (NULL);
  while (g_atomic_int_get (&self->hold))
    g_usleep (1000);
}

static gboolean
sink_prepare (
    NamidaSink *sink, NamidaBackup *backup, GBytes *manifest, NamidaWant *wants, GCancellable *c, GError **error)
{
  sink_wait (TEST_SINK (sink));
  if (TEST_SINK (sink)->fails_cancelled && g_cancellable_set_error_if_cancelled (c, error))
    return FALSE;
  for (guint i = 0; i < namida_backup_get_entries (backup)->len; i++)
    wants[i].wanted = TEST_SINK (sink)->wanted;
  return TRUE;
}

static int
sink_open (NamidaSink *sink, guint index, guint64 offset, NamidaDigest *digest, GError **error)
{
  TestSink *self = TEST_SINK (sink);
  g_autofree char *before = g_malloc (offset + 1);

  if (self->slow != NULL)
    {
      g_atomic_int_inc (&self->held);
      g_mutex_lock (self->slow);
      g_mutex_unlock (self->slow);
    }
  if (self->fds[index] == 0)
    self->fds[index] = memfd_create ("part", MFD_CLOEXEC);
  g_assert_cmpint (pread (self->fds[index], before, offset, 0), ==, (gssize) offset);
  namida_digest_update (digest, before, offset);
  g_assert_no_errno (ftruncate (self->fds[index], (off_t) offset));
  return dup (self->fds[index]);
}

static gboolean
sink_close (NamidaSink *sink, guint index, int fd, guint64 size, gboolean complete, GError **error)
{
  g_assert_cmpint (lseek (fd, 0, SEEK_END), ==, (off_t) size);
  close (fd);
  return TRUE;
}

static gboolean
sink_commit (NamidaSink *sink, NamidaCommit *files, guint n, GError **error)
{
  TestSink *self = TEST_SINK (sink);

  sink_wait (self);
  if (self->full)
    {
      g_set_error_literal (error, NAMIDA_ERROR, NAMIDA_ERROR_NO_SPACE, "full");
      return FALSE;
    }
  self->committed++;
  for (guint i = 0; i < n; i++)
    if (files[i].result == NAMIDA_FILE_KEPT_EXISTING)
      continue; /* it was not wanted */
    else if (files[i].received_sha256 == NULL || files[i].sent_sha256 == NULL)
      files[i].result = NAMIDA_FILE_MISSING;
    else
      files[i].result
          = g_str_equal (files[i].received_sha256, files[i].sent_sha256) ? NAMIDA_FILE_STORED : NAMIDA_FILE_MISMATCH;
  return TRUE;
}

static void
sink_park (NamidaSink *sink)
{
  g_atomic_int_inc (&TEST_SINK (sink)->parked);
}

static void
sink_discard (NamidaSink *sink)
{
  g_atomic_int_inc (&TEST_SINK (sink)->discarded);
}

static char *
sink_folder (NamidaSink *sink)
{
  return g_strdup ("/there");
}

static void
sink_iface_init (NamidaSinkInterface *iface)
{
  iface->get_session_id = sink_id;
  iface->prepare = sink_prepare;
  iface->open_part = sink_open;
  iface->close_part = sink_close;
  iface->commit = sink_commit;
  iface->park = sink_park;
  iface->discard = sink_discard;
  iface->dup_folder = sink_folder;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (TestSink,
                               test_sink,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (NAMIDA_TYPE_SINK, sink_iface_init))

static void
test_sink_finalize (GObject *object)
{
  for (guint i = 0; i < 8; i++)
    if (TEST_SINK (object)->fds[i] > 0)
      close (TEST_SINK (object)->fds[i]);
  G_OBJECT_CLASS (test_sink_parent_class)->finalize (object);
}

static void
test_sink_class_init (TestSinkClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = test_sink_finalize;
}

static void
test_sink_init (TestSink *self)
{
  self->wanted = TRUE;
}

/* ---- a server and a raw client ---- */

static void
on_offer (NamidaServer *server, NamidaOffer *offer, gpointer user_data)
{
  Fixture *fixture = user_data;

  fixture->n_offers++;
  g_set_object (&fixture->offer, offer);
  if (fixture->mode == ACCEPT)
    namida_offer_accept (offer, NAMIDA_SINK (fixture->sink));
  else if (fixture->mode == DECLINE)
    namida_offer_decline (offer);
}

static void
on_pair (NamidaServer *server, NamidaPairRequest *request, gpointer user_data)
{
  g_set_object (&((Fixture *) user_data)->pair, request);
}

static void
on_drop_parked (NamidaServer *server, const char *fingerprint, const char *id, gpointer user_data)
{
  Fixture *fixture = user_data;

  /* A device without encryption has none. */
  if (fingerprint != NULL)
    g_assert_cmpstr (fingerprint, ==, namida_identity_get_fingerprint (fixture->other));
  /* The hub would say that the other device canceled it. */
  g_assert_true (namida_transfer_is_final (namida_offer_get_transfer (fixture->offer)));
  g_free (fixture->dropped);
  fixture->dropped = g_strdup (id);
}

void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  fixture->dir = g_dir_make_tmp ("namida-XXXXXX", NULL);
  fixture->other_dir = g_dir_make_tmp ("namida-XXXXXX", NULL);
  fixture->identity = namida_identity_load (fixture->dir, &error);
  g_assert_no_error (error);
  fixture->other = namida_identity_load (fixture->other_dir, &error);
  g_assert_no_error (error);
  fixture->server = namida_server_new (fixture->identity);
  fixture->sink = g_object_new (TEST_TYPE_SINK, NULL);
  g_signal_connect (fixture->server, "offer", G_CALLBACK (on_offer), fixture);
  g_signal_connect (fixture->server, "pair-request", G_CALLBACK (on_pair), fixture);
  g_signal_connect (fixture->server, "drop-parked", G_CALLBACK (on_drop_parked), fixture);
  namida_server_start (fixture->server, "127.0.0.1", 0, &error);
  g_assert_no_error (error);
}

static void
on_stopped (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(gboolean *) user_data = namida_server_stop_finish (NAMIDA_SERVER (source), result, NULL);
}

void
tear_down (Fixture *fixture, gconstpointer data)
{
  gboolean stopped = FALSE;

  namida_server_stop_async (fixture->server, on_stopped, &stopped);
  while (!stopped)
    g_main_context_iteration (NULL, TRUE);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_clear_object (&fixture->offer);
  g_clear_object (&fixture->pair);
  g_clear_object (&fixture->server);
  g_clear_object (&fixture->sink);
  g_clear_object (&fixture->identity);
  g_clear_object (&fixture->other);
  fixtures_remove (fixture->dir);
  fixtures_remove (fixture->other_dir);
  g_free (fixture->dir);
  g_free (fixture->other_dir);
  g_free (fixture->dropped);
}

static gboolean
on_accept (GTlsConnection *tls, GTlsCertificate *certificate, GTlsCertificateFlags errors, gpointer user_data)
{
  return TRUE;
}

static gpointer
exchange_thread (gpointer user_data)
{
  Exchange *self = user_data;
  g_autoptr (GInetAddress) address = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) there = g_inet_socket_address_new (address, self->port);
  g_autoptr (GIOStream) stream = NULL;
  gsize size;
  const char *data = g_bytes_get_data (self->request, &size);
  char buffer[4096];
  gssize n;

  if (self->how == PLAIN || self->how == NO_CERTIFICATE)
    {
      g_autoptr (GSocketClient) client = g_socket_client_new ();

      stream = G_IO_STREAM (g_socket_client_connect (client, G_SOCKET_CONNECTABLE (there), NULL, NULL));
      if (self->how == NO_CERTIFICATE)
        {
          g_autoptr (GIOStream) base = g_steal_pointer (&stream);

          stream = g_tls_client_connection_new (base, NULL, NULL);
          g_signal_connect (stream, "accept-certificate", G_CALLBACK (on_accept), NULL);
        }
    }
  else
    stream = G_IO_STREAM (namida_tls_connect (self->how == OTHER ? self->fixture->identity : self->fixture->other,
                                              G_INET_SOCKET_ADDRESS (there),
                                              namida_identity_get_fingerprint (self->fixture->identity), NULL, NULL,
                                              NULL));
  if (stream != NULL)
    {
      g_output_stream_write_all (g_io_stream_get_output_stream (stream), data, size, NULL, NULL, NULL);
      if (self->hang_up_ms > 0)
        g_usleep (self->hang_up_ms * 1000);
      else
        while ((n = g_input_stream_read (g_io_stream_get_input_stream (stream), buffer, sizeof buffer, NULL, NULL)) > 0)
          g_string_append_len (self->answer, buffer, n);
      g_io_stream_close (stream, NULL, NULL);
    }
  g_atomic_int_set (&self->done, TRUE);
  g_main_context_wakeup (NULL);
  return NULL;
}

Exchange *
exchange_begin (Fixture *fixture, How how, const char *request, gssize length, guint hang_up_ms, GThread **thread)
{
  Exchange *self = g_new0 (Exchange, 1);

  self->fixture = fixture;
  self->how = how;
  self->port = namida_server_get_port (fixture->server);
  self->request = g_bytes_new (request, length < 0 ? strlen (request) : (gsize) length);
  self->answer = g_string_new (NULL);
  self->hang_up_ms = hang_up_ms;
  *thread = g_thread_new ("client", exchange_thread, self);
  return self;
}

char *
exchange_end (Exchange *self, GThread *thread)
{
  char *answer;

  while (!g_atomic_int_get (&self->done))
    g_main_context_iteration (NULL, TRUE);
  g_thread_join (thread);
  g_bytes_unref (self->request);
  answer = g_string_free (self->answer, FALSE);
  g_free (self);
  return answer;
}

char *
exchange (Fixture *fixture, How how, const char *request, gssize length)
{
  GThread *thread;
  Exchange *self = exchange_begin (fixture, how, request, length, 0, &thread);

  return exchange_end (self, thread);
}

void
expect (Fixture *fixture, How how, const char *request, gssize length, int status, const char *code)
{
  g_autofree char *answer = exchange (fixture, how, request, length);
  g_autofree char *start = g_strdup_printf ("HTTP/1.1 %d ", status);
  g_autofree char *word = g_strdup_printf ("\"code\":\"%s\"", code);

  g_test_message ("%.40s → %s", request, answer);
  g_assert_true (g_str_has_prefix (answer, start));
  if (code != NULL)
    g_assert_nonnull (strstr (answer, word));
}

char *
post (const char *path, const char *body)
{
  return g_strdup_printf ("POST " PREFIX
                          "%s HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n%s",
                          path, strlen (body), body);
}

char *
make_offer (guint64 size)
{
  g_autoptr (NamidaBackup) backup = namida_backup_new ();
  NamidaEntry *entry = namida_entry_new ();
  g_autofree char *body = NULL;
  gsize length;

  entry->kind = NAMIDA_ENTRY_FILE;
  entry->id = g_strdup ("f1");
  entry->name = g_strdup ("a.flac");
  entry->label = g_strdup ("Music");
  entry->relative_path = g_strdup ("a.flac");
  entry->size = size;
  namida_backup_add (backup, entry);
  body = namida_offer_message_format (NULL, NULL, backup, &length);
  return post ("prepare-upload", body);
}

char *
offered (Fixture *fixture, guint64 size)
{
  g_autofree char *request = make_offer (size);
  g_autofree char *answer = exchange (fixture, TLS, request, -1);
  g_autoptr (NamidaOfferAnswer) parsed = NULL;
  char *body = strstr (answer, "\r\n\r\n");
  g_autoptr (GError) error = NULL;

  g_test_message ("%s", answer);
  g_assert_true (g_str_has_prefix (answer, "HTTP/1.1 200 "));
  parsed = namida_offer_answer_parse (body + 4, strlen (body + 4), &error);
  g_assert_no_error (error);
  return g_strdup (((NamidaGrant *) g_hash_table_lookup (parsed->files, "f1"))->token);
}

GBytes *
upload_request (const char *token, guint64 offset, const char *data, gsize length, gboolean chunked, gboolean close_it)
{
  GByteArray *bytes = g_byte_array_new ();
  g_autofree char *head
      = g_strdup_printf ("POST " PREFIX "upload?sessionId=session-x&fileId=f1&token=%s&offset=%" G_GUINT64_FORMAT
                         " HTTP/1.1\r\nHost: 127.0.0.1\r\n%s",
                         token, offset, close_it ? "Connection: close\r\n" : "");
  g_autofree char *length_text = chunked ? g_strdup_printf ("Transfer-Encoding: chunked\r\n\r\n%zx\r\n", length)
                                         : g_strdup_printf ("Content-Length: %zu\r\n\r\n", length);

  g_byte_array_append (bytes, (guint8 *) head, (guint) strlen (head));
  g_byte_array_append (bytes, (guint8 *) length_text, (guint) strlen (length_text));
  g_byte_array_append (bytes, (const guint8 *) data, (guint) length);
  if (chunked)
    g_byte_array_append (bytes, (const guint8 *) "\r\n0\r\n\r\n", 7);
  return g_byte_array_free_to_bytes (bytes);
}

void
upload (Fixture *fixture,
        How how,
        const char *token,
        guint64 offset,
        const char *data,
        gsize length,
        gboolean chunked,
        int status,
        const char *code)
{
  g_autoptr (GBytes) request = upload_request (token, offset, data, length, chunked, TRUE);

  expect (fixture, how, g_bytes_get_data (request, NULL), (gssize) g_bytes_get_size (request), status, code);
}

void
finish (Fixture *fixture, const char *hash, int status, const char *needle)
{
  g_autofree char *body = g_strdup_printf ("{\"files\":{\"f1\":\"%s\"}}", hash);
  g_autofree char *request = post ("finish?sessionId=session-x", body);
  g_autofree char *answer = exchange (fixture, TLS, request, -1);
  g_autofree char *start = g_strdup_printf ("HTTP/1.1 %d ", status);

  g_test_message ("%s", answer);
  g_assert_true (g_str_has_prefix (answer, start));
  g_assert_nonnull (strstr (answer, needle));
}

/* ---- the tests ---- */

static gboolean
on_later (gpointer data)
{
  *(gboolean *) data = TRUE;
  return G_SOURCE_REMOVE;
}

void
iterate (guint ms)
{
  gboolean over = FALSE;

  g_timeout_add (ms, on_later, &over);
  while (!over)
    g_main_context_iteration (NULL, TRUE);
}

/* How often the sink was parked or discarded, after at most ten seconds. */
int
wait_for_end (Fixture *fixture)
{
  int ended = 0;

  for (guint i = 0; i < 1000 && ended == 0; i++)
    {
      iterate (10);
      ended = g_atomic_int_get (&fixture->sink->discarded) + g_atomic_int_get (&fixture->sink->parked);
    }
  return ended;
}

void
wait_for_sink (Fixture *fixture)
{
  while (!g_atomic_int_get (&fixture->sink->waits))
    g_main_context_iteration (NULL, TRUE);
}
