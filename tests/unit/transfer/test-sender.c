/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests sending to a small receiver of the test over real TLS on loopback. Each case lets the receiver answer in
 * another way. */
#include "config.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "namida-client.h"
#include "namida-digest.h"
#include "namida-error.h"
#include "namida-fixtures.h"
#include "namida-http-connection.h"
#include "namida-limits.h"
#include "namida-sender.h"
#include "namida-tls.h"
#include "namida-trust-store.h"

#define MIB (1024u * 1024)

/* A receiver of a few lines, over real TLS on loopback; each connection has a thread of the service. */
typedef struct
{
  NamidaIdentity *identity;
  GSocketService *service;
  guint16 port;
  GMutex lock;
  GHashTable *parts;    /* id → GByteArray */
  GHashTable *finished; /* (nullable) what finish named */
  /* How it behaves. */
  gboolean nothing_wanted, hold_offer, gone;
  guint64 granted_offset; /* of f1 */
  gint64 right_offset;    /* of f1: others are refused; -1: any */
  int cut_after;          /* cuts that many uploads of f1 in the middle */
  int busy_offers;        /* refuses that many offers: a command is there that only sends */
  int busy;               /* refuses that many finishes: files are still arriving */
  int busy_uploads;       /* that many of the first file: it has not noticed that a connection is gone */
  NamidaFileResult claim; /* what finish says of a file that was not wanted; PENDING: nothing */
  const char *unnamed;    /* (nullable): the id of a file that finish says nothing about */
  int spoil;              /* answers that many uploads with another hash */
  guint early_status;     /* answers uploads with it after 100 KiB */
  const char *early_body;
  /* What was seen. */
  int offers, uploads, cancels, hung_up;
  int connections; /* open now */
} Fake;

typedef struct
{
  GTlsConnection *tls;
  GDataInputStream *in;
  GOutputStream *out;
} Peer;

static void
answer (Peer *peer, guint status, const char *body)
{
  g_autofree char *text = g_strdup_printf ("HTTP/1.1 %u X\r\nContent-Length: %zu\r\n%s\r\n%s", status, strlen (body),
                                           status == 200 ? "" : "Connection: close\r\n", body);

  g_output_stream_write_all (peer->out, text, strlen (text), NULL, NULL, NULL);
}

static char *
read_body (Peer *peer, gsize length)
{
  char *data = g_malloc (length + 1);
  gsize got = 0;

  g_input_stream_read_all (G_INPUT_STREAM (peer->in), data, length, &got, NULL, NULL);
  if (got < length)
    {
      g_free (data);
      return NULL;
    }
  data[got] = '\0';
  return data;
}

static void
serve_offer (Fake *fake, Peer *peer, const char *body, gsize length)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (NamidaOfferMessage) offer = namida_offer_message_parse (body, length, &error);
  g_autoptr (NamidaOfferAnswer) grants = namida_offer_answer_new ("session-1");
  g_autofree char *text = NULL;
  GPtrArray *entries;
  gsize size;

  g_assert_no_error (error);
  g_atomic_int_inc (&fake->offers);
  if (g_atomic_int_add (&fake->busy_offers, -1) > 0)
    {
      answer (peer, 409, "{\"error\":\"busy\",\"message\":\"The program there is only sending.\"}");
      return;
    }
  if (fake->hold_offer)
    {
      char byte;

      g_input_stream_read (G_INPUT_STREAM (peer->in), &byte, 1, NULL, NULL);
      g_atomic_int_inc (&fake->hung_up);
      return;
    }
  if (fake->nothing_wanted)
    {
      g_output_stream_write_all (peer->out, "HTTP/1.1 204 No\r\n\r\n", 19, NULL, NULL, NULL);
      return;
    }
  entries = namida_backup_get_entries (offer->backup);
  for (guint i = 0; i < entries->len; i++)
    {
      const NamidaEntry *entry = g_ptr_array_index (entries, i);

      if (strcmp (entry->name, "kept.flac") != 0)
        namida_offer_answer_grant (grants, entry->id, "a-token_1", i == 0 ? fake->granted_offset : 0);
    }
  text = namida_offer_answer_format (grants, &size);
  answer (peer, 200, text);
}

static GByteArray *
part_of (Fake *fake, const char *id)
{
  GByteArray *part;

  g_mutex_lock (&fake->lock);
  part = g_hash_table_lookup (fake->parts, id);
  if (part == NULL)
    g_hash_table_insert (fake->parts, g_strdup (id), part = g_byte_array_new ());
  g_mutex_unlock (&fake->lock);
  return part;
}

static gboolean
serve_upload (Fake *fake, Peer *peer, const char *query, gsize length)
{
  g_auto (NamidaUploadQuery) upload = { 0 };
  g_autofree char *body = NULL;
  g_autofree char *sha256 = NULL;
  g_autofree char *text = NULL;
  GByteArray *part;
  gboolean first;

  g_atomic_int_inc (&fake->uploads);
  g_assert_true (namida_upload_query_parse (query, &upload, NULL));
  g_assert_cmpstr (upload.session_id, ==, "session-1");
  g_assert_cmpstr (upload.token, ==, "a-token_1");
  first = strcmp (upload.file_id, "f1") == 0;
  part = part_of (fake, upload.file_id);
  if (first && fake->early_status != 0)
    {
      body = read_body (peer, 100000);
      answer (peer, fake->early_status, fake->early_body);
      /* Read on a little, so that no reset overtakes the answer. */
      g_usleep (200 * 1000);
      return FALSE;
    }
  if (first && g_atomic_int_add (&fake->busy_uploads, -1) > 0)
    {
      body = read_body (peer, length);
      answer (peer, 409, "{\"error\":\"busy\",\"message\":\"This file is being received already.\"}");
      return FALSE;
    }
  if (first && fake->right_offset >= 0 && upload.offset != (guint64) fake->right_offset)
    {
      g_autofree char *wrong
          = g_strdup_printf ("{\"message\":\"Not there\",\"code\":\"wrong-offset\",\"offset\":%" G_GINT64_FORMAT "}",
                             fake->right_offset);

      body = read_body (peer, length);
      answer (peer, 409, wrong);
      return FALSE;
    }
  g_assert_cmpuint (upload.offset, <=, part->len);
  g_byte_array_set_size (part, (guint) upload.offset);
  if (first && g_atomic_int_add (&fake->cut_after, -1) > 0)
    {
      gsize some = MIN (length, 700000);

      body = read_body (peer, some);
      g_assert_nonnull (body);
      g_byte_array_append (part, (guint8 *) body, (guint) some);
      return FALSE;
    }
  body = read_body (peer, length);
  if (body == NULL)
    return FALSE;
  g_byte_array_append (part, (guint8 *) body, (guint) length);
  sha256 = namida_digest_bytes (part->data, part->len);
  if (g_atomic_int_add (&fake->spoil, -1) > 0)
    sha256[0] = sha256[0] == 'a' ? 'b' : 'a';
  text = namida_upload_answer_format (part->len, sha256);
  answer (peer, 200, text);
  return TRUE;
}

static void
serve_session (Fake *fake, Peer *peer)
{
  g_autoptr (GHashTable) offsets = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  GHashTableIter iter;
  gpointer id, part;
  g_autofree char *text = NULL;
  gsize length;

  g_mutex_lock (&fake->lock);
  g_hash_table_iter_init (&iter, fake->parts);
  while (g_hash_table_iter_next (&iter, &id, &part))
    {
      guint64 *offset = g_new (guint64, 1);

      *offset = ((GByteArray *) part)->len;
      g_hash_table_insert (offsets, g_strdup (id), offset);
    }
  g_mutex_unlock (&fake->lock);
  text = namida_session_answer_format ("open", offsets, &length);
  answer (peer, 200, text);
}

static void
serve_finish (Fake *fake, Peer *peer, const char *body, gsize length)
{
  g_autoptr (GHashTable) results = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  GHashTable *hashes = namida_finish_request_parse (body, length, NULL, NULL);
  GHashTableIter iter;
  gpointer id, sha256;
  g_autofree char *text = NULL;
  gsize size;

  g_assert_nonnull (hashes);
  g_hash_table_iter_init (&iter, hashes);
  while (g_hash_table_iter_next (&iter, &id, &sha256))
    {
      gboolean arrived = g_hash_table_contains (fake->parts, id);
      GByteArray *part = part_of (fake, id);
      g_autofree char *ours = namida_digest_bytes (part->data, part->len);
      NamidaFileResult result = !arrived                     ? fake->claim
                                : strcmp (ours, sha256) == 0 ? NAMIDA_FILE_STORED
                                                             : NAMIDA_FILE_MISMATCH;

      if (result != NAMIDA_FILE_PENDING && g_strcmp0 (id, fake->unnamed) != 0)
        g_hash_table_insert (results, g_strdup (id), GUINT_TO_POINTER (result));
    }
  g_mutex_lock (&fake->lock);
  g_clear_pointer (&fake->finished, g_hash_table_unref);
  fake->finished = hashes;
  g_mutex_unlock (&fake->lock);
  if (g_atomic_int_add (&fake->busy, -1) > 0)
    {
      answer (peer, 409, "{\"error\":\"busy\",\"message\":\"Files of this transfer are still arriving.\"}");
      return;
    }
  text = namida_finish_answer_format (results, NULL, &size);
  answer (peer, 200, text);
}

/* FALSE: close the connection. */
static gboolean
serve_one (Fake *fake, Peer *peer)
{
  g_autofree char *request = g_data_input_stream_read_line (peer->in, NULL, NULL, NULL);
  g_auto (GStrv) words = request != NULL ? g_strsplit (request, " ", 3) : NULL;
  g_autofree char *line = NULL;
  g_autofree char *body = NULL;
  const char *route, *query;
  gsize length = 0;

  if (words == NULL || g_strv_length (words) != 3)
    return FALSE;
  while ((line = g_data_input_stream_read_line (peer->in, NULL, NULL, NULL)) != NULL && *line != '\0')
    {
      if (g_ascii_strncasecmp (line, "Content-Length:", 15) == 0)
        length = (gsize) g_ascii_strtoull (g_strstrip (line + 15), NULL, 10);
      g_clear_pointer (&line, g_free);
    }
  g_assert_true (g_str_has_prefix (words[1], NAMIDA_V1_PREFIX "/"));
  route = words[1] + strlen (NAMIDA_V1_PREFIX "/");
  query = strchr (route, '?');
  query = query != NULL ? query + 1 : NULL;
  if (g_str_has_prefix (route, "upload"))
    return serve_upload (fake, peer, query, length);
  body = read_body (peer, length);
  if (body == NULL)
    return FALSE;
  if (g_str_has_prefix (route, "register"))
    answer (peer, 200, "{\"alias\":\"Fake\",\"version\":\"1.0\",\"port\":1,\"protocol\":\"https\"}");
  else if (g_str_has_prefix (route, "prepare-upload"))
    serve_offer (fake, peer, body, length);
  else if (g_str_has_prefix (route, "session"))
    serve_session (fake, peer);
  else if (g_str_has_prefix (route, "finish"))
    serve_finish (fake, peer, body, length);
  else if (g_str_has_prefix (route, "cancel"))
    {
      g_atomic_int_inc (&fake->cancels);
      answer (peer, 200, "{}");
    }
  return g_str_has_prefix (route, "session");
}

static gboolean
on_run (GThreadedSocketService *service, GSocketConnection *connection, GObject *source, gpointer user_data)
{
  Fake *fake = user_data;
  g_autoptr (GTlsConnection) tls = namida_tls_server_new (fake->identity, G_IO_STREAM (connection), NULL);
  Peer peer = { .tls = tls };

  if (g_atomic_int_get (&fake->gone))
    return TRUE;
  g_atomic_int_inc (&fake->connections);
  if (!g_tls_connection_handshake (tls, NULL, NULL))
    {
      g_atomic_int_add (&fake->connections, -1);
      return TRUE;
    }
  peer.in = g_data_input_stream_new (g_io_stream_get_input_stream (G_IO_STREAM (tls)));
  g_data_input_stream_set_newline_type (peer.in, G_DATA_STREAM_NEWLINE_TYPE_CR_LF);
  peer.out = g_io_stream_get_output_stream (G_IO_STREAM (tls));
  while (serve_one (fake, &peer))
    ;
  g_object_unref (peer.in);
  g_io_stream_close (G_IO_STREAM (connection), NULL, NULL);
  g_atomic_int_add (&fake->connections, -1);
  return TRUE;
}

/* ---- one device that sends, one that receives ---- */

typedef struct
{
  Fake fake;
  char *folder, *theirs, *ours;
  NamidaIdentity *identity;
  GListStore *addresses;
  NamidaBackup *backup;
  NamidaTransfer *transfer;
  GError *error;
  gboolean ok, done;
  guint64 limit;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  f->folder = g_dir_make_tmp ("namida-XXXXXX", NULL);
  f->theirs = g_build_filename (f->folder, "theirs", NULL);
  f->ours = g_build_filename (f->folder, "ours", NULL);
  f->fake.identity = namida_identity_load (f->theirs, NULL);
  f->identity = namida_identity_load (f->ours, NULL);
  g_assert_nonnull (f->identity);
  g_mutex_init (&f->fake.lock);
  f->fake.right_offset = -1;
  f->fake.parts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_byte_array_unref);
  f->fake.service = g_threaded_socket_service_new (16);
  {
    g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
    g_autoptr (GSocketAddress) any = g_inet_socket_address_new (loopback, 0);
    g_autoptr (GSocketAddress) bound = NULL;

    g_assert_true (g_socket_listener_add_address (G_SOCKET_LISTENER (f->fake.service), any, G_SOCKET_TYPE_STREAM,
                                                  G_SOCKET_PROTOCOL_TCP, NULL, &bound, NULL));
    f->addresses = g_list_store_new (G_TYPE_INET_SOCKET_ADDRESS);
    g_list_store_append (f->addresses, bound);
  }
  g_signal_connect (f->fake.service, "run", G_CALLBACK (on_run), &f->fake);
  f->backup = namida_backup_new ();
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_socket_service_stop (f->fake.service);
  g_socket_listener_close (G_SOCKET_LISTENER (f->fake.service));
  /* What they use is freed below; the sender is to close all it opened. */
  for (guint i = 0; i < 1000 && g_atomic_int_get (&f->fake.connections) > 0; i++)
    {
      g_main_context_iteration (NULL, FALSE);
      g_usleep (5 * 1000);
    }
  g_assert_cmpint (g_atomic_int_get (&f->fake.connections), ==, 0);
  g_object_unref (f->fake.service);
  g_clear_object (&f->transfer);
  g_object_unref (f->backup);
  g_object_unref (f->addresses);
  g_object_unref (f->identity);
  g_object_unref (f->fake.identity);
  g_hash_table_unref (f->fake.parts);
  g_clear_pointer (&f->fake.finished, g_hash_table_unref);
  g_clear_error (&f->error);
  fixtures_remove (f->folder);
  g_free (f->folder);
  g_free (f->theirs);
  g_free (f->ours);
}

static NamidaEntry *
add_file (Fixture *f, const char *name, gsize size)
{
  NamidaEntry *entry = namida_entry_new ();
  g_autofree char *content = g_malloc (size + 1);
  GStatBuf st;

  for (gsize i = 0; i < size; i++)
    content[i] = (char) ((i * 2654435761u) >> 11);
  entry->kind = NAMIDA_ENTRY_FILE;
  entry->id = g_strdup_printf ("f%u", namida_backup_get_entries (f->backup)->len + 1);
  entry->name = g_strdup (name);
  g_free (entry->label);
  entry->label = g_strdup ("Music");
  g_free (entry->relative_path);
  entry->relative_path = g_strdup (name);
  entry->source = g_build_filename (f->folder, name, NULL);
  g_assert_true (g_file_set_contents (entry->source, content, (gssize) size, NULL));
  g_assert_cmpint (g_stat (entry->source, &st), ==, 0);
  entry->size = size;
  entry->mtime_ns = (gint64) st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec;
  namida_backup_add (f->backup, entry);
  return entry;
}

static void
add_hash (NamidaEntry *entry)
{
  g_autofree char *content = NULL;
  gsize length;

  g_assert_true (g_file_get_contents (entry->source, &content, &length, NULL));
  entry->sha256 = namida_digest_bytes (content, length);
}

static void
on_sent (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Fixture *f = user_data;

  f->ok = namida_sender_send_finish (NAMIDA_SENDER (source), result, &f->error);
  f->done = TRUE;
}

static void
start (Fixture *f, const char *fingerprint)
{
  g_autoptr (NamidaDeviceInfo) own = namida_device_info_new ();
  g_autoptr (NamidaSender) sender = NULL;

  g_free (own->alias);
  own->alias = g_strdup ("Sender");
  f->transfer = namida_transfer_new (NAMIDA_DIRECTION_SEND, "Fake", fingerprint, TRUE);
  namida_transfer_set_backup (f->transfer, f->backup);
  sender = namida_sender_new (NAMIDA_DIALECT_V1, f->identity, own, G_LIST_MODEL (f->addresses), fingerprint, NULL,
                              f->transfer);
  namida_sender_set_limit (sender, f->limit);
  namida_sender_send_async (sender, on_sent, f);
}

static void
finish (Fixture *f)
{
  while (!f->done)
    g_main_context_iteration (NULL, TRUE);
}

static void
send (Fixture *f)
{
  start (f, namida_identity_get_fingerprint (f->fake.identity));
  finish (f);
}

static void
assert_arrived (Fixture *f, guint index)
{
  const NamidaEntry *entry = g_ptr_array_index (namida_backup_get_entries (f->backup), index);
  GByteArray *part = g_hash_table_lookup (f->fake.parts, entry->id);
  g_autofree char *content = NULL;
  gsize length;

  g_assert_nonnull (part);
  g_assert_true (g_file_get_contents (entry->source, &content, &length, NULL));
  g_assert_cmpmem (part->data, part->len, content, length);
  g_assert_cmpint (namida_transfer_get_result (f->transfer, index), ==, NAMIDA_FILE_STORED);
}

static void
test_all (Fixture *f, gconstpointer data)
{
  static const gsize sizes[] = { 0, 1, 16384, MIB, MIB + 1, 5 * MIB + 17 };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autofree char *name = g_strdup_printf ("%u.flac", i);

      add_file (f, name, sizes[i]);
    }
  add_hash (add_file (f, "kept.flac", 100));
  send (f);
  g_assert_no_error (f->error);
  g_assert_true (f->ok);
  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    assert_arrived (f, i);
  g_assert_cmpint (namida_transfer_get_result (f->transfer, 6), ==, NAMIDA_FILE_KEPT_EXISTING);
  g_assert_cmpuint (g_hash_table_size (f->fake.finished), ==, 6);
  g_assert_cmpint (namida_transfer_get_state (f->transfer), ==, NAMIDA_TRANSFER_DONE);
  g_assert_cmpuint (namida_transfer_get_done_bytes (f->transfer), ==, namida_transfer_get_total_bytes (f->transfer));
}

/* It has not noticed yet that a connection is gone. */
/* More often than connections may break in a row: the other side is there, and will notice. */
static void
test_busy_upload (Fixture *f, gconstpointer data)
{
  add_file (f, "a.flac", 3000000);
  f->fake.busy_uploads = (int) NAMIDA_MAX_BREAKS + 2;
  send (f);
  g_assert_no_error (f->error);
  g_assert_cmpint (f->fake.busy_uploads, ==, -1);
  assert_arrived (f, 0);
}

static void
test_busy (Fixture *f, gconstpointer data)
{
  add_file (f, "a.flac", 1000);
  f->fake.busy = 3;
  send (f);
  g_assert_no_error (f->error);
  g_assert_cmpint (f->fake.busy, ==, -1);
  assert_arrived (f, 0);
}

/* Two programs of one device are there: what receives is at the next address. */
static void
test_busy_offer (Fixture *f, gconstpointer data)
{
  g_autoptr (GInetSocketAddress) address = g_list_model_get_item (G_LIST_MODEL (f->addresses), 0);

  add_file (f, "a.flac", 1000);
  g_list_store_append (f->addresses, address);
  f->fake.busy_offers = 1;
  send (f);
  g_assert_no_error (f->error);
  g_assert_cmpint (f->fake.offers, ==, 2);
  assert_arrived (f, 0);
}

/* Nobody receives at any of them. */
static void
test_busy_offers (Fixture *f, gconstpointer data)
{
  g_autoptr (GInetSocketAddress) address = g_list_model_get_item (G_LIST_MODEL (f->addresses), 0);

  add_file (f, "a.flac", 1000);
  g_list_store_append (f->addresses, address);
  f->fake.busy_offers = 3;
  send (f);
  g_assert_error (f->error, NAMIDA_ERROR, NAMIDA_ERROR_BUSY);
  g_assert_cmpint (f->fake.offers, ==, 2);
}

static void
test_nothing_wanted (Fixture *f, gconstpointer data)
{
  add_hash (add_file (f, "a.flac", 1000));
  f->fake.nothing_wanted = TRUE;
  send (f);
  g_assert_no_error (f->error);
  g_assert_cmpint (f->fake.uploads, ==, 0);
  g_assert_cmpint (namida_transfer_get_result (f->transfer, 0), ==, NAMIDA_FILE_KEPT_EXISTING);
  g_assert_cmpint (namida_transfer_get_state (f->transfer), ==, NAMIDA_TRANSFER_DONE);
}

/* Another key answers than the one of the trusted device @data (nullable: of one that nothing is known of). The
 * receiver calls itself "Fake": it is an alarm only when that is the name of the trusted one. */
static void
test_other_identity (Fixture *f, gconstpointer data)
{
  const char *meant = namida_identity_get_fingerprint (f->identity);
  g_autoptr (GPtrArray) known = g_ptr_array_new ();
  NamidaTrusted trusted = { .fingerprint = (char *) meant, .alias = (char *) data };
  gboolean claimed = g_strcmp0 (data, "Laptop") != 0 && data != NULL;
  int code = claimed ? (int) NAMIDA_ERROR_IDENTITY_CHANGED : (int) NAMIDA_ERROR_NO_SUCH_DEVICE;

  if (data != NULL)
    g_ptr_array_add (known, &trusted);
  namida_known_devices_set (namida_identity_get_known_devices (f->identity), known);
  add_file (f, "a.flac", 1000);
  start (f, meant);
  finish (f);
  g_assert_error (f->error, NAMIDA_ERROR, code);
  g_assert_cmpint (f->fake.offers, ==, 0);
}

static void
test_nobody (Fixture *f, gconstpointer data)
{
  add_file (f, "a.flac", 1000);
  g_socket_service_stop (f->fake.service);
  g_socket_listener_close (G_SOCKET_LISTENER (f->fake.service));
  send (f);
  g_assert_error (f->error, NAMIDA_ERROR, NAMIDA_ERROR_UNREACHABLE);
  g_assert_cmpint (namida_transfer_get_state (f->transfer), ==, NAMIDA_TRANSFER_FAILED);
}

/* "All of it is there", of a file whose hash nobody has given. */
static void
test_nothing_wanted_unproven (Fixture *f, gconstpointer data)
{
  add_hash (add_file (f, "a.flac", 1000));
  add_file (f, "b.flac", 1000);
  f->fake.nothing_wanted = TRUE;
  send (f);
  g_assert_error (f->error, NAMIDA_ERROR, NAMIDA_ERROR_INCOMPLETE);
  g_assert_cmpint (namida_transfer_get_result (f->transfer, 0), ==, NAMIDA_FILE_KEPT_EXISTING);
  g_assert_cmpint (namida_transfer_get_result (f->transfer, 1), ==, NAMIDA_FILE_CLAIMED);
  g_assert_cmpuint (namida_transfer_count_files (f->transfer).kept, ==, 1);
}

/* A file that is not wanted although no hash was offered is read, and finish asks for it: @data is what that says. */
static void
test_claimed (Fixture *f, gconstpointer data)
{
  NamidaFileResult claim = GPOINTER_TO_INT (data);
  NamidaEntry *kept;

  add_file (f, "a.flac", 1000);
  kept = add_file (f, "kept.flac", 2 * MIB + 3);
  f->fake.claim = claim;
  send (f);
  assert_arrived (f, 0);
  g_assert_cmpint (namida_transfer_get_result (f->transfer, 1), ==,
                   claim == NAMIDA_FILE_PENDING ? NAMIDA_FILE_MISSING : claim);
  g_assert_cmpint (namida_transfer_get_state (f->transfer), ==,
                   claim == NAMIDA_FILE_KEPT_EXISTING ? NAMIDA_TRANSFER_DONE : NAMIDA_TRANSFER_INCOMPLETE);
  add_hash (kept);
  g_assert_cmpstr (g_hash_table_lookup (f->fake.finished, kept->id), ==, kept->sha256);
}

/* The same, of a file that is gone by now: it cannot be asked for. */
static void
test_claimed_gone (Fixture *f, gconstpointer data)
{
  add_file (f, "a.flac", 1000);
  g_assert_cmpint (g_unlink (add_file (f, "kept.flac", 1000)->source), ==, 0);
  f->fake.claim = NAMIDA_FILE_KEPT_EXISTING;
  send (f);
  g_assert_error (f->error, NAMIDA_ERROR, NAMIDA_ERROR_INCOMPLETE);
  g_assert_cmpint (namida_transfer_get_result (f->transfer, 1), ==, NAMIDA_FILE_CHANGED);
}

/* An answer to finish that leaves out one of the files that were sent. */
static void
test_unnamed (Fixture *f, gconstpointer data)
{
  add_file (f, "a.flac", 1000);
  add_file (f, "b.flac", 1000);
  f->fake.unnamed = "f2";
  send (f);
  g_assert_error (f->error, NAMIDA_ERROR, NAMIDA_ERROR_INCOMPLETE);
  assert_arrived (f, 0);
  g_assert_cmpint (namida_transfer_get_result (f->transfer, 1), ==, NAMIDA_FILE_MISSING);
  g_assert_cmpint (namida_transfer_get_state (f->transfer), ==, NAMIDA_TRANSFER_INCOMPLETE);
}

static void
test_unreadable (Fixture *f, gconstpointer data)
{
  NamidaEntry *gone = add_file (f, "gone.flac", 3000);
  NamidaEntry *grown = add_file (f, "grown.flac", 3000);
  g_autofree char *detail = NULL;

  add_file (f, "good.flac", 3 * MIB);
  g_assert_cmpint (g_unlink (gone->source), ==, 0);
  g_assert_true (g_file_set_contents (grown->source, "other", -1, NULL));
  send (f);
  g_assert_error (f->error, NAMIDA_ERROR, NAMIDA_ERROR_INCOMPLETE);
  g_assert_nonnull (strstr (f->error->message, "gone.flac"));
  g_assert_nonnull (strstr (f->error->message, "grown.flac"));
  g_assert_cmpint (namida_transfer_get_result (f->transfer, 0), ==, NAMIDA_FILE_CHANGED);
  g_assert_cmpint (namida_transfer_get_result (f->transfer, 1), ==, NAMIDA_FILE_CHANGED);
  detail = namida_transfer_dup_detail (f->transfer, 1);
  g_assert_nonnull (strstr (detail, "changed"));
  assert_arrived (f, 2);
  g_assert_cmpint (namida_transfer_get_state (f->transfer), ==, NAMIDA_TRANSFER_INCOMPLETE);
}

static void
test_resume (Fixture *f, gconstpointer data)
{
  NamidaEntry *entry = add_file (f, "a.flac", 4 * MIB);
  g_autofree char *content = NULL;

  g_assert_true (g_file_get_contents (entry->source, &content, NULL, NULL));
  g_byte_array_append (part_of (&f->fake, "f1"), (guint8 *) content, 3 * MIB - 5);
  f->fake.granted_offset = 3 * MIB - 5;
  send (f);
  g_assert_no_error (f->error);
  assert_arrived (f, 0);
}

static void
test_wrong_offset (Fixture *f, gconstpointer data)
{
  NamidaEntry *entry = add_file (f, "a.flac", 4 * MIB);
  g_autofree char *content = NULL;

  g_assert_true (g_file_get_contents (entry->source, &content, NULL, NULL));
  g_byte_array_append (part_of (&f->fake, "f1"), (guint8 *) content, MIB + 7);
  f->fake.right_offset = MIB + 7;
  send (f);
  g_assert_no_error (f->error);
  assert_arrived (f, 0);
  g_assert_cmpint (f->fake.uploads, ==, 2);
}

static void
test_cut (Fixture *f, gconstpointer data)
{
  add_file (f, "a.flac", 4 * MIB);
  add_file (f, "b.flac", 10000);
  f->fake.cut_after = 2;
  send (f);
  g_assert_no_error (f->error);
  assert_arrived (f, 0);
  assert_arrived (f, 1);
  g_assert_cmpuint (namida_transfer_get_done_bytes (f->transfer), ==, namida_transfer_get_total_bytes (f->transfer));
}

static void
test_mismatch (Fixture *f, gconstpointer data)
{
  add_file (f, "a.flac", 2 * MIB);
  f->fake.spoil = GPOINTER_TO_INT (data);
  send (f);
  g_assert_cmpint (f->fake.uploads, ==, 2);
  if (GPOINTER_TO_INT (data) == 1)
    {
      g_assert_no_error (f->error);
      assert_arrived (f, 0);
      return;
    }
  g_assert_error (f->error, NAMIDA_ERROR, NAMIDA_ERROR_INCOMPLETE);
  g_assert_cmpint (namida_transfer_get_result (f->transfer, 0), ==, NAMIDA_FILE_MISMATCH);
}

static void
test_no_space (Fixture *f, gconstpointer data)
{
  add_file (f, "a.flac", 40 * MIB);
  f->fake.early_status = 507;
  f->fake.early_body = "{\"message\":\"The disk is full\",\"code\":\"no-space\"}";
  send (f);
  g_assert_error (f->error, NAMIDA_ERROR, NAMIDA_ERROR_NO_SPACE);
  g_assert_cmpint (f->fake.uploads, ==, 1);
}

static void
test_cancelled_there (Fixture *f, gconstpointer data)
{
  add_file (f, "a.flac", 40 * MIB);
  f->fake.early_status = 410;
  f->fake.early_body = "{\"message\":\"Cancelled\",\"code\":\"cancelled\"}";
  send (f);
  g_assert_error (f->error, NAMIDA_ERROR, NAMIDA_ERROR_CANCELLED);
  g_assert_nonnull (strstr (f->error->message, "Fake"));
}

static gboolean
cancel_transfer (gpointer user_data)
{
  Fixture *f = user_data;

  namida_transfer_cancel (f->transfer);
  return G_SOURCE_REMOVE;
}

/* The server's thread sees the connection close. */
static void
test_withdraw (Fixture *f, gconstpointer data)
{
  add_file (f, "a.flac", 1000);
  f->fake.hold_offer = TRUE;
  start (f, namida_identity_get_fingerprint (f->fake.identity));
  while (g_atomic_int_get (&f->fake.offers) == 0)
    g_main_context_iteration (NULL, FALSE);
  g_timeout_add (20, cancel_transfer, f);
  finish (f);
  g_assert_error (f->error, NAMIDA_ERROR, NAMIDA_ERROR_CANCELLED);
  for (guint i = 0; i < 200 && g_atomic_int_get (&f->fake.hung_up) == 0; i++)
    {
      g_main_context_iteration (NULL, FALSE);
      g_usleep (10 * 1000);
    }
  g_assert_cmpint (f->fake.hung_up, ==, 1);
}

static void
wait_for (int *counter)
{
  for (guint i = 0; i < 500 && g_atomic_int_get (counter) == 0; i++)
    {
      g_main_context_iteration (NULL, FALSE);
      g_usleep (10 * 1000);
    }
  g_assert_cmpint (g_atomic_int_get (counter), >, 0);
}

/* 40 s of sending at this speed: ends long before, and the other side is told. */
static void
test_cancel_running (Fixture *f, gconstpointer data)
{
  gint64 cancelled_at;

  add_file (f, "a.flac", 20 * MIB);
  f->limit = 500000;
  start (f, namida_identity_get_fingerprint (f->fake.identity));
  wait_for (&f->fake.uploads);
  cancelled_at = g_get_monotonic_time ();
  namida_transfer_cancel (f->transfer);
  finish (f);
  g_test_message ("ended after %" G_GINT64_FORMAT " ms", (g_get_monotonic_time () - cancelled_at) / 1000);
  g_assert_cmpint (g_get_monotonic_time () - cancelled_at, <, 30 * G_USEC_PER_SEC);
  g_assert_error (f->error, NAMIDA_ERROR, NAMIDA_ERROR_CANCELLED);
  g_assert_cmpint (namida_transfer_get_state (f->transfer), ==, NAMIDA_TRANSFER_CANCELLED);
  wait_for (&f->fake.cancels);
}

/* Shrinks while its body is on the way: that connection ends, the next file arrives over another. */
static void
test_shrinks_on_the_way (Fixture *f, gconstpointer data)
{
  NamidaEntry *entry = add_file (f, "shrinks.flac", 20 * MIB);

  add_file (f, "b.flac", 2 * MIB);
  add_file (f, "c.flac", 20000);
  f->limit = 20 * MIB;
  start (f, namida_identity_get_fingerprint (f->fake.identity));
  wait_for (&f->fake.uploads);
  g_assert_cmpint (truncate (entry->source, MIB), ==, 0);
  finish (f);
  g_assert_error (f->error, NAMIDA_ERROR, NAMIDA_ERROR_INCOMPLETE);
  g_assert_cmpint (namida_transfer_get_result (f->transfer, 0), ==, NAMIDA_FILE_CHANGED);
  assert_arrived (f, 1);
  assert_arrived (f, 2);
  g_assert_cmpuint (g_hash_table_size (f->fake.finished), ==, 2);
}

static void
test_receiver_gone (Fixture *f, gconstpointer data)
{
  add_file (f, "a.flac", 4 * MIB);
  f->fake.cut_after = 1;
  start (f, namida_identity_get_fingerprint (f->fake.identity));
  while (g_atomic_int_get (&f->fake.uploads) == 0)
    g_main_context_iteration (NULL, FALSE);
  g_atomic_int_set (&f->fake.gone, TRUE);
  finish (f);
  g_assert_error (f->error, NAMIDA_ERROR, NAMIDA_ERROR_UNREACHABLE);
  g_assert_nonnull (strstr (f->error->message, "Send again"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  namida_http_set_back_off_for_tests (100);
#define ADD(path, func, data) g_test_add ("/sender/" path, Fixture, data, set_up, func, tear_down)
  ADD ("all", test_all, NULL);
  ADD ("busy", test_busy, NULL);
  ADD ("busy-offer", test_busy_offer, NULL);
  ADD ("busy-offers", test_busy_offers, NULL);
  ADD ("busy-upload", test_busy_upload, NULL);
  ADD ("nothing-wanted", test_nothing_wanted, NULL);
  ADD ("nothing-wanted-unproven", test_nothing_wanted_unproven, NULL);
  ADD ("claimed-and-there", test_claimed, GINT_TO_POINTER (NAMIDA_FILE_KEPT_EXISTING));
  ADD ("claimed-and-other", test_claimed, GINT_TO_POINTER (NAMIDA_FILE_MISMATCH));
  ADD ("claimed-and-silent", test_claimed, GINT_TO_POINTER (NAMIDA_FILE_PENDING));
  ADD ("claimed-and-gone", test_claimed_gone, NULL);
  ADD ("unnamed", test_unnamed, NULL);
  ADD ("other-identity/unknown", test_other_identity, NULL);
  ADD ("other-identity/another-name", test_other_identity, "Laptop");
  ADD ("other-identity/its-name", test_other_identity, "Fake");
  ADD ("other-identity/looks-like-its-name", test_other_identity, "F\xd0\xb0ke");
  ADD ("nobody", test_nobody, NULL);
  ADD ("unreadable", test_unreadable, NULL);
  ADD ("resume", test_resume, NULL);
  ADD ("wrong-offset", test_wrong_offset, NULL);
  ADD ("cut", test_cut, NULL);
  ADD ("mismatch/once", test_mismatch, GINT_TO_POINTER (1));
  ADD ("mismatch/twice", test_mismatch, GINT_TO_POINTER (2));
  ADD ("no-space", test_no_space, NULL);
  ADD ("cancelled-there", test_cancelled_there, NULL);
  ADD ("withdraw", test_withdraw, NULL);
  ADD ("cancel-running", test_cancel_running, NULL);
  ADD ("shrinks-on-the-way", test_shrinks_on_the_way, NULL);
  ADD ("receiver-gone", test_receiver_gone, NULL);
  return g_test_run ();
}
