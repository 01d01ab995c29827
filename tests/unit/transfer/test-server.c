/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

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

#define PREFIX "/api/namidasync/v1/"
#define BIG (3 * 1024 * 1024 + 5)

/* ---- a sink in memory ---- */

#define TEST_TYPE_SINK (test_sink_get_type ())
G_DECLARE_FINAL_TYPE (TestSink, test_sink, TEST, SINK, GObject)
struct _TestSink
{
  GObject parent_instance;
  int fds[8];
  gboolean wanted;
  gboolean full; /* commit finds no space */
  GMutex *slow;  /* (nullable): a slow disk: a part is opened only when this is free */
  gint hold;     /* prepare and commit wait while this is set */
  gint waits;    /* one of them has begun to wait */
  gboolean fails_cancelled;
  gint parked, discarded, committed;
  gint held; /* atomic */
};

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

typedef enum
{
  ACCEPT,
  DECLINE,
  HOLD
} Mode;
typedef struct
{
  char *dir, *other_dir;
  NamidaIdentity *identity, *other;
  NamidaServer *server;
  TestSink *sink;
  Mode mode;
  NamidaOffer *offer;
  NamidaPairRequest *pair;
  char *dropped; /* (nullable): the session of the last "drop-parked" */
  int n_offers;
} Fixture;

typedef enum
{
  TLS,
  PLAIN,
  OTHER,
  NO_CERTIFICATE,
} How;

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

static void
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

static void
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

typedef struct
{
  Fixture *fixture;
  How how;
  GBytes *request;
  GString *answer;
  guint hang_up_ms; /* closes instead of reading */
  guint16 port;
  gint done;
} Exchange;

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

static Exchange *
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

static char *
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

static char *
exchange (Fixture *fixture, How how, const char *request, gssize length)
{
  GThread *thread;
  Exchange *self = exchange_begin (fixture, how, request, length, 0, &thread);

  return exchange_end (self, thread);
}

static void
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

static char *
post (const char *path, const char *body)
{
  return g_strdup_printf ("POST " PREFIX
                          "%s HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n%s",
                          path, strlen (body), body);
}

static char *
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

static char *
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

static GBytes *
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

static void
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

static void
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

static void
test_routes (Fixture *fixture, gconstpointer data)
{
  g_autofree char *offer = make_offer (3);
  g_autofree char *pair = post ("pair", "{}");
  g_autofree char *bad = post ("prepare-upload", "{\"files\":7}");

  expect (fixture, PLAIN, "GET " PREFIX "register HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", -1, 200, NULL);
  expect (fixture, TLS, "GET " PREFIX "register HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", -1, 200, NULL);
  expect (fixture, TLS, "GET " PREFIX "nothing HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", -1, 404, "not-found");
  expect (fixture, TLS, "GET /../etc HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", -1, 404, "not-found");
  expect (fixture, TLS, "PUT " PREFIX "register HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 0\r\n\r\n", -1, 405,
          "method");
  expect (fixture, TLS, "GET " PREFIX "pair HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", -1, 405, "method");
  expect (fixture, PLAIN, offer, -1, 403, "encryption-required");
  expect (fixture, PLAIN, pair, -1, 403, "encryption-required");
  expect (fixture, PLAIN, "GET " PREFIX "session?sessionId=1 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", -1, 403,
          "encryption-required");
  expect (fixture, TLS, "GET " PREFIX "session?sessionId=1 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", -1, 404, "not-found");
  expect (fixture, NO_CERTIFICATE, "GET " PREFIX "register HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", -1, 200, NULL);
  expect (fixture, NO_CERTIFICATE, offer, -1, 403, "certificate-required");
  expect (fixture, TLS, bad, -1, 400, NULL);
  expect (fixture, TLS, "POST " PREFIX "pair HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 2000000\r\n\r\n", -1, 413,
          "too-large");
  g_assert_cmpint (fixture->n_offers, ==, 0);
}

static void
test_chunked_limit (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GString) request = g_string_new (
      "POST " PREFIX "pair HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n180000\r\n");

  for (guint i = 0; i < 0x180000; i++)
    g_string_append_c (request, ' ');
  g_string_append (request, "\r\n0\r\n\r\n");
  expect (fixture, TLS, request->str, (gssize) request->len, 413, "too-large");
}

static void
test_whole (Fixture *fixture, gconstpointer data)
{
  g_autofree char *content = g_malloc (BIG);
  g_autofree char *token = NULL;
  g_autofree char *hash = NULL;

  for (gsize i = 0; i < BIG; i++)
    content[i] = (char) (i * 7 + i / 999);
  hash = namida_digest_bytes (content, BIG);
  token = offered (fixture, BIG);
  upload (fixture, TLS, "00", 0, content, BIG, FALSE, 403, "bad-token");
  upload (fixture, OTHER, token, 0, content, BIG, FALSE, 403, "bad-token");
  upload (fixture, TLS, token, 5, content, BIG - 5, FALSE, 409, "wrong-offset");
  upload (fixture, TLS, token, 0, content, BIG - 1, FALSE, 422, "wrong-size");
  upload (fixture, TLS, token, 0, content, BIG - 1, TRUE, 422, "wrong-size");
  upload (fixture, TLS, token, 0, content, BIG, TRUE, 200, NULL);
  upload (fixture, TLS, token, 0, content, BIG, FALSE, 200, NULL);
  /* From the middle on, the hash is that of the whole. */
  upload (fixture, TLS, token, 1000, content + 1000, BIG - 1000, FALSE, 200, NULL);
  fixture->sink->full = TRUE;
  finish (fixture, hash, 507, "no-space");
  fixture->sink->full = FALSE;
  finish (fixture, hash, 200, "\"stored\"");
  finish (fixture, hash, 200, "\"stored\"");
  g_assert_cmpint (fixture->sink->committed, ==, 1);
  upload (fixture, TLS, token, 0, content, BIG, FALSE, 410, "expired");
  g_assert_cmpint (namida_transfer_get_state (namida_offer_get_transfer (fixture->offer)), ==, NAMIDA_TRANSFER_DONE);
  g_assert_cmpuint (namida_transfer_get_done_bytes (namida_offer_get_transfer (fixture->offer)), ==, BIG);
}

static void
test_keep_alive (Fixture *fixture, gconstpointer data)
{
  g_autofree char *token = offered (fixture, 3);
  g_autoptr (GBytes) first = upload_request (token, 0, "abc", 3, TRUE, FALSE);
  g_autoptr (GBytes) last = upload_request (token, 0, "abd", 3, FALSE, TRUE);
  g_autoptr (GByteArray) both = g_byte_array_new ();
  g_autofree char *answer = NULL;
  g_autofree char *hash = namida_digest_bytes ("abc", 3);

  g_byte_array_append (both, g_bytes_get_data (first, NULL), (guint) g_bytes_get_size (first));
  g_byte_array_append (both, g_bytes_get_data (last, NULL), (guint) g_bytes_get_size (last));
  answer = exchange (fixture, TLS, (char *) both->data, both->len);
  g_test_message ("%s", answer);
  g_assert_nonnull (strstr (answer, hash));
  g_assert_nonnull (strstr (strstr (answer, hash), "HTTP/1.1 200 "));
  finish (fixture, hash, 200, "\"mismatch\"");
  g_assert_cmpint (namida_transfer_get_state (namida_offer_get_transfer (fixture->offer)), ==,
                   NAMIDA_TRANSFER_INCOMPLETE);
}

/* One pack with f1 in it, as one chunk. @whole: else the body breaks off behind the file. */
static GBytes *
pack_request (const char *token, const char *data, gsize length, gboolean whole)
{
  PackSample *sample = pack_sample_new ();
  g_autofree char *name = g_strconcat ("f1/", token, NULL);
  g_autoptr (GByteArray) tar = NULL;
  GByteArray *bytes = g_byte_array_new ();
  g_autofree char *head = NULL;

  pack_sample_add (sample, name, data, length);
  tar = pack_sample_end (sample);
  head = g_strdup_printf ("POST " PREFIX "pack?sessionId=session-x HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
                          "Transfer-Encoding: chunked\r\n\r\n%x\r\n",
                          tar->len);
  g_byte_array_append (bytes, (guint8 *) head, (guint) strlen (head));
  g_byte_array_append (bytes, tar->data, whole ? tar->len : tar->len - 600);
  if (whole)
    g_byte_array_append (bytes, (const guint8 *) "\r\n0\r\n\r\n", 7);
  return g_byte_array_free_to_bytes (bytes);
}

static void
pack (Fixture *fixture, How how, const char *token, const char *data, gsize length, int status, const char *code)
{
  g_autoptr (GBytes) request = pack_request (token, data, length, TRUE);

  expect (fixture, how, g_bytes_get_data (request, NULL), (gssize) g_bytes_get_size (request), status, code);
}

static void
test_pack (Fixture *fixture, gconstpointer data)
{
  g_autofree char *token = offered (fixture, 3);
  g_autofree char *hash = namida_digest_bytes ("abc", 3);
  g_autoptr (GBytes) broken = pack_request (token, "abc", 3, FALSE);
  g_autofree char *state = NULL;
  Exchange *cut;
  GThread *thread;

  pack (fixture, TLS, "0123", "abc", 3, 403, "bad-token");
  pack (fixture, OTHER, token, "abc", 3, 403, "bad-token");
  pack (fixture, TLS, token, "abcd", 4, 422, "wrong-size");
  expect (fixture, PLAIN,
          "POST " PREFIX "pack?sessionId=session-x HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 0\r\n\r\n", -1, 403,
          "encryption-required");
  expect (fixture, TLS, "POST " PREFIX "pack HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 0\r\n\r\n", -1, 400,
          "invalid-request");
  expect (fixture, TLS,
          "POST " PREFIX "pack?sessionId=session-x HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 5\r\n\r\nabcde", -1,
          400, "invalid-request");
  /* The connection breaks behind the file: it is kept. */
  cut = exchange_begin (fixture, TLS, g_bytes_get_data (broken, NULL), (gssize) g_bytes_get_size (broken), 300,
                        &thread);
  g_free (exchange_end (cut, thread));
  state = exchange (fixture, TLS, "GET " PREFIX "session?sessionId=session-x HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", -1);
  g_assert_nonnull (strstr (state, "{\"offset\":3}"));
  /* Again: it replaces what was there and counts once. */
  pack (fixture, TLS, token, "abc", 3, 200, NULL);
  finish (fixture, hash, 200, "\"stored\"");
  g_assert_cmpuint (namida_transfer_get_done_bytes (namida_offer_get_transfer (fixture->offer)), ==, 3);
  pack (fixture, TLS, token, "abc", 3, 410, "expired");
}

static void
test_decisions (Fixture *fixture, gconstpointer data)
{
  g_autofree char *offer = make_offer (3);
  GThread *thread;
  Exchange *held;

  fixture->mode = DECLINE;
  expect (fixture, TLS, offer, -1, 403, "declined");
  fixture->mode = ACCEPT;
  fixture->sink->wanted = FALSE;
  expect (fixture, TLS, offer, -1, 204, NULL);
  g_assert_cmpint (namida_transfer_get_state (namida_offer_get_transfer (fixture->offer)), ==, NAMIDA_TRANSFER_DONE);
  g_assert_cmpint (fixture->sink->committed, ==, 1);
  fixture->mode = HOLD;
  held = exchange_begin (fixture, TLS, offer, -1, 1500, &thread);
  while (fixture->n_offers < 3)
    g_main_context_iteration (NULL, TRUE);
  expect (fixture, TLS, offer, -1, 409, "busy");
  g_free (exchange_end (held, thread));
  while (namida_offer_get_state (fixture->offer) == NAMIDA_OFFER_OPEN)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpint (namida_offer_get_state (fixture->offer), ==, NAMIDA_OFFER_WITHDRAWN);
}

#define HASH "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

/* A hash verifies nothing if it can be changed on the way together with the content. */
static void
test_unproven (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    How how;
    const char *sha256;
    gboolean unproven;
  } all[] = {
    { TLS, "\"" HASH "\"", FALSE },
    { NO_CERTIFICATE, "\"" HASH "\"", FALSE },
    { TLS, "null", TRUE },
    { PLAIN, "\"" HASH "\"", TRUE },
  };

  fixture->mode = DECLINE;
  namida_server_set_unencrypted (fixture->server, TRUE);
  for (guint i = 0; i < G_N_ELEMENTS (all); i++)
    {
      g_autofree char *body = g_strdup_printf (
          "{\"info\":{\"alias\":\"Lime\",\"version\":\"2.1\",\"fingerprint\":\"x\",\"port\":1,\"protocol\":\"http\"},"
          "\"files\":{\"f1\":{\"id\":\"f1\",\"fileName\":\"a.mp3\",\"size\":5,\"fileType\":\"audio/"
          "mpeg\",\"sha256\":%s}}}",
          all[i].sha256);
      g_autofree char *request
          = g_strdup_printf ("POST /api/localsend/v2/prepare-upload HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                             "Content-Length: %zu\r\nConnection: close\r\n\r\n%s",
                             strlen (body), body);

      expect (fixture, all[i].how, request, -1, 403, NULL);
      g_assert_cmpint (fixture->n_offers, ==, (int) i + 1);
      g_assert_cmpint (namida_transfer_get_unproven (namida_offer_get_transfer (fixture->offer)), ==, all[i].unproven);
    }
}

#define WAIT_FOR(condition)                                                                                            \
  for (guint turn = 0; !(condition); turn++)                                                                           \
    {                                                                                                                  \
      g_assert_cmpuint (turn, <, 20000);                                                                               \
      g_main_context_iteration (NULL, FALSE);                                                                          \
      g_usleep (1000);                                                                                                 \
    }

static char *
phone_offer (const char *name)
{
  g_autofree char *body
      = g_strdup_printf ("{\"backupName\":\"\",\"files\":[{\"name\":\"%s\",\"path\":\"/%s\",\"size\":5,"
                         "\"folderLabel\":\"Music\",\"relativePath\":\"%s\"}]}",
                         name, name, name);

  return post ("prepare-upload", body);
}

/* An offer that was accepted waits for the older session of the same device: not longer than anybody wants it. */
static void
test_accepted_waits (Fixture *fixture, gconstpointer data)
{
  g_autofree char *older = phone_offer ("a.mp3");
  g_autofree char *newer = phone_offer ("b.mp3");
  g_autofree char *file = post ("upload?type=music&folderLabel=Music&relativePath=a.mp3", "12345");
  g_autofree char *answer = NULL;
  GThread *uploading, *asking;
  Exchange *upload, *ask;
  GMutex hold;

  g_mutex_init (&hold);
  g_mutex_lock (&hold);
  fixture->sink->slow = &hold;
  namida_server_set_unencrypted (fixture->server, TRUE);
  expect (fixture, PLAIN, older, -1, 200, NULL);
  upload = exchange_begin (fixture, PLAIN, file, -1, 0, &uploading);
  WAIT_FOR (g_atomic_int_get (&fixture->sink->held) > 0);
  for (guint cancels = 0; cancels < 2; cancels++)
    {
      NamidaTransfer *transfer;

      ask = exchange_begin (fixture, PLAIN, newer, -1, cancels ? 0 : 500, &asking);
      WAIT_FOR (fixture->n_offers == 2 + (int) cancels);
      transfer = namida_offer_get_transfer (fixture->offer);
      g_assert_cmpint (namida_transfer_get_state (transfer), !=, NAMIDA_TRANSFER_INTERRUPTED);
      if (cancels)
        namida_transfer_cancel (transfer);
      WAIT_FOR (namida_transfer_get_state (transfer)
                == (cancels ? NAMIDA_TRANSFER_CANCELLED : NAMIDA_TRANSFER_INTERRUPTED));
      g_free (answer);
      answer = exchange_end (ask, asking);
    }
  g_assert_true (g_str_has_prefix (answer, "HTTP/1.1 410 "));
  g_mutex_unlock (&hold);
  g_free (exchange_end (upload, uploading));
  g_mutex_clear (&hold);
}

static void
test_pin (Fixture *fixture, gconstpointer data)
{
  g_autofree char *offer = make_offer (3);
  g_autofree char *wrong = post ("prepare-upload?pin=1", "{}");
  g_autofree char *right = post ("prepare-upload?pin=1234", "{}");

  namida_server_set_pin (fixture->server, "1234");
  expect (fixture, TLS, offer, -1, 401, "pin-required");
  for (guint i = 0; i < NAMIDA_LIMIT_PIN_TRIES; i++)
    expect (fixture, TLS, wrong, -1, 401, "pin-wrong");
  expect (fixture, TLS, right, -1, 429, "too-many");
}

static void
test_cancel (Fixture *fixture, gconstpointer data)
{
  g_autofree char *token = offered (fixture, 3);
  g_autofree char *request = post ("cancel?sessionId=session-x", "");

  expect (fixture, OTHER, request, -1, 403, "bad-token");
  expect (fixture, TLS, request, -1, 200, NULL);
  upload (fixture, TLS, token, 0, "abc", 3, FALSE, 410, "cancelled");
  while (g_atomic_int_get (&fixture->sink->discarded) == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpint (namida_transfer_get_state (namida_offer_get_transfer (fixture->offer)), ==,
                   NAMIDA_TRANSFER_CANCELLED);
  g_assert_cmpint (fixture->sink->parked, ==, 0);
}

static gboolean
on_later (gpointer data)
{
  *(gboolean *) data = TRUE;
  return G_SOURCE_REMOVE;
}

static void
iterate (guint ms)
{
  gboolean over = FALSE;

  g_timeout_add (ms, on_later, &over);
  while (!over)
    g_main_context_iteration (NULL, TRUE);
}

/* How often the sink was parked or discarded, after at most ten seconds. */
static int
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

static void
wait_for_sink (Fixture *fixture)
{
  while (!g_atomic_int_get (&fixture->sink->waits))
    g_main_context_iteration (NULL, TRUE);
}

typedef enum
{
  CANCELLED = 1 << 0, /* by the local user */
  KEPT = 1 << 1,      /* the same, and the parts are kept */
  UNTRUSTED = 1 << 2,
  FAILS = 1 << 3, /* the sink fails because of that */
  GONE = 1 << 4,  /* the sender has disconnected before */
  PAUSED = 1 << 5,
  LATE = 1 << 6, /* after the commit has failed */
} Ending;

static void
end_somehow (Fixture *fixture, Ending ending)
{
  NamidaTransfer *transfer = namida_offer_get_transfer (fixture->offer);

  if (ending & UNTRUSTED)
    namida_server_end_device (fixture->server, namida_identity_get_fingerprint (fixture->other));
  else if (ending & PAUSED)
    g_assert_true (namida_server_pause (fixture->server, transfer));
  else if (ending & KEPT)
    namida_transfer_cancel_keeping (transfer);
  else
    namida_transfer_cancel (transfer);
}

static void
assert_cancelled (Fixture *fixture)
{
  g_assert_cmpint (namida_transfer_get_state (namida_offer_get_transfer (fixture->offer)), ==,
                   NAMIDA_TRANSFER_CANCELLED);
}

/* An offer is accepted, and ends while its sink is being prepared. */
static void
test_end_preparing (Fixture *fixture, gconstpointer data)
{
  Ending ending = GPOINTER_TO_UINT (data);
  g_autofree char *request = make_offer (3);
  g_autofree char *question
      = g_strdup ("GET " PREFIX "session?sessionId=session-x HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n");
  g_autofree char *answer = NULL;
  GThread *thread;
  Exchange *offer;

  fixture->sink->hold = TRUE;
  fixture->sink->fails_cancelled = (ending & FAILS) != 0;
  offer = exchange_begin (fixture, TLS, request, -1, ending & GONE ? 1 : 0, &thread);
  wait_for_sink (fixture);
  if (ending & GONE)
    {
      answer = exchange_end (offer, thread);
      iterate (100);
    }
  end_somehow (fixture, ending);
  g_atomic_int_set (&fixture->sink->hold, FALSE);
  if (!(ending & GONE))
    {
      answer = exchange_end (offer, thread);
      g_assert_true (g_str_has_prefix (answer, "HTTP/1.1 410 "));
      g_assert_nonnull (strstr (answer, "\"code\":\"cancelled\""));
    }
  if (!(ending & FAILS))
    g_assert_cmpint (wait_for_end (fixture), ==, 1);
  assert_cancelled (fixture);
  if (ending & FAILS)
    /* The sink may have parked what it resumed. */
    g_assert_cmpstr (fixture->dropped, ==, (ending & KEPT) ? NULL : "session-x");
  g_assert_cmpint (fixture->sink->discarded, ==, ending & (FAILS | KEPT) ? 0 : 1);
  g_assert_cmpint (fixture->sink->parked, ==, !(ending & FAILS) && ending & KEPT ? 1 : 0);
  g_free (answer);
  answer = exchange (fixture, TLS, question, -1);
  g_assert_nonnull (strstr (answer, "\"state\":\"cancelled\""));
}

/* Turns the main loop for a look of the session at its clock, once a second. */
static void
let_it_look (void)
{
  iterate (1300);
}

static void
test_idle (Fixture *fixture, gconstpointer data)
{
  g_autofree char *token G_GNUC_UNUSED = offered (fixture, 3);
  gint64 now = namida_clock_monotonic ();

  namida_clock_set_fake (now + (NAMIDA_LIMIT_SESSION_IDLE_SECONDS - 10) * G_USEC_PER_SEC);
  let_it_look ();
  g_assert_cmpint (g_atomic_int_get (&fixture->sink->parked), ==, 0);
  namida_clock_set_fake (now + (NAMIDA_LIMIT_SESSION_IDLE_SECONDS + 10) * G_USEC_PER_SEC);
  let_it_look ();
  namida_clock_set_fake (-1);
  g_assert_cmpint (g_atomic_int_get (&fixture->sink->parked), ==, 1);
  g_assert_cmpint (fixture->sink->discarded, ==, 0);
  g_assert_cmpint (namida_transfer_get_state (namida_offer_get_transfer (fixture->offer)), ==,
                   NAMIDA_TRANSFER_INTERRUPTED);
}

/* The commit fails, or not, and before or after that the session is to end. */
static void
test_end_storing (Fixture *fixture, gconstpointer data)
{
  Ending ending = GPOINTER_TO_UINT (data);
  g_autofree char *token = offered (fixture, 3);
  g_autofree char *hash = namida_digest_bytes ("abc", 3);
  g_autofree char *body = g_strdup_printf ("{\"files\":{\"f1\":\"%s\"}}", hash);
  g_autofree char *request = post ("finish?sessionId=session-x", body);
  g_autofree char *answer = NULL;
  const char *expected = ending & LATE ? "507 " : !(ending & FAILS) ? "200 " : ending & PAUSED ? "409 " : "410 ";
  GThread *thread;
  Exchange *exchange;

  upload (fixture, TLS, token, 0, "abc", 3, FALSE, 200, NULL);
  fixture->sink->hold = TRUE;
  fixture->sink->full = (ending & FAILS) != 0;
  exchange = exchange_begin (fixture, TLS, request, -1, 0, &thread);
  wait_for_sink (fixture);
  if (!(ending & LATE))
    end_somehow (fixture, ending);
  iterate (50);
  g_atomic_int_set (&fixture->sink->hold, FALSE);
  answer = exchange_end (exchange, thread);
  g_test_message ("%s", answer);
  g_assert_nonnull (strstr (answer, expected));
  if (ending & LATE)
    end_somehow (fixture, ending);
  if (!(ending & FAILS))
    {
      g_assert_cmpint (namida_transfer_get_state (namida_offer_get_transfer (fixture->offer)), ==,
                       NAMIDA_TRANSFER_DONE);
      return;
    }
  g_assert_cmpint (wait_for_end (fixture), ==, 1);
  iterate (10);
  if (ending & PAUSED)
    g_assert_cmpint (namida_transfer_get_state (namida_offer_get_transfer (fixture->offer)), ==,
                     NAMIDA_TRANSFER_PAUSED);
  else
    assert_cancelled (fixture);
  /* The commit has parked what arrived. */
  g_assert_cmpstr (fixture->dropped, ==, ending & (KEPT | PAUSED) ? NULL : "session-x");
}

static void
test_garbage (Fixture *fixture, gconstpointer data)
{
  static const char *const garbage[] = { "\x16\x03\x01\xff\xff junk junk junk", "\x01\x02\x03\r\n\r\n", "GET\r\n\r\n",
                                         "GET / HTTP/9.9\r\nContent-Length: -1\r\n\r\n" };

  for (guint i = 0; i < G_N_ELEMENTS (garbage); i++)
    {
      GThread *thread;
      Exchange *self = exchange_begin (fixture, PLAIN, garbage[i], -1, 100, &thread);

      g_free (exchange_end (self, thread));
    }
  expect (fixture, TLS, "GET " PREFIX "register HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", -1, 200, NULL);
  expect (fixture, TLS,
          "POST " PREFIX
          "pair HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
          -1, 400, "invalid-request");
}

static void
test_caps (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) silent = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autofree char *answer = NULL;

  for (guint i = 0; i < NAMIDA_LIMIT_CONNECTIONS_PER_ADDRESS; i++)
    {
      GSocketConnection *one
          = g_socket_client_connect_to_host (client, "127.0.0.1", namida_server_get_port (fixture->server), NULL, NULL);

      g_assert_nonnull (one);
      g_ptr_array_add (silent, one);
    }
  answer = exchange (fixture, PLAIN, "GET " PREFIX "register HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", -1);
  g_assert_cmpstr (answer, ==, "");
  g_ptr_array_set_size (silent, 0);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  expect (fixture, PLAIN, "GET " PREFIX "register HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", -1, 200, NULL);
}

static void
test_pair (Fixture *fixture, gconstpointer data)
{
  g_autofree char *nonce = namida_random_hex (32);
  g_autofree char *commitment = namida_pairing_commitment (nonce);
  g_autofree char *body = g_strdup_printf ("{\"step\":\"commit\",\"commitment\":\"%s\"}", commitment);
  g_autofree char *request = post ("pair", body);
  g_autofree char *answer = exchange (fixture, TLS, request, -1);
  g_auto (NamidaPairMessage) message = { 0 };
  g_autofree char *reveal = NULL;
  g_autofree char *confirm = NULL;
  g_autofree char *digits = NULL;
  char *json = strstr (answer, "\r\n\r\n") + 4;

  g_assert_true (namida_pair_message_parse (json, strlen (json), &message, NULL));
  expect (fixture, OTHER, request, -1, 409, "busy");
  g_free (body);
  body = g_strdup_printf ("{\"step\":\"reveal\",\"pairId\":\"%s\",\"nonce\":\"%s\"}", message.pair_id, nonce);
  reveal = post ("pair", body);
  expect (fixture, TLS, reveal, -1, 200, NULL);
  digits = namida_pairing_digits (namida_identity_get_fingerprint (fixture->other),
                                  namida_identity_get_fingerprint (fixture->identity), nonce, message.nonce);
  g_assert_nonnull (fixture->pair);
  g_assert_cmpstr (namida_pair_request_get_digits (fixture->pair), ==, digits);
  namida_pair_request_confirm (fixture->pair);
  g_free (body);
  body = g_strdup_printf ("{\"step\":\"confirm\",\"pairId\":\"%s\"}", message.pair_id);
  confirm = post ("pair", body);
  expect (fixture, TLS, confirm, -1, 200, NULL);
  g_assert_true (namida_pair_request_get_paired (fixture->pair));
  g_assert_false (namida_pair_request_get_open (fixture->pair));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/server/routes", Fixture, NULL, set_up, test_routes, tear_down);
  g_test_add ("/server/chunked-limit", Fixture, NULL, set_up, test_chunked_limit, tear_down);
  g_test_add ("/server/whole", Fixture, NULL, set_up, test_whole, tear_down);
  g_test_add ("/server/keep-alive", Fixture, NULL, set_up, test_keep_alive, tear_down);
  g_test_add ("/server/pack", Fixture, NULL, set_up, test_pack, tear_down);
  g_test_add ("/server/decisions", Fixture, NULL, set_up, test_decisions, tear_down);
  g_test_add ("/server/unproven", Fixture, NULL, set_up, test_unproven, tear_down);
  g_test_add ("/server/accepted-waits", Fixture, NULL, set_up, test_accepted_waits, tear_down);
  g_test_add ("/server/pin", Fixture, NULL, set_up, test_pin, tear_down);
  g_test_add ("/server/cancel", Fixture, NULL, set_up, test_cancel, tear_down);
#define ADD_ENDING(path, test, ending) g_test_add (path, Fixture, GUINT_TO_POINTER (ending), set_up, test, tear_down)
  ADD_ENDING ("/server/preparing/cancel", test_end_preparing, CANCELLED);
  ADD_ENDING ("/server/preparing/cancel/fails", test_end_preparing, CANCELLED | FAILS);
  ADD_ENDING ("/server/preparing/keep", test_end_preparing, KEPT);
  ADD_ENDING ("/server/preparing/keep/fails", test_end_preparing, KEPT | FAILS);
  ADD_ENDING ("/server/preparing/untrusted", test_end_preparing, UNTRUSTED);
  ADD_ENDING ("/server/preparing/untrusted/gone", test_end_preparing, UNTRUSTED | GONE);
  ADD_ENDING ("/server/storing/cancel", test_end_storing, CANCELLED | FAILS);
  ADD_ENDING ("/server/storing/cancel/stored", test_end_storing, CANCELLED);
  ADD_ENDING ("/server/storing/cancel/late", test_end_storing, CANCELLED | FAILS | LATE);
  ADD_ENDING ("/server/storing/keep", test_end_storing, KEPT | FAILS);
  ADD_ENDING ("/server/storing/pause", test_end_storing, PAUSED | FAILS);
  ADD_ENDING ("/server/storing/untrusted", test_end_storing, UNTRUSTED | FAILS);
  g_test_add ("/server/idle", Fixture, NULL, set_up, test_idle, tear_down);
  g_test_add ("/server/garbage", Fixture, NULL, set_up, test_garbage, tear_down);
  g_test_add ("/server/caps", Fixture, NULL, set_up, test_caps, tear_down);
  g_test_add ("/server/pair", Fixture, NULL, set_up, test_pair, tear_down);
  return g_test_run ();
}
