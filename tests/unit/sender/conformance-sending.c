/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sends in every dialect to a receiver that misbehaves in one way. A file that did not arrive must never be reported as
 * arrived. The receiver implements all dialects in a few lines; its threads are those of a GThreadedSocketService,
 * which accepts in the main context. */
#include "config.h"

#include "conformance.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "namida-digest.h"
#include "namida-error.h"
#include "namida-fixtures.h"
#include "namida-http-connection.h"
#include "namida-sender.h"
#include "namida-tls.h"

#define CUT_BYTES 2000000u

typedef struct
{
  Case test;
  char *folder, *source;
  NamidaIdentity *theirs, *ours;
  GSocketService *service;
  GListStore *addresses;
  NamidaBackup *backup;
  NamidaTransfer *transfer;
  int open, offers, cancels; /* atomic */
  int uploads;               /* atomic: of the first file */
  GMutex lock;
  GHashTable *stored; /* locked: name of the file → NULL: what it has whole */
  GHashTable *parts;  /* locked: id → GByteArray: of v1 */
  GError *error;
  gboolean done, ok;
} Fixture;

/* ---- the receiver ---- */

typedef struct
{
  GInputStream *in;
  GOutputStream *out;
  char *method, *path, *query;
  gsize length;
} Request;

static void
request_clear (Request *request)
{
  g_clear_pointer (&request->method, g_free);
  g_clear_pointer (&request->path, g_free);
  g_clear_pointer (&request->query, g_free);
}

static gboolean
request_read (Request *request)
{
  g_autoptr (GString) head = g_string_new (NULL);
  g_auto (GStrv) words = NULL;
  const char *length;
  char *query;
  char c;

  request_clear (request);
  while (!g_str_has_suffix (head->str, "\r\n\r\n"))
    {
      if (g_input_stream_read (request->in, &c, 1, NULL, NULL) != 1)
        return FALSE;
      g_string_append_c (head, c);
    }
  words = g_strsplit (head->str, " ", 3);
  g_assert_cmpuint (g_strv_length (words), ==, 3);
  query = strchr (words[1], '?');
  if (query != NULL)
    *query++ = '\0';
  request->method = g_strdup (words[0]);
  request->path = g_strdup (words[1]);
  request->query = g_strdup (query != NULL ? query : "");
  length = strstr (head->str, "Content-Length: ");
  request->length = length != NULL ? (gsize) g_ascii_strtoull (length + strlen ("Content-Length: "), NULL, 10) : 0;
  return TRUE;
}

static gsize
request_body (Request *request, char *data, gsize from, gsize to)
{
  gsize got = 0;

  g_input_stream_read_all (request->in, data + from, to - from, &got, NULL, NULL);
  return from + got;
}

static void
request_answer (Request *request, guint status, const char *body)
{
  g_autofree char *text
      = g_strdup_printf ("HTTP/1.1 %u X\r\nContent-Length: %zu\r\n\r\n%s", status, strlen (body), body);

  g_output_stream_write_all (request->out, text, strlen (text), NULL, NULL, NULL);
}

static char *
query_get (const char *query, const char *name)
{
  g_autoptr (GHashTable) values = g_uri_parse_params (query, -1, "&", G_URI_PARAMS_WWW_FORM, NULL);

  return g_strdup (g_hash_table_lookup (values, name));
}

static gboolean
is_v1 (Fixture *f)
{
  return f->test.dialect == NAMIDA_DIALECT_V1;
}

static gboolean
is_phone (Fixture *f)
{
  return f->test.dialect == NAMIDA_DIALECT_PHONE;
}

static void
receiver_offer (Fixture *f, Request *request)
{
  gboolean some = f->test.play == PLAY_PARTIAL || f->test.play == PLAY_LOST;

  if (g_atomic_int_add (&f->offers, 1) > 0 && f->test.play == PLAY_ONCE)
    request_answer (request, 403, "{}");
  else if (is_phone (f))
    request_answer (request, 200, "Ready for upload");
  else if (f->test.play == PLAY_BEYOND)
    request_answer (request, 200,
                    "{\"sessionId\":\"s\",\"files\":{\"zip\":{\"token\":\"t\",\"offset\":6291457},"
                    "\"song\":{\"token\":\"t\",\"offset\":0}}}");
  else if (f->test.play == PLAY_UNOFFERED)
    request_answer (request, 200,
                    is_v1 (f) ? "{\"sessionId\":\"s\",\"files\":{\"zip\":{\"token\":\"t\",\"offset\":0},"
                                "\"../zip\":{\"token\":\"t\",\"offset\":0},"
                                "\"song\":{\"token\":\"t\",\"offset\":0}}}"
                              : "{\"sessionId\":\"s\",\"files\":{\"zip\":\"t\",\"../zip\":\"t\",\"song\":\"t\"}}");
  else if (f->test.play == PLAY_LEAVES_OUT)
    request_answer (request, 200,
                    "{\"sessionId\":\"s\",\"files\":{\"song\":{\"token\":\"t\",\"offset\":0}},\"declined\":[\"zip\"]}");
  else if (is_v1 (f))
    request_answer (request, 200,
                    some ? "{\"sessionId\":\"s\",\"files\":{\"song\":{\"token\":\"t\",\"offset\":0}}}"
                         : "{\"sessionId\":\"s\",\"files\":{\"zip\":{\"token\":\"t\",\"offset\":0},"
                           "\"song\":{\"token\":\"t\",\"offset\":0}}}");
  else
    request_answer (request, 200,
                    some ? "{\"sessionId\":\"s\",\"files\":{\"song\":\"t\"}}"
                         : "{\"sessionId\":\"s\",\"files\":{\"zip\":\"t\",\"song\":\"t\"}}");
}

static void
receiver_say_stored (Fixture *f, Request *request, const char *id, const char *sha256, gsize size)
{
  g_autofree char *text = NULL;

  if (is_phone (f))
    text = g_strdup ("File received");
  else if (is_v1 (f))
    text = namida_upload_answer_format (size, sha256);
  else
    text = g_strdup ("");
  if (f->test.play == PLAY_REPEATED && strcmp (id, "zip") == 0 && g_atomic_int_get (&f->uploads) == 1)
    {
      g_autofree char *twice = g_strdup_printf ("HTTP/1.1 200 X\r\nContent-Length: %zu\r\n\r\n%s"
                                                "HTTP/1.1 500 X\r\nContent-Length: 0\r\n\r\n",
                                                strlen (text), text);

      g_output_stream_write_all (request->out, twice, strlen (twice), NULL, NULL, NULL);
      return;
    }
  request_answer (request, 200, text);
}

static GByteArray *
receiver_get_part (Fixture *f, const char *id)
{
  GByteArray *part = g_hash_table_lookup (f->parts, id);

  if (part == NULL)
    g_hash_table_insert (f->parts, g_strdup (id), part = g_byte_array_new ());
  return part;
}

/* What came of an upload is kept as a v1 receiver would. Returns: (transfer full): the hash of the file so far. */
static char *
receiver_keep (Fixture *f, const char *id, guint64 offset, const char *data, gsize length)
{
  GByteArray *part;
  char *sha256;

  g_mutex_lock (&f->lock);
  part = receiver_get_part (f, id);
  g_assert_cmpuint (offset, <=, part->len);
  g_byte_array_set_size (part, (guint) offset);
  g_byte_array_append (part, (const guint8 *) data, (guint) length);
  sha256 = namida_digest_bytes (part->data, part->len);
  g_mutex_unlock (&f->lock);
  return sha256;
}

/* The misbehaviors of the first file. Returns: whether this was one, and the connection is over. */
static gboolean
receiver_misbehave (Fixture *f, Request *request, const char *id, guint64 offset, char *data, gsize *got)
{
  g_autofree char *none = g_strnfill (64, '0');

  switch (f->test.play)
    {
    case PLAY_SLOW:
      *got = request_body (request, data, 0, FIRST_BYTES);
      g_usleep (PAUSE_US);
      return FALSE;
    case PLAY_CUT:
      if (g_atomic_int_get (&f->uploads) > 1)
        {
          g_assert_cmpuint (offset, ==, is_v1 (f) ? CUT_BYTES : 0);
          return FALSE;
        }
      *got = request_body (request, data, 0, CUT_BYTES);
      g_free (receiver_keep (f, id, offset, data, *got));
      return TRUE;
    case PLAY_SILENT:
    case PLAY_ONCE:
      request_body (request, data, 0, request->length);
      request_body (request, data, 0, 1);
      return TRUE;
    case PLAY_EARLY:
      request_body (request, data, 0, FIRST_BYTES);
      receiver_say_stored (f, request, id, none, ZIP_BYTES);
      g_usleep (300 * 1000);
      return TRUE;
    case PLAY_WRONG_SIZE:
      request_body (request, data, 0, request->length);
      if (is_v1 (f))
        receiver_say_stored (f, request, id, none, ZIP_BYTES - 1);
      else
        request_answer (request, is_phone (f) ? 200 : 422, "");
      return FALSE;
    case PLAY_OTHER_HASH:
      request_body (request, data, 0, request->length);
      receiver_say_stored (f, request, id, none, ZIP_BYTES);
      return FALSE;
    case PLAY_REFUSES:
      request_body (request, data, 0, request->length);
      request_answer (request, 500, is_phone (f) ? "File save error" : "{\"message\":\"No\",\"code\":\"internal\"}");
      return FALSE;
    case PLAY_CHANGED:
      *got = request_body (request, data, 0, FIRST_BYTES);
      g_assert_cmpint (truncate (f->source, ZIP_BYTES - 1), ==, 0);
      return FALSE;
    default:
      return FALSE;
    }
}

static gboolean
receiver_upload (Fixture *f, Request *request)
{
  g_autofree char *named = query_get (request->query, "fileId");
  g_autofree char *type = query_get (request->query, "type");
  const char *id = named != NULL ? named : g_strcmp0 (type, "backupZip") == 0 ? "zip" : "song";
  g_autofree char *offset_text = query_get (request->query, "offset");
  guint64 offset = offset_text != NULL ? g_ascii_strtoull (offset_text, NULL, 10) : 0;
  g_autofree char *data = g_malloc (request->length + 1);
  g_autofree char *sha256 = NULL;
  gsize got = 0;

  if (strcmp (id, "zip") == 0)
    {
      Play plays = f->test.play;

      g_atomic_int_inc (&f->uploads);
      if (receiver_misbehave (f, request, id, offset, data, &got))
        return FALSE;
      if (plays == PLAY_WRONG_SIZE || plays == PLAY_REFUSES || plays == PLAY_OTHER_HASH)
        return TRUE;
    }
  got = request_body (request, data, got, request->length);
  sha256 = receiver_keep (f, id, offset, data, got);
  if (got < request->length)
    return FALSE;
  g_mutex_lock (&f->lock);
  g_hash_table_add (f->stored, g_strdup (id));
  g_mutex_unlock (&f->lock);
  receiver_say_stored (f, request, id, sha256, offset + got);
  return TRUE;
}

/* Returns: whether it answered. */
static gboolean
receiver_finish (Fixture *f, Request *request, const char *body)
{
  g_autoptr (GHashTable) hashes = namida_finish_request_parse (body, request->length, NULL, NULL);
  g_autoptr (GString) text = g_string_new ("{\"files\":{");
  const char *ids[] = { "zip", "song" };

  if (f->test.play == PLAY_FINISH_CUT)
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
    {
      const char *word = g_hash_table_contains (hashes, ids[i]) ? "stored" : "missing";

      if (i == 0 && f->test.play == PLAY_PARTIAL)
        word = "kept-existing";
      if (i == 1 && f->test.play == PLAY_FINISH_SILENT)
        continue;
      if (i == 1 && f->test.play == PLAY_FINISH_NONSENSE)
        word = "perhaps";
      g_string_append_printf (text, "%s\"%s\":\"%s\"", i > 0 ? "," : "", ids[i], word);
    }
  if (f->test.play == PLAY_FINISH_TWICE)
    g_string_append (text, ",\"song\":\"missing\"");
  g_string_append (text, "}}");
  request_answer (request, 200, text->str);
  return TRUE;
}

static void
receiver_session (Fixture *f, Request *request)
{
  g_autoptr (GString) text = g_string_new ("{\"state\":\"open\",\"files\":{");
  GHashTableIter iter;
  gpointer id, part;
  guint n = 0;

  g_mutex_lock (&f->lock);
  g_hash_table_iter_init (&iter, f->parts);
  while (g_hash_table_iter_next (&iter, &id, &part))
    g_string_append_printf (text, "%s\"%s\":{\"offset\":%u}", n++ > 0 ? "," : "", (char *) id,
                            ((GByteArray *) part)->len);
  g_mutex_unlock (&f->lock);
  /* More than 1 MiB, as for a backup of many files. */
  for (guint i = 0; i < 60000; i++)
    g_string_append_printf (text, "%s\"other-%u\":{\"offset\":0}", n++ > 0 ? "," : "", i);
  g_string_append (text, "}}");
  request_answer (request, 200, text->str);
}

/* Returns: whether another request may come. */
static gboolean
receiver_serve (Fixture *f, Request *request)
{
  g_autofree char *body = NULL;
  const char *route;

  if (!request_read (request))
    return FALSE;
  route = strrchr (request->path, '/') + 1;
  if (strcmp (route, "upload") == 0)
    return receiver_upload (f, request);
  body = g_malloc0 (request->length + 1);
  if (request_body (request, body, 0, request->length) < request->length)
    return FALSE;
  if (strcmp (route, "register") == 0)
    request_answer (request, 200, "{\"alias\":\"Fake\",\"version\":\"1.0\",\"port\":1,\"protocol\":\"https\"}");
  else if (strcmp (route, "prepare-upload") == 0)
    receiver_offer (f, request);
  else if (strcmp (route, "session") == 0)
    receiver_session (f, request);
  else if (strcmp (route, "finish") == 0)
    return receiver_finish (f, request, body);
  else
    {
      g_assert_cmpstr (route, ==, "cancel");
      g_atomic_int_inc (&f->cancels);
      g_mutex_lock (&f->lock);
      if (is_phone (f)) /* it deletes what it got */
        g_hash_table_remove_all (f->stored);
      g_mutex_unlock (&f->lock);
      request_answer (request, 200, "{}");
    }
  return TRUE;
}

static gboolean
on_run (GThreadedSocketService *service, GSocketConnection *connection, GObject *source, gpointer user_data)
{
  Fixture *f = user_data;
  g_autoptr (GIOStream) stream = G_IO_STREAM (g_object_ref (connection));
  Request request = { 0 };

  g_atomic_int_inc (&f->open);
  if (f->test.dialect == NAMIDA_DIALECT_V1 || f->test.dialect == NAMIDA_DIALECT_LOCALSEND)
    {
      GIOStream *tls = G_IO_STREAM (namida_tls_server_new (f->theirs, stream, NULL));

      g_object_unref (stream);
      stream = tls;
    }
  request.in = g_io_stream_get_input_stream (stream);
  request.out = g_io_stream_get_output_stream (stream);
  while (receiver_serve (f, &request))
    ;
  request_clear (&request);
  g_socket_close (g_socket_connection_get_socket (connection), NULL);
  g_atomic_int_add (&f->open, -1);
  return TRUE;
}

/* ---- the sender ---- */

static char *
add_file (Fixture *f, NamidaEntryKind kind, const char *id, const char *name, gsize size)
{
  g_autoptr (GBytes) content = conformance_make_bytes (size, 0);
  NamidaEntry *entry = conformance_make_entry (kind, id, name, content);
  GStatBuf st;

  entry->source = g_build_filename (f->folder, name, NULL);
  g_assert_true (g_file_set_contents (entry->source, g_bytes_get_data (content, NULL), (gssize) size, NULL));
  g_assert_cmpint (g_stat (entry->source, &st), ==, 0);
  entry->mtime_ns = (gint64) st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec;
  namida_backup_add (f->backup, entry);
  return entry->source;
}

static void
set_up (Fixture *f, gconstpointer data)
{
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) any = g_inet_socket_address_new (loopback, 0);
  g_autoptr (GSocketAddress) bound = NULL;
  g_autofree char *theirs = NULL;
  g_autofree char *ours = NULL;

  f->test = *(const Case *) data;
  f->folder = g_dir_make_tmp ("namida-XXXXXX", NULL);
  theirs = g_build_filename (f->folder, "theirs", NULL);
  ours = g_build_filename (f->folder, "ours", NULL);
  f->theirs = namida_identity_load (theirs, NULL);
  f->ours = namida_identity_load (ours, NULL);
  g_mutex_init (&f->lock);
  f->stored = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  f->parts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_byte_array_unref);
  f->service = g_threaded_socket_service_new (16);
  g_assert_true (g_socket_listener_add_address (G_SOCKET_LISTENER (f->service), any, G_SOCKET_TYPE_STREAM,
                                                G_SOCKET_PROTOCOL_TCP, NULL, &bound, NULL));
  g_signal_connect (f->service, "run", G_CALLBACK (on_run), f);
  f->addresses = g_list_store_new (G_TYPE_INET_SOCKET_ADDRESS);
  g_list_store_append (f->addresses, bound);
  f->backup = namida_backup_new ();
  f->source = add_file (f, NAMIDA_ENTRY_BACKUP_ZIP, "zip", "Namida Backup - 2026-07-19 18.30.00.zip", ZIP_BYTES);
  add_file (f, NAMIDA_ENTRY_FILE, "song", "song.mp3", SONG_BYTES);
  namida_http_set_limits_for_tests (SILENCE_SECONDS, f->test.play == PLAY_SILENT || f->test.play == PLAY_ONCE ? 1 : 0);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  namida_http_set_limits_for_tests (0, 0);
  g_socket_service_stop (f->service);
  g_socket_listener_close (G_SOCKET_LISTENER (f->service));
  for (guint i = 0; i < 2000 && g_atomic_int_get (&f->open) > 0; i++)
    g_usleep (5 * 1000);
  g_assert_cmpint (g_atomic_int_get (&f->open), ==, 0);
  g_object_unref (f->service);
  g_object_unref (f->transfer);
  g_object_unref (f->backup);
  g_object_unref (f->addresses);
  g_object_unref (f->theirs);
  g_object_unref (f->ours);
  g_hash_table_unref (f->stored);
  g_hash_table_unref (f->parts);
  g_mutex_clear (&f->lock);
  g_clear_error (&f->error);
  fixtures_remove (f->folder);
  g_free (f->folder);
}

static void
on_sent (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Fixture *f = user_data;

  f->ok = namida_sender_send_finish (NAMIDA_SENDER (source), result, &f->error);
  f->done = TRUE;
}

static void
test_case (Fixture *f, gconstpointer data)
{
  g_autoptr (NamidaDeviceInfo) own = namida_device_info_new ();
  g_autoptr (NamidaSender) sender = NULL;
  gboolean plain = f->test.dialect == NAMIDA_DIALECT_PHONE || f->test.dialect == NAMIDA_DIALECT_LOCALSEND_PLAIN;
  g_autofree char *shown = conformance_dup_shown (&f->test, namida_identity_get_fingerprint (f->theirs),
                                                  namida_identity_get_fingerprint (f->ours));
  const char *fingerprint = plain ? NULL : shown;

  g_free (own->alias);
  own->alias = g_strdup ("Sender");
  f->transfer = namida_transfer_new (NAMIDA_DIRECTION_SEND, "Fake", fingerprint, !plain);
  namida_transfer_set_backup (f->transfer, f->backup);
  sender
      = namida_sender_new (f->test.dialect, f->ours, own, G_LIST_MODEL (f->addresses), fingerprint, NULL, f->transfer);
  if (f->test.play == PLAY_CHANGED)
    namida_sender_set_limit (sender, RATE);
  namida_sender_send_async (sender, on_sent, f);
  while (!f->done)
    g_main_context_iteration (NULL, TRUE);
  if (f->error != NULL)
    g_test_message ("%s", f->error->message);
  g_assert_cmpint (namida_transfer_get_state (f->transfer), ==, f->test.state);
  g_assert_cmpint (f->ok, ==, f->test.state == NAMIDA_TRANSFER_DONE);
  g_assert_cmpint (namida_transfer_get_result (f->transfer, 0), ==, f->test.zip);
  g_assert_cmpint (namida_transfer_get_result (f->transfer, 1), ==, f->test.song);
  g_assert_cmpint (g_atomic_int_get (&f->offers), ==, f->test.offers);
  if (f->test.play == PLAY_IMPOSTOR || f->test.play == PLAY_ALMOST)
    g_assert_error (f->error, NAMIDA_ERROR, NAMIDA_ERROR_NO_SUCH_DEVICE);
  /* What is called stored lies there whole. */
  g_assert_true (f->test.zip != NAMIDA_FILE_STORED || g_hash_table_contains (f->stored, "zip"));
  g_assert_true (f->test.song != NAMIDA_FILE_STORED || g_hash_table_contains (f->stored, "song"));
  /* LocalSend waits for each file that it wants; the phone app would delete the others. */
  if (!is_v1 (f) && f->test.play != PLAY_PARTIAL && f->test.offers == 1)
    g_assert_cmpint (g_atomic_int_get (&f->cancels), ==,
                     f->test.state == NAMIDA_TRANSFER_FAILED
                         || (f->test.state == NAMIDA_TRANSFER_INCOMPLETE && !is_phone (f)));
}

void
conformance_add_sending (const char *path, const Case *test)
{
  g_test_add (path, Fixture, test, set_up, test_case, tear_down);
}
