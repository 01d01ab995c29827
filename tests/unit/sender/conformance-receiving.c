/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Receives in every dialect from a sender that misbehaves in one way. The server and the store are real; a thread
 * simulates the sender. Every file that is reported as stored must be in the version with the right bytes, and a
 * version is complete only if it has all files. The clock is simulated. */
#include "config.h"

#include "conformance.h"

#include "namida-clock.h"
#include "namida-digest.h"
#include "namida-error.h"
#include "namida-fixtures.h"
#include "namida-http-connection.h"
#include "namida-limits.h"
#include "namida-localsend-message.h"
#include "namida-offer.h"
#include "namida-phone-messages.h"
#include "namida-server.h"
#include "namida-store-sink.h"

#include <string.h>

#define PAUSE_SECONDS 32
#define TICK_US (G_USEC_PER_SEC + G_USEC_PER_SEC / 5) /* the session looks at the clock once a second */
#define ZIP_NAME "Namida Backup - 2026-07-19 18.30.00.zip"
#define MOST_TRIES 50u

typedef struct
{
  Case test;
  char *folder;
  NamidaIdentity *theirs, *ours;
  NamidaIdentity *shown; /* (nullable): another device, in the place of the sender */
  NamidaDatabase *database;
  NamidaStore *store;
  NamidaServer *server;
  NamidaTransfer *transfer; /* (nullable) until it was offered */
  NamidaBackup *backup;     /* as its sender knows it */
  GBytes *zip, *song;
  NamidaOfferAnswer *answer; /* (nullable) */
  guint16 port;
  gint done; /* atomic: the sender does no more */
} Fixture;

/* ---- the sender: a thread ---- */

static gboolean
is_plain (Fixture *f)
{
  return f->test.dialect == NAMIDA_DIALECT_PHONE || f->test.dialect == NAMIDA_DIALECT_LOCALSEND_PLAIN;
}

static gboolean
is_v1 (Fixture *f)
{
  return f->test.dialect == NAMIDA_DIALECT_V1;
}

static NamidaHttpConnection *
sender_connect (Fixture *f)
{
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new (loopback, f->port);
  NamidaHttpPeer peer = { .identity = is_plain (f)       ? NULL
                                      : f->shown != NULL ? f->shown
                                                         : f->theirs,
                          .address = G_INET_SOCKET_ADDRESS (address),
                          .fingerprint = is_plain (f) ? NULL : namida_identity_get_fingerprint (f->ours) };
  g_autoptr (GError) error = NULL;
  NamidaHttpConnection *connection = namida_http_connection_new (&peer, NULL, &error);

  g_assert_no_error (error);
  return connection;
}

/* Returns: the status; 0: the other side hung up. @body: (out) (optional) (transfer full) */
static guint
sender_post (Fixture *f, const char *target, const char *text, GByteArray **body)
{
  g_autoptr (NamidaHttpConnection) connection = sender_connect (f);
  NamidaHttpRequest request = { .target = target, .type = "application/json" };
  g_auto (NamidaHttpAnswer) answer = { 0 };

  if (!namida_http_connection_request (connection, request, text, strlen (text), 1024 * 1024, &answer, NULL))
    return 0;
  if (body != NULL)
    *body = g_byte_array_ref (answer.body);
  return answer.head.status;
}

static char *
sender_format_offer (Fixture *f)
{
  g_autoptr (NamidaDeviceInfo) own = namida_device_info_new ();
  gsize length;

  g_free (own->alias);
  own->alias = g_strdup ("Sender");
  if (is_v1 (f))
    return namida_offer_message_format (own, NULL, f->backup, &length);
  if (f->test.dialect == NAMIDA_DIALECT_PHONE)
    return namida_phone_offer_format (f->backup, &length, NULL);
  own->fingerprint = g_strdup (namida_identity_get_fingerprint (f->theirs));
  return namida_localsend_offer_format (own, f->backup, NULL, &length);
}

static const char *
sender_prefix (Fixture *f)
{
  return f->test.dialect == NAMIDA_DIALECT_LOCALSEND || f->test.dialect == NAMIDA_DIALECT_LOCALSEND_PLAIN
             ? NAMIDA_LOCALSEND_PREFIX
             : NAMIDA_V1_PREFIX;
}

static void
sender_offer (Fixture *f)
{
  g_autofree char *text = sender_format_offer (f);
  g_autofree char *target = g_strconcat (sender_prefix (f), "/prepare-upload", NULL);
  g_autoptr (GByteArray) body = NULL;

  g_assert_nonnull (text);
  g_assert_cmpuint (sender_post (f, target, text, &body), ==, 200);
  if (is_v1 (f))
    f->answer = namida_offer_answer_parse ((const char *) body->data, body->len, NULL);
  else if (f->test.dialect != NAMIDA_DIALECT_PHONE)
    f->answer = namida_localsend_answer_parse ((const char *) body->data, body->len, NULL);
  g_assert_true (f->test.dialect == NAMIDA_DIALECT_PHONE || f->answer != NULL);
}

static char *
sender_format_upload (Fixture *f, const char *id, guint64 offset)
{
  const NamidaEntry *entry = g_ptr_array_index (namida_backup_get_entries (f->backup), strcmp (id, "zip") != 0);
  const NamidaGrant *grant = f->answer != NULL ? g_hash_table_lookup (f->answer->files, id) : NULL;
  g_autofree char *query = NULL;

  if (f->test.dialect == NAMIDA_DIALECT_PHONE)
    query = namida_phone_upload_format (entry);
  else if (is_v1 (f))
    query = g_strdup_printf ("sessionId=%s&fileId=%s&token=%s&offset=%" G_GUINT64_FORMAT, f->answer->session_id, id,
                             grant->token, offset);
  else
    query = namida_localsend_query_format (f->answer->session_id, id, grant->token);
  return g_strconcat (sender_prefix (f), "/upload?", query, NULL);
}

/* One body, or its beginning. */
typedef struct
{
  const char *id;
  GBytes *bytes;
  guint64 offset;   /* the first byte that goes */
  gsize most;       /* 0: all; else the connection is closed after so many */
  gboolean chunked; /* its length is not said */
  gboolean pauses;
} Body;

/* Returns: whether all of it went out. */
static gboolean
sender_write (NamidaHttpConnection *connection, const Body *body)
{
  gsize size, at = body->offset;
  const guint8 *data = g_bytes_get_data (body->bytes, &size);
  gsize end = body->most > 0 ? MIN (size, at + body->most) : size;

  while (at < end)
    {
      gssize n = namida_http_connection_write (connection, data + at, MIN (end - at, 65536), NULL);

      if (n <= 0)
        return FALSE;
      at += (gsize) n;
      if (body->pauses && at >= 200000 && at - (gsize) n < 200000)
        {
          namida_clock_set_fake (namida_clock_monotonic () + PAUSE_SECONDS * G_USEC_PER_SEC);
          g_usleep (TICK_US);
        }
    }
  return end == size;
}

/* Returns: the status; 0: the other side hung up, or this one did. */
static guint
sender_upload (Fixture *f, const Body *body)
{
  g_autofree char *target = sender_format_upload (f, body->id, body->offset);
  g_autoptr (NamidaHttpConnection) connection = sender_connect (f);
  NamidaHttpRequest request = { .target = target, .type = "application/octet-stream" };
  g_auto (NamidaHttpAnswer) answer = { 0 };

  request.length = body->chunked ? -1 : (gint64) (g_bytes_get_size (body->bytes) - body->offset);
  namida_http_connection_begin (connection, &request);
  if (!sender_write (connection, body) && body->most > 0)
    return 0;
  if (!namida_http_connection_read_answer (connection, 65536, &answer, NULL))
    return 0;
  return answer.head.status;
}

/* The end of a connection that broke may not have been noticed yet. */
static guint
sender_upload_again (Fixture *f, const Body *body)
{
  guint status = 0;

  for (guint i = 0; i < MOST_TRIES; i++)
    {
      status = sender_upload (f, body);
      if (status == 200 || (status != 409 && status != 0 && status != 403))
        break;
      g_usleep (50 * 1000);
    }
  return status;
}

/* Returns: (transfer full): as another device, until it is cleared. */
static NamidaIdentity *
sender_make_stranger (Fixture *f)
{
  g_autofree char *folder = g_build_filename (f->folder, "stranger", NULL);

  return namida_identity_load (folder, NULL);
}

static void
sender_bring (Fixture *f, const char *id, GBytes *bytes)
{
  g_assert_cmpuint (sender_upload (f, &(Body){ .id = id, .bytes = bytes }), ==, 200);
}

/* How much of the first file the receiver of v1 has. */
static guint64
sender_ask_offset (Fixture *f)
{
  g_autofree char *target = g_strconcat (NAMIDA_V1_PREFIX "/session?sessionId=", f->answer->session_id, NULL);
  g_autoptr (NamidaHttpConnection) connection = sender_connect (f);
  g_auto (NamidaHttpAnswer) answer = { 0 };
  g_autoptr (GHashTable) offsets = NULL;
  g_autofree char *state = NULL;
  const guint64 *offset;

  g_assert_true (namida_http_connection_request (connection, (NamidaHttpRequest){ .method = "GET", .target = target },
                                                 NULL, 0, 65536, &answer, NULL));
  g_assert_true (
      namida_session_answer_parse ((const char *) answer.body->data, answer.body->len, &state, &offsets, NULL));
  offset = g_hash_table_lookup (offsets, "zip");
  return offset != NULL ? *offset : 0;
}

static void
sender_finish (Fixture *f, gboolean names_song, const char *zip_sha256)
{
  g_autofree char *zip = zip_sha256 != NULL ? g_strdup (zip_sha256) : conformance_hash (f->zip);
  g_autofree char *song = conformance_hash (f->song);
  g_autoptr (GHashTable) hashes = g_hash_table_new (g_str_hash, g_str_equal);
  g_autofree char *text = NULL;
  g_autofree char *target = NULL;
  gsize length;

  if (!is_v1 (f))
    return;
  target = g_strconcat (NAMIDA_V1_PREFIX "/finish?sessionId=", f->answer->session_id, NULL);
  g_hash_table_insert (hashes, (gpointer) "zip", zip);
  if (names_song)
    g_hash_table_insert (hashes, (gpointer) "song", song);
  text = namida_finish_request_format (hashes, 0, &length);
  for (guint i = 0; i < MOST_TRIES && sender_post (f, target, text, NULL) == 409; i++)
    g_usleep (50 * 1000);
}

/* The first file breaks off once; then all of it arrives. */
static void
sender_play_cut (Fixture *f)
{
  Body again = { .id = "zip", .bytes = f->zip };

  g_assert_cmpuint (sender_upload (f, &(Body){ .id = "zip", .bytes = f->zip, .most = 2000000 }), ==, 0);
  if (is_v1 (f))
    {
      for (guint i = 0; i < MOST_TRIES && again.offset == 0; i++)
        {
          again.offset = sender_ask_offset (f);
          g_usleep (20 * 1000);
        }
      g_assert_cmpuint (again.offset, >, 0);
    }
  g_assert_cmpuint (sender_upload_again (f, &again), ==, 200);
  sender_bring (f, "song", f->song);
  sender_finish (f, TRUE, NULL);
}

/* The first file is refused: its bytes are too few, too many, or others than were promised. */
static void
sender_play_wrong (Fixture *f)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (f->zip, &size);
  g_autofree guint8 *copy = g_malloc (size + 1);
  g_autoptr (GBytes) wrong = NULL;
  guint status;

  memcpy (copy, data, size);
  copy[size] = 0;
  if (f->test.play == PLAY_OTHER_BYTES || f->test.play == PLAY_TWICE)
    copy[size / 2] ^= 1;
  wrong = g_bytes_new (copy, f->test.play == PLAY_SHORTER ? size - 1 : f->test.play == PLAY_LONGER ? size + 1 : size);
  if (f->test.play == PLAY_TWICE)
    sender_bring (f, "zip", f->zip);
  status = sender_upload (f, &(Body){ .id = "zip", .bytes = wrong, .chunked = f->test.play == PLAY_LONGER });
  /* v1 compares at the end only. */
  g_assert_cmpint (status == 200, ==, is_v1 (f) && g_bytes_get_size (wrong) == size);
  if (f->test.dialect == NAMIDA_DIALECT_PHONE && f->test.play != PLAY_TWICE)
    return;
  sender_bring (f, "song", f->song);
  sender_finish (f, TRUE, NULL);
}

/* Nobody else may touch the session, though it has all its names right; the sender notices nothing of it. */
static void
sender_play_stranger (Fixture *f)
{
  static const char *const targets[] = { "cancel", "finish" };
  g_autoptr (GBytes) wrong = conformance_make_bytes (ZIP_BYTES, 3);
  g_autofree char *zip = conformance_hash (f->zip);
  g_autofree char *song = conformance_hash (f->song);
  g_autofree char *body = g_strdup_printf ("{\"files\":{\"zip\":\"%s\",\"song\":\"%s\"}}", zip, song);
  guint status;

  f->shown = sender_make_stranger (f);
  g_assert_cmpuint (sender_upload (f, &(Body){ .id = "zip", .bytes = wrong }), !=, 200);
  for (guint i = 0; i < G_N_ELEMENTS (targets); i++)
    {
      g_autofree char *target
          = g_strconcat (sender_prefix (f), "/", targets[i], "?sessionId=", f->answer->session_id, NULL);

      status = sender_post (f, target, body, NULL);
      /* LocalSend's cancel has one answer for all. */
      g_assert_true (status >= 400 || (!is_v1 (f) && i == 0));
    }
  g_clear_object (&f->shown);
  sender_bring (f, "zip", f->zip);
}

/* Returns: the status of the first file with the token of the second. */
static guint
sender_upload_with_other_token (Fixture *f)
{
  NamidaGrant *zip = g_hash_table_lookup (f->answer->files, "zip");
  NamidaGrant *song = g_hash_table_lookup (f->answer->files, "song");
  char *token = zip->token;
  guint status;

  g_assert_cmpstr (zip->token, !=, song->token);
  zip->token = song->token;
  status = sender_upload (f, &(Body){ .id = "zip", .bytes = f->zip });
  zip->token = token;
  return status;
}

/* The first file breaks off; it begins again before what has arrived, which is thrown away from there on. */
static void
sender_play_overlap (Fixture *f)
{
  guint64 there = 0;

  sender_upload (f, &(Body){ .id = "zip", .bytes = f->zip, .most = 2000000 });
  for (guint i = 0; i < MOST_TRIES && there == 0; i++)
    {
      there = sender_ask_offset (f);
      g_usleep (20 * 1000);
    }
  g_assert_cmpuint (there, >, 1);
  g_assert_cmpuint (sender_upload_again (f, &(Body){ .id = "zip", .bytes = f->zip, .offset = there / 2 }), ==, 200);
}

/* One that has begun keeps the file: the other is refused, and harms nothing. */
static void
sender_play_at_once (Fixture *f)
{
  g_autofree char *target = sender_format_upload (f, "zip", 0);
  g_autoptr (GBytes) wrong = conformance_make_bytes (ZIP_BYTES, 3);
  g_autoptr (NamidaHttpConnection) first = sender_connect (f);
  NamidaHttpRequest request = { .target = target, .type = "application/octet-stream", .length = ZIP_BYTES };
  g_auto (NamidaHttpAnswer) answer = { 0 };
  const guint8 *data = g_bytes_get_data (f->zip, NULL);

  namida_http_connection_begin (first, &request);
  for (gsize at = 0; at < 4000000; at += 100000)
    g_assert_cmpint (namida_http_connection_write (first, data + at, 100000, NULL), ==, 100000);
  /* On a busy computer, the receiver may see the second connection first. */
  while (namida_transfer_get_done_bytes (f->transfer) == 0)
    g_usleep (1000);
  g_assert_cmpuint (sender_upload (f, &(Body){ .id = "zip", .bytes = wrong }), !=, 200);
  for (gsize at = 4000000; at < ZIP_BYTES;)
    {
      gssize n = namida_http_connection_write (first, data + at, MIN (ZIP_BYTES - at, 100000), NULL);

      g_assert_cmpint (n, >, 0);
      at += (gsize) n;
    }
  g_assert_true (namida_http_connection_read_answer (first, 65536, &answer, NULL));
  g_assert_cmpuint (answer.head.status, ==, 200);
}

static void
sender_play (Fixture *f)
{
  g_autofree char *other = g_strnfill (64, 'a');

  switch (f->test.play)
    {
    case PLAY_SLOW:
      g_assert_cmpuint (sender_upload (f, &(Body){ .id = "zip", .bytes = f->zip, .pauses = TRUE }), ==, 200);
      break;
    case PLAY_CUT:
      sender_play_cut (f);
      return;
    case PLAY_GONE:
      if (f->test.dialect != NAMIDA_DIALECT_PHONE)
        sender_bring (f, "song", f->song);
      sender_upload (f, &(Body){ .id = "zip", .bytes = f->zip, .most = 2000000 });
      return;
    case PLAY_MUTE:
      return;
    case PLAY_EARLY_FINISH:
      sender_bring (f, "song", f->song);
      sender_finish (f, TRUE, NULL);
      return;
    case PLAY_SHORTER:
    case PLAY_LONGER:
    case PLAY_OTHER_BYTES:
    case PLAY_TWICE:
      sender_play_wrong (f);
      return;
    case PLAY_STRANGER:
      sender_play_stranger (f);
      break;
    case PLAY_OTHER_TOKEN:
      g_assert_cmpuint (sender_upload_with_other_token (f), !=, 200);
      sender_bring (f, "zip", f->zip);
      break;
    case PLAY_BEHIND:
      g_assert_cmpuint (sender_upload (f, &(Body){ .id = "zip", .bytes = f->zip, .offset = 1 }), >=, 400);
      break;
    case PLAY_OVERLAP:
      sender_play_overlap (f);
      break;
    case PLAY_AT_ONCE:
      sender_play_at_once (f);
      break;
    default:
      sender_bring (f, "zip", f->zip);
      break;
    }
  sender_bring (f, "song", f->song);
  sender_finish (f, f->test.play != PLAY_UNNAMED, NULL);
  if (f->test.play == PLAY_TWO_ENDS)
    sender_finish (f, FALSE, other);
  if (f->test.play == PLAY_AFTER_END)
    g_assert_cmpuint (sender_upload (f, &(Body){ .id = "zip", .bytes = f->zip }), !=, 200);
}

static gpointer
sender_thread (gpointer data)
{
  Fixture *f = data;

  sender_offer (f);
  sender_play (f);
  g_atomic_int_set (&f->done, TRUE);
  g_main_context_wakeup (NULL);
  return NULL;
}

/* ---- the receiver ---- */

static void
on_offer (NamidaServer *server, NamidaOffer *offer, Fixture *f)
{
  const char *fingerprint = namida_offer_get_fingerprint (offer);
  g_autoptr (NamidaSink) sink = namida_store_sink_new_for (f->store, fingerprint, namida_offer_get_alias (offer),
                                                           namida_offer_get_key (offer), NAMIDA_LANDING_BACKUP, NULL);

  g_set_object (&f->transfer, namida_offer_get_transfer (offer));
  namida_offer_accept (offer, sink);
}

static void
add_file (Fixture *f, NamidaEntryKind kind, const char *id, const char *name, GBytes *bytes)
{
  NamidaEntry *entry = conformance_make_entry (kind, id, name, bytes);

  entry->mtime_ns = G_GINT64_CONSTANT (1750000000) * 1000000000;
  namida_backup_add (f->backup, entry);
}

static void
set_up (Fixture *f, gconstpointer data)
{
  g_autofree char *theirs = NULL;
  g_autofree char *ours = NULL;
  g_autofree char *state = NULL;
  g_autofree char *backups = NULL;
  g_autofree char *music = NULL;
  g_autoptr (GError) error = NULL;

  f->test = *(const Case *) data;
  f->folder = g_dir_make_tmp ("namida-XXXXXX", NULL);
  theirs = g_build_filename (f->folder, "theirs", NULL);
  ours = g_build_filename (f->folder, "ours", NULL);
  state = g_build_filename (f->folder, "ours", "state.db", NULL);
  backups = g_build_filename (f->folder, "backups", NULL);
  music = g_build_filename (f->folder, "music", NULL);
  f->theirs = namida_identity_load (theirs, NULL);
  f->ours = namida_identity_load (ours, NULL);
  f->database = namida_database_open (state, &error);
  g_assert_no_error (error);
  f->store = namida_store_new (ours, f->database);
  namida_store_set_folders (f->store, backups, music);
  f->server = namida_server_new (f->ours);
  namida_server_set_unencrypted (f->server, TRUE);
  g_signal_connect (f->server, "offer", G_CALLBACK (on_offer), f);
  namida_server_start (f->server, "127.0.0.1", 0, &error);
  g_assert_no_error (error);
  f->port = namida_server_get_port (f->server);
  f->backup = namida_backup_new ();
  f->zip = conformance_make_bytes (ZIP_BYTES, 1);
  f->song = conformance_make_bytes (SONG_BYTES, 2);
  add_file (f, NAMIDA_ENTRY_BACKUP_ZIP, "zip", ZIP_NAME, f->zip);
  add_file (f, NAMIDA_ENTRY_FILE, "song", "song.mp3", f->song);
}

static void
on_stopped (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(gboolean *) user_data = namida_server_stop_finish (NAMIDA_SERVER (source), result, NULL);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  gboolean stopped = FALSE;

  namida_clock_set_fake (-1);
  namida_server_stop_async (f->server, on_stopped, &stopped);
  while (!stopped)
    g_main_context_iteration (NULL, TRUE);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_object_unref (f->server);
  g_clear_object (&f->transfer);
  g_object_unref (f->store);
  g_object_unref (f->database);
  g_object_unref (f->backup);
  g_object_unref (f->theirs);
  g_object_unref (f->ours);
  g_clear_pointer (&f->answer, namida_offer_answer_free);
  g_bytes_unref (f->zip);
  g_bytes_unref (f->song);
  fixtures_remove (f->folder);
  g_free (f->folder);
}

static gint64
query_int (Fixture *f, const char *sql)
{
  gint64 value = -1;
  sqlite3_stmt *statement;

  namida_database_lock (f->database);
  statement = namida_database_prepare (f->database, NULL, sql, "");
  if (sqlite3_step (statement) == SQLITE_ROW)
    value = sqlite3_column_int64 (statement, 0);
  sqlite3_finalize (statement);
  namida_database_unlock (f->database);
  return value;
}

/* @path: below the version. */
static void
assert_stored (Fixture *f, const char *path, GBytes *bytes)
{
  g_autofree char *folder = g_strdup (namida_transfer_get_folder (f->transfer));
  g_autofree char *place = NULL;
  g_autofree char *contents = NULL;
  g_autoptr (GError) error = NULL;
  gsize length = 0;

  g_assert_nonnull (folder);
  place = g_build_filename (folder, path, NULL);
  g_file_get_contents (place, &contents, &length, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (contents, length, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
}

static void
test_case (Fixture *f, gconstpointer data)
{
  GThread *thread = g_thread_new ("sender", sender_thread, f);
  gint64 started = g_get_monotonic_time ();

  while (!g_atomic_int_get (&f->done))
    g_main_context_iteration (NULL, TRUE);
  g_thread_join (thread);
  /* Nothing more comes. */
  while (namida_transfer_get_state (f->transfer) != f->test.state && !namida_transfer_is_final (f->transfer)
         && g_get_monotonic_time () - started < 20 * G_USEC_PER_SEC)
    {
      if (g_get_monotonic_time () - started > G_USEC_PER_SEC / 2)
        namida_clock_set_fake (namida_clock_monotonic () + (NAMIDA_LIMIT_SESSION_IDLE_SECONDS + 10) * G_USEC_PER_SEC);
      g_main_context_iteration (NULL, TRUE);
    }
  g_assert_cmpint (namida_transfer_get_state (f->transfer), ==, f->test.state);
  g_assert_cmpint (namida_transfer_get_result (f->transfer, 0), ==, f->test.zip);
  g_assert_cmpint (namida_transfer_get_result (f->transfer, 1), ==, f->test.song);
  if (f->test.zip == NAMIDA_FILE_STORED)
    assert_stored (f, ZIP_NAME, f->zip);
  if (f->test.song == NAMIDA_FILE_STORED)
    assert_stored (f, "Music/Music/song.mp3", f->song);
  g_assert_cmpint (query_int (f, "SELECT count (*) FROM versions"), ==, namida_transfer_is_final (f->transfer));
  g_assert_cmpint (query_int (f, "SELECT count (*) FROM versions WHERE complete = 1"), ==,
                   f->test.state == NAMIDA_TRANSFER_DONE);
}

void
conformance_add_receiving (const char *path, const Case *test)
{
  g_test_add (path, Fixture, test, set_up, test_case, tear_down);
}
